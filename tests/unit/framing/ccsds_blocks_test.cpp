// SPDX-License-Identifier: GPL-3.0-or-later
// Every LDPC and turbo code of the catalog, near the Es/N0 that it is made for.
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "symbols.h"
#include "telemetry/modem/modulator.h"

namespace telemetry::framing {
namespace {

using Given = std::map<std::string, std::string>;

struct Code {
    std::string name;
    Given given;
    double esn0_db; ///< where (nearly) every frame must come
};

Settings settings_of(const Code& code, const Given& more = {}) {
    std::vector<KeyText> keys;
    for (const auto* part : {&code.given, &more})
        for (const auto& [key, text] : *part)
            keys.push_back({key, text});
    const auto settings = read_settings({find_deframer(code.name)->fields}, keys);
    EXPECT_TRUE(settings) << settings.error().to_string();
    return *settings;
}

struct Link {
    explicit Link(const Code& code, const Given& more = {})
        : settings(settings_of(code, more)),
          framer(std::move(*modem::make_framer(code.name, settings))),
          deframer(std::move(*find_deframer(code.name)->make(settings))) {}

    void send(std::mt19937& random) {
        std::vector<std::uint8_t> bytes(framer->size().most);
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(random());
        sent.push_back(to_hex(bytes));
        framer->frame(bytes, bits);
    }
    std::vector<std::int8_t> symbols(double esn0_db, unsigned seed) const {
        return noisy_symbols(bits, static_cast<float>(32 * std::pow(10, -esn0_db / 20) / M_SQRT2),
                             seed);
    }

    Settings settings;
    std::unique_ptr<modem::Framer> framer;
    std::unique_ptr<Deframer> deframer;
    std::vector<std::uint8_t> bits;
    std::vector<std::string> sent;
};

std::vector<std::string> hex_of(const std::vector<Received>& frames) {
    std::vector<std::string> all;
    for (const Received& frame : frames)
        all.push_back(frame.hex);
    return all;
}

class CcsdsBlocks : public testing::TestWithParam<Code> {};

TEST_P(CcsdsBlocks, FramesComeAtLowSnr) {
    Link link(GetParam());
    std::mt19937 random(3);
    link.framer->idle(333, link.bits);
    const std::size_t word = [&] {
        const std::size_t before = link.bits.size();
        link.send(random);
        return link.bits.size() - before;
    }();
    const std::size_t frames = std::min<std::size_t>(12, 120000 / word);
    while (link.sent.size() < frames)
        link.send(random);
    const auto found = deframe(*link.deframer, link.symbols(GetParam().esn0_db, 11));
    EXPECT_EQ(hex_of(found), link.sent);
    EXPECT_EQ(link.deframer->counts().frames, frames);
}

// Behind a frame the next one is found without its marker.
TEST_P(CcsdsBlocks, SurvivesALostMarker) {
    Link link(GetParam());
    std::mt19937 random(4);
    link.framer->idle(100, link.bits);
    std::size_t second = 0;
    for (int i = 0; i < 3; ++i) {
        if (i == 1)
            second = link.bits.size();
        link.send(random);
    }
    for (std::size_t i = second; i < second + 32; ++i)
        link.bits[i] ^= 1;
    EXPECT_EQ(hex_of(deframe(*link.deframer, link.symbols(GetParam().esn0_db + 2, 12))), link.sent);
}

TEST_P(CcsdsBlocks, LongRandomiserIsAnother) {
    Link link(GetParam(), {{"scrambler", "CCSDS 131071"}});
    std::mt19937 random(5);
    link.send(random);
    const auto symbols = clean_symbols(link.bits);
    EXPECT_EQ(hex_of(deframe(*link.deframer, symbols)), link.sent);
    Link other(GetParam());
    EXPECT_TRUE(deframe(*other.deframer, symbols).empty());
}

TEST_P(CcsdsBlocks, NoiseYieldsNothing) {
    for (const char* fecf : {"true", "false"}) {
        Link link(GetParam(), {{"fecf", fecf}});
        std::vector<Received> found;
        for (unsigned seed = 0; seed < 4; ++seed)
            for (auto& frame : deframe(*link.deframer, noise_symbols(1 << 18, seed)))
                found.push_back(frame);
        EXPECT_TRUE(found.empty()) << fecf;
    }
}

TEST(CcsdsBlocksFecf, WrongCheckIsDiscarded) {
    const Code code{"CCSDS LDPC", {{"ldpc_code", "ar4ja-4/5-1024"}}, 0};
    Link plain(code);
    std::mt19937 random(6);
    plain.send(random); // random bytes where the field should be
    Link checked(code, {{"fecf", "true"}});
    EXPECT_TRUE(deframe(*checked.deframer, clean_symbols(plain.bits)).empty());
    EXPECT_EQ(checked.deframer->counts().discarded[static_cast<std::size_t>(Discard::crc)], 1u);
    checked.send(random);
    const auto found = deframe(*checked.deframer, clean_symbols(checked.bits));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].hex.size(), 2 * 126u);
}

const Code kCodes[] = {
    {"CCSDS LDPC", {{"ldpc_code", "ar4ja-1/2-1024"}}, -0.5},
    {"CCSDS LDPC", {{"ldpc_code", "ar4ja-1/2-4096"}}, -1.2},
    {"CCSDS LDPC", {{"ldpc_code", "ar4ja-1/2-16384"}}, -1.6},
    {"CCSDS LDPC", {{"ldpc_code", "ar4ja-2/3-1024"}}, 1.5},
    {"CCSDS LDPC", {{"ldpc_code", "ar4ja-2/3-4096"}}, 0.9},
    {"CCSDS LDPC", {{"ldpc_code", "ar4ja-2/3-16384"}}, 0.6},
    {"CCSDS LDPC", {{"ldpc_code", "ar4ja-4/5-1024"}}, 3.4},
    {"CCSDS LDPC", {{"ldpc_code", "ar4ja-4/5-4096"}}, 2.6},
    {"CCSDS LDPC", {{"ldpc_code", "ar4ja-4/5-16384"}}, 2.3},
    {"CCSDS LDPC", {{"ldpc_code", "c2-8160"}}, 3.9},
    {"CCSDS Turbo", {{"turbo_rate", "1/2"}, {"frame_size", "223"}}, -1.4},
    {"CCSDS Turbo", {{"turbo_rate", "1/2"}, {"frame_size", "1115"}}, -1.8},
    {"CCSDS Turbo", {{"turbo_rate", "1/3"}, {"frame_size", "223"}}, -3.8},
    {"CCSDS Turbo", {{"turbo_rate", "1/3"}, {"frame_size", "446"}}, -4.0},
    {"CCSDS Turbo", {{"turbo_rate", "1/4"}, {"frame_size", "892"}}, -5.5},
    {"CCSDS Turbo", {{"turbo_rate", "1/6"}, {"frame_size", "223"}}, -7.1},
    {"CCSDS Turbo", {{"turbo_rate", "1/6"}, {"frame_size", "1115"}}, -7.4},
};

INSTANTIATE_TEST_SUITE_P(Codes, CcsdsBlocks, testing::ValuesIn(kCodes), [](const auto& entry) {
    std::string name;
    for (const auto& [key, text] : entry.param.given)
        for (const char c : text)
            name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    return name;
});

} // namespace
} // namespace telemetry::framing
