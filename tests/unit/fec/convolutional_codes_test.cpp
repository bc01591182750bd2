// SPDX-License-Identifier: GPL-3.0-or-later
// Codes other than CCSDS rate 1/2: against GNU Radio's encoder, and through our decoders.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "telemetry/fec/parity_check.h"
#include "telemetry/fec/puncturing.h"
#include "telemetry/fec/viterbi.h"

namespace telemetry::fec {
namespace {

std::vector<std::uint8_t> digits(const std::string& text) {
    std::vector<std::uint8_t> bits;
    for (const char c : text)
        bits.push_back(c == '1');
    return bits;
}

std::vector<std::uint8_t> random_bits(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bits(count);
    for (auto& bit : bits)
        bit = random() & 1;
    return bits;
}

std::vector<std::int8_t> channel(std::span<const std::uint8_t> sent, double es_n0_db,
                                 unsigned seed) {
    const double sigma = 32 * std::sqrt(0.5 / std::pow(10, es_n0_db / 10));
    std::mt19937 random(seed);
    std::normal_distribution<float> noise(0, static_cast<float>(sigma));
    std::vector<std::int8_t> symbols;
    for (const auto bit : sent)
        symbols.push_back(static_cast<std::int8_t>(
            std::clamp(std::nearbyint((bit ? 32.f : -32.f) + noise(random)), -127.f, 127.f)));
    return symbols;
}

std::vector<std::uint8_t> decode_stream(ViterbiStream& viterbi,
                                        std::span<const std::int8_t> symbols) {
    std::vector<std::uint8_t> bits;
    auto sink = make_sink<DecodedBits>([&](const DecodedBits& decoded) {
        for (std::size_t i = 0; i < decoded.count; ++i)
            bits.push_back(decoded.bits[i / 8] >> (7 - i % 8) & 1);
    });
    viterbi.process(symbols, sink);
    viterbi.finish(sink);
    return bits;
}

std::size_t differences(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        count += a[i] != b[i];
    return count;
}

const ConvolutionalCode kLongCodes[] = {kConvolutionalThird, kConvolutionalK9Half,
                                        kConvolutionalK9Third};

TEST(ConvolutionalCodes, VectorsOfGnuRadio) {
    std::ifstream file(TELEMETRY_VECTORS "/fec/constraint.txt");
    std::string name, bits, symbols;
    std::size_t vectors = 0;
    while (std::getline(file, name) && std::getline(file, bits) && std::getline(file, symbols)) {
        ASSERT_LT(vectors, std::size(kLongCodes));
        const ConvolutionalCode& code = kLongCodes[vectors++];
        std::istringstream parts(name);
        int length = 0;
        parts >> length;
        EXPECT_EQ(length, code.constraint_length());
        for (const auto& output : code.outputs()) {
            unsigned taps = 0;
            parts >> std::oct >> taps;
            EXPECT_EQ(taps, output.taps);
        }
        std::vector<std::uint8_t> sent;
        ConvolutionalEncoder(code).encode(digits(bits), sent);
        EXPECT_EQ(sent, digits(symbols)) << name;
        ViterbiStream viterbi(code);
        EXPECT_EQ(decode_stream(viterbi, channel(digits(symbols), 6, 1)), digits(bits)) << name;
    }
    EXPECT_EQ(vectors, 3u);
}

TEST(ConvolutionalCodes, PuncturedVectorsOfGnuRadio) {
    std::ifstream file(TELEMETRY_VECTORS "/fec/punctured.txt");
    std::string pattern, bits, symbols;
    const Puncturing known[] = {kPuncturing23, kPuncturing34, kPuncturing56, kPuncturing78};
    std::size_t vectors = 0;
    while (std::getline(file, pattern) && std::getline(file, bits) && std::getline(file, symbols)) {
        const Puncturing puncturing(pattern);
        ASSERT_LT(vectors, std::size(known));
        EXPECT_EQ(puncturing.period(), known[vectors].period());
        EXPECT_EQ(puncturing.kept(), known[vectors].kept());
        ++vectors;
        std::vector<std::uint8_t> all;
        std::vector<std::uint8_t> sent;
        ConvolutionalEncoder(kConvolutionalCcsdsUninverted).encode(digits(bits), all);
        Puncturer(puncturing).puncture(all, sent);
        EXPECT_EQ(sent, digits(symbols)) << pattern;

        const auto received = channel(digits(symbols), 10, 2);
        std::vector<std::int8_t> mother(2 * bits.size());
        std::size_t written = 0;
        EXPECT_EQ(Depuncturer(puncturing).depuncture(received, mother, written), received.size());
        EXPECT_EQ(written, mother.size());
        ViterbiStream viterbi(kConvolutionalCcsdsUninverted,
                              punctured_look_ahead(puncturing.period(), puncturing.kept()));
        EXPECT_EQ(decode_stream(viterbi, mother), digits(bits)) << pattern;
    }
    EXPECT_EQ(vectors, 4u);
}

TEST(ConvolutionalCodes, DepuncturingInPieces) {
    std::mt19937 random(4);
    const Puncturing patterns[] = {Puncturing(),
                                   kPuncturing23,
                                   kPuncturing34,
                                   kPuncturing56,
                                   kPuncturing78,
                                   Puncturing("1"),
                                   Puncturing("0001000000001"),
                                   Puncturing(std::string(63, '1') + '0')};
    std::vector<std::int8_t> sent(3000);
    for (auto& symbol : sent)
        symbol = static_cast<std::int8_t>(random());
    for (const Puncturing& puncturing : patterns) {
        // What is sent last is followed by what is dropped.
        std::vector<std::int8_t> expected;
        std::size_t next = 0;
        for (unsigned at = 0;; at = (at + 1) % puncturing.period()) {
            if (puncturing.sends(at) && next == sent.size())
                break;
            expected.push_back(puncturing.sends(at) ? sent[next++] : std::int8_t{0});
        }
        for (const simd::Level level : {simd::Level::generic, simd::chosen_level()})
            for (const std::size_t most : {1u, 7u, 8u, 50u, 5000u}) {
                Depuncturer depuncturer(puncturing, level);
                std::vector<std::int8_t> symbols;
                std::vector<std::int8_t> room;
                for (std::span<const std::int8_t> rest(sent); symbols.size() < expected.size();) {
                    // Exactly as much as may be touched, for AddressSanitizer.
                    const std::vector<std::int8_t> piece(
                        rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                         rest.size(), random() % most + 1)));
                    room.assign(random() % most + 1, 99);
                    std::size_t written = 0;
                    rest = rest.subspan(depuncturer.depuncture(piece, room, written));
                    symbols.insert(symbols.end(), room.begin(),
                                   room.begin() + static_cast<std::ptrdiff_t>(written));
                }
                EXPECT_EQ(symbols, expected) << puncturing.period() << ' ' << most;
            }
    }
}

