// SPDX-License-Identifier: GPL-3.0-or-later
// Alarms as JSON objects on one line: what is published and what requests are answered with. Times
// are RFC 3339; what is not known is null.
#pragma once
#include <string>
#include <string_view>

#include "telemetry/alarm/alarm.h"
#include "telemetry/base/result.h"

namespace telemetry::alarm {

/// number, alarm, parameter, change, state_before, state, level_before, level, limit, value, text,
/// packet, time (of the change), generation_time, reception_time, since, violations, annunciate,
/// by, comment.
std::string to_json(const Transition& transition);

/// time, person, action, alarm, comment, value, until, ranges, before, refused.
std::string to_json(const AuditRecord& record);

/// alarm, parameter, state, level, worst, limit, first, latest (each with value, text, packet,
/// generation_time, reception_time), since, until, violations, acknowledged_by, assigned_to,
/// comments (time, person, text).
std::string to_json(const AlarmStatus& status);

/// {"action": "shelve", "alarm": "/Sat/v", "person": "ada", "comment": "…", "until": "2026-…Z"}.
/// `value` for assign and select_limit_set; `ranges` of override_limits: [{"level": "warning",
/// "min": −5, "max": 40, "inside": false, "min_exclusive": false, "max_exclusive": false}]. Unknown
/// members are errors. The action's time is `now`.
Result<Action> parse_action(std::string_view json, UtcNs now);

} // namespace telemetry::alarm
