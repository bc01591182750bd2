// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "signals.h"
#include "telemetry/framing/deframer.h"
#include "telemetry/modem/modulator.h"

namespace telemetry::modem {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Case {
    const char* framing;
    std::vector<KeyText> settings;
};

void PrintTo(const Case& test, std::ostream* out) {
    *out << test.framing;
    for (const auto& given : test.settings)
        *out << ' ' << given.key << '=' << given.text;
}

Bytes random_frame(std::size_t size, std::uint32_t seed) {
    std::mt19937 random(seed);
    Bytes bytes(size);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random() >> 24);
    return bytes;
}

/// Soft symbols of a clean signal, in pieces as a demodulator yields them.
std::vector<Bytes> deframe(framing::Deframer& deframer, const std::vector<std::uint8_t>& bits,
                           int sign) {
    std::vector<std::int8_t> symbols;
    for (const auto bit : bits)
        symbols.push_back(static_cast<std::int8_t>(bit != 0 ? 32 * sign : -32 * sign));
    std::vector<Bytes> frames;
    auto sink = make_sink<Frame>([&](const Frame& frame) {
        EXPECT_TRUE(frame.confirmed);
        frames.emplace_back(frame.bytes.begin(), frame.bytes.end());
    });
    for (std::size_t k = 0; k < symbols.size(); k += 1000) {
        SoftSymbols part;
        part.values =
            std::span(symbols).subspan(k, std::min<std::size_t>(1000, symbols.size() - k));
        part.first_position = static_cast<double>(k) * 5;
        part.samples_per_symbol = 5;
        deframer.process(part, sink);
    }
    deframer.finish(sink);
    return frames;
}

class RoundTrip : public testing::TestWithParam<Case> {};

TEST_P(RoundTrip, EveryFrameComesBackInBothPolarities) {
    const auto* entry = framing::find_deframer(GetParam().framing);
    if (entry == nullptr)
        GTEST_SKIP() << "skipped: no deframer of that name";
    const auto settings = read_settings({entry->fields}, GetParam().settings);
    ASSERT_TRUE(settings) << settings.error().to_string();
    auto framer = make_framer(GetParam().framing, *settings);
    ASSERT_TRUE(framer) << framer.error().to_string();

    const FrameSize size = (*framer)->size();
    std::vector<Bytes> sent;
    std::vector<std::uint8_t> bits;
    (*framer)->idle(300, bits);
    for (std::uint32_t k = 0; k < 8; ++k) {
        // The shortest that any protocol over it would send, the longest, and some between.
        const std::size_t most = std::min(size.most, std::max<std::size_t>(size.least, 500));
        const std::size_t least =
            std::max<std::size_t>(size.least, std::min<std::size_t>(18, most));
        sent.push_back(random_frame(least + (most - least) * k / 7, k));
        (*framer)->frame(sent.back(), bits);
        if (k % 2 == 1)
            (*framer)->idle(100 * k, bits);
    }
    (*framer)->idle(300, bits);

    for (const int sign : {1, -1}) {
        auto deframer = entry->make(*settings);
        ASSERT_TRUE(deframer) << deframer.error().to_string();
        EXPECT_EQ(deframe(**deframer, bits, sign), sent) << "sign " << sign;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Framer, RoundTrip,
    testing::Values(
        Case{"AX.25", {}}, Case{"AX.25 G3RUH", {}}, Case{"AX100 ASM+Golay", {}},
        Case{"AX100 ASM+Golay", {{"sync_word", "0x1ACFFC1D"}}}, Case{"AX100 Reed Solomon", {}},
        Case{"U482C", {}}, Case{"CCSDS Uncoded", {{"frame_size", "100"}, {"fecf", "yes"}}},
        Case{"CCSDS Reed-Solomon", {{"frame_size", "223"}}},
        Case{"CCSDS Reed-Solomon",
             {{"frame_size", "892"}, {"rs_interleaving", "4"}, {"rs_basis", "conventional"}}},
        Case{"CCSDS Reed-Solomon", {{"frame_size", "100"}, {"precoding", "differential"}}},
        Case{"CCSDS Reed-Solomon", {{"frame_size", "239"}, {"rs_parity", "16"}}},
        Case{"CCSDS Concatenated",
             {{"frame_size", "1195"},
              {"rs_parity", "16"},
              {"rs_interleaving", "5"},
              {"rs_basis", "conventional"}}},
        Case{"CCSDS Reed-Solomon",
             {{"frame_size", "120"},
              {"rs_interleaving", "8"},
              {"scrambler", "none"},
              {"fecf", "yes"}}},
        Case{"CCSDS Concatenated", {{"frame_size", "223"}}},
        Case{"CCSDS Concatenated", {{"frame_size", "1115"}, {"rs_interleaving", "5"}}},
        Case{"CCSDS Concatenated",
             {{"frame_size", "114"}, {"rs_basis", "conventional"}, {"precoding", "differential"}}},
        Case{"CCSDS Concatenated", {{"frame_size", "223"}, {"convolutional", "NASA-DSN"}}},
        Case{"CCSDS Concatenated", {{"frame_size", "223"}, {"convolutional", "CCSDS uninverted"}}},
        Case{"CCSDS TM",
             {{"frame_size", "200"},
              {"convolutional", "NASA-DSN uninverted"},
              {"rs_basis", "none"},
              {"fecf", "yes"}}}));

TEST(Framer, IdleLastsAtLeastAsLongAsAsked) {
    for (const char* framing :
         {"AX.25", "AX.25 G3RUH", "AX100 ASM+Golay", "AX100 Reed Solomon", "U482C", "CCSDS Uncoded",
          "CCSDS Reed-Solomon", "CCSDS Concatenated"}) {
        auto framer = make_framer(framing, {});
        ASSERT_TRUE(framer) << framer.error().to_string();
        std::vector<std::uint8_t> bits;
        (*framer)->idle(101, bits);
        EXPECT_GE(bits.size(), 101U) << framing;
        EXPECT_LE(bits.size(), 110U) << framing;
    }
}

TEST(Framer, RefusesWhatItCannotSend) {
    const auto unknown = make_framer("AX.26", {});
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().message.find("AX.25 G3RUH"), std::string::npos);
    Settings settings;
    settings.set("frame_size", std::int64_t{224}, true);
    EXPECT_FALSE(make_framer("CCSDS Reed-Solomon", settings));
    settings.set("frame_size", std::int64_t{892}, true);
    settings.set("rs_interleaving", std::int64_t{4}, true);
    EXPECT_TRUE(make_framer("CCSDS Reed-Solomon", settings));
    settings.set("rs_interleaving", std::int64_t{5}, true);
    EXPECT_FALSE(make_framer("CCSDS Reed-Solomon", settings));
}

} // namespace
} // namespace telemetry::modem
