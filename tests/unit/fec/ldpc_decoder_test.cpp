// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/ldpc_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "ldpc_reference.h"
#include "telemetry/fec/ldpc_encoder.h"

namespace telemetry::fec {
namespace {

std::vector<simd::Level> levels() {
    std::vector<simd::Level> out;
    for (const simd::Level level :
         {simd::Level::generic, simd::Level::avx2, simd::Level::avx512icl})
        if (simd::supported(level))
            out.push_back(level);
    return out;
}

std::vector<std::uint8_t> random_bytes(int count, std::mt19937_64& random) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(count));
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}

std::vector<std::int8_t> garbage(int count, std::mt19937_64& random) {
    std::vector<std::int8_t> symbols(static_cast<std::size_t>(count));
    for (auto& symbol : symbols)
        symbol = static_cast<std::int8_t>(random());
    return symbols;
}

/// Es/N0 at which a word is nearly always decoded.
double good_es_n0_db(const LdpcCode& code) {
    const double rate = static_cast<double>(code.k) / code.n;
    const double eb_n0_db = code.family == LdpcFamily::c2            ? 4.3
                            : code.family == LdpcFamily::telecommand ? 6
                            : rate < 0.6                             ? 2.2
                            : rate < 0.7                             ? 3.0
                                                                     : 3.9;
    return eb_n0_db + 10 * std::log10(rate);
}

class LdpcDecoding : public testing::TestWithParam<LdpcCode> {};