// What these codes gain over K=7 rate 1/2 shows at 2.5 dB, where that one has 1.2e-3.
TEST(ConvolutionalCodes, LongerCodesDoBetter) {
    const auto bits = random_bits(40000, 3);
    for (const auto& code : kLongCodes) {
        std::vector<std::uint8_t> sent;
        ConvolutionalEncoder(code).encode(bits, sent);
        const double es_n0_db = 2.5 - 10 * std::log10(static_cast<double>(code.outputs().size()));
        ViterbiStream viterbi(code);
        const auto decoded = decode_stream(viterbi, channel(sent, es_n0_db, 4));
        ASSERT_EQ(decoded.size(), bits.size());
        EXPECT_LT(differences(decoded, bits), 40u);
    }
}

TEST(ConvolutionalCodes, TailBitingBlocks) {
    for (const auto& code : {kConvolutionalCcsds, kConvolutionalK9Half}) {
        ViterbiBlock viterbi(code, 1000);
        std::size_t errors = 0;
        for (const std::size_t size : {12u, 40u, 96u, 131u, 1000u})
            for (unsigned seed = 0; seed < 20; ++seed) {
                const auto bits = random_bits(size, seed);
                std::vector<std::uint8_t> sent;
                ConvolutionalEncoder(code).encode_tail_biting(bits, sent);
                ASSERT_EQ(sent.size(), 2 * size);
                std::vector<std::uint8_t> decoded(size);
                EXPECT_EQ(viterbi.decode_tail_biting(channel(sent, 12, seed), decoded), 0);
                EXPECT_EQ(decoded, bits) << size;
                viterbi.decode_tail_biting(channel(sent, 2, seed), decoded);
                errors += differences(decoded, bits);
            }
        // 25580 bits at 5 dB: some 1e-6 of them, more in the short blocks, whose words are close.
        EXPECT_LT(errors, 30u);
    }
}

