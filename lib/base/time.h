// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "telemetry/base/items.h"

namespace telemetry {

/// RFC 3339 with nanoseconds: "2026-11-23T01:29:48.000000001Z". Years 1678 to 2262.
std::string to_rfc3339(UtcNs time);

/// RFC 3339, any offset, 0 to 9 digits of fraction, 'T' or space; nothing when malformed.
std::optional<UtcNs> from_rfc3339(std::string_view text);

/// `ns` after `time`; kUnknownTime when that is not known or no UtcNs can hold it.
UtcNs time_after(UtcNs time, double ns);

/// `moved` as far from `to` as it was from `from`; kUnknownTime as with time_after.
UtcNs moved_time(UtcNs moved, UtcNs from, UtcNs to);

/// The system's wall clock.
UtcNs utc_now();

/// A clock that never jumps, for durations; its zero means nothing.
std::int64_t steady_ns();

} // namespace telemetry
