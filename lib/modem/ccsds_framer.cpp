// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/ccsds_framer.h"

#include <cassert>
#include <optional>

#include "telemetry/base/text.h"
#include "telemetry/fec/bits.h"
#include "telemetry/fec/convolutional.h"
#include "telemetry/fec/crc.h"
#include "telemetry/fec/line_code.h"
#include "telemetry/fec/puncturing.h"
#include "telemetry/fec/reed_solomon.h"
#include "telemetry/fec/scrambler.h"
#include "telemetry/modem/option.h"

namespace telemetry::modem {
namespace {

using Bits = std::vector<std::uint8_t>;

/// Each stage of CCSDS 131.0-B-5 that a link may have, in the order of its figure 2-1.
struct CcsdsOptions {
    std::size_t frame_size = 0; ///< bytes before parity, FECF included
    std::optional<fec::ReedSolomonCode> reed_solomon;
    int interleaving = 1;
    std::string scrambler = "CCSDS";
    bool fecf = false;
    bool differential = false; ///< NRZ-M, in front of the convolutional code
    std::optional<fec::PuncturedCode> convolutional;
};

class CcsdsFramer final : public Framer {
public:
    explicit CcsdsFramer(const CcsdsOptions& options) : options_(options) {
        if (options.reed_solomon)
            code_.emplace(*options.reed_solomon, options.interleaving);
        if (options.convolutional) {
            convolutional_.emplace(options.convolutional->code);
            puncturer_.emplace(options.convolutional->puncturing);
        }
    }

    FrameSize size() const override {
        const std::size_t size = options_.frame_size - (options_.fecf ? 2 : 0);
        return {.least = size, .most = size};
    }

    void frame(std::span<const std::uint8_t> bytes, Bits& bits) override {
        assert(bytes.size() == size().most);
        std::vector<std::uint8_t> block(bytes.begin(), bytes.end());
        if (options_.fecf)
            append_fecf(block);
        if (code_) {
            const std::size_t data = block.size();
            block.resize(data + static_cast<std::size_t>(code_->parity()));
            code_->encode(std::span(block).first(data), std::span(block).subspan(data));
        }
        randomise(options_.scrambler, block);
        plain_.clear();
        fec::append_word(0x1acffc1d, 32, plain_);
        fec::append_bits_msb(block, plain_);
        send(bits);
    }

    void idle(std::size_t count, Bits& bits) override {
        plain_.clear();
        idle_.append(convolutional_ ? (count + 1) / 2 : count, plain_);
        send(bits);
    }

private:
    void send(Bits& bits) {
        if (options_.differential)
            for (auto& bit : plain_)
                bit = precoder_.encode(bit);
        if (convolutional_) {
            coded_.clear();
            convolutional_->encode(plain_, coded_);
            puncturer_->puncture(coded_, bits);
        } else
            bits.insert(bits.end(), plain_.begin(), plain_.end());
    }

    CcsdsOptions options_;
    std::optional<fec::InterleavedReedSolomon> code_;
    std::optional<fec::ConvolutionalEncoder> convolutional_;
    std::optional<fec::Puncturer> puncturer_;
    fec::DifferentialEncoder precoder_{fec::Transition::on_one};
    IdleSequence idle_;
    Bits plain_;
    Bits coded_;
};

std::optional<fec::ReedSolomonCode> reed_solomon_code(std::string_view basis,
                                                      std::string_view parity) {
    const bool weak = parity == "16";
    if (equal_ignoring_case(basis, "dual"))
        return weak ? fec::kRs239Dual : fec::kRs223Dual;
    if (equal_ignoring_case(basis, "conventional"))
        return weak ? fec::kRs239Conventional : fec::kRs223Conventional;
    return std::nullopt;
}

} // namespace

void append_fecf(std::vector<std::uint8_t>& frame) {
    static const fec::Crc kFecf(fec::kCrc16False);
    const auto check = kFecf(frame);
    frame.push_back(static_cast<std::uint8_t>(check >> 8));
    frame.push_back(static_cast<std::uint8_t>(check));
}

void randomise(std::string_view scrambler, std::span<std::uint8_t> bytes) {
    if (equal_ignoring_case(scrambler, "CCSDS"))
        fec::ccsds_randomize(bytes);
    else if (equal_ignoring_case(scrambler, "CCSDS 131071"))
        fec::ccsds_randomize_long(bytes);
}

Result<std::unique_ptr<Framer>> make_ccsds_framer(const Settings& settings,
                                                  const CcsdsDefaults& defaults) {
    CcsdsOptions options;
    options.frame_size = static_cast<std::size_t>(number_or(settings, "frame_size", 223));
    options.convolutional =
        fec::find_punctured_code(text_or(settings, "convolutional", defaults.convolutional));
    options.reed_solomon = reed_solomon_code(text_or(settings, "rs_basis", defaults.rs_basis),
                                             text_or(settings, "rs_parity", "32"));
    options.interleaving = static_cast<int>(number_or(settings, "rs_interleaving", 1));
    options.scrambler = text_or(settings, "scrambler", "CCSDS");
    options.fecf = flag_or(settings, "fecf", false);
    options.differential =
        equal_ignoring_case(text_or(settings, "precoding", "none"), "differential");

    if (options.frame_size < (options.fecf ? 3U : 1U))
        return fail("frame_size: a frame of " + std::to_string(options.frame_size) +
                    " bytes has no room for data");
    const auto depth = static_cast<std::size_t>(options.interleaving);
    const std::size_t most =
        options.reed_solomon ? 255 - static_cast<std::size_t>(options.reed_solomon->parity) : 0;
    if (options.reed_solomon &&
        (options.frame_size % depth != 0 || options.frame_size > depth * most))
        return fail("frame_size: " + std::to_string(options.frame_size) + " bytes do not fill " +
                    std::to_string(depth) + " interleaved words of at most " +
                    std::to_string(most) + " bytes");
    return std::make_unique<CcsdsFramer>(options);
}

} // namespace telemetry::modem
