// SPDX-License-Identifier: GPL-3.0-or-later
// Signals for the FSK and AFSK tests, and what came out against what went in.
#pragma once
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "telemetry/dsp/demodulator.h"
#include "telemetry/modem/channel.h"
#include "telemetry/modem/modulator.h"

namespace telemetry::dsp::test {

using Options = std::vector<std::pair<const char*, std::string>>;

inline Settings settings_for(std::string_view modulation, const Options& options) {
    const DemodulatorEntry* entry = find_demodulator(modulation);
    std::vector<KeyText> given;
    for (const auto& [key, text] : options)
        given.push_back({key, text});
    auto settings = read_settings({entry->fields}, given);
    EXPECT_TRUE(settings) << settings.error().to_string();
    return *settings;
}

inline std::unique_ptr<Demodulator> make(std::string_view modulation, const Options& options,
                                         SampleKind kind, double rate_hz) {
    auto made =
        find_demodulator(modulation)->make(settings_for(modulation, options), {kind, rate_hz});
    EXPECT_TRUE(made) << made.error().to_string();
    return std::move(*made);
}

inline std::vector<std::uint8_t> random_bits(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bits(count);
    for (auto& bit : bits)
        bit = static_cast<std::uint8_t>(random() >> 31);
    return bits;
}

inline std::vector<Iq> modulate(std::string_view modulation, const Options& options,
                                const std::vector<std::uint8_t>& bits, double rate_hz) {
    auto modulator = modem::make_modulator(modulation, settings_for(modulation, options), rate_hz);
    EXPECT_TRUE(modulator) << modulator.error().to_string();
    std::vector<Iq> iq;
    (*modulator)->modulate(bits, iq);
    (*modulator)->finish(iq);
    return iq;
}

struct Symbol {
    int value;
    double position;
    bool locked;
};

struct Received {
    std::vector<Symbol> symbols;
    std::vector<LinkQuality> qualities; ///< of each block
};

inline Received receive(Demodulator& demodulator, const Samples& samples) {
    Received received;
    auto sink = make_sink<SoftSymbols>([&](const SoftSymbols& block) {
        for (std::size_t i = 0; i < block.values.size(); ++i)
            received.symbols.push_back(
                {block.values[i],
                 block.first_position + static_cast<double>(i) * block.samples_per_symbol,
                 block.quality.locked});
        received.qualities.push_back(block.quality);
    });
    demodulator.process(samples, sink);
    demodulator.finish(sink);
    demodulator.reset();
    return received;
}

inline Received receive(Demodulator& demodulator, const std::vector<Iq>& iq) {
    Samples samples;
    samples.iq = iq;
    return receive(demodulator, samples);
}

inline Received receive(Demodulator& demodulator, const std::vector<float>& audio) {
    Samples samples;
    samples.real = audio;
    return receive(demodulator, samples);
}

/// Errors against bits of which number k is centred at first + k·step (in samples).
struct Comparison {
    std::size_t bits = 0, errors = 0, missing = 0;
    double worst_position = 0; ///< greatest distance of a symbol from its true centre, samples

    double rate() const { return static_cast<double>(errors) / static_cast<double>(bits); }
};

inline Comparison compare(const Received& received, const std::vector<std::uint8_t>& bits,
                          double first, double step, std::size_t skip = 0) {
    Comparison result;
    std::size_t s = 0;
    for (std::size_t k = skip; k + skip < bits.size(); ++k) {
        const double at = first + static_cast<double>(k) * step;
        while (s < received.symbols.size() && received.symbols[s].position < at - step / 2)
            ++s;
        ++result.bits;
        if (s == received.symbols.size() || received.symbols[s].position > at + step / 2) {
            ++result.missing;
            ++result.errors;
            continue;
        }
        result.errors += (received.symbols[s].value > 0) != (bits[k] != 0);
        result.worst_position =
            std::max(result.worst_position, std::abs(received.symbols[s].position - at));
    }
    return result;
}

} // namespace telemetry::dsp::test
