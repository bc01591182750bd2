// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/workers.h"

namespace telemetry::station {

Workers::Workers(int threads) {
    for (int i = 1; i < threads; ++i)
        threads_.emplace_back([this] { live(); });
}

Workers::~Workers() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void Workers::take_items() noexcept {
    for (std::size_t item = next_.fetch_add(1); item < count_; item = next_.fetch_add(1))
        run_(context_, item);
}

void Workers::share(std::size_t count, void (*run)(void*, std::size_t), void* context) noexcept {
    {
        const std::lock_guard lock(mutex_);
        count_ = count;
        run_ = run;
        context_ = context;
        next_ = 0;
        busy_ = threads_.size();
        ++batch_;
    }
    if (!threads_.empty())
        wake_.notify_all();
    take_items();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
}

void Workers::live() {
    std::uint64_t seen = 0;
    while (true) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return stopping_ || batch_ != seen; });
            if (stopping_)
                return;
            seen = batch_;
        }
        take_items();
        const std::lock_guard lock(mutex_);
        if (--busy_ == 0)
            done_.notify_one();
    }
}

} // namespace telemetry::station
