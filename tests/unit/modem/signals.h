// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <span>
#include <vector>

#include "telemetry/base/items.h"

namespace telemetry::modem {

inline std::vector<std::uint8_t> random_bits(std::size_t count, std::uint32_t seed = 1) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bits(count);
    for (auto& bit : bits)
        bit = static_cast<std::uint8_t>(random() >> 31);
    return bits;
}

inline double mean_power(std::span<const Iq> signal) {
    double sum = 0;
    for (const Iq x : signal)
        sum += std::norm(std::complex<double>(x));
    return sum / static_cast<double>(signal.size());
}

/// Share of the signal's power at a frequency and its neighbourhood of one bin (Goertzel by hand).
inline std::complex<double> bin(std::span<const Iq> signal, double cycles_per_sample) {
    std::complex<double> sum = 0;
    for (std::size_t n = 0; n < signal.size(); ++n) {
        const double angle = -2 * std::numbers::pi * cycles_per_sample * static_cast<double>(n);
        sum += std::complex<double>(signal[n]) * std::polar(1.0, angle);
    }
    return sum / static_cast<double>(signal.size());
}

/// Mean power of frequencies from `low` to `high` (cycles a sample), relative to that of a white
/// signal of the same total power; by averaged windowed transforms.
inline double density(std::span<const Iq> signal, double low, double high) {
    constexpr std::size_t kLength = 512;
    double sum = 0;
    double total = 0;
    int count = 0;
    for (std::size_t start = 0; start + kLength <= signal.size(); start += 16 * kLength) {
        std::vector<Iq> part(signal.begin() + static_cast<std::ptrdiff_t>(start),
                             signal.begin() + static_cast<std::ptrdiff_t>(start + kLength));
        for (std::size_t n = 0; n < kLength; ++n) {
            const double x = 2 * std::numbers::pi * (static_cast<double>(n) + 0.5) / kLength;
            part[n] *= static_cast<float>(0.35875 - 0.48829 * std::cos(x) +
                                          0.14128 * std::cos(2 * x) - 0.01168 * std::cos(3 * x));
        }
        total += mean_power(part) / kLength;
        for (double f = low; f <= high; f += 1.0 / kLength) {
            sum += std::norm(bin(part, f));
            ++count;
        }
    }
    const double parts =
        std::floor((static_cast<double>(signal.size()) - kLength) / (16 * kLength)) + 1;
    return (sum / count) / (total / parts);
}

} // namespace telemetry::modem
