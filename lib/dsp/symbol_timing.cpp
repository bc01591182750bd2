// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/symbol_timing.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace telemetry::dsp {
namespace {

// Prices, in units of the phasors' projections. A step of 1/32 symbol in 16 symbols is 1950 ppm.
constexpr float kStepCost = 0.04f;
constexpr float kDoubleStepCost = 0.20f;
constexpr float kJumpCost = 1.2f;
constexpr int kLargestStep = 2;

float wrapped(float symbols) {
    return symbols - std::nearbyint(symbols);
}

} // namespace

SymbolTiming::SymbolTiming() {
    for (std::size_t p = 0; p < kPhases; ++p) {
        const double angle = 2 * std::numbers::pi * static_cast<double>(p) / kPhases;
        cosine_[p] = static_cast<float>(std::cos(angle));
        sine_[p] = static_cast<float>(std::sin(angle));
    }
}

void SymbolTiming::reset() noexcept {
    score_ = {};
    phasors_ = {};
    path_ = {};
    last_phase_ = 0;
    filled_ = kReach;
}

bool SymbolTiming::push(float re, float im) noexcept {
    if (filled_ == kSpan) {
        const auto keep = kSpan - kBlocksPerStep;
        std::copy_n(phasors_.begin() + kBlocksPerStep, keep, phasors_.begin());
        std::copy_n(came_from_.begin() + kBlocksPerStep, keep, came_from_.begin());
        std::copy_n(path_.begin() + kBlocksPerStep, keep, path_.begin());
        filled_ = keep;
    }
    phasors_[filled_] = {re, im};
    extend(re, im);
    if (++filled_ < kSpan)
        return false;
    decide();
    return true;
}

void SymbolTiming::extend(float re, float im) noexcept {
    // The ring of phases, continued at both ends.
    std::array<float, kPhases + 2 * kLargestStep> ring;
    for (std::size_t i = 0; i < ring.size(); ++i)
        ring[i] = score_[(i + kPhases - kLargestStep) % kPhases];
    std::size_t best = 0;
    for (std::size_t p = 1; p < kPhases; ++p)
        if (score_[p] > score_[best])
            best = p;
    const float top = score_[best];

    auto& from = came_from_[filled_];
    for (std::size_t p = 0; p < kPhases; ++p) {
        float value = ring[p + 2];
        std::size_t source = p;
        const auto consider = [&](float candidate, std::size_t phase) {
            source = candidate > value ? phase : source;
            value = candidate > value ? candidate : value;
        };
        consider(ring[p + 1] - kStepCost, (p + kPhases - 1) % kPhases);
        consider(ring[p + 3] - kStepCost, (p + 1) % kPhases);
        consider(ring[p] - kDoubleStepCost, (p + kPhases - 2) % kPhases);
        consider(ring[p + 4] - kDoubleStepCost, (p + 2) % kPhases);
        consider(top - kJumpCost, best);
        from[p] = static_cast<std::uint8_t>(source);
        score_[p] = value - top + (re * cosine_[p] - im * sine_[p]);
    }
}

void SymbolTiming::decide() noexcept {
    const auto end = std::max_element(score_.begin(), score_.end());
    path_[kSpan - 1] = static_cast<std::uint8_t>(end - score_.begin());
    for (std::size_t b = kSpan - 1; b > kReach; --b)
        path_[b - 1] = came_from_[b][path_[b]];

    const auto continuous = [&](std::size_t b) { // between blocks b − 1 and b
        const int step =
            (path_[b] - path_[b - 1] + static_cast<int>(kPhases)) % static_cast<int>(kPhases);
        return step <= kLargestStep || step >= static_cast<int>(kPhases) - kLargestStep;
    };

    // The phases of a step's blocks and the one after, refined by the phasors around them.
    std::array<float, kBlocksPerStep + 1> phase, coherence;
    for (std::size_t i = 0; i <= kBlocksPerStep; ++i) {
        const std::size_t b = kReach + i;
        Phasor sum = phasors_[b];
        float count = 1;
        for (std::size_t k = b; k > b - kReach && continuous(k); --k, ++count) {
            sum.re += phasors_[k - 1].re;
            sum.im += phasors_[k - 1].im;
        }
        for (std::size_t k = b + 1; k <= b + kReach && continuous(k); ++k, ++count) {
            sum.re += phasors_[k].re;
            sum.im += phasors_[k].im;
        }
        const float c = cosine_[path_[b]], s = sine_[path_[b]];
        const float along = sum.re * c - sum.im * s, across = -(sum.re * s + sum.im * c);
        const float refine = along > 0 ? across / along / (2 * std::numbers::pi_v<float>) : 0.0f;
        phase[i] = static_cast<float>(path_[b]) / kPhases + std::clamp(refine, -0.05f, 0.05f);
        coherence[i] = along / count;
    }

    float before = last_phase_;
    for (std::size_t i = 0; i < kBlocksPerStep; ++i) {
        const std::size_t b = kReach + i;
        Clock& clock = clocks_[i];
        clock.jump = !continuous(b);
        clock.start = clock.jump ? phase[i] : phase[i] - wrapped(phase[i] - before) / 2;
        clock.end = continuous(b + 1) ? phase[i] + wrapped(phase[i + 1] - phase[i]) / 2 : phase[i];
        clock.coherence = coherence[i];
        before = phase[i];
    }
    last_phase_ = before;
}

} // namespace telemetry::dsp
