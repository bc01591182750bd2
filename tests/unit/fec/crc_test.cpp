// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/crc.h"

#include <gtest/gtest.h>

#include <random>
#include <string_view>
#include <vector>

namespace telemetry::fec {
namespace {

std::uint64_t check(const CrcSpec& spec) {
    constexpr std::string_view kDigits = "123456789";
    return Crc(spec)({reinterpret_cast<const std::uint8_t*>(kDigits.data()), kDigits.size()});
}

// The check values of Greg Cook's catalogue of parametrised CRC algorithms.
TEST(Crc, CatalogueCheckValues) {
    EXPECT_EQ(check(kCrc16X25), 0x906eu);                                         // CRC-16/IBM-SDLC
    EXPECT_EQ(check(kCrc16False), 0x29b1u);                                       // CRC-16/IBM-3740
    EXPECT_EQ(check(kCrc16Cc11xx), 0xaee7u);                                      // CRC-16/CMS
    EXPECT_EQ(check(kCrc16Arc), 0xbb3du);                                         // CRC-16/ARC
    EXPECT_EQ(check(kCrc32), 0xcbf43926u);                                        // CRC-32/ISO-HDLC
    EXPECT_EQ(check(kCrc32C), 0xe3069283u);                                       // CRC-32/ISCSI
    EXPECT_EQ(check({3, 0x3, 0, false, 0x7}), 0x4u);                              // CRC-3/GSM
    EXPECT_EQ(check({5, 0x05, 0x1f, true, 0x1f}), 0x19u);                         // CRC-5/USB
    EXPECT_EQ(check({7, 0x09, 0, false, 0}), 0x75u);                              // CRC-7/MMC
    EXPECT_EQ(check({8, 0x07, 0, false, 0}), 0xf4u);                              // CRC-8/SMBUS
    EXPECT_EQ(check({64, 0x42f0e1eba9ea3693, 0, false, 0}), 0x6c40df5f0b497347u); // CRC-64/ECMA-182
}

TEST(Crc, NothingGivesInitialValue) {
    EXPECT_EQ(Crc(kCrc16False)({}), 0xffffu);
    EXPECT_EQ(Crc(kCrc16X25)({}), 0u);
}

/// Bit by bit, from the definition.
std::uint64_t by_definition(const CrcSpec& spec, std::span<const std::uint8_t> bytes) {
    const std::uint64_t top = std::uint64_t{1} << (spec.width - 1);
    std::uint64_t value = spec.init;
    for (const std::uint8_t byte : bytes)
        for (int bit = 0; bit < 8; ++bit) {
            const std::uint64_t in = byte >> (spec.reflected ? bit : 7 - bit) & 1;
            const bool out = ((value & top) != 0) != (in != 0);
            value = (value << 1 ^ (out ? spec.poly : 0)) & (top | (top - 1));
        }
    std::uint64_t result = 0;
    for (int i = 0; i < spec.width; ++i)
        result |= (value >> i & 1) << (spec.reflected ? spec.width - 1 - i : i);
    return result ^ spec.xorout;
}

TEST(Crc, EveryVariantAtEveryLength) {
    std::mt19937_64 random(1);
    std::vector<std::uint8_t> bytes(1400);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    std::vector<CrcSpec> specs = {kCrc16X25, kCrc16False, kCrc32, kCrc32C};
    for (const int width : {1, 3, 5, 7, 8, 12, 15, 24, 31, 33, 48, 63, 64})
        for (const bool reflected : {false, true}) {
            const std::uint64_t mask = ~std::uint64_t{0} >> (64 - width);
            specs.push_back(
                {width, (random() & mask) | 1, random() & mask, reflected, random() & mask});
        }
    for (const auto& spec : specs)
        for (const auto& variant : crc_variants()) {
            if (!simd::supported(variant.level))
                continue;
            const Crc crc(spec, variant.level);
            for (std::size_t size = 0; size <= bytes.size() - 16; size += size < 300 ? 1 : 61) {
                const auto message = std::span(bytes).subspan(size % 16, size);
                ASSERT_EQ(crc(message), by_definition(spec, message))
                    << spec.width << " bits, " << size << " bytes, "
                    << simd::name_of(variant.level);
            }
        }
}

} // namespace
} // namespace telemetry::fec
