// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <span>

namespace telemetry::dsp {

/// Moves a signal down by a frequency: x[n]·exp(−j2πfn). A real one comes out as I and Q apart.
///
/// A table of one block of the oscillator, turned by one phasor a block; the phasor is advanced in
/// double precision and brought back to unit length, so it neither drifts nor needs libm.
class Mixer {
public:
    /// In units of the sample rate.
    explicit Mixer(double frequency) {
        const double turn = -2 * std::numbers::pi * frequency;
        for (std::size_t k = 0; k < kBlock; ++k) {
            cosine_[k] = static_cast<float>(std::cos(turn * static_cast<double>(k)));
            sine_[k] = static_cast<float>(std::sin(turn * static_cast<double>(k)));
        }
        advance_ = std::polar(1.0, turn * kBlock);
    }

    void process(std::span<const float> x, float* i, float* q) noexcept {
        turn(x.size(), [&](std::size_t n, float c, float s) {
            i[n] = x[n] * c;
            q[n] = x[n] * s;
        });
    }

    void process(std::span<const std::complex<float>> x, std::complex<float>* out) noexcept {
        turn(x.size(), [&](std::size_t n, float c, float s) {
            out[n] = {x[n].real() * c - x[n].imag() * s, x[n].real() * s + x[n].imag() * c};
        });
    }

    void reset() noexcept {
        at_ = 0;
        phasor_ = 1;
    }

private:
    static constexpr std::size_t kBlock = 256;

    /// Calls `each` with the index, cosine and sine of the next `size` samples.
    template <class F>
    void turn(std::size_t size, F each) noexcept {
        for (std::size_t n = 0; n < size;) {
            const std::size_t count = std::min(size - n, kBlock - at_);
            const auto c = static_cast<float>(phasor_.real()),
                       s = static_cast<float>(phasor_.imag());
            for (std::size_t k = 0; k < count; ++k)
                each(n + k, c * cosine_[at_ + k] - s * sine_[at_ + k],
                     c * sine_[at_ + k] + s * cosine_[at_ + k]);
            n += count;
            at_ += count;
            if (at_ == kBlock)
                next_block();
        }
    }

    void next_block() noexcept {
        at_ = 0;
        const double re = phasor_.real() * advance_.real() - phasor_.imag() * advance_.imag();
        const double im = phasor_.real() * advance_.imag() + phasor_.imag() * advance_.real();
        const double length = std::sqrt(re * re + im * im);
        phasor_ = {re / length, im / length};
    }

    std::array<float, kBlock> cosine_, sine_;
    std::complex<double> advance_, phasor_ = 1;
    std::size_t at_ = 0;
};

} // namespace telemetry::dsp
