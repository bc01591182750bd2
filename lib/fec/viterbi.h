// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "telemetry/base/stage.h"
#include "telemetry/fec/convolutional.h"
#include "telemetry/fec/viterbi_engine.h"
#include "telemetry/simd/level.h"

namespace telemetry::fec {

/// Data bits as a Viterbi decoder decides them, and how sure it was.
struct DecodedBits {
    std::int64_t first_bit = 0; ///< number of the first one, counted from the last reset
    std::size_t count = 0;
    /// Packed, the first bit in the highest place; beyond `count` zeros.
    std::span<const std::uint8_t> bits = {};
    /// In the same places: 1 where a symbol of this bit had the wrong sign.
    std::span<const std::uint8_t> suspect = {};
    /// Symbols of wrong sign among these bits, and symbols that were not erased.
    std::size_t wrong_symbols = 0;
    std::size_t symbols = 0;
};

/// A stream without end.
///
/// Add-compare-select goes on without a break; bits are decided in groups of 96, by a trace back
/// from the best state `look_ahead` bits behind the group. Nothing is lost against an endless
/// look-ahead, what comes out does not depend on how the symbols are cut into calls, and whoever
/// brings few symbols at a time waits for no more than group and look-ahead. Groups are traced
/// several at a time where they are there, which hides the latency of each step.
///
/// The level of the symbols does not matter (see ViterbiEngine).
class ViterbiStream {
public:
    static constexpr std::size_t kGroup = 96;     ///< bits
    static constexpr std::size_t kLookAhead = 48; ///< bits; enough for rates up to 1/2

    /// `look_ahead`: a multiple of 48. Punctured codes need more (see punctured_look_ahead()).
    explicit ViterbiStream(const ConvolutionalCode& code, std::size_t look_ahead = kLookAhead,
                           simd::Level limit = simd::chosen_level());

    /// Yields all bits that are decided, the same ones however the symbols are cut into calls; how
    /// they are cut into items does depend on it. An item has a multiple of 96 bits, but for
    /// the last one, of finish().
    void process(std::span<const std::int8_t> symbols, Sink<DecodedBits>& sink) noexcept;

    /// Decides what is still inside, without look-ahead. reset() has to follow before more symbols.
    void finish(Sink<DecodedBits>& sink) noexcept;

    /// A byte per bit, one group at a time.
    struct Decoded {
        std::array<std::uint8_t, kGroup + kLookAhead> bits;
        std::array<std::uint8_t, kGroup + kLookAhead> corrected; ///< symbols of wrong sign
        std::size_t count = 0;
    };

    /// Takes up to as many symbols as complete a group; `taken` says how many. True when there are
    /// decoded bits. For the least look-ahead only.
    bool process(std::span<const std::int8_t> symbols, std::size_t& taken, Decoded& out) noexcept;
    void finish(Decoded& out) noexcept;

    void reset() noexcept;

private:
    void take(std::span<const std::int8_t> slices, Sink<DecodedBits>& sink) noexcept;
    void yield(std::size_t slices, std::size_t bits, Sink<DecodedBits>& sink) noexcept;
    void unpack(const DecodedBits& decoded, Decoded& out) const noexcept;

    std::size_t look_ahead_; ///< slices
    std::size_t slice_symbols_;
    std::unique_ptr<ViterbiEngine> engine_;
    std::vector<std::int8_t> partial_; ///< a slice that is not complete
    std::size_t partial_size_ = 0;
    std::int64_t bits_ = 0; ///< decided
    unsigned encoder_ = 0;  ///< the last bits decided, for comparing with the symbols
    std::vector<std::uint64_t> words_;
    std::vector<std::uint64_t> suspects_;
    std::vector<std::uint64_t> wrong_;
    std::vector<std::uint8_t> begins_;
    std::vector<std::uint8_t> packed_;
    std::vector<std::uint8_t> packed_suspects_;
};

/// Look-ahead for `kept` symbols of each `period` symbols of a K=7 mother code of rate 1/2: the
/// longer a code is punctured, the later its paths merge.
constexpr std::size_t punctured_look_ahead(unsigned period, unsigned kept) noexcept {
    const unsigned dropped = period - kept;
    return dropped == 0 ? 48 : 3 * dropped <= period ? 144 : 192;
}

/// Whole blocks, decided by maximum likelihood. Long blocks are traced back in pieces side by side;
/// where a piece does not begin in the state where its forerunner ends, it is traced again. Metrics
/// saturate (see viterbi_k7.h): only a block whose tail is wrong throughout can lose by it.
class ViterbiBlock {
public:
    ViterbiBlock(const ConvolutionalCode& code, std::size_t longest_bits,
                 simd::Level limit = simd::chosen_level());

    /// From state 0 to state 0: the last K − 1 of the bits are zeros. Decodes all the bits, with
    /// the tail, into `bits`; returns the number of symbols whose sign was wrong.
    int decode(std::span<const std::int8_t> symbols, std::span<std::uint8_t> bits) noexcept;

    /// The same, packed, the first bit in the highest place.
    int decode_packed(std::span<const std::int8_t> symbols, std::span<std::uint8_t> bytes) noexcept;

    /// Begins in the state in which it ends, whichever. The trellis is walked around with some of
    /// the block before its start and behind its end, further around while the path found does not
    /// close.
    int decode_tail_biting(std::span<const std::int8_t> symbols,
                           std::span<std::uint8_t> bits) noexcept;

private:
    static constexpr std::size_t kAround = 96; ///< bits walked in front and behind, two slices

    int decode_words(std::span<const std::int8_t> symbols) noexcept;
    void start(ViterbiEngine::Start start) noexcept;
    void advance(std::span<const std::int8_t> symbols) noexcept;
    void trace(std::size_t end, unsigned state) noexcept;

    ConvolutionalCode code_;
    std::size_t outputs_;
    std::size_t longest_;  ///< bits
    std::size_t capacity_; ///< slices
    std::unique_ptr<ViterbiEngine> engine_;
    std::vector<std::int8_t> extended_;
    std::vector<std::uint64_t> words_;
    std::vector<std::uint64_t> suspects_;
    std::vector<std::uint8_t> begins_;
    std::vector<std::uint64_t> wrong_;
    std::size_t groups_ = 0; ///< traced
};

} // namespace telemetry::fec
