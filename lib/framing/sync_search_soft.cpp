// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/sync_search_soft.h"

#include <cassert>
#include <cstdlib>

#include "telemetry/simd/x86.h"

namespace telemetry::framing {
namespace {

using Sums = void (*)(const std::int8_t*, const std::int8_t*, std::size_t, int&, int&) noexcept;

// correlation = Σ symbol × marker, magnitude = Σ |symbol|

void sums_generic(const std::int8_t* symbols, const std::int8_t* marker, std::size_t count,
                  int& correlation, int& magnitude) noexcept {
    correlation = magnitude = 0;
    for (std::size_t i = 0; i < count; ++i) {
        correlation += symbols[i] * marker[i];
        magnitude += std::abs(static_cast<int>(symbols[i]));
    }
}

#if defined(__x86_64__)
// Magnitudes are summed as they are, and again where the product is negative.
[[gnu::target("avx2")]] void sums_avx2(const std::int8_t* symbols, const std::int8_t* marker,
                                       std::size_t count, int& correlation,
                                       int& magnitude) noexcept {
    const __m256i zero = _mm256_setzero_si256();
    __m256i all = zero;
    __m256i wrong = zero;
    std::size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        const __m256i s = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(symbols + i));
        const __m256i m = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(marker + i));
        const __m256i size = _mm256_abs_epi8(s);
        const __m256i against = _mm256_cmpgt_epi8(zero, _mm256_sign_epi8(s, m));
        all = _mm256_add_epi64(all, _mm256_sad_epu8(size, zero));
        wrong = _mm256_add_epi64(wrong, _mm256_sad_epu8(_mm256_and_si256(size, against), zero));
    }
    // Sums are below 2^16: both fit into one word of 64 bits.
    const __m256i pair = _mm256_or_si256(all, _mm256_slli_epi64(wrong, 32));
    const __m128i half =
        _mm_add_epi64(_mm256_castsi256_si128(pair), _mm256_extracti128_si256(pair, 1));
    const auto sum = static_cast<std::uint64_t>(_mm_extract_epi64(half, 0)) +
                     static_cast<std::uint64_t>(_mm_extract_epi64(half, 1));
    sums_generic(symbols + i, marker + i, count - i, correlation, magnitude);
    const int sum_all = static_cast<int>(sum & 0xffffffff);
    correlation += sum_all - 2 * static_cast<int>(sum >> 32);
    magnitude += sum_all;
}
#endif

constexpr std::array kVariants = {
    simd::Variant<Sums>{simd::Level::generic, &sums_generic},
#if defined(__x86_64__)
    simd::Variant<Sums>{simd::Level::avx2, &sums_avx2},
#endif
};

} // namespace

SoftSyncSearch::SoftSyncSearch(const SyncPattern& marker, const SoftSyncLimits& limits,
                               simd::Level limit)
    : signs_(marker, limits.wrong_signs, limit), packer_(limit),
      sums_(simd::choose<Sums>(kVariants, limit)),
      correlation_percent_(limits.correlation_percent) {
    assert(limits.correlation_percent >= 0 && limits.correlation_percent <= 100);
    for (int i = 0; i < marker.length; ++i)
        marker_[static_cast<std::size_t>(i)] = marker.bit(i) ? 1 : -1;
}

std::span<const std::uint8_t> SoftSyncSearch::pack(std::span<const std::int8_t> symbols,
                                                   std::span<std::uint8_t> bits) const noexcept {
    const std::size_t whole = symbols.size() / 8;
    packer_(symbols.first(8 * whole), bits.first(whole));
    if (symbols.size() % 8 == 0)
        return bits.first(whole);
    unsigned last = 0;
    for (std::size_t i = 8 * whole; i < symbols.size(); ++i)
        last |= static_cast<unsigned>(symbols[i] > 0) << (7 - i % 8);
    bits[whole] = static_cast<std::uint8_t>(last);
    return bits.first(whole + 1);
}

bool SoftSyncSearch::measure(std::span<const std::int8_t> symbols,
                             SoftSyncHit& hit) const noexcept {
    if (correlation_percent_ == 0)
        return true;
    sums_(symbols.data(), marker_.data(), symbols.size(), hit.correlation, hit.magnitude);
    if (hit.inverted)
        hit.correlation = -hit.correlation;
    return 100 * hit.correlation >= correlation_percent_ * hit.magnitude;
}

} // namespace telemetry::framing
