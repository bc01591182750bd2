// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <cstdint>

namespace telemetry {

/// How long to wait before trying again: first, twice that, … up to a greatest value.
///
/// No jitter: one receiver talks to one device, so there is no crowd to spread, and a schedule that
/// can be foretold can be tested and read in a log.
class BackOff {
public:
    BackOff(std::int64_t first_ns, std::int64_t greatest_ns)
        : first_ns_(first_ns), greatest_ns_(std::max(first_ns, greatest_ns)), next_ns_(first_ns) {}

    std::int64_t next_ns() noexcept {
        const std::int64_t now = next_ns_;
        next_ns_ = next_ns_ > greatest_ns_ / 2 ? greatest_ns_ : next_ns_ * 2;
        return now;
    }
    void reset() noexcept { next_ns_ = first_ns_; }

private:
    std::int64_t first_ns_;
    std::int64_t greatest_ns_;
    std::int64_t next_ns_;
};

} // namespace telemetry
