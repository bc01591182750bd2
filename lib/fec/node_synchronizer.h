// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "telemetry/base/stage.h"
#include "telemetry/fec/bits.h"
#include "telemetry/fec/parity_check.h"
#include "telemetry/fec/viterbi.h"

namespace telemetry::fec {

/// What NodeSynchronizer yields.
struct SynchronizedBits {
    DecodedBits decoded;
    /// Number of the line symbol with which bit `decoded.first_bit` begins, counted from the last
    /// reset. Bit i begins with the symbol first_symbol + i · symbols_per_period / bits_per_period.
    std::int64_t first_symbol = 0;
    /// The first bit does not follow the last one yielded. What follows may cover symbols that were
    /// decoded in another way before.
    enum class Continuity : std::uint8_t { follows, begins } continuity = Continuity::follows;
    bool locked = false; ///< a parity check of the code says so
};

/// Convolutionally coded symbols whose pairs, puncturing phase and inversion are not known, by one
/// decoder.
///
/// All the ways are judged by a parity check of the code on the signs of the symbols, 64 at a time,
/// in blocks of some 512 symbols; one Viterbi decoder follows the best. A way is left when another
/// one did significantly better in the last 1, 2, 4 … 32 blocks: at the first lock, and after a bit
/// slip. Then the symbols of these blocks, which are kept, are decoded again the right way, so that
/// neither costs a frame that is whole. Decoding waits for nothing; bits come as they do from
/// ViterbiStream, the same ones however the symbols are cut into calls.
///
/// The sense of all symbols together cannot be known, the codes being transparent to it.
class NodeSynchronizer {
public:
    /// What a demodulator may have done to the symbols. `quarter_turn`: QPSK whose I and Q are a
    /// pair, turned by 90°: the symbols of a pair are exchanged, and one of them is inverted.
    enum class Ambiguity : std::uint8_t { phase, quarter_turn };

    struct Options {
        ConvolutionalCode code = kConvolutionalCcsds;
        Puncturing puncturing = {};
        Ambiguity ambiguity = Ambiguity::phase;
        simd::Level limit = simd::chosen_level();
    };

    explicit NodeSynchronizer(const Options& options);

    void process(std::span<const std::int8_t> symbols, Sink<SynchronizedBits>& sink) noexcept;

    /// Decides what is still inside.
    void finish(Sink<SynchronizedBits>& sink) noexcept;

    void reset() noexcept;

    /// Somebody knows better, from an encoded sync marker: a puncturing period (without puncturing:
    /// a bit) begins with line symbol `symbol`, among the last few thousands. What is kept from
    /// there on, and a lead before, is decoded again unless it already was in this way.
    void align(std::int64_t symbol, Sink<SynchronizedBits>& sink) noexcept;

    unsigned symbols_per_period() const noexcept { return period_; }
    unsigned bits_per_period() const noexcept { return bits_; }
    bool locked() const noexcept { return locked_; }

private:
    static constexpr std::size_t kLongest = 32;    ///< blocks that are looked back on
    static constexpr std::size_t kSums = 64;       ///< a power of two above kLongest
    static constexpr std::size_t kKeptBlocks = 72; ///< whose symbols can be decoded again

    struct Variant {
        ParityCheck check;
        std::array<std::unique_ptr<ViterbiStream>, 2> streams; ///< by sense
    };
    struct Way {
        std::size_t variant = 0;
        unsigned phase = 0; ///< number of the first whole period's first symbol
        unsigned sense = 0; ///< 1: the second symbol of a pair is inverted against the code

        bool operator==(const Way&) const = default;
    };

    void judge_block() noexcept;
    struct Verdict {
        Way way;                ///< the best
        std::size_t blocks = 0; ///< in which it was, if another than before
        bool locked = false;    ///< the one before is right
    };
    std::int64_t* sums(std::size_t blocks) noexcept;
    Verdict compare_ways() noexcept;
    void follow(const Way& way, std::int64_t from) noexcept;
    void decode_kept(Sink<SynchronizedBits>& sink) noexcept;
    ViterbiStream& stream() noexcept { return *variants_[way_.variant].streams[way_.sense]; }

    Puncturing puncturing_;
    unsigned period_; ///< symbols on the line
    unsigned bits_;   ///< in a period
    std::size_t block_symbols_;
    std::vector<Variant> variants_;
    SignPacker pack_;
    std::vector<std::uint64_t> masks_; ///< by place in a period: its symbols in a block
    std::vector<std::uint8_t> packed_; ///< signs of a block
    std::vector<std::uint64_t> signs_; ///< in words, behind the last word of the block before
    std::vector<std::uint64_t> failed_;

    std::vector<std::int8_t> kept_; ///< the last symbols taken
    std::size_t kept_size_ = 0;
    std::int64_t taken_ = 0;         ///< symbols
    std::int64_t decoded_ = 0;       ///< of them the decoder has seen, or skipped
    std::vector<std::int64_t> sums_; ///< by block modulo kSums, variant and phase
    std::vector<double> scales_;     ///< by window: to standard deviations
    unsigned senses_ = 1;            ///< that can be told apart
    std::size_t blocks_ = 0;
    std::size_t fresh_ = 0; ///< blocks that count: since the way was taken

    Way way_;
    bool locked_ = false;
    std::int64_t start_ = 0; ///< the symbol that the decoder started with
    SynchronizedBits::Continuity continuity_ = SynchronizedBits::Continuity::begins;
    Depuncturer depuncturer_;
    std::vector<std::int8_t> mother_;
};

} // namespace telemetry::fec
