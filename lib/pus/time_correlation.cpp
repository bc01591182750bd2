// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/pus/time_correlation.h"

#include <cmath>

namespace telemetry::pus {

TimeCorrelation::Outcome TimeCorrelation::add(UtcNs spacecraft_ns, UtcNs utc_ns) {
    const auto expected = to_utc(spacecraft_ns);
    Outcome outcome = Outcome::used;
    if (expected && std::abs(utc_ns - *expected) > options_.outlier_ns) {
        ++outliers_;
        rejected_.push_back({spacecraft_ns, utc_ns});
        if (rejected_.size() < kRestart) {
            fit_->outliers = outliers_;
            return Outcome::outlier;
        }
        pairs_.clear();
        pairs_.push_back(rejected_.back());
        outcome = Outcome::restarted;
    } else {
        pairs_.push_back({spacecraft_ns, utc_ns});
        if (pairs_.size() > options_.most_pairs)
            pairs_.pop_front();
    }
    rejected_.clear();
    refit();
    return outcome;
}

void TimeCorrelation::refit() {
    Fit fit;
    fit.pairs = pairs_.size();
    fit.outliers = outliers_;
    // Relative to the first pair, so that doubles keep the nanoseconds.
    const Pair& origin = pairs_.front();
    const std::int64_t first_offset = origin.utc_ns - origin.spacecraft_ns;
    const auto count = static_cast<double>(pairs_.size());
    double mean_x = 0;
    double mean_y = 0;
    for (const Pair& pair : pairs_) {
        mean_x += static_cast<double>(pair.spacecraft_ns - origin.spacecraft_ns) / count;
        mean_y += static_cast<double>(pair.utc_ns - pair.spacecraft_ns - first_offset) / count;
    }
    double xx = 0;
    double xy = 0;
    for (const Pair& pair : pairs_) {
        const double x = static_cast<double>(pair.spacecraft_ns - origin.spacecraft_ns) - mean_x;
        const double y =
            static_cast<double>(pair.utc_ns - pair.spacecraft_ns - first_offset) - mean_y;
        xx += x * x;
        xy += x * y;
    }
    const double drift = xx > 0 ? xy / xx : 0;
    double squares = 0;
    for (const Pair& pair : pairs_) {
        const double x = static_cast<double>(pair.spacecraft_ns - origin.spacecraft_ns) - mean_x;
        const double y =
            static_cast<double>(pair.utc_ns - pair.spacecraft_ns - first_offset) - mean_y;
        squares += (y - drift * x) * (y - drift * x);
    }
    fit.at_ns = origin.spacecraft_ns + std::llround(mean_x);
    fit.offset_ns = first_offset + std::llround(mean_y);
    fit.drift_ppm = drift * 1e6;
    fit.residual_ns = std::sqrt(squares / count);
    fit_ = fit;
}

std::optional<UtcNs> TimeCorrelation::to_utc(UtcNs spacecraft_ns) const {
    if (!fit_)
        return std::nullopt;
    const auto since = static_cast<double>(spacecraft_ns - fit_->at_ns);
    return spacecraft_ns + fit_->offset_ns + std::llround(since * fit_->drift_ppm * 1e-6);
}

} // namespace telemetry::pus
