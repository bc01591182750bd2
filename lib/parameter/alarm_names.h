// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string_view>
#include <utility>

#include "telemetry/parameter/alarm_definition.h"

namespace telemetry::parameter {

/// The words of XTCE and of our own forms, in rising order.
inline constexpr std::pair<std::string_view, AlarmLevel> kAlarmLevels[] = {
    {"normal", AlarmLevel::normal},     {"watch", AlarmLevel::watch},
    {"warning", AlarmLevel::warning},   {"distress", AlarmLevel::distress},
    {"critical", AlarmLevel::critical}, {"severe", AlarmLevel::severe},
};

} // namespace telemetry::parameter
