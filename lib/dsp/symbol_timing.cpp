// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/symbol_timing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace telemetry::dsp {
namespace {

constexpr float kJumpCost = 1.2f;      ///< in units of the phasors' projections
constexpr float kOtherRateCost = 0.8f; ///< of a jump to a rate that is not the nominal one
constexpr int kLargestStep = 2;
static_assert(kLargestStep == kClockMargin);

float wrapped(float symbols) {
    return symbols - std::nearbyint(symbols);
}

constexpr std::size_t ring(int phase) {
    return static_cast<std::size_t>(phase & 31);
}

} // namespace

SymbolTiming::SymbolTiming() : transitions_(simd::choose(clock_transition_variants())) {
    static_assert(kPhases == kClockPhases && kRates == kClockRates);
    for (std::size_t p = 0; p < kPhases; ++p) {
        const double angle = 2 * std::numbers::pi * static_cast<double>(p) / kPhases;
        cosine_[p] = static_cast<float>(std::cos(angle));
        sine_[p] = static_cast<float>(std::sin(angle));
    }
}

void SymbolTiming::reset() noexcept {
    score_ = {};
    best_ = {};
    top_ = 0;
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
    block.jumped_from = best_;
    ClockTransitions work;
    for (std::size_t rate = 0; rate < kRates; ++rate) {
        // The ring of phases after the rate's advance, continued at both ends.
        const int advance = (static_cast<int>(rate) - 1) * kRateStep;
        for (int i = 0; i < kPhases + 2 * kLargestStep; ++i)
            work.from[rate][static_cast<std::size_t>(i)] =
                score_[rate][ring(i - kLargestStep - advance)];
        work.jump[rate] = top_ - kJumpCost - (rate == 1 ? 0.0f : kOtherRateCost);
    }
    const auto [re, im] = block.phasor;
    for (std::size_t p = 0; p < kPhases; ++p)
        work.gain[p] = re * cosine_[p] - im * sine_[p] - top_;
    transitions_(work, &score_[0][0], &block.came_by[0][0]);

    best_ = {};
    top_ = score_[1][0];
    for (int rate = 0; rate < kRates; ++rate) {
        const auto& row = score_[static_cast<std::size_t>(rate)];
        float most = row[0];
        for (const float score : row)
            most = score > most ? score : most;
        if (most > top_ || rate == 0) {
            top_ = most;
            best_ = {rate, static_cast<int>(std::find(row.begin(), row.end(), most) - row.begin())};
        }
    }
}

SymbolTiming::State SymbolTiming::before(const Block& block) noexcept {
    const State& state = block.state;
    const std::uint8_t by = block.came_by[static_cast<std::size_t>(state.rate)][ring(state.phase)];
    if (by == kClockJump)
        return block.jumped_from;
    return {state.rate, (state.phase - state.advance() - kClockSteps[by]) & (kPhases - 1)};
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
    blocks_.back().state = best_;
    for (std::size_t b = kSpan - 1; b > kReach; --b)
        blocks_[b - 1].state = before(blocks_[b]);

    // The phases of a step's blocks and the one after, refined by the phasors around them.
    constexpr std::size_t kRefined = kBlocksPerStep + 1;
    std::array<float, kRefined> phase;
    std::array<float, kRefined> coherence;
    for (std::size_t i = 0; i < kRefined; ++i) {
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
