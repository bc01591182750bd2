// SPDX-License-Identifier: GPL-3.0-or-later
#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>

#define LDPC_TARGET [[gnu::target("avx2,popcnt")]]

namespace telemetry::fec {
namespace {

/// As PlainOps of ldpc_kernel_generic.cpp.
struct Avx2Ops {
    static constexpr std::uint32_t kLanes = 32;
    using Vec = __m256i;
    using Sums = __m256i;
    struct Table {};
    static constexpr bool kManyTables = false;

    LDPC_TARGET static Vec load(const std::int8_t* from) noexcept {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    }
    LDPC_TARGET static void store(std::int8_t* to, Vec v) noexcept {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), v);
    }
    LDPC_TARGET static Vec fill(int value) noexcept {
        return _mm256_set1_epi8(static_cast<char>(value));
    }
    LDPC_TARGET static Vec first(std::uint32_t count) noexcept {
        const __m256i index =
            _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
                             20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
        return _mm256_cmpgt_epi8(fill(static_cast<int>(count)), index);
    }
    LDPC_TARGET static Vec plus(Vec a, Vec b) noexcept { return _mm256_adds_epi8(a, b); }
    LDPC_TARGET static Vec minus(Vec a, Vec b) noexcept { return _mm256_subs_epi8(a, b); }
    LDPC_TARGET static Vec exclusive_or(Vec a, Vec b) noexcept { return _mm256_xor_si256(a, b); }
    LDPC_TARGET static Vec both(Vec a, Vec b) noexcept { return _mm256_and_si256(a, b); }
    LDPC_TARGET static Vec magnitude(Vec a) noexcept { return _mm256_abs_epi8(a); }
    LDPC_TARGET static Vec lesser(Vec a, Vec b) noexcept { return _mm256_min_epu8(a, b); }
    LDPC_TARGET static Vec greater(Vec a, Vec b) noexcept { return _mm256_max_epu8(a, b); }
    template <int kEighths>
    LDPC_TARGET static Table table() noexcept {
        return {};
    }
    /// 7 a / 8 is a - (a + 7) / 8, and 6 a / 8 is a - (a + 3) / 4.
    template <int kEighths>
    LDPC_TARGET static Vec looked_up(const Table&, Vec a) noexcept {
        static_assert(kEighths == 6 || kEighths == 7);
        constexpr int kShift = kEighths == 7 ? 3 : 2;
        const __m256i more = _mm256_add_epi8(a, fill((1 << kShift) - 1));
        return _mm256_sub_epi8(
            a, _mm256_and_si256(_mm256_srli_epi16(more, kShift), fill(0xff >> kShift)));
    }
    LDPC_TARGET static Vec where_equal(Vec a, Vec b, Vec then, Vec other) noexcept {
        return _mm256_blendv_epi8(other, then, _mm256_cmpeq_epi8(a, b));
    }
    LDPC_TARGET static Vec signed_by(Vec a, Vec sign) noexcept {
        return _mm256_sign_epi8(a, _mm256_or_si256(sign, fill(1)));
    }
    LDPC_TARGET static std::uint64_t sign_bits(Vec a) noexcept {
        return static_cast<std::uint32_t>(_mm256_movemask_epi8(a));
    }
    LDPC_TARGET static std::uint64_t nonzero_bits(Vec a) noexcept {
        return ~sign_bits(_mm256_cmpeq_epi8(a, fill(0))) & 0xffffffff;
    }
    LDPC_TARGET static Sums no_sums() noexcept { return _mm256_setzero_si256(); }
    LDPC_TARGET static Sums add_magnitudes(Sums sums, Vec a) noexcept {
        return _mm256_add_epi64(sums, _mm256_sad_epu8(_mm256_abs_epi8(a), fill(0)));
    }
    LDPC_TARGET static std::uint32_t total(Sums sums) noexcept {
        alignas(32) std::uint64_t four[4];
        _mm256_store_si256(reinterpret_cast<__m256i*>(four), sums);
        return static_cast<std::uint32_t>(four[0] + four[1] + four[2] + four[3]);
    }
    /// In 16 bits: 256 a × gain, rounded and shifted by 15.
    LDPC_TARGET static Vec amplified(Vec a, int gain, int limit) noexcept {
        const __m256i factor = _mm256_set1_epi16(static_cast<std::int16_t>(gain));
        const __m256i low = _mm256_mulhrs_epi16(_mm256_unpacklo_epi8(fill(0), a), factor);
        const __m256i high = _mm256_mulhrs_epi16(_mm256_unpackhi_epi8(fill(0), a), factor);
        return _mm256_max_epi8(_mm256_min_epi8(_mm256_packs_epi16(low, high), fill(limit)),
                               fill(-limit));
    }
};

} // namespace
} // namespace telemetry::fec

#define LDPC_OPS Avx2Ops
#include "telemetry/fec/ldpc_kernel_body.h"

namespace telemetry::fec {
const LdpcKernel kLdpcKernelAvx2 = {kLanes,      magnitude, scale, place,    iterate,
                                    unsatisfied, collect,   pack,  differing};
} // namespace telemetry::fec
#endif
