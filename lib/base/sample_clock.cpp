// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/sample_clock.h"

#include <algorithm>

#include "telemetry/base/time.h"

namespace telemetry {

void SampleClock::anchor(std::int64_t index, UtcNs utc_ns) noexcept {
    anchors_[count_ % anchors_.size()] = {index, utc_ns};
    ++count_;
}

UtcNs SampleClock::utc_of(double index) const noexcept {
    if (count_ == 0)
        return kUnknownTime;
    const std::size_t kept = std::min(count_, anchors_.size());
    Anchor best = anchors_[(count_ - 1) % anchors_.size()];
    for (std::size_t age = 2; age <= kept && static_cast<double>(best.index) > index; ++age)
        best = anchors_[(count_ - age) % anchors_.size()];
    return time_after(best.utc_ns, (index - static_cast<double>(best.index)) / rate_hz_ * 1e9);
}

} // namespace telemetry
