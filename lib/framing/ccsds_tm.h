// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "telemetry/base/symbol_clock.h"
#include "telemetry/fec/crc.h"
#include "telemetry/fec/puncturing.h"
#include "telemetry/fec/reed_solomon.h"
#include "telemetry/framing/ccsds_tm_bits.h"
#include "telemetry/framing/deframer.h"

namespace telemetry::framing {

/// Pseudo-randomiser of CCSDS 131.0-B-5 section 10: the old one of 255 bits, or the one of 131071.
enum class Scrambler : std::uint8_t { none, ccsds, ccsds_long };
inline constexpr std::string_view kScramblerChoices = "none|CCSDS|CCSDS 131071";
inline constexpr std::string_view kScramblerHelp =
    "Pseudo-randomiser over everything behind the sync marker: the usual one, which repeats after "
    "255 bits, or that of 131071 bits. Reed-Solomon does not notice a wrong setting.";
/// By its name in a station file; nothing when there is none of that name.
std::optional<Scrambler> find_scrambler(std::string_view name);
void randomise(Scrambler scrambler, std::span<std::uint8_t> bytes) noexcept;

enum class Fecf : std::uint8_t { absent, present };

struct CcsdsTmOptions {
    std::size_t frame_size = 223; ///< bytes, with the FECF, without Reed-Solomon parity
    std::optional<fec::PuncturedCode> convolutional = {};
    std::optional<fec::RsBasis> rs_basis = {}; ///< nothing: no Reed-Solomon code
    int rs_parity = 32;                        ///< bytes a code word: 32, or 16
    int rs_interleaving = 1;
    Scrambler scrambler = Scrambler::ccsds;
    Precoding precoding = Precoding::none;
    Fecf fecf = Fecf::absent;
    int sync_threshold = 4;
};

/// CCSDS TM synchronization and channel coding (CCSDS 131.0-B-5): attached sync marker 1ACFFC1D
/// (section 9), pseudo-randomiser (section 10), Reed-Solomon (255,223) or (255,239) with
/// interleaving and virtual fill (section 4), all inside the K=7 convolutional code, punctured or
/// not (section 3); frame error control field (CCSDS 132.0-B-3, 4.1.6). Differential precoding is
/// undone behind the Viterbi decoder.
///
/// Everything behind the Viterbi decoder (without one: behind the symbols' signs) is done on packed
/// bits; what is known of their reliability is looked at only where Reed-Solomon fails without.
///
/// The convolutional code is transparent, so polarity is left to the sync marker, which is searched
/// in both senses. Which symbols make a pair, or how they were punctured, is told by the code's
/// parity check: see CcsdsPairs and CcsdsPunctured. A frame comes out up to 144 bits after its last
/// symbol (punctured: 240 to 288), or later when its pairs were found only behind it.
///
/// Reed-Solomon words are cyclic. Without randomiser and fill, a chance marker a few bytes in front
/// of the true one has a word behind it that can be mended: into the true word, shifted. What tells
/// is that its first bytes were wrong, up to those behind another marker; it is passed over.
///
/// All ones is a Reed-Solomon word too. Without fill, what is in front of a change of polarity may
/// be mended into the complement of the frame. The sense is therefore always that of the marker in
/// front, up to the place where the received bits stop to agree with it; where the bits around the
/// beginning of the block leave a doubt, the frame is not confirmed.
///
/// Nothing vouches for a frame without Reed-Solomon and FECF. It is yielded, unconfirmed, behind a
/// perfect sync marker, or a good one exactly one frame after another good one.
class CcsdsTmDeframer final : public Deframer {
public:
    explicit CcsdsTmDeframer(const CcsdsTmOptions& options);

    void process(const SoftSymbols& input, Sink<Frame>& sink) noexcept override;
    void finish(Sink<Frame>& sink) noexcept override;
    void reset() noexcept override;

private:
    using Block = BlockFinder::Block;

    class Examiner;

    BlockFinder::Verdict examine(CcsdsLane& lane, const Block& found, Sink<Frame>& sink) noexcept;
    fec::FecOutcome mend(const CcsdsLane& lane, const Block& block) noexcept;
    bool is_shifted(const CcsdsLane& lane, const Block& block) const noexcept;
    int bits_of_other_sense(const CcsdsLane& lane, const Block& block) const noexcept;
    void predict(CcsdsLane& lane, const Block& block, int keep) const noexcept;

    CcsdsTmOptions options_;
    std::optional<fec::InterleavedReedSolomon> reed_solomon_;
    fec::Crc fecf_;
    std::size_t block_bytes_;
    SymbolClock clock_;
    std::vector<std::uint8_t> bytes_;
    std::vector<std::uint8_t> trust_;
    std::vector<std::uint8_t> first_bytes_;  ///< as received, where words are not shortened
    std::array<std::int64_t, 64> yielded_{}; ///< the symbols that the last frames began with
    std::unique_ptr<CcsdsBits> bits_;
};

std::span<const DeframerEntry> ccsds_deframers();

} // namespace telemetry::framing
