// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/text.h"

#include <gtest/gtest.h>

namespace telemetry {
namespace {

TEST(Text, HexReadsWhatItWrites) {
    const std::vector<std::uint8_t> bytes = {0x00, 0x9a, 0xff};
    EXPECT_EQ(to_hex(bytes), "009aff");
    EXPECT_EQ(from_hex("00 9A\nff"), bytes);
    EXPECT_FALSE(from_hex("0"));
    EXPECT_FALSE(from_hex("0g"));
}

TEST(Text, NearestFindsSlips) {
    const std::vector<std::string_view> names = {"baudrate", "deviation", "framing"};
    EXPECT_EQ(nearest("bauDrat", names), "baudrate");
    EXPECT_EQ(nearest("deviaton", names), "deviation");
    EXPECT_EQ(nearest("zzzzzzzz", names), "");
}

TEST(Text, CaseIsIgnoredInAscii) {
    EXPECT_TRUE(equal_ignoring_case("AX.25 g3ruh", "ax.25 G3RUH"));
    EXPECT_FALSE(equal_ignoring_case("AX.25", "AX.25 "));
}

} // namespace
} // namespace telemetry
