// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/base/symbol_clock.h"
#include "telemetry/fec/crc.h"
#include "telemetry/framing/deframer.h"
#include "telemetry/framing/hdlc_repair.h"

namespace telemetry::framing {

/// HDLC as AX.25 uses it (AX.25 v2.2 section 3; ISO/IEC 13239): NRZI, G3RUH scrambling where asked
/// for, flags 01111110, a zero stuffed after five ones, bytes least significant bit first, CRC-16.
///
/// Each symbol costs a few instructions: line decoding, one store, and a look at the last eight
/// bits. Only when a flag closes a span long enough for a frame is the span destuffed and checked,
/// which in noise is once in a thousand symbols.
///
/// A CRC of 16 bits passes noise too often to be trusted alone (60 candidates a second at 9600 Bd).
/// So a frame must look like AX.25 in its addresses, or have been led by a second flag as real
/// transmissions are, or be longer than noise leaves between two flags.
///
/// A span with a wrong CRC is handed to HdlcRepair, also from earlier flags on: one in the midst of
/// the frame may be the work of the very symbol that is wrong.
class HdlcDeframer final : public Deframer {
public:
    static constexpr std::size_t kMaxFrameBytes = 4096;

    explicit HdlcDeframer(HdlcScrambling scrambling);

    void process(const SoftSymbols& input, Sink<Frame>& sink) noexcept override;
    void finish(Sink<Frame>&) noexcept override {}
    void reset() noexcept override;

private:
    template <HdlcScrambling kScrambling>
    void advance(std::span<const std::int8_t> symbols, Sink<Frame>& sink) noexcept;
    void boundary(Sink<Frame>& sink) noexcept;
    void close(Sink<Frame>& sink) noexcept;
    bool intact(std::int64_t end, Sink<Frame>& sink) noexcept;
    bool repaired(std::int64_t opening, std::int64_t end, Sink<Frame>& sink) noexcept;
    void yield(std::span<const std::uint8_t> bytes, std::int64_t opening, std::int64_t end,
               int corrected, Sink<Frame>& sink) noexcept;
    bool plausible(std::span<const std::uint8_t> frame) const noexcept;

    HdlcScrambling scrambling_;
    fec::Crc fcs_;
    SymbolClock clock_;

    // The last symbols and the bits made of them; symbol number n is at n − base_.
    std::vector<std::int8_t> symbols_;
    std::vector<std::uint8_t> bits_;
    std::int64_t base_ = 0;
    std::size_t used_ = 0;

    std::uint8_t level_ = 0;    ///< of the last symbol
    std::uint32_t line_ = 0;    ///< NRZI decoded bits, for the descrambler
    std::uint32_t last_ = 0;    ///< descrambled bits, the latest lowest
    std::int64_t opening_ = -1; ///< number of the first bit after the last flag; −1: none yet
    std::int64_t before_ = -1;  ///< the same of the flag before that one
    std::array<std::int64_t, 4> openings_{}; ///< the last ones with something behind them
    std::int64_t interrupted_ = -1;          ///< where seven ones broke the span off; −1: nowhere
    std::vector<std::uint8_t> frame_;
    HdlcRepair repair_;
};

std::span<const DeframerEntry> hdlc_deframers();

} // namespace telemetry::framing
