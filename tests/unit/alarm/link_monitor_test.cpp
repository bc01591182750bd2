// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/alarm/link_monitor.h"

#include "scenario.h"

namespace telemetry::alarm {
namespace {

using Lines = Scenario::Lines;
using Verdict = LinkMonitor::Verdict;

UtcNs at(int second) {
    return kStart + second * kSecond;
}

TEST(LinkMonitor, NoFrameWithinAPass) {
    LinkMonitor link("UHF", {.no_frame_after_ns = 60 * kSecond}, 10);
    Scenario scenario(link.alarms());
    link.advance(at(1000), scenario.engine(), scenario.sink()); // no pass, no alarm
    link.begin_pass(at(2000));
    link.advance(at(2060), scenario.engine(), scenario.sink());
    EXPECT_EQ(scenario.told(), Lines{});
    link.advance(at(2061), scenario.engine(), scenario.sink());
    EXPECT_EQ(scenario.told(), (Lines{"0 raised warning unacknowledged"}));
    link.frame(Verdict::good, 10, at(2062), scenario.engine(), scenario.sink());
    EXPECT_EQ(scenario.told(), (Lines{"0 returned normal returned_unacknowledged"}));
    link.end_pass(at(2063), scenario.engine(), scenario.sink());
    link.advance(at(9000), scenario.engine(), scenario.sink());
    EXPECT_EQ(scenario.told(), Lines{});
}

TEST(LinkMonitor, APassEndsWhenNothingComesAnyMore) {
    LinkMonitor link("UHF",
                     {.no_frame_after_ns = 60 * kSecond, .pass_ends_after_ns = 600 * kSecond}, 10);
    Scenario scenario(link.alarms());
    link.frame(Verdict::good, 10, at(0), scenario.engine(), scenario.sink());
    link.advance(at(61), scenario.engine(), scenario.sink());
    link.frame(Verdict::bad, 10, at(300), scenario.engine(), scenario.sink());
    link.advance(at(900), scenario.engine(), scenario.sink());
    EXPECT_TRUE(link.in_pass());
    EXPECT_EQ(scenario.told(), (Lines{"0 raised warning unacknowledged"}));
    link.advance(at(901), scenario.engine(), scenario.sink());
    EXPECT_FALSE(link.in_pass());
    EXPECT_EQ(scenario.told(), (Lines{"0 returned normal returned_unacknowledged"}));
}

TEST(LinkMonitor, FrameErrorRateOfAFullWindow) {
    LinkMonitor link("UHF", {.frame_error_rate = 0.25, .frames_in_window = 8}, 0);
    Scenario scenario(link.alarms());
    for (int i = 0; i < 8; ++i)
        link.frame(i % 3 == 0 ? Verdict::bad : Verdict::good, 10, at(i), scenario.engine(),
                   scenario.sink());
    EXPECT_EQ(scenario.told(), (Lines{"0 raised watch unacknowledged"})); // 3 of 8
    link.frame(Verdict::good, 10, at(8), scenario.engine(), scenario.sink());
    EXPECT_EQ(scenario.told(), (Lines{"0 returned normal returned_unacknowledged"}));
}

TEST(LinkMonitor, SnrWithADeadBand) {
    LinkMonitor link("UHF", {.least_snr_db = 6, .snr_level = AlarmLevel::distress}, 0);
    Scenario scenario(link.alarms());
    int second = 0;
    for (const double snr_db : {7.0, 5.9, 6.5, double{kUnknown}, 7.1})
        link.frame(Verdict::good, snr_db, at(second++), scenario.engine(), scenario.sink());
    EXPECT_EQ(scenario.told(), (Lines{"0 raised distress unacknowledged",
                                      "0 returned normal returned_unacknowledged"}));
}

} // namespace
} // namespace telemetry::alarm
