// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/fir.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace telemetry::dsp {
namespace {

constexpr double kPi = std::numbers::pi;

/// Modified Bessel function of the first kind, order 0.
double bessel_i0(double x) {
    double sum = 1, term = 1;
    for (int k = 1; k < 60; ++k) {
        term *= (x / (2 * k)) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

} // namespace

double kaiser_beta(double attenuation_db) {
    if (attenuation_db > 50)
        return 0.1102 * (attenuation_db - 8.7);
    if (attenuation_db > 21)
        return 0.5842 * std::pow(attenuation_db - 21, 0.4) + 0.07886 * (attenuation_db - 21);
    return 0;
}

double kaiser_window(double x, double beta) {
    const double inside = 1 - x * x;
    return inside < 0 ? 0 : bessel_i0(beta * std::sqrt(inside)) / bessel_i0(beta);
}

std::vector<float> design_lowpass(double pass, double stop, double attenuation_db) {
    assert(stop > pass);
    const double length = (attenuation_db - 7.95) / (2.285 * 2 * kPi * (stop - pass));
    const auto half = static_cast<int>(std::ceil(std::max(length, 2.0) / 2));
    const double cutoff = (pass + stop) / 2, beta = kaiser_beta(attenuation_db);
    std::vector<double> taps;
    double sum = 0;
    for (int n = -half; n <= half; ++n) {
        const double sinc = n == 0 ? 2 * cutoff : std::sin(2 * kPi * cutoff * n) / (kPi * n);
        taps.push_back(sinc * kaiser_window(n / (half + 1.0), beta));
        sum += taps.back();
    }
    std::vector<float> result;
    result.reserve(taps.size());
    for (const double tap : taps)
        result.push_back(static_cast<float>(tap / sum));
    return result;
}

Fir::Fir(std::vector<float> taps, std::size_t channels)
    : taps_(std::move(taps)), channels_(channels), history_((taps_.size() - 1) * channels),
      buffer_(history_ + kBlock), fir_(simd::choose(fir_variants())) {
    assert(!taps_.empty() && channels > 0 && kBlock % channels == 0);
    std::reverse(taps_.begin(), taps_.end());
}

void Fir::process(std::span<const float> in, float* out) noexcept {
    const auto history = static_cast<std::ptrdiff_t>(history_);
    while (!in.empty()) {
        const std::size_t count = std::min(in.size(), kBlock);
        const auto shift = static_cast<std::ptrdiff_t>(count);
        std::copy_n(in.begin(), count, buffer_.begin() + history);
        fir_(buffer_.data(), taps_.data(), taps_.size(), channels_, out, count);
        std::copy(buffer_.begin() + shift, buffer_.begin() + shift + history, buffer_.begin());
        in = in.subspan(count);
        out += count;
    }
}

void Fir::reset() noexcept {
    std::fill(buffer_.begin(), buffer_.end(), 0.0f);
}

} // namespace telemetry::dsp
