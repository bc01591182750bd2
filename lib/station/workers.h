// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace telemetry::station {

/// A few threads that share out the items of a batch; the caller works along and waits for the end.
class Workers {
public:
    /// `threads` in all, the caller's included.
    explicit Workers(int threads);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// Calls run(context, i) for each i below count, in any order, and returns when all are done.
    void share(std::size_t count, void (*run)(void* context, std::size_t item),
               void* context) noexcept;

private:
    void live();
    void take_items() noexcept;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable done_;
    std::uint64_t batch_ = 0;
    std::size_t busy_ = 0;
    bool stopping_ = false;

    std::size_t count_ = 0;
    std::atomic<std::size_t> next_{0};
    void (*run_)(void*, std::size_t) = nullptr;
    void* context_ = nullptr;
    std::vector<std::thread> threads_;
};

} // namespace telemetry::station
