// SPDX-License-Identifier: GPL-3.0-or-later
// Every variant of the Viterbi kernels does bit for bit what the generic one does.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "telemetry/fec/viterbi.h"

namespace telemetry::fec {
namespace {

constexpr std::array kVariants = {simd::Level::sse41, simd::Level::avx2, simd::Level::avx512};

struct Everything {
    std::vector<std::uint8_t> bytes;
    std::vector<std::size_t> counts;

    void add(const DecodedBits& decoded) {
        bytes.insert(bytes.end(), decoded.bits.begin(), decoded.bits.end());
        bytes.insert(bytes.end(), decoded.suspect.begin(), decoded.suspect.end());
        counts.insert(counts.end(), {decoded.count, decoded.wrong_symbols, decoded.symbols});
    }
    bool operator==(const Everything&) const = default;
};

Everything stream(std::span<const std::int8_t> symbols, std::size_t look_ahead, simd::Level level) {
    Everything all;
    ViterbiStream viterbi(kConvolutionalCcsds, look_ahead, level);
    auto sink = make_sink<DecodedBits>([&](const DecodedBits& decoded) { all.add(decoded); });
    viterbi.process(symbols.first(symbols.size() / 3), sink);
    viterbi.process(symbols.subspan(symbols.size() / 3), sink);
    viterbi.finish(sink);
    return all;
}

Everything blocks(std::span<const std::int8_t> symbols, simd::Level level) {
    Everything all;
    ViterbiBlock viterbi(kConvolutionalNasaDsn, 2000, level);
    std::vector<std::uint8_t> bits(2000);
    for (const std::size_t size : {7u, 48u, 100u, 767u, 2000u})
        if (2 * size <= symbols.size()) {
            std::ranges::fill(bits, 0);
            all.counts.push_back(
                static_cast<std::size_t>(viterbi.decode(symbols.first(2 * size), bits)));
            all.bytes.insert(all.bytes.end(), bits.begin(), bits.end());
            all.counts.push_back(
                static_cast<std::size_t>(viterbi.decode_tail_biting(symbols.last(2 * size), bits)));
            all.bytes.insert(all.bytes.end(), bits.begin(), bits.end());
        }
    return all;
}

void expect_all_the_same(std::span<const std::int8_t> symbols) {
    for (const std::size_t look_ahead : {48u, 144u, 192u, 480u}) {
        const auto expected = stream(symbols, look_ahead, simd::Level::generic);
        for (const auto level : kVariants) {
            if (!simd::supported(level))
                continue;
            EXPECT_EQ(stream(symbols, look_ahead, level), expected)
                << simd::name_of(level) << ' ' << look_ahead;
        }
    }
    const auto expected = blocks(symbols, simd::Level::generic);
    for (const auto level : kVariants) {
        if (!simd::supported(level))
            continue;
        EXPECT_EQ(blocks(symbols, level), expected) << simd::name_of(level);
    }
}

TEST(ViterbiVariants, Signal) {
    std::mt19937 random(1);
    std::vector<std::uint8_t> bits(7000);
    for (auto& bit : bits)
        bit = random() & 1;
    std::vector<std::uint8_t> sent;
    ConvolutionalEncoder(kConvolutionalCcsds).encode(bits, sent);
    for (const float level : {1.f, 7.f, 32.f, 127.f}) {
        std::normal_distribution<float> noise(0, 0.8f * level);
        std::vector<std::int8_t> symbols;
        for (const auto bit : sent)
            symbols.push_back(static_cast<std::int8_t>(
                std::clamp((bit ? level : -level) + noise(random), -127.f, 127.f)));
        expect_all_the_same(symbols);
    }
}

TEST(ViterbiVariants, Garbage) {
    std::mt19937 random(2);
    for (int run = 0; run < 20; ++run) {
        // Pieces of one kind each: anything, extremes, one value, erasures, alternation.
        std::vector<std::int8_t> symbols;
        while (symbols.size() < 6000) {
            const unsigned kind = random() % 6;
            const auto value = static_cast<std::int8_t>(random());
            const std::size_t size = random() % 700;
            for (std::size_t i = 0; i < size; ++i) {
                int x = 0;
                switch (kind) {
                case 0:
                    x = static_cast<std::int8_t>(random());
                    break;
                case 1:
                    x = random() & 1 ? 127 : -128;
                    break;
                case 2:
                    x = value;
                    break;
                case 3:
                    x = random() % 8 ? 0 : value;
                    break;
                case 4:
                    x = i & 1 ? value : -(value + 1);
                    break;
                default:
                    break;
                }
                symbols.push_back(static_cast<std::int8_t>(x));
            }
        }
        expect_all_the_same(symbols);
    }
}

} // namespace
} // namespace telemetry::fec
