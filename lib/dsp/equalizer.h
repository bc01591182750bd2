// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <span>

#include "telemetry/simd/level.h"

namespace telemetry::dsp {

/// Taps of the equaliser, half a symbol apart, the middle one on the symbol.
inline constexpr std::size_t kEqualizerTaps = 7;
inline constexpr std::size_t kEqualizerRun = 16; ///< symbols a kernel call works on

using EqualizerWeights = std::array<float, kEqualizerTaps>;

/// Sums of a least-squares problem: products of taps with each other and with decisions.
struct NormalEquations {
    std::array<float, kEqualizerTaps*(kEqualizerTaps + 1) / 2> products{}; ///< rows of the triangle
    EqualizerWeights targets{};

    void add(const NormalEquations& other, float weight);
};

/// Sixteen symbols: `on` are the receive filter's values at the symbols, `mid` half a symbol later;
/// two more before and after are read. Values are taken as (value − center)·scale, decisions are
/// their signs.
using AccumulateFunction = void (*)(const float* on, const float* mid, float center, float scale,
                                    NormalEquations& sums);
using EqualizeFunction = void (*)(const float* on, const float* mid, float center, float scale,
                                  const EqualizerWeights& weights, float* out);

std::span<const simd::Variant<AccumulateFunction>> accumulate_variants();
std::span<const simd::Variant<EqualizeFunction>> equalize_variants();

/// The weights with the least mean square error from the decisions, drawn towards the middle tap
/// alone as strongly as `pull` symbols would.
EqualizerWeights solve(const NormalEquations& sums, float pull);

} // namespace telemetry::dsp
