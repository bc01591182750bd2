// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "telemetry/alarm/alarm.h"
#include "telemetry/alarm/conditions.h"
#include "telemetry/alarm/level_rule.h"
#include "telemetry/base/result.h"
#include "telemetry/base/stage.h"

namespace telemetry::alarm {

/// One alarm to watch for.
struct AlarmConfig {
    enum class Kind : std::uint8_t {
        limits,    ///< of the readings of `item`
        staleness, ///< of `item`: behaviour.stale_level after behaviour.expected_period_ns
        rule       ///< Conditions::rule_holds(`rule`)
    };
    Kind kind = Kind::limits;
    std::string name; ///< unique
    std::string parameter;
    parameter::ItemIndex item = parameter::kNone;
    parameter::AlarmDefinition definition = {};
    std::size_t rule = 0;
    AlarmLevel rule_level = AlarmLevel::warning;
};

/// Limits that replace those of the database while the set is selected; by alarm name.
using LimitSet = std::map<std::string, parameter::AlarmLimits, std::less<>>;

struct EngineOptions {
    /// Packets older than this when received fire nothing.
    std::int64_t late_after_ns = 300'000'000'000;
    std::map<std::string, LimitSet, std::less<>> limit_sets = {};
};

struct EngineCounts {
    std::uint64_t readings = 0;
    std::uint64_t replayed = 0;     ///< readings left out, for each reason
    std::uint64_t late = 0;         ///< older than late_after_ns
    std::uint64_t early = 0;        ///< from the future by as much; judged by their reception
    std::uint64_t out_of_order = 0; ///< older than what is known of the parameter
    std::uint64_t invalid = 0;      ///< not decodable, not calibrated, or not valid
    std::uint64_t transitions = 0;
};

/// Parameters → alarms.
///
/// A reading has a level (LevelRule). The alarm takes that level on when it has been off its
/// present one in the same sense (up, down, or back to normal) for min_violations readings in a row
/// (min_conformances to become normal) and for the on-delay (off-delay): a single spike neither
/// raises an alarm nor lifts it to a higher level. Delays run in generation time from reading to
/// reading, and in reception time where no further reading comes (advance()).
///
/// Replayed data, late data and data older than what is known change nothing: an alarm tells what
/// is so now. Most readings are of numbers within limits, of an alarm at rest: for these the engine
/// compares with two bounds and goes on.
///
/// Not for use from several threads. The same packets, advances and actions give the same
/// transitions.
class Engine {
public:
    /// `conditions`, `audit` outlive the engine. The first alarm that cannot be watched is the
    /// error: a name used twice, a pattern that is none.
    static Result<std::unique_ptr<Engine>> create(std::vector<AlarmConfig> alarms,
                                                  const EngineOptions& options,
                                                  Conditions& conditions, Sink<AuditRecord>& audit);

    void process(const parameter::ValueBatch& batch, Sink<Transition>& sink) noexcept;

    /// A number that is in no packet: of the link, of the receiver.
    void observe(parameter::ItemIndex item, double value, UtcNs at_ns,
                 Sink<Transition>& sink) noexcept;

    /// Lets time pass where no reading comes: delays, staleness, the end of shelving. Call it about
    /// once a second; a time before the last one changes nothing.
    void advance(UtcNs now, Sink<Transition>& sink) noexcept;

    /// Refused (unknown alarm, nothing to acknowledge, no person named, …): says why. Either way
    /// the audit sink is told.
    Result<void> act(const Action& action, Sink<Transition>& sink);

    /// All that are not normal, in the order of the alarms.
    std::vector<AlarmStatus> active() const;
    /// Of one; nothing when there is none of that name.
    std::optional<AlarmStatus> status(std::string_view alarm) const;

    const std::string& limit_set() const { return limit_set_; }
    const EngineCounts& counts() const { return counts_; }

    /// All that must survive a restart, as JSON. restore() takes it; what it says of alarms that
    /// are no longer there is left out, and their names are returned. An error: it is no snapshot,
    /// and nothing has changed.
    std::string save() const;
    Result<std::vector<std::string>> restore(std::string_view snapshot);

private:
    enum class Direction : std::uint8_t { none, up, down, to_normal };

