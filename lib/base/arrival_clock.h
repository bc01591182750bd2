// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>

#include "telemetry/base/items.h"

namespace telemetry {

/// Tells the time of samples that come without one, from when they arrive.
///
/// A chunk's last sample cannot have been taken after the chunk arrived, and delays on the way only
/// make it later; so over a window the least (arrival − predicted) is the best estimate of the
/// error of the prediction. The clock runs on the nominal sample rate and is set anew only when
/// that estimate leaves a tolerance: a sender's clock that is some ppm off does not carry the times
/// of a long reception away, and jitter of the network does not shake them.
class ArrivalClock {
public:
    explicit ArrivalClock(double rate_hz) : rate_hz_(rate_hz) {}

    /// `count` samples, the next of the stream, arrived at `now_ns`. Yields the UTC of the first of
    /// them when the clock was set: at the start, after restart(), and when it had drifted.
    std::optional<UtcNs> on_arrival(std::int64_t count, UtcNs now_ns) noexcept;

    /// Samples that should have arrived by `now_ns` and have not; 0 before the first arrival.
    std::int64_t missing(UtcNs now_ns) const noexcept;

    /// The next samples follow a gap.
    void restart() noexcept { base_ns_ = kUnknownTime; }

private:
    static constexpr std::int64_t kWindowNs = 10'000'000'000;
    static constexpr std::int64_t kToleranceNs = 20'000'000;

    UtcNs predicted_end() const noexcept;

    double rate_hz_;
    UtcNs base_ns_ = kUnknownTime; ///< of sample 0 since it was set
    std::int64_t count_ = 0;       ///< samples since then
    UtcNs window_start_ns_ = 0;
    std::int64_t least_late_ns_ = 0; ///< in this window
};

} // namespace telemetry
