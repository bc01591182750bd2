// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes and single bits. Where a codec takes or yields "bits", each is a byte of value 0 or 1;
// packed bits stand in bytes, the first one in the highest place, and words of them are the
// big-endian reading of eight bytes.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "telemetry/simd/level.h"

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

/// Eight bytes of packed bits as a word.
inline std::uint64_t load_word(const std::uint8_t* bytes) noexcept {
    std::uint64_t word;
    std::memcpy(&word, bytes, 8);
    if constexpr (std::endian::native == std::endian::little)
        word = __builtin_bswap64(word);
    return word;
}

inline void store_word(std::uint64_t word, std::uint8_t* bytes) noexcept {
    if constexpr (std::endian::native == std::endian::little)
        word = __builtin_bswap64(word);
    std::memcpy(bytes, &word, 8);
}

/// The 64 packed bits from bit `at` on; nine bytes from byte at / 8 on are read.
inline std::uint64_t word_at(const std::uint8_t* bytes, std::size_t at) noexcept {
    const std::uint8_t* from = bytes + at / 8;
    const unsigned shift = at % 8;
    return load_word(from) << shift | static_cast<std::uint64_t>(from[8]) >> (8 - shift);
}

/// Fills `out` with packed bits from bit `at` of `bytes` on, which holds as many.
void copy_bits(std::span<const std::uint8_t> bytes, std::size_t at,
               std::span<std::uint8_t> out) noexcept;

/// Ones among the packed bits [first, last); nine bytes from byte last / 8 on are there.
std::size_t count_ones(const std::uint8_t* bytes, std::size_t first, std::size_t last) noexcept;

/// Inverts every bit.
void invert_bits(std::span<std::uint8_t> bytes) noexcept;

/// The hard decisions of soft symbols (positive: 1, else 0) as packed bits, eight symbols a byte.
class SignPacker {
public:
    explicit SignPacker(simd::Level limit = simd::chosen_level());

    /// `symbols` has eight for each of `bytes`.
    void operator()(std::span<const std::int8_t> symbols,
                    std::span<std::uint8_t> bytes) const noexcept {
        pack_(symbols.data(), bytes.data(), bytes.size());
    }

    using Pack = void (*)(const std::int8_t* symbols, std::uint8_t* bytes,
                          std::size_t count) noexcept;

private:
    Pack pack_;
};

} // namespace telemetry::fec
