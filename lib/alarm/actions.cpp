// SPDX-License-Identifier: GPL-3.0-or-later
// What people do to alarms. Each action is told to the audit sink, done or refused.
#include <algorithm>

#include "telemetry/alarm/engine.h"
#include "telemetry/base/text.h"

namespace telemetry::alarm {
namespace {

using Kind = Action::Kind;
constexpr std::size_t kMostComments = 100; ///< of one alarm; the oldest goes
constexpr std::size_t kLongestText = 4096; ///< bytes of a person's name or comment

Result<void> check(const Action& action) {
    if (action.person.empty())
        return fail("who asks for it? 'person' is empty");
    if (action.at_ns == kUnknownTime)
        return fail("when was it asked for? the time is unknown");
    if (std::max({action.person.size(), action.comment.size(), action.value.size()}) > kLongestText)
        return fail("a text is longer than 4096 bytes");
    return {};
}

Result<void> check_ranges(const std::vector<parameter::AlarmRange>& ranges) {
    for (const parameter::AlarmRange& range : ranges) {
        if (range.level == AlarmLevel::normal)
            return fail("a limit needs a level from watch to severe");
        if (!(range.range.min <= range.range.max))
            return fail("the lower end of a range must not be above the upper one");
    }
    return ranges.empty() ? fail("no range given; restore_limits brings those of the database back")
                          : Result<void>{};
}

} // namespace

/// What an action replaces: a person, limits, a state.
std::string Engine::replaced_by(Action::Kind kind, const Alarm& alarm) {
    switch (kind) {
    case Kind::assign:
        return alarm.standing.assigned_to;
    case Kind::override_limits:
    case Kind::restore_limits: {
        std::string limits;
        for (const parameter::AlarmRange& range : alarm.standing.overridden)
            limits += (limits.empty() ? "" : "; ") + LevelRule::describe(range);
        return limits.empty() ? "limits of the database" : limits;
    }
    default:
        return std::string(name_of(state_of(alarm)));
    }
}

Result<void> Engine::act(const Action& action, Sink<Transition>& sink) {
    std::string before;
    auto done = [&]() -> Result<void> {
        if (auto checked = check(action); !checked)
            return checked;
        if (action.kind == Kind::select_limit_set) {
            before = limit_set_;
            return select_limit_set(action.value);
        }
        const auto at = by_name_.find(action.alarm);
        if (at == by_name_.end()) {
            std::vector<std::string_view> names;
            for (const Alarm& alarm : alarms_)
                names.emplace_back(alarm.config.name);
            const std::string near(nearest(action.alarm, names));
            return fail("no alarm is named '" + action.alarm + "'" +
                        (near.empty() ? "" : "; did you mean '" + near + "'?"));
        }
        Alarm& alarm = alarms_[at->second];
        before = replaced_by(action.kind, alarm);
        auto outcome = carry_out(action, alarm, sink);
        set_bounds_of(alarm);
        return outcome;
    }();
    AuditRecord record;
    record.action = &action;
    record.before = before;
    if (!done)
        record.refusal = done.error().message;
    audit_.accept(record);
    return done;
}

Result<void> Engine::carry_out(const Action& action, Alarm& alarm, Sink<Transition>& sink) {
    Standing& standing = alarm.standing;
    const AlarmState before = state_of(alarm);
    const auto changed = [&](Change change) {
        tell(alarm, change, before, standing.level, action.at_ns, sink, &action);
    };
    const auto refuse_unless = [&](bool possible, const char* why) -> Result<void> {
        return possible ? Result<void>{} : fail("alarm '" + alarm.config.name + "' " + why);
    };
    Result<void> possible;
    switch (action.kind) {
    case Kind::acknowledge:
        possible = refuse_unless(!standing.acknowledged, "has nothing to acknowledge");
        if (possible) {
            standing.acknowledged = true;
            standing.acknowledged_by = action.person;
            if (alarm.config.definition.behaviour.latching ==
                parameter::AlarmBehaviour::Latching::until_acknowledged)
                standing.latched = AlarmLevel::normal;
            changed(Change::acknowledged);
        }
        break;
    case Kind::reset:
        possible = refuse_unless(standing.latched != AlarmLevel::normal && standing.acknowledged &&
                                     standing.level == AlarmLevel::normal,
                                 "cannot be reset: it is not latched, not acknowledged, or its "
                                 "process is not normal");
        if (possible) {
            standing.latched = AlarmLevel::normal;
            changed(Change::reset);
        }
        break;
    case Kind::shelve:
        possible = refuse_unless(action.until_ns != kUnknownTime && action.until_ns > action.at_ns,
                                 "is shelved for a time: 'until' must lie in the future");
        if (possible) {
            standing.shelved = true;
            standing.until_ns = action.until_ns;
            changed(Change::shelved);
        }
        break;
    case Kind::unshelve:
        possible = refuse_unless(standing.shelved, "is not shelved");
        if (possible) {
            standing.shelved = false;
            standing.until_ns = kUnknownTime;
            changed(Change::unshelved);
        }
        break;
    case Kind::remove_from_service:
        possible = refuse_unless(!standing.out_of_service, "is out of service already");
        if (possible) {
            standing.out_of_service = true;
            changed(Change::removed_from_service);
        }
        break;
    case Kind::return_to_service:
        possible = refuse_unless(standing.out_of_service, "is not out of service");
        if (possible) {
            standing.out_of_service = false;
            changed(Change::returned_to_service);
        }
        break;
    case Kind::comment:
        possible = refuse_unless(!action.comment.empty(), "is given an empty comment");
        if (possible) {
            if (standing.comments.size() == kMostComments)
                standing.comments.erase(standing.comments.begin());
            standing.comments.push_back({action.at_ns, action.person, action.comment});
        }
        break;
    case Kind::assign:
        standing.assigned_to = action.value;
        break;
    case Kind::override_limits:
        possible = refuse_unless(alarm.config.kind == AlarmConfig::Kind::limits,
                                 "has no limits to override");
        if (possible)
            possible = check_ranges(action.ranges);
        if (possible)
            possible = override_limits(alarm, action.ranges);
        break;
    case Kind::restore_limits:
        possible = refuse_unless(alarm.by_hand.has_value(), "has the limits of the database");
        if (possible) {
            alarm.by_hand.reset();
            standing.overridden.clear();
        }
        break;
    case Kind::select_limit_set:
        break; // not of one alarm
    }
    return possible;
}

Result<void> Engine::override_limits(Alarm& alarm,
                                     const std::vector<parameter::AlarmRange>& ranges) {
    parameter::AlarmLimits limits;
    limits.ranges = ranges;
    limits.min_violations = alarm.config.definition.limits.min_violations;
    limits.min_conformances = alarm.config.definition.limits.min_conformances;
    auto rule = LevelRule::compile(limits);
    if (!rule)
        return fail(rule.error());
    alarm.by_hand = std::move(*rule);
    alarm.standing.overridden = ranges;
    return {};
}

Result<Engine::CompiledSet> Engine::compile_limit_set(const std::string& name,
                                                      const LimitSet& set) const {
    CompiledSet compiled;
    for (const auto& [alarm, limits] : set) {
        const auto refuse = [&, &named = alarm](std::string_view why) {
            std::string text = "limit set '";
            text.append(name).append("' names alarm '").append(named).append("', ").append(why);
            return fail(std::move(text));
        };
        const auto at = by_name_.find(alarm);
        if (at == by_name_.end())
            return refuse("which does not exist");
        auto rule = LevelRule::compile(limits);
        if (!rule)
            return refuse("with limits that make no sense: " + rule.error().message);
        compiled.emplace_back(at->second, std::move(*rule));
    }
    return compiled;
}

Result<void> Engine::select_limit_set(const std::string& name) {
    const auto set = options_.limit_sets.find(name);
    if (!name.empty() && set == options_.limit_sets.end()) {
        std::vector<std::string_view> names;
        for (const auto& [known, limits] : options_.limit_sets)
            names.emplace_back(known);
        const std::string near(nearest(name, names));
        return fail("no limit set is named '" + name + "'" +
                    (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
    // Compiled before anything is changed: all of the set or nothing.
    CompiledSet compiled;
    if (!name.empty()) {
        auto rules = compile_limit_set(name, set->second);
        if (!rules)
            return fail(rules.error());
        compiled = std::move(*rules);
    }
    for (Alarm& alarm : alarms_)
        alarm.set.reset();
    for (auto& [alarm, rule] : compiled)
        alarms_[alarm].set = std::move(rule);
    for (Watch& watch : watches_)
        set_bounds(watch);
    limit_set_ = name;
    return {};
}

} // namespace telemetry::alarm
