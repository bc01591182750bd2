// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/alarm/engine.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "telemetry/base/text.h"

namespace telemetry::alarm {
namespace {

using parameter::Form;
using parameter::Validity;
using parameter::ValueBatch;
using Latching = parameter::AlarmBehaviour::Latching;

/// Times of packets are whatever their bits say: the difference may not fit.
std::int64_t elapsed(UtcNs from, UtcNs to) {
    if (from == kUnknownTime || to == kUnknownTime)
        return 0;
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(to, from, &difference))
        return to > from ? std::numeric_limits<std::int64_t>::max()
                         : std::numeric_limits<std::int64_t>::min();
    return difference;
}

/// A number in floating point that is none: it is neither within limits nor outside.
bool is_no_number(const ValueBatch& batch, std::size_t i, parameter::ValueKind kind) {
    const bool raw = kind == parameter::ValueKind::raw;
    return (raw ? batch.raw_form[i] : batch.value_form[i]) == Form::real &&
           std::isnan(raw ? batch.raw_real(i) : batch.real(i));
}

bool judgeable(Validity validity) {
    return validity == Validity::valid || validity == Validity::out_of_range;
}

/// The number of a reading, NaN where it is none.
double number_at(const ValueBatch& batch, std::size_t i, parameter::ValueKind kind) {
    return kind == parameter::ValueKind::raw ? batch.raw_real(i) : batch.real(i);
}

AlarmLevel next_higher(AlarmLevel level) {
    return level == AlarmLevel::severe ? level
                                       : static_cast<AlarmLevel>(static_cast<int>(level) + 1);
}

} // namespace

Result<std::unique_ptr<Engine>> Engine::create(std::vector<AlarmConfig> alarms,
                                               const EngineOptions& options, Conditions& conditions,
                                               Sink<AuditRecord>& audit) {
    std::unique_ptr<Engine> engine(new Engine(options, conditions, audit));
    engine->alarms_.reserve(alarms.size());
    for (AlarmConfig& config : alarms)
        if (auto added = engine->add(std::move(config)); !added)
            return fail(added.error());
    // Better refused now than when an operator selects it.
    for (const auto& [name, set] : options.limit_sets)
        if (const auto compiled = engine->compile_limit_set(name, set); !compiled)
            return fail(compiled.error());
    engine->index();
    return engine;
}

Result<void> Engine::add(AlarmConfig&& config) {
    if (!by_name_.emplace(config.name, static_cast<std::uint32_t>(alarms_.size())).second)
        return fail("two alarms are named '" + config.name + "'");
    const auto refused = [&](const Error& error) {
        return fail("alarm '" + config.name + "': " + error.message);
    };
    Alarm alarm;
    auto rule = LevelRule::compile(config.definition.limits);
    if (!rule)
        return refused(rule.error());
    alarm.database = std::move(*rule);
    for (const parameter::ContextLimits& context : config.definition.contexts) {
        auto compiled = LevelRule::compile(context.limits);
        if (!compiled)
            return refused(compiled.error());
        alarm.contexts.push_back(std::move(*compiled));
    }
    alarm.config = std::move(config);
    alarms_.push_back(std::move(alarm));
    return {};
}

void Engine::index() {
    std::vector<std::uint32_t> watching;
    for (std::uint32_t i = 0; i < alarms_.size(); ++i) {
        const AlarmConfig& config = alarms_[i].config;
        if (config.kind == AlarmConfig::Kind::rule)
            rules_.push_back(i);
        else
            watching.push_back(i);
        if (config.kind == AlarmConfig::Kind::staleness)
            stale_.push_back(i);
        if (config.definition.behaviour.suppressed_while != parameter::kNone)
            suppressible_.push_back(i);
        if (config.item != parameter::kNone && config.item >= watches_.size())
            watches_.resize(config.item + std::size_t{1});
    }
    std::stable_sort(watching.begin(), watching.end(), [&](std::uint32_t a, std::uint32_t b) {
        return alarms_[a].config.item < alarms_[b].config.item;
    });
    by_item_ = std::move(watching);
    for (std::uint32_t i = 0; i < by_item_.size(); ++i) {
        Watch& watch = watches_[alarms_[by_item_[i]].config.item];
        if (watch.count++ == 0)
            watch.first = i;
    }
    for (Watch& watch : watches_)
        set_bounds(watch);
}

