// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/ccsds_tm.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "symbols.h"
#include "telemetry/fec/bits.h"
#include "telemetry/fec/line_code.h"
#include "telemetry/fec/scrambler.h"

namespace telemetry::framing {
namespace {

using Bits = std::vector<std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

Bytes frame_of(std::size_t length, unsigned seed) {
    std::mt19937 random(seed);
    Bytes bytes(length);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}

struct Sender {
    CcsdsTmOptions options;

    /// Frames back to back between random bits.
    Bits send(const std::vector<Bytes>& frames, std::size_t lead) const {
        std::mt19937 random(11);
        Bits bits;
        for (std::size_t i = 0; i < lead; ++i)
            bits.push_back(random() & 1);
        for (Bytes block : frames) {
            if (options.rs_basis) {
                const bool dual = *options.rs_basis == fec::RsBasis::dual;
                const auto& code = options.rs_parity == 16
                                       ? (dual ? fec::kRs239Dual : fec::kRs239Conventional)
                                       : (dual ? fec::kRs223Dual : fec::kRs223Conventional);
                const fec::InterleavedReedSolomon rs(code, options.rs_interleaving);
                Bytes parity(static_cast<std::size_t>(rs.parity()));
                rs.encode(block, parity);
                block.insert(block.end(), parity.begin(), parity.end());
            }
            if (options.scrambler == Scrambler::ccsds)
                fec::ccsds_randomize(block);
            fec::append_word(0x1acffc1d, 32, bits);
            fec::append_bits_msb(block, bits);
        }
        for (std::size_t i = 0; i < 400; ++i)
            bits.push_back(random() & 1);
        if (options.precoding == Precoding::differential) {
            fec::DifferentialEncoder nrzm(fec::Transition::on_one);
            for (auto& bit : bits)
                bit = nrzm.encode(bit);
        }
        if (!options.convolutional)
            return bits;
        Bits symbols;
        fec::ConvolutionalEncoder(options.convolutional->code).encode(bits, symbols);
        Bits sent;
        fec::Puncturer(options.convolutional->puncturing).puncture(symbols, sent);
        return sent;
    }
};

void expect_frames(const CcsdsTmOptions& options, const std::vector<Bytes>& sent, float sigma) {
    const Bits bits = Sender{options}.send(sent, 101);
    for (const bool invert : {false, true})
        for (const std::size_t skip : {0u, 1u}) {
            auto symbols = noisy_symbols(bits, sigma, 5);
            if (invert)
                for (auto& symbol : symbols)
                    symbol = static_cast<std::int8_t>(-symbol);
            symbols.erase(symbols.begin(), symbols.begin() + static_cast<std::ptrdiff_t>(skip));
            CcsdsTmDeframer deframer(options);
            const auto frames = deframe(deframer, symbols);
            ASSERT_EQ(frames.size(), sent.size()) << invert << skip;
            const int rate = options.convolutional ? 2 : 1;
            for (std::size_t i = 0; i < sent.size(); ++i)
                EXPECT_EQ(frames[i].hex, to_hex(sent[i]));
            EXPECT_EQ(frames[0].sample_index, 2 + 5 * (101 * rate - static_cast<int>(skip)));
        }
}

TEST(CcsdsTm, EveryInterleavingBasisAndFill) {
    for (const int depth : {1, 2, 3, 4, 5, 8})
        for (const auto basis : {fec::RsBasis::conventional, fec::RsBasis::dual})
            for (const std::size_t word : {223u, 40u}) {
                CcsdsTmOptions options;
                options.frame_size = word * static_cast<std::size_t>(depth);
                options.rs_basis = basis;
                options.rs_interleaving = depth;
                expect_frames(options,
                              {frame_of(options.frame_size, 1), frame_of(options.frame_size, 2)},
                              10);
            }
}

TEST(CcsdsTm, SixteenBytesOfParityMendEightErrors) {
    for (const int depth : {1, 5})
        for (const auto basis : {fec::RsBasis::conventional, fec::RsBasis::dual})
            for (const std::size_t word : {239u, 40u}) {
                const auto bytes = static_cast<std::size_t>(depth);
                CcsdsTmOptions options;
                options.frame_size = word * bytes;
                options.rs_basis = basis;
                options.rs_parity = 16;
                options.rs_interleaving = depth;
                const Bytes sent = frame_of(options.frame_size, 1);
                auto symbols = clean_symbols(Sender{options}.send({sent}, 101));
                const auto spoil = [&](std::size_t byte) {
                    auto& symbol = symbols[101 + 32 + 8 * byte + 3];
                    symbol = static_cast<std::int8_t>(-symbol);
                };
                for (std::size_t byte = 0; byte < 8 * bytes; ++byte) // eight of each word
                    spoil(3 * bytes + byte);
                CcsdsTmDeframer deframer(options);
                const auto frames = deframe(deframer, symbols);
                ASSERT_EQ(frames.size(), 1u) << depth << " " << word;
                EXPECT_EQ(frames[0].hex, to_hex(sent));
                EXPECT_EQ(frames[0].corrected, 8 * depth);
                spoil(12 * bytes);
                CcsdsTmDeframer other(options);
                EXPECT_TRUE(deframe(other, symbols).empty());
            }
}

// Reed-Solomon words are cyclic: without randomiser and fill, a marker some bytes in front of the
// true one has a word behind it that can be mended into a shifted one.
TEST(CcsdsTm, MarkersBesideTheTrueOneYieldNoShiftedWord) {
    for (const auto basis : {fec::RsBasis::conventional, fec::RsBasis::dual})
        for (const std::size_t depth : {1u, 5u})
            for (std::size_t shift = depth; shift <= 16 * depth; shift += depth) {
                if (shift < 4)
                    continue;
                CcsdsTmOptions options;
                options.frame_size = 223 * depth;
                options.rs_basis = basis;
                options.rs_interleaving = static_cast<int>(depth);
                options.scrambler = Scrambler::none;
                const Bytes sent = frame_of(options.frame_size, 1);
                Bits bits = Sender{options}.send({sent}, 400 + 8 * shift);
                Bits marker;
                fec::append_word(0x1acffc1d, 32, marker);
                std::copy(marker.begin(), marker.end(), bits.begin() + 400);
                CcsdsTmDeframer deframer(options);
                const auto frames = deframe(deframer, clean_symbols(bits));
                ASSERT_EQ(frames.size(), 1u) << depth << " " << shift;
                EXPECT_EQ(frames[0].hex, to_hex(sent)) << depth << " " << shift;
            }
}

TEST(CcsdsTm, AMarkerInsideAFrameDoesItNoHarm) {
    CcsdsTmOptions options;
    options.rs_basis = fec::RsBasis::dual;
    options.scrambler = Scrambler::none;
    for (std::size_t at = 0; at < 20; ++at) {
        Bytes sent = frame_of(223, 1);
        constexpr std::array<std::uint8_t, 4> kMarker = {0x1a, 0xcf, 0xfc, 0x1d};
        std::copy(kMarker.begin(), kMarker.end(), sent.begin() + static_cast<std::ptrdiff_t>(at));
        auto symbols = clean_symbols(Sender{options}.send({sent}, 100));
        for (const std::size_t bit : {3u, 700u, 1400u})
            symbols[100 + 32 + bit] = static_cast<std::int8_t>(-symbols[100 + 32 + bit]);
        CcsdsTmDeframer deframer(options);
        const auto frames = deframe(deframer, symbols);
        ASSERT_EQ(frames.size(), 1u) << at;
        EXPECT_EQ(frames[0].hex, to_hex(sent)) << at;
    }
}

TEST(CcsdsTm, EveryConvolutionalCodeBothWaysToPair) {
    for (const auto& code :
         {fec::kConvolutionalCcsds, fec::kConvolutionalNasaDsn, fec::kConvolutionalCcsdsUninverted,
          fec::kConvolutionalNasaDsnUninverted})
        for (const auto precoding : {Precoding::none, Precoding::differential}) {
            CcsdsTmOptions options;
            options.frame_size = 114;
            options.rs_basis = fec::RsBasis::conventional;
            options.convolutional = code;
            options.precoding = precoding;
            expect_frames(options, {frame_of(114, 1), frame_of(114, 2), frame_of(114, 3)}, 20);
        }
}

TEST(CcsdsTm, EveryPuncturedRateAndPhase) {
    for (const auto& puncturing :
         {fec::kPuncturing23, fec::kPuncturing34, fec::kPuncturing56, fec::kPuncturing78})
        for (unsigned skip = 0; skip < puncturing.kept(); ++skip)
            for (const bool invert : {false, true}) {
                CcsdsTmOptions options;
                options.frame_size = 446;
                options.rs_basis = fec::RsBasis::dual;
                options.rs_interleaving = 2;
                options.convolutional =
                    fec::PuncturedCode(fec::kConvolutionalCcsdsUninverted, puncturing);
                std::vector<Bytes> sent;
                for (unsigned i = 0; i < 6; ++i)
                    sent.push_back(frame_of(446, i));
                const Bits bits = Sender{options}.send(sent, 300);
                auto symbols = noisy_symbols(bits, 11, 3);
                symbols.erase(symbols.begin(), symbols.begin() + static_cast<std::ptrdiff_t>(skip));
                if (invert)
                    for (auto& symbol : symbols)
                        symbol = static_cast<std::int8_t>(-symbol);
                CcsdsTmDeframer deframer(options);
                const auto frames = deframe(deframer, symbols, 700);
                ASSERT_EQ(frames.size(), sent.size()) << puncturing.kept() << " " << skip;
                for (std::size_t i = 0; i < sent.size(); ++i)
                    EXPECT_EQ(frames[i].hex, to_hex(sent[i]));
                const auto lead = 300 * puncturing.kept() / (puncturing.period() / 2);
                EXPECT_NEAR(static_cast<double>(frames[0].sample_index), 2. + 5. * (lead - skip),
                            10);
                deframer.reset();
                EXPECT_EQ(deframe(deframer, symbols, 1), frames);
            }
}

// Frames with symbols lost between, which changes the pairs, and with silence between: nearly all
// are found, at the limit of the code too, and the same ones however the symbols are cut.
TEST(CcsdsTm, PairsAreFoundAgainHoweverSymbolsAreCut) {
    for (const std::size_t size : {40u, 446u})
        for (const float sigma : {18.F, 24.F}) {
            CcsdsTmOptions options;
            options.frame_size = size;
            options.rs_basis = fec::RsBasis::dual;
            options.rs_interleaving = size > 223 ? 2 : 1;
            options.convolutional = fec::kConvolutionalCcsds;
            std::mt19937 random(4);
            std::vector<std::int8_t> symbols;
            std::size_t sent = 0;
            for (unsigned burst = 0; burst < 14; ++burst) {
                std::vector<Bytes> frames;
                for (std::size_t i = 1 + random() % 8; i > 0; --i)
                    frames.push_back(frame_of(size, random()));
                sent += frames.size();
                const Bits bits = Sender{options}.send(frames, 90 + random() % 2);
                const auto some = noisy_symbols(bits, sigma, random());
                symbols.insert(symbols.end(), some.begin() + random() % 2, some.end());
                const auto gap = noise_symbols(random() % 2 ? random() % 9000 : 1, random());
                symbols.insert(symbols.end(), gap.begin(), gap.end());
            }
            CcsdsTmDeframer deframer(options);
            const auto whole = deframe(deframer, symbols, symbols.size());
            EXPECT_GE(whole.size() + 2, sent) << size << " " << sigma;
            EXPECT_LE(whole.size(), sent);
            for (const std::size_t chunk : {1u, 191u, 5000u}) {
                deframer.reset();
                EXPECT_EQ(deframe(deframer, symbols, chunk), whole) << chunk;
            }
        }
}

TEST(CcsdsTm, AFrameBehindAnotherMayDoWithoutMarker) {
    for (const bool coded : {false, true}) {
        CcsdsTmOptions options;
        options.frame_size = 100;
        options.rs_basis = fec::RsBasis::dual;
        if (coded)
            options.convolutional = fec::kConvolutionalCcsds;
        const std::vector<Bytes> sent = {frame_of(100, 1), frame_of(100, 2), frame_of(100, 3)};
        auto symbols = clean_symbols(Sender{options}.send(sent, 100));
        const std::size_t rate = coded ? 2 : 1;
        for (std::size_t i = 0; i < 32 * rate; i += 2) // of the second frame's marker
            symbols[rate * (100 + 32 + 8 * 132) + i] = 0;
        for (std::size_t i = 0; i < 32 * rate; i += 4)
            symbols[rate * (100 + 32 + 8 * 132) + i + 1] *= -1;
        CcsdsTmDeframer deframer(options);
        const auto frames = deframe(deframer, symbols);
        ASSERT_EQ(frames.size(), 3u) << coded;
        for (std::size_t i = 0; i < 3; ++i)
            EXPECT_EQ(frames[i].hex, to_hex(sent[i]));
        EXPECT_GT(frames[1].sync_errors, 4);
    }
}

TEST(CcsdsTm, AFrameComesOut144BitsBehindItsEnd) {
    CcsdsTmOptions options;
    options.frame_size = 223;
    options.rs_basis = fec::RsBasis::dual;
    options.convolutional = fec::kConvolutionalCcsds;
    for (const std::size_t lead : {100u, 131u, 160u}) {
        const auto symbols = noisy_symbols(Sender{options}.send({frame_of(223, 1)}, lead), 15, 3);
        const std::size_t end = 2 * (lead + 32 + 8 * 255);
        CcsdsTmDeframer deframer(options);
        Collector collector;
        SoftSymbols block;
        block.values = std::span(symbols).first(end + 2 * 144);
        block.samples_per_symbol = 1;
        deframer.process(block, collector);
        EXPECT_EQ(collector.frames.size(), 1u);
    }
}

TEST(CcsdsTm, WithoutScramblerAndDifferential) {
    CcsdsTmOptions options;
    options.rs_basis = fec::RsBasis::dual;
    options.scrambler = Scrambler::none;
    options.precoding = Precoding::differential;
    expect_frames(options, {frame_of(223, 1)}, 8);
}

TEST(CcsdsTm, CorrectedSymbolsAreCounted) {
    CcsdsTmOptions options;
    options.frame_size = 100;
    options.rs_basis = fec::RsBasis::dual;
    options.convolutional = fec::kConvolutionalCcsds;
    const Bits bits = Sender{options}.send({frame_of(100, 1)}, 100);
    auto symbols = clean_symbols(bits);
    for (const std::size_t at : {10u, 400u, 600u, 1000u, 2700u})
        symbols[at] = static_cast<std::int8_t>(-symbols[at]);
    CcsdsTmDeframer deframer(options);
    const auto frames = deframe(deframer, symbols);
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].corrected, 3); // the ones inside
}

