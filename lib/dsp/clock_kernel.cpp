// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/clock_kernel.h"

#include "telemetry/dsp/target.h"

namespace telemetry::dsp {
namespace {

using Numbers16 = std::int32_t __attribute__((vector_size(64)));

using Bytes16 = std::uint8_t __attribute__((vector_size(16)));

/// most, which = max over transitions, in order.
TELEMETRY_INLINE void consider(const float* from, float cost, std::int32_t number, Lanes16& most,
                               Numbers16& which) {
    Lanes16 score;
    load(from, score);
    score -= cost;
    const Numbers16 better = score > most;
    which = better ? Numbers16{} + number : which;
    most = better ? score : most;
}

TELEMETRY_INLINE void clock_body(const ClockTransitions& in, float* scores, std::uint8_t* came_by) {
    for (std::size_t rate = 0; rate < kClockRates; ++rate)
        for (std::size_t p = 0; p < kClockPhases; p += 16) {
            const float* from = in.from[rate].data() + kClockMargin + p;
            Lanes16 most, gain;
            load(from, most);
            Numbers16 which = {};
            for (std::int32_t n = 1; n < 5; ++n)
                consider(from - kClockSteps[static_cast<std::size_t>(n)],
                         kClockStepCosts[static_cast<std::size_t>(n)], n, most, which);
            const Numbers16 jumped = Lanes16{} + in.jump[rate] > most;
            which = jumped ? Numbers16{} + kClockJump : which;
            most = jumped ? Lanes16{} + in.jump[rate] : most;
            load(in.gain.data() + p, gain);
            store(most + gain, scores + rate * kClockPhases + p);
            const Bytes16 bytes = __builtin_convertvector(which, Bytes16);
            std::memcpy(came_by + rate * kClockPhases + p, &bytes, sizeof bytes);
        }
}

void clock_generic(const ClockTransitions& in, float* scores, std::uint8_t* came_by) {
    clock_body(in, scores, came_by);
}
#if defined(__x86_64__)
TELEMETRY_TARGET_AVX2 void clock_avx2(const ClockTransitions& in, float* scores,
                                      std::uint8_t* came_by) {
    clock_body(in, scores, came_by);
}
TELEMETRY_TARGET_AVX512 void clock_avx512(const ClockTransitions& in, float* scores,
                                          std::uint8_t* came_by) {
    clock_body(in, scores, came_by);
}
#endif

constexpr simd::Variant<ClockTransitionFunction> kVariants[] = {
    {simd::Level::generic, clock_generic},
#if defined(__x86_64__)
    {simd::Level::avx2, clock_avx2},
    {simd::Level::avx512, clock_avx512},
#endif
};

} // namespace

std::span<const simd::Variant<ClockTransitionFunction>> clock_transition_variants() {
    return kVariants;
}

} // namespace telemetry::dsp
