// SPDX-License-Identifier: GPL-3.0-or-later
// Every variant of every kernel gives the bits of the generic one.
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "telemetry/dsp/clock_kernel.h"
#include "telemetry/dsp/equalizer.h"
#include "telemetry/dsp/phase_kernel.h"
#include "telemetry/dsp/two_level.h"

namespace telemetry::dsp {
namespace {

std::vector<float> noise(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<float> values(count);
    for (float& v : values)
        v = static_cast<float>(random()) / 2147483648.0f - 1.0f;
    return values;
}

/// Calls f(function, name) for each variant that runs here but the generic one.
template <class Function, class F>
void for_each_fast(std::span<const simd::Variant<Function>> variants, F&& f) {
    for (const auto& variant : variants.subspan(1))
        if (simd::supported(variant.level))
            f(variant.function, simd::name_of(variant.level));
}

TEST(PhaseKernel, IsAtan2AndTheSameEverywhere) {
    const auto i = noise(1001, 1), q = noise(1001, 2);
    for (const std::size_t count : {1, 16, 33, 1000}) {
        std::vector<float> expected(count), got(count);
        phase_step_variants()[0].function(i.data(), q.data(), expected.data(), count);
        for (std::size_t n = 0; n < count; ++n)
            ASSERT_NEAR(
                expected[n],
                std::atan2(q[n + 1] * i[n] - i[n + 1] * q[n], i[n + 1] * i[n] + q[n + 1] * q[n]),
                3e-5);
        for_each_fast(phase_step_variants(), [&](auto function, auto name) {
            function(i.data(), q.data(), got.data(), count);
            EXPECT_EQ(got, expected) << name;
        });
    }
    const std::vector<float> zero(20);
    std::vector<float> angles(19, 1);
    phase_step_variants()[0].function(zero.data(), zero.data(), angles.data(), 19);
    EXPECT_EQ(angles, std::vector<float>(19));
}

TEST(TwoLevel, FindsLevelsOfUnequalNumber) {
    auto symbols = noise(kLevelWindow, 3);
    for (std::size_t i = 0; i < symbols.size(); ++i)
        symbols[i] = 0.1f * symbols[i] + (i % 8 == 0 ? -1.0f : 3.0f);
    TwoLevels fit;
    two_level_variants()[0].function(symbols.data(), fit);
    EXPECT_NEAR(fit.center, 1, 0.05);
    EXPECT_NEAR(fit.amplitude, 2, 0.05);
    EXPECT_GT(fit.quality(), 300);
}

TEST(TwoLevel, IsTheSameEverywhere) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const auto symbols = noise(kLevelWindow, seed);
        TwoLevels expected;
        two_level_variants()[0].function(symbols.data(), expected);
        for_each_fast(two_level_variants(), [&](auto function, auto name) {
            TwoLevels got;
            function(symbols.data(), got);
            EXPECT_EQ(got.center, expected.center) << name;
            EXPECT_EQ(got.amplitude, expected.amplitude) << name;
            EXPECT_EQ(got.variance, expected.variance) << name;
        });
        const float scatter = scatter_variants()[0].function(symbols.data(), 0.1f, 0.6f);
        for_each_fast(scatter_variants(), [&](auto function, auto name) {
            EXPECT_EQ(function(symbols.data(), 0.1f, 0.6f), scatter) << name;
        });
    }
}

TEST(Equalizer, IsTheSameEverywhere) {
    const auto on = noise(32, 5), mid = noise(32, 6);
    NormalEquations expected, got;
    std::vector<float> expected_out(16), got_out(16);
    accumulate_variants()[0].function(on.data() + 8, mid.data() + 8, 0.1f, 2.0f, expected);
    const EqualizerWeights weights = solve(expected, 5);
    equalize_variants()[0].function(on.data() + 8, mid.data() + 8, 0.1f, 2.0f, weights,
                                    expected_out.data());
    for_each_fast(accumulate_variants(), [&](auto function, auto name) {
        function(on.data() + 8, mid.data() + 8, 0.1f, 2.0f, got);
        EXPECT_EQ(got.products, expected.products) << name;
        EXPECT_EQ(got.targets, expected.targets) << name;
    });
    for_each_fast(equalize_variants(), [&](auto function, auto name) {
        function(on.data() + 8, mid.data() + 8, 0.1f, 2.0f, weights, got_out.data());
        EXPECT_EQ(got_out, expected_out) << name;
    });
}

TEST(Equalizer, UndoesAnEchoOfTheSymbolBefore) {
    std::mt19937 random(7);
    std::vector<float> sent(400), on(400), mid(400);
    for (float& symbol : sent)
        symbol = random() >> 31 ? 1.0f : -1.0f;
    for (std::size_t k = 1; k + 1 < sent.size(); ++k) {
        on[k] = sent[k] + 0.4f * sent[k - 1];
        mid[k] = 0.5f * (sent[k] + sent[k + 1]) + 0.2f * (sent[k - 1] + sent[k]);
    }
    NormalEquations sums;
    for (std::size_t k = 16; k + 32 < sent.size(); k += kEqualizerRun) {
        NormalEquations run;
        accumulate_variants()[0].function(on.data() + k, mid.data() + k, 0, 1, run);
        sums.add(run, 1);
    }
    const EqualizerWeights weights = solve(sums, 1);
    std::vector<float> out(16);
    double before = 0, after = 0;
    equalize_variants()[0].function(on.data() + 64, mid.data() + 64, 0, 1, weights, out.data());
    for (std::size_t k = 0; k < 16; ++k) {
        before += std::pow(on[64 + k] - sent[64 + k], 2);
        after += std::pow(out[k] - sent[64 + k], 2);
    }
    EXPECT_LT(after, before / 4);
}

TEST(ClockKernel, IsTheSameEverywhere) {
    ClockTransitions in{};
    const auto values = noise(500, 9);
    std::size_t at = 0;
    for (auto& row : in.from)
        for (float& x : row)
            x = values[at++];
    for (float& x : in.gain)
        x = values[at++];
    in.jump = {0.5f, 0.7f, 0.9f};
    std::vector<float> expected(kClockRates * kClockPhases), got(expected.size());
    std::vector<std::uint8_t> expected_by(expected.size()), got_by(expected.size());
    clock_transition_variants()[0].function(in, expected.data(), expected_by.data());
    EXPECT_EQ(*std::max_element(expected_by.begin(), expected_by.end()), kClockJump);
    for_each_fast(clock_transition_variants(), [&](auto function, auto name) {
        function(in, got.data(), got_by.data());
        EXPECT_EQ(got, expected) << name;
        EXPECT_EQ(got_by, expected_by) << name;
    });
}

} // namespace
} // namespace telemetry::dsp