TEST(CcsdsTm, ABurstMayBeginWithItsMarker) {
    for (const auto precoding : {Precoding::none, Precoding::differential}) {
        CcsdsTmOptions options;
        options.frame_size = 100;
        options.rs_basis = fec::RsBasis::dual;
        options.convolutional = fec::kConvolutionalCcsds;
        options.precoding = precoding;
        Bits bits = Sender{options}.send({frame_of(100, 1)}, 64);
        auto symbols = noisy_symbols(bits, 19, 6);
        const auto noise = noise_symbols(2 * 64, 1);
        std::copy(noise.begin(), noise.end(), symbols.begin());
        for (const std::size_t at : {4, 9, 11, 16, 19, 27, 33}) // among the first of the marker
            symbols[128 + at] = static_cast<std::int8_t>(-symbols[128 + at]);
        for (const bool invert : {false, true}) {
            if (invert)
                for (auto& symbol : symbols)
                    symbol = static_cast<std::int8_t>(-symbol);
            CcsdsTmDeframer deframer(options);
            const auto frames = deframe(deframer, symbols);
            ASSERT_EQ(frames.size(), 1u);
            EXPECT_EQ(frames[0].hex, to_hex(frame_of(100, 1)));
            EXPECT_EQ(frames[0].sample_index, 2 + 5 * 128);
        }
    }
}