    /// What of an alarm outlives the program.
    struct Standing {
        AlarmLevel level = AlarmLevel::normal; ///< of the process
        AlarmLevel latched = AlarmLevel::normal;
        AlarmLevel worst = AlarmLevel::normal;
        bool acknowledged = true;
        bool shelved = false;
        bool out_of_service = false;
        std::string limit;
        Reading first;
        Reading latest;
        UtcNs since_ns = kUnknownTime;
        UtcNs until_ns = kUnknownTime;
        int violations = 0;
        std::string acknowledged_by;
        std::string assigned_to;
        std::vector<AlarmStatus::Comment> comments;
        std::vector<parameter::AlarmRange> overridden; ///< by a person; empty: not
    };

    struct Alarm {
        AlarmConfig config;
        LevelRule database;               ///< limits of the database
        std::optional<LevelRule> set;     ///< of the selected limit set
        std::optional<LevelRule> by_hand; ///< of a person
        std::vector<LevelRule> contexts;  ///< beside config.definition.contexts
        ChangeHistory history;
        Standing standing;
        bool suppressed = false;
        // A change that has not lasted yet.
        Direction direction = Direction::none;
        int in_a_row = 0;
        int needed = 1;
        std::int64_t delay_ns = 0;
        Reading began;
        LevelRule::Verdict verdict;
    };

    /// By item: what the hot loop looks at.
    struct Watch {
        double low = 0; ///< numbers in [low, high] need no further look; low > high: all do
        double high = -1;
        UtcNs generation_ns = kUnknownTime;
        UtcNs reception_ns = kUnknownTime;
        std::uint32_t first = 0; ///< in `by_item_`
        std::uint32_t count = 0;
    };

    Engine(const EngineOptions& options, Conditions& conditions, Sink<AuditRecord>& audit)
        : options_(options), conditions_(conditions), audit_(audit) {}

    Result<void> add(AlarmConfig&& config);
    void index();
    void judge(Watch& watch, const parameter::ValueBatch& batch, std::size_t first, std::size_t end,
               std::int64_t packet, Sink<Transition>& sink);
    void judge(Alarm& alarm, std::span<const Reading> readings, Sink<Transition>& sink);
    void look(Alarm& alarm, const LevelRule::Verdict& verdict, int violations, int conformances,
              const Reading& reading, Sink<Transition>& sink);
    void commit(Alarm& alarm, UtcNs at_ns, Sink<Transition>& sink);
    void judge_rules(UtcNs generation_ns, UtcNs reception_ns, Sink<Transition>& sink);
    /// Those that become suppressed (or those that cease to be).
    void judge_suppression(Change change, UtcNs at_ns, Sink<Transition>& sink);
    const LevelRule& rule_of(const Alarm& alarm) const;
    void set_bounds(Watch& watch) const;
    void set_bounds_of(const Alarm& alarm);
    using CompiledSet = std::vector<std::pair<std::uint32_t, LevelRule>>; ///< by alarm
    Result<CompiledSet> compile_limit_set(const std::string& name, const LimitSet& set) const;
    Result<void> select_limit_set(const std::string& name);
    static Result<void> override_limits(Alarm& alarm,
                                        const std::vector<parameter::AlarmRange>& ranges);
    Result<void> carry_out(const Action& action, Alarm& alarm, Sink<Transition>& sink);
    void tell(const Alarm& alarm, Change change, AlarmState before, AlarmLevel level_before,
              UtcNs at_ns, Sink<Transition>& sink, const Action* by = nullptr);
    static std::string replaced_by(Action::Kind kind, const Alarm& alarm);
    static AlarmState state_of(const Alarm& alarm);
    static AlarmStatus status_of(const Alarm& alarm);

    EngineOptions options_;
    Conditions& conditions_;
    Sink<AuditRecord>& audit_;
    std::vector<Alarm> alarms_;
    std::unordered_map<std::string, std::uint32_t> by_name_;
    std::vector<Watch> watches_;         ///< by item
    std::vector<std::uint32_t> by_item_; ///< alarms of kind limits, those of an item together
    std::vector<std::uint32_t> stale_;   ///< alarms of kind staleness
    std::vector<std::uint32_t> rules_;   ///< alarms of kind rule
    std::vector<std::uint32_t> suppressible_;
    std::set<std::uint32_t> waiting_; ///< alarms with a delay running; some may be done already
    std::vector<Reading> readings_;   ///< of one item in one packet; kept for its memory
    std::string limit_set_;
    UtcNs now_ = kUnknownTime;
    UtcNs started_ns_ =
        kUnknownTime; ///< first advance(): staleness counts from here at the earliest
    std::uint64_t next_number_ = 1;
    EngineCounts counts_;
};

} // namespace telemetry::alarm
