// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/gomspace.h"

#include <algorithm>
#include <cstdlib>

#include "telemetry/fec/golay.h"
#include "telemetry/fec/scrambler.h"
#include "telemetry/framing/soft_reed_solomon.h"

namespace telemetry::framing {
namespace {

constexpr std::size_t kHeaderSymbols = 24;
constexpr std::size_t kParityBytes = 32;
constexpr unsigned kConvolutionalFlag = 0x100;
constexpr unsigned kRandomizerFlag = 0x200;
constexpr unsigned kReedSolomonFlag = 0x400;

// A frame that nothing vouches for must have begun cleanly: at most this many wrong bits in sync
// word and Golay header together. 529 sync words (in either polarity) with a perfect header and 33
// with a header of 25 are let through, of 2^32 and 4096: once in 6e9 symbols of noise.
constexpr int kUnconfirmedErrors = 2;
// Soft decision finds a code word for anything; beyond this it is noise.
constexpr int kMostHeaderErrors = 5;

/// A code word of a length that was not stated must be so much cleaner.
constexpr int kMostErrorsOfOtherLength = 10;

constexpr Field kAx100Fields[] = {
    {.name = "sync_word",
     .type = Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 0xffffffffu,
     .fallback = "0x930B51DE",
     .help = "Sync word, 32 bits; a few stations use 0x1ACFFC1D."},
    {.name = "sync_threshold",
     .type = Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 8,
     .fallback = "4",
     .help = "Wrong bits allowed in the sync word."},
};
constexpr Field kU482cFields[] = {
    {.name = "sync_threshold",
     .type = Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 8,
     .fallback = "4",
     .help = "Wrong bits allowed in the sync word."},
};

Result<std::unique_ptr<Deframer>> make_ax100_golay(const Settings& settings) {
    return std::make_unique<GolayDeframer>(
        GomspaceRadio::ax100, static_cast<std::uint32_t>(settings.integer("sync_word")),
        static_cast<int>(settings.integer("sync_threshold")));
}

Result<std::unique_ptr<Deframer>> make_ax100_rs(const Settings& settings) {
    return std::make_unique<Ax100RsDeframer>(
        static_cast<std::uint32_t>(settings.integer("sync_word")),
        static_cast<int>(settings.integer("sync_threshold")));
}

Result<std::unique_ptr<Deframer>> make_u482c(const Settings& settings) {
    return std::make_unique<GolayDeframer>(GomspaceRadio::u482c, 0xc3aa6655u,
                                           static_cast<int>(settings.integer("sync_threshold")));
}

constexpr DeframerEntry kEntries[] = {
    {"AX100 ASM+Golay", "AX100 Mode 5|AX100 ASM Golay",
     "GOMspace AX100 in mode 5: Golay header, randomiser, Reed-Solomon.", kAx100Fields,
     &make_ax100_golay},
    {"AX100 Reed Solomon", "AX100 Mode 6|AX100 Reed-Solomon",
     "GOMspace AX100 in mode 6: G3RUH scrambling, length byte, Reed-Solomon.", kAx100Fields,
     &make_ax100_rs},
    {"U482C", "",
     "GOMspace U482C: Golay header whose flags switch convolutional code, randomiser and "
     "Reed-Solomon.",
     kU482cFields, &make_u482c},
};

/// Zeros are a code word of every length, and most of one in many frames: not to be taken for one.
bool all_zero(std::span<const std::uint8_t> word) {
    return std::all_of(word.begin(), word.end(), [](std::uint8_t byte) { return byte == 0; });
}

int magnitude(std::int8_t symbol) {
    return std::abs(static_cast<int>(symbol));
}

} // namespace

std::span<const DeframerEntry> gomspace_deframers() {
    return kEntries;
}

GolayDeframer::GolayDeframer(GomspaceRadio radio, std::uint32_t sync_word, int sync_threshold)
    : radio_(radio), candidates_(SyncPattern::of_word(sync_word, 32), sync_threshold,
                                 kHeaderSymbols, kHeaderSymbols + 255 * 8),
      clock_(32 + kHeaderSymbols + 255 * 8), reed_solomon_(fec::kRs223Conventional),
      viterbi_(fec::kConvolutionalNasaDsnUninverted, 255 * 4) {}

void GolayDeframer::reset() noexcept {
    candidates_.reset();
    clock_.reset();
}

void GolayDeframer::process(const SoftSymbols& input, Sink<Frame>& sink) noexcept {
    clock_.push(input);
    candidates_.process(input.values,
                        [&](Candidate& candidate, std::span<const std::int8_t> symbols) {
                            return examine(candidate, symbols, sink);
                        });
}

Look GolayDeframer::examine(Candidate& candidate, std::span<const std::int8_t> symbols,
                            Sink<Frame>& sink) noexcept {
    std::array<std::int8_t, kHeaderSymbols> header_symbols;
    for (std::size_t i = 0; i < kHeaderSymbols; ++i)
        header_symbols[i] = candidate.inverted ? static_cast<std::int8_t>(-symbols[i]) : symbols[i];
    const fec::GolayWord header = fec::golay24_decode_soft(header_symbols);
    const std::size_t length = header.data & 0xff;
    const std::size_t total = kHeaderSymbols + 8 * length;
    Coding coding{(header.data & kConvolutionalFlag) != 0, (header.data & kRandomizerFlag) != 0,
                  (header.data & kReedSolomonFlag) != 0};
    if (radio_ == GomspaceRadio::ax100)
        coding = {false, true, true};
    if (candidate.stage == 0) {
        ++counts_.syncs;
        if (header.errors > kMostHeaderErrors) {
            ++counts_[Discard::header];
            return {Look::Verdict::reject};
        }
        if (length == 0 || (coding.reed_solomon && length <= kParityBytes)) {
            ++counts_[Discard::length];
            return {Look::Verdict::reject};
        }
        const bool clean = candidate.sync_errors + header.errors <= kUnconfirmedErrors;
        if (!coding.reed_solomon && !clean) {
            ++counts_[Discard::header];
            return {Look::Verdict::reject};
        }
        candidate.stage = 1;
        return {Look::Verdict::more, total};
    }

    const auto payload_symbols = symbols.subspan(kHeaderSymbols, 8 * length);
    for (std::size_t i = 0; i < payload_symbols.size(); ++i)
        symbols_[i] =
            candidate.inverted ? static_cast<std::int8_t>(-payload_symbols[i]) : payload_symbols[i];
    Frame frame;
    frame.corrected = header.errors;
    frame.bytes =
        decode(std::span(symbols_).first(payload_symbols.size()), coding, frame.corrected);
    if (frame.bytes.empty()) {
        ++counts_[Discard::fec];
        return {Look::Verdict::reject};
    }
    frame.confirmed = coding.reed_solomon;
    frame.sync_errors = candidate.sync_errors;
    clock_.stamp(frame, candidate.start - candidates_.sync_length(),
                 candidate.start + static_cast<std::int64_t>(total));
    ++counts_.frames;
    sink.accept(frame);
    return {frame.confirmed ? Look::Verdict::taken : Look::Verdict::reject, total};
}

std::span<const std::uint8_t> GolayDeframer::decode(std::span<const std::int8_t> symbols,
                                                    Coding coding, int& corrected) noexcept {
    std::size_t length = symbols.size() / 8;
    trust_.fill(0xff);
    if (coding.convolutional) {
        // The length on the air counts coded bytes, with one byte of zeros to end the code.
        const std::size_t coded_bits = symbols.size() / 2;
        if (coded_bits < 16)
            return {};
        corrected += viterbi_.decode(symbols, bits_);
        length = coded_bits / 8 - 1;
        for (std::size_t i = 0; i < length; ++i) {
            unsigned byte = 0;
            for (std::size_t bit = 0; bit < 8; ++bit)
                byte = byte << 1 | bits_[8 * i + bit];
            bytes_[i] = static_cast<std::uint8_t>(byte);
        }
    } else {
        pack_msb(symbols, false, std::span(bytes_).first(length));
        trust_of_bytes(symbols, std::span(trust_).first(length));
    }
    const auto bytes = std::span(bytes_).first(length);
    if (coding.randomized)
        fec::ccsds_randomize(bytes);
    if (!coding.reed_solomon)
        return bytes;
    const auto outcome = decode_soft(reed_solomon_, bytes, std::span(trust_).first(length));
    if (!outcome.valid)
        return {};
    corrected += outcome.corrected;
    return bytes.first(length - kParityBytes);
}

Ax100RsDeframer::Ax100RsDeframer(std::uint32_t sync_word, int sync_threshold)
    : candidates_(SyncPattern::of_word(sync_word, 32), sync_threshold, 8, 256 * 8),
      clock_(32 + 256 * 8), reed_solomon_(fec::kRs223Conventional) {}

void Ax100RsDeframer::reset() noexcept {
    candidates_.reset();
    clock_.reset();
    before_.fill(0);
}

void Ax100RsDeframer::process(const SoftSymbols& input, Sink<Frame>& sink) noexcept {
    clock_.push(input);
    constexpr std::size_t kBlock = 512;
    std::array<std::int8_t, 17 + kBlock> line;
    std::array<std::int8_t, kBlock> descrambled;
    for (auto rest = input.values; !rest.empty();) {
        const auto part = rest.first(std::min(rest.size(), kBlock));
        rest = rest.subspan(part.size());
        std::copy(before_.begin(), before_.end(), line.begin());
        std::copy(part.begin(), part.end(), line.begin() + 17);
        // The sum of three bits is as certain as the least certain of them.
        for (std::size_t i = 0; i < part.size(); ++i) {
            const std::int8_t a = line[i + 17];
            const std::int8_t b = line[i + 5];
            const std::int8_t c = line[i];
            const int least = std::min({magnitude(a), magnitude(b), magnitude(c)});
            const bool one = (a > 0) ^ (b > 0) ^ (c > 0);
            descrambled[i] = static_cast<std::int8_t>(one ? std::max(least, 1) : -least);
        }
        std::copy_n(line.begin() + static_cast<std::ptrdiff_t>(part.size()), 17, before_.begin());
        candidates_.process(std::span<const std::int8_t>(descrambled).first(part.size()),
                            [&](Candidate& candidate, std::span<const std::int8_t> symbols) {
                                return examine(candidate, symbols, sink);
                            });
    }
}

/// Decodes into bytes_ as a frame of `length` bytes with its length byte.
fec::FecOutcome Ax100RsDeframer::decode(std::span<const std::int8_t> symbols, std::size_t length,
                                        bool inverted) noexcept {
    const auto word = std::span(bytes_).first(length - 1);
    const auto trust = std::span(trust_).first(length - 1);
    pack_msb(symbols.subspan(8), inverted, word);
    trust_of_bytes(symbols.subspan(8), trust);
    const auto outcome = decode_soft(reed_solomon_, word, trust);
    return all_zero(word) ? fec::FecOutcome{} : outcome;
}

// The code is cyclic: a code word with up to 16 bytes of anything behind it is repaired to one with
// zeros behind it. So of the stated length and the shorter ones, that with the fewest corrections
// is the true one; longer ones are tried when none of these will do.
Look Ax100RsDeframer::examine(Candidate& candidate, std::span<const std::int8_t> symbols,
                              Sink<Frame>& sink) noexcept {
    constexpr std::size_t kLeast = 1 + kParityBytes + 1;
    std::array<std::uint8_t, 1> first;
    pack_msb(symbols.first(8), candidate.inverted, first);
    const std::size_t stated = first[0];
    if (candidate.stage == 0) {
        ++counts_.syncs;
        candidate.stage = 1;
        return {Look::Verdict::more, 8 * std::max(stated, kLeast)};
    }
    const std::size_t length = symbols.size() / 8;
    std::size_t best = 0;
    fec::FecOutcome best_outcome;
    const auto attempt = [&](std::size_t tried) {
        const auto outcome = decode(symbols, tried, candidate.inverted);
        const bool good =
            outcome.valid && (tried == stated || outcome.corrected <= kMostErrorsOfOtherLength);
        if (good && (!best || outcome.corrected < best_outcome.corrected)) {
            best = tried;
            best_outcome = outcome;
        }
    };
    if (candidate.stage == 1) {
        if (stated >= kLeast)
            attempt(stated);
        for (unsigned bit = 0; bit < 8; ++bit) {
            const std::size_t other = stated ^ 1u << bit;
            if (other >= kLeast && other <= length)
                attempt(other);
        }
        candidate.stage = 2;
    } else {
        attempt(length);
    }
    if (best) {
        decode(symbols, best, candidate.inverted);
        Frame frame;
        frame.bytes = std::span(bytes_).first(best - 1 - kParityBytes);
        frame.confirmed = true;
        frame.sync_errors = candidate.sync_errors;
        frame.corrected = best_outcome.corrected + (best != stated);
        clock_.stamp(frame, candidate.start - candidates_.sync_length(),
                     candidate.start + static_cast<std::int64_t>(8 * best));
        ++counts_.frames;
        sink.accept(frame);
        return {Look::Verdict::taken, 8 * best};
    }
    // Stages 2 to 9: a bit of the length that came as 0 was a 1.
    while (candidate.stage < 10) {
        const std::size_t longer = stated | 1u << (candidate.stage++ - 2);
        if (longer > length)
            return {Look::Verdict::more, 8 * longer};
    }
    ++counts_[Discard::fec];
    return {Look::Verdict::reject};
}

} // namespace telemetry::framing
