// SPDX-License-Identifier: GPL-3.0-or-later
// One pass of a component decoder of the CCSDS turbo codes over all its windows.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "telemetry/simd/level.h"

namespace telemetry::fec {

inline constexpr std::size_t kTurboStates = 16;
inline constexpr std::size_t kTurboWindows = 32;

/// What the windows have at one of their steps: log-likelihood ratios, positive = bit 1.
struct alignas(64) TurboLanes {
    std::array<std::int16_t, kTurboWindows> of{};
};

/// Units of a log-likelihood ratio in one nat. State metrics count twice as many.
inline constexpr int kTurboNat = 8;
/// Greatest values from the channel and between the component decoders.
inline constexpr int kTurboMostChannel = 96;
inline constexpr int kTurboMostExtrinsic = 127;

/// State metrics are unsigned, around this. Two of them are added in a pass. A step with three
/// parities changes them by at most 127 + 4 × 96 = 511, and after four steps any state was reached
/// from any other: in 16 steps between normalisations they wander less than 20 × 511 from here.
inline constexpr std::uint16_t kTurboZero = 16384;
/// Of a state that cannot be.
inline constexpr std::uint16_t kTurboNever = kTurboZero - 8000;

/// Metrics of the states at one place.
using TurboMetrics = std::array<std::uint16_t, kTurboStates>;

/// In front of the first step.
inline constexpr TurboMetrics kTurboStart = [] {
    TurboMetrics metrics{};
    metrics.fill(kTurboNever);
    metrics[0] = kTurboZero;
    return metrics;
}();

/// Least magnitude of a decision that is sure: four nats. Some bit that comes right only later may
/// stay undecided, hence unchanged, for an iteration.
inline constexpr std::int16_t kTurboSure = 4 * kTurboNat;

/// Steps that a window begins early, in the neighbour's part.
inline constexpr std::size_t kTurboTraining = 12;

/// State metrics from which the next iteration starts.
struct TurboEdges {
    using Rows = std::array<std::array<std::uint16_t, 2 * kTurboWindows>, kTurboStates>;
    /// Column w + 1: kTurboTraining steps before the end of window w, where window w + 1 starts.
    Rows forward;
    /// Column w: kTurboTraining steps behind the start of window w, where window w - 1 starts.
    Rows backward;
};

/// Log-likelihood ratios are for each step those of all windows (TurboLanes).
struct TurboWork {
    const std::int16_t* channel;    ///< systematic symbols
    const std::int16_t* systematic; ///< the same with what the other component told
    const std::int16_t* parity;     ///< for each step those of one parity after the other
    std::int16_t* known;            ///< result: the channel and what this component tells
    std::int16_t* other;            ///< the same in the order of the other component
    const std::uint16_t* places;    ///< for each of `known`, its index in `other`
    std::size_t steps;              ///< of a window
    std::size_t last_steps;         ///< of the last window: the others of it are not there
    const TurboMetrics* end;        ///< behind the last step
    const TurboEdges* before;
    TurboEdges* after;
    std::int16_t* store; ///< kTurboStates × kTurboWindows for each step, aligned
};

struct TurboDecision {
    const std::int16_t* channel; ///< in the order of the first component, as all here
    const std::int16_t* first;   ///< what it knows, with the channel
    const std::int16_t* second;  ///< and what the second one knows
    const std::int16_t* counts;  ///< -1 for each bit of the block, 0 behind its end
    std::int16_t* decided;       ///< 0 or -1 (bit 1); of the last iteration, then of this one
    std::size_t steps;
};

/// The outputs of a component encoder that are sent: 1, 2, 3 for the forward connections 11011,
/// 10101, 11111.
enum class TurboParity : std::uint8_t { one, two_three, one_two_three, one_three };

using TurboPass = void (*)(const TurboWork&) noexcept;
/// True when no decision changed and all are sure.
using TurboDecide = bool (*)(const TurboDecision&) noexcept;

TurboPass choose_turbo_pass(TurboParity parity, simd::Level limit);
TurboDecide choose_turbo_decide(simd::Level limit);

} // namespace telemetry::fec
