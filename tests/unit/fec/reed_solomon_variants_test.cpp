// SPDX-License-Identifier: GPL-3.0-or-later
// Every kernel against the generic one, and the generic one against theory.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "telemetry/fec/reed_solomon.h"
#include "telemetry/fec/scrambler.h"

namespace telemetry::fec {
namespace {

const std::vector<ReedSolomonCode> kCodes = {
    kRs223Conventional,
    kRs223Dual,
    kRs239Conventional,
    kRs239Dual,
    {0x11d, 1, 1, 24, RsBasis::conventional}, // the family of (255,231)
    {0x11d, 0, 1, 3, RsBasis::conventional},
    {0x187, 5, 7, 31, RsBasis::dual},
    {0x187, 112, 11, 1, RsBasis::dual},
    {0x187, 96, 11, 64, RsBasis::conventional},
};

std::vector<std::uint8_t> random_bytes(std::size_t size, std::mt19937& random) {
    std::vector<std::uint8_t> bytes(size);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}

/// A block of `depth` words of `length` bytes.
std::vector<std::uint8_t> random_block(const InterleavedReedSolomon& code, std::size_t length,
                                       std::mt19937& random) {
    const std::size_t depth = static_cast<std::size_t>(code.depth());
    const auto parity = static_cast<std::size_t>(code.parity());
    auto block = random_bytes(length * depth, random);
    const auto data = std::span(block).first(block.size() - parity);
    code.encode(data, std::span(block).last(parity));
    return block;
}

TEST(ReedSolomonVariants, EncodeTheSame) {
    std::mt19937 random(1);
    for (const auto& spec : kCodes)
        for (const auto& variant : rs_variants()) {
            if (!simd::supported(variant.level))
                continue;
            for (int depth = 1; depth <= 11; ++depth) {
                const InterleavedReedSolomon generic(spec, depth, simd::Level::generic);
                const InterleavedReedSolomon code(spec, depth, variant.level);
                const std::size_t length =
                    1 + random() % (255U - static_cast<unsigned>(spec.parity));
                const auto data = random_bytes(length * static_cast<std::size_t>(depth), random);
                std::vector<std::uint8_t> expected(static_cast<std::size_t>(generic.parity()));
                auto parity = expected;
                generic.encode(data, expected);
                code.encode(data, parity);
                ASSERT_EQ(parity, expected) << simd::name_of(variant.level) << " depth " << depth;
            }
        }
}

TEST(ReedSolomonVariants, DecodeTheSameWhateverComes) {
    std::mt19937 random(2);
    for (const auto& spec : kCodes)
        for (const auto& variant : rs_variants()) {
            if (variant.level == simd::Level::generic || !simd::supported(variant.level))
                continue;
            std::vector<InterleavedReedSolomon> generics;
            std::vector<InterleavedReedSolomon> codes;
            for (int depth = 1; depth <= 10; ++depth) {
                generics.emplace_back(spec, depth, simd::Level::generic);
                codes.emplace_back(spec, depth, variant.level);
            }
            for (int trial = 0; trial < 200; ++trial) {
                const int depth = 1 + trial % 10;
                const auto& generic = generics[static_cast<std::size_t>(depth - 1)];
                const auto& code = codes[static_cast<std::size_t>(depth - 1)];
                const std::size_t length =
                    trial % 3 == 0 ? 255
                                   : static_cast<std::size_t>(spec.parity) + 1 +
                                         random() % (255U - static_cast<unsigned>(spec.parity));
                auto block = trial % 7 == 6
                                 ? random_bytes(length * static_cast<std::size_t>(depth), random)
                                 : random_block(generic, length, random);
                for (std::size_t k = 0; k < static_cast<std::size_t>(depth); ++k)
                    for (unsigned i = random() % (static_cast<unsigned>(spec.parity) / 2 + 3);
                         i > 0; --i)
                        block[random() % length * static_cast<std::size_t>(depth) + k] ^=
                            static_cast<std::uint8_t>(random());
                auto expected = block;
                const FecOutcome good = generic.decode(expected);
                const FecOutcome outcome = code.decode(block);
                ASSERT_EQ(outcome.valid, good.valid);
                ASSERT_EQ(outcome.corrected, good.corrected);
                ASSERT_EQ(block, expected)
                    << simd::name_of(variant.level) << " depth " << depth << " length " << length;
            }
        }
}

TEST(ReedSolomonVariants, EverySingleError) {
    std::mt19937 random(3);
    for (const auto& spec : {kRs223Dual, kRs239Conventional})
        for (const auto& variant : rs_variants()) {
            if (!simd::supported(variant.level))
                continue;
            const ReedSolomon code(spec, variant.level);
            const auto sent = random_block({spec, 1}, 255, random);
            auto word = sent;
            // Every value in every place; in the generic kernel, which is slow, every 15th.
            const unsigned step = variant.level == simd::Level::generic ? 15 : 1;
            for (std::size_t at = 0; at < word.size(); ++at)
                for (unsigned value = 1; value < 256; value += step) {
                    word[at] ^= static_cast<std::uint8_t>(value);
                    ASSERT_EQ(code.decode(word).corrected, 1);
                    ASSERT_EQ(word, sent);
                }
        }
}

TEST(ReedSolomonVariants, ErasuresTheSame) {
    std::mt19937 random(4);
    for (const auto& variant : rs_variants()) {
        if (variant.level == simd::Level::generic || !simd::supported(variant.level))
            continue;
        for (const auto& spec : kCodes) {
            const InterleavedReedSolomon encoder(spec, 1);
            const ReedSolomon generic(spec, simd::Level::generic);
            const ReedSolomon code(spec, variant.level);
            for (int trial = 0; trial < 100; ++trial) {
                const auto parity = static_cast<unsigned>(spec.parity);
                const std::size_t length = parity + 1 + random() % (255 - parity);
                auto word = random_block(encoder, length, random);
                std::vector<std::uint8_t> erasures;
                for (unsigned i = 0; i < random() % (parity + 1); ++i) {
                    const auto at = static_cast<std::uint8_t>(random() % length);
                    if (std::find(erasures.begin(), erasures.end(), at) == erasures.end())
                        erasures.push_back(at);
                    word[at] = static_cast<std::uint8_t>(random());
                }
                for (unsigned i = random() % ((parity - erasures.size()) / 2 + 2); i > 0; --i)
                    word[random() % length] ^= static_cast<std::uint8_t>(random());
                auto expected = word;
                const FecOutcome good = generic.decode(expected, erasures);
                const FecOutcome outcome = code.decode(word, erasures);
                ASSERT_EQ(outcome.valid, good.valid);
                ASSERT_EQ(outcome.corrected, good.corrected);
                ASSERT_EQ(word, expected);
            }
        }
    }
}

TEST(ReedSolomonVariants, CodeWordsOfSuomiNpp) {
    const char* given = std::getenv("TELEMETRY_SHARED");
    const std::filesystem::path tree = std::filesystem::path(TELEMETRY_VECTORS) / "../..";
    const auto folder = given                        ? std::filesystem::path(given)
                        : exists(tree / "../shared") ? tree / "../shared"
                                                     : tree / "../../shared";
    std::ifstream file(folder / "packets/cadu/snpp_7cadus_2vcids.dat", std::ios::binary);
    if (!file)
        GTEST_SKIP() << "skipped: no shared packets; set TELEMETRY_SHARED";
    std::vector<std::uint8_t> cadus{std::istreambuf_iterator<char>(file), {}};
    ASSERT_EQ(cadus.size(), std::size_t{7} * 1024);
    std::mt19937 random(7);
    for (const auto& variant : rs_variants()) {
        if (!simd::supported(variant.level))
            continue;
        const InterleavedReedSolomon code(kRs223Dual, 4, variant.level);
        for (std::size_t at = 4; at < cadus.size(); at += 1024) {
            std::vector<std::uint8_t> sent(cadus.begin() + static_cast<std::ptrdiff_t>(at),
                                           cadus.begin() + static_cast<std::ptrdiff_t>(at) + 1020);
            ccsds_randomize(sent);
            auto block = sent;
            ASSERT_TRUE(code.decode(block).valid);
            ASSERT_EQ(block, sent);
            std::vector<std::uint8_t> parity(128);
            code.encode(std::span(sent).first(892), parity);
            ASSERT_TRUE(std::equal(parity.begin(), parity.end(), sent.begin() + 892));
            const std::size_t burst = random() % (1020 - 64);
            for (std::size_t i = 0; i < 64; ++i)
                block[burst + i] ^= static_cast<std::uint8_t>(1 + random() % 255);
            ASSERT_EQ(code.decode(block).corrected, 64);
            ASSERT_EQ(block, sent);
        }
    }
}

TEST(ReedSolomonVariants, RandomWordsAreTakenForCodeWordsAsOftenAsSpheresFillTheSpace) {
    // The share of words within t errors of a code word: sum of C(255, i)·255^i over i <= t, by
    // 256^(2t). For t = 16 it is 2.6e-14, so small codes are measured.
    std::mt19937 random(5);
    for (const auto& variant : rs_variants()) {
        if (!simd::supported(variant.level))
            continue;
        for (const int t : {1, 2, 3}) {
            double share = 1;
            double term = 1;
            for (int i = 1; i <= t; ++i)
                share += term *= 255. * (256 - i) / i;
            for (int i = 0; i < t; ++i)
                share /= 65536;
            const ReedSolomon code({0x187, 112, 11, 2 * t, RsBasis::dual}, variant.level);
            constexpr int kTrials = 10000;
            int taken = 0;
            for (int trial = 0; trial < kTrials; ++trial) {
                auto word = random_bytes(255, random);
                taken += code.decode(word).valid;
            }
            const double sigma = std::sqrt(kTrials * share * (1 - share));
            EXPECT_NEAR(taken, kTrials * share, 4 * sigma + 1)
                << t << " errors, " << simd::name_of(variant.level);
        }
    }
}

TEST(ReedSolomonVariants, WordsBeyondRepairAreSeen) {
    // With 17 to 60 errors the chance of a wrong repair is below 1e-13.
    std::mt19937 random(6);
    for (const auto& variant : rs_variants()) {
        if (!simd::supported(variant.level))
            continue;
        const InterleavedReedSolomon interleaved(kRs223Dual, 1, variant.level);
        const ReedSolomon& code = interleaved.code();
        for (int trial = 0; trial < 2000; ++trial) {
            auto word = random_block(interleaved, 255, random);
            const unsigned errors = 17 + static_cast<unsigned>(trial) % 44;
            std::size_t at = random() % 255;
            for (unsigned i = 0; i < errors; ++i, at = (at + 4) % 255)
                word[at] ^= static_cast<std::uint8_t>(1 + random() % 255);
            const auto before = word;
            ASSERT_FALSE(code.decode(word).valid);
            ASSERT_EQ(word, before);
        }
    }
}

} // namespace
} // namespace telemetry::fec
