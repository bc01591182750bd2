// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "telemetry/dsp/fir_kernel.h"

namespace telemetry::dsp {

/// Linear-phase low-pass: sinc under a Kaiser window, unit gain at 0 Hz, odd length. Frequencies in
/// units of the sample rate; the response falls from `pass` to `stop`.
std::vector<float> design_lowpass(double pass, double stop, double attenuation_db = 60);

/// Kaiser's β for a stop-band attenuation.
double kaiser_beta(double attenuation_db);

/// Kaiser window at x in −1…1 (0 outside).
double kaiser_window(double x, double beta);

/// FIR over a stream: output i is centred on input i − (taps − 1)/2, with zeros before the start.
/// `channels` 2: interleaved complex samples.
class Fir {
public:
    explicit Fir(std::vector<float> taps, std::size_t channels = 1);

    /// in.size() is a multiple of `channels`; out has the same size and may be `in` itself.
    void process(std::span<const float> in, float* out) noexcept;
    void reset() noexcept;

    std::size_t tap_count() const { return taps_.size(); }
    double delay() const { return (static_cast<double>(taps_.size()) - 1) / 2; }

private:
    static constexpr std::size_t kBlock = 2048; ///< floats filtered at a time

    std::vector<float> taps_; ///< reversed, as the kernel wants them
    std::size_t channels_;
    std::size_t history_; ///< floats kept from before
    std::vector<float> buffer_;
    FirFunction fir_;
};

} // namespace telemetry::dsp
