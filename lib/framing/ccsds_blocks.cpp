// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/ccsds_blocks.h"

#include <string>

#include "telemetry/fec/bits.h"
#include "telemetry/fec/ldpc_decoder.h"
#include "telemetry/fec/scrambler.h"
#include "telemetry/fec/turbo.h"

namespace telemetry::framing {
namespace {

/// Frames that are tried in a row where no sync marker and no frame is found.
constexpr int kCoasting = 2;

/// What a marker is told from noise by. Σ s m / Σ |s| of noise deviates by 1.25 / √length: the
/// limits lie at four times that, where a signal at the threshold of the code that the marker
/// stands before is found 98 times in 100. The signs only sort out what is far off.
SoftSyncLimits limits_of(const SyncMarker& marker) {
    switch (marker.bits()) {
    case 32:
        return {.wrong_signs = 4, .correlation_percent = 75};
    case 64:
        return {.wrong_signs = 20, .correlation_percent = 64};
    case 96:
        return {.wrong_signs = 36, .correlation_percent = 52};
    case 128:
        return {.wrong_signs = 46, .correlation_percent = 45};
    default:
        return {.wrong_signs = 76, .correlation_percent = 37};
    }
}

class LdpcBlocks final : public BlockDecoder {
public:
    explicit LdpcBlocks(const fec::LdpcCode& code) : decoder_(code) {}

    std::size_t symbols() const noexcept override {
        return static_cast<std::size_t>(decoder_.code().n);
    }
    std::size_t bytes() const noexcept override {
        return static_cast<std::size_t>(decoder_.code().k) / 8;
    }
    Outcome decode(std::span<const std::int8_t> symbols,
                   std::span<std::uint8_t> bytes) noexcept override {
        const fec::LdpcOutcome outcome = decoder_.decode(symbols, bytes);
        return {outcome.valid, outcome.valid, outcome.corrected};
    }

private:
    fec::LdpcDecoder decoder_;
};

class TurboBlocks final : public BlockDecoder {
public:
    explicit TurboBlocks(const fec::TurboCode& code) : decoder_(code) {}

