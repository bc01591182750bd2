// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/crc.h"

#include <gtest/gtest.h>

#include <string_view>

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
    EXPECT_EQ(check({8, 0x07, 0, false, 0}), 0xf4u);                              // CRC-8/SMBUS
    EXPECT_EQ(check({64, 0x42f0e1eba9ea3693, 0, false, 0}), 0x6c40df5f0b497347u); // CRC-64/ECMA-182
}

TEST(Crc, NothingGivesInitialValue) {
    EXPECT_EQ(Crc(kCrc16False)({}), 0xffffu);
    EXPECT_EQ(Crc(kCrc16X25)({}), 0u);
}

} // namespace
} // namespace telemetry::fec
