// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/crc_kernel.h"

#include <bit>
#include <cstring>

#include "telemetry/simd/x86.h"

namespace telemetry::fec {
namespace {

std::uint64_t reverse_bits(std::uint64_t value) {
    std::uint64_t result = 0;
    for (int i = 0; i < 64; ++i)
        result = result << 1 | (value >> i & 1);
    return result;
}

/// The first byte in the lowest place (reflected) or in the highest.
template <bool kReflected>
std::uint64_t load64(const std::uint8_t* bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    constexpr bool kSwap = kReflected != (std::endian::native == std::endian::little);
    return kSwap ? __builtin_bswap64(word) : word;
}

template <bool kReflected>
std::uint64_t slice(const CrcConstants& c, std::uint64_t word) {
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < 8; ++i)
        sum ^= c.slices[7 - i][(kReflected ? word >> (8 * i) : word >> (56 - 8 * i)) & 0xff];
    return sum;
}

/// Eight bytes a step: the remainder added to them, each byte's share looked up.
template <bool kReflected>
std::uint64_t sliced(const CrcConstants& c, std::uint64_t remainder, const std::uint8_t* bytes,
                     std::size_t size) {
    for (; size >= 8; size -= 8, bytes += 8)
        remainder = slice<kReflected>(c, remainder ^ load64<kReflected>(bytes));
    for (; size > 0; --size, ++bytes)
        remainder = kReflected ? remainder >> 8 ^ c.slices[0][(remainder ^ *bytes) & 0xff]
                               : remainder << 8 ^ c.slices[0][remainder >> 56 ^ *bytes];
    return remainder;
}

std::uint64_t crc_generic(const CrcConstants& c, std::uint64_t remainder, const std::uint8_t* bytes,
                          std::size_t size) {
    return c.reflected ? sliced<true>(c, remainder, bytes, size)
                       : sliced<false>(c, remainder, bytes, size);
}

#if defined(__x86_64__)
// Folding: 128 bits A·x^64 + B with D bits of the message behind them leave the same remainder as
// A·(x^(D+64) mod G) + B·(x^D mod G) added to the last 128 of these D bits. Several sums run side
// by side to cover the latency of the multiplier; in the end each is moved onto the last one, and
// the 128 bits left are divided by table.
//
//     sum[0..3] = first four vectors, the remainder so far added in front
//     while four more: sum[i] = fold(sum[i], all four) + next[i]
//     s = sum[0]; s = fold(s, one) + sum[i] ...; while one more: s = fold(s, one) + next
//
// Registers hold the highest power in the highest bit; the order of the bytes is turned on loading.
// Reflected ones hold it in the lowest bit, which is how they come from memory; the product of two
// reflected words is one bit short of 128, so their factors are x^(D−1) and x^(D+63).

#define TELEMETRY_TARGET_CLMUL [[gnu::target("sse4.1,pclmul")]]
#define TELEMETRY_TARGET_VCLMUL                                                                    \
    [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,pclmul,vpclmulqdq")]]

template <bool kReflected>
TELEMETRY_TARGET_CLMUL inline __m128i load128(const std::uint8_t* bytes) {
    const __m128i word = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    if constexpr (kReflected)
        return word;
    return _mm_shuffle_epi8(word,
                            _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

TELEMETRY_TARGET_CLMUL inline __m128i load_fold(const CrcConstants::Fold& fold) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(fold.data()));
}

TELEMETRY_TARGET_CLMUL inline __m128i fold128(__m128i sum, __m128i by, __m128i next) {
    return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(sum, by, 0x00), next),
                         _mm_clmulepi64_si128(sum, by, 0x11));
}

template <bool kReflected>
TELEMETRY_TARGET_CLMUL inline __m128i first_half(std::uint64_t remainder) {
    return kReflected ? _mm_set_epi64x(0, static_cast<long long>(remainder))
                      : _mm_set_epi64x(static_cast<long long>(remainder), 0);
}

