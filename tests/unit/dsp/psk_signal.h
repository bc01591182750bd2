// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of the PSK demodulators share: signals, reception, counting errors.
#pragma once
#include <cmath>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "telemetry/dsp/demodulator.h"
#include "telemetry/modem/channel.h"
#include "telemetry/modem/modulator.h"

namespace telemetry::dsp::psk_test {

using Given = std::initializer_list<std::pair<const char*, const char*>>;

inline std::unique_ptr<Demodulator> make(std::string_view name, Given given, SampleFormat format) {
    const DemodulatorEntry* entry = find_demodulator(name);
    EXPECT_NE(entry, nullptr);
    const auto settings = read_settings_from(entry->fields, given);
    EXPECT_TRUE(settings.has_value());
    auto demodulator = entry->make(*settings, format);
    EXPECT_TRUE(demodulator.has_value()) << (demodulator ? "" : demodulator.error().to_string());
    return std::move(*demodulator);
}

inline std::vector<std::uint8_t> random_bits(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bits(count);
    for (auto& bit : bits)
        bit = static_cast<std::uint8_t>(random() >> 31);
    return bits;
}

inline std::vector<Iq> modulated(std::string_view name, const std::vector<std::uint8_t>& bits,
                                 const char* baudrate, double rate_hz) {
    const auto settings =
        read_settings_from(find_demodulator(name)->fields, {{"baudrate", baudrate}});
    const auto modulator = modem::make_modulator(name, *settings, rate_hz);
    std::vector<Iq> out;
    (*modulator)->modulate(bits, out);
    (*modulator)->finish(out);
    return out;
}

struct Received {
    std::vector<std::int8_t> values;
    std::vector<double> positions;    ///< of each value
    std::vector<std::size_t> blocks;  ///< lengths
    std::vector<LinkQuality> quality; ///< of each block

    double locked_share() const {
        double locked = 0;
        for (const auto& q : quality)
            locked += q.locked ? 1 : 0;
        return quality.empty() ? 0 : locked / static_cast<double>(quality.size());
    }
};

/// Through the demodulator in chunks; 0: all at once.
template <class T>
Received receive(Demodulator& demodulator, const std::vector<T>& samples, std::size_t chunk = 0,
                 std::int64_t first_index = 0) {
    Received out;
    auto sink = make_sink<SoftSymbols>([&](const SoftSymbols& block) {
        out.blocks.push_back(block.values.size());
        out.quality.push_back(block.quality);
        for (std::size_t n = 0; n < block.values.size(); ++n) {
            out.values.push_back(block.values[n]);
            out.positions.push_back(block.first_position +
                                    static_cast<double>(n) * block.samples_per_symbol);
        }
    });
    if (chunk == 0)
        chunk = samples.size();
    for (std::size_t at = 0; at < samples.size(); at += chunk) {
        const std::size_t count = std::min(chunk, samples.size() - at);
        Samples part;
        part.first_index = first_index + static_cast<std::int64_t>(at);
        if constexpr (std::is_same_v<T, Iq>)
            part.iq = std::span(samples).subspan(at, count);
        else
            part.real = std::span(samples).subspan(at, count);
        demodulator.process(part, sink);
    }
    demodulator.finish(sink);
    return out;
}

struct Match {
    long errors = 0;
    long bits = 0;
    int lag = 0; ///< index of the bit minus that of the value
    double rate() const {
        return bits ? static_cast<double>(errors) / static_cast<double>(bits) : 1;
    }
};

/// Values against bits at one lag and one polarity for all of [begin, end) of the values: a cycle
/// slip or a symbol too many ruins it.
inline Match compare(const std::vector<std::int8_t>& values, const std::vector<std::uint8_t>& bits,
                     std::size_t begin, std::size_t end, int lag) {
    Match match;
    match.lag = lag;
    for (std::size_t n = begin; n < std::min(end, values.size()); ++n) {
        const auto bit = static_cast<std::int64_t>(n) + lag;
        if (bit < 0 || bit >= static_cast<std::int64_t>(bits.size()))
            continue;
        ++match.bits;
        match.errors += (values[n] > 0) != (bits[static_cast<std::size_t>(bit)] != 0);
    }
    match.errors = std::min(match.errors, match.bits - match.errors);
    return match;
}

inline Match best_match(const Received& received, const std::vector<std::uint8_t>& bits,
                        int reach = 80) {
    // The lag from a piece in the middle, the errors from all.
    const std::size_t middle = received.values.size() / 2;
    Match best;
    best.errors = -1;
    for (int lag = -reach; lag <= reach; ++lag) {
        const Match match = compare(received.values, bits, middle, middle + 300, lag);
        if (best.errors < 0 || match.rate() < best.rate())
            best = match;
    }
    return compare(received.values, bits, 0, received.values.size(), best.lag);
}

inline double bpsk_error_rate(double es_n0_db) {
    return 0.5 * std::erfc(std::sqrt(std::pow(10, es_n0_db / 10)));
}

} // namespace telemetry::dsp::psk_test
