// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/hdlc.h"

#include <gtest/gtest.h>

#include "symbols.h"
#include "telemetry/fec/bits.h"
#include "telemetry/fec/hdlc.h"
#include "telemetry/fec/line_code.h"
#include "telemetry/fec/scrambler.h"

namespace telemetry::framing {
namespace {

// An AX.25 UI frame: addresses, control, PID, text.
const std::string kUiFrame = "a0a2aa6062a660aea060a4926e6103f048656c6c6f20576f726c64";

std::vector<std::uint8_t> bytes_of(const std::string& hex) {
    return *from_hex(hex);
}

class Line {
public:
    explicit Line(HdlcScrambling scrambling) : scrambling_(scrambling) {}
    void send(const std::vector<std::uint8_t>& bits) {
        for (auto bit : bits) {
            if (scrambling_ == HdlcScrambling::g3ruh)
                bit = scrambler_.scramble(bit);
            levels.push_back(nrzi_.encode(bit));
        }
    }
    void flags(std::size_t count) {
        std::vector<std::uint8_t> bits;
        fec::hdlc_flags(count, bits);
        send(bits);
    }
    void frame(const std::string& hex) {
        std::vector<std::uint8_t> bits;
        fec::hdlc_encode(bytes_of(hex), bits);
        send(bits);
    }
    std::vector<std::uint8_t> levels;

private:
    HdlcScrambling scrambling_;
    fec::G3ruhScrambler scrambler_;
    fec::DifferentialEncoder nrzi_{fec::Transition::on_zero};
};

class Hdlc : public testing::TestWithParam<HdlcScrambling> {
protected:
    std::unique_ptr<Deframer> make() const {
        return make_deframer(GetParam() == HdlcScrambling::none ? "AX.25" : "AX.25 G3RUH");
    }
};
INSTANTIATE_TEST_SUITE_P(Both, Hdlc, testing::Values(HdlcScrambling::none, HdlcScrambling::g3ruh));

TEST_P(Hdlc, FramesBackToBackInEitherPolarity) {
    Line line(GetParam());
    line.flags(6);
    line.frame(kUiFrame);
    line.flags(1); // shared
    line.frame(kUiFrame + "ffffffffff");
    line.flags(2);
    auto symbols = clean_symbols(line.levels);
    for (int turn = 0; turn < 2; ++turn) {
        const auto frames = deframe(*make(), symbols);
        ASSERT_EQ(frames.size(), 2u);
        EXPECT_EQ(frames[0].hex, kUiFrame);
        EXPECT_EQ(frames[1].hex, kUiFrame + "ffffffffff");
        EXPECT_TRUE(frames[0].confirmed);
        EXPECT_EQ(frames[0].sample_index, 2 + 5 * 40); // the sixth flag
        for (auto& symbol : symbols)
            symbol = static_cast<std::int8_t>(-symbol);
    }
}

TEST_P(Hdlc, FlagsMayShareTheirZero) {
    Line line(GetParam());
    line.flags(4);
    line.send({1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0});
    line.frame(kUiFrame);
    line.send({0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0});
    const auto frames = deframe(*make(), clean_symbols(line.levels));
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].hex, kUiFrame);
}

TEST_P(Hdlc, LongestFrame) {
    Line line(GetParam());
    std::string longest;
    for (std::size_t i = 0; i < HdlcDeframer::kMaxFrameBytes; ++i)
        longest += "ff";
    line.flags(4);
    line.frame(longest);
    line.flags(1);
    line.frame(longest + "00");
    line.flags(1);
    line.frame(kUiFrame);
    line.flags(1);
    const auto frames = deframe(*make(), clean_symbols(line.levels));
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].hex, longest);
    EXPECT_EQ(frames[1].hex, kUiFrame);
}

TEST_P(Hdlc, AWrongBitOrAnAbortIsCountedNotYielded) {
    Line line(GetParam());
    std::vector<std::uint8_t> bits;
    fec::hdlc_encode(bytes_of(kUiFrame), bits);
    for (const std::size_t at : {50u, 60u, 100u, 101u, 102u, 150u})
        bits[at] ^= 1;
    line.flags(3);
    line.send(bits);
    line.flags(3);
    line.frame(kUiFrame.substr(0, 30));
    line.send({1, 1, 1, 1, 1, 1, 1, 1, 1});
    line.flags(3);
    const auto deframer = make();
    EXPECT_TRUE(deframe(*deframer, clean_symbols(line.levels)).empty());
    auto counts = deframer->counts();
    EXPECT_EQ(counts.frames, 0u);
    EXPECT_GE(counts[Discard::crc] + counts[Discard::length] + counts[Discard::interrupted], 1u);
}

