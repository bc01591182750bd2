// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/bits.h"

#include <gtest/gtest.h>

#include <random>

namespace telemetry::fec {
namespace {

TEST(Bits, EveryVariantPacksTheSameSigns) {
    std::mt19937 random(1);
    for (std::size_t bytes = 0; bytes < 40; ++bytes) {
        std::vector<std::int8_t> symbols(8 * bytes);
        for (auto& symbol : symbols)
            symbol = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
        std::vector<std::uint8_t> expected(bytes);
        for (std::size_t i = 0; i < symbols.size(); ++i)
            expected[i / 8] |= static_cast<std::uint8_t>((symbols[i] > 0) << (7 - i % 8));
        for (const auto level : {simd::Level::generic, simd::Level::avx2, simd::Level::avx512}) {
            std::vector<std::uint8_t> packed(bytes);
            SignPacker{level}(symbols, packed);
            EXPECT_EQ(packed, expected) << simd::name_of(level);
        }
    }
}

TEST(Bits, CopyFromAnyPlace) {
    std::mt19937 random(2);
    std::vector<std::uint8_t> bytes(50);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    std::vector<std::uint8_t> bits;
    append_bits_msb(bytes, bits);
    for (std::size_t at = 0; at < 100; ++at)
        for (std::size_t count = 0; at + 8 * count <= bits.size(); ++count) {
            std::vector<std::uint8_t> out(count);
            copy_bits(bytes, at, out);
            std::vector<std::uint8_t> copied;
            append_bits_msb(out, copied);
            ASSERT_TRUE(std::equal(copied.begin(), copied.end(),
                                   bits.begin() + static_cast<std::ptrdiff_t>(at)));
        }
}

} // namespace
} // namespace telemetry::fec
