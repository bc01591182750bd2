// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/viterbi.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace telemetry::fec {
namespace {

constexpr std::array kCodes = {kConvolutionalCcsds, kConvolutionalNasaDsn,
                               kConvolutionalCcsdsUninverted, kConvolutionalNasaDsnUninverted};

std::vector<std::uint8_t> random_bits(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bits(count);
    for (auto& bit : bits)
        bit = random() & 1;
    return bits;
}

/// Symbols at the demodulators' level of 32 with white noise.
std::vector<std::int8_t> channel(const std::vector<std::uint8_t>& bits, double eb_n0_db,
                                 unsigned seed) {
    // Es/N0 is half of Eb/N0 at rate 1/2; sigma = sqrt(1 / (2 Es/N0))
    const double sigma = 32 * std::sqrt(1 / std::pow(10, eb_n0_db / 10));
    std::mt19937 random(seed);
    std::normal_distribution<float> noise(0, static_cast<float>(sigma));
    std::vector<std::int8_t> symbols;
    for (const auto bit : bits)
        symbols.push_back(static_cast<std::int8_t>(
            std::clamp(std::nearbyint((bit ? 32.f : -32.f) + noise(random)), -127.f, 127.f)));
    return symbols;
}

std::vector<std::uint8_t> decode_stream(ViterbiStream& stream, std::span<const std::int8_t> symbols,
                                        std::size_t chunk, int* corrected = nullptr) {
    std::vector<std::uint8_t> bits;
    ViterbiStream::Decoded out;
    const auto take = [&] {
        bits.insert(bits.end(), out.bits.begin(), out.bits.begin() + static_cast<long>(out.count));
        for (std::size_t i = 0; corrected && i < out.count; ++i)
            *corrected += out.corrected[i];
    };
    for (std::size_t at = 0; at < symbols.size(); at += chunk)
        for (auto rest = symbols.subspan(at, std::min(chunk, symbols.size() - at));
             !rest.empty();) {
            std::size_t taken = 0;
            if (stream.process(rest, taken, out))
                take();
            rest = rest.subspan(taken);
        }
    stream.finish(out);
    take();
    return bits;
}

TEST(Viterbi, CleanBlocksOfEveryCode) {
    for (const auto& code : kCodes) {
        const auto bits = random_bits(500, 1);
        std::vector<std::uint8_t> sent;
        ConvolutionalEncoder encoder(code);
        encoder.encode(bits, sent);
        encoder.terminate(sent);
        auto symbols = channel(sent, 60, 1);
        symbols[100] = static_cast<std::int8_t>(-symbols[100]);
        symbols[300] = static_cast<std::int8_t>(-symbols[300]);
        symbols[301] = static_cast<std::int8_t>(-symbols[301]);
        ViterbiBlock block(code, 506);
        std::vector<std::uint8_t> decoded(506);
        EXPECT_EQ(block.decode(symbols, decoded), 3);
        decoded.resize(500);
        EXPECT_EQ(decoded, bits);
    }
}

TEST(Viterbi, StreamIsTheSameAtAnyChunkSizeAndPolarity) {
    const auto bits = random_bits(3001, 2);
    std::vector<std::uint8_t> sent;
    ConvolutionalEncoder(kConvolutionalCcsds).encode(bits, sent);
    auto symbols = channel(sent, 4, 2);
    ViterbiStream stream(kConvolutionalCcsds);
    int corrected = 0;
    const auto whole = decode_stream(stream, symbols, symbols.size(), &corrected);
    ASSERT_EQ(whole.size(), bits.size());
    int wrong = 0;
    for (std::size_t i = 0; i < sent.size(); ++i)
        wrong += symbols[i] != 0 && (symbols[i] > 0) != sent[i];
    EXPECT_NEAR(corrected, wrong, 12);
    for (const std::size_t chunk : {1u, 2u, 7u, 287u, 288u, 289u}) {
        stream.reset();
        EXPECT_EQ(decode_stream(stream, symbols, chunk), whole) << chunk;
    }
    // Both generators have an odd number of taps: the code is transparent.
    for (auto& symbol : symbols)
        symbol = static_cast<std::int8_t>(-symbol);
    stream.reset();
    auto inverted = decode_stream(stream, symbols, 100);
    for (auto& bit : inverted)
        bit ^= 1;
    EXPECT_EQ(inverted, whole);
}

// Maximum likelihood has 3.6e-4 at 3 dB. Errors come in bursts of some ten bits, so that two
// million bits scatter by 8 % of it. Whatever level the demodulator has: at most twice that of the
// receivers here, from which on a third of the noisy symbols are clipped, down to a sixteenth.
TEST(Viterbi, BitErrorRateIsThatOfMaximumLikelihood) {
    constexpr std::size_t kBits = 2'000'000;
    const auto bits = random_bits(kBits, 3);
    std::vector<std::uint8_t> sent;
    ConvolutionalEncoder(kConvolutionalCcsds).encode(bits, sent);
    const auto noisy = channel(sent, 3.0, 3);
    for (const double level : {1.0, 2.0, 0.25}) {
        std::vector<std::int8_t> symbols;
        for (const auto symbol : noisy)
            symbols.push_back(static_cast<std::int8_t>(
                std::clamp(std::nearbyint(level * symbol), -127.0, 127.0)));
        ViterbiStream stream(kConvolutionalCcsds);
        const auto decoded = decode_stream(stream, symbols, 65536);
        ASSERT_EQ(decoded.size(), kBits);
        int errors = 0;
        for (std::size_t i = 0; i < kBits; ++i)
            errors += decoded[i] != bits[i];
        const double rate = errors / static_cast<double>(kBits);
        RecordProperty("ber_at_3_db", std::to_string(rate));
        EXPECT_GT(rate, 2.8e-4) << level;
        EXPECT_LT(rate, 4.4e-4) << level;
    }
}

TEST(Viterbi, BlocksHaveTheErrorRateOfStreams) {
    constexpr std::size_t kBits = 8920;
    ViterbiBlock block(kConvolutionalCcsds, kBits);
    std::vector<std::uint8_t> decoded(kBits);
    std::vector<std::uint8_t> packed(kBits / 8);
    std::size_t errors = 0;
    constexpr unsigned kBlocks = 200;
    for (unsigned seed = 0; seed < kBlocks; ++seed) {
        auto bits = random_bits(kBits, 100 + seed);
        std::fill(bits.end() - 6, bits.end(), std::uint8_t{0});
        std::vector<std::uint8_t> sent;
        ConvolutionalEncoder(kConvolutionalCcsds).encode(bits, sent);
        const auto symbols = channel(sent, 3.0, seed);
        const int wrong = block.decode(symbols, decoded);
        EXPECT_EQ(block.decode_packed(symbols, packed), wrong);
        for (std::size_t i = 0; i < kBits; ++i) {
            errors += decoded[i] != bits[i];
            ASSERT_EQ(packed[i / 8] >> (7 - i % 8) & 1, decoded[i]);
        }
    }
    const double rate = static_cast<double>(errors) / (kBits * kBlocks);
    EXPECT_GT(rate, 2.8e-4);
    EXPECT_LT(rate, 4.4e-4);
}

} // namespace
} // namespace telemetry::fec
