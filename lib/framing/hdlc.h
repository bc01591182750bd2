// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/base/symbol_clock.h"
#include "telemetry/fec/bits.h"
#include "telemetry/framing/deframer.h"
#include "telemetry/framing/hdlc_repair.h"
#include "telemetry/framing/hdlc_spans.h"

namespace telemetry::framing {

/// HDLC as AX.25 uses it (AX.25 v2.2 section 3; ISO/IEC 13239): NRZI, G3RUH scrambling where asked
/// for, flags 01111110, a zero stuffed after five ones, bytes least significant bit first, CRC-16.
///
/// The signs of the symbols, packed, go through HdlcSpans. A span with a wrong CRC is handed with
/// its symbols to HdlcRepair, also from earlier flags on: one in the midst of the frame may be the
/// work of the very symbol that is wrong.
class HdlcDeframer final : public Deframer {
public:
    static constexpr std::size_t kMaxFrameBytes = HdlcSpans::kMaxFrameBytes;

    explicit HdlcDeframer(HdlcScrambling scrambling, simd::Level limit = simd::chosen_level());

    void process(const SoftSymbols& input, Sink<Frame>& sink) noexcept override;
    void finish(Sink<Frame>&) noexcept override {}
    void reset() noexcept override;

private:
    void yield(const HdlcSpans::Found& found, int corrected, Sink<Frame>& sink) noexcept;

    SymbolClock clock_;
    HdlcSpans spans_;
    fec::SignPacker pack_;
    std::vector<std::int8_t> symbols_; ///< as many as spans_ holds bits
    HdlcRepair repair_;
};

/// The same on packed bits, the levels of the line as another receiver decided them: without
/// repair, at memory speed. A frame's sample_index is the number of the first bit of its opening
/// flag.
class HdlcBitDeframer {
public:
    explicit HdlcBitDeframer(HdlcScrambling scrambling, simd::Level limit = simd::chosen_level())
        : spans_(scrambling, limit) {}

    /// `levels`: eight a byte, the first one in the highest place.
    void process(std::span<const std::uint8_t> levels, Sink<Frame>& sink) noexcept;
    void reset() noexcept { spans_.reset(); }

    const DeframerCounts& counts() const noexcept { return counts_; }

private:
    HdlcSpans spans_;
    DeframerCounts counts_;
};

std::span<const DeframerEntry> hdlc_deframers();

} // namespace telemetry::framing
