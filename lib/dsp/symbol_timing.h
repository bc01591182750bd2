// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

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
    static constexpr std::size_t kPhases = 32;
    static constexpr std::size_t kReach = 4; ///< blocks to either side averaged around the path
    static constexpr std::size_t kSpan = kReach + kBlocksPerStep + kLookahead;

    void extend(float re, float im) noexcept;
    void decide() noexcept;

    struct Phasor {
        float re = 0, im = 0;
    };
    std::array<float, kPhases> cosine_, sine_;
    std::array<float, kPhases> score_{};
    /// Of the last kSpan blocks, oldest first; the first kReach were decided before.
    std::array<Phasor, kSpan> phasors_{};
    std::array<std::array<std::uint8_t, kPhases>, kSpan> came_from_{};
    std::array<std::uint8_t, kSpan> path_{};
    std::array<Clock, kBlocksPerStep> clocks_{};
    float last_phase_ = 0; ///< refined, of the last block decided
    std::size_t filled_ = kReach;
};

} // namespace telemetry::dsp