INSTANTIATE_TEST_SUITE_P(Codes, LdpcDecoding, testing::ValuesIn(kLdpcCodes), [](const auto& test) {
    std::string name(test.param.name);
    std::replace_if(
        name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
    return name;
});

TEST_P(LdpcDecoding, EveryVariantDoesWhatTheDefinitionSays) {
    const LdpcCode& code = GetParam();
    const LdpcEncoder encoder(code);
    std::mt19937_64 random(2);
    const int trials = code.k > 5000 ? 2 : 6;
    for (int trial = 0; trial < trials; ++trial) {
        const auto sent = random_bytes(code.k / 8, random);
        std::vector<std::uint8_t> word(static_cast<std::size_t>(code.n / 8));
        encoder.encode(sent, word);
        // From good to hopeless, then any bytes, -128 among them.
        auto symbols = trial % 3 == 2 ? garbage(code.n, random)
                                      : noisy_symbols(word, good_es_n0_db(code) - 1.0 * (trial % 3),
                                                      30, random);
        for (const int iterations : {0, 1, 2, 3, 8}) {
            std::vector<std::uint8_t> expected;
            const LdpcOutcome said = reference_decode(code, symbols, iterations, expected);
            for (const simd::Level level : levels()) {
                SCOPED_TRACE(simd::name_of(level));
                LdpcDecoder decoder(code, {.max_iterations = iterations, .level = level});
                std::vector<std::uint8_t> data(expected.size());
                const LdpcOutcome outcome = decoder.decode(symbols, data);
                ASSERT_EQ(data, expected) << iterations;
                ASSERT_EQ(outcome.valid, said.valid);
                ASSERT_EQ(outcome.unsatisfied, said.unsatisfied);
                ASSERT_EQ(outcome.iterations, said.iterations);
                ASSERT_EQ(outcome.corrected, said.corrected);
            }
        }
    }
}

TEST_P(LdpcDecoding, VariantsAgreeToTheLastIteration) {
    const LdpcCode& code = GetParam();
    std::mt19937_64 random(3);
    for (const LdpcStop stop : {LdpcStop::on_syndrome, LdpcStop::never}) {
        std::vector<LdpcDecoder> decoders;
        for (const simd::Level level : levels())
            decoders.emplace_back(code,
                                  LdpcOptions{.max_iterations = 20, .stop = stop, .level = level});
        for (int trial = 0; trial < 8; ++trial) {
            const auto symbols = garbage(code.n, random);
            std::vector<std::uint8_t> expected(static_cast<std::size_t>(code.k / 8));
            const LdpcOutcome said = decoders.front().decode(symbols, expected);
            EXPECT_FALSE(said.valid);
            EXPECT_EQ(said.corrected, 0);
            EXPECT_GT(said.unsatisfied, 0);
            for (LdpcDecoder& decoder : decoders) {
                std::vector<std::uint8_t> data(expected.size());
                const LdpcOutcome outcome = decoder.decode(symbols, data);
                EXPECT_EQ(data, expected);
                EXPECT_EQ(outcome.unsatisfied, said.unsatisfied);
                EXPECT_EQ(outcome.iterations, said.iterations);
            }
        }
    }
}

TEST_P(LdpcDecoding, NoiseIsRemoved) {
    const LdpcCode& code = GetParam();
    const LdpcEncoder encoder(code);
    LdpcDecoder decoder(code);
    std::mt19937_64 random(4);
    const int trials = std::max(5, 40000 / code.n);
    for (int trial = 0; trial < trials; ++trial) {
        auto sent = random_bytes(code.k / 8, random);
        if (trial == 0) // the word that a decoder with a wrong matrix decodes as well
            std::fill(sent.begin(), sent.end(), std::uint8_t{0});
        std::vector<std::uint8_t> word(static_cast<std::size_t>(code.n / 8));
        encoder.encode(sent, word);
        const auto symbols = noisy_symbols(word, good_es_n0_db(code), 30, random);
        int wrong = 0;
        for (int i = 0; i < code.n - code.padding; ++i) {
            const bool one = word[static_cast<std::size_t>(i / 8)] >> (7 - i % 8) & 1;
            const int symbol = symbols[static_cast<std::size_t>(i)];
            wrong += symbol != 0 && (symbol > 0) != one;
        }
        std::vector<std::uint8_t> data(sent.size());
        const LdpcOutcome outcome = decoder.decode(symbols, data);
        EXPECT_TRUE(outcome.valid);
        EXPECT_EQ(outcome.unsatisfied, 0);
        EXPECT_EQ(data, sent);
        EXPECT_EQ(outcome.corrected, wrong);
        EXPECT_LT(outcome.iterations, 40);
    }
}

TEST_P(LdpcDecoding, AmplitudeIsOfNoMatter) {
    const LdpcCode& code = GetParam();
    const LdpcEncoder encoder(code);
    LdpcDecoder decoder(code);
    for (const double amplitude : {3.0, 8.0, 64.0, 500.0}) { // coarse, ..., nearly hard decisions
        std::mt19937_64 random(5);
        const auto sent = random_bytes(code.k / 8, random);
        std::vector<std::uint8_t> word(static_cast<std::size_t>(code.n / 8));
        encoder.encode(sent, word);
        const auto symbols = noisy_symbols(word,
                                           good_es_n0_db(code) + (amplitude < 4     ? 0.5
                                                                  : amplitude > 100 ? 2.2
                                                                                    : 0),
                                           amplitude, random);
        std::vector<std::uint8_t> data(sent.size());
        EXPECT_TRUE(decoder.decode(symbols, data).valid) << amplitude;
        EXPECT_EQ(data, sent) << amplitude;
    }
}

TEST_P(LdpcDecoding, StopsWhenTheWordIsClean) {
    const LdpcCode& code = GetParam();
    const LdpcEncoder encoder(code);
    std::mt19937_64 random(6);
    const auto sent = random_bytes(code.k / 8, random);
    std::vector<std::uint8_t> word(static_cast<std::size_t>(code.n / 8));
    encoder.encode(sent, word);
    const auto symbols = noisy_symbols(word, 30, 30, random);
    std::vector<std::uint8_t> data(sent.size());
    LdpcDecoder decoder(code);
    const LdpcOutcome outcome = decoder.decode(symbols, data);
    EXPECT_TRUE(outcome.valid);
    EXPECT_EQ(outcome.corrected, 0);
    EXPECT_EQ(data, sent);
    if (code.punctured == 0)
        EXPECT_EQ(outcome.iterations, 0);
    else
        EXPECT_LE(outcome.iterations, 2); // some to find the bits that are not sent

    LdpcDecoder constant(code, {.max_iterations = 7, .stop = LdpcStop::never});
    const LdpcOutcome full = constant.decode(symbols, data);
    EXPECT_TRUE(full.valid);
    EXPECT_EQ(full.iterations, 7);
    EXPECT_EQ(data, sent);
}

TEST_P(LdpcDecoding, SilenceIsNoWord) {
    const LdpcCode& code = GetParam();
    const std::vector<std::int8_t> symbols(static_cast<std::size_t>(code.n), 0);
    std::vector<std::uint8_t> data(static_cast<std::size_t>(code.k / 8));
    EXPECT_FALSE(LdpcDecoder(code).decode(symbols, data).valid);
}

TEST_P(LdpcDecoding, UnknownSymbolsAreFound) {
    const LdpcCode& code = GetParam();
    const LdpcEncoder encoder(code);
    std::mt19937_64 random(7);
    const auto sent = random_bytes(code.k / 8, random);
    std::vector<std::uint8_t> word(static_cast<std::size_t>(code.n / 8));
    encoder.encode(sent, word);
    auto symbols = noisy_symbols(word, 12, 30, random);
    const int spacing = code.n / (code.n - code.k) * 4; // a quarter of the redundancy
    for (std::size_t i = 0; i < symbols.size(); i += static_cast<std::size_t>(spacing))
        symbols[i] = 0;
    std::vector<std::uint8_t> data(sent.size());
    const LdpcOutcome outcome = LdpcDecoder(code).decode(symbols, data);
    EXPECT_TRUE(outcome.valid);
    EXPECT_EQ(outcome.corrected, 0);
    EXPECT_EQ(data, sent);
}

TEST(LdpcDecoder, ReturnsTheBestStateOfAFailure) {
    // More iterations can only find a state with fewer failing checks.
    const LdpcCode& code = *find_ldpc_code("ar4ja-1/2-1024");
    std::mt19937_64 random(8);
    for (int trial = 0; trial < 5; ++trial) {
        const auto symbols = garbage(code.n, random);
        std::vector<std::uint8_t> data(static_cast<std::size_t>(code.k / 8));
        int least = code.checks();
        for (int iterations = 0; iterations < 30; ++iterations) {
            LdpcDecoder decoder(code, {.max_iterations = iterations});
            const LdpcOutcome outcome = decoder.decode(symbols, data);
            EXPECT_LE(outcome.unsatisfied, least);
            EXPECT_LE(outcome.iterations, iterations);
            least = outcome.unsatisfied;
        }
    }
}

} // namespace
} // namespace telemetry::fec
