// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "telemetry/base/symbol_clock.h"
#include "telemetry/fec/reed_solomon.h"
#include "telemetry/fec/viterbi.h"
#include "telemetry/framing/candidates.h"
#include "telemetry/framing/deframer.h"

namespace telemetry::framing {

/// What GOMspace's radios put between header and payload.
enum class GomspaceRadio : std::uint8_t {
    ax100, ///< randomiser and Reed-Solomon always; it sets no flags in its header
    u482c  ///< as the flags in its header say
};

/// GOMspace AX100 in mode 5 (ASM+Golay) and U482C: a sync word of 32 bits, a Golay(24,12) word with
/// the length in bytes and flags for convolutional code, randomiser and Reed-Solomon, then so many
/// bytes. The Reed-Solomon code is CCSDS (255,223), conventional basis, shortened.
///
/// Without Reed-Solomon nothing vouches for the payload: such frames are yielded unconfirmed, and
/// only behind a sync word and header so clean that noise has them once in weeks.
class GolayDeframer final : public Deframer {
public:
    GolayDeframer(GomspaceRadio radio, std::uint32_t sync_word, int sync_threshold);

    void process(const SoftSymbols& input, Sink<Frame>& sink) noexcept override;
    void finish(Sink<Frame>&) noexcept override {}
    void reset() noexcept override;

private:
    struct Coding {
        bool convolutional;
        bool randomized;
        bool reed_solomon;
    };
    Look examine(Candidate& candidate, std::span<const std::int8_t> symbols,
                 Sink<Frame>& sink) noexcept;
    /// The payload in bytes_, or nothing. `corrected` counts up.
    std::span<const std::uint8_t> decode(std::span<const std::int8_t> symbols, Coding coding,
                                         int& corrected) noexcept;

    GomspaceRadio radio_;
    Candidates candidates_;
    SymbolClock clock_;
    fec::ReedSolomon reed_solomon_;
    fec::ViterbiBlock viterbi_;
    std::array<std::int8_t, 255 * 8> symbols_{}; ///< of the payload, in the right polarity
    std::array<std::uint8_t, 255 * 4> bits_{};
    std::array<std::uint8_t, 255> bytes_{};
    std::array<std::uint8_t, 255> trust_{};
};

/// GOMspace AX100 in mode 6 (ASM+Reed-Solomon): G3RUH scrambling over everything, a sync word of 32
/// bits, a length byte (itself included), then a shortened CCSDS (255,223) code word, conventional
/// basis. Nothing protects the length byte, so lengths that differ from it in one bit are tried
/// too; the code word tells which is right.
class Ax100RsDeframer final : public Deframer {
public:
    Ax100RsDeframer(std::uint32_t sync_word, int sync_threshold);

    void process(const SoftSymbols& input, Sink<Frame>& sink) noexcept override;
    void finish(Sink<Frame>&) noexcept override {}
    void reset() noexcept override;

private:
    Look examine(Candidate& candidate, std::span<const std::int8_t> symbols,
                 Sink<Frame>& sink) noexcept;

    fec::FecOutcome decode(std::span<const std::int8_t> symbols, std::size_t length,
                           bool inverted) noexcept;

    Candidates candidates_;
    SymbolClock clock_;
    fec::ReedSolomon reed_solomon_;
    std::array<std::int8_t, 17> before_{}; ///< the last line symbols, the oldest first
    std::array<std::uint8_t, 256> bytes_{};
    std::array<std::uint8_t, 256> trust_{};
};

std::span<const DeframerEntry> gomspace_deframers();

} // namespace telemetry::framing
