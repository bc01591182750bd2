// SPDX-License-Identifier: GPL-3.0-or-later
#include "scenario.h"

namespace telemetry::alarm {
namespace {

using Lines = Scenario::Lines;
using Kind = Action::Kind;

EngineOptions with_set() {
    EngineOptions options;
    options.limit_sets["eclipse"]["Q"].ranges = {up_to(AlarmLevel::severe, 5)};
    return options;
}

std::vector<AlarmConfig> two() {
    AlarmConfig other = one_level();
    other.name = other.parameter = "Q";
    other.item = 1;
    return {one_level(), other};
}

TEST(Snapshot, ARestartChangesNothing) {
    Scenario before(two(), with_set());
    before.put(50, 1);
    ASSERT_TRUE(before.act(Kind::acknowledge));
    ASSERT_TRUE(before.act(Kind::comment, "seen \xff"));
    ASSERT_TRUE(before.act(Kind::select_limit_set, "eclipse"));
    ASSERT_TRUE(before.act(Kind::shelve, "", 100));
    const std::string saved = before.engine().save();

    Scenario after(two(), with_set());
    const auto unknown = after.engine().restore(saved);
    ASSERT_TRUE(unknown) << unknown.error().message;
    EXPECT_TRUE(unknown->empty());
    EXPECT_EQ(after.engine().limit_set(), "eclipse");
    EXPECT_EQ(after.engine().status("P")->acknowledged_by, "ada");
    after.put(50, 2); // no news
    EXPECT_EQ(after.told(), Lines{});
    after.advance(100);
    EXPECT_EQ(after.told(), (Lines{"1 unshelved warning acknowledged"}));
    after.put(10, 101);
    EXPECT_EQ(after.told(), (Lines{"2 returned normal normal"}));
}

TEST(Snapshot, SavedTwiceIsTheSame) {
    Scenario scenario(two(), with_set());
    scenario.put(50, 1);
    const std::string saved = scenario.engine().save();
    Scenario again(two(), with_set());
    ASSERT_TRUE(again.engine().restore(saved));
    EXPECT_EQ(again.engine().save(), saved);
}

TEST(Snapshot, AlarmsThatAreGoneAreNamed) {
    Scenario before(two(), with_set());
    before.put({.values = {50}, .item = 1});
    Scenario after({one_level()});
    const auto unknown = after.engine().restore(before.engine().save());
    ASSERT_TRUE(unknown);
    EXPECT_EQ(*unknown, (std::vector<std::string>{"Q"}));
}

TEST(Snapshot, NoSnapshotIsAnError) {
    Scenario scenario({one_level()});
    for (const char* text :
         {"", "{}", "[1]", "{\"version\":9}",
          R"({"version":1,"next_number":1,"limit_set":"","alarms":[{"name":1}]})"})
        EXPECT_FALSE(scenario.engine().restore(text)) << text;
}

} // namespace
} // namespace telemetry::alarm