void Engine::set_bounds(Watch& watch) const {
    watch.low = -std::numeric_limits<double>::infinity();
    watch.high = std::numeric_limits<double>::infinity();
    for (std::uint32_t i = watch.first; i < watch.first + watch.count; ++i) {
        const Alarm& alarm = alarms_[by_item_[i]];
        bool at_rest =
            alarm.standing.level == AlarmLevel::normal && alarm.direction == Direction::none;
        if (alarm.config.kind == AlarmConfig::Kind::limits) {
            const LevelRule& rule = rule_of(alarm);
            at_rest = at_rest && alarm.contexts.empty() && rule.is_plain() &&
                      alarm.config.definition.kind == parameter::ValueKind::calibrated;
            watch.low = std::max(watch.low, rule.low());
            watch.high = std::min(watch.high, rule.high());
        }
        if (!at_rest) {
            watch.low = 0;
            watch.high = -1;
            return;
        }
    }
}

void Engine::set_bounds_of(const Alarm& alarm) {
    if (alarm.config.item < watches_.size())
        set_bounds(watches_[alarm.config.item]);
}

/// By hand before the limit set, the limit set before contexts, contexts before the default.
const LevelRule& Engine::rule_of(const Alarm& alarm) const {
    if (alarm.by_hand)
        return *alarm.by_hand;
    if (alarm.set)
        return *alarm.set;
    for (std::size_t i = 0; i < alarm.contexts.size(); ++i)
        if (conditions_.holds(alarm.config.definition.contexts[i].context))
            return alarm.contexts[i];
    return alarm.database;
}

void Engine::process(const ValueBatch& batch, Sink<Transition>& sink) noexcept {
    const std::size_t size = batch.size();
    for (const parameter::PacketRecord& packet : batch.packets) {
        const std::size_t end =
            std::min<std::size_t>(size, std::size_t{packet.first_value} + packet.value_count);
        const std::size_t count = end - std::min<std::size_t>(packet.first_value, end);
        if (packet.feed == parameter::Feed::replayed) {
            counts_.replayed += count;
            continue;
        }
        const std::int64_t age = elapsed(packet.generation_ns, packet.reception_ns);
        if (age > options_.late_after_ns) {
            counts_.late += count;
            continue;
        }
        UtcNs generation = packet.generation_ns;
        if (age < -options_.late_after_ns) {
            // From the future, says a clock that is wrong. Believed, it would make all that follows
            // old; but what comes live is no older than its reception.
            counts_.early += count;
            generation = packet.reception_ns;
        }
        const UtcNs reception =
            packet.reception_ns == kUnknownTime ? generation : packet.reception_ns;
        const bool conditions_changed =
            conditions_.update(batch, packet.first_value, count, generation);
        if (conditions_changed) // first what switches alarms off: they must not be heard
            judge_suppression(Change::suppressed, reception, sink);
        counts_.readings += count;
        for (std::size_t i = packet.first_value; i < end; ++i) {
            const parameter::ItemIndex item = batch.item[i];
            if (item >= watches_.size() || watches_[item].count == 0)
                continue;
            Watch& watch = watches_[item];
            if (generation != kUnknownTime) {
                if (generation < watch.generation_ns) {
                    ++counts_.out_of_order;
                    continue;
                }
                watch.generation_ns = generation;
            }
            watch.reception_ns = reception;
            const double value = batch.real(i);
            if (value >= watch.low && value <= watch.high && judgeable(batch.validity[i]))
                continue;

            // The elements of an array are one reading: its most severe element.
            std::size_t last = i;
            while (last + 1 < end && batch.item[last + 1] == item)
                ++last;
            judge(watch, batch, i, last + 1, packet.number, sink);
            i = last;
        }
        if (conditions_changed) {
            judge_suppression(Change::unsuppressed, reception, sink);
            judge_rules(generation, reception, sink);
        }
    }
}

