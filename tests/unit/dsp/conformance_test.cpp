// SPDX-License-Identifier: GPL-3.0-or-later
// What every demodulator of the catalog promises, whatever it demodulates.
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "telemetry/dsp/demodulator.h"
#include "telemetry/modem/channel.h"
#include "telemetry/modem/modulator.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TELEMETRY_COUNTS_ALLOCATIONS 0
#else
#define TELEMETRY_COUNTS_ALLOCATIONS 1
#endif

namespace {
std::atomic<std::size_t> allocations{0};
}

#if TELEMETRY_COUNTS_ALLOCATIONS
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size ? size : 1))
        return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
#endif

namespace telemetry::dsp {
namespace {

constexpr double kRateHz = 48000;

struct Case {
    const DemodulatorEntry* entry;
    SampleKind kind;
};

std::string name_of(const testing::TestParamInfo<Case>& info) {
    std::string name(info.param.entry->name);
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c)))
            c = '_';
    return name + (info.param.kind == SampleKind::iq ? "_iq" : "_real");
}

std::vector<Case> cases_of(std::initializer_list<SampleKind> kinds) {
    std::vector<Case> cases;
    for (const DemodulatorEntry& entry : demodulators())
        for (const SampleKind kind : kinds)
            cases.push_back({&entry, kind});
    return cases;
}

/// Required fields get a value that suits 48 kHz; the rest keep their defaults.
Settings settings_of(const DemodulatorEntry& entry) {
    std::vector<KeyText> given;
    for (const Field& field : entry.fields) {
        if (field.name == "baudrate")
            given.push_back({"baudrate", "4800"});
        else if (field.name == "af_carrier" && field.fallback.empty())
            given.push_back({"af_carrier", "3600"});
        else if (field.name == "deviation" && field.fallback.empty())
            given.push_back({"deviation", "1200"});
    }
    auto settings = read_settings({entry.fields}, given);
    EXPECT_TRUE(settings) << settings.error().to_string();
    return *settings;
}

/// Real or complex samples, as the case wants them.
struct Signal {
    std::vector<float> real;
    std::vector<Iq> iq;

    std::size_t size() const { return real.size() + iq.size(); }
    Samples part(std::size_t from, std::size_t count) const {
        Samples samples;
        samples.first_index = 1000 + static_cast<std::int64_t>(from);
        if (!real.empty())
            samples.real = std::span(real).subspan(from, count);
        else
            samples.iq = std::span(iq).subspan(from, count);
        return samples;
    }
};

Signal make_noise(SampleKind kind, std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, 0.2f);
    Signal signal;
    for (std::size_t i = 0; i < count; ++i) {
        const float re = normal(random);
        if (kind == SampleKind::real)
            signal.real.push_back(re);
        else
            signal.iq.push_back({re, normal(random)});
    }
    return signal;
}

/// Noise, a burst of random bits, noise.
Signal make_burst(const Case& c) {
    const bool frequency_keyed = c.entry->name.find("FSK") != std::string_view::npos;
    auto modulator = modem::make_modulator(c.entry->name, settings_of(*c.entry), kRateHz);
    EXPECT_TRUE(modulator) << modulator.error().to_string();
    std::mt19937 random(5);
    std::vector<std::uint8_t> bits(1500);
    for (auto& bit : bits)
        bit = random() >> 31;
    std::vector<Iq> iq;
    (*modulator)->modulate(bits, iq);
    (*modulator)->finish(iq);
    iq.insert(iq.begin(), 4321, Iq{});
    iq.insert(iq.end(), 6000, Iq{});
    modem::ChannelOptions options;
    options.rate_hz = kRateHz;
    options.symbol_rate_hz = 4800;
    options.es_n0_db = 16;
    options.gain = 0.3;
    iq = modem::Channel(options).pass(iq);
    Signal signal;
    if (c.kind == SampleKind::iq)
        signal.iq = iq;
    else if (frequency_keyed)
        signal.real = modem::to_fm_audio(iq, kRateHz, 10000);
    else
        signal.real = modem::to_real_carrier(iq, kRateHz, 12000);
    return signal;
}

