// SPDX-License-Identifier: GPL-3.0-or-later
// One step of the Viterbi algorithm over the phases and rates of a symbol clock (SymbolTiming).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "telemetry/simd/level.h"

namespace telemetry::dsp {

inline constexpr std::size_t kClockPhases = 32;
inline constexpr std::size_t kClockRates = 3;
inline constexpr std::size_t kClockMargin = 2; ///< phases that a transition may step

/// Transition n comes from kClockSteps[n] phases before, at a price in units of the gains; the one
/// numbered kClockJump from the best state of all. A step of 1/32 symbol in 16 is 1950 ppm.
inline constexpr std::array<int, 5> kClockSteps = {0, 1, -1, 2, -2};
inline constexpr std::array<float, 5> kClockStepCosts = {0, 0.04f, 0.04f, 0.20f, 0.20f};
inline constexpr std::uint8_t kClockJump = 5;

struct ClockTransitions {
    /// Scores before, with the last phases of the ring in front and the first ones behind.
    std::array<std::array<float, kClockPhases + 2 * kClockMargin>, kClockRates> from;
    std::array<float, kClockRates> jump; ///< score of a jump
    std::array<float, kClockPhases> gain;
};

/// scores[rate·kClockPhases + phase] and which transition led there. On a tie the lower number.
using ClockTransitionFunction = void (*)(const ClockTransitions& in, float* scores,
                                         std::uint8_t* came_by);

std::span<const simd::Variant<ClockTransitionFunction>> clock_transition_variants();

} // namespace telemetry::dsp
