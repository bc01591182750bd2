// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/arrival_clock.h"

#include <gtest/gtest.h>

#include "telemetry/base/back_off.h"

namespace telemetry {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSecond = 1000 * kMs;
constexpr UtcNs kStart = 1'700'000'000 * kSecond;

TEST(ArrivalClock, DatesTheFirstChunkBackFromItsArrival) {
    ArrivalClock clock(1000.0);
    EXPECT_EQ(clock.on_arrival(100, kStart), kStart - 100 * kMs);
}

TEST(ArrivalClock, JitterDoesNotShakeIt) {
    ArrivalClock clock(1000.0);
    clock.on_arrival(100, kStart);
    for (int i = 1; i < 1000; ++i) {
        const std::int64_t late_ns = (i * 37) % 90 * kMs;
        EXPECT_FALSE(clock.on_arrival(100, kStart + i * 100 * kMs + late_ns)) << i;
    }
}

TEST(ArrivalClock, FollowsASenderWhoseClockDrifts) {
    // 1000 samples a second nominally, 999 in truth: 1 ms late for each second.
    ArrivalClock clock(1000.0);
    UtcNs set = *clock.on_arrival(0, kStart);
    std::int64_t samples = 0;
    std::int64_t since = 0;
    for (int i = 1; i <= 6000; ++i) {
        samples += 100;
        const UtcNs truth = kStart + samples * kSecond / 999;
        const UtcNs first_of_chunk = kStart + (samples - 100) * kSecond / 999;
        if (const auto anew = clock.on_arrival(100, truth)) {
            set = *anew;
            since = samples - 100;
            EXPECT_LT(std::abs(*anew - first_of_chunk), 25 * kMs);
        }
        const UtcNs told = set + (samples - since) * kMs;
        EXPECT_LT(std::abs(told - truth), 50 * kMs);
    }
}

TEST(ArrivalClock, TellsWhatIsMissing) {
    ArrivalClock clock(1000.0);
    EXPECT_EQ(clock.missing(kStart), 0);
    clock.on_arrival(100, kStart);
    EXPECT_EQ(clock.missing(kStart), 0);
    EXPECT_EQ(clock.missing(kStart + 3 * kSecond), 3000);
    clock.restart();
    EXPECT_EQ(clock.missing(kStart + 3 * kSecond), 0);
    EXPECT_EQ(clock.on_arrival(100, kStart + 4 * kSecond), kStart + 4 * kSecond - 100 * kMs);
}

TEST(BackOff, DoublesUpToTheGreatest) {
    BackOff back_off(1, 60);
    for (const std::int64_t expected : {1, 2, 4, 8, 16, 32, 60, 60})
        EXPECT_EQ(back_off.next_ns(), expected);
    back_off.reset();
    EXPECT_EQ(back_off.next_ns(), 1);
}

} // namespace
} // namespace telemetry
