// SPDX-License-Identifier: GPL-3.0-or-later
#include "frame_codec.h"

#include <optional>
#include <string>

#include "telemetry/fec/bits.h"
#include "telemetry/fec/ldpc_decoder.h"
#include "telemetry/fec/reed_solomon.h"
#include "telemetry/fec/scrambler.h"
#include "telemetry/fec/turbo.h"
#include "telemetry/framing/candidates.h"
#include "telemetry/framing/soft_reed_solomon.h"

namespace gr {
namespace telemetry {
namespace {

namespace fec = ::telemetry::fec;
namespace framing = ::telemetry::framing;
using ::telemetry::Field;
using ::telemetry::Settings;

constexpr int8_t clean = 32;

class derandomizer final : public frame_codec {
public:
    explicit derandomizer(const fec::SequenceSpec& sequence) : d_scrambler(sequence) {}

    bool decode(frame_data& frame) override {
        if (frame.symbols.empty()) {
            d_scrambler.apply(frame.bytes);
            return true;
        }
        const auto sequence = d_scrambler.sequence();
        for (size_t i = 0; i < frame.symbols.size(); ++i)
            if (sequence[i / 8 % sequence.size()] >> (7 - i % 8) & 1)
                frame.symbols[i] = static_cast<int8_t>(-frame.symbols[i]);
        return true;
    }

private:
    fec::AdditiveScrambler d_scrambler;
};

class reed_solomon final : public frame_codec {
public:
    reed_solomon(const fec::ReedSolomonCode& code, int interleaving) : d_code(code, interleaving) {}

    bool decode(frame_data& frame) override {
        std::vector<uint8_t> trust((frame.symbols.size() + 7) / 8);
        framing::trust_of_bytes(frame.symbols, trust);
        frame.harden();
        const auto depth = static_cast<size_t>(d_code.depth());
        const auto parity = static_cast<size_t>(d_code.parity());
        auto& block = frame.bytes;
        if (block.size() % depth != 0 || block.size() <= parity || block.size() > 255 * depth)
            return false;
        const auto outcome = trust.size() == block.size()
                                 ? framing::decode_soft(d_code, block, trust)
                                 : fec::FecOutcome(d_code.decode(block));
        block.resize(block.size() - parity);
        frame.corrected += outcome.corrected;
        frame.vouched = outcome.valid;
        return outcome.valid;
    }

private:
    fec::InterleavedReedSolomon d_code;
};

class ldpc final : public frame_codec {
public:
    ldpc(const fec::LdpcCode& code, int iterations)
        : d_decoder(code, {.max_iterations = iterations}) {}

    bool decode(frame_data& frame) override {
        frame.soften();
        if (frame.symbols.size() != static_cast<size_t>(d_decoder.code().n))
            return false;
        frame.bytes.resize(static_cast<size_t>(d_decoder.code().k) / 8);
        const auto outcome = d_decoder.decode(frame.symbols, frame.bytes);
        frame.symbols.clear();
        frame.corrected += outcome.corrected;
        frame.vouched = outcome.valid;
        return outcome.valid;
    }

private:
    fec::LdpcDecoder d_decoder;
};

class turbo final : public frame_codec {
public:
    turbo(const fec::TurboCode& code, int iterations)
        : d_decoder(code, {.iterations = iterations}) {}

