// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/gomspace.h"

#include <gtest/gtest.h>

#include "symbols.h"
#include "telemetry/fec/bits.h"
#include "telemetry/fec/convolutional.h"
#include "telemetry/fec/golay.h"
#include "telemetry/fec/scrambler.h"

namespace telemetry::framing {
namespace {

using Bits = std::vector<std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

Bytes payload_of(std::size_t length, unsigned seed) {
    std::mt19937 random(seed);
    Bytes bytes(length);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}

Bytes with_parity(Bytes data) {
    Bytes parity(32);
    fec::ReedSolomon(fec::kRs223Conventional).encode(data, parity);
    data.insert(data.end(), parity.begin(), parity.end());
    return data;
}

Bits silence(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    Bits bits(count);
    for (auto& bit : bits)
        bit = random() & 1;
    return bits;
}

/// Sync word, Golay header with `flags`, payload coded as they say.
void golay_frame(std::uint32_t sync, unsigned flags, Bytes payload, Bits& bits) {
    if (flags & 0x400)
        payload = with_parity(payload);
    if (flags & 0x200)
        fec::ccsds_randomize(payload);
    Bits coded;
    fec::append_bits_msb(payload, coded);
    if (flags & 0x100) {
        fec::ConvolutionalEncoder encoder(fec::kConvolutionalNasaDsnUninverted);
        Bits symbols;
        coded.insert(coded.end(), 8, 0);
        encoder.encode(coded, symbols);
        coded = symbols;
    }
    fec::append_word(sync, 32, bits);
    fec::append_word(fec::golay24_encode(flags | static_cast<unsigned>(coded.size() / 8)), 24,
                     bits);
    bits.insert(bits.end(), coded.begin(), coded.end());
}

void append(Bits& bits, const Bits& more) {
    bits.insert(bits.end(), more.begin(), more.end());
}

TEST(Golay, Ax100Mode5BackToBackInEitherPolarity) {
    const Bytes first = payload_of(60, 1);
    const Bytes second = payload_of(223, 2);
    Bits bits = silence(100, 1);
    golay_frame(0x930b51de, 0x600, first, bits);
    golay_frame(0x930b51de, 0, {}, bits); // a header of length 0: nothing
    golay_frame(0x930b51de, 0x600, second, bits);
    auto symbols = noisy_symbols(bits, 11, 4); // 0.2 % of bits wrong
    const auto deframer = make_deframer("AX100 Mode 5");
    for (int turn = 0; turn < 2; ++turn) {
        deframer->reset();
        const auto frames = deframe(*deframer, symbols);
        ASSERT_EQ(frames.size(), 2u);
        EXPECT_EQ(frames[0].hex, to_hex(first));
        EXPECT_EQ(frames[1].hex, to_hex(second));
        EXPECT_TRUE(frames[0].confirmed && frames[1].confirmed);
        EXPECT_GT(frames[1].corrected, 0);
        EXPECT_EQ(frames[0].sample_index, 2 + 5 * 100);
        EXPECT_EQ(frames[0].sample_count, 5 * (32 + 24 + 8 * 92));
        for (auto& symbol : symbols)
            symbol = static_cast<std::int8_t>(-symbol);
    }
}

TEST(Golay, Ax100IgnoresTheFlagsAndTakesAnotherSyncWord) {
    const Bytes payload = payload_of(40, 3);
    Bytes coded = with_parity(payload);
    fec::ccsds_randomize(coded);
    Bits bits = silence(50, 2);
    fec::append_word(0x1acffc1d, 32, bits);
    fec::append_word(fec::golay24_encode(72), 24, bits);
    fec::append_bits_msb(coded, bits);
    const auto frames = deframe(*make_deframer("AX100 ASM+Golay", {{"sync_word", "0x1ACFFC1D"}}),
                                clean_symbols(bits));
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].hex, to_hex(payload));
}

TEST(Golay, U482cHonoursItsFlags) {
    for (const unsigned flags : {0x000u, 0x100u, 0x200u, 0x300u, 0x400u, 0x500u, 0x600u, 0x700u}) {
        const Bytes payload = payload_of(33, flags);
        Bits bits = silence(77, 3);
        golay_frame(0xc3aa6655, flags, payload, bits);
        const auto frames = deframe(*make_deframer("U482C"), clean_symbols(bits));
        ASSERT_EQ(frames.size(), 1u) << flags;
        EXPECT_EQ(frames[0].hex, to_hex(payload));
        EXPECT_EQ(frames[0].confirmed, (flags & 0x400) != 0);
    }
}

TEST(Golay, UnconfirmedFramesNeedACleanBeginning) {
    Bits bits = silence(77, 3);
    golay_frame(0xc3aa6655, 0, payload_of(33, 1), bits);
    for (const std::size_t at : {78u, 80u, 84u}) // three errors in the sync word
        bits[at] ^= 1;
    EXPECT_TRUE(deframe(*make_deframer("U482C"), clean_symbols(bits)).empty());
}

