// SPDX-License-Identifier: GPL-3.0-or-later
// A short run of the fuzz target: sync words and headers thrown together, and bytes changed.
#include <gtest/gtest.h>

#include <random>

#include "telemetry/fec/bits.h"
#include "telemetry/fec/golay.h"
#include "telemetry/fec/hdlc.h"
#include "telemetry/framing/deframer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace telemetry::framing {
namespace {

std::vector<std::uint8_t> seed_bits(std::mt19937& random) {
    std::vector<std::uint8_t> bits;
    const int pieces = 4 + static_cast<int>(random() % 12);
    for (int piece = 0; piece < pieces; ++piece)
        switch (random() % 6) {
        case 0:
            fec::append_word(0x930b51de, 32, bits);
            break;
        case 1:
            fec::append_word(0xc3aa6655, 32, bits);
            fec::append_word(fec::golay24_encode(random() & 0x7ff), 24, bits);
            break;
        case 2:
            fec::append_word(0x1acffc1d, 32, bits);
            break;
        case 3:
            fec::append_word(fec::golay24_encode(random() & 0x7ff), 24, bits);
            break;
        case 4: {
            std::vector<std::uint8_t> bytes(random() % 80);
            for (auto& byte : bytes)
                byte = static_cast<std::uint8_t>(random() % 3 ? 0x41 + random() % 26 * 2 : 0xff);
            fec::hdlc_flags(1 + random() % 3, bits);
            fec::hdlc_encode(bytes, bits);
            fec::hdlc_flags(1 + random() % 3, bits);
            break;
        }
        default:
            for (std::size_t i = random() % 2500; i > 0; --i)
                bits.push_back(random() & 1);
        }
    return bits;
}

TEST(Fuzz, SeedsAndMutations) {
    std::mt19937 random(2026);
    for (int round = 0; round < 300; ++round) {
        std::vector<std::uint8_t> input;
        input.push_back(static_cast<std::uint8_t>(random()));
        for (std::size_t i = 0; i < 9; ++i)
            input.push_back(static_cast<std::uint8_t>(random() % 3 ? 0 : random()));
        for (const auto bit : seed_bits(random))
            input.push_back(static_cast<std::uint8_t>(bit ? 32 : -32));
        for (std::size_t i = random() % 20; i > 0; --i)
            input[random() % input.size()] = static_cast<std::uint8_t>(random());
        ASSERT_EQ(LLVMFuzzerTestOneInput(input.data(), input.size()), 0);
    }
}

} // namespace
} // namespace telemetry::framing