TEST(CcsdsTm, ABurstMayLackTheFirstSymbolsOfItsMarker) {
    CcsdsTmOptions options;
    options.frame_size = 100;
    options.rs_basis = fec::RsBasis::dual;
    options.convolutional = fec::kConvolutionalCcsds;
    const auto sent = noisy_symbols(Sender{options}.send({frame_of(100, 1)}, 0), 8, 6);
    for (std::size_t lost = 0; lost <= 12; ++lost) {
        CcsdsTmDeframer deframer(options);
        const auto frames = deframe(deframer, std::span(sent).subspan(lost));
        ASSERT_EQ(frames.size(), 1u) << lost;
        EXPECT_EQ(frames[0].hex, to_hex(frame_of(100, 1)));
    }
}

// Words at the limit of what Reed-Solomon mends with erasures: which bytes are erased must not
// depend on bits behind the word, that have come or not.
TEST(CcsdsTm, WordsAtTheLimitAreMendedHoweverSymbolsAreCut) {
    CcsdsTmOptions options;
    options.frame_size = 30;
    options.rs_basis = fec::RsBasis::dual;
    options.convolutional = fec::kConvolutionalCcsds;
    std::vector<Bytes> sent;
    for (unsigned i = 0; i < 300; ++i)
        sent.push_back(frame_of(30, i));
    for (const std::size_t lead : {89u, 92u, 95u}) {
        const auto symbols = noisy_symbols(Sender{options}.send(sent, lead), 31, 6);
        CcsdsTmDeframer deframer(options);
        const auto whole = deframe(deframer, symbols, 1000000);
        EXPECT_GT(whole.size(), 30u);
        EXPECT_LT(whole.size(), 270u);
        for (const std::size_t chunk : {1u, 1000u}) {
            CcsdsTmDeframer other(options);
            EXPECT_EQ(deframe(other, symbols, chunk), whole) << chunk;
            deframer.reset();
            EXPECT_EQ(deframe(deframer, symbols, chunk), whole) << chunk;
        }
    }
}

