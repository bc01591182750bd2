// SPDX-License-Identifier: GPL-3.0-or-later
// All 64 metrics in one register.
#include "telemetry/fec/viterbi_k7.h"

#if defined(__x86_64__)
#include "telemetry/simd/x86.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi,bmi2,lzcnt,popcnt")))
#include "telemetry/fec/viterbi_k7_body.h"

namespace telemetry::fec::viterbi_k7 {
namespace {

constexpr std::uint64_t kEven = 0x5555555555555555;

/// Of 96 bits those in even places, and those in odd places.
TARGET INLINE std::array<std::uint64_t, 2> deinterleave(std::uint64_t low, std::uint64_t high) {
    return {_pext_u64(low, kEven) | _pext_u64(high, kEven) << 32,
            _pext_u64(low, ~kEven) | _pext_u64(high, ~kEven) << 32};
}

TARGET void prepare(const std::int8_t* symbols, std::size_t slices, Level& level, Costs* costs,
                    Signs* signs, std::uint32_t* symbols_present) noexcept {
    // Of four bytes (first: + −, second: + −) the costs of 00 01 10 11.
    const __m512i of_first =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 1, 1, 4, 4, 5, 5, 8, 8, 9, 9, 12, 12, 13, 13));
    const __m512i of_second = _mm512_broadcast_i32x4(
        _mm_setr_epi8(2, 3, 2, 3, 6, 7, 6, 7, 10, 11, 10, 11, 14, 15, 14, 15));
    const __m512i of_00 =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
    const __m512i of_11 = _mm512_broadcast_i32x4(
        _mm_setr_epi8(3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15));
    const __m512i most = _mm512_set1_epi16(kMost);
    for (std::size_t slice = 0; slice < slices; ++slice, symbols += 2 * kSlice) {
        const __m512i low = _mm512_loadu_si512(symbols);
        const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(symbols + 64));
        const __m512i sums = _mm512_add_epi64(
            _mm512_sad_epu8(_mm512_abs_epi8(low), _mm512_setzero_si512()),
            _mm512_zextsi256_si512(_mm256_sad_epu8(_mm256_abs_epi8(high), _mm256_setzero_si256())));
        Signs& s = signs[slice];
        s.positive = deinterleave(_mm512_cmpgt_epi8_mask(low, _mm512_setzero_si512()),
                                  _mm256_cmpgt_epi8_mask(high, _mm256_setzero_si256()));
        const std::uint64_t present_low = _mm512_test_epi8_mask(low, low);
        const std::uint64_t present_high = _mm256_test_epi8_mask(high, high);
        s.present = deinterleave(present_low, present_high);
        const Level now{
            static_cast<std::uint32_t>(_mm512_reduce_add_epi64(sums)),
            static_cast<std::uint32_t>(_mm_popcnt_u64(present_low) + _mm_popcnt_u64(present_high))};
        const __m512i k = _mm512_set1_epi16(
            static_cast<short>(factor({level.sum + now.sum, level.count + now.count})));
        symbols_present[slice] = now.count;
        level = now;
        for (std::size_t part = 0; part < 3; ++part) {
            const __m512i x = _mm512_cvtepi8_epi16(
                _mm256_loadu_si256(reinterpret_cast<const __m256i*>(symbols + 32 * part)));
            // (|x| 128 k + 2^14) >> 15 = (|x| k + 128) >> 8
            __m512i q = _mm512_min_epi16(
                most, _mm512_mulhrs_epi16(_mm512_slli_epi16(_mm512_abs_epi16(x), 7), k));
            q = _mm512_mask_slli_epi16(q, _mm512_movepi16_mask(x), q, 8);
            const __m512i cost = _mm512_add_epi8(_mm512_shuffle_epi8(q, of_first),
                                                 _mm512_shuffle_epi8(q, of_second));
            _mm512_store_si512(costs[slice].cost.data() + 16 * part, cost);
            _mm512_store_si512(costs[slice].total.data() + 16 * part,
                               _mm512_add_epi8(_mm512_shuffle_epi8(cost, of_00),
                                               _mm512_shuffle_epi8(cost, of_11)));
        }
    }
}

