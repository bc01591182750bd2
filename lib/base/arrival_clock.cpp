// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/arrival_clock.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace telemetry {
namespace {

std::int64_t duration_ns(std::int64_t samples, double rate_hz) {
    return std::llround(static_cast<double>(samples) / rate_hz * 1e9);
}

} // namespace

UtcNs ArrivalClock::predicted_end() const noexcept {
    return base_ns_ + duration_ns(count_, rate_hz_);
}

std::optional<UtcNs> ArrivalClock::on_arrival(std::int64_t count, UtcNs now_ns) noexcept {
    const bool first = base_ns_ == kUnknownTime;
    if (!first) {
        const UtcNs start = predicted_end();
        count_ += count;
        least_late_ns_ = std::min(least_late_ns_, now_ns - predicted_end());
        if (now_ns - window_start_ns_ < kWindowNs)
            return std::nullopt;
        const std::int64_t late_ns = least_late_ns_;
        window_start_ns_ = now_ns;
        least_late_ns_ = std::numeric_limits<std::int64_t>::max();
        if (std::abs(late_ns) <= kToleranceNs)
            return std::nullopt;
        base_ns_ = start + late_ns;
        count_ = count;
        return base_ns_;
    }
    base_ns_ = now_ns - duration_ns(count, rate_hz_);
    count_ = count;
    window_start_ns_ = now_ns;
    least_late_ns_ = std::numeric_limits<std::int64_t>::max();
    return base_ns_;
}

std::int64_t ArrivalClock::missing(UtcNs now_ns) const noexcept {
    if (base_ns_ == kUnknownTime)
        return 0;
    const auto late_s = static_cast<double>(now_ns - predicted_end()) * 1e-9;
    return std::max<std::int64_t>(0, std::llround(late_s * rate_hz_));
}

} // namespace telemetry
