// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/reed_solomon.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace telemetry::fec {
namespace {

constexpr std::array kCodes = {kRs223Conventional,
                               kRs223Dual,
                               kRs239Conventional,
                               kRs239Dual,
                               ReedSolomonCode{0x11d, 0, 1, 24, RsBasis::conventional},
                               ReedSolomonCode{0x11d, 1, 1, 32, RsBasis::conventional}};

std::vector<std::uint8_t> random_word(const ReedSolomon& rs, std::size_t data,
                                      std::mt19937& random) {
    std::vector<std::uint8_t> word(data + static_cast<std::size_t>(rs.parity()));
    for (std::size_t i = 0; i < data; ++i)
        word[i] = static_cast<std::uint8_t>(random());
    rs.encode(std::span(word).first(data), std::span(word).subspan(data));
    return word;
}

/// `count` different places.
std::vector<std::uint8_t> places(std::size_t length, std::size_t count, std::mt19937& random) {
    std::vector<std::uint8_t> all(length);
    std::iota(all.begin(), all.end(), std::uint8_t{0});
    std::shuffle(all.begin(), all.end(), random);
    all.resize(count);
    return all;
}

TEST(ReedSolomon, MendsUpToHalfTheParityAtAnyLength) {
    std::mt19937 random(1);
    for (const auto& code : kCodes) {
        const ReedSolomon rs(code);
        for (const std::size_t data : {1, 9, 100, 255 - code.parity})
            for (int errors = 0; errors <= code.parity / 2; ++errors) {
                const auto sent = random_word(rs, data, random);
                auto word = sent;
                if (static_cast<std::size_t>(errors) > word.size())
                    continue;
                for (const auto at : places(word.size(), static_cast<std::size_t>(errors), random))
                    word[at] ^= static_cast<std::uint8_t>(1 + random() % 255);
                const FecOutcome outcome = rs.decode(word);
                ASSERT_TRUE(outcome.valid) << errors << " errors in " << word.size();
                ASSERT_EQ(outcome.corrected, errors);
                ASSERT_EQ(word, sent);
            }
    }
}

TEST(ReedSolomon, FlagsMoreErrorsThanItMendsAndLeavesTheWord) {
    std::mt19937 random(2);
    const ReedSolomon rs(kRs223Dual);
    for (int trial = 0; trial < 400; ++trial) {
        auto word = random_word(rs, trial % 2 ? 223 : 60, random);
        for (const auto at : places(word.size(), static_cast<std::size_t>(17 + trial % 20), random))
            word[at] ^= static_cast<std::uint8_t>(1 + random() % 255);
        const auto before = word;
        ASSERT_FALSE(rs.decode(word).valid);
        ASSERT_EQ(word, before);
    }
}

TEST(ReedSolomon, ErasuresCountHalf) {
    std::mt19937 random(3);
    const ReedSolomon rs(kRs223Conventional);
    for (std::size_t erased = 0; erased <= 32; erased += 2)
        for (const std::size_t data : {40, 223}) {
            const std::size_t errors = (32 - erased) / 2;
            const auto sent = random_word(rs, data, random);
            auto word = sent;
            const auto all = places(word.size(), erased + errors, random);
            for (std::size_t i = 0; i < all.size(); ++i)
                if (i % 3 != 0 || i >= erased) // some erasures are right
                    word[all[i]] ^= static_cast<std::uint8_t>(1 + random() % 255);
            ASSERT_TRUE(rs.decode(word, std::span(all).first(erased)).valid) << erased;
            ASSERT_EQ(word, sent);
        }
}

TEST(ReedSolomon, NoCorrectionInTheVirtualFill) {
    // A full code word whose error lies where a shortened one has its fill.
    std::mt19937 random(4);
    const ReedSolomon rs(kRs223Conventional);
    std::vector<std::uint8_t> full(255);
    full[10] = 0x55;
    rs.encode(std::span(full).first(223), std::span(full).subspan(223));
    // As a shortened word it is 1 error away from a code word, but in byte 10 of the fill.
    std::vector<std::uint8_t> shortened(full.begin() + 100, full.end());
    EXPECT_FALSE(rs.decode(shortened).valid);
}

TEST(ReedSolomon, InterleavingOfTheStandard) {
    std::mt19937 random(5);
    for (const int depth : {1, 2, 3, 4, 5, 8}) {
        const InterleavedReedSolomon rs(kRs223Dual, depth);
        const std::size_t data = 100u * static_cast<std::size_t>(depth);
        std::vector<std::uint8_t> sent(data + static_cast<std::size_t>(rs.parity()));
        for (std::size_t i = 0; i < data; ++i)
            sent[i] = static_cast<std::uint8_t>(random());
        rs.encode(std::span(sent).first(data), std::span(sent).subspan(data));
        auto block = sent;
        const std::size_t burst = 16u * static_cast<std::size_t>(depth);
        for (std::size_t i = 0; i < burst; ++i)
            block[37 + i] ^= 0xff;
        const FecOutcome outcome = rs.decode(block);
        EXPECT_TRUE(outcome.valid);
        EXPECT_EQ(outcome.corrected, static_cast<int>(burst));
        EXPECT_EQ(block, sent);
        for (std::size_t i = 0; i <= burst; ++i)
            block[37 + i] ^= 0xff;
        // One word, that of the first and last byte of the burst, has an error too many.
        std::vector<FecOutcome> words(static_cast<std::size_t>(depth));
        EXPECT_FALSE(rs.decode(block, words).valid);
        for (int k = 0; k < depth; ++k) {
            EXPECT_EQ(words[static_cast<std::size_t>(k)].valid, k != 37 % depth);
            EXPECT_EQ(words[static_cast<std::size_t>(k)].corrected, k != 37 % depth ? 16 : 0);
        }
    }
}

TEST(ReedSolomon, RefusesImpossibleLengths) {
    const ReedSolomon rs(kRs223Dual);
    std::vector<std::uint8_t> word(32);
    EXPECT_FALSE(rs.decode(word).valid);
    word.clear();
    EXPECT_FALSE(rs.decode(word).valid);
    word.resize(256);
    EXPECT_FALSE(rs.decode(word).valid);
}

} // namespace
} // namespace telemetry::fec
