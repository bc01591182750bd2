// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops of CarrierLine and SquaredSpectrum over bins and of PskSymbols over clocks. Every
// variant gives the same bits.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "telemetry/simd/level.h"

namespace telemetry::dsp {

struct PartialSum {
    float sum = 0;
    float count = 0;
};

/// Sum and number of the values that are not above `bound`, in sixteen partial sums.
using SumBelowFunction = PartialSum (*)(const float* values, std::size_t count, float bound);

inline constexpr std::int8_t kPathJumped = 127;

struct PathStep {
    const float* before; ///< scores of the last node, `reach` more readable on either side
    const float* gain;   ///< of the new node
    int reach;           ///< bins that a path may move
    float move_cost;     ///< for each of them
    float jump;          ///< score of a path that comes from elsewhere
    float base;          ///< taken off every score
};

/// score[b] = max(jump, max over |m| ≤ reach of before[b + m] − |m|·move_cost) + gain[b] − base;
/// moves[b] is the m taken (the smallest of equals) or kPathJumped.
using ExtendPathsFunction = void (*)(const PathStep& step, float* score, std::int8_t* moves,
                                     std::size_t count);

inline constexpr std::size_t kClockLanes = 48;

/// Complex weights of one cell for each clock.
struct ClockRow {
    float cosine[kClockLanes] = {};
    float sine[kClockLanes] = {};
};

/// What the cells add up to along each clock.
struct ClockLines {
    float i[kClockLanes] = {};
    float q[kClockLanes] = {};
};

/// sums = Σ_n (line_i[n] + j·line_q[n])·(cosine + j·sine)[n], n rising.
using ClockLinesFunction = void (*)(const float* line_i, const float* line_q, const ClockRow* rows,
                                    std::size_t count, ClockLines& sums);

std::span<const simd::Variant<ClockLinesFunction>> clock_lines_variants();
std::span<const simd::Variant<SumBelowFunction>> sum_below_variants();
std::span<const simd::Variant<ExtendPathsFunction>> extend_paths_variants();

} // namespace telemetry::dsp
