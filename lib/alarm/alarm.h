// SPDX-License-Identifier: GPL-3.0-or-later
// What alarms are made of: states, changes of state, what people do to them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/parameter/alarm_definition.h"
#include "telemetry/parameter/value.h"

namespace telemetry::alarm {

using parameter::AlarmLevel;

/// The alarm states of ANSI/ISA-18.2-2016, figure 3 (IEC 62682). The last three hide the others:
/// what the process does goes on behind them.
enum class AlarmState : std::uint8_t {
    normal,                  ///< A
    unacknowledged,          ///< B
    acknowledged,            ///< C
    returned_unacknowledged, ///< D: the process is normal again, nobody has seen the alarm
    latched_unacknowledged,  ///< E
    latched_acknowledged,    ///< F: waits for a reset
    shelved,                 ///< G: by a person, for a time
    suppressed,              ///< H: by design, while a condition holds
    out_of_service           ///< I: by a person, until put back
};

/// Why a transition was reported.
enum class Change : std::uint8_t {
    raised,
    escalated, ///< to a higher level: to be acknowledged anew
    eased,     ///< to a lower level, not yet normal
    returned,  ///< the process is normal again
    acknowledged,
    reset, ///< a latched alarm, by a person
    shelved,
    unshelved, ///< by a person, or because its time is over
    suppressed,
    unsuppressed,
    removed_from_service,
    returned_to_service
};

/// Whether an operator is to be called: not for what is shelved, suppressed or out of service.
enum class Annunciation : std::uint8_t { silent, audible };

std::string_view name_of(AlarmLevel level); ///< "normal", "watch", …
std::string_view name_of(AlarmState state); ///< "normal", "unacknowledged", …
std::string_view name_of(Change change);    ///< "raised", "escalated", …
bool parse(std::string_view name, AlarmLevel& level);

/// The reading that an alarm is about.
struct Reading {
    double value = kUnknown; ///< NaN for what is no number
    std::string text = {};   ///< of labels, booleans and texts
    std::int64_t packet = -1;
    UtcNs generation_ns = kUnknownTime;
    UtcNs reception_ns = kUnknownTime;
};

/// One change of one alarm, told once.
struct Transition {
    std::uint64_t number = 0; ///< counted from 1, over restarts too
    std::string_view alarm;   ///< its name
    std::string_view parameter;
    Change change = Change::raised;
    AlarmState before = AlarmState::normal;
    AlarmState after = AlarmState::normal;
    AlarmLevel level_before = AlarmLevel::normal;
    AlarmLevel level = AlarmLevel::normal;
    std::string_view limit;           ///< what was crossed: "above 40", "is SAFE"
    const Reading* reading = nullptr; ///< the latest; never null
    UtcNs at_ns = kUnknownTime;       ///< of the change
    UtcNs since_ns = kUnknownTime;    ///< generation of the first reading out of limits
    int violations = 0;               ///< readings out of limits since then
    Annunciation annunciation = Annunciation::audible;
    std::string_view by;      ///< the person; empty: the process or the clock
    std::string_view comment; ///< of the person
};

/// What a person asks for.
struct Action {
    enum class Kind : std::uint8_t {
        acknowledge,
        reset,
        shelve, ///< until `until_ns`, which must be given
        unshelve,
        remove_from_service,
        return_to_service,
        comment,
        assign,          ///< to the person in `value`; empty: to nobody
        override_limits, ///< `ranges` instead of those in force
        restore_limits,  ///< those of the database
        select_limit_set ///< `value`, for all alarms; empty: those of the database
    };
    Kind kind = Kind::acknowledge;
    std::string alarm = {}; ///< name; of no use for select_limit_set
    std::string person = {};
    std::string comment = {};
    std::string value = {};
    UtcNs at_ns = kUnknownTime;
    UtcNs until_ns = kUnknownTime;
    std::vector<parameter::AlarmRange> ranges = {};
};
std::string_view name_of(Action::Kind kind); ///< "acknowledge", "remove_from_service", …
bool parse(std::string_view name, Action::Kind& kind);

/// Of every action, refused ones too: who asked for what, and what came of it.
struct AuditRecord {
    const Action* action = nullptr; ///< never null
    std::string_view refusal;       ///< why; empty: it was done
    std::string_view before;        ///< what it replaced: a limit set, a person, a state
};

/// As it stands in a list of alarms.
struct AlarmStatus {
    std::string name;
    std::string parameter;
    AlarmState state = AlarmState::normal;
    AlarmLevel level = AlarmLevel::normal; ///< of the process; of a latched one: what it had
    AlarmLevel worst = AlarmLevel::normal; ///< since it was raised
    std::string limit;
    Reading first; ///< that raised it
    Reading latest;
    UtcNs since_ns = kUnknownTime;
    UtcNs until_ns = kUnknownTime; ///< of a shelved one
    int violations = 0;
    std::string acknowledged_by;
    std::string assigned_to;
    struct Comment {
        UtcNs at_ns = kUnknownTime;
        std::string person;
        std::string text;
    };
    std::vector<Comment> comments;
};

} // namespace telemetry::alarm
