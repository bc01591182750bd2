// SPDX-License-Identifier: GPL-3.0-or-later
#include <vector>

#include <gtest/gtest.h>

#include "telemetry/base/sample_clock.h"
#include "telemetry/base/symbol_clock.h"

namespace telemetry {
namespace {

TEST(SampleClock, CountsFromTheAnchorAtOrBeforeTheSample) {
    SampleClock clock(48000);
    EXPECT_EQ(clock.utc_of(0), kUnknownTime);
    clock.anchor(0, 1'000'000'000);
    clock.anchor(96000, 10'000'000'000);
    EXPECT_EQ(clock.utc_of(48000), 2'000'000'000);
    EXPECT_EQ(clock.utc_of(96000), 10'000'000'000);
    EXPECT_EQ(clock.utc_of(96000 + 24), 10'000'500'000);
    EXPECT_EQ(clock.utc_of(-48000), 0);
}

TEST(SampleClock, KnowsNoTimeBeyondItsRange) {
    SampleClock clock(48000);
    clock.anchor(0, 1'767'225'600'000'000'000); // 2026
    EXPECT_NE(clock.utc_of(235.0 * 365 * 86400 * 48000), kUnknownTime);
    EXPECT_EQ(clock.utc_of(237.0 * 365 * 86400 * 48000), kUnknownTime);
    EXPECT_EQ(clock.utc_of(4.5e15), kUnknownTime);
    EXPECT_EQ(clock.utc_of(-4.5e15), kUnknownTime);
    EXPECT_EQ(clock.utc_of(1e300), kUnknownTime);
    clock.clear();
    clock.anchor(0, kUnknownTime);
    EXPECT_EQ(clock.utc_of(48000), kUnknownTime);
}

TEST(SymbolClock, TellsPositionsOfPastSymbols) {
    const std::vector<std::int8_t> symbols(100);
    SymbolClock clock(1000);
    for (int block = 0; block < 50; ++block)
        clock.push({symbols, 5.0 * 100 * block + 7, 5.0, {.snr_db = 12, .locked = true}});
    EXPECT_EQ(clock.count(), 5000);
    EXPECT_DOUBLE_EQ(clock.position_of(4123), 4123 * 5.0 + 7);
    Frame frame;
    clock.stamp(frame, 4100, 4200);
    EXPECT_EQ(frame.sample_index, 4100 * 5 + 7);
    EXPECT_EQ(frame.sample_count, 500);
    EXPECT_EQ(frame.quality.snr_db, 12);
}

} // namespace
} // namespace telemetry
