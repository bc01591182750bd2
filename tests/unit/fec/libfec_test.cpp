// SPDX-License-Identifier: GPL-3.0-or-later
// Against Phil Karn's libfec: what it encodes we decode, and the other way round.
#include <gtest/gtest.h>

#include <random>

#include "telemetry/fec/reed_solomon.h"

extern "C" {
#include <fec.h>
}

namespace telemetry::fec {
namespace {

TEST(Libfec, ReedSolomonParityIsTheSame) {
    std::mt19937 random(1);
    const ReedSolomon conventional(kRs223Conventional);
    const ReedSolomon dual(kRs223Dual);
    for (int pad = 0; pad < 223; pad += 37) {
        std::vector<std::uint8_t> data(static_cast<std::size_t>(223 - pad));
        for (auto& byte : data)
            byte = static_cast<std::uint8_t>(random());
        std::array<std::uint8_t, 32> theirs{}, ours{};
        encode_rs_8(data.data(), theirs.data(), pad);
        conventional.encode(data, ours);
        EXPECT_EQ(ours, theirs);
        encode_rs_ccsds(data.data(), theirs.data(), pad);
        dual.encode(data, ours);
        EXPECT_EQ(ours, theirs);
    }
}

TEST(Libfec, ReedSolomonDecodesOurs) {
    std::mt19937 random(2);
    const ReedSolomon dual(kRs223Dual);
    std::array<std::uint8_t, 255> sent{};
    for (std::size_t i = 0; i < 223; ++i)
        sent[i] = static_cast<std::uint8_t>(random());
    dual.encode(std::span(sent).first(223), std::span(sent).subspan(223));
    auto theirs = sent;
    auto ours = sent;
    for (int i = 0; i < 16; ++i)
        theirs[static_cast<std::size_t>(i * 15)] ^= 0x5a;
    ours = theirs;
    EXPECT_EQ(decode_rs_ccsds(theirs.data(), nullptr, 0, 0), 16);
    EXPECT_EQ(dual.decode(ours).corrected, 16);
    EXPECT_EQ(theirs, sent);
    EXPECT_EQ(ours, sent);
}

} // namespace
} // namespace telemetry::fec
