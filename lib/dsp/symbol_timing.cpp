// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/symbol_timing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace telemetry::dsp {
namespace {

// Prices, in units of the phasors' projections. A step of 1/32 symbol in 16 symbols is 1950 ppm.
constexpr float kStepCost = 0.04f;
constexpr float kDoubleStepCost = 0.20f;
constexpr float kJumpCost = 1.2f;
constexpr float kOtherRateCost = 0.8f; ///< of a jump to a rate that is not the nominal one
constexpr int kLargestStep = 2;

// Transitions, as came_by has them: from the phase this far before (after the rate's advance).
constexpr std::array<int, 5> kSteps = {0, 1, -1, 2, -2};
constexpr std::array<float, 5> kStepCosts = {0, kStepCost, kStepCost, kDoubleStepCost,
                                             kDoubleStepCost};
constexpr std::uint8_t kJumped = 5;

float wrapped(float symbols) {
    return symbols - std::nearbyint(symbols);
}

constexpr std::size_t ring(int phase) {
    return static_cast<std::size_t>(phase & 31);
}

} // namespace

SymbolTiming::SymbolTiming() {
    static_assert(kPhases == 32);
    for (std::size_t p = 0; p < kPhases; ++p) {
        const double angle = 2 * std::numbers::pi * static_cast<double>(p) / kPhases;
        cosine_[p] = static_cast<float>(std::cos(angle));
        sine_[p] = static_cast<float>(std::sin(angle));
    }
}

void SymbolTiming::reset() noexcept {
    score_ = {};
    blocks_ = {};
    last_phase_ = 0;
    filled_ = kReach;
}

bool SymbolTiming::push(float re, float im) noexcept {
    if (filled_ == kSpan) {
        std::copy(blocks_.begin() + kBlocksPerStep, blocks_.end(), blocks_.begin());
        filled_ -= kBlocksPerStep;
    }
    blocks_[filled_].phasor = {re, im};
    extend(blocks_[filled_]);
    if (++filled_ < kSpan)
        return false;
    decide();
    return true;
}

void SymbolTiming::extend(Block& block) noexcept {
    State best;
    float top = score_[1][0];
    for (int rate = 0; rate < kRates; ++rate)
        for (int p = 0; p < kPhases; ++p)
            if (const float score = score_[static_cast<std::size_t>(rate)][ring(p)]; score > top) {
                top = score;
                best = {rate, p};
            }
    block.jumped_from = best;

    const auto [re, im] = block.phasor;
    for (std::size_t rate = 0; rate < kRates; ++rate) {
        // The ring of phases after the rate's advance, continued at both ends.
        std::array<float, kPhases + 2 * kLargestStep> from;
        const int advance = (static_cast<int>(rate) - 1) * kRateStep;
        for (int i = 0; i < static_cast<int>(from.size()); ++i)
            from[static_cast<std::size_t>(i)] = score_[rate][ring(i - kLargestStep - advance)];
        const float jump = top - kJumpCost - (rate == 1 ? 0.0f : kOtherRateCost);
        std::array<float, kPhases> value;
        std::array<int, kPhases> by;
        for (std::size_t p = 0; p < kPhases; ++p) {
            float most = from[p + 2];
            int which = 0;
            const float a = from[p + 1] - kStepCosts[1], b = from[p + 3] - kStepCosts[2];
            const float c = from[p] - kStepCosts[3], d = from[p + 4] - kStepCosts[4];
            which = a > most ? 1 : which;
            most = a > most ? a : most;
            which = b > most ? 2 : which;
            most = b > most ? b : most;
            which = c > most ? 3 : which;
            most = c > most ? c : most;
            which = d > most ? 4 : which;
            most = d > most ? d : most;
            which = jump > most ? kJumped : which;
            most = jump > most ? jump : most;
            by[p] = which;
            value[p] = most - top + (re * cosine_[p] - im * sine_[p]);
        }
        for (std::size_t p = 0; p < kPhases; ++p) {
            block.came_by[rate][p] = static_cast<std::uint8_t>(by[p]);
            score_[rate][p] = value[p];
        }
    }
}