TEST(CcsdsTm, TrustIsOfTheWordAlone) {
    constexpr std::size_t kBlock = 480;
    Bits bits(57); // the block ends 57 + 32 + 480 = 5 · 96 + 89 bits behind the beginning
    fec::append_word(0x1acffc1d, 32, bits);
    bits.resize(960);
    Bytes packed(bits.size() / 8 + 16);
    for (std::size_t i = 0; i < bits.size(); ++i)
        packed[i / 8] |= static_cast<std::uint8_t>(bits[i] << (7 - i % 8));
    Bytes suspect(packed.size(), 0x11);
    struct Trust final : BlockExaminer {
        BlockFinder::Verdict examine(CcsdsLane& lane,
                                     const BlockFinder::Block& block) noexcept override {
            if (block.start == 57 + 32)
                lane.trust(block.start, all);
            return BlockFinder::Verdict::reject;
        }
        Bytes all = Bytes(kBlock / 8);
    };
    const auto trust = [&](std::size_t part) {
        DecodedLane lane({4, kBlock, Precoding::none}, 2, 1);
        lane.begin(0);
        Trust found;
        for (std::size_t at = 0; at < bits.size(); at += part) {
            fec::DecodedBits decoded{};
            decoded.bits = std::span(packed).subspan(at / 8);
            decoded.suspect = std::span(suspect).subspan(at / 8);
            decoded.count = part;
            lane.take(decoded, found);
        }
        return found.all;
    };
    EXPECT_EQ(trust(96), trust(960));
    EXPECT_EQ(trust(96).front(), 255 - 6 - 2);
    EXPECT_EQ(trust(96).back(), 255 - 4 - 2);
}

