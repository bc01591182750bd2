// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/alarm/level_rule.h"

#include <gtest/gtest.h>

namespace telemetry::alarm {
namespace {

using parameter::AlarmRange;

AlarmLevel level_of(const AlarmRange& range, double value) {
    parameter::AlarmLimits limits;
    limits.ranges = {range};
    const auto rule = LevelRule::compile(limits);
    return rule->judge(Reading{value}, NoConditions{}, {}, AlarmLevel::normal, 0).level;
}

TEST(LevelRule, EndsBelongToTheRangeUnlessExclusive) {
    AlarmRange range{AlarmLevel::watch, AlarmRange::Form::outside, {.min = -5, .max = 5}};
    EXPECT_EQ(level_of(range, -5), AlarmLevel::normal);
    EXPECT_EQ(level_of(range, 5), AlarmLevel::normal);
    EXPECT_EQ(level_of(range, 5.01), AlarmLevel::watch);
    range.range.min_exclusive = range.range.max_exclusive = true;
    EXPECT_EQ(level_of(range, -5), AlarmLevel::watch);
    EXPECT_EQ(level_of(range, 5), AlarmLevel::watch);
    EXPECT_EQ(level_of(range, 4.99), AlarmLevel::normal);
}

TEST(LevelRule, InsideForm) {
    const AlarmRange range{AlarmLevel::watch, AlarmRange::Form::inside, {.min = -5, .max = 5}};
    EXPECT_EQ(level_of(range, -5.01), AlarmLevel::normal);
    EXPECT_EQ(level_of(range, -5), AlarmLevel::watch);
    EXPECT_EQ(level_of(range, 0), AlarmLevel::watch);
    EXPECT_EQ(level_of(range, 6), AlarmLevel::normal);
}

TEST(LevelRule, SaysWhatWasCrossed) {
    parameter::AlarmLimits limits;
    limits.ranges = {{AlarmLevel::watch, AlarmRange::Form::outside, {.min = -5, .max = 5.5}}};
    const auto rule = LevelRule::compile(limits);
    const auto limit = [&](double value) {
        return LevelRule::describe(
            rule->judge(Reading{value}, NoConditions{}, {}, AlarmLevel::normal, 0));
    };
    EXPECT_EQ(limit(6), "above 5.5");
    EXPECT_EQ(limit(-6), "below -5");
    EXPECT_EQ(limit(0), "");
}

TEST(LevelRule, PlainBoundsAgreeWithTheJudgement) {
    parameter::AlarmLimits limits;
    limits.ranges = {{AlarmLevel::watch,
                      AlarmRange::Form::outside,
                      {.min = -5, .max = 5, .max_exclusive = true}},
                     {AlarmLevel::severe, AlarmRange::Form::outside, {.min = -1}}};
    const auto rule = LevelRule::compile(limits);
    ASSERT_TRUE(rule->is_plain());
    for (double value = -7; value < 7; value += 0.125) {
        const bool plain = value >= rule->low() && value <= rule->high();
        const auto level =
            rule->judge(Reading{value}, NoConditions{}, {}, AlarmLevel::normal, 0).level;
        EXPECT_EQ(plain, level == AlarmLevel::normal) << value;
    }
}

TEST(ChangeHistory, StaysBounded) {
    ChangeHistory history;
    for (int i = 0; i < 100'000; ++i)
        history.keep({static_cast<double>(i), i}, 1, 1e9);
    EXPECT_EQ(history.samples_ago(1)->value, 99'999);
    EXPECT_FALSE(history.samples_ago(5000));
}

TEST(ChangeHistory, LooksBackBySamplesAndSeconds) {
    ChangeHistory history;
    for (int i = 0; i < 100; ++i)
        history.keep({static_cast<double>(i), i * 1'000'000'000LL}, 3, 10);
    EXPECT_EQ(history.samples_ago(3)->value, 97);
    EXPECT_EQ(history.seconds_ago(10, 100 * 1'000'000'000LL)->value, 90);
    EXPECT_EQ(history.seconds_ago(10.5, 100 * 1'000'000'000LL)->value, 89);
}

} // namespace
} // namespace telemetry::alarm
