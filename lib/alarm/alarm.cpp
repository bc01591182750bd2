// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/alarm/alarm.h"

#include <array>

namespace telemetry::alarm {
namespace {

constexpr std::array<std::string_view, 6> kLevels = {"normal",   "watch",    "warning",
                                                     "distress", "critical", "severe"};
constexpr std::array<std::string_view, 9> kStates = {"normal",
                                                     "unacknowledged",
                                                     "acknowledged",
                                                     "returned_unacknowledged",
                                                     "latched_unacknowledged",
                                                     "latched_acknowledged",
                                                     "shelved",
                                                     "suppressed",
                                                     "out_of_service"};
constexpr std::array<std::string_view, 12> kChanges = {"raised",
                                                       "escalated",
                                                       "eased",
                                                       "returned",
                                                       "acknowledged",
                                                       "reset",
                                                       "shelved",
                                                       "unshelved",
                                                       "suppressed",
                                                       "unsuppressed",
                                                       "removed_from_service",
                                                       "returned_to_service"};
constexpr std::array<std::string_view, 11> kActions = {
    "acknowledge",       "reset",   "shelve", "unshelve",        "remove_from_service",
    "return_to_service", "comment", "assign", "override_limits", "restore_limits",
    "select_limit_set"};

template <class Enum, std::size_t N>
bool find(const std::array<std::string_view, N>& names, std::string_view name, Enum& out) {
    for (std::size_t i = 0; i < N; ++i)
        if (names[i] == name) {
            out = static_cast<Enum>(i);
            return true;
        }
    return false;
}

} // namespace

std::string_view name_of(AlarmLevel level) {
    return kLevels[static_cast<std::size_t>(level)];
}
std::string_view name_of(AlarmState state) {
    return kStates[static_cast<std::size_t>(state)];
}
std::string_view name_of(Change change) {
    return kChanges[static_cast<std::size_t>(change)];
}
std::string_view name_of(Action::Kind kind) {
    return kActions[static_cast<std::size_t>(kind)];
}
bool parse(std::string_view name, AlarmLevel& level) {
    return find(kLevels, name, level);
}
bool parse(std::string_view name, Action::Kind& kind) {
    return find(kActions, name, kind);
}

} // namespace telemetry::alarm
