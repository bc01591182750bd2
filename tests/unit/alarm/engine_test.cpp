// SPDX-License-Identifier: GPL-3.0-or-later
// Truth tables: what readings come in, which transitions come out.
#include "telemetry/alarm/engine.h"

#include "scenario.h"

namespace telemetry::alarm {
namespace {

using Lines = Scenario::Lines;
using Behaviour = parameter::AlarmBehaviour;

// The levels and the sequence of Yamcs' AlarmTest.testIntegerLimits, which publishes them.
TEST(Engine, FiveLevelsContextAndMinimumViolations) {
    AlarmConfig config = five_levels();
    parameter::ContextLimits other{.context = 0, .limits = config.definition.limits};
    other.limits.ranges = {up_to(AlarmLevel::critical, 60), up_to(AlarmLevel::severe, 80)};
    parameter::ContextLimits third{.context = 1, .limits = {}};
    third.limits.ranges = {up_to(AlarmLevel::warning, 35)};
    third.limits.min_violations = 3;
    config.definition.contexts = {other, third};
    Scenario scenario({config});

    scenario.put_all({30, 42, 52, 62, 72, 74, 15});
    EXPECT_EQ(scenario.told(),
              (Lines{"2 raised warning unacknowledged", "3 escalated distress unacknowledged",
                     "4 escalated critical unacknowledged", "5 escalated severe unacknowledged",
                     "7 returned normal returned_unacknowledged"}));
    ASSERT_TRUE(scenario.act(Action::Kind::acknowledge));
    scenario.told();

    scenario.conditions.conditions[0] = true;
    scenario.put(71, 8);
    EXPECT_EQ(scenario.told(), (Lines{"8 raised critical unacknowledged"}));

    scenario.conditions.conditions[0] = false;
    scenario.conditions.conditions[1] = true;
    scenario.put(40, 9);
    scenario.put(40, 10);
    EXPECT_EQ(scenario.told(), Lines{});
    scenario.put(40, 11);
    EXPECT_EQ(scenario.told(), (Lines{"11 eased warning unacknowledged"}));
}

TEST(Engine, MinimumViolationsAreInARow) {
    AlarmConfig config = one_level();
    config.definition.limits.min_violations = 3;
    config.definition.limits.min_conformances = 2;
    Scenario scenario({config});
    scenario.put_all({50, 50, 10, 50, 50, 50, 10, 50, 10, 10});
    EXPECT_EQ(scenario.told(), (Lines{"6 raised warning unacknowledged",
                                      "10 returned normal returned_unacknowledged"}));
}

TEST(Engine, OneSpikeDoesNotEscalate) {
    AlarmConfig config = five_levels();
    config.definition.limits.min_violations = 2;
    Scenario scenario({config});
    scenario.put_all({42, 42, 75, 42, 75, 75});
    EXPECT_EQ(scenario.told(),
              (Lines{"2 raised warning unacknowledged", "6 escalated severe unacknowledged"}));
}

TEST(Engine, DeadBandHoldsUntilWellInside) {
    AlarmConfig config = one_level();
    config.definition.behaviour.dead_band = 2;
    Scenario scenario({config});
    scenario.put_all({40, 40.5, 39.5, 38.5, 37.9, 39.5, 40.1});
    EXPECT_EQ(scenario.told(),
              (Lines{"2 raised warning unacknowledged", "5 returned normal returned_unacknowledged",
                     "7 raised warning unacknowledged"}));
}

TEST(Engine, OnDelayRunsInGenerationTime) {
    AlarmConfig config = one_level();
    config.definition.behaviour.on_delay_ns = 5 * kSecond;
    Scenario scenario({config});
    scenario.put(50, 0);
    scenario.put(50, 4.9);
    scenario.put(10, 4.95);
    scenario.put(50, 6);
    scenario.put(50, 10.9);
    EXPECT_EQ(scenario.told(), Lines{});
    scenario.put(50, 11);
    EXPECT_EQ(scenario.told(), (Lines{"6 raised warning unacknowledged"}));
}

TEST(Engine, OnDelayEndsWithoutAnotherReading) {
    AlarmConfig config = one_level();
    config.definition.behaviour.on_delay_ns = 5 * kSecond;
    Scenario scenario({config});
    scenario.put(50, 0);
    scenario.advance(4);
    EXPECT_EQ(scenario.told(), Lines{});
    scenario.advance(6);
    EXPECT_EQ(scenario.told(), (Lines{"1 raised warning unacknowledged"}));
    scenario.advance(7);
    scenario.put(50, 8);
    EXPECT_EQ(scenario.told(), Lines{}); // once
}

TEST(Engine, OffDelay) {
    AlarmConfig config = one_level();
    config.definition.behaviour.off_delay_ns = 10 * kSecond;
    Scenario scenario({config});
    scenario.put(50, 0);
    scenario.put(10, 1);
    scenario.put(10, 10);
    scenario.put(50, 10.5);
    scenario.put(10, 11);
    scenario.advance(20);
    EXPECT_EQ(scenario.told(), (Lines{"1 raised warning unacknowledged"}));
    scenario.advance(21);
    EXPECT_EQ(scenario.told(), (Lines{"5 returned normal returned_unacknowledged"}));
}

TEST(Engine, StaleExpiredAndFreshAgain) {
    AlarmConfig config = one_level();
    config.kind = AlarmConfig::Kind::staleness;
    config.definition.behaviour.expected_period_ns = 10 * kSecond;
    config.definition.behaviour.expiry_ns = 60 * kSecond;
    config.definition.behaviour.stale_level = AlarmLevel::watch;
    Scenario scenario({config});
    scenario.advance(0);
    scenario.put(1, 1);
    scenario.advance(11);
    EXPECT_EQ(scenario.told(), Lines{});
    scenario.advance(11.1);
    scenario.advance(30);
    EXPECT_EQ(scenario.told(), (Lines{"1 raised watch unacknowledged"}));
    EXPECT_EQ(scenario.engine().status("P")->limit, "no value for 10 s");
    scenario.advance(62);
    EXPECT_EQ(scenario.told(), (Lines{"1 escalated warning unacknowledged"}));
    scenario.put(1, 63);
    EXPECT_EQ(scenario.told(), (Lines{"2 returned normal returned_unacknowledged"}));
}

TEST(Engine, NeverSeenIsStaleToo) {
    AlarmConfig config = one_level();
    config.kind = AlarmConfig::Kind::staleness;
    config.definition.behaviour.expected_period_ns = 10 * kSecond;
    config.definition.behaviour.stale_level = AlarmLevel::watch;
    Scenario scenario({config});
    scenario.advance(0);
    scenario.advance(10);
    EXPECT_EQ(scenario.told(), Lines{});
    scenario.advance(11);
    EXPECT_EQ(scenario.told(), (Lines{"0 raised watch unacknowledged"}));
}

TEST(Engine, EnumerationsWithADefault) {
    AlarmConfig config = one_level();
    parameter::AlarmLimits limits;
    limits.texts = {{AlarmLevel::normal, "ON"},
                    {AlarmLevel::watch, "IDLE"},
                    {AlarmLevel::critical, "ERR.*", parameter::TextAlarm::Match::pattern}};
    limits.default_text_level = AlarmLevel::warning;
    config.definition.limits = limits;
    Scenario scenario({config});
    for (const char* text : {"ON", "IDLE", "ODD", "ODDER", "ERROR 7", "ON"})
        scenario.put_text(text);
    EXPECT_EQ(scenario.told(),
              (Lines{"2 raised watch unacknowledged", "3 escalated warning unacknowledged",
                     "5 escalated critical unacknowledged",
                     "6 returned normal returned_unacknowledged"}));
}

TEST(Engine, ChangePerSampleAndPerSecond) {
    AlarmConfig config = one_level();
    config.definition.limits = {};
    parameter::AlarmRange range = up_to(AlarmLevel::warning, 3);
    range.range.min = -3;
    config.definition.limits.changes = {{.ranges = {range}}};
    Scenario delta({config});
    delta.put_all({10, 12, 14, 18, 18, 14});
    EXPECT_EQ(delta.told(),
              (Lines{"4 raised warning unacknowledged", "5 returned normal returned_unacknowledged",
                     "6 raised warning unacknowledged"}));

    config.definition.limits.changes[0].basis = parameter::ChangeAlarm::Basis::per_second;
    Scenario rate({config});
    rate.put(10, 0);
    rate.put(18, 4); // 2 a second
    rate.put(26, 6); // 4 a second
    EXPECT_EQ(rate.told(), (Lines{"3 raised warning unacknowledged"}));
}

TEST(Engine, AConditionOfItsOwn) {
    AlarmConfig config = one_level();
    config.definition.limits = {};
    config.definition.limits.conditions = {{AlarmLevel::distress, 2}};
    Scenario scenario({config});
    scenario.put(1);
    scenario.conditions.conditions[2] = true;
    scenario.put(1);
    EXPECT_EQ(scenario.told(), (Lines{"2 raised distress unacknowledged"}));
}

TEST(Engine, TheWorstElementOfAnArrayCounts) {
    AlarmConfig config = five_levels();
    config.definition.limits.min_violations = 2;
    Scenario scenario({config});
    scenario.put({.values = {10, 75, 42, 10}});
    EXPECT_EQ(scenario.told(), Lines{}); // four elements are one reading
    scenario.put({.values = {10, 42, 10, 10}});
    EXPECT_EQ(scenario.told(), (Lines{"2 raised warning unacknowledged"}));
}

TEST(Engine, ReplayedLateAndOldDataChangeNothing) {
    Scenario scenario({one_level()});
    scenario.put({.values = {50}, .feed = parameter::Feed::replayed});
    scenario.put({.values = {50}, .reception_ns = kStart + 301 * kSecond});
    scenario.put(10, 400);
    scenario.put(50, 399);
    EXPECT_EQ(scenario.told(), Lines{});
    EXPECT_EQ(scenario.engine().counts().replayed, 1U);
    EXPECT_EQ(scenario.engine().counts().late, 1U);
    EXPECT_EQ(scenario.engine().counts().out_of_order, 1U);
    scenario.put(50, 401);
    scenario.put({.values = {10}, .generation_ns = kStart, .reception_ns = kStart});
    EXPECT_EQ(scenario.told(), (Lines{"5 raised warning unacknowledged"}));
}

TEST(Engine, WhatIsNotDecodedIsNotJudged) {
    Scenario scenario({one_level()});
    scenario.put(50);
    scenario.put({.values = {10}, .validity = parameter::Validity::undecodable});
    scenario.put({.values = {10}, .validity = parameter::Validity::invalid});
    EXPECT_EQ(scenario.told(), (Lines{"1 raised warning unacknowledged"}));
    EXPECT_EQ(scenario.engine().counts().invalid, 2U);
}

TEST(Engine, LatchingUntilAcknowledged) {
    AlarmConfig config = one_level();
    config.definition.behaviour.latching = Behaviour::Latching::until_acknowledged;
    Scenario scenario({config});
    scenario.put_all({50, 10, 50, 10});
    EXPECT_EQ(
        scenario.told(),
        (Lines{"1 raised warning unacknowledged", "2 returned normal latched_unacknowledged",
               "3 raised warning unacknowledged", "4 returned normal latched_unacknowledged"}));
    ASSERT_TRUE(scenario.act(Action::Kind::acknowledge));
    EXPECT_EQ(scenario.told(), (Lines{"4 acknowledged normal normal"}));
    scenario.put(50, 20);
    ASSERT_TRUE(scenario.act(Action::Kind::acknowledge));
    scenario.put(10, 21);
    EXPECT_EQ(scenario.told(),
              (Lines{"5 raised warning unacknowledged", "5 acknowledged warning acknowledged",
                     "6 returned normal normal"}));
}

TEST(Engine, LatchingUntilReset) {
    AlarmConfig config = one_level();
    config.definition.behaviour.latching = Behaviour::Latching::until_reset;
    Scenario scenario({config});
    scenario.put_all({50});
    ASSERT_TRUE(scenario.act(Action::Kind::acknowledge));
    EXPECT_FALSE(scenario.act(Action::Kind::reset));
    scenario.put_all({10});
    ASSERT_TRUE(scenario.act(Action::Kind::reset));
    EXPECT_EQ(scenario.told(),
              (Lines{"1 raised warning unacknowledged", "1 acknowledged warning acknowledged",
                     "2 returned normal latched_acknowledged", "2 reset normal normal"}));
}

TEST(Engine, EscalationMustBeAcknowledgedAnew) {
    Scenario scenario({five_levels()});
    scenario.put(42);
    ASSERT_TRUE(scenario.act(Action::Kind::acknowledge));
    scenario.put(52);
    scenario.put(42);
    EXPECT_EQ(scenario.told(),
              (Lines{"1 raised warning unacknowledged", "1 acknowledged warning acknowledged",
                     "2 escalated distress unacknowledged", "3 eased warning unacknowledged"}));
}

TEST(Engine, SuppressedByDesignWhileItsConditionHolds) {
    AlarmConfig config = one_level();
    config.definition.behaviour.suppressed_while = 3;
    Scenario scenario({config});
    scenario.conditions.conditions[3] = true;
    scenario.put(10);
    scenario.put(50);
    scenario.conditions.conditions[3] = false;
    scenario.put(50);
    EXPECT_EQ(scenario.told(),
              (Lines{"1 suppressed normal suppressed silent", "2 raised warning suppressed silent",
                     "3 unsuppressed warning unacknowledged"}));
}

TEST(Engine, ARuleThatHoldsForADuration) {
    AlarmConfig config;
    config.kind = AlarmConfig::Kind::rule;
    config.name = "P";
    config.rule = 1;
    config.rule_level = AlarmLevel::critical;
    config.definition.behaviour.on_delay_ns = 10 * kSecond;
    Scenario scenario({config});
    scenario.conditions.rules[1] = true;
    scenario.put(1, 0);
    scenario.put(1, 9);
    EXPECT_EQ(scenario.told(), Lines{});
    scenario.advance(10);
    EXPECT_EQ(scenario.told(), (Lines{"2 raised critical unacknowledged"}));
    scenario.conditions.rules[1] = false;
    scenario.put(1, 11);
    EXPECT_EQ(scenario.told(), (Lines{"3 returned normal returned_unacknowledged"}));
}

TEST(Engine, APacketFromTheFutureDoesNotSilenceWhatFollows) {
    Scenario scenario({one_level()});
    scenario.put({.values = {20}, .generation_ns = kStart + 100'000'000 * kSecond});
    scenario.put(50, 1);
    EXPECT_EQ(scenario.told(), (Lines{"2 raised warning unacknowledged"}));
    EXPECT_EQ(scenario.engine().counts().early, 1U);
    EXPECT_EQ(scenario.engine().counts().out_of_order, 0U);
}

TEST(Engine, ATimeThatDoesNotFitIsLate) {
    Scenario scenario({one_level()});
    scenario.put({.values = {50}, .generation_ns = std::numeric_limits<UtcNs>::min() + 1});
    EXPECT_EQ(scenario.told(), Lines{});
    EXPECT_EQ(scenario.engine().counts().late, 1U);
}

TEST(Engine, ANumberThatIsNoneEndsNoAlarm) {
    Scenario scenario({one_level()});
    scenario.put_all({50, std::nan("")});
    EXPECT_EQ(scenario.told(), (Lines{"1 raised warning unacknowledged"}));
    EXPECT_EQ(scenario.engine().counts().invalid, 1U);
}

TEST(Engine, WhatSuppressesComesBeforeWhatItSuppresses) {
    AlarmConfig config = one_level();
    config.definition.behaviour.suppressed_while = 3;
    Scenario scenario({config});
    scenario.conditions.conditions[3] = true; // in the packet that brings the violation, too
    scenario.put(50, 1);
    EXPECT_EQ(scenario.told(), (Lines{"1 suppressed normal suppressed silent",
                                      "1 raised warning suppressed silent"}));
    scenario.conditions.conditions[3] = false; // and its end behind the value that is fine again
    scenario.put(20, 2);
    EXPECT_EQ(scenario.told(), (Lines{"2 returned normal suppressed silent",
                                      "2 unsuppressed normal returned_unacknowledged"}));
}

TEST(Engine, ADeadBandWiderThanTheRangeStillLetsItReturn) {
    AlarmConfig config = one_level();
    config.definition.limits.ranges[0].range.min = 0;
    config.definition.behaviour.dead_band = 30;
    Scenario scenario({config});
    scenario.put_all({41, 30, 20});
    EXPECT_EQ(scenario.told(), (Lines{"1 raised warning unacknowledged",
                                      "3 returned normal returned_unacknowledged"}));
}

TEST(Engine, TwoAlarmsOfOneNameAreRefused) {
    HandConditions conditions;
    auto audit = make_sink<AuditRecord>([](const AuditRecord&) {});
    const auto engine = Engine::create({one_level(), one_level()}, {}, conditions, audit);
    ASSERT_FALSE(engine);
    EXPECT_EQ(engine.error().message, "two alarms are named 'P'");
}

TEST(Engine, ALimitSetOfNoAlarmIsRefusedAtOnce) {
    HandConditions conditions;
    auto audit = make_sink<AuditRecord>([](const AuditRecord&) {});
    EngineOptions options;
    options.limit_sets["eclipse"]["Q"] = {};
    const auto engine = Engine::create({one_level()}, options, conditions, audit);
    ASSERT_FALSE(engine);
    EXPECT_EQ(engine.error().message, "limit set 'eclipse' names alarm 'Q', which does not exist");
}

TEST(Engine, APatternThatIsNoneIsRefused) {
    HandConditions conditions;
    auto audit = make_sink<AuditRecord>([](const AuditRecord&) {});
    AlarmConfig config = one_level();
    config.definition.limits.texts = {
        {AlarmLevel::watch, "(", parameter::TextAlarm::Match::pattern}};
    const auto engine = Engine::create({config}, {}, conditions, audit);
    ASSERT_FALSE(engine);
    EXPECT_NE(engine.error().message.find("'P'"), std::string::npos);
}

} // namespace
} // namespace telemetry::alarm
