// SPDX-License-Identifier: GPL-3.0-or-later
// The 64 metrics in two registers; positions 32 apart stand in the same place of both.
#include "telemetry/fec/viterbi_k7.h"

#if defined(__x86_64__)
#include "telemetry/simd/x86.h"

#define TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#include "telemetry/fec/viterbi_k7_body.h"

namespace telemetry::fec::viterbi_k7 {
namespace {

constexpr std::uint64_t kEven = 0x5555555555555555;

TARGET INLINE __m256i load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

TARGET INLINE void store(void* to, __m256i x) {
    _mm256_storeu_si256(static_cast<__m256i*>(to), x);
}

TARGET INLINE std::uint64_t mask_of(__m256i flags) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(flags));
}

/// Of 96 bits those in even places, and those in odd places.
TARGET INLINE std::array<std::uint64_t, 2> deinterleave(std::uint64_t low, std::uint64_t high) {
    return {_pext_u64(low, kEven) | _pext_u64(high, kEven) << 32,
            _pext_u64(low, ~kEven) | _pext_u64(high, ~kEven) << 32};
}

TARGET void prepare(const std::int8_t* symbols, std::size_t slices, Level& level, Costs* costs,
                    Signs* signs, std::uint32_t* symbols_present) noexcept {
    // Of four bytes (first: + −, second: + −) the costs of 00 01 10 11.
    const __m256i of_first = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 0, 1, 1, 4, 4, 5, 5, 8, 8, 9, 9, 12, 12, 13, 13));
    const __m256i of_second = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(2, 3, 2, 3, 6, 7, 6, 7, 10, 11, 10, 11, 14, 15, 14, 15));
    const __m256i of_00 = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
    const __m256i of_11 = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15));
    const __m256i most = _mm256_set1_epi16(kMost);
    const __m256i zero = _mm256_setzero_si256();
    for (std::size_t slice = 0; slice < slices; ++slice, symbols += 2 * kSlice) {
        __m256i sums = zero;
        std::array<std::uint64_t, 3> positive;
        std::array<std::uint64_t, 3> absent;
        for (std::size_t part = 0; part < 3; ++part) {
            const __m256i x = load(symbols + 32 * part);
            sums = _mm256_add_epi64(sums, _mm256_sad_epu8(_mm256_abs_epi8(x), zero));
            positive[part] = mask_of(_mm256_cmpgt_epi8(x, zero));
            absent[part] = mask_of(_mm256_cmpeq_epi8(x, zero));
        }
        Signs& s = signs[slice];
        s.positive = deinterleave(positive[0] | positive[1] << 32, positive[2]);
        const std::uint64_t present_low = ~(absent[0] | absent[1] << 32);
        const std::uint64_t present_high = ~absent[2] & 0xffffffff;
        s.present = deinterleave(present_low, present_high);
        const __m128i two =
            _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
        const Level now{
            static_cast<std::uint32_t>(_mm_cvtsi128_si64(two) + _mm_extract_epi64(two, 1)),
            static_cast<std::uint32_t>(_mm_popcnt_u64(present_low) + _mm_popcnt_u64(present_high))};
        const __m256i k = _mm256_set1_epi16(
            static_cast<short>(factor({level.sum + now.sum, level.count + now.count})));
        symbols_present[slice] = now.count;
        level = now;
        for (std::size_t part = 0; part < 6; ++part) {
            const __m256i x = _mm256_cvtepi8_epi16(
                _mm_loadu_si128(reinterpret_cast<const __m128i*>(symbols + 16 * part)));
            // (|x| 128 k + 2^14) >> 15 = (|x| k + 128) >> 8
            const __m256i q = _mm256_min_epi16(
                most, _mm256_mulhrs_epi16(_mm256_slli_epi16(_mm256_abs_epi16(x), 7), k));
            const __m256i moved =
                _mm256_blendv_epi8(q, _mm256_slli_epi16(q, 8), _mm256_srai_epi16(x, 15));
            const __m256i cost = _mm256_add_epi8(_mm256_shuffle_epi8(moved, of_first),
                                                 _mm256_shuffle_epi8(moved, of_second));
            store(costs[slice].cost.data() + 8 * part, cost);
            store(costs[slice].total.data() + 8 * part,
                  _mm256_add_epi8(_mm256_shuffle_epi8(cost, of_00),
                                  _mm256_shuffle_epi8(cost, of_11)));
        }
    }
}

struct Metrics {
    __m256i low;  ///< positions 0 to 31
    __m256i high; ///< 32 to 63
};

