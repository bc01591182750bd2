// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/bch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "telemetry/fec/bits.h"

namespace telemetry::fec {
namespace {

constexpr BchCode kCodes[] = {kBch15_7, kBch31_21, kBch31_16, kBch255_231, kBchCcsdsTc};

/// Bits of a word, and back.
std::vector<std::uint8_t> bits_of(std::uint64_t word, int count) {
    std::vector<std::uint8_t> bits;
    append_word(word, count, bits);
    return bits;
}

std::uint64_t word_of(std::span<const std::uint8_t> bits) {
    return std::accumulate(bits.begin(), bits.end(), std::uint64_t{0},
                           [](std::uint64_t word, std::uint8_t bit) { return word << 1 | bit; });
}

std::vector<std::uint8_t> random_word(const Bch& bch, std::size_t data, std::mt19937& random) {
    std::vector<std::uint8_t> word(data + static_cast<std::size_t>(bch.parity()));
    for (std::size_t i = 0; i < data; ++i)
        word[i] = random() & 1;
    bch.encode(std::span(word).first(data), std::span(word).subspan(data));
    return word;
}

TEST(Bch, GeneratorsOfTheTable) {
    // Lin and Costello, "Error Control Coding", table of generators, octal.
    const auto generator = [](const BchCode& code) {
        const Bch bch(code);
        std::vector<std::uint8_t> parity(static_cast<std::size_t>(bch.parity()));
        bch.encode(std::array<std::uint8_t, 1>{1}, parity);
        return std::uint64_t{1} << parity.size() | word_of(parity);
    };
    EXPECT_EQ(generator({0x13, 1, 2}), 023u);           // (15,11)
    EXPECT_EQ(generator(kBch15_7), 0721u);              // (15,7)
    EXPECT_EQ(generator({0x13, 1, 6}), 02467u);         // (15,5)
    EXPECT_EQ(generator(kBch31_21), 03551u);            // (31,21)
    EXPECT_EQ(generator(kBch31_16), 0107657u);          // (31,16)
    EXPECT_EQ(generator({0x25, 1, 10}), 05423325u);     // (31,11)
    EXPECT_EQ(generator({0x43, 1, 4}), 012471u);        // (63,51)
    EXPECT_EQ(generator({0x43, 1, 6}), 01701317u);      // (63,45)
    EXPECT_EQ(generator({0x43, 1, 8}), 0166623567u);    // (63,39)
    EXPECT_EQ(generator({0x11d, 1, 4}), 0267543u);      // (255,239)
    EXPECT_EQ(generator(kBch255_231), 0156720665u);     // (255,231)
    EXPECT_EQ(generator({0x11d, 1, 8}), 075626641375u); // (255,223)
}

TEST(Bch, TelecommandCodeBlocks) {
    // Unit tests of Stefan Korner's SpacePyLibrary: seven bytes and the parity with its filler bit.
    const Bch bch(kBchCcsdsTc);
    ASSERT_EQ(bch.parity(), 7);
    for (const std::uint64_t block :
         {0x22f600ff00421a12U, 0x8cc00e010d19065aU, 0x301b000900820054U, 0x10e4c1555555553eU}) {
        auto word = bits_of(block >> 1, 63);
        std::array<std::uint8_t, 7> parity{};
        bch.encode(std::span(word).first(56), parity);
        EXPECT_EQ(word_of(parity), block >> 1 & 0x7f);
        EXPECT_EQ(bch.decode(word).corrected, 0);
        for (std::size_t a = 0; a < 63; ++a) {
            auto one = word;
            one[a] ^= 1;
            ASSERT_EQ(bch.decode(one).corrected, 1);
            ASSERT_EQ(one, word);
            for (std::size_t b = 0; b < a; ++b) {
                auto two = word;
                two[a] ^= 1;
                two[b] ^= 1;
                ASSERT_FALSE(bch.decode(two).valid);
            }
        }
    }
}

TEST(Bch, PocsagCodeWords) {
    // Sync and idle word of ITU-R M.584: 31 bits and an even parity bit.
    const Bch bch(kBch31_21);
    for (const std::uint32_t sent : {0x7cd215d8U, 0x7a89c197U}) {
        auto word = bits_of(sent >> 1, 31);
        const FecOutcome outcome = bch.decode(word);
        EXPECT_TRUE(outcome.valid);
        EXPECT_EQ(outcome.corrected, 0);
    }
}

TEST(Bch, EveryPatternThatCanBeMendedIs) {
    std::mt19937 random(1);
    for (const auto& code : kCodes) {
        const Bch bch(code);
        const int most = std::min(code.roots / 2, bch.length() > 100 ? 1 : 3);
        const auto sent =
            random_word(bch, static_cast<std::size_t>(bch.length() - bch.parity()), random);
        auto word = sent;
        const auto flip_more = [&](const auto& self, std::size_t from, int made) -> void {
            auto received = word;
            const FecOutcome outcome = bch.decode(received);
            ASSERT_TRUE(outcome.valid);
            ASSERT_EQ(outcome.corrected, made);
            ASSERT_EQ(received, sent);
            if (made == most)
                return;
            for (std::size_t at = from; at < word.size(); ++at) {
                word[at] ^= 1;
                self(self, at + 1, made + 1);
                word[at] ^= 1;
            }
        };
        flip_more(flip_more, 0, 0);
    }
}

TEST(Bch, ManyErrorsInShortenedWords) {
    std::mt19937 random(2);
    for (const BchCode& code : {kBch255_231, BchCode{0x11d, 1, 36}, BchCode{0x409, 1, 20}}) {
        const Bch bch(code);
        for (int trial = 0; trial < 100; ++trial) {
            const auto most = static_cast<unsigned>(bch.length() - bch.parity());
            const auto sent = random_word(bch, 1 + random() % most, random);
            auto word = sent;
            int errors = 0;
            for (int i = 0; i < code.roots / 2; ++i)
                if (const auto at = random() % word.size(); word[at] == sent[at]) {
                    word[at] ^= 1;
                    ++errors;
                }
            const FecOutcome outcome = bch.decode(word);
            ASSERT_TRUE(outcome.valid);
            ASSERT_EQ(outcome.corrected, errors);
            ASSERT_EQ(word, sent);
        }
    }
}

TEST(Bch, NoMoreWordsAreTakenThanSpheresHold) {
    // All words of 15 bits: 2^7 code words, each with 1 + 15 + 105 words around it.
    const Bch small(kBch15_7);
    int taken = 0;
    for (unsigned received = 0; received < 1U << 15; ++received) {
        auto word = bits_of(received, 15);
        const auto before = word;
        if (small.decode(word).valid)
            ++taken;
        else
            ASSERT_EQ(word, before);
    }
    EXPECT_EQ(taken, (1 + 15 + 105) << 7);

    // Random words of the others: the share of the space that the spheres fill.
    std::mt19937 random(3);
    for (const auto& code : kCodes) {
        const Bch bch(code);
        double share = 1;
        double term = 1;
        for (int i = 1; i <= code.roots / 2; ++i)
            share += term *= static_cast<double>(bch.length() + 1 - i) / i;
        share = std::ldexp(share, -bch.parity());
        constexpr int kTrials = 5000;
        int valid = 0;
        std::vector<std::uint8_t> word(static_cast<std::size_t>(bch.length()));
        for (int trial = 0; trial < kTrials; ++trial) {
            for (auto& bit : word)
                bit = random() & 1;
            valid += bch.decode(word).valid;
        }
        EXPECT_NEAR(valid, kTrials * share, 4 * std::sqrt(kTrials * share)) << bch.length();
    }
}

TEST(Bch, RefusesImpossibleLengths) {
    const Bch bch(kBch15_7);
    std::vector<std::uint8_t> word(8);
    EXPECT_FALSE(bch.decode(word).valid);
    word.resize(16);
    EXPECT_FALSE(bch.decode(word).valid);
    word.clear();
    EXPECT_FALSE(bch.decode(word).valid);
}

} // namespace
} // namespace telemetry::fec
