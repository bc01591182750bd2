// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/node_synchronizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace telemetry::fec {
namespace {

struct Punctured {
    const char* rate;
    Puncturing puncturing;
    double eb_n0_db;
    unsigned period; ///< symbols on the line
};

const Punctured kRates[] = {
    {"1/2", {}, 3.5, 2},          {"2/3", kPuncturing23, 4.5, 3},
    {"3/4", kPuncturing34, 5, 4}, {"5/6", kPuncturing56, 5.5, 6},
    {"7/8", kPuncturing78, 6, 8},
};

std::vector<std::uint8_t> random_bits(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bits(count);
    for (auto& bit : bits)
        bit = random() & 1;
    return bits;
}

std::vector<std::uint8_t> encode(const ConvolutionalCode& code, const Puncturing& puncturing,
                                 std::span<const std::uint8_t> bits) {
    std::vector<std::uint8_t> symbols;
    std::vector<std::uint8_t> sent;
    ConvolutionalEncoder(code).encode(bits, symbols);
    Puncturer(puncturing).puncture(symbols, sent);
    return sent;
}

std::vector<std::int8_t> channel(std::span<const std::uint8_t> sent, double es_n0_db,
                                 unsigned seed) {
    const double sigma = 32 * std::sqrt(0.5 / std::pow(10, es_n0_db / 10));
    std::mt19937 random(seed);
    std::normal_distribution<float> noise(0, static_cast<float>(sigma));
    std::vector<std::int8_t> symbols;
    for (const auto bit : sent)
        symbols.push_back(static_cast<std::int8_t>(
            std::clamp(std::nearbyint((bit ? 32.f : -32.f) + noise(random)), -127.f, 127.f)));
    return symbols;
}

struct Received {
    std::vector<std::uint8_t> bits; ///< since the last beginning
    std::int64_t first_symbol = 0;
    int beginnings = 0;
    bool locked = false;
    std::vector<std::int64_t> log; ///< all of it
};

Received receive(NodeSynchronizer& synchronizer, std::span<const std::int8_t> symbols,
                 std::size_t chunk) {
    Received received;
    auto sink = make_sink<SynchronizedBits>([&](const SynchronizedBits& item) {
        if (item.continuity == SynchronizedBits::Continuity::begins) {
            ++received.beginnings;
            received.bits.clear();
            received.first_symbol = item.first_symbol;
            received.log.push_back(item.first_symbol);
        }
        received.locked = item.locked;
        for (std::size_t i = 0; i < item.decoded.count; ++i) {
            const int bit = item.decoded.bits[i / 8] >> (7 - i % 8) & 1;
            const int suspect = item.decoded.suspect[i / 8] >> (7 - i % 8) & 1;
            received.bits.push_back(static_cast<std::uint8_t>(bit));
            received.log.push_back(-1 - bit - 2 * suspect - 4 * item.locked);
        }
    });
    for (std::size_t at = 0; at < symbols.size(); at += chunk)
        synchronizer.process(symbols.subspan(at, std::min(chunk, symbols.size() - at)), sink);
    synchronizer.finish(sink);
    return received;
}

/// Wrong bits, given that bit 0 of `sent` began with symbol `first` on the line.
int wrong_bits(const NodeSynchronizer& synchronizer, const Received& received,
               std::span<const std::uint8_t> sent, std::int64_t first) {
    const std::int64_t late = (received.first_symbol - first) * synchronizer.bits_per_period();
    EXPECT_EQ(late % synchronizer.symbols_per_period(), 0);
    int wrong = 0;
    for (std::size_t i = 100; i < received.bits.size(); ++i) {
        const auto at = static_cast<std::size_t>(late / synchronizer.symbols_per_period()) + i;
        wrong += at < sent.size() && received.bits[i] != sent[at];
    }
    return wrong;
}

class NodeSynchronizerRates : public testing::TestWithParam<Punctured> {};

TEST_P(NodeSynchronizerRates, EveryPhaseIsFound) {
    const auto& [rate, puncturing, eb_n0_db, period] = GetParam();
    NodeSynchronizer synchronizer(
        {.code = kConvolutionalCcsdsUninverted, .puncturing = puncturing});
    ASSERT_EQ(synchronizer.symbols_per_period(), period);
    const double es_n0_db =
        eb_n0_db + 10 * std::log10(synchronizer.bits_per_period() / static_cast<double>(period));
    const auto bits = random_bits(12000, 1);
    const auto sent = encode(kConvolutionalCcsdsUninverted, puncturing, bits);
    const auto symbols = channel(sent, es_n0_db, 2);
    for (unsigned dropped = 0; dropped < period; ++dropped) {
        synchronizer.reset();
        const auto received = receive(synchronizer, std::span(symbols).subspan(dropped), 1000);
        EXPECT_TRUE(received.locked) << dropped;
        EXPECT_LE(received.beginnings, 2) << dropped;
        EXPECT_LT(received.first_symbol, static_cast<std::int64_t>(period)) << dropped;
        EXPECT_GT(received.bits.size(), 11900u);
        EXPECT_LT(wrong_bits(synchronizer, received, bits, -static_cast<std::int64_t>(dropped)), 60)
            << rate << ' ' << dropped;
    }
}

TEST_P(NodeSynchronizerRates, SlipsAreSurvivedAtAnyChunkSize) {
    const auto& [rate, puncturing, eb_n0_db, period] = GetParam();
    NodeSynchronizer synchronizer(
        {.code = kConvolutionalCcsdsUninverted, .puncturing = puncturing});
    const double es_n0_db =
        eb_n0_db + 10 * std::log10(synchronizer.bits_per_period() / static_cast<double>(period));
    const auto bits = random_bits(30000, 3);
    auto symbols = channel(encode(kConvolutionalCcsdsUninverted, puncturing, bits), es_n0_db, 4);
    symbols.erase(symbols.begin() + 20000);
    const auto whole = receive(synchronizer, symbols, symbols.size());
    EXPECT_TRUE(whole.locked);
    EXPECT_LE(whole.beginnings, 3);
    // Decoded anew from before the slip: wrong up to there.
    EXPECT_LT(whole.first_symbol, 20000);
    EXPECT_GT(whole.first_symbol, 1000);
    Received behind = whole;
    const auto skipped = static_cast<std::size_t>((20100 - whole.first_symbol) / period);
    behind.first_symbol += static_cast<std::int64_t>(skipped * period);
    behind.bits.erase(behind.bits.begin(),
                      behind.bits.begin() +
                          static_cast<std::ptrdiff_t>(skipped * synchronizer.bits_per_period()));
    EXPECT_LT(wrong_bits(synchronizer, behind, bits, -1), 60) << rate;
    for (const std::size_t chunk : {1u, 7u, 511u, 513u}) {
        synchronizer.reset();
        EXPECT_EQ(receive(synchronizer, symbols, chunk).log, whole.log) << chunk;
    }
}

INSTANTIATE_TEST_SUITE_P(Rates, NodeSynchronizerRates, testing::ValuesIn(kRates),
                         [](const auto& test) {
                             std::string name = test.param.rate;
                             std::replace(name.begin(), name.end(), '/', '_');
                             return name;
                         });

TEST(NodeSynchronizer, InversionAndQuarterTurnsAreFound) {
    const auto bits = random_bits(8000, 5);
    const auto symbols = channel(encode(kConvolutionalCcsds, {}, bits), 0.5, 6);
    NodeSynchronizer synchronizer(
        {.code = kConvolutionalCcsds, .ambiguity = NodeSynchronizer::Ambiguity::quarter_turn});
    for (const bool exchanged : {false, true})
        for (const int first : {1, -1})
            for (const int second : {1, -1})
                for (const bool shifted : {false, true}) {
                    auto line = symbols;
                    for (std::size_t i = 0; i + 1 < line.size(); i += 2) {
                        if (exchanged)
                            std::swap(line[i], line[i + 1]);
                        line[i] = static_cast<std::int8_t>(first * line[i]);
                        line[i + 1] = static_cast<std::int8_t>(second * line[i + 1]);
                    }
                    synchronizer.reset();
                    auto received = receive(synchronizer, std::span(line).subspan(shifted), 4096);
                    if (wrong_bits(synchronizer, received, bits, -shifted) > 4000)
                        for (auto& bit : received.bits)
                            bit ^= 1;
                    EXPECT_LT(wrong_bits(synchronizer, received, bits, -shifted), 30);
                    EXPECT_TRUE(received.locked);
                }
}

TEST(NodeSynchronizer, NoiseIsNoLock) {
    std::mt19937 random(7);
    std::normal_distribution<float> noise(0, 32);
    std::vector<std::int8_t> symbols(400000);
    for (auto& symbol : symbols)
        symbol = static_cast<std::int8_t>(std::clamp(noise(random), -127.f, 127.f));
    NodeSynchronizer synchronizer({});
    int items = 0;
    int locked = 0;
    auto sink = make_sink<SynchronizedBits>([&](const SynchronizedBits& item) {
        ++items;
        locked += item.locked;
    });
    for (std::size_t at = 0; at < symbols.size(); at += 500)
        synchronizer.process(std::span(std::as_const(symbols)).subspan(at, 500), sink);
    EXPECT_GT(items, 500);
    EXPECT_EQ(locked, 0);
}

// A burst in noise: the first phase is as good as another, until its symbols show which.
TEST(NodeSynchronizer, NothingOfABurstIsLost) {
    const auto bits = random_bits(1500, 8);
    const auto burst = channel(encode(kConvolutionalCcsds, {}, bits), 1.0, 9);
    std::mt19937 random(10);
    std::normal_distribution<float> noise(0, 20);
    for (const std::size_t before : {5000u, 5001u}) {
        std::vector<std::int8_t> symbols(before);
        for (auto& symbol : symbols)
            symbol = static_cast<std::int8_t>(std::clamp(noise(random), -127.f, 127.f));
        symbols.insert(symbols.end(), burst.begin(), burst.end());
        NodeSynchronizer synchronizer({});
        const auto received = receive(synchronizer, symbols, 100);
        EXPECT_LE(received.first_symbol, static_cast<std::int64_t>(before));
        EXPECT_EQ((received.first_symbol - static_cast<std::int64_t>(before)) % 2, 0);
        Received of_burst = received;
        const auto noisy = (static_cast<std::int64_t>(before) - received.first_symbol) / 2;
        of_burst.bits.erase(of_burst.bits.begin(), of_burst.bits.begin() + noisy);
        of_burst.first_symbol += 2 * noisy;
        EXPECT_LE(wrong_bits(synchronizer, of_burst, bits, static_cast<std::int64_t>(before)), 3);
    }
}

TEST(NodeSynchronizer, WhoKnowsThePhaseSaysSo) {
    const auto bits = random_bits(205, 11); // less than a block of symbols
    const auto symbols = channel(encode(kConvolutionalCcsds, {}, bits), 6, 12);
    std::vector<std::int8_t> line{5};
    line.insert(line.end(), symbols.begin(), symbols.end());
    NodeSynchronizer synchronizer({});
    std::vector<std::uint8_t> decoded;
    std::int64_t first = -1;
    auto sink = make_sink<SynchronizedBits>([&](const SynchronizedBits& item) {
        if (item.continuity == SynchronizedBits::Continuity::begins) {
            decoded.clear();
            first = item.first_symbol;
        }
        for (std::size_t i = 0; i < item.decoded.count; ++i)
            decoded.push_back(item.decoded.bits[i / 8] >> (7 - i % 8) & 1);
    });
    synchronizer.process(line, sink);
    EXPECT_EQ(first, 0);
    synchronizer.align(201, sink);
    EXPECT_EQ(first, 9); // 192 symbols in front of it
    synchronizer.align(301, sink);
    EXPECT_EQ(first, 9);
    synchronizer.finish(sink);
    ASSERT_EQ(decoded.size(), 201u);
    EXPECT_TRUE(std::equal(decoded.begin() + 20, decoded.end(), bits.begin() + 24));
}

} // namespace
} // namespace telemetry::fec
