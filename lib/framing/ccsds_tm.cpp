// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/ccsds_tm.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "telemetry/base/text.h"
#include "telemetry/fec/bits.h"
#include "telemetry/fec/scrambler.h"
#include "telemetry/framing/soft_reed_solomon.h"

namespace telemetry::framing {
namespace {

constexpr std::uint32_t kMarker = 0x1acffc1d;
constexpr int kMarkerBits = 32;
constexpr std::size_t kMostBytes = 223;
constexpr std::size_t kParityBytes = 32;
// Chance passes 2^-16 of CRCs, and more sync markers with more errors allowed in them.
constexpr int kMarkerErrorsWithCrc = 2;
constexpr int kMarkerErrorsInARow = 3;
// Chance finds as many encoded markers with 9 of 52 symbols wrong as plain ones with 4 of 32.
constexpr int kEncodedMarkerErrors = 9;
constexpr int kEncodedMarkerSymbols = 52;
constexpr std::int8_t kSure = 60; ///< a bit both of whose symbols agreed with it

std::size_t block_bytes(const CcsdsTmOptions& options) {
    return options.frame_size +
           (options.rs_basis ? kParityBytes * static_cast<std::size_t>(options.rs_interleaving)
                             : 0);
}

/// What the encoder sends for the marker whatever came before: but for the first six bits.
SyncPattern encoded_marker(const fec::ConvolutionalCode& code, Precoding precoding) {
    std::vector<std::uint8_t> bits;
    fec::append_word(kMarker, kMarkerBits, bits);
    if (precoding == Precoding::differential) {
        fec::DifferentialEncoder nrzm(fec::Transition::on_one);
        for (auto& bit : bits)
            bit = nrzm.encode(bit);
    }
    std::vector<std::uint8_t> symbols;
    fec::ConvolutionalEncoder(code).encode(bits, symbols);
    std::uint64_t word = 0;
    for (const std::uint8_t symbol : std::span(symbols).subspan(12))
        word = word << 1 | symbol;
    return SyncPattern::of_word(word, kEncodedMarkerSymbols);
}

Result<std::unique_ptr<Deframer>> make(const Settings& settings) {
    CcsdsTmOptions options;
    options.frame_size = static_cast<std::size_t>(settings.integer("frame_size"));
    options.convolutional = fec::find_convolutional_code(settings.text("convolutional"));
    if (settings.text("rs_basis") != "none")
        options.rs_basis =
            settings.text("rs_basis") == "dual" ? fec::RsBasis::dual : fec::RsBasis::conventional;
    options.rs_interleaving = static_cast<int>(settings.integer("rs_interleaving"));
    options.scrambler = *find_scrambler(settings.text("scrambler"));
    options.precoding =
        settings.text("precoding") == "none" ? Precoding::none : Precoding::differential;
    options.fecf = settings.flag("fecf") ? Fecf::present : Fecf::absent;
    options.sync_threshold = static_cast<int>(settings.integer("sync_threshold"));

    const auto depth = static_cast<std::size_t>(options.rs_interleaving);
    if (options.rs_basis && (depth == 6 || depth == 7)) {
        Error error{"CCSDS has interleaving of 1, 2, 3, 4, 5 and 8"};
        error.key = "rs_interleaving";
        return fail(error);
    }
    if (options.rs_basis &&
        (options.frame_size % depth != 0 || options.frame_size > kMostBytes * depth)) {
        Error error{std::to_string(options.frame_size) + " bytes do not fill " +
                    std::to_string(depth) + " Reed-Solomon code words: expected a multiple of " +
                    std::to_string(depth) + ", at most " + std::to_string(kMostBytes * depth)};
        error.key = "frame_size";
        return fail(error);
    }
    if (options.fecf == Fecf::present && options.frame_size < 3) {
        Error error{"a frame with FECF has at least 3 bytes"};
        error.key = "frame_size";
        return fail(error);
    }
    return std::make_unique<CcsdsTmDeframer>(options);
}

constexpr std::array<Field, 8> fields(std::string_view convolutional, std::string_view rs_basis) {
    return {{
        {.name = "frame_size",
         .type = Field::Type::integer,
         .unit = "By",
         .min = 1,
         .max = 8192,
         .fallback = "223",
         .help = "Length of the transfer frame, without Reed-Solomon parity; shorter than the code "
                 "words hold means virtual fill."},
        {.name = "convolutional",
         .type = Field::Type::choice,
         .fallback = convolutional,
         .choices = "none|CCSDS|NASA-DSN|CCSDS uninverted|NASA-DSN uninverted",
         .help = "Convolutional code, K=7 rate 1/2: order of the generators (CCSDS: 171 first), "
                 "and whether 133 is inverted."},
        {.name = "rs_basis",
         .type = Field::Type::choice,
         .fallback = rs_basis,
         .choices = "none|conventional|dual",
         .help = "Basis of the Reed-Solomon code (255,223), or none for no such code."},
        {.name = "rs_interleaving",
         .type = Field::Type::integer,
         .unit = "1",
         .min = 1,
         .max = 8,
         .fallback = "1",
         .help = "Reed-Solomon code words interleaved: 1, 2, 3, 4, 5 or 8."},
        {.name = "scrambler",
         .type = Field::Type::choice,
         .fallback = "CCSDS",
         .choices = kScramblerChoices,
         .help = kScramblerHelp},
        {.name = "precoding",
         .type = Field::Type::choice,
         .fallback = "none",
         .choices = "none|differential",
         .help = "NRZ-M in front of the convolutional encoder or modulator."},
        {.name = "fecf",
         .type = Field::Type::flag,
         .fallback = "false",
         .help = "The frame ends with a frame error control field, a CRC of 16 bits."},
        {.name = "sync_threshold",
         .type = Field::Type::integer,
         .unit = "1",
         .min = 0,
         .max = 8,
         .fallback = "4",
         .help = "Wrong bits allowed in the sync marker."},
    }};
}

constexpr auto kTmFields = fields("none", "dual");
constexpr auto kConcatenatedFields = fields("CCSDS", "dual");
constexpr auto kUncodedFields = fields("none", "none");

constexpr DeframerEntry kEntries[] = {
    {"CCSDS TM", "", "CCSDS TM frames with any of the codes of CCSDS 131.0-B.", kTmFields, &make},
    {"CCSDS Concatenated", "", "CCSDS TM frames, Reed-Solomon inside the convolutional code.",
     kConcatenatedFields, &make},
    {"CCSDS Reed-Solomon", "", "CCSDS TM frames in Reed-Solomon code words.", kTmFields, &make},
    {"CCSDS Uncoded", "", "CCSDS TM frames without error correction.", kUncodedFields, &make},
};

} // namespace

std::optional<Scrambler> find_scrambler(std::string_view name) {
    constexpr std::array kAll = {Scrambler::none, Scrambler::ccsds, Scrambler::ccsds_long};
    const auto names = split(kScramblerChoices, '|');
    for (std::size_t i = 0; i < kAll.size(); ++i)
        if (equal_ignoring_case(names[i], name))
            return kAll[i];
    return std::nullopt;
}

void randomise(Scrambler scrambler, std::span<std::uint8_t> bytes) noexcept {
    if (scrambler == Scrambler::ccsds)
        fec::ccsds_randomize(bytes);
    else if (scrambler == Scrambler::ccsds_long)
        fec::ccsds_randomize_long(bytes);
}

std::span<const DeframerEntry> ccsds_deframers() {
    return kEntries;
}

CcsdsTmDeframer::Branch::Branch(const CcsdsTmOptions& options, std::size_t block_symbols, int first)
    : first_symbol(first), skip(first),
      candidates(pattern_of(kMarker32), options.sync_threshold, block_symbols, block_symbols) {
    if (options.convolutional) {
        viterbi.emplace(*options.convolutional);
        corrected.resize(block_symbols + kMarkerBits + 1024);
    }
}

CcsdsTmDeframer::CcsdsTmDeframer(const CcsdsTmOptions& options)
    : options_(options), fecf_(fec::kCrc16False), block_bytes_(block_bytes(options)),
      clock_(2 * (8 * block_bytes_ + kMarkerBits) + 1024), bytes_(block_bytes_),
      trust_(block_bytes_) {
    if (options.rs_basis)
        reed_solomon_.emplace(*options.rs_basis == fec::RsBasis::dual ? fec::kRs223Dual
                                                                      : fec::kRs223Conventional,
                              options.rs_interleaving);
    branches_.emplace_back(options, 8 * block_bytes_, 0);
    if (options.convolutional) {
        branches_.emplace_back(options, 8 * block_bytes_, 1);
        encoded_.emplace(encoded_marker(*options.convolutional, options.precoding),
                         SoftSyncLimits{kEncodedMarkerErrors});
        recent_.resize(kEncodedMarkerSymbols - 1 + 2 * fec::ViterbiStream::kGroup);
    }
}

void CcsdsTmDeframer::reset() noexcept {
    clock_.reset();
    taken_ = 0;
    recent_count_ = 0;
    for (Branch& branch : branches_) {
        branch.skip = branch.first_symbol;
        if (branch.viterbi)
            branch.viterbi->reset();
        branch.candidates.reset();
        branch.last = 0;
        branch.bits = 0;
        branch.markers.fill({});
        branch.marker_count = 0;
    }
}

void CcsdsTmDeframer::process(const SoftSymbols& input, Sink<Frame>& sink) noexcept {
    clock_.push(input);
    if (!encoded_) {
        search(branches_.front(), input.values, sink);
        return;
    }
    // In steps that end where one of the Viterbi decoders yields bits, so that the order of things
    // does not depend on how the symbols come in.
    constexpr std::size_t kPeriod = 2 * fec::ViterbiStream::kGroup;
    constexpr std::size_t kPhase = 2 * fec::ViterbiStream::kLookAhead % kPeriod;
    for (auto rest = input.values; !rest.empty();) {
        const std::size_t at =
            (static_cast<std::size_t>(taken_) + kPeriod - kPhase) % kPeriod; // 0: first yields
        const std::size_t count = std::min(rest.size(), at == 0 ? 1 : kPeriod - at);
        taken_ += static_cast<std::int64_t>(count);
        propose_encoded_markers(rest.first(count));
        for (Branch& branch : branches_)
            line_symbols(branch, rest.first(count), sink);
        rest = rest.subspan(count);
    }
}

/// `symbols`: the last ones taken.
void CcsdsTmDeframer::propose_encoded_markers(std::span<const std::int8_t> symbols) noexcept {
    std::copy(symbols.begin(), symbols.end(),
              recent_.begin() + static_cast<std::ptrdiff_t>(recent_count_));
    recent_count_ += symbols.size();
    if (recent_count_ < kEncodedMarkerSymbols)
        return;
    const auto all = std::span<const std::int8_t>(recent_).first(recent_count_);
    const std::size_t places = recent_count_ - kEncodedMarkerSymbols + 1;
    encoded_->search(all, 0, places, [&](SyncHit hit) {
        const std::int64_t next = taken_ - static_cast<std::int64_t>(recent_count_) +
                                  static_cast<std::int64_t>(hit.position) + kEncodedMarkerSymbols;
        Branch& branch = branches_[static_cast<std::size_t>(next % 2)];
        // Precoding takes the sense of the bits away.
        hit.inverted = hit.inverted && options_.precoding == Precoding::none;
        branch.candidates.propose((next - branch.first_symbol) / 2, hit);
    });
    std::copy(all.begin() + static_cast<std::ptrdiff_t>(places), all.end(), recent_.begin());
    recent_count_ -= places;
}

void CcsdsTmDeframer::finish(Sink<Frame>& sink) noexcept {
    for (Branch& branch : branches_)
        if (branch.viterbi) {
            fec::ViterbiStream::Decoded decoded;
            branch.viterbi->finish(decoded);
            decoded_bits(branch, decoded, sink);
        }
}

void CcsdsTmDeframer::line_symbols(Branch& branch, std::span<const std::int8_t> symbols,
                                   Sink<Frame>& sink) noexcept {
    const std::size_t skipped = std::min(symbols.size(), static_cast<std::size_t>(branch.skip));
    branch.skip -= static_cast<int>(skipped);
    fec::ViterbiStream::Decoded decoded;
    for (auto rest = symbols.subspan(skipped); !rest.empty();) {
        std::size_t taken = 0;
        if (branch.viterbi->process(rest, taken, decoded))
            decoded_bits(branch, decoded, sink);
        rest = rest.subspan(taken);
    }
}

void CcsdsTmDeframer::decoded_bits(Branch& branch, const fec::ViterbiStream::Decoded& decoded,
                                   Sink<Frame>& sink) noexcept {
    std::array<std::int8_t, fec::ViterbiStream::kGroup + fec::ViterbiStream::kLookAhead> soft;
    const auto size = static_cast<std::int64_t>(branch.corrected.size());
    for (std::size_t i = 0; i < decoded.count; ++i) {
        const std::int64_t number = branch.bits++;
        const std::uint32_t before =
            number == 0 ? 0 : branch.corrected[static_cast<std::size_t>((number - 1) % size)];
        branch.corrected[static_cast<std::size_t>(number % size)] = before + decoded.corrected[i];
        // Where symbols were corrected, the path is less certain than elsewhere.
        const int sure = kSure - 20 * decoded.corrected[i];
        soft[i] = static_cast<std::int8_t>(decoded.bits[i] ? sure : -sure);
    }
    search(branch, std::span<const std::int8_t>(soft).first(decoded.count), sink);
}

void CcsdsTmDeframer::search(Branch& branch, std::span<const std::int8_t> symbols,
                             Sink<Frame>& sink) noexcept {
    const auto look = [&](Candidate& candidate, std::span<const std::int8_t> block) {
        return examine(branch, candidate, block, sink);
    };
    if (options_.precoding == Precoding::none) {
        branch.candidates.process(symbols, look);
        return;
    }
    std::array<std::int8_t, 512> plain;
    while (!symbols.empty()) {
        const std::size_t count = std::min(symbols.size(), plain.size());
        for (std::size_t i = 0; i < count; ++i) {
            const std::int8_t now = symbols[i];
            const int least =
                std::min(std::abs(static_cast<int>(now)), std::abs(static_cast<int>(branch.last)));
            plain[i] = static_cast<std::int8_t>((now > 0) != (branch.last > 0) ? std::max(least, 1)
                                                                               : -least);
            branch.last = now;
        }
        branch.candidates.process(std::span<const std::int8_t>(plain).first(count), look);
        symbols = symbols.subspan(count);
    }
}

/// Whether to believe a block that no Reed-Solomon code vouches for. Notes its marker too.
bool CcsdsTmDeframer::trusted(Branch& branch, const Candidate& candidate) const noexcept {
    bool follows = false;
    if (candidate.sync_errors <= kMarkerErrorsInARow) {
        const std::int64_t previous =
            candidate.start - static_cast<std::int64_t>(8 * block_bytes_ + kMarkerBits);
        for (const auto& marker : branch.markers)
            follows |= marker.start >= 0 && marker.start == previous &&
                       marker.inverted == candidate.inverted;
        branch.markers[branch.marker_count++ % branch.markers.size()] = {candidate.start,
                                                                         candidate.inverted};
    }
    if (follows)
        return true;
    return candidate.sync_errors <= (options_.fecf == Fecf::present ? kMarkerErrorsWithCrc : 0);
}

Look CcsdsTmDeframer::examine(Branch& branch, const Candidate& candidate,
                              std::span<const std::int8_t> symbols, Sink<Frame>& sink) noexcept {
    ++counts_.syncs;
    if (!reed_solomon_ && !trusted(branch, candidate)) {
        ++counts_[Discard::header];
        return {Look::Verdict::reject};
    }
    pack_msb(symbols, candidate.inverted, bytes_);
    randomise(options_.scrambler, bytes_);
    Frame frame;
    if (reed_solomon_) {
        trust_of_bytes(symbols, trust_);
        const auto outcome = decode_soft(*reed_solomon_, bytes_, trust_);
        if (!outcome.valid) {
            ++counts_[Discard::fec];
            return {Look::Verdict::reject};
        }
        frame.corrected = outcome.corrected;
    }
    frame.bytes = std::span(bytes_).first(options_.frame_size);
    if (options_.fecf == Fecf::present) {
        const auto data = frame.bytes.first(options_.frame_size - 2);
        const unsigned received =
            static_cast<unsigned>(frame.bytes[data.size()]) << 8 | frame.bytes[data.size() + 1];
        if (fecf_(data) != received) {
            ++counts_[Discard::crc];
            return {Look::Verdict::reject};
        }
        frame.bytes = data;
    }
    frame.confirmed = reed_solomon_.has_value() || options_.fecf == Fecf::present;
    frame.sync_errors = candidate.sync_errors;

    const std::int64_t begin = candidate.start - kMarkerBits;
    const std::int64_t end = candidate.start + static_cast<std::int64_t>(symbols.size());
    if (branch.viterbi) {
        const auto size = static_cast<std::int64_t>(branch.corrected.size());
        const auto up_to = [&](std::int64_t bit) {
            return bit <= 0 ? 0u : branch.corrected[static_cast<std::size_t>((bit - 1) % size)];
        };
        frame.corrected += static_cast<int>(up_to(end) - up_to(begin));
        clock_.stamp(frame, branch.first_symbol + 2 * begin, branch.first_symbol + 2 * end);
    } else {
        clock_.stamp(frame, begin, end);
    }
    ++counts_.frames;
    sink.accept(frame);
    return {frame.confirmed ? Look::Verdict::taken : Look::Verdict::reject, symbols.size()};
}

} // namespace telemetry::framing
