// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/ccsds_block_framer.h"

#include <algorithm>
#include <cassert>
#include <string>

#include "telemetry/base/text.h"
#include "telemetry/fec/bits.h"
#include "telemetry/fec/crc.h"
#include "telemetry/fec/ldpc_encoder.h"
#include "telemetry/fec/turbo.h"
#include "telemetry/modem/ccsds_framer.h"
#include "telemetry/modem/option.h"

namespace telemetry::modem {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Bits = std::vector<std::uint8_t>;

/// The frame's bytes (with its FECF) → the bits of the code word.
class Encoder {
public:
    virtual ~Encoder() = default;
    virtual std::size_t frame_bytes() const = 0;
    virtual void encode(std::span<const std::uint8_t> bytes, Bits& bits) = 0;
};

class Ldpc final : public Encoder {
public:
    explicit Ldpc(const fec::LdpcCode& code) : encoder_(code) {}
    std::size_t frame_bytes() const override {
        return static_cast<std::size_t>(encoder_.code().k) / 8;
    }
    void encode(std::span<const std::uint8_t> bytes, Bits& bits) override {
        Bytes word(static_cast<std::size_t>(encoder_.code().n) / 8);
        encoder_.encode(bytes, word);
        fec::append_bits_msb(word, bits);
    }

private:
    fec::LdpcEncoder encoder_;
};

class Turbo final : public Encoder {
public:
    explicit Turbo(const fec::TurboCode& code) : encoder_(code) {}
    std::size_t frame_bytes() const override { return encoder_.code().bytes(); }
    void encode(std::span<const std::uint8_t> bytes, Bits& bits) override {
        encoder_.encode(bytes, bits);
    }

private:
    fec::TurboEncoder encoder_;
};

class BlockFramer final : public Framer {
public:
    BlockFramer(std::unique_ptr<Encoder> encoder, std::string_view marker, const Settings& settings,
                bool fecf)
        : encoder_(std::move(encoder)), marker_(*from_hex(marker)), fecf_(fecf),
          scrambler_(text_or(settings, "scrambler", "CCSDS")) {}

    FrameSize size() const override {
        const std::size_t size = encoder_->frame_bytes() - (fecf_ ? 2 : 0);
        return {.least = size, .most = size};
    }

    void frame(std::span<const std::uint8_t> bytes, Bits& bits) override {
        assert(bytes.size() == size().most);
        Bytes block(bytes.begin(), bytes.end());
        if (fecf_)
            append_fecf(block);
        fec::append_bits_msb(marker_, bits);
        const std::size_t begin = bits.size();
        encoder_->encode(block, bits);
        Bytes sequence((bits.size() - begin + 7) / 8);
        randomise(scrambler_, sequence);
        Bits flips;
        fec::append_bits_msb(sequence, flips);
        for (std::size_t i = begin; i < bits.size(); ++i)
            bits[i] ^= flips[i - begin];
    }

    void idle(std::size_t count, Bits& bits) override { idle_.append(count, bits); }

private:
    std::unique_ptr<Encoder> encoder_;
    Bytes marker_;
    bool fecf_;
    std::string scrambler_;
    IdleSequence idle_;
};

} // namespace

Result<std::unique_ptr<Framer>> make_ldpc_framer(const Settings& settings) {
    const std::string name = text_or(settings, "ldpc_code", "ar4ja-1/2-1024");
    const fec::LdpcCode* code = fec::find_ldpc_code(name);
    if (!code || code->family == fec::LdpcFamily::telecommand)
        return fail("ldpc_code: there is no telemetry code '" + name + "'");
    const bool near_earth = code->family == fec::LdpcFamily::c2;
    return std::make_unique<BlockFramer>(std::make_unique<Ldpc>(*code),
                                         near_earth ? "1acffc1d" : "034776c7272895b0", settings,
                                         flag_or(settings, "fecf", false));
}

Result<std::unique_ptr<Framer>> make_turbo_framer(const Settings& settings) {
    const std::string rate = text_or(settings, "turbo_rate", "1/2");
    const std::string size = text_or(settings, "frame_size", "223");
    std::optional<fec::TurboCode> code;
    if (size.size() <= 4 &&
        std::all_of(size.begin(), size.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
        !size.empty())
        code = fec::find_turbo_code(rate, 8 * static_cast<std::size_t>(std::stoi(size)));
    if (!code)
        return fail("turbo_rate, frame_size: there is no turbo code of rate " + rate + " for " +
                    size + " bytes");
    const char* marker = "";
    switch (code->rate) {
    case fec::TurboRate::half:
        marker = "034776c7272895b0";
        break;
    case fec::TurboRate::third:
        marker = "25d5c0ce8990f6c9461bf79c";
        break;
    case fec::TurboRate::quarter:
        marker = "034776c7272895b0fcb88938d8d76a4f";
        break;
    case fec::TurboRate::sixth:
        marker = "25d5c0ce8990f6c9461bf79cda2a3f31766f0936b9e40863";
        break;
    }
    return std::make_unique<BlockFramer>(std::make_unique<Turbo>(*code), marker, settings,
                                         flag_or(settings, "fecf", true));
}

} // namespace telemetry::modem
