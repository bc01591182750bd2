// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <deque>
#include <optional>

#include "telemetry/base/items.h"

namespace telemetry::pus {

/// Spacecraft clock → UTC (ECSS-E-ST-70-41C clause 8.9), from pairs of a
/// time report's spacecraft time and the UTC at which the instant it tells of left the antenna:
/// reception of the frame's first symbol less the signal's way and the known delays.
///
/// A straight line through the last pairs by least squares: an offset and a drift. A pair that lies
/// off the line by more than `outlier_ns` is counted and left out; when kRestart of them come in a
/// row the clock was set, and the correlation begins anew with them.
class TimeCorrelation {
public:
    static constexpr int kRestart = 3;

    struct Options {
        std::size_t most_pairs = 32;
        std::int64_t outlier_ns = 100'000'000;
    };
    enum class Outcome : std::uint8_t { used, outlier, restarted };

    explicit TimeCorrelation(const Options& options) : options_(options) {}

    Outcome add(UtcNs spacecraft_ns, UtcNs utc_ns);

    /// Nothing before the first pair. With one pair: its offset, no drift.
    std::optional<UtcNs> to_utc(UtcNs spacecraft_ns) const;

    struct Fit {
        std::int64_t offset_ns = 0; ///< UTC minus spacecraft time, at `at_ns`
        UtcNs at_ns = 0;            ///< spacecraft time in the middle of the pairs
        double drift_ppm = 0;       ///< of UTC against the spacecraft's clock
        double residual_ns = 0;     ///< rms
        std::size_t pairs = 0;
        std::uint64_t outliers = 0; ///< since the beginning
    };
    const std::optional<Fit>& fit() const { return fit_; }

private:
    struct Pair {
        UtcNs spacecraft_ns;
        UtcNs utc_ns;
    };
    void refit();

    Options options_;
    std::deque<Pair> pairs_;
    std::deque<Pair> rejected_; ///< the outliers in a row
    std::uint64_t outliers_ = 0;
    std::optional<Fit> fit_;
};

} // namespace telemetry::pus