    std::size_t symbols() const noexcept override { return decoder_.code().symbols(); }
    std::size_t bytes() const noexcept override { return decoder_.code().bytes(); }
    Outcome decode(std::span<const std::int8_t> symbols,
                   std::span<std::uint8_t> bytes) noexcept override {
        const fec::TurboOutcome outcome = decoder_.decode(symbols, bytes);
        return {outcome.plausible, false, outcome.corrected};
    }

private:
    fec::TurboDecoder decoder_;
};

CcsdsBlockOptions options_of(const Settings& settings, const SyncMarker& marker) {
    return {marker, *find_scrambler(settings.text("scrambler")),
            settings.flag("fecf") ? Fecf::present : Fecf::absent};
}

Result<std::unique_ptr<Deframer>> make_ldpc(const Settings& settings) {
    const fec::LdpcCode& code = *fec::find_ldpc_code(settings.text("ldpc_code"));
    const SyncMarker& marker = code.family == fec::LdpcFamily::c2 ? kMarker32 : kMarker64;
    return std::make_unique<CcsdsBlockDeframer>(std::make_unique<LdpcBlocks>(code),
                                                options_of(settings, marker));
}

const SyncMarker& marker_of(fec::TurboRate rate) {
    switch (rate) {
    case fec::TurboRate::half:
        return kMarker64;
    case fec::TurboRate::third:
        return kMarker96;
    case fec::TurboRate::quarter:
        return kMarker128;
    case fec::TurboRate::sixth:
        break;
    }
    return kMarker192;
}

Result<std::unique_ptr<Deframer>> make_turbo(const Settings& settings) {
    const fec::TurboCode code =
        *fec::find_turbo_code(settings.text("turbo_rate"),
                              8 * static_cast<std::size_t>(std::stoi(settings.text("frame_size"))));
    return std::make_unique<CcsdsBlockDeframer>(std::make_unique<TurboBlocks>(code),
                                                options_of(settings, marker_of(code.rate)));
}

constexpr Field kScrambler{.name = "scrambler",
                           .type = Field::Type::choice,
                           .fallback = "CCSDS",
                           .choices = kScramblerChoices,
                           .help = kScramblerHelp};

constexpr Field fecf_field(std::string_view fallback) {
    return {.name = "fecf",
            .type = Field::Type::flag,
            .fallback = fallback,
            .help = "The frame ends with a frame error control field, a CRC of 16 bits."};
}

constexpr std::array<Field, 3> kLdpcFields = {{
    {.name = "ldpc_code",
     .type = Field::Type::choice,
     .fallback = "ar4ja-1/2-1024",
     .choices = "ar4ja-1/2-1024|ar4ja-1/2-4096|ar4ja-1/2-16384|ar4ja-2/3-1024|ar4ja-2/3-4096|"
                "ar4ja-2/3-16384|ar4ja-4/5-1024|ar4ja-4/5-4096|ar4ja-4/5-16384|c2-8160",
     .help = "Code: AR4JA with rate and information bits, or C2 (8160,7136). A frame has as many "
             "bits as the code word has information bits."},
    kScrambler,
    fecf_field("false"),
}};

constexpr std::array<Field, 4> kTurboFields = {{
    {.name = "turbo_rate",
     .type = Field::Type::choice,
     .fallback = "1/2",
     .choices = "1/2|1/3|1/4|1/6",
     .help = "Rate of the code."},
    {.name = "frame_size",
     .type = Field::Type::choice,
     .unit = "By",
     .fallback = "223",
     .choices = "223|446|892|1115",
     .help = "Length of the transfer frame, with its frame error control field."},
    kScrambler,
    fecf_field("true"),
}};

constexpr DeframerEntry kEntries[] = {
    {"CCSDS LDPC", "", "CCSDS TM frames in LDPC code words.", kLdpcFields, &make_ldpc},
    {"CCSDS Turbo", "", "CCSDS TM frames in turbo code words.", kTurboFields, &make_turbo},
};

} // namespace

std::span<const DeframerEntry> ccsds_block_deframers() {
    return kEntries;
}

CcsdsBlockDeframer::CcsdsBlockDeframer(std::unique_ptr<BlockDecoder> decoder,
                                       const CcsdsBlockOptions& options)
    : decoder_(std::move(decoder)), options_(options), marker_bits_(options.marker.bits()),
      fecf_(fec::kCrc16False), clock_(decoder_->symbols() + marker_bits_ + 64),
      candidates_(pattern_of(options.marker), limits_of(options.marker), decoder_->symbols(),
                  decoder_->symbols()),
      plain_(decoder_->symbols()), bytes_(decoder_->bytes()) {
    std::vector<std::uint8_t> sequence((decoder_->symbols() + 7) / 8);
    randomise(options.scrambler, sequence);
    fec::append_bits_msb(sequence, randomiser_);
}

void CcsdsBlockDeframer::reset() noexcept {
    clock_.reset();
    candidates_.reset();
}

void CcsdsBlockDeframer::process(const SoftSymbols& input, Sink<Frame>& sink) noexcept {
    clock_.push(input);
    candidates_.process(input.values,
                        [&](Candidate& candidate, std::span<const std::int8_t> symbols) {
                            return examine(candidate, symbols, sink);
                        });
}

/// A place behind a frame may be followed by others.
Look CcsdsBlockDeframer::rejected(Candidate& candidate, Discard why) noexcept {
    ++counts_[why];
    const bool coasts = candidate.stage > 0 && candidate.stage <= kCoasting;
    ++candidate.stage;
    return {Look::Verdict::reject, decoder_->symbols(),
            coasts ? decoder_->symbols() + marker_bits_ : 0};
}

Look CcsdsBlockDeframer::examine(Candidate& candidate, std::span<const std::int8_t> symbols,
                                 Sink<Frame>& sink) noexcept {
    ++counts_.syncs;
    const auto inverted = static_cast<std::uint8_t>(candidate.inverted);
    for (std::size_t i = 0; i < plain_.size(); ++i)
        plain_[i] =
            static_cast<std::int8_t>((randomiser_[i] ^ inverted) != 0 ? -symbols[i] : symbols[i]);
    const auto outcome = decoder_->decode(plain_, bytes_);
    if (!outcome.plausible)
        return rejected(candidate, Discard::fec);
    Frame frame;
    frame.bytes = bytes_;
    if (options_.fecf == Fecf::present) {
        const auto data = frame.bytes.first(bytes_.size() - 2);
        const unsigned received =
            static_cast<unsigned>(bytes_[data.size()]) << 8 | bytes_[data.size() + 1];
        if (fecf_(data) != received)
            return rejected(candidate, Discard::crc);
        frame.bytes = data;
    }
    frame.confirmed = outcome.vouched || options_.fecf == Fecf::present;
    frame.sync_errors = candidate.sync_errors;
    frame.corrected = outcome.corrected;
    clock_.stamp(frame, candidate.start - static_cast<std::int64_t>(marker_bits_),
                 candidate.start + static_cast<std::int64_t>(symbols.size()));
    ++counts_.frames;
    sink.accept(frame);
    candidate.stage = 1;
    return {frame.confirmed ? Look::Verdict::taken : Look::Verdict::reject, symbols.size(),
            symbols.size() + marker_bits_};
}

} // namespace telemetry::framing
