// SPDX-License-Identifier: GPL-3.0-or-later
#if defined(__x86_64__)
#include <array>
#include <cstdint>

#include "telemetry/simd/x86.h"

#define LDPC_TARGET [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,popcnt")]]

namespace telemetry::fec {
namespace {

/// As PlainOps of ldpc_kernel_generic.cpp.
struct Avx512Ops {
    static constexpr std::uint32_t kLanes = 64;
    using Vec = __m512i;
    using Table = __m512i;
    using Sums = __m512i;
    static constexpr bool kManyTables = true; ///< a table costs no more than a minimum

    LDPC_TARGET static Vec load(const std::int8_t* from) noexcept {
        return _mm512_loadu_si512(from);
    }
    LDPC_TARGET static void store(std::int8_t* to, Vec v) noexcept { _mm512_storeu_si512(to, v); }
    LDPC_TARGET static Vec fill(int value) noexcept {
        return _mm512_set1_epi8(static_cast<char>(value));
    }
    LDPC_TARGET static Vec first(std::uint32_t count) noexcept {
        return _mm512_movm_epi8((std::uint64_t{1} << count) - 1);
    }
    LDPC_TARGET static Vec plus(Vec a, Vec b) noexcept { return _mm512_adds_epi8(a, b); }
    LDPC_TARGET static Vec minus(Vec a, Vec b) noexcept { return _mm512_subs_epi8(a, b); }
    LDPC_TARGET static Vec exclusive_or(Vec a, Vec b) noexcept { return _mm512_xor_si512(a, b); }
    LDPC_TARGET static Vec both(Vec a, Vec b) noexcept { return _mm512_and_si512(a, b); }
    LDPC_TARGET static Vec magnitude(Vec a) noexcept { return _mm512_abs_epi8(a); }
    LDPC_TARGET static Vec lesser(Vec a, Vec b) noexcept { return _mm512_min_epu8(a, b); }
    template <int kEighths>
    LDPC_TARGET static Table table() noexcept {
        alignas(64) static constexpr auto kAnswers = [] {
            std::array<std::int8_t, 64> answers{};
            for (int i = 0; i < 64; ++i)
                answers[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(kEighths * i / 8);
            return answers;
        }();
        return load(kAnswers.data());
    }
    template <int kEighths>
    LDPC_TARGET static Vec looked_up(Table table, Vec a) noexcept {
        return _mm512_permutexvar_epi8(a, table);
    }
    /// The test runs beside the minima; taking the sign bits with vpmovb2m would compete with them.
    LDPC_TARGET static Vec signed_by(Vec a, Vec sign) noexcept {
        return _mm512_mask_sub_epi8(a, _mm512_test_epi8_mask(sign, fill(-128)), fill(0), a);
    }
    LDPC_TARGET static std::uint64_t sign_bits(Vec a) noexcept { return _mm512_movepi8_mask(a); }
    LDPC_TARGET static std::uint64_t nonzero_bits(Vec a) noexcept {
        return _mm512_test_epi8_mask(a, a);
    }
    LDPC_TARGET static Sums no_sums() noexcept { return _mm512_setzero_si512(); }
    LDPC_TARGET static Sums add_magnitudes(Sums sums, Vec a) noexcept {
        return _mm512_add_epi64(sums, _mm512_sad_epu8(_mm512_abs_epi8(a), fill(0)));
    }
    LDPC_TARGET static std::uint32_t total(Sums sums) noexcept {
        alignas(64) std::uint64_t eight[8];
        _mm512_store_si512(eight, sums);
        return static_cast<std::uint32_t>(eight[0] + eight[1] + eight[2] + eight[3] + eight[4] +
                                          eight[5] + eight[6] + eight[7]);
    }
    /// In 16 bits: 256 a × gain, rounded and shifted by 15.
    LDPC_TARGET static Vec amplified(Vec a, int gain, int limit) noexcept {
        const __m512i factor = _mm512_set1_epi16(static_cast<std::int16_t>(gain));
        const __m512i low = _mm512_mulhrs_epi16(_mm512_unpacklo_epi8(fill(0), a), factor);
        const __m512i high = _mm512_mulhrs_epi16(_mm512_unpackhi_epi8(fill(0), a), factor);
        return _mm512_max_epi8(_mm512_min_epi8(_mm512_packs_epi16(low, high), fill(limit)),
                               fill(-limit));
    }
};

} // namespace
} // namespace telemetry::fec

#define LDPC_OPS Avx512Ops
#include "telemetry/fec/ldpc_kernel_body.h"

namespace telemetry::fec {
const LdpcKernel kLdpcKernelAvx512 = {kLanes,      magnitude, scale, place,    iterate,
                                      unsatisfied, collect,   pack,  differing};
} // namespace telemetry::fec
#endif