    bool decode(frame_data& frame) override {
        const size_t symbols = d_decoder.code().symbols();
        // Bits of rate 1/3 come with four zeros in the last byte.
        if (frame.symbols.empty() && frame.bytes.size() == (symbols + 7) / 8) {
            frame.soften();
            frame.symbols.resize(symbols);
        }
        if (frame.symbols.size() != symbols)
            return false;
        frame.bytes.resize(d_decoder.code().bytes());
        const auto outcome = d_decoder.decode(frame.symbols, frame.bytes);
        frame.symbols.clear();
        frame.corrected += outcome.corrected;
        return outcome.plausible;
    }

private:
    fec::TurboDecoder d_decoder;
};

std::unique_ptr<frame_codec> make_derandomizer(const Settings& settings) {
    const auto& name = settings.text("sequence");
    return std::make_unique<derandomizer>(name == "CCSDS"      ? fec::kCcsdsTmSequence
                                          : name == "CCSDS TC" ? fec::kCcsdsTcSequence
                                                               : fec::kCcsdsTmLongSequence);
}

std::unique_ptr<frame_codec> make_reed_solomon(const Settings& settings) {
    const bool dual = settings.text("basis") == "dual";
    const bool strong = settings.text("parity") == "32";
    const auto& code = strong ? (dual ? fec::kRs223Dual : fec::kRs223Conventional)
                              : (dual ? fec::kRs239Dual : fec::kRs239Conventional);
    return std::make_unique<reed_solomon>(code, std::stoi(settings.text("interleaving")));
}

std::unique_ptr<frame_codec> make_ldpc(const Settings& settings) {
    return std::make_unique<ldpc>(*fec::find_ldpc_code(settings.text("code")),
                                  static_cast<int>(settings.integer("iterations")));
}

std::unique_ptr<frame_codec> make_turbo(const Settings& settings) {
    const auto bits = 8 * static_cast<size_t>(std::stoi(settings.text("frame_size")));
    return std::make_unique<turbo>(*fec::find_turbo_code(settings.text("rate"), bits),
                                   static_cast<int>(settings.integer("iterations")));
}

constexpr Field derandomizer_fields[] = {
    {.name = "sequence",
     .type = Field::Type::choice,
     .fallback = "CCSDS",
     .choices = "CCSDS|CCSDS 131071|CCSDS TC",
     .help = "That of CCSDS 131.0-B with 255 or 131071 bits, or that of telecommand (231.0-B)."},
};

constexpr Field reed_solomon_fields[] = {
    {.name = "basis",
     .type = Field::Type::choice,
     .fallback = "dual",
     .choices = "dual|conventional",
     .help = "How field elements are written as bytes."},
    {.name = "parity",
     .type = Field::Type::choice,
     .unit = "By",
     .fallback = "32",
     .choices = "32|16",
     .help = "Parity bytes of a code word: 32 mend 16 wrong bytes, 16 mend 8."},
    {.name = "interleaving",
     .type = Field::Type::choice,
     .unit = "1",
     .fallback = "1",
     .choices = "1|2|3|4|5|8",
     .help = "Code words interleaved. Frames that are shorter than they hold mean virtual fill."},
};

constexpr Field ldpc_fields[] = {
    {.name = "code",
     .type = Field::Type::choice,
     .fallback = "ar4ja-1/2-1024",
     .choices = "ar4ja-1/2-1024|ar4ja-1/2-4096|ar4ja-1/2-16384|ar4ja-2/3-1024|ar4ja-2/3-4096|"
                "ar4ja-2/3-16384|ar4ja-4/5-1024|ar4ja-4/5-4096|ar4ja-4/5-16384|c2-8160|tc-128|"
                "tc-512",
     .help = "AR4JA with rate and information bits, C2 (8160,7136), or of telecommand."},
    {.name = "iterations",
     .type = Field::Type::integer,
     .unit = "1",
     .min = 1,
     .max = 1000,
     .fallback = "100",
     .help = "At most; decoding stops when all parity checks hold."},
};

constexpr Field turbo_fields[] = {
    {.name = "rate",
     .type = Field::Type::choice,
     .fallback = "1/2",
     .choices = "1/2|1/3|1/4|1/6",
     .help = "Rate of the code."},
    {.name = "frame_size",
     .type = Field::Type::choice,
     .unit = "By",
     .fallback = "223",
     .choices = "223|446|892|1115",
     .help = "Length of the transfer frame."},
    {.name = "iterations",
     .type = Field::Type::integer,
     .unit = "1",
     .min = 1,
     .max = 100,
     .fallback = "10",
     .help = "At most; decoding stops when nothing changes any more."},
};

constexpr codec_entry codecs[] = {
    {"derandomizer", "Derandomizer", "Takes a pseudo-randomiser off frames.", derandomizer_fields,
     &make_derandomizer},
    {"reed_solomon_decoder", "Reed-Solomon Decoder",
     "Reed-Solomon (255,223) or (255,239) of CCSDS 131.0-B, interleaved and shortened; soft "
     "symbols tell which bytes to doubt.",
     reed_solomon_fields, &make_reed_solomon},
    {"ldpc_decoder", "LDPC Decoder", "The LDPC codes of CCSDS 131.0-B and 231.0-B.", ldpc_fields,
     &make_ldpc},
    {"turbo_decoder", "Turbo Decoder",
     "The turbo codes of CCSDS 131.0-B. Nothing vouches for its frames: check their frame error "
     "control field.",
     turbo_fields, &make_turbo},
};

} // namespace

void frame_data::harden() {
    if (symbols.empty())
        return;
    bytes.resize((symbols.size() + 7) / 8);
    framing::pack_msb(symbols, false, bytes);
    symbols.clear();
}

void frame_data::soften() {
    if (!symbols.empty())
        return;
    for (const uint8_t byte : bytes)
        for (int bit = 7; bit >= 0; --bit)
            symbols.push_back((byte >> bit & 1) != 0 ? clean : static_cast<int8_t>(-clean));
}

std::span<const codec_entry> frame_codecs() {
    return codecs;
}

} // namespace telemetry
} // namespace gr
