// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "telemetry/base/items.h"

namespace telemetry {

/// RFC 3339 with nanoseconds: "2026-11-23T01:29:48.000000001Z". Years 1678 to 2262.
std::string to_rfc3339(UtcNs time);

/// RFC 3339, any offset, 0 to 9 digits of fraction, 'T' or space; nothing when malformed.
std::optional<UtcNs> from_rfc3339(std::string_view text);

/// The system's wall clock.
UtcNs utc_now();

} // namespace telemetry