/// The metrics of positions 2^T apart, exchanged.
template <int T>
TARGET INLINE __m512i exchange(__m512i m) {
    if constexpr (T == 0)
        return _mm512_shuffle_epi8(m, _mm512_broadcast_i32x4(_mm_setr_epi8(
                                          1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)));
    if constexpr (T == 1)
        return _mm512_rol_epi32(m, 16);
    if constexpr (T == 2)
        return _mm512_shuffle_epi32(m, _MM_PERM_CDAB);
    if constexpr (T == 3)
        return _mm512_shuffle_epi32(m, _MM_PERM_BADC);
    if constexpr (T == 4)
        return _mm512_shuffle_i64x2(m, m, 0xb1);
    return _mm512_shuffle_i64x2(m, m, 0x4e);
}

template <int T>
TARGET INLINE void step(__m512i& m, __m512i labels, const Costs& costs, std::size_t t,
                        std::uint64_t* decisions) {
    const __m512i cost =
        _mm512_shuffle_epi8(_mm512_set1_epi32(static_cast<int>(costs.cost[t + T])), labels);
    const __m512i other =
        _mm512_sub_epi8(_mm512_set1_epi32(static_cast<int>(costs.total[t + T])), cost);
    const __m512i own = _mm512_adds_epu8(m, cost);
    const __m512i partner = _mm512_adds_epu8(exchange<T>(m), other);
    _store_mask64(reinterpret_cast<__mmask64*>(decisions + T),
                  _mm512_cmple_epu8_mask(partner, own));
    m = _mm512_min_epu8(own, partner);
}

TARGET INLINE std::uint8_t position_of_least(__m512i m) {
    const __m256i four =
        _mm256_min_epu8(_mm512_castsi512_si256(m), _mm512_extracti64x4_epi64(m, 1));
    const __m128i two =
        _mm_min_epu8(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
    const __m128i least = _mm_minpos_epu16(_mm_min_epu8(two, _mm_srli_epi16(two, 8)));
    const __mmask64 where = _mm512_cmpeq_epi8_mask(m, _mm512_broadcastb_epi8(least));
    return static_cast<std::uint8_t>(_tzcnt_u64(where));
}

struct Acs {
    __m512i m;
    __m512i labels[kPeriod];
    __m512i enough;

    TARGET INLINE void period(const Costs& costs, std::size_t t, std::uint64_t* decisions) {
        step<0>(m, labels[0], costs, t, decisions);
        step<1>(m, labels[1], costs, t, decisions);
        step<2>(m, labels[2], costs, t, decisions);
        step<3>(m, labels[3], costs, t, decisions);
        step<4>(m, labels[4], costs, t, decisions);
        step<5>(m, labels[5], costs, t, decisions);
        // Rare enough to be foretold.
        if (_mm512_cmplt_epu8_mask(m, enough) == 0)
            m = _mm512_sub_epi8(m, enough);
    }

    TARGET INLINE std::uint8_t least() const { return position_of_least(m); }

    template <std::size_t T>
    TARGET INLINE static std::uint64_t lowest_to(std::uint64_t x) {
        return _pdep_u64(x, std::uint64_t{1} << T);
    }
};

TARGET void advance(std::uint8_t* metrics, const Labels& labels, const Costs* costs,
                    std::size_t slices, std::uint64_t* decisions, std::uint8_t* best,
                    const Trace& trace) noexcept {
    Acs acs;
    acs.m = _mm512_loadu_si512(metrics);
    for (std::size_t t = 0; t < kPeriod; ++t)
        acs.labels[t] = _mm512_load_si512(labels.of[t].data());
    acs.enough = _mm512_set1_epi8(kRenormalise);
    advance_and_trace<Acs, 4>(acs, costs, slices, decisions, best, trace);
    _mm512_storeu_si512(metrics, acs.m);
}

TARGET void compare(const Encoder& encoder, const std::uint64_t* words, const Signs* signs,
                    std::size_t slices, std::uint64_t before, std::uint64_t* wrong,
                    std::uint64_t* suspect, std::size_t& count) noexcept {
    compare_words(encoder, words, signs, slices, before, wrong, suspect, count);
}

TARGET void pack(const std::uint64_t* words, std::size_t slices, std::uint8_t* bytes) noexcept {
    pack_words(words, slices, bytes);
}

} // namespace

const Kernels kAvx512{&prepare, &advance, &compare, &pack};

} // namespace telemetry::fec::viterbi_k7
#endif
