// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/scrambler.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "telemetry/base/text.h"

namespace telemetry::fec {
namespace {

std::vector<std::uint8_t> random_bits(std::size_t count) {
    std::mt19937 random(7);
    std::vector<std::uint8_t> bits(count);
    for (auto& bit : bits)
        bit = random() & 1;
    return bits;
}

std::uint64_t word_at(const std::vector<std::uint8_t>& bits, std::size_t at) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 64; ++i)
        word = word << 1 | bits[at + i];
    return word;
}

std::uint64_t reversed(std::uint64_t word) {
    std::uint64_t result = 0;
    for (int i = 0; i < 64; ++i)
        result = result << 1 | (word >> i & 1);
    return result;
}

/// The sequence bit by bit, as the standards draw it.
std::vector<std::uint8_t> by_shift_register(const SequenceSpec& spec, std::size_t bytes) {
    std::vector<std::uint8_t> sequence(bytes);
    std::uint32_t state = spec.seed;
    for (std::size_t i = 0; i < 8 * bytes; ++i) {
        const auto place = spec.order == BitOrder::msb_first ? 7 - i % 8 : i % 8;
        sequence[i / 8] = static_cast<std::uint8_t>(sequence[i / 8] | (state & 1) << place);
        std::uint32_t next = 0;
        for (int k = 0; k < spec.degree; ++k)
            next ^= (spec.taps >> k & 1) & (state >> k & 1);
        state = state >> 1 | next << (spec.degree - 1);
    }
    return sequence;
}

TEST(Scrambler, SequencesOfTheStandards) {
    // CCSDS 131.0-B-5, 10.4.2 and 10.4.3; CCSDS 231.0-B-4, 6.2: the first 40 bits each.
    std::array<std::uint8_t, 260> bytes{};
    ccsds_randomize(bytes);
    EXPECT_EQ(to_hex(std::span(bytes).first(5)), "ff480ec09a");
    EXPECT_EQ(to_hex(std::span(bytes).subspan(255, 5)), "ff480ec09a");
    ccsds_randomize(bytes);
    EXPECT_EQ(bytes, (std::array<std::uint8_t, 260>{}));

    std::vector<std::uint8_t> more(131071 + 5);
    ccsds_randomize_long(more);
    EXPECT_EQ(to_hex(std::span(more).first(5)), "1c71b91ba9");
    EXPECT_EQ(to_hex(std::span(more).last(5)), "1c71b91ba9");

    std::array<std::uint8_t, 5> command{};
    ccsds_tc_randomize(command);
    EXPECT_EQ(to_hex(command), "ff399e5a68");
}

TEST(Scrambler, Pn9SequenceOfTheDesignNote) {
    // TI DN509, table of the first bytes.
    std::array<std::uint8_t, 10> bytes{};
    pn9_whiten(bytes);
    EXPECT_EQ(to_hex(bytes), "ffe11d9aed853324ea7a");
}

TEST(Scrambler, TableIsTheShiftRegisterFromAnyOffset) {
    for (const auto& spec :
         {kCcsdsTmSequence, kCcsdsTmLongSequence, kCcsdsTcSequence, kPn9Sequence}) {
        const AdditiveScrambler scrambler(spec);
        const auto expected = by_shift_register(spec, 140000);
        const std::size_t period = scrambler.sequence().size();
        EXPECT_EQ(period, (std::size_t{1} << spec.degree) - 1);
        for (const std::size_t offset :
             {std::size_t{0}, std::size_t{1}, std::size_t{7}, period - 1, period, period + 3}) {
            std::vector<std::uint8_t> bytes(700);
            scrambler.apply(bytes, offset);
            ASSERT_TRUE(std::equal(bytes.begin(), bytes.end(),
                                   expected.begin() + static_cast<std::ptrdiff_t>(offset)))
                << offset;
        }
    }
}

template <class Scrambler, class Descrambler>
void undoes_itself_and_recovers(int farthest_tap) {
    const auto bits = random_bits(std::size_t{64} * 20);
    Scrambler scrambler;
    Scrambler scrambler_by_word;
    Descrambler by_bit;
    std::vector<std::uint8_t> line;
    for (const auto bit : bits)
        line.push_back(scrambler.scramble(bit));
    for (std::size_t i = 0; i < bits.size(); ++i)
        ASSERT_EQ(by_bit.descramble(line[i]), bits[i]);
    Descrambler by_word;
    Descrambler by_word_lsb;
    by_word.descramble_word(0x123456789abcdef0); // wrong history
    by_word_lsb.descramble_word_lsb(0x123456789abcdef0);
    std::vector<std::uint64_t> words;
    for (std::size_t at = 0; at < bits.size(); at += 64) {
        const std::uint64_t sent = word_at(line, at);
        words.push_back(sent);
        ASSERT_EQ(scrambler_by_word.scramble_word(word_at(bits, at)), sent);
        const std::uint64_t good = ~std::uint64_t{0} >> (at == 0 ? farthest_tap : 0);
        ASSERT_EQ((by_word.descramble_word(sent) ^ word_at(bits, at)) & good, 0u);
        ASSERT_EQ((reversed(by_word_lsb.descramble_word_lsb(reversed(sent))) ^ word_at(bits, at)) &
                      good,
                  0u);
    }
    Descrambler at_once;
    at_once.descramble(words, words.data());
    for (std::size_t i = 0; i < words.size(); ++i)
        ASSERT_EQ(words[i], word_at(bits, 64 * i));
}

TEST(Scrambler, SelfSynchronizingOnesUndoThemselvesAndRecover) {
    undoes_itself_and_recovers<G3ruhScrambler, G3ruhDescrambler>(17);
    undoes_itself_and_recovers<Rnrzl15Scrambler, Rnrzl15Descrambler>(15);
    undoes_itself_and_recovers<SelfSynchronizingScrambler<5, 23, 40>,
                               SelfSynchronizingDescrambler<5, 23, 40>>(40);
}

TEST(Scrambler, G3ruhPolynomial) {
    // An impulse on the line comes out at 0, 12 and 17 (Miller 1988).
    G3ruhDescrambler descrambler;
    for (int i = 0; i < 40; ++i)
        EXPECT_EQ(descrambler.descramble(i == 0), i == 0 || i == 12 || i == 17) << i;
}

} // namespace
} // namespace telemetry::fec