/// `sum` and what is left of the message, 16 bytes a step, then by table.
template <bool kReflected>
TELEMETRY_TARGET_CLMUL inline std::uint64_t finish(const CrcConstants& c, __m128i sum,
                                                   const std::uint8_t* bytes, std::size_t size) {
    const __m128i by_128 = load_fold(c.to_one[2]);
    for (; size >= 16; size -= 16, bytes += 16)
        sum = fold128(sum, by_128, load128<kReflected>(bytes));
    const auto low = static_cast<std::uint64_t>(_mm_cvtsi128_si64(sum));
    const auto high = static_cast<std::uint64_t>(_mm_extract_epi64(sum, 1));
    const std::uint64_t remainder = slice<kReflected>(
        c, slice<kReflected>(c, kReflected ? low : high) ^ (kReflected ? high : low));
    return sliced<kReflected>(c, remainder, bytes, size);
}

template <bool kReflected>
TELEMETRY_TARGET_CLMUL std::uint64_t folded128(const CrcConstants& c, std::uint64_t remainder,
                                               const std::uint8_t* bytes, std::size_t size) {
    if (size < 32)
        return sliced<kReflected>(c, remainder, bytes, size);
    __m128i sum = _mm_xor_si128(load128<kReflected>(bytes), first_half<kReflected>(remainder));
    if (size >= 128) {
        const __m128i by_512 = load_fold(c.by_512);
        __m128i sum1 = load128<kReflected>(bytes + 16);
        __m128i sum2 = load128<kReflected>(bytes + 32);
        __m128i sum3 = load128<kReflected>(bytes + 48);
        for (bytes += 64, size -= 64; size >= 64; bytes += 64, size -= 64) {
            sum = fold128(sum, by_512, load128<kReflected>(bytes));
            sum1 = fold128(sum1, by_512, load128<kReflected>(bytes + 16));
            sum2 = fold128(sum2, by_512, load128<kReflected>(bytes + 32));
            sum3 = fold128(sum3, by_512, load128<kReflected>(bytes + 48));
        }
        sum3 = fold128(sum, load_fold(c.to_one[0]), sum3);
        sum3 = fold128(sum1, load_fold(c.to_one[1]), sum3);
        sum = fold128(sum2, load_fold(c.to_one[2]), sum3);
    } else {
        bytes += 16;
        size -= 16;
    }
    return finish<kReflected>(c, sum, bytes, size);
}

