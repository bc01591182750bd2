// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "telemetry/fec/node_synchronizer.h"
#include "telemetry/fec/parity_check.h"
#include "telemetry/framing/ccsds_tm_bits.h"
#include "telemetry/framing/sync_search_soft.h"

namespace telemetry::framing {

/// Which of the two ways to make pairs of a rate 1/2 code's symbols is right, told by the code's
/// parity check on their signs in blocks of 512 symbols.
class PairJudge {
public:
    static constexpr std::size_t kBlock = 512; ///< symbols

    explicit PairJudge(const fec::ConvolutionalCode& code);

    /// The next kBlock symbols.
    void add(std::span<const std::int8_t> symbols) noexcept;
    void reset() noexcept;

    /// Pairs begin with even symbols (0) or odd ones (1), beyond doubt and until lately.
    bool certain(std::size_t way) const noexcept;
    /// That has come to an end, or seems to be wrong.
    bool doubted(std::size_t way) const noexcept;
    /// The last block does not show it: a transmission may have ended, or another begun.
    bool quiet(std::size_t way) const noexcept { return excess(way, 1) < kQuiet; }

    /// Checks that fail among those that end with an even symbol, and with an odd one. `signs` are
    /// those of a block behind the last word of the one before.
    using Signs = std::array<std::uint64_t, 1 + kBlock / 64>;
    using Count = void (*)(const Signs& signs, const fec::ParityCheck& check,
                           std::array<int, 2>& failed) noexcept;

private:
    static constexpr std::size_t kWindows = 6; ///< 1, 2, 4 … 32 blocks are looked back on
    static constexpr std::size_t kLongest = std::size_t{1} << (kWindows - 1);
    using Limits = std::array<std::int64_t, kWindows>;

    static constexpr std::int64_t kQuiet = 32; ///< two standard deviations of noise

    static Limits limits(double deviations);
    /// Checks that held minus those that did not, in the last `blocks`.
    std::int64_t excess(std::size_t way, std::size_t blocks) const noexcept {
        return sums_[blocks_ % sums_.size()][way] - sums_[(blocks_ - blocks) % sums_.size()][way];
    }
    bool better_by(std::size_t way, const Limits& limits) const noexcept;

    fec::ParityCheck check_;
    fec::SignPacker pack_;
    Count count_;
    Limits certain_;
    Limits doubt_;
    std::int64_t holds_;
    Signs signs_{};
    std::array<std::array<std::int64_t, 2>, kLongest + 1> sums_{}; ///< by block, from the start on
    std::size_t blocks_ = 0;
};

/// Rate 1/2. While nothing is known of the pairs, two decoders run, one for each way to make them,
/// so that no burst is too short or weak; bursts that begin with the marker are found by the
/// encoded marker among the symbols. When the parity check tells beyond doubt, one decoder goes on
/// alone; encoded markers are then looked for only where a transmission may have begun. As soon as
/// there is doubt the other one is back, with symbols from before the doubt.
class CcsdsPairs final : public CcsdsBits {
public:
    CcsdsPairs(const CcsdsBitsOptions& options, const fec::ConvolutionalCode& code);

    void process(std::span<const std::int8_t> symbols, BlockExaminer& examiner) noexcept override;
    void finish(BlockExaminer& examiner) noexcept override;
    void reset() noexcept override;

private:
    struct Branch {
        Branch(const CcsdsBitsOptions& options, const fec::ConvolutionalCode& code);
        fec::ViterbiStream stream;
        DecodedLane lane;
        std::int64_t next = 0; ///< symbol to be taken
        bool active = true;
    };

    void make_room() noexcept;
    void decode(std::int64_t to, BlockExaminer& examiner) noexcept;
    void feed(Branch& branch, std::int64_t to, BlockExaminer& examiner) noexcept;
    void propose_encoded_markers(std::int64_t from, std::int64_t to,
                                 std::span<Branch> branches) noexcept;
    void listen(std::size_t way, std::int64_t to, BlockExaminer& examiner) noexcept;
    void judge(BlockExaminer& examiner) noexcept;
    void activate(std::size_t way, BlockExaminer& examiner) noexcept;
    std::span<const std::int8_t> held(std::int64_t from, std::int64_t to) const noexcept {
        return std::span<const std::int8_t>(symbols_).subspan(
            static_cast<std::size_t>(from - base_), static_cast<std::size_t>(to - from));
    }

    Precoding precoding_;
    bool long_blocks_;
    PairJudge judge_;
    SoftSyncSearch encoded_; ///< for the marker as the encoder sends it
    std::array<Branch, 2> branches_;
    std::vector<std::int8_t> symbols_; ///< the last ones
    std::size_t used_ = 0;
    std::int64_t base_ = 0;    ///< number of the first one held
    std::int64_t decoded_ = 0; ///< up to here
    std::int64_t judged_ = 0;
    std::int64_t listened_ = 0; ///< one branch alone: encoded markers were looked for up to here
    bool was_quiet_ = false;
};

/// Other rates: one decoder, with the puncturing phase that NodeSynchronizer finds.
class CcsdsPunctured final : public CcsdsBits {
public:
    CcsdsPunctured(const CcsdsBitsOptions& options, const fec::PuncturedCode& code);

    void process(std::span<const std::int8_t> symbols, BlockExaminer& examiner) noexcept override;
    void finish(BlockExaminer& examiner) noexcept override;
    void reset() noexcept override;

private:
    void take(const fec::SynchronizedBits& bits, BlockExaminer& examiner) noexcept;

    fec::NodeSynchronizer node_;
    DecodedLane lane_;
};

} // namespace telemetry::framing
