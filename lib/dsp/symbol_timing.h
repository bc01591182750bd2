// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "telemetry/dsp/clock_kernel.h"

namespace telemetry::dsp {

/// Finds the symbol clock of bursts without a loop: the likeliest path through clock phases.
///
/// Each block of 16 nominal symbols yields one phasor of the spectral line at the symbol rate
/// (Oerder and Meyr, "Digital filter and square timing recovery", 1988), normalised by the block's
/// energy. A loop or a sliding mean of such phasors must be slow to survive noise, and then loses
/// the start of each burst, since the noise before it has left a wrong phase. Here the phases of
/// successive blocks are a Markov chain: the phase may creep (clock error) or, at a price, jump
/// (another burst begins). The Viterbi algorithm with a look-ahead of some 200 symbols finds the
/// best path, so a jump falls where the burst begins and each block profits from both sides.
///
/// Transmitters are off by more than crystals are (9677 Bd where 9600 is said): besides the nominal
/// rate there are states of a clock that runs ±7800 ppm off; within 3900 ppm of one of the three
/// the path follows.
class SymbolTiming {
public:
    static constexpr std::size_t kSymbolsPerBlock = 16;
    static constexpr std::size_t kBlocksPerStep = 8; ///< decided at a time
    static constexpr std::size_t kLookahead = 12;    ///< blocks seen beyond those decided

    /// Where the symbols of a block lie, in symbols modulo 1 from the block's start; `end` is near
    /// `start` (the clock's creep over the block).
    struct Clock {
        float start = 0;
        float end = 0;
        bool jump = false;   ///< not continuous with the block before
        float coherence = 0; ///< mean projection of the phasors around onto this clock, about 0…0.5
    };

    SymbolTiming();

    /// The next block's phasor: Σ s(t)·exp(−j2πt/T) / Σ s(t), where s(t) ≥ 0 peaks at the symbols.
    /// True when a step has been decided: clocks() has it.
    bool push(float re, float im) noexcept;

    std::span<const Clock> clocks() const { return clocks_; }

    void reset() noexcept;

private:
    static constexpr int kPhases = 32;
    static constexpr int kRates = 3;
    static constexpr int kRateStep = 4;      ///< phases a block from one rate to the next
    static constexpr std::size_t kReach = 4; ///< blocks to either side averaged around the path
    static constexpr std::size_t kSpan = kReach + kBlocksPerStep + kLookahead;

    struct State {
        int rate = 1, phase = 0;
        int advance() const { return (rate - 1) * kRateStep; } ///< phases a block
    };
    struct Phasor {
        float re = 0, im = 0;
    };
    struct Block {
        Phasor phasor;
        std::array<std::array<std::uint8_t, kPhases>, kRates> came_by{}; ///< which transition
        State jumped_from; ///< where those who jumped came from
        State state;       ///< on the path
    };

    void extend(Block& block) noexcept;
    void decide() noexcept;
    static State before(const Block& block) noexcept;
    static bool continuous(const Block& last, const Block& next) noexcept;
    Phasor around(std::size_t b, float& count) const noexcept;

    std::array<float, kPhases> cosine_, sine_;
    std::array<std::array<float, kPhases>, kRates> score_{};
    float top_ = 0; ///< highest score, and whose it is
    State best_;
    ClockTransitionFunction transitions_;
    std::array<Block, kSpan> blocks_{}; ///< oldest first; the first kReach were decided before
    std::array<Clock, kBlocksPerStep> clocks_{};
    float last_phase_ = 0; ///< refined, of the last block decided
    std::size_t filled_ = kReach;
};

} // namespace telemetry::dsp
