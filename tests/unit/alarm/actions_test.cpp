// SPDX-License-Identifier: GPL-3.0-or-later
#include "scenario.h"

namespace telemetry::alarm {
namespace {

using Lines = Scenario::Lines;
using Kind = Action::Kind;

TEST(Actions, ShelvedForATimeOnly) {
    Scenario scenario({one_level()});
    EXPECT_FALSE(scenario.act(Kind::shelve)); // no end given
    ASSERT_TRUE(scenario.act(Kind::shelve, "known", 60));
    scenario.put(50, 10);
    scenario.advance(59);
    scenario.advance(60);
    EXPECT_EQ(scenario.told(),
              (Lines{"0 shelved normal shelved silent", "1 raised warning shelved silent",
                     "1 unshelved warning unacknowledged"}));
}

TEST(Actions, OutOfServiceUntilPutBack) {
    Scenario scenario({one_level()});
    ASSERT_TRUE(scenario.act(Kind::remove_from_service));
    EXPECT_FALSE(scenario.act(Kind::remove_from_service));
    scenario.put_all({50, 10});
    ASSERT_TRUE(scenario.act(Kind::return_to_service));
    EXPECT_EQ(scenario.told(), (Lines{"0 removed_from_service normal out_of_service silent",
                                      "1 raised warning out_of_service silent",
                                      "2 returned normal out_of_service silent",
                                      "2 returned_to_service normal returned_unacknowledged"}));
}

TEST(Actions, EveryOneIsAudited) {
    Scenario scenario({one_level()});
    EXPECT_FALSE(scenario.act(Kind::acknowledge));
    scenario.put(50);
    EXPECT_TRUE(scenario.act(Kind::acknowledge));
    EXPECT_TRUE(scenario.act(Kind::comment, "battery heater"));
    EXPECT_TRUE(scenario.act(Kind::assign, "grace"));
    EXPECT_EQ(scenario.audited(), (Lines{"acknowledge by ada refused", "acknowledge by ada",
                                         "comment by ada", "assign by ada"}));
    const auto status = scenario.engine().status("P");
    ASSERT_TRUE(status);
    EXPECT_EQ(status->acknowledged_by, "ada");
    EXPECT_EQ(status->assigned_to, "grace");
    ASSERT_EQ(status->comments.size(), 1U);
    EXPECT_EQ(status->comments[0].text, "battery heater");
}

TEST(Actions, NobodyAndUnknownAlarmsAreRefused) {
    Scenario scenario({one_level()});
    Action action;
    action.alarm = "P";
    action.at_ns = kStart;
    EXPECT_FALSE(scenario.engine().act(action, scenario.sink()));
    action.person = "ada";
    action.alarm = "p";
    const auto done = scenario.engine().act(action, scenario.sink());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "no alarm is named 'p'; did you mean 'P'?");
}

TEST(Actions, LimitsOverriddenAndRestored) {
    Scenario scenario({one_level()});
    Action action;
    action.kind = Kind::override_limits;
    action.alarm = "P";
    action.person = "ada";
    action.at_ns = kStart;
    EXPECT_FALSE(scenario.engine().act(action, scenario.sink())); // none given
    action.ranges = {up_to(AlarmLevel::critical, 80)};
    ASSERT_TRUE(scenario.engine().act(action, scenario.sink()));
    scenario.put_all({50, 81});
    EXPECT_EQ(scenario.told(), (Lines{"2 raised critical unacknowledged"}));
    ASSERT_TRUE(scenario.act(Kind::restore_limits));
    scenario.put(50, 3);
    EXPECT_EQ(scenario.told(), (Lines{"3 eased warning unacknowledged"}));
}

TEST(Actions, LimitSetsSwitchAllAlarms) {
    AlarmConfig other = one_level();
    other.name = other.parameter = "Q";
    other.item = 1;
    EngineOptions options;
    parameter::AlarmLimits eclipse;
    eclipse.ranges = {up_to(AlarmLevel::severe, 5)};
    options.limit_sets["eclipse"]["P"] = eclipse;
    Scenario scenario({one_level(), other}, options);
    scenario.put(10, 0);
    EXPECT_EQ(scenario.told(), Lines{});
    EXPECT_FALSE(scenario.act(Kind::select_limit_set, "eclipsed"));
    ASSERT_TRUE(scenario.act(Kind::select_limit_set, "eclipse"));
    EXPECT_EQ(scenario.engine().limit_set(), "eclipse");
    scenario.put(10, 1);
    scenario.put({.values = {10}, .item = 1}); // not in the set: as in the database
    EXPECT_EQ(scenario.told(), (Lines{"2 raised severe unacknowledged"}));
    ASSERT_TRUE(scenario.act(Kind::select_limit_set, ""));
    scenario.put(10, 2);
    EXPECT_EQ(scenario.told(), (Lines{"4 returned normal returned_unacknowledged"}));
}

} // namespace
} // namespace telemetry::alarm
