// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/squared_spectrum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numbers>

#include <fftw3.h>

namespace telemetry::dsp {
namespace {

constexpr int kWindowSymbols = 128;
constexpr int kBinsPerRate = 2 * kWindowSymbols; ///< bins in a symbol rate
constexpr int kBandRate = 4;                     ///< samples a symbol of a band
constexpr int kBandSize = kBandRate * kBinsPerRate;

// FFTW's planner, alone of its functions, may not run in two threads at once.
std::mutex& planner() {
    static std::mutex mutex;
    return mutex;
}

fftwf_complex* raw(std::complex<float>* values) {
    return reinterpret_cast<fftwf_complex*>(values);
}

std::complex<float> square(float i, float q) {
    return {i * i - q * q, 2 * i * q};
}

int wrapped(int bin, int size) {
    return (bin % size + size) % size;
}

} // namespace

SquaredSpectrum::SquaredSpectrum(int samples_per_symbol, int first_bin, int bins)
    : window_(kWindowSymbols * samples_per_symbol), fft_size_(2 * window_), first_bin_(first_bin),
      bins_(bins), banded_(samples_per_symbol > kBandRate) {
    const int bands = banded_ ? (bins_ + 2 * kBinsPerRate - 1) / (2 * kBinsPerRate) : 1;
    band_bins_ = (bins_ + bands - 1) / bands;
    in_ = reinterpret_cast<Complex*>(fftwf_alloc_complex(static_cast<std::size_t>(fft_size_)));
    out_ = reinterpret_cast<Complex*>(fftwf_alloc_complex(static_cast<std::size_t>(fft_size_)));
    band_ = reinterpret_cast<Complex*>(fftwf_alloc_complex(kBandSize));
    {
        const std::lock_guard lock(planner());
        forward_ = fftwf_plan_dft_1d(fft_size_, raw(in_), raw(out_), FFTW_FORWARD, FFTW_ESTIMATE);
        band_forward_ =
            fftwf_plan_dft_1d(kBandSize, raw(band_), raw(band_), FFTW_FORWARD, FFTW_ESTIMATE);
        band_backward_ =
            fftwf_plan_dft_1d(kBandSize, raw(band_), raw(band_), FFTW_BACKWARD, FFTW_ESTIMATE);
    }
    std::fill_n(in_, fft_size_, Complex{}); // the second half stays 0
    // A carrier is half a symbol rate from the centre at most, and its band reaches 0.7 further.
    constexpr int flat = kBinsPerRate, zero = kBinsPerRate * 3 / 2;
    for (int n = 0; n <= kBandSize / 2; ++n) {
        const double part = std::clamp(static_cast<double>(n - flat) / (zero - flat), 0.0, 1.0);
        mask_.push_back(
            static_cast<float>((0.5 + 0.5 * std::cos(std::numbers::pi * part)) / kBandSize));
    }
}

SquaredSpectrum::~SquaredSpectrum() {
    const std::lock_guard lock(planner());
    for (auto* plan : {forward_, band_forward_, band_backward_})
        fftwf_destroy_plan(plan);
    for (auto* memory : {in_, out_, band_})
        fftwf_free(memory);
}

void SquaredSpectrum::measure(const float* window_i, const float* window_q, float* power) noexcept {
    if (banded_)
        measure_bands(window_i, window_q, power);
    else
        measure_whole(window_i, window_q, power);
    normalise(power);
}

void SquaredSpectrum::measure_whole(const float* window_i, const float* window_q,
                                    float* power) noexcept {
    for (int n = 0; n < window_; ++n)
        in_[n] = square(window_i[n], window_q[n]);
    fftwf_execute(forward_);
    int bin = wrapped(first_bin_, fft_size_);
    for (int b = 0; b < bins_; ++b) {
        power[b] = std::norm(out_[bin]);
        bin = bin + 1 == fft_size_ ? 0 : bin + 1;
    }
}

void SquaredSpectrum::measure_bands(const float* window_i, const float* window_q,
                                    float* power) noexcept {
    for (int n = 0; n < window_; ++n)
        in_[n] = {window_i[n], window_q[n]};
    fftwf_execute(forward_);
    // A band's lines lie up to a symbol rate from twice its centre.
    for (int begin = 0; begin < bins_; begin += band_bins_) {
        const int centre = (first_bin_ + begin + band_bins_ / 2) / 2;
        for (int m = -kBandSize / 2; m < kBandSize / 2; ++m)
            band_[wrapped(m, kBandSize)] =
                out_[wrapped(centre + m, fft_size_)] * mask_[static_cast<std::size_t>(std::abs(m))];
        fftwf_execute(band_backward_);
        for (int n = 0; n < kBandSize; ++n)
            band_[n] = square(band_[n].real(), band_[n].imag());
        fftwf_execute(band_forward_);
        for (int b = begin; b < std::min(begin + band_bins_, bins_); ++b)
            power[b] = std::norm(band_[wrapped(first_bin_ + b - 2 * centre, kBandSize)]);
    }
}

float SquaredSpectrum::noise_of(const float* power, int bins) const noexcept {
    // The mean without what stands out of it.
    float bound = std::numeric_limits<float>::max(), mean = 0;
    for (int round = 0; round < 4; ++round) {
        const PartialSum below = sum_below_(power, static_cast<std::size_t>(bins), bound);
        if (below.count > 0)
            mean = below.sum / below.count;
        bound = 4 * mean;
    }
    return mean;
}

void SquaredSpectrum::normalise(float* power) const noexcept {
    // Where the front end's skirts are there is less noise, and it must not count for more.
    const float everywhere = noise_of(power, bins_);
    for (int begin = 0; begin < bins_; begin += band_bins_) {
        const int count = std::min(band_bins_, bins_ - begin);
        const float noise = std::max(noise_of(power + begin, count), everywhere);
        const float scale = noise > 1e-30f ? 1 / noise : 0.0f;
        for (int b = begin; b < begin + count; ++b)
            power[b] *= scale;
    }
}

} // namespace telemetry::dsp
