// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/carrier_kernel.h"

#include <cmath>

#include "telemetry/dsp/target.h"

namespace telemetry::dsp {
namespace {

using Ints16 = std::int32_t __attribute__((vector_size(64)));
using Bytes16 = std::int8_t __attribute__((vector_size(16)));

constexpr std::size_t kWidth = 16;

TELEMETRY_INLINE PartialSum sum_below_body(const float* values, std::size_t count, float bound) {
    Lanes16 sum = {}, counted = {};
    const Lanes16 zero = {}, one = zero + 1.0f, limit = zero + bound;
    std::size_t n = 0;
    for (; n + kWidth <= count; n += kWidth) {
        Lanes16 v;
        load(values + n, v);
        const auto below = v <= limit;
        sum += below ? v : zero;
        counted += below ? one : zero;
    }
    PartialSum out{sum_of_lanes(sum), sum_of_lanes(counted)};
    for (; n < count; ++n)
        if (values[n] <= bound) {
            out.sum += values[n];
            out.count += 1;
        }
    return out;
}

TELEMETRY_INLINE void extend_paths_body(const PathStep& step, float* score, std::int8_t* moves,
                                        std::size_t count) {
    std::size_t b = 0;
    for (; b + kWidth <= count; b += kWidth) {
        Lanes16 best = Lanes16{} + step.jump;
        Ints16 taken = Ints16{} + kPathJumped;
        for (int move = -step.reach; move <= step.reach; ++move) {
            Lanes16 from;
            load(step.before + static_cast<std::ptrdiff_t>(b) + move, from);
            from -= step.move_cost * static_cast<float>(std::abs(move));
            const Ints16 better = from > best;
            best = better ? from : best;
            taken = better ? Ints16{} + move : taken;
        }
        Lanes16 gain;
        load(step.gain + b, gain);
        store(best + (gain - step.base), score + b);
        const auto bytes = __builtin_convertvector(taken, Bytes16);
        std::memcpy(moves + b, &bytes, sizeof bytes);
    }
    for (; b < count; ++b) {
        float best = step.jump;
        int taken = kPathJumped;
        for (int move = -step.reach; move <= step.reach; ++move) {
            const float from = step.before[static_cast<std::ptrdiff_t>(b) + move] -
                               step.move_cost * static_cast<float>(std::abs(move));
            if (from > best) {
                best = from;
                taken = move;
            }
        }
        score[b] = best + (step.gain[b] - step.base);
        moves[b] = static_cast<std::int8_t>(taken);
    }
}

TELEMETRY_INLINE void clock_lines_body(const float* line_i, const float* line_q,
                                       const ClockRow* rows, std::size_t count, ClockLines& sums) {
    constexpr std::size_t kVectors = kClockLanes / kWidth;
    Lanes16 sum_i[kVectors] = {}, sum_q[kVectors] = {};
    for (std::size_t n = 0; n < count; ++n)
        for (std::size_t v = 0; v < kVectors; ++v) {
            Lanes16 cosine, sine;
            load(rows[n].cosine + v * kWidth, cosine);
            load(rows[n].sine + v * kWidth, sine);
            sum_i[v] += line_i[n] * cosine - line_q[n] * sine;
            sum_q[v] += line_i[n] * sine + line_q[n] * cosine;
        }
    for (std::size_t v = 0; v < kVectors; ++v) {
        store(sum_i[v], sums.i + v * kWidth);
        store(sum_q[v], sums.q + v * kWidth);
    }
}

#define TELEMETRY_CARRIER_VARIANT(suffix, attribute)                                               \
    attribute PartialSum sum_below_##suffix(const float* values, std::size_t count, float bound) { \
        return sum_below_body(values, count, bound);                                               \
    }                                                                                              \
    attribute void extend_paths_##suffix(const PathStep& step, float* score, std::int8_t* moves,   \
                                         std::size_t count) {                                      \
        extend_paths_body(step, score, moves, count);                                              \
    }                                                                                              \
    attribute void clock_lines_##suffix(const float* line_i, const float* line_q,                  \
                                        const ClockRow* rows, std::size_t count,                   \
                                        ClockLines& sums) {                                        \
        clock_lines_body(line_i, line_q, rows, count, sums);                                       \
    }

TELEMETRY_CARRIER_VARIANT(generic, )
#if defined(__x86_64__)
TELEMETRY_CARRIER_VARIANT(avx2, TELEMETRY_TARGET_AVX2)
TELEMETRY_CARRIER_VARIANT(avx512, TELEMETRY_TARGET_AVX512)
#endif

constexpr simd::Variant<ClockLinesFunction> kClockLines[] = {
    {simd::Level::generic, clock_lines_generic},
#if defined(__x86_64__)
    {simd::Level::avx2, clock_lines_avx2},
    {simd::Level::avx512, clock_lines_avx512},
#endif
};

constexpr simd::Variant<SumBelowFunction> kSumBelow[] = {
    {simd::Level::generic, sum_below_generic},
#if defined(__x86_64__)
    {simd::Level::avx2, sum_below_avx2},
    {simd::Level::avx512, sum_below_avx512},
#endif
};

constexpr simd::Variant<ExtendPathsFunction> kExtendPaths[] = {
    {simd::Level::generic, extend_paths_generic},
#if defined(__x86_64__)
    {simd::Level::avx2, extend_paths_avx2},
    {simd::Level::avx512, extend_paths_avx512},
#endif
};

} // namespace

std::span<const simd::Variant<ClockLinesFunction>> clock_lines_variants() {
    return kClockLines;
}
std::span<const simd::Variant<SumBelowFunction>> sum_below_variants() {
    return kSumBelow;
}
std::span<const simd::Variant<ExtendPathsFunction>> extend_paths_variants() {
    return kExtendPaths;
}

} // namespace telemetry::dsp
