// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/fir.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace telemetry::dsp {
namespace {

std::vector<float> noise(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<float> values(count);
    for (float& v : values)
        v = static_cast<float>(random()) / 2147483648.0f - 1.0f;
    return values;
}

TEST(FirKernel, AllVariantsGiveTheSameBits) {
    const auto x = noise(700, 1), taps = noise(37, 2);
    for (const std::size_t stride : {1, 2})
        for (const std::size_t count : {1, 15, 16, 17, 63, 64, 200, 611}) {
            std::vector<float> expected(count), got(count);
            fir_variants().front().function(x.data(), taps.data(), taps.size(), stride,
                                            expected.data(), count);
            for (const auto& variant : fir_variants()) {
                if (!simd::supported(variant.level))
                    continue;
                variant.function(x.data(), taps.data(), taps.size(), stride, got.data(), count);
                EXPECT_EQ(got, expected) << simd::name_of(variant.level) << " count " << count;
            }
        }
}

TEST(BankKernel, AllVariantsGiveTheSameBits) {
    const auto x = noise(500, 3), bank = noise(48 * 5, 4);
    std::vector<BankTap> taps;
    for (std::uint32_t i = 0; i < 33; ++i)
        taps.push_back({i * 13, i % 5});
    std::vector<float> expected(taps.size()), got(taps.size());
    bank_variants().front().function(x.data(), bank.data(), 48, taps.data(), expected.data(),
                                     taps.size());
    for (std::size_t i = 0; i < taps.size(); ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < 48; ++j)
            sum += static_cast<double>(bank[taps[i].row * 48 + j]) * x[taps[i].start + j];
        EXPECT_NEAR(expected[i], sum, 1e-5);
    }
    for (const auto& variant : bank_variants()) {
        if (!simd::supported(variant.level))
            continue;
        variant.function(x.data(), bank.data(), 48, taps.data(), got.data(), taps.size());
        EXPECT_EQ(got, expected) << simd::name_of(variant.level);
    }
}

double gain_at(const std::vector<float>& taps, double frequency) {
    double re = 0, im = 0;
    for (std::size_t i = 0; i < taps.size(); ++i) {
        re += taps[i] * std::cos(2 * M_PI * frequency * static_cast<double>(i));
        im += taps[i] * std::sin(2 * M_PI * frequency * static_cast<double>(i));
    }
    return std::hypot(re, im);
}

TEST(Design, LowpassKeepsItsPromise) {
    const auto taps = design_lowpass(0.1, 0.15, 60);
    EXPECT_EQ(taps.size() % 2, 1u);
    for (double f = 0; f <= 0.1; f += 0.005)
        EXPECT_NEAR(gain_at(taps, f), 1, 2e-3) << f;
    for (double f = 0.15; f <= 0.5; f += 0.005)
        EXPECT_LT(gain_at(taps, f), 1.5e-3) << f;
}

TEST(Fir, ImpulseGivesTheTapsInOrderWhateverTheChunks) {
    const auto taps = noise(21, 5);
    std::vector<float> impulse(64);
    impulse[10] = 1;
    for (const std::size_t chunk : {1, 7, 64}) {
        Fir fir(taps);
        std::vector<float> out(impulse.size());
        for (std::size_t i = 0; i < impulse.size(); i += chunk) {
            const std::size_t count = std::min(chunk, impulse.size() - i);
            fir.process(std::span(impulse).subspan(i, count), out.data() + i);
        }
        for (std::size_t i = 0; i < taps.size(); ++i)
            EXPECT_EQ(out[10 + i], taps[i]);
        EXPECT_EQ(out[9], 0);
        EXPECT_EQ(out[31], 0);
    }
}

TEST(Fir, TwoChannelsDoNotMix) {
    const auto taps = noise(9, 6), a = noise(5000, 7), b = noise(5000, 8);
    std::vector<float> both, a_out(a.size()), b_out(b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        both.push_back(a[i]);
        both.push_back(b[i]);
    }
    Fir single_a(taps), single_b(taps), complex(taps, 2);
    single_a.process(a, a_out.data());
    single_b.process(b, b_out.data());
    complex.process(both, both.data());
    for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(both[2 * i], a_out[i]);
        ASSERT_EQ(both[2 * i + 1], b_out[i]);
    }
}

} // namespace
} // namespace telemetry::dsp
