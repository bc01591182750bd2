// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>

#include "telemetry/base/items.h"

namespace telemetry {

/// Tells the UTC of a sample from the times its source gave (file start, rx_time tags).
///
/// A source anchors its clock at the start and again after each gap. Frames reach back in time, so
/// the last anchors are kept and the one at or before the asked sample counts.
class SampleClock {
public:
    explicit SampleClock(double rate_hz) : rate_hz_(rate_hz) {}

    /// Sample `index` was taken at `utc_ns`. Anchors come in rising order of index.
    void anchor(std::int64_t index, UtcNs utc_ns) noexcept;

    /// kUnknownTime when nothing was anchored, or too long ago for a UtcNs.
    UtcNs utc_of(double index) const noexcept;

    void clear() noexcept { count_ = 0; }

private:
    struct Anchor {
        std::int64_t index;
        UtcNs utc_ns;
    };
    double rate_hz_;
    std::array<Anchor, 32> anchors_{};
    std::size_t count_ = 0; ///< ever set since clear(); the newest is at (count_ − 1) mod size
};

} // namespace telemetry
