// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/carrier_kernel.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace telemetry::dsp {
namespace {

std::vector<float> random_values(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<float> values(count);
    for (float& v : values)
        v = static_cast<float>(random()) / 429496729.6f;
    return values;
}

TEST(CarrierKernel, SumsBelowABoundAlikeInAllVariants) {
    for (const std::size_t count : {1, 16, 17, 320, 511}) {
        const auto values = random_values(count, 1);
        double sum = 0, below = 0;
        for (const float v : values)
            if (v <= 4) {
                sum += v;
                ++below;
            }
        const PartialSum expected =
            sum_below_variants().front().function(values.data(), count, 4.0f);
        EXPECT_NEAR(expected.sum, sum, 1e-3);
        EXPECT_EQ(expected.count, static_cast<float>(below));
        for (const auto& variant : sum_below_variants()) {
            if (!simd::supported(variant.level))
                continue;
            const PartialSum got = variant.function(values.data(), count, 4.0f);
            EXPECT_EQ(got.sum, expected.sum) << simd::name_of(variant.level);
            EXPECT_EQ(got.count, expected.count);
        }
    }
}

TEST(CarrierKernel, ExtendsPathsAlikeInAllVariants) {
    constexpr std::size_t count = 203;
    for (const int reach : {1, 2, 8}) {
        const auto reach_size = static_cast<std::size_t>(reach);
        const auto before = random_values(count + 2 * reach_size, 2),
                   gain = random_values(count, 3);
        const PathStep step{before.data() + reach, gain.data(), reach, 0.3f, 7.5f, 9.0f};
        std::vector<float> expected(count), got(count);
        std::vector<std::int8_t> expected_moves(count), moves(count);
        for (std::size_t b = 0; b < count; ++b) {
            float best = step.jump;
            expected_moves[b] = kPathJumped;
            for (int m = -reach; m <= reach; ++m) {
                const float from = step.before[static_cast<std::ptrdiff_t>(b) + m] -
                                   step.move_cost * static_cast<float>(std::abs(m));
                if (from > best) {
                    best = from;
                    expected_moves[b] = static_cast<std::int8_t>(m);
                }
            }
            expected[b] = best + (gain[b] - step.base);
        }
        for (const auto& variant : extend_paths_variants()) {
            if (!simd::supported(variant.level))
                continue;
            variant.function(step, got.data(), moves.data(), count);
            EXPECT_EQ(got, expected) << simd::name_of(variant.level);
            EXPECT_EQ(moves, expected_moves) << simd::name_of(variant.level);
        }
    }
}

TEST(CarrierKernel, AddsLinesAlikeInAllVariants) {
    const auto i = random_values(33, 4), q = random_values(33, 5);
    const auto weights = random_values(33 * 2 * kClockLanes, 6);
    std::vector<ClockRow> rows(33);
    for (std::size_t n = 0; n < rows.size(); ++n)
        for (std::size_t c = 0; c < kClockLanes; ++c) {
            rows[n].cosine[c] = weights[(2 * n) * kClockLanes + c];
            rows[n].sine[c] = weights[(2 * n + 1) * kClockLanes + c];
        }
    ClockLines expected, got;
    clock_lines_variants().front().function(i.data(), q.data(), rows.data(), rows.size(), expected);
    double first = 0;
    for (std::size_t n = 0; n < rows.size(); ++n)
        first += i[n] * rows[n].cosine[0] - q[n] * rows[n].sine[0];
    EXPECT_NEAR(expected.i[0], first, 1e-2);
    for (const auto& variant : clock_lines_variants()) {
        if (!simd::supported(variant.level))
            continue;
        variant.function(i.data(), q.data(), rows.data(), rows.size(), got);
        for (std::size_t c = 0; c < kClockLanes; ++c) {
            EXPECT_EQ(got.i[c], expected.i[c]) << simd::name_of(variant.level);
            EXPECT_EQ(got.q[c], expected.q[c]) << simd::name_of(variant.level);
        }
    }
}

} // namespace
} // namespace telemetry::dsp
