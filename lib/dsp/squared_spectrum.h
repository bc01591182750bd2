// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <complex>
#include <vector>

#include "telemetry/dsp/carrier_kernel.h"

struct fftwf_plan_s;

namespace telemetry::dsp {

/// Power spectrum of the square of a window of samples, around twice a carrier frequency.
///
/// Squaring multiplies noise with noise, so the signal should come with no more of it than its own
/// band has. Where the search is so wide that one filter cannot do that, the window is cut into
/// bands one symbol rate apart and each is squared alone: the line then stands as far out of the
/// noise as it would in a narrow search. The cut is made in the spectrum (the window is padded with
/// as much silence as it is long, so nothing wraps around that matters).
class SquaredSpectrum {
public:
    /// A window of 128 symbols; bins are a 256th of the symbol rate. `first_bin` of `bins` is
    /// counted from 0 Hz and may be negative.
    SquaredSpectrum(int samples_per_symbol, int first_bin, int bins);
    ~SquaredSpectrum();
    SquaredSpectrum(const SquaredSpectrum&) = delete;
    SquaredSpectrum& operator=(const SquaredSpectrum&) = delete;

    /// Fills `power` with `bins` values, in units of the mean noise in a bin.
    void measure(const float* window_i, const float* window_q, float* power) noexcept;

private:
    using Complex = std::complex<float>;

    void measure_whole(const float* window_i, const float* window_q, float* power) noexcept;
    void measure_bands(const float* window_i, const float* window_q, float* power) noexcept;
    float noise_of(const float* power, int bins) const noexcept;
    void normalise(float* power) const noexcept;

    int window_;   ///< samples
    int fft_size_; ///< twice that
    int first_bin_;
    int bins_;
    int band_bins_; ///< of one band, or all
    bool banded_;
    Complex* in_;
    Complex* out_;
    Complex* band_; ///< in place
    fftwf_plan_s* forward_;
    fftwf_plan_s* band_forward_;
    fftwf_plan_s* band_backward_;
    SumBelowFunction sum_below_ = simd::choose(sum_below_variants());
    std::vector<float> mask_; ///< of a band, by distance from its centre
};

} // namespace telemetry::dsp
