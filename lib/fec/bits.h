// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes and single bits. Where a codec takes or yields "bits", each is a byte of value 0 or 1.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace telemetry::fec {

/// Appends the bits of `bytes`, most significant first.
inline void append_bits_msb(std::span<const std::uint8_t> bytes, std::vector<std::uint8_t>& bits) {
    for (const std::uint8_t byte : bytes)
        for (int bit = 7; bit >= 0; --bit)
            bits.push_back(byte >> bit & 1);
}

/// Appends the bits of `bytes`, least significant first, as HDLC sends them.
inline void append_bits_lsb(std::span<const std::uint8_t> bytes, std::vector<std::uint8_t>& bits) {
    for (const std::uint8_t byte : bytes)
        for (int bit = 0; bit < 8; ++bit)
            bits.push_back(byte >> bit & 1);
}

/// Appends the low `count` bits of `word`, most significant first: sync words, headers.
inline void append_word(std::uint64_t word, int count, std::vector<std::uint8_t>& bits) {
    for (int bit = count - 1; bit >= 0; --bit)
        bits.push_back(static_cast<std::uint8_t>(word >> bit & 1));
}

} // namespace telemetry::fec