/// All that came out, bit for bit.
struct Output {
    std::vector<std::int8_t> values;
    std::vector<double> numbers;
    std::size_t locked = 0; ///< symbols in blocks that were locked

    bool operator==(const Output&) const = default;
};

void add(double value, std::vector<double>& to) {
    to.push_back(std::isnan(value) ? -1e300 : value);
}

Output run(Demodulator& demodulator, const Signal& signal, std::size_t chunk) {
    Output output;
    auto sink = make_sink<SoftSymbols>([&](const SoftSymbols& block) {
        output.values.insert(output.values.end(), block.values.begin(), block.values.end());
        for (const double value :
             {block.first_position, block.samples_per_symbol,
              static_cast<double>(block.values.size()), static_cast<double>(block.quality.snr_db),
              static_cast<double>(block.quality.carrier_offset_hz),
              static_cast<double>(block.quality.symbol_rate_error_ppm),
              static_cast<double>(block.quality.signal_level_db)})
            add(value, output.numbers);
        if (block.quality.locked)
            output.locked += block.values.size();
    });
    for (std::size_t i = 0; i < signal.size(); i += chunk)
        demodulator.process(signal.part(i, std::min(chunk, signal.size() - i)), sink);
    demodulator.finish(sink);
    demodulator.reset();
    return output;
}

class Conformance : public testing::TestWithParam<Case> {
protected:
    std::unique_ptr<Demodulator> make() const {
        auto made =
            GetParam().entry->make(settings_of(*GetParam().entry), {GetParam().kind, kRateHz});
        EXPECT_TRUE(made) << made.error().to_string();
        return std::move(*made);
    }
};

TEST_P(Conformance, ChunksDoNotMatter) {
    const Signal signal = make_burst(GetParam());
    const Output whole = run(*make(), signal, signal.size());
    EXPECT_GT(whole.values.size(), 1500u);
    for (const std::size_t chunk : {1, 7, 4096})
        EXPECT_TRUE(run(*make(), signal, chunk) == whole) << "chunks of " << chunk;
}

TEST_P(Conformance, ResetEqualsFresh) {
    const Signal signal = make_burst(GetParam());
    auto demodulator = make();
    const Output fresh = run(*demodulator, signal, 1000);
    demodulator->reset();
    auto nothing = make_sink<SoftSymbols>([](const SoftSymbols&) {});
    demodulator->process(make_noise(GetParam().kind, 20011, 3).part(0, 20011), nothing);
    demodulator->reset();
    EXPECT_TRUE(run(*demodulator, signal, 1000) == fresh);
}

TEST_P(Conformance, SymbolsAreInRangeAndPositionsRise) {
    const Signal signal = make_burst(GetParam());
    auto demodulator = make();
    double last = -1e9, last_step = 0;
    std::size_t most = 0;
    auto sink = make_sink<SoftSymbols>([&](const SoftSymbols& block) {
        ASSERT_FALSE(block.values.empty());
        ASSERT_GT(block.first_position, last);
        ASSERT_NEAR(block.samples_per_symbol, 10, 1);
        for (const std::int8_t value : block.values)
            ASSERT_NE(value, -128);
        last_step = block.samples_per_symbol;
        last = block.first_position + static_cast<double>(block.values.size() - 1) * last_step;
        most = std::max(most, block.values.size());
    });
    demodulator->process(signal.part(0, signal.size()), sink);
    demodulator->finish(sink);
    EXPECT_LE(most, 1024u);
    const double end = 1000 + static_cast<double>(signal.size());
    EXPECT_GT(last, end - 2 * 10 - 5) << "finish() must flush to the last symbol";
    EXPECT_LT(last, end + 10);
}

