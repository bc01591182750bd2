// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "telemetry/parameter/type.h"

namespace telemetry::parameter {

/// "TAI", "GPS", "UNIX" (or "POSIX"), "J2000", an RFC 3339 time or a date; nothing when malformed.
std::optional<Epoch> parse_epoch(std::string_view text);

/// "linear", "timeval", "cuc:4,3", "cds:2,2", "cuc+p" (the preamble precedes); nothing otherwise.
std::optional<TimeFormat> parse_time_code(std::string_view text);
std::string to_text(const TimeFormat& format); ///< the code alone, as parse_time_code reads it

/// xs:duration ("PT10.5S", "P1D"; no months and years) or a number of seconds, in seconds.
std::optional<double> parse_duration_s(std::string_view text);
std::string to_duration_text(double seconds);

} // namespace telemetry::parameter