// Small enough to try all words.
TEST(ConvolutionalCodes, TailBitingIsMaximumLikelihood) {
    constexpr std::size_t kBits = 10;
    std::vector<std::vector<std::uint8_t>> words;
    for (unsigned word = 0; word < 1u << kBits; ++word) {
        std::vector<std::uint8_t> bits;
        for (std::size_t i = 0; i < kBits; ++i)
            bits.push_back(word >> i & 1);
        ConvolutionalEncoder(kConvolutionalCcsds).encode_tail_biting(bits, words.emplace_back());
    }
    ViterbiBlock viterbi(kConvolutionalCcsds, kBits);
    int different = 0;
    std::mt19937 random(5);
    for (unsigned run = 0; run < 200; ++run) {
        const unsigned word = random() % (1u << kBits);
        const auto symbols = channel(words[word], 3, run);
        std::vector<std::uint8_t> decoded(kBits);
        viterbi.decode_tail_biting(symbols, decoded);
        unsigned best = 0;
        int best_sum = -1'000'000;
        for (unsigned i = 0; i < words.size(); ++i) {
            int sum = 0;
            for (std::size_t s = 0; s < symbols.size(); ++s)
                sum += words[i][s] ? symbols[s] : -symbols[s];
            if (sum > best_sum) {
                best_sum = sum;
                best = i;
            }
        }
        for (std::size_t i = 0; i < kBits; ++i)
            if (decoded[i] != (best >> i & 1)) {
                ++different;
                break;
            }
    }
    EXPECT_LE(different, 10); // quantised symbols, and paths that close around more than one lap
}

TEST(ConvolutionalCodes, ParityChecksHold) {
    const Puncturing patterns[] = {{}, kPuncturing23, kPuncturing34, kPuncturing56, kPuncturing78};
    const auto bits = random_bits(3000, 6);
    for (const auto& code :
         {kConvolutionalCcsds, kConvolutionalNasaDsnUninverted, kConvolutionalK9Half}) {
        for (const auto& puncturing : patterns) {
            const ParityCheck check = find_parity_check(code, puncturing);
            if (check.delays.empty()) { // K=9 rate 7/8 needs more than 64 symbols
                EXPECT_EQ(code.constraint_length(), 9);
                continue;
            }
            std::vector<std::uint8_t> all;
            std::vector<std::uint8_t> sent;
            ConvolutionalEncoder(code).encode(bits, all);
            Puncturer(puncturing).puncture(all, sent);
            for (std::size_t i = 64 / check.period * check.period + check.last; i < sent.size();
                 i += check.period) {
                unsigned sum = 0;
                for (const unsigned delay : check.delays)
                    sum ^= sent[i - delay];
                ASSERT_EQ(sum, check.expected);
            }
        }
    }
    // Both polynomials have five taps.
    EXPECT_EQ(find_parity_check(kConvolutionalCcsds, {}).delays.size(), 10u);
}

} // namespace
} // namespace telemetry::fec
