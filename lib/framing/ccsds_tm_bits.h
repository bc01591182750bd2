// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "telemetry/fec/bits.h"
#include "telemetry/fec/line_code.h"
#include "telemetry/fec/puncturing.h"
#include "telemetry/fec/viterbi.h"
#include "telemetry/framing/block_finder.h"

namespace telemetry::framing {

enum class Precoding : std::uint8_t { none, differential }; ///< differential: NRZ-M

/// A stream of packed bits with the blocks found in it, and what is known of where the bits came
/// from.
class CcsdsLane {
public:
    using Block = BlockFinder::Block;

    CcsdsLane(int sync_threshold, std::size_t block_bits);
    virtual ~CcsdsLane() = default;

    /// The line symbol that bit number `bit` begins with.
    virtual std::int64_t symbol_of(std::int64_t bit) const noexcept = 0;
    /// How sure the bytes from bit `start` on are, one value each, high = certain.
    virtual void trust(std::int64_t start, std::span<std::uint8_t> out) const noexcept = 0;
    /// Bits among [begin, end) that an inner code corrected a symbol of.
    virtual int corrected(std::int64_t begin, std::int64_t end) const noexcept = 0;

    /// Whether a good marker came just one block before this one. Notes this one too.
    bool follows(const Block& block) noexcept;

    /// The bits that come do not follow the ones before.
    void begin_anew() noexcept;

    BlockFinder finder;

private:
    std::int64_t period_;             ///< bits from marker to marker
    std::array<Block, 64> markers_{}; ///< good ones seen lately
    std::size_t marker_count_ = 0;
};

/// Says what to make of a block.
struct BlockExaminer {
    virtual ~BlockExaminer() = default;
    virtual BlockFinder::Verdict examine(CcsdsLane& lane,
                                         const BlockFinder::Block& block) noexcept = 0;
};

/// Line symbols → lanes of packed bits.
class CcsdsBits {
public:
    virtual ~CcsdsBits() = default;
    virtual void process(std::span<const std::int8_t> symbols,
                         BlockExaminer& examiner) noexcept = 0;
    virtual void finish(BlockExaminer& examiner) noexcept = 0;
    virtual void reset() noexcept = 0;
};

struct CcsdsBitsOptions {
    int sync_threshold;
    std::size_t block_bits;
    Precoding precoding;
};

/// Without convolutional code: a bit is the sign of its symbol, or with precoding of two symbols.
std::unique_ptr<CcsdsBits> make_sign_bits(const CcsdsBitsOptions& options);

/// Behind a Viterbi decoder: see CcsdsPairs and CcsdsPunctured.
std::unique_ptr<CcsdsBits> make_decoded_bits(const CcsdsBitsOptions& options,
                                             const fec::PuncturedCode& code);

/// Bits that a Viterbi decoder decided, and which of them are suspect.
class DecodedLane final : public CcsdsLane {
public:
    DecodedLane(const CcsdsBitsOptions& options, unsigned symbols_per_period,
                unsigned bits_per_period);

    /// Bit 0 will begin with line symbol `symbol`.
    void begin(std::int64_t symbol) noexcept;

    void take(const fec::DecodedBits& decoded, BlockExaminer& examiner) noexcept;

    /// A marker found among the line symbols; `block.start` is one of these.
    void propose(Block block) noexcept;

    std::int64_t symbol_of(std::int64_t bit) const noexcept override;
    void trust(std::int64_t start, std::span<std::uint8_t> out) const noexcept override;
    int corrected(std::int64_t begin, std::int64_t end) const noexcept override;

private:
    Precoding precoding_;
    unsigned symbols_per_period_;
    unsigned bits_per_period_;
    std::int64_t first_symbol_ = 0;
    fec::DifferentialDecoder line_code_;
    std::vector<std::uint8_t> suspects_; ///< of the finder's bits: 1 where a symbol was wrong
};

} // namespace telemetry::framing
