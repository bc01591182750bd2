// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cassert>
#include <string>

#include "telemetry/base/text.h"
#include "telemetry/fec/bits.h"
#include "telemetry/fec/golay.h"
#include "telemetry/fec/hdlc.h"
#include "telemetry/fec/line_code.h"
#include "telemetry/fec/reed_solomon.h"
#include "telemetry/fec/scrambler.h"
#include "telemetry/modem/ccsds_block_framer.h"
#include "telemetry/modem/ccsds_framer.h"
#include "telemetry/modem/modulator.h"
#include "telemetry/modem/option.h"

namespace telemetry::modem {
namespace {

using Bits = std::vector<std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

enum class G3ruh { no, yes };

/// AX.25 v2.2 section 3 as it is sent: HDLC, then G3RUH's scrambler where wanted, then NRZI.
class Ax25Framer final : public Framer {
public:
    explicit Ax25Framer(G3ruh scrambled) : scrambled_(scrambled) {}

    FrameSize size() const override { return {.least = 1, .most = 4096}; }

    void frame(std::span<const std::uint8_t> bytes, Bits& bits) override {
        plain_.clear();
        fec::hdlc_flags(1, plain_);
        fec::hdlc_encode(bytes, plain_);
        fec::hdlc_flags(1, plain_);
        send(bits);
    }

    void idle(std::size_t count, Bits& bits) override {
        plain_.clear();
        fec::hdlc_flags((count + 7) / 8, plain_);
        send(bits);
    }

private:
    void send(Bits& bits) {
        for (const std::uint8_t bit : plain_)
            bits.push_back(nrzi_.encode(scrambled_ == G3ruh::yes ? scrambler_.scramble(bit) : bit));
    }

    G3ruh scrambled_;
    fec::G3ruhScrambler scrambler_;
    fec::DifferentialEncoder nrzi_{fec::Transition::on_zero};
    Bits plain_;
};

/// Bit pairs 10 in front of a sync word, as the radios send them for their receivers to settle.
void append_alternating(std::size_t count, Bits& bits) {
    for (std::size_t k = 0; k < count; k += 2) {
        bits.push_back(1);
        bits.push_back(0);
    }
}

/// `bytes`, and behind them their Reed-Solomon parity (conventional basis, shortened).
Bytes with_parity(std::span<const std::uint8_t> bytes) {
    static const fec::ReedSolomon kCode(fec::kRs223Conventional);
    Bytes word(bytes.begin(), bytes.end());
    word.resize(bytes.size() + static_cast<std::size_t>(kCode.parity()));
    kCode.encode(bytes, std::span(word).subspan(bytes.size()));
    return word;
}

/// GOMspace's AX100 in mode 5 and U482C: sync word, Golay-coded length and flags, then a
/// randomised Reed-Solomon word.
class GolayFramer final : public Framer {
public:
    explicit GolayFramer(std::uint32_t sync_word) : sync_word_(sync_word) {}

    FrameSize size() const override { return {.least = 1, .most = 223}; }

    void frame(std::span<const std::uint8_t> bytes, Bits& bits) override {
        assert(!bytes.empty() && bytes.size() <= size().most);
        constexpr unsigned kRandomised = 0x200;
        constexpr unsigned kReedSolomon = 0x400;
        Bytes word = with_parity(bytes);
        fec::ccsds_randomize(word);
        fec::append_word(sync_word_, 32, bits);
        const auto length = static_cast<unsigned>(word.size());
        fec::append_word(fec::golay24_encode(length | kRandomised | kReedSolomon), 24, bits);
        fec::append_bits_msb(word, bits);
    }

    void idle(std::size_t count, Bits& bits) override { append_alternating(count, bits); }

private:
    std::uint32_t sync_word_;
};

/// GOMspace's AX100 in Reed-Solomon mode: sync word, length of itself and the word, Reed-Solomon
/// word, all through G3RUH's scrambler.
class Ax100ReedSolomonFramer final : public Framer {
public:
    explicit Ax100ReedSolomonFramer(std::uint32_t sync_word) : sync_word_(sync_word) {}

    FrameSize size() const override { return {.least = 1, .most = 222}; }

    void frame(std::span<const std::uint8_t> bytes, Bits& bits) override {
        assert(!bytes.empty() && bytes.size() <= size().most);
        const Bytes word = with_parity(bytes);
        plain_.clear();
        fec::append_word(sync_word_, 32, plain_);
        fec::append_word(word.size() + 1, 8, plain_);
        fec::append_bits_msb(word, plain_);
        send(bits);
    }

    void idle(std::size_t count, Bits& bits) override {
        plain_.clear();
        append_alternating(count, plain_);
        send(bits);
    }

private:
    void send(Bits& bits) {
        for (const std::uint8_t bit : plain_)
            bits.push_back(scrambler_.scramble(bit));
    }

    std::uint32_t sync_word_;
    fec::G3ruhScrambler scrambler_;
    Bits plain_;
};

using Made = Result<std::unique_ptr<Framer>>;

struct Framing {
    std::string_view name;
    Made (*make)(const Settings&);
};

template <G3ruh kScrambled>
Made make_ax25(const Settings& /*settings*/) {
    return std::make_unique<Ax25Framer>(kScrambled);
}

template <class T, std::uint32_t kSyncWord>
Made make_synced(const Settings& settings) {
    return std::make_unique<T>(
        static_cast<std::uint32_t>(number_or(settings, "sync_word", kSyncWord)));
}

/// The defaults of CCSDS framings, by the stages that the name says.
enum class Ccsds { uncoded, reed_solomon, concatenated };

template <Ccsds kStages>
Made make_ccsds(const Settings& settings) {
    return make_ccsds_framer(settings,
                             {.convolutional = kStages == Ccsds::concatenated ? "CCSDS" : "none",
                              .rs_basis = kStages == Ccsds::uncoded ? "none" : "dual"});
}

constexpr Framing kFramings[] = {
    {"AX.25", make_ax25<G3ruh::no>},
    {"AX.25 G3RUH", make_ax25<G3ruh::yes>},
    {"AX100 ASM+Golay", make_synced<GolayFramer, 0x930b51de>},
    {"AX100 Reed Solomon", make_synced<Ax100ReedSolomonFramer, 0x930b51de>},
    {"U482C", make_synced<GolayFramer, 0xc3aa6655>},
    {"CCSDS TM", make_ccsds<Ccsds::reed_solomon>},
    {"CCSDS Concatenated", make_ccsds<Ccsds::concatenated>},
    {"CCSDS Reed-Solomon", make_ccsds<Ccsds::reed_solomon>},
    {"CCSDS Uncoded", make_ccsds<Ccsds::uncoded>},
    {"CCSDS LDPC", make_ldpc_framer},
    {"CCSDS Turbo", make_turbo_framer},
};

} // namespace

Result<std::unique_ptr<Framer>> make_framer(std::string_view framing, const Settings& settings) {
    std::string names;
    for (const auto& candidate : kFramings) {
        if (equal_ignoring_case(candidate.name, framing))
            return candidate.make(settings);
        names += (names.empty() ? "" : ", ") + std::string(candidate.name);
    }
    return fail("there is no transmitter for the framing '" + std::string(framing) +
                "', only for " + names);
}

} // namespace telemetry::modem
