// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/ccsds_tm.h"

#include <algorithm>
#include <limits>
#include <string>

#include "telemetry/base/text.h"
#include "telemetry/fec/bits.h"
#include "telemetry/fec/scrambler.h"
#include "telemetry/framing/markers.h"
#include "telemetry/framing/soft_reed_solomon.h"

namespace telemetry::framing {
namespace {

constexpr int kMarkerBits = 32;
// Chance passes 2^-16 of CRCs, and more sync markers with more errors allowed in them.
constexpr int kMarkerErrorsWithCrc = 2;
/// A marker with no more wrong bits has a sense beyond doubt.
constexpr int kMarkerErrorsOfSense = 8;
/// Frames behind a good one that are looked for at their place, whatever their markers.
constexpr int kKeep = 3;
// Bits in a row of the other sense beside the beginning of a block: up to here errors may be so,
// from there on they are more likely to have changed sense, and then beyond doubt.
constexpr int kNoDoubt = 2;
constexpr int kLikelyOther = 8;
constexpr int kCertainlyOther = 16;
/// Symbols that may be decoded again.
constexpr std::size_t kDecodedAgain = 80000;
/// No symbol; a burst that lost the beginning of its marker begins with a negative one.
constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();

std::size_t block_bytes(const CcsdsTmOptions& options) {
    return options.frame_size +
           (options.rs_basis ? static_cast<std::size_t>(options.rs_parity * options.rs_interleaving)
                             : 0);
}

const fec::ReedSolomonCode& reed_solomon_code(const CcsdsTmOptions& options) {
    if (options.rs_parity == 16)
        return *options.rs_basis == fec::RsBasis::dual ? fec::kRs239Dual : fec::kRs239Conventional;
    return *options.rs_basis == fec::RsBasis::dual ? fec::kRs223Dual : fec::kRs223Conventional;
}

Result<std::unique_ptr<Deframer>> make(const Settings& settings) {
    CcsdsTmOptions options;
    options.frame_size = static_cast<std::size_t>(settings.integer("frame_size"));
    options.convolutional = fec::find_punctured_code(settings.text("convolutional"));
    if (settings.text("rs_basis") != "none")
        options.rs_basis =
            settings.text("rs_basis") == "dual" ? fec::RsBasis::dual : fec::RsBasis::conventional;
    options.rs_parity = settings.text("rs_parity") == "16" ? 16 : 32;
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
    const std::size_t most = depth * (255 - static_cast<std::size_t>(options.rs_parity));
    if (options.rs_basis && (options.frame_size % depth != 0 || options.frame_size > most)) {
        Error error{std::to_string(options.frame_size) + " bytes do not fill " +
                    std::to_string(depth) + " Reed-Solomon code words: expected a multiple of " +
                    std::to_string(depth) + ", at most " + std::to_string(most)};
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

constexpr std::array<Field, 9> fields(std::string_view convolutional, std::string_view rs_basis) {
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
         .choices = "none|CCSDS|NASA-DSN|CCSDS uninverted|NASA-DSN uninverted|CCSDS 2/3|CCSDS 3/4|"
                    "CCSDS 5/6|CCSDS 7/8",
         .help = "Convolutional code, K=7: order of the generators (CCSDS: 171 first), and whether "
                 "133 is inverted; rate 1/2, or punctured to 2/3, 3/4, 5/6 or 7/8, which means "
                 "uninverted."},
        {.name = "rs_basis",
         .type = Field::Type::choice,
         .fallback = rs_basis,
         .choices = "none|conventional|dual",
         .help = "Basis of the Reed-Solomon code, or none for no such code."},
        {.name = "rs_parity",
         .type = Field::Type::choice,
         .unit = "By",
         .fallback = "32",
         .choices = "32|16",
         .help =
             "Parity of each Reed-Solomon code word: 32 bytes for (255,223), 16 for (255,239)."},
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

/// Gives the blocks found to the deframer, and its frames to the sink of this call.
class CcsdsTmDeframer::Examiner final : public BlockExaminer {
public:
    Examiner(CcsdsTmDeframer& owner, Sink<Frame>& sink) : owner_(owner), sink_(sink) {}
    BlockFinder::Verdict examine(CcsdsLane& lane, const Block& block) noexcept override {
        return owner_.examine(lane, block, sink_);
    }

private:
    CcsdsTmDeframer& owner_;
    Sink<Frame>& sink_;
};

CcsdsTmDeframer::CcsdsTmDeframer(const CcsdsTmOptions& options)
    : options_(options), fecf_(fec::kCrc16False), block_bytes_(block_bytes(options)),
      clock_(2 * (8 * block_bytes_ + kMarkerBits) + (options.convolutional ? kDecodedAgain : 0)),
      bytes_(block_bytes_), trust_(block_bytes_) {
    if (options.rs_basis)
        reed_solomon_.emplace(reed_solomon_code(options), options.rs_interleaving);
    const CcsdsBitsOptions lane{options.sync_threshold, 8 * block_bytes_, options.precoding};
    bits_ = options.convolutional ? make_decoded_bits(lane, *options.convolutional)
                                  : make_sign_bits(lane);
    yielded_.fill(kNone);
    if (reed_solomon_ && block_bytes_ == fec::ReedSolomon::kMaxLength *
                                             static_cast<std::size_t>(options.rs_interleaving))
        first_bytes_.resize(
            static_cast<std::size_t>(options.rs_parity / 2 * options.rs_interleaving));
}

void CcsdsTmDeframer::reset() noexcept {
    clock_.reset();
    bits_->reset();
    yielded_.fill(kNone);
}

void CcsdsTmDeframer::process(const SoftSymbols& input, Sink<Frame>& sink) noexcept {
    clock_.push(input);
    Examiner examiner(*this, sink);
    bits_->process(input.values, examiner);
}

void CcsdsTmDeframer::finish(Sink<Frame>& sink) noexcept {
    Examiner examiner(*this, sink);
    bits_->finish(examiner);
}

/// Reed-Solomon on bytes_.
fec::FecOutcome CcsdsTmDeframer::mend(const CcsdsLane& lane, const Block& block) noexcept {
    std::array<fec::FecOutcome, fec::InterleavedReedSolomon::kMaxDepth> outcomes;
    const auto words = std::span(outcomes).first(static_cast<std::size_t>(reed_solomon_->depth()));
    fec::FecOutcome all = reed_solomon_->decode(bytes_, words);
    if (all.valid)
        return all;
    int corrected = 0;
    for (const auto& word : words)
        corrected += word.valid ? word.corrected : 0;
    lane.trust(block.start, trust_);
    all = decode_soft(*reed_solomon_, bytes_, trust_);
    all.corrected += corrected;
    return all;
}

/// Whether the word mended is one behind a later marker, with its bytes turned round.
bool CcsdsTmDeframer::is_shifted(const CcsdsLane& lane, const Block& block) const noexcept {
    const auto depth = static_cast<std::size_t>(options_.rs_interleaving);
    if (options_.scrambler != Scrambler::none)
        return false;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < first_bytes_.size(); ++i) {
        wrong += first_bytes_[i] != bytes_[i];
        const std::size_t shift = i + 1;
        if (shift % depth != 0 || 2 * wrong <= shift)
            continue;
        Block later = block;
        later.start += static_cast<std::int64_t>(8 * shift);
        if (lane.finder.marker_errors(later) <= options_.sync_threshold)
            return true;
    }
    return false;
}

/// Length of the run of wrong bits next to the beginning of the block, among the mended word's
/// first bits or the marker's last; right ones between count three times, so that noise makes none.
int CcsdsTmDeframer::bits_of_other_sense(const CcsdsLane& lane, const Block& block) const noexcept {
    constexpr std::size_t kLook = 8;
    int run = 0;
    int most = 0;
    const auto add = [&](bool wrong) {
        run += wrong ? 1 : -3;
        most = std::max(most, run);
    };
    for (std::size_t i = 0; i < std::min(kLook, first_bytes_.size()); ++i)
        for (int bit = 7; bit >= 0; --bit)
            add(((first_bytes_[i] ^ bytes_[i]) >> bit & 1) != 0);
    if (lane.finder.index_of(block.start) < kMarkerBits)
        return most;
    Block marker = block;
    marker.start -= kMarkerBits;
    std::array<std::uint8_t, kMarkerBits / 8> received;
    lane.finder.copy(marker, received);
    run = 0;
    for (std::size_t i = kMarker32Bytes.size(); i-- > 0;)
        for (int bit = 0; bit < 8; ++bit)
            add(((received[i] ^ kMarker32Bytes[i]) >> bit & 1) != 0);
    return most;
}

/// The frame behind `block` may do without marker.
void CcsdsTmDeframer::predict(CcsdsLane& lane, const Block& block, int keep) const noexcept {
    lane.finder.propose(
        {.start = block.start + static_cast<std::int64_t>(8 * block_bytes_) + kMarkerBits,
         .sync_errors = kMarkerBits,
         .inverted = block.inverted,
         .predicted = true,
         .keep = keep});
}

BlockFinder::Verdict CcsdsTmDeframer::examine(CcsdsLane& lane, const Block& found,
                                              Sink<Frame>& sink) noexcept {
    Block block = found;
    const std::int64_t begin_bit = block.start - kMarkerBits;
    const std::int64_t end_bit = block.start + static_cast<std::int64_t>(8 * block_bytes_);
    const std::int64_t begin = lane.symbol_of(begin_bit);
    // Symbols may have been decoded again.
    if (std::find(yielded_.begin(), yielded_.end(), begin) != yielded_.end())
        return BlockFinder::Verdict::reject;
    counts_.syncs += !block.predicted;
    if (block.predicted) {
        block.sync_errors = lane.finder.marker_errors(block);
        if (block.sync_errors >= kMarkerBits - kMarkerErrorsOfSense) {
            block.inverted = !block.inverted;
            block.sync_errors = kMarkerBits - block.sync_errors;
        }
        // Behind a block that was none, noise may be all there is.
        if (block.keep < kKeep && block.sync_errors > kMarkerErrorsOfSense) {
            if (block.keep > 1)
                predict(lane, block, block.keep - 1);
            return BlockFinder::Verdict::reject;
        }
    }
    // Whether to believe a block that no Reed-Solomon code vouches for.
    if (!reed_solomon_) {
        const int most = options_.fecf == Fecf::present ? kMarkerErrorsWithCrc : 0;
        if (!lane.follows(block) && block.sync_errors > most) {
            ++counts_[Discard::header];
            return BlockFinder::Verdict::reject;
        }
    }
    lane.finder.copy(block, bytes_);
    randomise(options_.scrambler, bytes_);
    Frame frame;
    frame.confirmed = reed_solomon_.has_value() || options_.fecf == Fecf::present;
    const auto verdict =
        frame.confirmed ? BlockFinder::Verdict::taken : BlockFinder::Verdict::reject;
    if (reed_solomon_) {
        std::copy_n(bytes_.begin(), first_bytes_.size(), first_bytes_.begin());
        const auto outcome = mend(lane, block);
        if (!outcome.valid || is_shifted(lane, block)) {
            counts_[Discard::fec] += !block.predicted;
            if (block.keep > 1)
                predict(lane, block, block.keep - 1);
            return BlockFinder::Verdict::reject;
        }
        frame.corrected = outcome.corrected;
        if (!first_bytes_.empty()) {
            const int other = bits_of_other_sense(lane, block);
            if (other >= kLikelyOther) {
                fec::invert_bits(bytes_);
                block.inverted = !block.inverted; // what follows
            }
            frame.confirmed = other >= kCertainlyOther ||
                              (other <= kNoDoubt && block.sync_errors <= kMarkerErrorsOfSense);
        }
    }
    frame.bytes = std::span(bytes_).first(options_.frame_size);
    if (options_.fecf == Fecf::present) {
        const auto data = frame.bytes.first(options_.frame_size - 2);
        const unsigned received =
            static_cast<unsigned>(frame.bytes[data.size()]) << 8 | frame.bytes[data.size() + 1];
        if (fecf_(data) != received) {
            counts_[Discard::crc] += !block.predicted;
            return BlockFinder::Verdict::reject;
        }
        frame.bytes = data;
        frame.confirmed = true;
    }
    frame.sync_errors = block.sync_errors;
    frame.corrected += lane.corrected(begin_bit, end_bit);
    const std::int64_t end = lane.symbol_of(end_bit);
    clock_.stamp(frame, begin, end);
    yielded_[static_cast<std::size_t>(counts_.frames) % yielded_.size()] = begin;
    ++counts_.frames;
    sink.accept(frame);
    // Where Reed-Solomon vouches for it, the next frame may do without marker.
    if (reed_solomon_)
        predict(lane, block, kKeep);
    return verdict;
}

} // namespace telemetry::framing