TEST(CcsdsTm, FecfIsCheckedAndCut) {
    // CRC of the standard (132.0-B-3, 4.1.6) over "123456789" is 29b1.
    CcsdsTmOptions options;
    options.frame_size = 11;
    options.fecf = Fecf::present;
    Bytes frame = {'1', '2', '3', '4', '5', '6', '7', '8', '9', 0x29, 0xb1};
    const Bits bits = Sender{options}.send({frame}, 50);
    auto symbols = clean_symbols(bits);
    CcsdsTmDeframer deframer(options);
    const auto frames = deframe(deframer, symbols);
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].hex, "313233343536373839");
    EXPECT_TRUE(frames[0].confirmed);
    symbols[50 + 32 + 20] = static_cast<std::int8_t>(-symbols[50 + 32 + 20]);
    CcsdsTmDeframer other(options);
    EXPECT_TRUE(deframe(other, symbols).empty());
}

TEST(CcsdsTm, UncheckedFramesNeedAPerfectMarkerOrAChain) {
    CcsdsTmOptions options;
    options.frame_size = 50;
    const std::vector<Bytes> sent = {frame_of(50, 1), frame_of(50, 2), frame_of(50, 3)};
    const Bits bits = Sender{options}.send(sent, 60);
    auto symbols = clean_symbols(bits);
    for (const std::size_t frame : {0u, 1u, 2u}) {
        const std::size_t at = 60 + frame * (32 + 400) + 5;
        symbols[at] = static_cast<std::int8_t>(-symbols[at]);
    }
    CcsdsTmDeframer deframer(options);
    const auto frames = deframe(deframer, symbols);
    ASSERT_EQ(frames.size(), 2u); // the first one could be chance
    EXPECT_EQ(frames[0].hex, to_hex(sent[1]));
    EXPECT_FALSE(frames[0].confirmed);
    EXPECT_EQ(frames[0].sync_errors, 1);
}

