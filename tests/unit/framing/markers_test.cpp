// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/markers.h"

#include <gtest/gtest.h>

#include "telemetry/base/text.h"

namespace telemetry::framing {
namespace {

// As CCSDS 131.0-B-5 writes them in hexadecimal.
TEST(Markers, AreTheStandards) {
    EXPECT_EQ(to_hex(kMarker32.bytes), "1acffc1d");
    EXPECT_EQ(to_hex(kMarker64.bytes), "034776c7272895b0");
    EXPECT_EQ(to_hex(kMarker96.bytes), "25d5c0ce8990f6c9461bf79c");
    EXPECT_EQ(to_hex(kMarker128.bytes), "034776c7272895b0fcb88938d8d76a4f");
    EXPECT_EQ(to_hex(kMarker192.bytes), "25d5c0ce8990f6c9461bf79cda2a3f31766f0936b9e40863");
    EXPECT_EQ(to_hex(kMarkerEmbedded.bytes), "352ef853");
}

TEST(Markers, TheLongOnesRepeatTheShortOnesInverted) {
    for (const auto& [half, whole] :
         {std::pair{kMarker64, kMarker128}, std::pair{kMarker96, kMarker192}}) {
        ASSERT_EQ(whole.bits(), 2 * half.bits());
        for (std::size_t k = 0; k < half.bytes.size(); ++k) {
            EXPECT_EQ(whole.bytes[k], half.bytes[k]);
            EXPECT_EQ(whole.bytes[half.bytes.size() + k], half.bytes[k] ^ 0xff);
        }
    }
}

} // namespace
} // namespace telemetry::framing