template <bool kReflected>
TELEMETRY_TARGET_VCLMUL inline __m512i load512(const std::uint8_t* bytes) {
    const __m512i word = _mm512_loadu_si512(bytes);
    if constexpr (kReflected)
        return word;
    return _mm512_shuffle_epi8(word, _mm512_broadcast_i32x4(_mm_set_epi8(
                                         0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
}

TELEMETRY_TARGET_VCLMUL inline __m512i fold512(__m512i sum, __m512i by, __m512i next) {
    return _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(sum, by, 0x00), next,
                                     _mm512_clmulepi64_epi128(sum, by, 0x11), 0x96);
}

template <bool kReflected>
TELEMETRY_TARGET_VCLMUL std::uint64_t folded512(const CrcConstants& c, std::uint64_t remainder,
                                                const std::uint8_t* bytes, std::size_t size) {
    if (size < 128)
        return folded128<kReflected>(c, remainder, bytes, size);
    const __m512i by_512 = _mm512_broadcast_i32x4(load_fold(c.by_512));
    __m512i sum = _mm512_xor_si512(load512<kReflected>(bytes),
                                   _mm512_zextsi128_si512(first_half<kReflected>(remainder)));
    bytes += 64;
    size -= 64;
    if (size >= 448) {
        const __m512i by_2048 = _mm512_broadcast_i32x4(load_fold(c.by_2048));
        __m512i sum1 = load512<kReflected>(bytes);
        __m512i sum2 = load512<kReflected>(bytes + 64);
        __m512i sum3 = load512<kReflected>(bytes + 128);
        for (bytes += 192, size -= 192; size >= 256; bytes += 256, size -= 256) {
            sum = fold512(sum, by_2048, load512<kReflected>(bytes));
            sum1 = fold512(sum1, by_2048, load512<kReflected>(bytes + 64));
            sum2 = fold512(sum2, by_2048, load512<kReflected>(bytes + 128));
            sum3 = fold512(sum3, by_2048, load512<kReflected>(bytes + 192));
        }
        sum = fold512(sum, by_512, sum1);
        sum = fold512(sum, by_512, sum2);
        sum = fold512(sum, by_512, sum3);
    }
    for (; size >= 64; bytes += 64, size -= 64)
        sum = fold512(sum, by_512, load512<kReflected>(bytes));
    const __m512i last = _mm512_maskz_mov_epi64(0xc0, sum);
    sum = fold512(sum, _mm512_load_si512(&c.to_one), last);
    const __m256i half =
        _mm256_xor_si256(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    return finish<kReflected>(
        c, _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1)), bytes,
        size);
}

TELEMETRY_TARGET_CLMUL std::uint64_t crc_sse41(const CrcConstants& c, std::uint64_t remainder,
                                               const std::uint8_t* bytes, std::size_t size) {
    return c.reflected ? folded128<true>(c, remainder, bytes, size)
                       : folded128<false>(c, remainder, bytes, size);
}

TELEMETRY_TARGET_VCLMUL std::uint64_t crc_avx512icl(const CrcConstants& c, std::uint64_t remainder,
                                                    const std::uint8_t* bytes, std::size_t size) {
    return c.reflected ? folded512<true>(c, remainder, bytes, size)
                       : folded512<false>(c, remainder, bytes, size);
}
#endif

constexpr simd::Variant<CrcFunction> kVariants[] = {
    {simd::Level::generic, crc_generic},
#if defined(__x86_64__)
    {simd::Level::sse41, crc_sse41},
    {simd::Level::avx512icl, crc_avx512icl},
#endif
};

} // namespace

CrcConstants crc_constants(std::uint64_t poly, bool reflected) {
    CrcConstants c{};
    c.reflected = reflected;
    const std::uint64_t reversed = reverse_bits(poly);
    for (unsigned byte = 0; byte < 256; ++byte) {
        std::uint64_t value = reflected ? byte : std::uint64_t{byte} << 56;
        for (int bit = 0; bit < 8; ++bit)
            value = reflected ? value >> 1 ^ (value & 1 ? reversed : 0)
                              : value << 1 ^ (value >> 63 ? poly : 0);
        c.slices[0][byte] = value;
    }
    for (std::size_t n = 1; n < c.slices.size(); ++n)
        for (unsigned byte = 0; byte < 256; ++byte) {
            const std::uint64_t value = c.slices[n - 1][byte];
            c.slices[n][byte] = reflected ? value >> 8 ^ c.slices[0][value & 0xff]
                                          : value << 8 ^ c.slices[0][value >> 56];
        }

    const auto power_of_x = [&](int exponent) { // mod x^64 + poly
        std::uint64_t value = 1;
        for (int i = 0; i < exponent; ++i)
            value = value << 1 ^ (value >> 63 ? poly : 0);
        return value;
    };
    const auto fold = [&](int bits) -> CrcConstants::Fold {
        if (reflected)
            return {reverse_bits(power_of_x(bits + 63)), reverse_bits(power_of_x(bits - 1))};
        return {power_of_x(bits), power_of_x(bits + 64)};
    };
    c.by_2048 = fold(2048);
    c.by_512 = fold(512);
    c.to_one = {fold(384), fold(256), fold(128), {}};
    return c;
}

std::span<const simd::Variant<CrcFunction>> crc_variants() {
    return kVariants;
}

} // namespace telemetry::fec
