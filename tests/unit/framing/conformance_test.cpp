// SPDX-License-Identifier: GPL-3.0-or-later
// What every entry of the catalog must do, whatever its framing.
#include <gtest/gtest.h>

#include "allocations.h"
#include "symbols.h"
#include "telemetry/framing/deframer.h"
#include "telemetry/modem/modulator.h"

namespace telemetry::framing {
namespace {

class Conformance : public testing::TestWithParam<DeframerEntry> {
protected:
    std::unique_ptr<Deframer> make() const {
        const auto settings = read_settings_from(GetParam().fields, {});
        EXPECT_TRUE(settings) << (settings ? "" : settings.error().to_string());
        auto deframer = GetParam().make(*settings);
        EXPECT_TRUE(deframer) << (deframer ? "" : deframer.error().to_string());
        return std::move(*deframer);
    }
};

struct Count final : Sink<Frame> {
    void accept(const Frame& frame) noexcept override {
        ++frames;
        confirmed += frame.confirmed;
    }
    int frames = 0;
    int confirmed = 0;
};

// Ten minutes at 9600 Bd, in less memory.
TEST_P(Conformance, NoiseYieldsNoFrame) {
    constexpr std::size_t kSymbols = 10 * 60 * 9600;
    constexpr std::size_t kBlock = 1 << 20;
    const auto deframer = make();
    Count count;
    const auto noise = noise_symbols(kBlock, 99);
    std::mt19937 random(5);
    std::vector<std::int8_t> block(4096);
    for (std::size_t done = 0; done < kSymbols; done += block.size()) {
        // Stretches of the same noise in random order and sense are noise again.
        const std::size_t at = random() % (kBlock - block.size());
        const bool invert = random() & 1;
        for (std::size_t i = 0; i < block.size(); ++i)
            block[i] = invert ? static_cast<std::int8_t>(-noise[at + i]) : noise[at + i];
        SoftSymbols symbols;
        symbols.values = block;
        symbols.first_position = static_cast<double>(done) * 5;
        symbols.samples_per_symbol = 5;
        deframer->process(symbols, count);
    }
    deframer->finish(count);
    EXPECT_EQ(count.frames, 0);
    EXPECT_EQ(deframer->counts().frames, 0u);
}

// Frames of the transmit side come out, the same at any chunk size, after reset() and upside down.
TEST_P(Conformance, CleanSignalDecodesHoweverItIsCut) {
    const auto settings = read_settings_from(GetParam().fields, {});
    const auto framer = modem::make_framer(GetParam().name, *settings);
    ASSERT_TRUE(framer) << framer.error().to_string();
    std::mt19937 random(17);
    std::vector<std::uint8_t> bits;
    std::vector<std::string> sent;
    (*framer)->idle(200, bits);
    for (int i = 0; i < 5; ++i) {
        std::vector<std::uint8_t> bytes(std::min<std::size_t>(223, (*framer)->size().most));
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(random());
        sent.push_back(to_hex(bytes));
        (*framer)->frame(bytes, bits);
        if (i % 2)
            (*framer)->idle(100, bits);
    }
    (*framer)->idle(500, bits);
    auto symbols = noisy_symbols(bits, 7, 3);
    const auto deframer = make();
    const auto whole = deframe(*deframer, symbols, symbols.size());
    ASSERT_EQ(whole.size(), sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i)
        EXPECT_EQ(whole[i].hex, sent[i]);
    for (const std::size_t chunk : {1u, 7u, 1000u}) {
        deframer->reset();
        EXPECT_EQ(deframe(*deframer, symbols, chunk), whole) << chunk;
    }
    for (auto& symbol : symbols)
        symbol = static_cast<std::int8_t>(-symbol);
    deframer->reset();
    const auto inverted = deframe(*deframer, symbols);
    ASSERT_EQ(inverted.size(), sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i)
        EXPECT_EQ(inverted[i].hex, sent[i]);
}

TEST_P(Conformance, AllocatesNothingInTheSteadyState) {
    const auto deframer = make();
    Count count;
    const auto noise = noise_symbols(1 << 18, 3);
    SoftSymbols symbols;
    symbols.values = noise;
    symbols.samples_per_symbol = 5;
    deframer->process(symbols, count);
    symbols.first_position = 5.0 * static_cast<double>(noise.size());
    const auto before = allocations();
    deframer->process(symbols, count);
    deframer->finish(count);
    deframer->reset();
    EXPECT_EQ(allocations(), before);
}

TEST_P(Conformance, TakesExtremeAndConstantSymbols) {
    for (const int level : {-127, 0, 1, 127}) {
        const auto deframer = make();
        const std::vector<std::int8_t> symbols(60000, static_cast<std::int8_t>(level));
        EXPECT_TRUE(deframe(*deframer, symbols).empty());
    }
    const auto deframer = make();
    Count count;
    deframer->process(SoftSymbols{}, count);
    deframer->finish(count);
    EXPECT_EQ(count.frames, 0);
}

TEST_P(Conformance, SaysWhatItIs) {
    EXPECT_FALSE(GetParam().summary.empty());
    EXPECT_EQ(find_deframer(GetParam().name)->name, GetParam().name);
    for (const Field& field : GetParam().fields) {
        EXPECT_FALSE(field.help.empty()) << field.name;
        EXPECT_FALSE(field.fallback.empty()) << field.name << " has no default";
    }
}

INSTANTIATE_TEST_SUITE_P(Catalog, Conformance,
                         testing::ValuesIn(deframers().begin(), deframers().end()),
                         [](const auto& entry) {
                             std::string name;
                             for (const char c : entry.param.name)
                                 if (std::isalnum(static_cast<unsigned char>(c)))
                                     name += c;
                             return name;
                         });

} // namespace
} // namespace telemetry::framing