TEST_P(Hdlc, TwoUncertainSymbolsAreMended) {
    Line line(GetParam());
    line.flags(4);
    line.frame(kUiFrame);
    line.flags(3);
    const auto clean = clean_symbols(line.levels);
    for (std::size_t first = 60; first < 200; first += 7)
        for (std::size_t second = first; second < 200; second += 31) {
            auto symbols = clean;
            symbols[first] = static_cast<std::int8_t>(-symbols[first] / 8);
            symbols[30] = static_cast<std::int8_t>(symbols[30] / 16); // uncertain, but right
            if (second != first)
                symbols[second] = static_cast<std::int8_t>(-symbols[second] / 8);
            const auto frames = deframe(*make(), symbols);
            ASSERT_EQ(frames.size(), 1u) << first << " " << second;
            EXPECT_EQ(frames[0].hex, kUiFrame);
            EXPECT_EQ(frames[0].corrected, second == first ? 1 : 2);
            EXPECT_EQ(frames[0].sample_index, 2 + 5 * 24);
        }
}

TEST_P(Hdlc, CertainSymbolsAndStrangeFramesAreNotMended) {
    for (const std::string& hex : {kUiFrame, std::string(120, '5')}) {
        Line line(GetParam());
        line.flags(4);
        line.frame(hex);
        line.flags(3);
        auto symbols = clean_symbols(line.levels);
        symbols[100] =
            static_cast<std::int8_t>(hex == kUiFrame ? -symbols[100] : -symbols[100] / 8);
        EXPECT_TRUE(deframe(*make(), symbols).empty());
    }
}

// Frames with none to many wrong symbols: next to none may be mended into something else.
TEST_P(Hdlc, MendingYieldsNoFalseFrames) {
    Line line(GetParam());
    constexpr int kSent = 2000;
    for (int i = 0; i < kSent; ++i) {
        line.flags(2);
        line.frame(kUiFrame + "00112233445566778899aabbccddeeff");
    }
    line.flags(2);
    const auto deframer = make();
    int right = 0;
    int wrong = 0;
    int mended = 0;
    for (const auto& frame : deframe(*deframer, noisy_symbols(line.levels, 12.5F, 3))) {
        const bool good = frame.hex == kUiFrame + "00112233445566778899aabbccddeeff";
        right += good;
        wrong += !good;
        mended += frame.corrected > 0;
    }
    RecordProperty("right_wrong_mended", std::to_string(right) + " " + std::to_string(wrong) + " " +
                                             std::to_string(mended));
    EXPECT_GT(mended, right / 4);
    EXPECT_LE(wrong, 1);
}

TEST_P(Hdlc, ShortStrangeFrameNeedsASecondFlag) {
    const std::string strange = "0102030405060708090a0b0c0d0e0f10";
    for (const std::size_t flags : {1u, 2u}) {
        Line line(GetParam());
        line.send(std::vector<std::uint8_t>(40, 0));
        line.flags(flags);
        line.frame(strange);
        line.flags(1);
        EXPECT_EQ(deframe(*make(), clean_symbols(line.levels)).size(), flags - 1);
    }
}

// On packed bits: what the soft deframer finds without repair, by every variant of the kernels and
// however the bits are cut.
TEST_P(Hdlc, PackedBitsYieldTheSameFrames) {
    std::mt19937 random(8);
    Line line(GetParam());
    for (int i = 0; i < 300; ++i) {
        std::string hex = i % 3 ? kUiFrame : "";
        for (std::size_t k = random() % 200; k > 0; --k)
            hex += random() % 4 ? "ff" : "3a";
        line.flags(1 + random() % 3);
        line.frame(hex);
        if (i % 7 == 0) {
            line.flags(1);
            std::vector<std::uint8_t> junk(random() % 500);
            for (auto& bit : junk)
                bit = random() & 1;
            line.send(junk);
        }
    }
    line.flags(2);
    line.levels.resize(line.levels.size() / 8 * 8);
    for (std::size_t i = 0; i < line.levels.size() / 3000; ++i)
        line.levels[random() % line.levels.size()] ^= 1;
    // As sure as can be, nothing is mended.
    std::vector<std::int8_t> symbols;
    for (const auto level : line.levels)
        symbols.push_back(level ? 100 : -100);
    std::vector<std::uint8_t> packed(symbols.size() / 8);
    fec::SignPacker{}(symbols, packed);
    const auto soft = make();
    const auto expected = deframe(*soft, symbols);
    ASSERT_GE(expected.size(), 150u);
    for (const auto level : {simd::Level::generic, simd::Level::avx2, simd::Level::avx512})
        for (const std::size_t chunk : {std::size_t{1}, std::size_t{1000}, packed.size()}) {
            HdlcBitDeframer deframer(GetParam(), level);
            Collector collector;
            for (std::size_t at = 0; at < packed.size(); at += chunk)
                deframer.process(std::span(packed).subspan(at, std::min(chunk, packed.size() - at)),
                                 collector);
            ASSERT_EQ(collector.frames.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i) {
                EXPECT_EQ(collector.frames[i].hex, expected[i].hex);
                EXPECT_EQ(2 + 5 * collector.frames[i].sample_index, expected[i].sample_index);
                EXPECT_EQ(5 * collector.frames[i].sample_count, expected[i].sample_count);
            }
            EXPECT_EQ(deframer.counts().syncs, soft->counts().syncs);
            EXPECT_EQ(deframer.counts().discarded, soft->counts().discarded);
        }
}

} // namespace
} // namespace telemetry::framing
