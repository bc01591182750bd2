// SPDX-License-Identifier: GPL-3.0-or-later
// The packed kernels of HDLC, each variant against one bit at a time.
#include <gtest/gtest.h>

#include <random>

#include "telemetry/fec/bits.h"
#include "telemetry/fec/hdlc_destuff.h"
#include "telemetry/fec/hdlc_line.h"
#include "telemetry/fec/line_code.h"
#include "telemetry/fec/scrambler.h"

namespace telemetry::fec {
namespace {

using Words = std::vector<std::uint64_t>;

constexpr std::array kLevels = {simd::Level::generic, simd::Level::avx2, simd::Level::avx512,
                                simd::Level::avx512icl};

/// Bits with many ones in a row.
Words words_with_runs(std::size_t count, unsigned seed) {
    std::mt19937_64 random(seed);
    Words words(count);
    for (auto& word : words)
        word = seed % 3 == 0 ? random() : random() | (random() & random());
    return words;
}

TEST(HdlcLine, EveryVariantIsTheLineDecodedBitByBit) {
    for (const auto scrambling : {HdlcScrambling::none, HdlcScrambling::g3ruh}) {
        constexpr std::size_t kWords = 300;
        std::mt19937 random(4);
        std::vector<std::uint8_t> levels(8 * kWords);
        for (auto& byte : levels)
            byte = static_cast<std::uint8_t>(random() % 8 ? random() : 0xff);
        Words bits(kWords);
        Words ends(kWords);
        DifferentialDecoder nrzi(Transition::on_zero);
        G3ruhDescrambler descrambler;
        int ones = 0;
        for (std::size_t i = 0; i < 64 * kWords; ++i) {
            std::uint8_t bit = nrzi.decode(levels[i / 8] >> (7 - i % 8) & 1);
            if (scrambling == HdlcScrambling::g3ruh)
                bit = descrambler.descramble(bit);
            bits[i / 64] |= std::uint64_t{bit} << i % 64;
            ends[i / 64] |= static_cast<std::uint64_t>(!bit && ones >= 6) << i % 64;
            ones = bit ? ones + 1 : 0;
        }
        for (const auto level : kLevels) {
            HdlcLine line(scrambling, level);
            for (std::size_t done = 0; done < kWords;) {
                const std::size_t words =
                    std::min<std::size_t>(1 + random() % HdlcLine::kMaxWords, kWords - done);
                const std::size_t whole = words - (random() % 2 && done + words < kWords);
                Words some_bits(words);
                Words some_ends(words);
                line.decode(levels.data() + 8 * done, words, whole, some_bits.data(),
                            some_ends.data());
                for (std::size_t i = 0; i < words; ++i) {
                    ASSERT_EQ(some_bits[i], bits[done + i]) << done + i;
                    ASSERT_EQ(some_ends[i], ends[done + i]) << done + i;
                }
                done += whole;
            }
        }
    }
}

TEST(HdlcDestuffer, EveryVariantIsDestuffingBitByBit) {
    std::mt19937 random(9);
    for (unsigned round = 0; round < 600; ++round) {
        const Words words = words_with_runs(1 + random() % 20 + 1, round);
        const std::size_t bits = 64 * (words.size() - 1);
        const std::size_t first = random() % bits;
        const std::size_t count = random() % (bits - first + 1);
        std::vector<std::uint8_t> expected;
        int ones = 0;
        bool broken_off = false;
        for (std::size_t i = first; i < first + count; ++i) {
            const bool bit = words[i / 64] >> i % 64 & 1;
            broken_off |= bit && ones >= 5;
            if (bit || ones < 5)
                expected.push_back(bit);
            ones = bit ? ones + 1 : 0;
        }
        std::vector<std::uint8_t> packed((expected.size() + 7) / 8);
        for (std::size_t i = 0; i < expected.size(); ++i)
            packed[i / 8] |= static_cast<std::uint8_t>(expected[i] << i % 8);
        for (const auto level : kLevels)
            for (const std::size_t room : {packed.size(), packed.size() / 2, packed.size() + 9}) {
                std::vector<std::uint8_t> bytes(room, 0x55);
                const auto outcome = HdlcDestuffer(level)(words.data(), first, count, bytes);
                EXPECT_EQ(outcome.bits, expected.size());
                EXPECT_EQ(outcome.broken_off, broken_off);
                const std::size_t written = std::min(room, packed.size());
                EXPECT_TRUE(std::equal(bytes.begin(),
                                       bytes.begin() + static_cast<std::ptrdiff_t>(written),
                                       packed.begin()));
                for (std::size_t i = written; i < room; ++i)
                    EXPECT_EQ(bytes[i], 0x55);
            }
    }
}

} // namespace
} // namespace telemetry::fec
