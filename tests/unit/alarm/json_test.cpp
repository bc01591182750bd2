// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/alarm/json.h"

#include "scenario.h"

namespace telemetry::alarm {
namespace {

TEST(Json, ATransition) {
    const Reading reading{42.5, "", 7, kStart, kStart + kSecond};
    Transition transition;
    transition.number = 3;
    transition.alarm = transition.parameter = "/Sat/v";
    transition.after = AlarmState::unacknowledged;
    transition.level = AlarmLevel::warning;
    transition.limit = "above 40";
    transition.reading = &reading;
    transition.at_ns = transition.since_ns = kStart;
    transition.violations = 2;
    EXPECT_EQ(to_json(transition),
              R"({"number":3,"alarm":"/Sat/v","parameter":"/Sat/v","change":"raised",)"
              R"("state_before":"normal","state":"unacknowledged","level_before":"normal",)"
              R"("level":"warning","limit":"above 40","value":42.5,"text":null,"packet":7,)"
              R"("generation_time":"2023-11-14T22:13:20.000000000Z",)"
              R"("reception_time":"2023-11-14T22:13:21.000000000Z",)"
              R"("time":"2023-11-14T22:13:20.000000000Z","since":"2023-11-14T22:13:20.000000000Z",)"
              R"("violations":2,"annunciate":true,"by":null,"comment":null})");
}

TEST(Json, TextsThatAreNoUtf8AreMended) {
    Reading reading{kUnknown, "\xff", -1, kUnknownTime, kUnknownTime};
    Transition transition;
    transition.reading = &reading;
    EXPECT_NE(to_json(transition).find("\"text\":\"\xef\xbf\xbd\""), std::string::npos);
}

TEST(Json, AnActionIsReadBack) {
    const auto action = parse_action(
        R"({"action":"override_limits","alarm":"/Sat/v","person":"ada","comment":"hot",
            "ranges":[{"level":"critical","min":-5,"max":null,"min_exclusive":true}]})",
        kStart);
    ASSERT_TRUE(action) << action.error().message;
    EXPECT_EQ(action->kind, Action::Kind::override_limits);
    EXPECT_EQ(action->at_ns, kStart);
    ASSERT_EQ(action->ranges.size(), 1U);
    EXPECT_EQ(action->ranges[0].level, AlarmLevel::critical);
    EXPECT_EQ(action->ranges[0].range.min, -5);
    EXPECT_TRUE(std::isinf(action->ranges[0].range.max));
    EXPECT_TRUE(action->ranges[0].range.min_exclusive);
    const auto shelve = parse_action(
        R"({"action":"shelve","alarm":"a","person":"b","until":"2023-11-14T22:13:21Z"})", kStart);
    ASSERT_TRUE(shelve);
    EXPECT_EQ(shelve->until_ns, kStart + kSecond);
}

TEST(Json, WrongActionsSayWhy) {
    const auto why = [](const char* text) {
        const auto action = parse_action(text, kStart);
        return action ? std::string() : action.error().message;
    };
    EXPECT_NE(why("{").find("no JSON"), std::string::npos);
    EXPECT_EQ(why("[]"), "a JSON object was expected");
    EXPECT_EQ(why(R"({"acton":"reset"})"), "'acton' is not known; did you mean 'action'?");
    EXPECT_NE(why(R"({"action":"ack"})").find("'ack' is no action"), std::string::npos);
    EXPECT_NE(why(R"({"action":"shelve","until":"soon"})").find("'until'"), std::string::npos);
    EXPECT_NE(why(R"({"action":"reset","alarm":5})").find("'alarm' must be a text"),
              std::string::npos);
    EXPECT_NE(why(R"({"action":"override_limits","ranges":[{"level":"bad"}]})").find("'level'"),
              std::string::npos);
}

TEST(Json, AnAuditRecordAndAStatus) {
    Scenario scenario({one_level()});
    scenario.put(50);
    ASSERT_TRUE(scenario.act(Action::Kind::comment, "hot"));
    const std::string status = to_json(*scenario.engine().status("P"));
    EXPECT_NE(status.find(R"("state":"unacknowledged","level":"warning")"), std::string::npos);
    EXPECT_NE(status.find(R"("person":"ada","text":"hot")"), std::string::npos);
    Action action;
    action.kind = Action::Kind::shelve;
    action.person = "ada";
    AuditRecord record{&action, "no", "normal"};
    EXPECT_EQ(to_json(record),
              R"({"time":null,"person":"ada","action":"shelve","alarm":null,"comment":null,)"
              R"("value":null,"until":null,"ranges":[],"before":"normal","refused":"no"})");
}

} // namespace
} // namespace telemetry::alarm
