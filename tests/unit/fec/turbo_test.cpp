// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/turbo.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "telemetry/base/text.h"
#include "telemetry/fec/bits.h"

namespace telemetry::fec {
namespace {

constexpr std::array kRates = {"1/2", "1/3", "1/4", "1/6"};
constexpr std::array kLevels = {simd::Level::avx2, simd::Level::avx512};

std::vector<TurboCode> every_code() {
    std::vector<TurboCode> codes;
    for (const char* rate : kRates)
        for (const auto bits : kTurboInformationBits)
            codes.push_back(find_turbo_code(rate, bits).value());
    return codes;
}

std::vector<std::uint8_t> random_bytes(std::size_t count, std::mt19937& random) {
    std::vector<std::uint8_t> bytes(count);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}

/// Symbols of mean level `level` with white noise.
std::vector<std::int8_t> channel(const std::vector<std::uint8_t>& sent, double es_n0_db,
                                 std::mt19937& random, double level = 32) {
    const double sigma = level * std::sqrt(0.5 / std::pow(10, es_n0_db / 10));
    std::normal_distribution<float> noise(0, static_cast<float>(sigma));
    const auto one = static_cast<float>(level);
    std::vector<std::int8_t> symbols;
    symbols.reserve(sent.size());
    for (const auto bit : sent)
        symbols.push_back(static_cast<std::int8_t>(
            std::clamp(std::nearbyint((bit ? one : -one) + noise(random)), -127.f, 127.f)));
    return symbols;
}

double es_n0_db(const TurboCode& code, double eb_n0_db) {
    return eb_n0_db + 10 * std::log10(static_cast<double>(code.information_bits) /
                                      static_cast<double>(code.symbols()));
}

TEST(Turbo, KnowsTheStandardsCodes) {
    const auto code = find_turbo_code("1/3", 1784);
    ASSERT_TRUE(code);
    EXPECT_EQ(code->rate, TurboRate::third);
    EXPECT_EQ(code->symbols(), 5364u); // table 6-4
    EXPECT_EQ(find_turbo_code("1/6", 8920)->symbols(), 53544u);
    EXPECT_EQ(code->bytes(), 223u);
    EXPECT_FALSE(find_turbo_code("1/5", 1784));
    EXPECT_FALSE(find_turbo_code("", 1784));
    EXPECT_FALSE(find_turbo_code("1/2", 16384));
    EXPECT_FALSE(find_turbo_code("1/2", 0));
}

TEST(Turbo, PermutesEveryBitOnce) {
    for (const auto bits : kTurboInformationBits) {
        auto permutation = turbo_permutation(bits);
        // By hand: s = 1 has t = 1 and c = 0; s = 2 has c = 21; s = 3 has c = 37.
        EXPECT_EQ(permutation[0], 3);
        EXPECT_EQ(permutation[1], 2 * (1 + 21 * 4) + 1 - 1);
        EXPECT_EQ(permutation[2], 2 * (1 + 37 * 4) + 1);
        std::sort(permutation.begin(), permutation.end());
        for (std::size_t k = 0; k < bits; ++k)
            ASSERT_EQ(permutation[k], k);
    }
}

// From tests/vectors/fec/make_turbo_vectors.py, an encoder of its own.
TEST(Turbo, EncodesAndDecodesTheVectors) {
    std::ifstream file(TELEMETRY_VECTORS "/fec/turbo.txt");
    std::string line;
    int count = 0;
    for (; std::getline(file, line); ++count) {
        std::istringstream words(line);
        std::string rate, data, word;
        std::size_t bits = 0;
        words >> rate >> bits >> data >> word;
        SCOPED_TRACE(rate + " " + std::to_string(bits));
        const auto code = find_turbo_code(rate, bits);
        ASSERT_TRUE(code);
        const auto bytes = from_hex(data).value();
        std::vector<std::uint8_t> expected;
        append_bits_msb(from_hex(word).value(), expected);
        expected.resize(code->symbols());
        std::vector<std::uint8_t> sent;
        TurboEncoder encoder(*code);
        encoder.encode(bytes, sent);
        EXPECT_EQ(sent, expected);

        std::vector<std::int8_t> symbols;
        for (const auto bit : expected)
            symbols.push_back(bit ? 32 : -32);
        std::vector<std::uint8_t> decoded(code->bytes());
        const auto outcome = TurboDecoder(*code).decode(symbols, decoded);
        EXPECT_EQ(decoded, bytes);
        EXPECT_TRUE(outcome.settled);
        EXPECT_EQ(outcome.iterations, 2);
        EXPECT_EQ(outcome.corrected, 0);
    }
    EXPECT_EQ(count, 8);
}

TEST(Turbo, CountsWhatItCorrects) {
    std::mt19937 random(1);
    const auto code = find_turbo_code("1/2", 1784).value();
    TurboEncoder encoder(code);
    TurboDecoder decoder(code);
    const auto bytes = random_bytes(code.bytes(), random);
    std::vector<std::uint8_t> sent;
    encoder.encode(bytes, sent);
    auto symbols = channel(sent, 60, random);
    for (std::size_t k = 0; k < symbols.size(); k += 100) // 36 of them
        symbols[k] = static_cast<std::int8_t>(-symbols[k]);
    std::fill(symbols.begin() + 201, symbols.begin() + 221, std::int8_t{0}); // a gap
    symbols.back() = static_cast<std::int8_t>(-symbols.back());              // in the tail
    std::vector<std::uint8_t> decoded(code.bytes());
    const auto outcome = decoder.decode(symbols, decoded);
    EXPECT_EQ(decoded, bytes);
    EXPECT_TRUE(outcome.settled);
    EXPECT_TRUE(outcome.plausible);
    EXPECT_EQ(outcome.corrected, 37);
}

TEST(Turbo, MoreWrongSignsThanNoiseMakesAreNotPlausible) {
    std::mt19937 random(2);
    const auto code = find_turbo_code("1/2", 1784).value();
    TurboEncoder encoder(code);
    const auto bytes = random_bytes(code.bytes(), random);
    std::vector<std::uint8_t> sent;
    encoder.encode(bytes, sent);
    std::vector<std::int8_t> symbols;
    for (const auto bit : sent)
        symbols.push_back(bit ? 60 : -60);
    std::vector<std::uint8_t> decoded(code.bytes());
    for (std::size_t k = 1; k < symbols.size(); k += 4) // half of the parity, faint
        symbols[k] = symbols[k] > 0 ? std::int8_t{-1} : std::int8_t{1};
    const auto outcome = TurboDecoder(code).decode(symbols, decoded);
    EXPECT_EQ(decoded, bytes);
    EXPECT_TRUE(outcome.settled);
    EXPECT_FALSE(outcome.plausible);
}

// Half a dB above where each code begins to work, at three levels of the demodulator.
TEST(Turbo, EveryCodeDecodesNearItsThreshold) {
    std::mt19937 random(2);
    for (const auto& code : every_code()) {
        SCOPED_TRACE(std::string(kRates[static_cast<std::size_t>(code.rate)]) + " " +
                     std::to_string(code.information_bits));
        constexpr std::array kEbN0Db{1.7, 1.1, 0.9, 0.7};
        const double db = es_n0_db(code, kEbN0Db[static_cast<std::size_t>(code.rate)]);
        TurboEncoder encoder(code);
        TurboDecoder decoder(code);
        std::vector<std::uint8_t> decoded(code.bytes());
        for (const double level : {32, 8, 60}) {
            const auto bytes = random_bytes(code.bytes(), random);
            std::vector<std::uint8_t> sent;
            encoder.encode(bytes, sent);
            const auto outcome = decoder.decode(channel(sent, db, random, level), decoded);
            EXPECT_EQ(decoded, bytes) << level;
            EXPECT_TRUE(outcome.settled);
            EXPECT_LE(outcome.iterations, 10);
        }
    }
}

// Exact arithmetic has 6.2e-4 at 0.7 dB (130.1-G); ours 1e-3 there and 4e-4 at 0.75 dB.
TEST(Turbo, LosesFewFramesAtThreeQuartersOfADecibel) {
    std::mt19937 random(3);
    const auto code = find_turbo_code("1/3", 1784).value();
    TurboEncoder encoder(code);
    TurboDecoder decoder(code);
    std::vector<std::uint8_t> decoded(code.bytes());
    int lost = 0;
    for (int frame = 0; frame < 1500; ++frame) {
        const auto bytes = random_bytes(code.bytes(), random);
        std::vector<std::uint8_t> sent;
        encoder.encode(bytes, sent);
        decoder.decode(channel(sent, es_n0_db(code, 0.75), random), decoded);
        lost += decoded != bytes;
    }
    EXPECT_LE(lost, 3);
}

TEST(Turbo, NoiseDoesNotSettle) {
    std::mt19937 random(4);
    for (const char* rate : kRates) {
        const auto code = find_turbo_code(rate, 1784).value();
        TurboDecoder decoder(code);
        std::vector<std::uint8_t> decoded(code.bytes());
        for (int block = 0; block < 20; ++block) {
            const std::vector<std::uint8_t> nothing(code.symbols());
            const auto symbols = channel(nothing, -40, random, 0.4);
            const auto outcome = decoder.decode(symbols, decoded);
            EXPECT_FALSE(outcome.settled) << rate << ' ' << block;
            EXPECT_EQ(outcome.iterations, 10);
        }
    }
}

/// What a decoder may be given at worst.
std::vector<std::vector<std::int8_t>> garbage(const TurboCode& code, std::mt19937& random) {
    std::vector<std::vector<std::int8_t>> blocks;
    auto& any = blocks.emplace_back(code.symbols());
    for (auto& symbol : any)
        symbol = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
    auto& extreme = blocks.emplace_back(code.symbols());
    for (auto& symbol : extreme)
        symbol = random() & 1 ? 127 : -127;
    blocks.emplace_back(code.symbols(), std::int8_t{127});
    blocks.emplace_back(code.symbols(), std::int8_t{-127});
    blocks.emplace_back(code.symbols(), std::int8_t{0});
    auto& lonely = blocks.emplace_back(code.symbols(), std::int8_t{1});
    lonely[100] = -127;
    auto& waves = blocks.emplace_back(code.symbols());
    for (std::size_t k = 0; k < waves.size(); ++k)
        waves[k] = k / 300 % 2 ? 127 : -1;
    return blocks;
}

TEST(Turbo, EveryVariantDecidesTheSame) {
    std::mt19937 random(5);
    for (const auto& code : every_code()) {
        SCOPED_TRACE(std::string(kRates[static_cast<std::size_t>(code.rate)]) + " " +
                     std::to_string(code.information_bits));
        auto blocks = garbage(code, random);
        TurboEncoder encoder(code);
        for (const double eb_n0_db : {-1.0, 0.5, 3.0}) {
            std::vector<std::uint8_t> sent;
            encoder.encode(random_bytes(code.bytes(), random), sent);
            blocks.push_back(channel(sent, es_n0_db(code, eb_n0_db), random));
        }
        TurboDecoder generic(code, {.iterations = 4, .level = simd::Level::generic});
        std::vector<std::uint8_t> expected(code.bytes());
        std::vector<std::uint8_t> decoded(code.bytes());
        for (const auto level : kLevels) {
            if (!simd::supported(level))
                continue;
            TurboDecoder variant(code, {.iterations = 4, .level = level});
            for (std::size_t block = 0; block < blocks.size(); ++block) {
                const auto reference = generic.decode(blocks[block], expected);
                const auto outcome = variant.decode(blocks[block], decoded);
                ASSERT_EQ(decoded, expected) << simd::name_of(level) << ' ' << block;
                EXPECT_EQ(outcome.iterations, reference.iterations);
                EXPECT_EQ(outcome.settled, reference.settled);
                EXPECT_EQ(outcome.corrected, reference.corrected);
            }
        }
    }
}

TEST(Turbo, ABlockLeavesNothingBehind) {
    std::mt19937 random(6);
    const auto code = find_turbo_code("1/4", 3568).value();
    TurboEncoder encoder(code);
    std::vector<std::uint8_t> sent;
    encoder.encode(random_bytes(code.bytes(), random), sent);
    const auto symbols = channel(sent, es_n0_db(code, 0.2), random);
    std::vector<std::uint8_t> first(code.bytes());
    std::vector<std::uint8_t> second(code.bytes());
    TurboDecoder decoder(code);
    const auto a = decoder.decode(symbols, first);
    for (const auto& block : garbage(code, random))
        decoder.decode(block, second);
    const auto b = decoder.decode(symbols, second);
    EXPECT_EQ(first, second);
    EXPECT_EQ(a.iterations, b.iterations);
    EXPECT_EQ(a.corrected, b.corrected);
}

} // namespace
} // namespace telemetry::fec
