// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/bits.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "telemetry/simd/x86.h"

namespace telemetry::fec {
namespace {

// for each byte: its bits are symbols[0] > 0, symbols[1] > 0 …, the first one highest

void pack_generic(const std::int8_t* symbols, std::uint8_t* bytes, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        unsigned byte = 0;
        for (std::size_t bit = 0; bit < 8; ++bit)
            byte = byte << 1 | static_cast<unsigned>(symbols[8 * i + bit] > 0);
        bytes[i] = static_cast<std::uint8_t>(byte);
    }
}

#if defined(__x86_64__)
// Masks have the first symbol lowest: symbols are turned round in groups of eight before.

[[gnu::target("avx2")]] void pack_avx2(const std::int8_t* symbols, std::uint8_t* bytes,
                                       std::size_t count) noexcept {
    const __m256i turn = _mm256_broadcastsi128_si256(
        _mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        const __m256i in = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(symbols + 8 * i));
        const __m256i ones =
            _mm256_cmpgt_epi8(_mm256_shuffle_epi8(in, turn), _mm256_setzero_si256());
        const int four = _mm256_movemask_epi8(ones);
        std::memcpy(bytes + i, &four, 4);
    }
    pack_generic(symbols + 8 * i, bytes + i, count - i);
}

[[gnu::target("avx512f,avx512bw")]] void
pack_avx512(const std::int8_t* symbols, std::uint8_t* bytes, std::size_t count) noexcept {
    const __m512i turn =
        _mm512_broadcast_i32x4(_mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m512i in = _mm512_shuffle_epi8(_mm512_loadu_si512(symbols + 8 * i), turn);
        const std::uint64_t eight = _mm512_cmpgt_epi8_mask(in, _mm512_setzero_si512());
        std::memcpy(bytes + i, &eight, 8);
    }
    pack_generic(symbols + 8 * i, bytes + i, count - i);
}
#endif

[[gnu::always_inline]] inline std::size_t count_in(const std::uint8_t* bytes, std::size_t first,
                                                   std::size_t last) {
    std::size_t count = 0;
    for (std::size_t at = first; at < last; at += 64) {
        const std::uint64_t word = word_at(bytes, at);
        count += static_cast<std::size_t>(
            std::popcount(last - at < 64 ? word >> (64 - (last - at)) : word));
    }
    return count;
}

using Count = std::size_t (*)(const std::uint8_t*, std::size_t, std::size_t) noexcept;

std::size_t count_generic(const std::uint8_t* bytes, std::size_t first, std::size_t last) noexcept {
    return count_in(bytes, first, last);
}

#if defined(__x86_64__)
[[gnu::target("popcnt")]] std::size_t count_popcnt(const std::uint8_t* bytes, std::size_t first,
                                                   std::size_t last) noexcept {
    return count_in(bytes, first, last);
}
#endif

constexpr std::array kCounts = {
    simd::Variant<Count>{simd::Level::generic, &count_generic},
#if defined(__x86_64__)
    simd::Variant<Count>{simd::Level::avx2, &count_popcnt},
#endif
};

constexpr std::array kVariants = {
    simd::Variant<SignPacker::Pack>{simd::Level::generic, &pack_generic},
#if defined(__x86_64__)
    simd::Variant<SignPacker::Pack>{simd::Level::avx2, &pack_avx2},
    simd::Variant<SignPacker::Pack>{simd::Level::avx512, &pack_avx512},
#endif
};

} // namespace

SignPacker::SignPacker(simd::Level limit) : pack_(simd::choose<Pack>(kVariants, limit)) {}

std::size_t count_ones(const std::uint8_t* bytes, std::size_t first, std::size_t last) noexcept {
    static const Count count = simd::choose<Count>(kCounts);
    return count(bytes, first, last);
}

void copy_bits(std::span<const std::uint8_t> bytes, std::size_t at,
               std::span<std::uint8_t> out) noexcept {
    assert(at + 8 * out.size() <= 8 * bytes.size());
    const std::uint8_t* from = bytes.data() + at / 8;
    const unsigned shift = at % 8;
    if (shift == 0) {
        std::copy_n(from, out.size(), out.data());
        return;
    }
    std::size_t i = 0;
    for (; i + 8 <= out.size(); i += 8)
        store_word(word_at(from, 8 * i + shift), out.data() + i);
    for (; i < out.size(); ++i)
        out[i] = static_cast<std::uint8_t>(from[i] << shift | from[i + 1] >> (8 - shift));
}

void invert_bits(std::span<std::uint8_t> bytes) noexcept {
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(~byte);
}

} // namespace telemetry::fec