TEST(Golay, AFalseSyncWordBeforeOrInsideTheFrameDoesNoHarm) {
    const Bytes payload = payload_of(100, 5);
    Bits bits = silence(40, 4);
    fec::append_word(0x930b51de, 32, bits);
    fec::append_word(fec::golay24_encode(0x6ff), 24, bits); // says 255 bytes are to come
    append(bits, silence(13, 5));
    golay_frame(0x930b51de, 0x600, payload, bits);
    append(bits, silence(3000, 6));
    const auto frames = deframe(*make_deframer("AX100 ASM+Golay"), clean_symbols(bits));
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].hex, to_hex(payload));
}

TEST(Golay, ManySyncWordsInARow) {
    Bits bits;
    for (int i = 0; i < 300; ++i)
        fec::append_word(0x930b51de, 32, bits);
    const Bytes payload = payload_of(100, 5);
    golay_frame(0x930b51de, 0x600, payload, bits);
    append(bits, silence(3000, 6));
    const auto frames = deframe(*make_deframer("AX100 ASM+Golay"), clean_symbols(bits), 7);
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].hex, to_hex(payload));
}

void mode6_frame(const Bytes& payload, Bits& bits) {
    const Bytes coded = with_parity(payload);
    fec::append_word(0x930b51de, 32, bits);
    fec::append_word(coded.size() + 1, 8, bits);
    fec::append_bits_msb(coded, bits);
}

Bits g3ruh(const Bits& bits) {
    fec::G3ruhScrambler scrambler;
    Bits line;
    for (const auto bit : bits)
        line.push_back(scrambler.scramble(bit));
    return line;
}

TEST(Ax100Rs, FramesInEitherPolarityWithWrongBits) {
    Bits bits = silence(90, 7);
    const Bytes first = payload_of(1, 1);
    const Bytes second = payload_of(222, 2);
    mode6_frame(first, bits);
    mode6_frame(second, bits);
    append(bits, silence(2100, 7));
    Bits line = g3ruh(bits);
    line[90 + 300] ^= 1;
    line[90 + 900] ^= 1;
    auto symbols = clean_symbols(line);
    const auto deframer = make_deframer("AX100 Mode 6");
    for (int turn = 0; turn < 2; ++turn) {
        deframer->reset();
        const auto frames = deframe(*deframer, symbols, 333);
        ASSERT_EQ(frames.size(), 2u);
        EXPECT_EQ(frames[0].hex, to_hex(first));
        EXPECT_EQ(frames[1].hex, to_hex(second));
        EXPECT_TRUE(frames[1].confirmed);
        for (auto& symbol : symbols)
            symbol = static_cast<std::int8_t>(-symbol);
    }
}

TEST(Ax100Rs, AWrongBitInTheLengthIsOvercome) {
    // 1, 33 and 97 bytes are lengths of 34, 66 and 130: all may come as 2, and 34 as 32.
    for (const std::size_t size : {1u, 33u, 97u, 100u})
        for (std::size_t bit = 0; bit < 8; ++bit) {
            const Bytes payload = payload_of(size, 9);
            Bits bits = silence(90, 7);
            mode6_frame(payload, bits);
            bits[90 + 32 + bit] ^= 1;
            append(bits, silence(2100, 7));
            const auto frames =
                deframe(*make_deframer("AX100 Reed Solomon"), clean_symbols(g3ruh(bits)));
            ASSERT_EQ(frames.size(), 1u) << size << " " << bit;
            EXPECT_EQ(frames[0].hex, to_hex(payload));
        }
}

TEST(Ax100Rs, ASyncWordWithNoFrameBehindIsCounted) {
    for (const std::uint64_t stated : {0u, 2u, 32u, 34u, 255u}) {
        Bits bits = silence(90, 7);
        fec::append_word(0x930b51de, 32, bits);
        fec::append_word(stated, 8, bits);
        append(bits, silence(2100, 7));
        const auto deframer = make_deframer("AX100 Reed Solomon");
        EXPECT_TRUE(deframe(*deframer, clean_symbols(g3ruh(bits))).empty());
        EXPECT_EQ(deframer->counts().discarded[static_cast<std::size_t>(Discard::fec)], 1u)
            << stated;
    }
}

// Where errors alone cannot be mended, the least certain bytes are given up.
TEST(Golay, SoftDecisionSavesFrames) {
    int hard = 0;
    int soft = 0;
    for (unsigned seed = 0; seed < 60; ++seed) {
        Bits bits = silence(50, seed);
        golay_frame(0x930b51de, 0x600, payload_of(223, seed), bits);
        auto symbols = noisy_symbols(bits, 13.4F, seed);
        const auto deframer = make_deframer("AX100 ASM+Golay");
        soft += static_cast<int>(deframe(*deframer, symbols).size());
        for (auto& symbol : symbols)
            symbol = symbol > 0 ? 32 : -32;
        deframer->reset();
        hard += static_cast<int>(deframe(*deframer, symbols).size());
    }
    EXPECT_GT(soft, hard);
    RecordProperty("hard_and_soft", std::to_string(hard) + " " + std::to_string(soft));
}

} // namespace
} // namespace telemetry::framing
