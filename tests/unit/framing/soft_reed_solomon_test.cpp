// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/soft_reed_solomon.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace telemetry::framing {
namespace {

struct Word {
    std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(255);
    std::vector<std::uint8_t> trust = std::vector<std::uint8_t>(255);
    explicit Word(std::mt19937& random) {
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(random());
        for (auto& value : trust)
            value = static_cast<std::uint8_t>(random());
    }
};

/// How many of `count` random words pass.
int pass(const fec::ReedSolomonCode& of, int count) {
    const fec::ReedSolomon code(of);
    std::mt19937 random(5);
    int passed = 0;
    for (int i = 0; i < count; ++i) {
        Word word(random);
        passed += decode_soft(code, word.bytes, word.trust).valid;
    }
    return passed;
}

// Errors alone pass 1/16! and 1/8! = 2.5e-5 of them; erasures must not make it worse.
TEST(SoftReedSolomon, RandomWordsSeldomPass) {
    EXPECT_EQ(pass(fec::kRs223Dual, 10000), 0);
    EXPECT_LE(pass(fec::kRs239Dual, 10000), 2);
}

TEST(SoftReedSolomon, ErasesTheLeastTrusted) {
    const fec::ReedSolomon code(fec::kRs223Conventional);
    std::mt19937 random(6);
    for (int errors = 17; errors <= 22; ++errors) {
        std::vector<std::uint8_t> word(255, 0); // a code word
        std::vector<std::uint8_t> trust(255, 100);
        for (std::size_t i = 0; i < static_cast<std::size_t>(errors); ++i) {
            word[11 * i] = static_cast<std::uint8_t>(1 + random() % 255);
            trust[11 * i] = static_cast<std::uint8_t>(random() % 50);
        }
        EXPECT_TRUE(decode_soft(code, word, trust).valid) << errors;
        EXPECT_EQ(word, std::vector<std::uint8_t>(255, 0));
    }
}

} // namespace
} // namespace telemetry::framing
