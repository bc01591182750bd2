// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/golay.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <random>

namespace telemetry::fec {
namespace {

TEST(Golay, WeightsAreThoseOfTheExtendedCode) {
    // MacWilliams and Sloane, chapter 2: 1, 759, 2576, 759, 1.
    std::array<int, 25> weights{};
    for (unsigned data = 0; data < 4096; ++data)
        ++weights[static_cast<std::size_t>(std::popcount(golay24_encode(data)))];
    for (int weight = 0; weight <= 24; ++weight) {
        const int expected = weight == 0 || weight == 24   ? 1
                             : weight == 8 || weight == 16 ? 759
                             : weight == 12                ? 2576
                                                           : 0;
        EXPECT_EQ(weights[static_cast<std::size_t>(weight)], expected) << weight;
    }
}

TEST(Golay, EveryPatternOfUpToThreeErrorsIsMended) {
    for (const unsigned data : {0x000u, 0xfffu, 0x46eu, 0x123u, 0xa50u})
        for (int a = 0; a < 24; ++a)
            for (int b = a; b < 24; ++b)
                for (int c = b; c < 24; ++c) {
                    const std::uint32_t errors = 1u << a | 1u << b | 1u << c;
                    const GolayWord word = golay24_decode(golay24_encode(data) ^ errors);
                    ASSERT_TRUE(word.valid);
                    ASSERT_EQ(word.data, data);
                    ASSERT_EQ(word.errors, std::popcount(errors));
                }
}

TEST(Golay, EveryPatternOfFourErrorsIsSeen) {
    for (int a = 3; a < 24; ++a)
        for (int b = 2; b < a; ++b)
            for (int c = 1; c < b; ++c)
                for (int d = 0; d < c; ++d)
                    ASSERT_FALSE(golay24_decode(golay24_encode(0x5a5) ^
                                                (1u << a | 1u << b | 1u << c | 1u << d))
                                     .valid);
}

TEST(Golay, WordsAreTakenAsOftenAsSpheresFillTheSpace) {
    // Every syndrome once: data 0, all parities. 2325 patterns of up to three errors, one a
    // syndrome, of 4096.
    int taken = 0;
    for (std::uint32_t parity = 0; parity < 4096; ++parity)
        taken += golay24_decode(parity << 12).valid;
    EXPECT_EQ(taken, 1 + 24 + 276 + 2024);
}

TEST(Golay, SoftDecisionBeatsHardDecision) {
    std::mt19937 random(1);
    std::normal_distribution<float> noise(0, 20);
    int hard_lost = 0;
    int soft_lost = 0;
    for (int trial = 0; trial < 2000; ++trial) {
        const unsigned data = random() & 0xfff;
        const std::uint32_t sent = golay24_encode(data);
        std::array<std::int8_t, 24> symbols{};
        std::uint32_t received = 0;
        for (int i = 0; i < 24; ++i) {
            const float level = (sent >> (23 - i) & 1 ? 32.f : -32.f) + noise(random);
            symbols[static_cast<std::size_t>(i)] =
                static_cast<std::int8_t>(std::max(-127.f, std::min(127.f, level)));
            received = received << 1 | (symbols[static_cast<std::size_t>(i)] > 0);
        }
        const GolayWord hard = golay24_decode(received);
        hard_lost += !hard.valid || hard.data != data;
        const GolayWord soft = golay24_decode_soft(symbols);
        soft_lost += soft.data != data;
        if (soft.data == data) {
            EXPECT_EQ(soft.errors, std::popcount(received ^ sent));
        }
    }
    EXPECT_GT(hard_lost, 50);
    EXPECT_LT(soft_lost * 5, hard_lost);
}

} // namespace
} // namespace telemetry::fec