void Engine::observe(parameter::ItemIndex item, double value, UtcNs at_ns,
                     Sink<Transition>& sink) noexcept {
    if (item >= watches_.size() || watches_[item].count == 0)
        return;
    ++counts_.readings;
    if (std::isnan(value)) {
        ++counts_.invalid;
        return;
    }
    Watch& watch = watches_[item];
    if (at_ns < watch.generation_ns) {
        ++counts_.out_of_order;
        return;
    }
    watch.generation_ns = watch.reception_ns = at_ns;
    if (value >= watch.low && value <= watch.high)
        return;
    const Reading reading{value, {}, -1, at_ns, at_ns};
    for (std::uint32_t i = watch.first; i < watch.first + watch.count; ++i)
        judge(alarms_[by_item_[i]], {&reading, 1}, sink);
    set_bounds(watch);
}

void Engine::judge(Watch& watch, const ValueBatch& batch, std::size_t first, std::size_t end,
                   std::int64_t packet, Sink<Transition>& sink) {
    for (std::uint32_t i = watch.first; i < watch.first + watch.count; ++i) {
        Alarm& alarm = alarms_[by_item_[i]];
        const parameter::ValueKind kind = alarm.config.definition.kind;
        readings_.clear();
        for (std::size_t at = first; at < end; ++at) {
            if ((!judgeable(batch.validity[at]) && kind == parameter::ValueKind::calibrated) ||
                is_no_number(batch, at, kind)) {
                ++counts_.invalid;
                continue;
            }
            readings_.push_back(
                {number_at(batch, at, kind), {}, packet, watch.generation_ns, watch.reception_ns});
            readings_.back().text =
                kind == parameter::ValueKind::raw ? batch.raw_text(at) : batch.text(at);
        }
        if (!readings_.empty())
            judge(alarm, readings_, sink);
    }
    set_bounds(watch);
}

void Engine::judge(Alarm& alarm, std::span<const Reading> readings, Sink<Transition>& sink) {
    if (alarm.config.kind == AlarmConfig::Kind::staleness) {
        look(alarm, {}, 1, 1, readings.front(), sink);
        return;
    }
    const LevelRule& rule = rule_of(alarm);
    const Reading* worst = readings.data();
    LevelRule::Verdict verdict;
    for (const Reading& reading : readings) {
        LevelRule::Verdict each =
            rule.judge(reading, conditions_, alarm.history, alarm.standing.level,
                       alarm.config.definition.behaviour.dead_band);
        if (each.level > verdict.level) {
            verdict = std::move(each);
            worst = &reading;
        }
    }
    if (rule.looks_back())
        rule.remember(readings.front(), alarm.history);
    look(alarm, verdict, rule.min_violations(), rule.min_conformances(), *worst, sink);
}

/// One more verdict: does the alarm follow it, now, later or not?
void Engine::look(Alarm& alarm, const LevelRule::Verdict& verdict, int violations, int conformances,
                  const Reading& reading, Sink<Transition>& sink) {
    Standing& standing = alarm.standing;
    standing.latest = reading;
    if (verdict.level != AlarmLevel::normal && standing.level != AlarmLevel::normal)
        ++standing.violations;
    if (verdict.level == standing.level) {
        alarm.direction = Direction::none;
        return;
    }
    const Direction direction = verdict.level == AlarmLevel::normal ? Direction::to_normal
                                : verdict.level > standing.level    ? Direction::up
                                                                    : Direction::down;
    if (direction != alarm.direction) {
        alarm.direction = direction;
        alarm.in_a_row = 0;
        alarm.began = reading;
    }
    const parameter::AlarmBehaviour& behaviour = alarm.config.definition.behaviour;
    ++alarm.in_a_row;
    alarm.needed = direction == Direction::to_normal ? conformances : violations;
    alarm.delay_ns = direction == Direction::up ? behaviour.on_delay_ns : behaviour.off_delay_ns;
    alarm.verdict = verdict;
    if (alarm.in_a_row < alarm.needed)
        return;
    if (elapsed(alarm.began.generation_ns, reading.generation_ns) >= alarm.delay_ns)
        commit(alarm, reading.reception_ns, sink);
    else
        waiting_.insert(static_cast<std::uint32_t>(&alarm - alarms_.data()));
}