// All ones is a Reed-Solomon word: what a change of polarity leaves of a frame may be mended into
// its complement, and a marker of the other sense is no damaged one.
void expect_no_complements(CcsdsTmOptions options, std::size_t flip_bit, bool whole_frames,
                           float sigma) {
    options.frame_size = 223 * static_cast<std::size_t>(options.rs_interleaving);
    std::vector<Bytes> sent;
    for (unsigned i = 0; i < 8; ++i)
        sent.push_back(frame_of(options.frame_size, i));
    const std::size_t rate = options.convolutional ? 2 : 1;
    const std::size_t period = 32 + 8 * 255 * static_cast<std::size_t>(options.rs_interleaving);
    const Bits bits = Sender{options}.send(sent, 300);
    auto symbols = sigma > 0 ? noisy_symbols(bits, sigma, 3) : clean_symbols(bits);
    const std::size_t from = rate * (300 + 3 * period + flip_bit);
    for (std::size_t i = from; i < symbols.size(); ++i)
        symbols[i] = static_cast<std::int8_t>(-symbols[i]);
    CcsdsTmDeframer deframer(options);
    const auto frames = deframe(deframer, symbols);
    EXPECT_GE(frames.size() + (whole_frames ? 0 : 1), sent.size()) << flip_bit;
    EXPECT_LE(frames.size(), sent.size());
    for (const auto& frame : frames) {
        const auto number = static_cast<std::size_t>(
            (frame.sample_index - 2 + static_cast<std::int64_t>(5 * rate * (period / 2 - 300))) /
            static_cast<std::int64_t>(5 * rate * period));
        ASSERT_LT(number, sent.size());
        if (frame.confirmed || number != 3) {
            EXPECT_EQ(frame.hex, to_hex(sent[number])) << flip_bit << " " << number;
        }
        EXPECT_TRUE(frame.confirmed || number == 3) << flip_bit << " " << number;
        if (number != 3) {
            EXPECT_LE(frame.sync_errors, 8) << flip_bit;
        }
    }
}

TEST(CcsdsTm, AChangeOfPolarityYieldsNoComplement) {
    CcsdsTmOptions options;
    options.rs_basis = fec::RsBasis::dual;
    for (const int depth : {1, 4})
        for (const auto scrambler : {Scrambler::none, Scrambler::ccsds})
            for (const bool coded : {false, true})
                for (const float sigma : {0.F, coded ? 14.F : 9.F}) {
                    options.rs_interleaving = depth;
                    options.scrambler = scrambler;
                    options.convolutional =
                        coded
                            ? std::optional<fec::PuncturedCode>(fec::kConvolutionalCcsdsUninverted)
                            : std::nullopt;
                    SCOPED_TRACE(testing::Message() << depth << coded << sigma);
                    const auto bits = static_cast<std::size_t>(8 * depth);
                    expect_no_complements(options, 0, true, sigma);
                    for (const std::size_t inside :
                         {std::size_t{8}, std::size_t{16}, std::size_t{24}, 32 + 3 * bits,
                          32 + 10 * bits, 32 + 15 * bits - 5, 32 + 100 * bits, 32 + 243 * bits})
                        expect_no_complements(options, inside, false, sigma);
                }
}

