// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/hdlc.h"

#include <array>

#include "telemetry/fec/bits.h"
#include "telemetry/fec/crc.h"

namespace telemetry::fec {
namespace {

/// Appends with stuffing; `ones` goes on from data to FCS.
void stuff(std::span<const std::uint8_t> bytes, int& ones, std::vector<std::uint8_t>& bits) {
    for (const std::uint8_t byte : bytes)
        for (int i = 0; i < 8; ++i) {
            const std::uint8_t bit = byte >> i & 1;
            bits.push_back(bit);
            ones = bit ? ones + 1 : 0;
            if (ones == 5) {
                bits.push_back(0);
                ones = 0;
            }
        }
}

} // namespace

void hdlc_encode(std::span<const std::uint8_t> bytes, std::vector<std::uint8_t>& bits) {
    static const Crc fcs(kCrc16X25);
    const auto check = fcs(bytes);
    const std::array<std::uint8_t, 2> trailer = {static_cast<std::uint8_t>(check),
                                                 static_cast<std::uint8_t>(check >> 8)};
    int ones = 0;
    stuff(bytes, ones, bits);
    stuff(trailer, ones, bits);
}

void hdlc_flags(std::size_t count, std::vector<std::uint8_t>& bits) {
    for (; count > 0; --count)
        append_word(0x7e, 8, bits);
}

} // namespace telemetry::fec
