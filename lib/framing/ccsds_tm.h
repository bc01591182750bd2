// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "telemetry/base/symbol_clock.h"
#include "telemetry/fec/convolutional.h"
#include "telemetry/fec/crc.h"
#include "telemetry/fec/line_code.h"
#include "telemetry/fec/reed_solomon.h"
#include "telemetry/fec/viterbi.h"
#include "telemetry/framing/candidates.h"
#include "telemetry/framing/deframer.h"

namespace telemetry::framing {

/// Pseudo-randomiser of CCSDS 131.0-B-5 section 10: the old one of 255 bits, or the one of 131071.
enum class Scrambler : std::uint8_t { none, ccsds, ccsds_long };
inline constexpr std::string_view kScramblerChoices = "none|CCSDS|CCSDS 131071";
inline constexpr std::string_view kScramblerHelp =
    "Pseudo-randomiser over everything behind the sync marker: the usual one, which repeats after "
    "255 bits, or that of 131071 bits.";
/// By its name in a station file; nothing when there is none of that name.
std::optional<Scrambler> find_scrambler(std::string_view name);
void randomise(Scrambler scrambler, std::span<std::uint8_t> bytes) noexcept;

enum class Precoding : std::uint8_t { none, differential }; ///< differential: NRZ-M
enum class Fecf : std::uint8_t { absent, present };

struct CcsdsTmOptions {
    std::size_t frame_size = 223; ///< bytes, with the FECF, without Reed-Solomon parity
    std::optional<fec::ConvolutionalCode> convolutional = {};
    std::optional<fec::RsBasis> rs_basis = {}; ///< nothing: no Reed-Solomon code
    int rs_interleaving = 1;
    Scrambler scrambler = Scrambler::ccsds;
    Precoding precoding = Precoding::none;
    Fecf fecf = Fecf::absent;
    int sync_threshold = 4;
};

/// CCSDS TM synchronization and channel coding (CCSDS 131.0-B-5): attached sync marker 1ACFFC1D
/// (section 9), pseudo-randomiser (section 10), Reed-Solomon (255,223) with interleaving and
/// virtual fill (section 4), all inside the K=7 convolutional code (section 3); frame error control
/// field (CCSDS 132.0-B-3, 4.1.6). Differential precoding is undone behind the Viterbi decoder.
///
/// The convolutional code is transparent, so polarity is left to the sync marker, which is searched
/// in both senses behind the Viterbi decoder. Which symbols make a pair is not known either: two
/// decoders run, one for each way; what the wrong one yields has no sync markers. A burst may begin
/// with its marker, when the decoder has not found its path yet; so the encoded marker is searched
/// among the symbols too. A frame comes out up to 160 bits after its last symbol.
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
    /// One way to make pairs; without convolutional code the only one.
    struct Branch {
        Branch(const CcsdsTmOptions& options, std::size_t block_symbols, int first_symbol);

        int first_symbol; ///< number of the line symbol that its first bit began with
        int skip;         ///< symbols still to be skipped
        std::optional<fec::ViterbiStream> viterbi;
        Candidates candidates;
        std::int8_t last = 0;                 ///< before differential decoding
        std::vector<std::uint32_t> corrected; ///< symbols corrected up to a bit, by bit number
        std::int64_t bits = 0;
        struct Marker {
            std::int64_t start = -1;
            bool inverted = false;
        };
        std::array<Marker, 64> markers{}; ///< good ones seen lately
        std::size_t marker_count = 0;
    };

    void propose_encoded_markers(std::span<const std::int8_t> symbols) noexcept;
    void line_symbols(Branch& branch, std::span<const std::int8_t> symbols,
                      Sink<Frame>& sink) noexcept;
    void decoded_bits(Branch& branch, const fec::ViterbiStream::Decoded& decoded,
                      Sink<Frame>& sink) noexcept;
    void search(Branch& branch, std::span<const std::int8_t> symbols, Sink<Frame>& sink) noexcept;
    Look examine(Branch& branch, const Candidate& candidate, std::span<const std::int8_t> symbols,
                 Sink<Frame>& sink) noexcept;
    bool trusted(Branch& branch, const Candidate& candidate) const noexcept;

    CcsdsTmOptions options_;
    std::optional<fec::InterleavedReedSolomon> reed_solomon_;
    fec::Crc fecf_;
    std::size_t block_bytes_;
    SymbolClock clock_;
    std::vector<std::uint8_t> bytes_;
    std::vector<std::uint8_t> trust_;
    std::vector<Branch> branches_;
    std::optional<SoftSyncSearch>
        encoded_;                     ///< for the marker as the convolutional encoder sends it
    std::vector<std::int8_t> recent_; ///< symbols that it has not done with
    std::size_t recent_count_ = 0;
    std::int64_t taken_ = 0; ///< symbols
};

std::span<const DeframerEntry> ccsds_deframers();

} // namespace telemetry::framing