/// The alarm takes on the level of its verdict.
void Engine::commit(Alarm& alarm, UtcNs at_ns, Sink<Transition>& sink) {
    Standing& standing = alarm.standing;
    const AlarmState before = state_of(alarm);
    const AlarmLevel level_before = standing.level;
    const Latching latching = alarm.config.definition.behaviour.latching;
    alarm.direction = Direction::none;
    standing.level = alarm.verdict.level;

    Change change = Change::eased;
    if (level_before == AlarmLevel::normal) {
        change = Change::raised;
        if (before == AlarmState::normal) {
            standing.comments.clear();
            standing.assigned_to.clear();
            standing.worst = AlarmLevel::normal;
        }
        standing.first = alarm.began;
        standing.since_ns = alarm.began.generation_ns;
        standing.violations = alarm.in_a_row;
    } else if (standing.level == AlarmLevel::normal) {
        change = Change::returned;
        if (latching == Latching::until_reset ||
            (latching == Latching::until_acknowledged && !standing.acknowledged))
            standing.latched = std::max(standing.latched, level_before);
    } else if (standing.level > level_before) {
        change = Change::escalated;
    }
    if (change == Change::raised || change == Change::escalated) {
        standing.acknowledged = false;
        standing.acknowledged_by.clear();
    }
    standing.worst = std::max(standing.worst, standing.level);
    if (standing.level != AlarmLevel::normal)
        standing.limit = LevelRule::describe(alarm.verdict);
    tell(alarm, change, before, level_before, at_ns, sink);
}

void Engine::judge_rules(UtcNs generation_ns, UtcNs reception_ns, Sink<Transition>& sink) {
    for (const std::uint32_t index : rules_) {
        Alarm& alarm = alarms_[index];
        LevelRule::Verdict verdict;
        if (conditions_.rule_holds(alarm.config.rule))
            verdict = {alarm.config.rule_level, LevelRule::Cause::rule};
        look(alarm, verdict, 1, 1, Reading{kUnknown, {}, -1, generation_ns, reception_ns}, sink);
    }
}

void Engine::judge_suppression(Change change, UtcNs at_ns, Sink<Transition>& sink) {
    for (const std::uint32_t index : suppressible_) {
        Alarm& alarm = alarms_[index];
        const bool suppressed =
            conditions_.holds(alarm.config.definition.behaviour.suppressed_while);
        if (suppressed == alarm.suppressed || suppressed != (change == Change::suppressed))
            continue;
        const AlarmState before = state_of(alarm);
        alarm.suppressed = suppressed;
        tell(alarm, change, before, alarm.standing.level, at_ns, sink);
    }
}

void Engine::advance(UtcNs now, Sink<Transition>& sink) noexcept {
    if (now == kUnknownTime || (now_ != kUnknownTime && now <= now_))
        return;
    if (now_ == kUnknownTime)
        started_ns_ = now;
    now_ = now;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        Alarm& alarm = alarms_[*at];
        const UtcNs due = alarm.began.reception_ns == kUnknownTime
                              ? kUnknownTime
                              : alarm.began.reception_ns + alarm.delay_ns;
        const bool pending = alarm.direction != Direction::none && alarm.in_a_row >= alarm.needed;
        if (pending && due > now) {
            ++at;
            continue;
        }
        at = waiting_.erase(at);
        if (pending) {
            commit(alarm, due, sink);
            set_bounds_of(alarm);
        }
    }
    for (const std::uint32_t index : stale_) {
        Alarm& alarm = alarms_[index];
        const parameter::AlarmBehaviour& behaviour = alarm.config.definition.behaviour;
        const std::int64_t age =
            now - std::max(started_ns_, watches_[alarm.config.item].reception_ns);
        if (age <= behaviour.expected_period_ns)
            continue;
        const bool expired = behaviour.expiry_ns > 0 && age > behaviour.expiry_ns;
        LevelRule::Verdict verdict;
        verdict.level = expired ? next_higher(behaviour.stale_level) : behaviour.stale_level;
        verdict.cause = LevelRule::Cause::staleness;
        verdict.value = 1e-9 * static_cast<double>(expired ? behaviour.expiry_ns
                                                           : behaviour.expected_period_ns);
        look(alarm, verdict, 1, 1, Reading{kUnknown, {}, -1, now, now}, sink);
        set_bounds_of(alarm);
    }
    for (Alarm& alarm : alarms_)
        if (alarm.standing.shelved && alarm.standing.until_ns <= now) {
            const AlarmState before = state_of(alarm);
            const UtcNs until = alarm.standing.until_ns;
            alarm.standing.shelved = false;
            alarm.standing.until_ns = kUnknownTime;
            tell(alarm, Change::unshelved, before, alarm.standing.level, until, sink);
        }
}

