// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/tone_detector.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace telemetry::dsp {
namespace {

constexpr int kSamplesPerSymbol = 4;

/// Half-width of the matched filter, channel samples: an integral over one symbol by trapezoids.
constexpr int kHalf = kSamplesPerSymbol / 2;

std::vector<float> tone_taps(double radians, double (*wave)(double)) {
    std::vector<float> taps;
    for (int k = -kHalf; k <= kHalf; ++k) {
        const double weight = std::abs(k) == kHalf ? 0.5 : 1.0;
        // Fir reverses time, so the tap for the sample k later comes first.
        taps.push_back(static_cast<float>(weight * wave(-radians * k) / kSamplesPerSymbol));
    }
    return taps;
}

double cosine(double x) {
    return std::cos(x);
}
double sine(double x) {
    return std::sin(x);
}

} // namespace

ToneDetector::ToneDetector(double in_rate_hz, double deviation_hz, double baudrate_hz)
    : channel_i_(in_rate_hz, kSamplesPerSymbol * baudrate_hz,
                 std::min(deviation_hz + baudrate_hz, 1.6 * baudrate_hz)),
      channel_q_(channel_i_), delay_(kHalf),
      i_cosine_(tone_taps(2 * std::numbers::pi * deviation_hz / (kSamplesPerSymbol * baudrate_hz),
                          cosine)),
      i_sine_(
          tone_taps(2 * std::numbers::pi * deviation_hz / (kSamplesPerSymbol * baudrate_hz), sine)),
      q_cosine_(i_cosine_), q_sine_(i_sine_) {
    const std::size_t most =
        std::max(channel_i_.most_outputs(kBlock), channel_i_.most_outputs_at_finish());
    for (auto* buffer : {&i_, &q_, &i_c_, &i_s_, &q_c_, &q_s_})
        buffer->resize(most);
}

std::size_t ToneDetector::most_outputs(std::size_t count) const {
    return channel_i_.most_outputs(count) + 2 * (count / kBlock + 1);
}

std::size_t ToneDetector::process(std::span<const float> i, std::span<const float> q,
                                  float* out) noexcept {
    std::size_t made = 0;
    while (!i.empty()) {
        const std::size_t count = std::min(i.size(), kBlock);
        const std::size_t filtered = channel_i_.process(i.first(count), i_.data());
        channel_q_.process(q.first(count), q_.data());
        detect(filtered, out + made);
        made += filtered;
        i = i.subspan(count);
        q = q.subspan(count);
    }
    return made;
}

void ToneDetector::detect(std::size_t count, float* out) noexcept {
    i_cosine_.process(std::span(i_).first(count), i_c_.data());
    i_sine_.process(std::span(i_).first(count), i_s_.data());
    q_cosine_.process(std::span(q_).first(count), q_c_.data());
    q_sine_.process(std::span(q_).first(count), q_s_.data());
    for (std::size_t n = 0; n < count; ++n) {
        const float upper_re = i_c_[n] + q_s_[n], upper_im = q_c_[n] - i_s_[n];
        const float lower_re = i_c_[n] - q_s_[n], lower_im = q_c_[n] + i_s_[n];
        out[n] = std::sqrt(upper_re * upper_re + upper_im * upper_im) -
                 std::sqrt(lower_re * lower_re + lower_im * lower_im);
    }
}

std::size_t ToneDetector::finish(float* out) noexcept {
    const std::size_t filtered = channel_i_.finish(i_.data());
    channel_q_.finish(q_.data());
    detect(filtered, out);
    reset();
    return filtered;
}

void ToneDetector::reset() noexcept {
    channel_i_.reset();
    channel_q_.reset();
    i_cosine_.reset();
    i_sine_.reset();
    q_cosine_.reset();
    q_sine_.reset();
}

} // namespace telemetry::dsp