TEST(CcsdsTm, APlaceIsKeptForThreeFrames) {
    CcsdsTmOptions options;
    options.rs_basis = fec::RsBasis::dual;
    std::vector<Bytes> sent;
    for (unsigned i = 0; i < 5; ++i)
        sent.push_back(frame_of(223, i));
    constexpr std::size_t kPeriod = 32 + 8 * 255;
    for (const std::size_t lost : {1u, 2u, 3u}) {
        auto symbols = clean_symbols(Sender{options}.send(sent, 100));
        const auto turn = [&](std::size_t frame, std::size_t bit) {
            auto& symbol = symbols[100 + frame * kPeriod + bit];
            symbol = static_cast<std::int8_t>(-symbol);
        };
        for (std::size_t frame = 1; frame <= lost; ++frame) {
            for (std::size_t bit = 0; bit < 32; bit += 4)
                turn(frame, bit);
            for (std::size_t bit = 32 + 800; bit < kPeriod && frame < lost; bit += 5)
                turn(frame, bit);
        }
        CcsdsTmDeframer deframer(options);
        const auto frames = deframe(deframer, symbols);
        ASSERT_EQ(frames.size(), sent.size() - lost + 1) << lost;
        EXPECT_EQ(frames[1].hex, to_hex(sent[lost]));
        EXPECT_EQ(frames[1].sync_errors, 8);
    }
}

TEST(CcsdsTm, SettingsThatDoNotFitAreRefused) {
    const DeframerEntry* entry = find_deframer("CCSDS TM");
    ASSERT_TRUE(entry);
    for (const auto& [size, depth] :
         {std::pair{"224", "1"}, {"892", "3"}, {"100", "6"}, {"10", "4"}}) {
        const auto settings =
            read_settings_from(entry->fields, {{"frame_size", size}, {"rs_interleaving", depth}});
        ASSERT_TRUE(settings);
        const auto deframer = entry->make(*settings);
        ASSERT_FALSE(deframer) << size << " " << depth;
        EXPECT_FALSE(deframer.error().key.empty());
    }
}

// Seven CADUs of Suomi-NPP off the air: randomised, RS(255,223) dual basis, interleaving 4.
TEST(CcsdsTm, RealCadus) {
    const char* given = std::getenv("TELEMETRY_SHARED");
    std::filesystem::path path;
    for (const auto& root : {std::filesystem::path(given ? given : ""),
                             std::filesystem::path(TELEMETRY_SOURCE) / "../shared",
                             std::filesystem::path(TELEMETRY_SOURCE) / "../../shared"})
        if (path.empty() && std::filesystem::exists(root / "packets/cadu/snpp_7cadus_2vcids.dat"))
            path = root / "packets/cadu/snpp_7cadus_2vcids.dat";
    if (path.empty())
        GTEST_SKIP() << "skipped: no shared packets; set TELEMETRY_SHARED";
    std::ifstream file(path, std::ios::binary);
    Bytes bytes((std::istreambuf_iterator<char>(file)), {});
    ASSERT_EQ(bytes.size(), 7168u);
    Bits bits;
    fec::append_bits_msb(bytes, bits);
    const auto deframer = make_deframer(
        "CCSDS TM", {{"frame_size", "892"}, {"rs_basis", "dual"}, {"rs_interleaving", "4"}});
    auto symbols = clean_symbols(bits);
    const auto frames = deframe(*deframer, symbols);
    ASSERT_EQ(frames.size(), 7u);
    for (const auto& frame : frames) {
        EXPECT_EQ(frame.hex.size(), 2u * 892);
        // AOS version 1, spacecraft 157
        EXPECT_EQ(std::stoi(frame.hex.substr(0, 4), nullptr, 16) >> 6, 1 << 8 | 157);
        EXPECT_EQ(frame.corrected, 0);
        EXPECT_TRUE(frame.confirmed);
    }
    // 64 bytes in a row wrong in every frame are just what the code can bear.
    for (std::size_t frame = 0; frame < 7; ++frame)
        for (std::size_t i = 0; i < 64 * 8; ++i) {
            auto& symbol = symbols[frame * 8192 + 32 + 1000 + i];
            symbol = static_cast<std::int8_t>(-symbol);
        }
    deframer->reset();
    const auto mended = deframe(*deframer, symbols);
    ASSERT_EQ(mended.size(), 7u);
    for (std::size_t i = 0; i < 7; ++i)
        EXPECT_EQ(mended[i].hex, frames[i].hex);
}

} // namespace
} // namespace telemetry::framing