void Engine::tell(const Alarm& alarm, Change change, AlarmState before, AlarmLevel level_before,
                  UtcNs at_ns, Sink<Transition>& sink, const Action* by) {
    const Standing& standing = alarm.standing;
    Transition transition;
    transition.number = next_number_++;
    transition.alarm = alarm.config.name;
    transition.parameter = alarm.config.parameter;
    transition.change = change;
    transition.before = before;
    transition.after = state_of(alarm);
    transition.level_before = level_before;
    transition.level = standing.level;
    transition.limit = standing.limit;
    transition.reading = &standing.latest;
    transition.at_ns = at_ns;
    transition.since_ns = standing.since_ns;
    transition.violations = standing.violations;
    const auto hidden = [](AlarmState state) { return state >= AlarmState::shelved; };
    if (hidden(transition.after))
        transition.annunciation = Annunciation::silent;
    if (by) {
        transition.by = by->person;
        transition.comment = by->comment;
    }
    ++counts_.transitions;
    sink.accept(transition);
}

AlarmState Engine::state_of(const Alarm& alarm) {
    const Standing& standing = alarm.standing;
    if (standing.out_of_service)
        return AlarmState::out_of_service;
    if (alarm.suppressed)
        return AlarmState::suppressed;
    if (standing.shelved)
        return AlarmState::shelved;
    if (standing.level != AlarmLevel::normal)
        return standing.acknowledged ? AlarmState::acknowledged : AlarmState::unacknowledged;
    if (standing.latched != AlarmLevel::normal)
        return standing.acknowledged ? AlarmState::latched_acknowledged
                                     : AlarmState::latched_unacknowledged;
    return standing.acknowledged ? AlarmState::normal : AlarmState::returned_unacknowledged;
}

AlarmStatus Engine::status_of(const Alarm& alarm) {
    const Standing& standing = alarm.standing;
    AlarmStatus status;
    status.name = alarm.config.name;
    status.parameter = alarm.config.parameter;
    status.state = state_of(alarm);
    status.level = std::max(standing.level, standing.latched);
    status.worst = standing.worst;
    status.limit = standing.limit;
    status.first = standing.first;
    status.latest = standing.latest;
    status.since_ns = standing.since_ns;
    status.until_ns = standing.until_ns;
    status.violations = standing.violations;
    status.acknowledged_by = standing.acknowledged_by;
    status.assigned_to = standing.assigned_to;
    status.comments = standing.comments;
    return status;
}

std::vector<AlarmStatus> Engine::active() const {
    std::vector<AlarmStatus> list;
    for (const Alarm& alarm : alarms_)
        if (state_of(alarm) != AlarmState::normal)
            list.push_back(status_of(alarm));
    return list;
}

std::optional<AlarmStatus> Engine::status(std::string_view alarm) const {
    const auto at = by_name_.find(std::string(alarm));
    if (at == by_name_.end())
        return std::nullopt;
    return status_of(alarms_[at->second]);
}

} // namespace telemetry::alarm
