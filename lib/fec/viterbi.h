// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/fec/convolutional.h"
#include "telemetry/simd/level.h"

namespace telemetry::fec {

/// Add-compare-select over the 64 states of a K=7 rate 1/2 code, with the decisions kept.
///
/// Soft symbols are used as they come (int8). Path metrics are int16 that wrap around: metrics
/// differ by at most 6 × 508, so their differences stay right and nothing needs normalising.
class ViterbiTrellis {
public:
    static constexpr int kStates = 64;

    /// `limit`: the highest level of kernel to use.
    explicit ViterbiTrellis(const ConvolutionalCode& code,
                            simd::Level limit = simd::chosen_level());

    /// All paths start in state 0 (a block), or anywhere (a stream).
    void start_at_zero() noexcept;
    void start_anywhere() noexcept { state_.metrics.fill(0); }

    /// One step for each pair of symbols and each element of `decisions`: bit s says which of its
    /// two predecessors state s came from.
    void advance(std::span<const std::int8_t> symbols, std::span<std::uint64_t> decisions) noexcept;

    int best_state() const noexcept;

    /// The step from `state` back: returns the data bit that led to it.
    static std::uint8_t step_back(std::uint64_t decision, int& state) noexcept {
        const auto bit = static_cast<std::uint8_t>(state >> 5);
        state = (state & 31) << 1 | static_cast<int>(decision >> state & 1);
        return bit;
    }

    /// Both symbols that the encoder sends for the newest bit of `window`, the first one higher.
    unsigned pair(unsigned window) const noexcept { return pairs_[window]; }

    /// What a variant of the kernel works on.
    struct State {
        alignas(64) std::array<std::int16_t, kStates> metrics{};
        alignas(64) std::array<std::int16_t, 32> first{};  ///< ±1: sense of the first symbol
        alignas(64) std::array<std::int16_t, 32> second{}; ///< and of the second
    };
    using Advance = void (*)(State&, const std::int8_t* symbols, std::uint64_t* decisions,
                             std::size_t steps) noexcept;

private:
    std::array<std::uint8_t, 128> pairs_{};
    State state_;
    Advance advance_;
};

/// Terminated blocks: from state 0 to state 0, `tail` bits of zeros at the end (at least six).
class ViterbiBlock {
public:
    ViterbiBlock(const ConvolutionalCode& code, std::size_t longest_bits);

    /// Decodes symbols.size() / 2 bits with the tail into `bits`; returns the number of symbols
    /// whose sign was wrong.
    int decode(std::span<const std::int8_t> symbols, std::span<std::uint8_t> bits) noexcept;

private:
    ViterbiTrellis trellis_;
    std::vector<std::uint64_t> decisions_;
};

/// A stream without end: each data bit is decided when 96 more have come (14 constraint lengths:
/// nothing is lost against an endless look-ahead), in groups of 64.
class ViterbiStream {
public:
    static constexpr std::size_t kGroup = 64;
    static constexpr std::size_t kLookAhead = 96;

    explicit ViterbiStream(const ConvolutionalCode& code);

    struct Decoded {
        std::array<std::uint8_t, kGroup + kLookAhead> bits;
        std::array<std::uint8_t, kGroup + kLookAhead> corrected; ///< of the two symbols: 0, 1, 2
        std::size_t count = 0;
    };

    /// Takes up to as many symbols as complete a group; `taken` says how many. True when there are
    /// decoded bits, the same ones however the symbols are cut into calls.
    bool process(std::span<const std::int8_t> symbols, std::size_t& taken, Decoded& out) noexcept;

    /// Decides what is still inside, without look-ahead.
    void finish(Decoded& out) noexcept;

    void reset() noexcept;

private:
    void trace(std::size_t count, Decoded& out) noexcept;

    ViterbiTrellis trellis_;
    std::array<std::int8_t, 2 * (kGroup + kLookAhead)> symbols_{};
    std::array<std::uint64_t, kGroup + kLookAhead> decisions_{};
    std::size_t held_ = 0;     ///< symbols
    std::size_t advanced_ = 0; ///< steps of them that the trellis has seen
    unsigned encoder_ = 0;     ///< the last six bits decoded, for comparing with the symbols
};

} // namespace telemetry::fec