SymbolTiming::State SymbolTiming::before(const Block& block) noexcept {
    const State& state = block.state;
    const std::uint8_t by = block.came_by[static_cast<std::size_t>(state.rate)][ring(state.phase)];
    if (by == kJumped)
        return block.jumped_from;
    return {state.rate, (state.phase - state.advance() - kSteps[by]) & (kPhases - 1)};
}

bool SymbolTiming::continuous(const Block& last, const Block& next) noexcept {
    const int step = (next.state.phase - last.state.phase - next.state.advance()) & (kPhases - 1);
    return next.state.rate == last.state.rate &&
           (step <= kLargestStep || step >= kPhases - kLargestStep);
}

/// Sum of the phasors around block b, turned to its clock: re along it, im ahead of it.
SymbolTiming::Phasor SymbolTiming::around(std::size_t b, float& count) const noexcept {
    Phasor sum;
    count = 0;
    const State& state = blocks_[b].state;
    const auto add = [&](std::size_t k) {
        const int distance = static_cast<int>(k) - static_cast<int>(b);
        const std::size_t phase = ring(state.phase + distance * state.advance());
        const auto [re, im] = blocks_[k].phasor;
        sum.re += re * cosine_[phase] - im * sine_[phase];
        sum.im -= re * sine_[phase] + im * cosine_[phase];
        count += 1;
    };
    add(b);
    for (std::size_t k = b; k > b - kReach && continuous(blocks_[k - 1], blocks_[k]); --k)
        add(k - 1);
    for (std::size_t k = b + 1; k <= b + kReach && continuous(blocks_[k - 1], blocks_[k]); ++k)
        add(k);
    return sum;
}

void SymbolTiming::decide() noexcept {
    State& last = blocks_.back().state;
    float top = score_[1][0];
    last = {};
    for (int rate = 0; rate < kRates; ++rate)
        for (int p = 0; p < kPhases; ++p)
            if (const float score = score_[static_cast<std::size_t>(rate)][ring(p)]; score > top) {
                top = score;
                last = {rate, p};
            }
    for (std::size_t b = kSpan - 1; b > kReach; --b)
        blocks_[b - 1].state = before(blocks_[b]);

    // The phases of a step's blocks and the one after, refined by the phasors around them.
    std::array<float, kBlocksPerStep + 1> phase, coherence;
    for (std::size_t i = 0; i <= kBlocksPerStep; ++i) {
        const std::size_t b = kReach + i;
        float count = 0;
        const Phasor sum = around(b, count);
        const float ahead = sum.re > 0 ? sum.im / sum.re / (2 * std::numbers::pi_v<float>) : 0.0f;
        phase[i] =
            static_cast<float>(blocks_[b].state.phase) / kPhases + std::clamp(ahead, -0.05f, 0.05f);
        coherence[i] = sum.re / count;
    }

    float previous = last_phase_;
    for (std::size_t i = 0; i < kBlocksPerStep; ++i) {
        const std::size_t b = kReach + i;
        Clock& clock = clocks_[i];
        clock.jump = !continuous(blocks_[b - 1], blocks_[b]);
        const float half_advance = static_cast<float>(blocks_[b].state.advance()) / (2 * kPhases);
        clock.start =
            clock.jump ? phase[i] - half_advance : phase[i] - wrapped(phase[i] - previous) / 2;
        clock.end = continuous(blocks_[b], blocks_[b + 1])
                        ? phase[i] + wrapped(phase[i + 1] - phase[i]) / 2
                        : phase[i] + half_advance;
        clock.coherence = coherence[i];
        previous = phase[i];
    }
    last_phase_ = previous;
}

} // namespace telemetry::dsp