/// The metrics of positions 2^T apart, exchanged within a register.
template <int T>
TARGET INLINE __m256i exchange(__m256i m) {
    if constexpr (T == 0)
        return _mm256_shuffle_epi8(m, _mm256_broadcastsi128_si256(_mm_setr_epi8(
                                          1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)));
    if constexpr (T == 1)
        return _mm256_shuffle_epi8(m, _mm256_broadcastsi128_si256(_mm_setr_epi8(
                                          2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)));
    if constexpr (T == 2)
        return _mm256_shuffle_epi32(m, 0xb1);
    if constexpr (T == 3)
        return _mm256_shuffle_epi32(m, 0x4e);
    return _mm256_permute4x64_epi64(m, 0x4e);
}

template <int T>
TARGET INLINE void step(Metrics& m, const Labels& labels, const Costs& costs, std::size_t t,
                        std::uint64_t* decisions) {
    const __m256i four = _mm256_set1_epi32(static_cast<int>(costs.cost[t + T]));
    const __m256i total = _mm256_set1_epi32(static_cast<int>(costs.total[t + T]));
    const __m256i cost_low = _mm256_shuffle_epi8(four, load(labels.of[T].data()));
    const __m256i cost_high = _mm256_shuffle_epi8(four, load(labels.of[T].data() + 32));
    const __m256i own_low = _mm256_adds_epu8(m.low, cost_low);
    const __m256i own_high = _mm256_adds_epu8(m.high, cost_high);
    __m256i partner_low;
    __m256i partner_high;
    if constexpr (T == 5) {
        partner_low = m.high;
        partner_high = m.low;
    } else {
        partner_low = exchange<T>(m.low);
        partner_high = exchange<T>(m.high);
    }
    partner_low = _mm256_adds_epu8(partner_low, _mm256_sub_epi8(total, cost_low));
    partner_high = _mm256_adds_epu8(partner_high, _mm256_sub_epi8(total, cost_high));
    m.low = _mm256_min_epu8(own_low, partner_low);
    m.high = _mm256_min_epu8(own_high, partner_high);
    decisions[T] = mask_of(_mm256_cmpeq_epi8(m.low, partner_low)) |
                   mask_of(_mm256_cmpeq_epi8(m.high, partner_high)) << 32;
}

struct Acs {
    Metrics m;
    const Labels& labels;
    __m256i enough;

    TARGET INLINE void period(const Costs& costs, std::size_t t, std::uint64_t* decisions) {
        step<0>(m, labels, costs, t, decisions);
        step<1>(m, labels, costs, t, decisions);
        step<2>(m, labels, costs, t, decisions);
        step<3>(m, labels, costs, t, decisions);
        step<4>(m, labels, costs, t, decisions);
        step<5>(m, labels, costs, t, decisions);
        // Rare enough to be foretold.
        const __m256i less = _mm256_min_epu8(m.low, m.high);
        if (_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(less, enough), less)) == -1) {
            m.low = _mm256_sub_epi8(m.low, enough);
            m.high = _mm256_sub_epi8(m.high, enough);
        }
    }

    TARGET INLINE std::uint8_t least() const {
        const __m256i four = _mm256_min_epu8(m.low, m.high);
        const __m128i two =
            _mm_min_epu8(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
        const __m256i one =
            _mm256_broadcastb_epi8(_mm_minpos_epu16(_mm_min_epu8(two, _mm_srli_epi16(two, 8))));
        return static_cast<std::uint8_t>(_tzcnt_u64(mask_of(_mm256_cmpeq_epi8(m.low, one)) |
                                                    mask_of(_mm256_cmpeq_epi8(m.high, one)) << 32));
    }

    template <std::size_t T>
    TARGET INLINE static std::uint64_t lowest_to(std::uint64_t x) {
        return (x & 1) << T;
    }
};

TARGET void advance(std::uint8_t* metrics, const Labels& labels, const Costs* costs,
                    std::size_t slices, std::uint64_t* decisions, std::uint8_t* best,
                    const Trace& trace) noexcept {
    Acs acs{{load(metrics), load(metrics + 32)},
            labels,
            _mm256_set1_epi8(static_cast<char>(kRenormalise))};
    advance_and_trace<Acs, 4>(acs, costs, slices, decisions, best, trace);
    store(metrics, acs.m.low);
    store(metrics + 32, acs.m.high);
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

const Kernels kAvx2{&prepare, &advance, &compare, &pack};

} // namespace telemetry::fec::viterbi_k7
#endif
