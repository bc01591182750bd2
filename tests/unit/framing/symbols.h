// SPDX-License-Identifier: GPL-3.0-or-later
// Bits to soft symbols and frames back, for the tests of deframers.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "telemetry/base/text.h"
#include "telemetry/framing/deframer.h"

namespace telemetry::framing {

inline std::unique_ptr<Deframer>
make_deframer(std::string_view name,
              std::initializer_list<std::pair<const char*, const char*>> given = {}) {
    const DeframerEntry* entry = find_deframer(name);
    if (!entry)
        return nullptr;
    const auto settings = read_settings_from(entry->fields, given);
    if (!settings)
        return nullptr;
    auto deframer = entry->make(*settings);
    return deframer ? std::move(*deframer) : nullptr;
}

inline std::vector<std::int8_t> clean_symbols(const std::vector<std::uint8_t>& bits) {
    std::vector<std::int8_t> symbols;
    for (const auto bit : bits)
        symbols.push_back(bit ? 32 : -32);
    return symbols;
}

/// White Gaussian noise of deviation `sigma` (32 is the level of the signal) added on.
inline std::vector<std::int8_t> noisy_symbols(const std::vector<std::uint8_t>& bits, float sigma,
                                              unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> noise(0, sigma);
    std::vector<std::int8_t> symbols;
    for (const auto bit : bits)
        symbols.push_back(static_cast<std::int8_t>(
            std::clamp((bit ? 32.f : -32.f) + noise(random), -127.f, 127.f)));
    return symbols;
}

/// Symbols of a receiver that hears nothing.
inline std::vector<std::int8_t> noise_symbols(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> noise(0, 32);
    std::vector<std::int8_t> symbols(count);
    for (auto& symbol : symbols)
        symbol = static_cast<std::int8_t>(std::clamp(noise(random), -127.f, 127.f));
    return symbols;
}

struct Received {
    std::string hex;
    std::int64_t sample_index;
    std::int64_t sample_count;
    bool confirmed;
    int sync_errors;
    int corrected;
    bool operator==(const Received&) const = default;
};

class Collector final : public Sink<Frame> {
public:
    void accept(const Frame& frame) noexcept override {
        frames.push_back({to_hex(frame.bytes), frame.sample_index, frame.sample_count,
                          frame.confirmed, frame.sync_errors, frame.corrected});
    }
    std::vector<Received> frames;
};

/// Through the deframer in pieces of `chunk` symbols, at five samples a symbol.
inline std::vector<Received> deframe(Deframer& deframer, std::span<const std::int8_t> symbols,
                                     std::size_t chunk = 1000) {
    Collector collector;
    for (std::size_t at = 0; at < symbols.size(); at += chunk) {
        SoftSymbols block;
        block.values = symbols.subspan(at, std::min(chunk, symbols.size() - at));
        block.first_position = 2 + 5.0 * static_cast<double>(at);
        block.samples_per_symbol = 5;
        deframer.process(block, collector);
    }
    deframer.finish(collector);
    return collector.frames;
}

} // namespace telemetry::framing
