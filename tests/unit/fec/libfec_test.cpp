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

TEST(Libfec, ReedSolomonDecodesAlike) {
    // Theirs keeps a wrong word changed and may correct into the virtual fill, so only what both
    // mend is compared; at up to 16 errors that is everything.
    std::mt19937 random(2);
    for (const auto& variant : rs_variants()) {
        if (!simd::supported(variant.level))
            continue;
        const ReedSolomon dual(kRs223Dual, variant.level);
        for (int trial = 0; trial < 600; ++trial) {
            const int pad = trial % 3 == 0 ? 0 : trial % 200;
            const auto length = static_cast<std::size_t>(255 - pad);
            std::vector<std::uint8_t> sent(length);
            for (std::size_t i = 0; i < length - 32; ++i)
                sent[i] = static_cast<std::uint8_t>(random());
            encode_rs_ccsds(sent.data(), sent.data() + length - 32, pad);
            auto theirs = sent;
            const int errors = trial % 20;
            for (int made = 0; made < errors;)
                if (auto& byte = theirs[random() % length];
                    byte == sent[static_cast<std::size_t>(&byte - theirs.data())]) {
                    byte ^= static_cast<std::uint8_t>(1 + random() % 255);
                    ++made;
                }
            auto ours = theirs;
            const FecOutcome outcome = dual.decode(ours);
            const int mended = decode_rs_ccsds(theirs.data(), nullptr, 0, pad);
            ASSERT_EQ(outcome.valid, errors <= 16);
            if (errors <= 16) {
                ASSERT_EQ(outcome.corrected, errors);
                ASSERT_EQ(mended, errors);
                ASSERT_EQ(ours, sent);
                ASSERT_EQ(theirs, sent);
            }
        }
    }
}

} // namespace
} // namespace telemetry::fec
