// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers out of packed bits.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace telemetry::parameter {

/// `count` (1 to 64) bits from `bit` on, the first the most significant. The caller has made sure
/// that they lie inside `octets`.
///
/// One unaligned 64-bit load and two shifts wherever eight octets can be read; at most one octet
/// more for a number that spans nine.
inline std::uint64_t load_bits(std::span<const std::uint8_t> octets, std::size_t bit,
                               unsigned count) noexcept {
    const std::size_t at = bit >> 3;
    const unsigned skip = bit & 7U;
    std::uint64_t word = 0;
    if (at + 8 <= octets.size()) {
        std::memcpy(&word, octets.data() + at, 8);
        if constexpr (std::endian::native == std::endian::little)
            word = __builtin_bswap64(word);
    } else {
        for (std::size_t i = 0; i < 8; ++i)
            word = word << 8 | (at + i < octets.size() ? octets[at + i] : 0U);
    }
    word <<= skip;
    if (skip + count > 64)
        word |= octets[at + 8] >> (8 - skip);
    return word >> (64 - count);
}

/// Copies `count` bits from `bit` on to `out`, left-aligned; the last octet is filled with zeros.
inline void copy_bits(std::span<const std::uint8_t> octets, std::size_t bit, std::size_t count,
                      std::uint8_t* out) noexcept {
    if ((bit & 7U) == 0 && (count & 7U) == 0) {
        if (count > 0)
            std::memcpy(out, octets.data() + (bit >> 3), count >> 3);
        return;
    }
    for (std::size_t done = 0; done < count; done += 8) {
        const auto part = static_cast<unsigned>(count - done < 8 ? count - done : 8);
        *out++ = static_cast<std::uint8_t>(load_bits(octets, bit + done, part) << (8 - part));
    }
}

inline std::uint64_t reversed(std::uint64_t value, unsigned bits) noexcept {
    std::uint64_t out = 0;
    for (unsigned i = 0; i < bits; ++i)
        out |= (value >> i & 1U) << (bits - 1 - i);
    return out;
}

/// The number whose octets lie least significant first in the packet. The last octet may be a part.
inline std::uint64_t least_first(std::uint64_t value, unsigned bits) noexcept {
    std::uint64_t out = 0;
    for (unsigned done = 0; done < bits; done += 8) {
        const unsigned part = bits - done < 8 ? bits - done : 8;
        const std::uint64_t octet = value >> (bits - done - part) & ((1U << part) - 1U);
        out |= octet << done;
    }
    return out;
}

inline std::int64_t sign_extended(std::uint64_t value, unsigned bits) noexcept {
    return static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits);
}

} // namespace telemetry::parameter
