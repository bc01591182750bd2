// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "telemetry/base/symbol_clock.h"
#include "telemetry/fec/crc.h"
#include "telemetry/framing/candidates.h"
#include "telemetry/framing/ccsds_tm.h"
#include "telemetry/framing/deframer.h"
#include "telemetry/framing/markers.h"

namespace telemetry::framing {

/// A code whose code words are decoded from soft symbols, one for each transfer frame.
class BlockDecoder {
public:
    virtual ~BlockDecoder() = default;
    virtual std::size_t symbols() const noexcept = 0; ///< of a code word
    virtual std::size_t bytes() const noexcept = 0;   ///< that it stands for

    struct Outcome {
        bool plausible = false; ///< else there was no code word
        bool vouched = false;   ///< the code tells for certain that every bit is right
        int corrected = 0;      ///< symbols
    };
    virtual Outcome decode(std::span<const std::int8_t> symbols,
                           std::span<std::uint8_t> bytes) noexcept = 0;
};

struct CcsdsBlockOptions {
    SyncMarker marker = kMarker64;
    Scrambler scrambler = Scrambler::ccsds;
    Fecf fecf = Fecf::absent;
};

/// CCSDS TM frames in LDPC or turbo code words (CCSDS 131.0-B-5): attached sync marker of 32 to 192
/// bits (section 9), pseudo-randomised code word (section 10), frame error control field (CCSDS
/// 132.0-B-3, 4.1.6).
///
/// These codes work where a quarter of the symbols are wrong, so markers are searched by their
/// correlation, and behind a frame the next one is tried whether its marker was seen or not. A
/// parity check of an LDPC code tells when there was no code word. A turbo decoder always decides
/// for one: it is believed when it settled and changed no more symbols than noise can at the least
/// Es/N0 it works at; only the FECF vouches for it.
class CcsdsBlockDeframer final : public Deframer {
public:
    CcsdsBlockDeframer(std::unique_ptr<BlockDecoder> decoder, const CcsdsBlockOptions& options);

    void process(const SoftSymbols& input, Sink<Frame>& sink) noexcept override;
    void finish(Sink<Frame>&) noexcept override {}
    void reset() noexcept override;

private:
    Look examine(Candidate& candidate, std::span<const std::int8_t> symbols,
                 Sink<Frame>& sink) noexcept;
    Look rejected(Candidate& candidate, Discard why) noexcept;

    std::unique_ptr<BlockDecoder> decoder_;
    CcsdsBlockOptions options_;
    std::size_t marker_bits_;
    fec::Crc fecf_;
    SymbolClock clock_;
    Candidates candidates_;
    std::vector<std::uint8_t> randomiser_; ///< one bit a byte
    std::vector<std::int8_t> plain_;       ///< symbols without randomiser, upright
    std::vector<std::uint8_t> bytes_;
};

std::span<const DeframerEntry> ccsds_block_deframers();

} // namespace telemetry::framing