TEST_P(Conformance, AllocatesNothingInTheSteadyState) {
    if (!TELEMETRY_COUNTS_ALLOCATIONS)
        GTEST_SKIP() << "skipped: allocations cannot be counted under a sanitizer";
    const Signal burst = make_burst(GetParam());
    const Signal noise = make_noise(GetParam().kind, 30000, 8);
    auto demodulator = make();
    std::size_t symbols = 0;
    auto sink =
        make_sink<SoftSymbols>([&](const SoftSymbols& block) { symbols += block.values.size(); });
    demodulator->process(noise.part(0, noise.size()), sink);
    demodulator->process(burst.part(0, burst.size()), sink);
    const std::size_t before = allocations;
    for (int i = 0; i < 3; ++i) {
        demodulator->process(burst.part(0, burst.size()), sink);
        demodulator->process(noise.part(0, 999), sink);
    }
    EXPECT_EQ(allocations - before, 0u);
    EXPECT_GT(symbols, 5000u);
}

TEST_P(Conformance, NoiseIsNotLocked) {
    const Output output = run(*make(), make_noise(GetParam().kind, 960000, 4), 8192);
    EXPECT_GT(output.values.size(), 90000u);
    EXPECT_LE(output.locked, output.values.size() / 200);
}

/// What an FM receiver without a signal gives exists as audio only.
using ConformanceOfAudio = Conformance;

TEST_P(ConformanceOfAudio, FmNoiseIsNotLocked) {
    Signal audio;
    audio.real = modem::to_fm_audio(make_noise(SampleKind::iq, 960000, 6).iq, kRateHz, 10000);
    const Output output = run(*make(), audio, 8192);
    EXPECT_LE(output.locked, output.values.size() / 200);
}

TEST_P(Conformance, SilenceAndConstantsDoNoHarm) {
    for (const float level : {0.0f, 0.7f, -1e20f}) {
        Signal burst = make_burst(GetParam());
        Signal silence = make_noise(GetParam().kind, 50000, 1);
        for (float& x : silence.real)
            x = level;
        for (Iq& x : silence.iq)
            x = level;
        auto demodulator = make();
        const Output alone = run(*demodulator, silence, 4096);
        if (level == 0) { // a constant is a carrier in the eyes of some
            EXPECT_EQ(alone.locked, 0u);
        }
        EXPECT_GT(alone.values.size(), 4000u);
        // It must still receive afterwards.
        silence.real.insert(silence.real.end(), burst.real.begin(), burst.real.end());
        silence.iq.insert(silence.iq.end(), burst.iq.begin(), burst.iq.end());
        EXPECT_GT(run(*demodulator, silence, 4096).values.size(), alone.values.size());
    }
}

TEST_P(Conformance, SamplesThatAreNotFiniteCountAsZero) {
    Signal bad = make_burst(GetParam()), zero = bad;
    const float poison[] = {std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity()};
    for (std::size_t i = 0; i < bad.size(); i += 997) {
        if (!bad.real.empty()) {
            bad.real[i] = poison[i % 3];
            zero.real[i] = 0;
        } else { // a complex sample with one part that is not finite is 0 as a whole
            bad.iq[i] = {poison[i % 3], poison[(i + 1) % 3]};
            zero.iq[i] = 0;
        }
    }
    EXPECT_TRUE(run(*make(), bad, 512) == run(*make(), zero, 512));
}

TEST_P(Conformance, RefusesARateBelowTwoSamplesASymbol) {
    const auto& entry = *GetParam().entry;
    EXPECT_FALSE(entry.make(settings_of(entry), {GetParam().kind, 1.9 * 4800}));
}

INSTANTIATE_TEST_SUITE_P(Catalog, Conformance,
                         testing::ValuesIn(cases_of({SampleKind::real, SampleKind::iq})), name_of);
INSTANTIATE_TEST_SUITE_P(Catalog, ConformanceOfAudio,
                         testing::ValuesIn(cases_of({SampleKind::real})), name_of);

} // namespace
} // namespace telemetry::dsp
