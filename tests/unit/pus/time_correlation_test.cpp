// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/pus/time_correlation.h"

#include <random>

#include <gtest/gtest.h>

namespace telemetry::pus {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr UtcNs kStart = 1'700'000'000 * kSecond;

/// A clock that was 5 s behind at kStart and loses 20 ppm.
UtcNs utc_of(UtcNs spacecraft) {
    return spacecraft + 5 * kSecond + (spacecraft - kStart) / 50'000;
}

TEST(TimeCorrelation, OffsetAndDrift) {
    TimeCorrelation correlation({});
    EXPECT_FALSE(correlation.to_utc(kStart));
    correlation.add(kStart, utc_of(kStart));
    EXPECT_EQ(correlation.to_utc(kStart + kSecond), kStart + 6 * kSecond);
    std::mt19937 random(1);
    std::normal_distribution<double> jitter(0, 1e5); // 0.1 ms
    for (int i = 1; i <= 32; ++i) {
        const UtcNs at = kStart + i * 60 * kSecond;
        correlation.add(at, utc_of(at) + static_cast<std::int64_t>(jitter(random)));
    }
    EXPECT_NEAR(correlation.fit()->drift_ppm, 20, 0.3);
    EXPECT_NEAR(correlation.fit()->residual_ns, 1e5, 4e4);
    const UtcNs later = kStart + 3600 * kSecond;
    EXPECT_NEAR(static_cast<double>(*correlation.to_utc(later) - utc_of(later)), 0, 1e6);
}

TEST(TimeCorrelation, OneOutlierIsLeftOut) {
    TimeCorrelation correlation({});
    for (int i = 0; i < 10; ++i)
        correlation.add(kStart + i * kSecond, utc_of(kStart + i * kSecond));
    EXPECT_EQ(correlation.add(kStart + 10 * kSecond, kStart), TimeCorrelation::Outcome::outlier);
    EXPECT_EQ(correlation.fit()->pairs, 10U);
    EXPECT_EQ(correlation.fit()->outliers, 1U);
}

TEST(TimeCorrelation, AClockThatWasSetBeginsAnew) {
    TimeCorrelation correlation({});
    for (int i = 0; i < 10; ++i)
        correlation.add(kStart + i * kSecond, utc_of(kStart + i * kSecond));
    TimeCorrelation::Outcome outcome{};
    for (int i = 10; i < 13; ++i)
        outcome = correlation.add(kStart + i * kSecond, kStart + (i + 100) * kSecond);
    EXPECT_EQ(outcome, TimeCorrelation::Outcome::restarted);
    EXPECT_EQ(correlation.to_utc(kStart + 13 * kSecond), kStart + 113 * kSecond);
}

} // namespace
} // namespace telemetry::pus
