// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <span>

#include "telemetry/simd/level.h"

namespace telemetry::dsp {

/// Two levels, centre ± amplitude, that symbols scatter around.
struct TwoLevels {
    float center = 0;
    float amplitude = 0;
    float variance = 0; ///< mean square distance from the nearer level

    /// Power ratio of level to scatter. About 1.75 for Gaussian noise cut in two.
    float quality() const {
        const float rounding = 1e-8f * center * center; // what a constant may scatter by
        const float scatter = variance + rounding;
        return scatter > 0 ? amplitude * amplitude / scatter : 0;
    }
};

inline constexpr std::size_t kLevelWindow = 64; ///< symbols a fit looks at

/// Fits two levels to kLevelWindow symbols by k-means from their mean. The halves may be of any
/// size, so long runs and unbalanced data (HDLC flags spend 7 of 8 symbols on one level) do not
/// shift the centre as they shift a mean.
using TwoLevelFunction = void (*)(const float* symbols, TwoLevels& fit);

/// Mean square distance of kLevelWindow symbols from the nearer of the levels given.
using ScatterFunction = float (*)(const float* symbols, float center, float amplitude);

std::span<const simd::Variant<TwoLevelFunction>> two_level_variants();
std::span<const simd::Variant<ScatterFunction>> scatter_variants();

} // namespace telemetry::dsp
