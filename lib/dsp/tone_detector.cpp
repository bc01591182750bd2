// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/tone_detector.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace telemetry::dsp {
namespace {

constexpr double kSamplesPerSymbol = 4;

/// As many samples a symbol, in units of kSamplesPerSymbol, as the tones need.
std::size_t rate_multiple(double deviation_hz, double baudrate_hz) {
    return static_cast<std::size_t>(std::ceil((deviation_hz + baudrate_hz) / (1.7 * baudrate_hz)));
}

/// Integral over one symbol of `samples` samples by trapezoids, against a wave.
std::vector<float> tone_taps(double radians, std::size_t samples, double (*wave)(double)) {
    std::vector<float> taps;
    const int half = static_cast<int>(samples) / 2;
    for (int k = -half; k <= half; ++k) {
        const double weight = std::abs(k) == half ? 0.5 : 1.0;
        // Fir reverses time, so the tap for the sample k later comes first.
        taps.push_back(
            static_cast<float>(weight * wave(-radians * k) / static_cast<double>(samples)));
    }
    return taps;
}

/// Measured at an index of 1. The difference of magnitudes scatters less than the noise at high
/// ratios, more at low ones. Tones that are not quite orthogonal seem closer to their level than
/// they are; more distance, and so more noise in between, does the opposite.
constexpr SnrPoint kSnr[] = {{0.8f, 5},   {4.8f, 8},    {7.35f, 10}, {9.8f, 12}, {13.3f, 15},
                             {16.7f, 18}, {18.85f, 20}, {24.0f, 25}, {28.9f, 30}};
constexpr double kShiftBelow = 5.0, kShiftAbove = 0.5, kMostShift = 0.5; ///< dB, of index − 1

double cosine(double x) {
    return std::cos(x);
}
double sine(double x) {
    return std::sin(x);
}

} // namespace

ToneDetector::ToneDetector(double in_rate_hz, double deviation_hz, double baudrate_hz)
    : index_(2 * deviation_hz / baudrate_hz), multiple_(rate_multiple(deviation_hz, baudrate_hz)),
      channel_i_(in_rate_hz, kSamplesPerSymbol * static_cast<double>(multiple_) * baudrate_hz,
                 std::min(deviation_hz + 0.7 * baudrate_hz, 0.45 * in_rate_hz)),
      channel_q_(channel_i_), delay_(2 * static_cast<double>(multiple_)),
      i_cosine_(tone_taps(2 * std::numbers::pi * deviation_hz /
                              (kSamplesPerSymbol * static_cast<double>(multiple_) * baudrate_hz),
                          4 * multiple_, cosine)),
      i_sine_(tone_taps(2 * std::numbers::pi * deviation_hz /
                            (kSamplesPerSymbol * static_cast<double>(multiple_) * baudrate_hz),
                        4 * multiple_, sine)),
      q_cosine_(i_cosine_), q_sine_(i_sine_) {
    const std::size_t most =
        std::max(channel_i_.most_outputs(kBlock), channel_i_.most_outputs_at_finish());
    for (auto* buffer : {&i_, &q_, &i_c_, &i_s_, &q_c_, &q_s_})
        buffer->resize(most + 2 * multiple_);
}

SnrRule ToneDetector::snr_rule() const {
    const double excess = index_ - 1;
    const double shift_db = std::min(excess * (excess < 0 ? kShiftBelow : kShiftAbove), kMostShift);
    return {.points = kSnr, .shift_db = static_cast<float>(shift_db)};
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
        made += detect(filtered, out + made);
        i = i.subspan(count);
        q = q.subspan(count);
    }
    return made;
}

std::size_t ToneDetector::detect(std::size_t count, float* out) noexcept {
    i_cosine_.process(std::span(i_).first(count), i_c_.data());
    i_sine_.process(std::span(i_).first(count), i_s_.data());
    q_cosine_.process(std::span(q_).first(count), q_c_.data());
    q_sine_.process(std::span(q_).first(count), q_s_.data());
    std::size_t made = 0, n = phase_ == 0 ? 0 : multiple_ - phase_;
    for (; n < count; n += multiple_, ++made) {
        const float upper_re = i_c_[n] + q_s_[n], upper_im = q_c_[n] - i_s_[n];
        const float lower_re = i_c_[n] - q_s_[n], lower_im = q_c_[n] + i_s_[n];
        out[made] = std::sqrt(upper_re * upper_re + upper_im * upper_im) -
                    std::sqrt(lower_re * lower_re + lower_im * lower_im);
    }
    phase_ = (phase_ + count) % multiple_;
    return made;
}

std::size_t ToneDetector::finish(float* out) noexcept {
    const std::size_t filtered = channel_i_.finish(i_.data());
    channel_q_.finish(q_.data());
    // Silence for as long as the matched filters hold the last samples back.
    const std::size_t held = 2 * multiple_;
    std::fill_n(i_.begin() + static_cast<std::ptrdiff_t>(filtered), held, 0.0f);
    std::fill_n(q_.begin() + static_cast<std::ptrdiff_t>(filtered), held, 0.0f);
    const std::size_t made = detect(filtered + held, out);
    reset();
    return made;
}

void ToneDetector::reset() noexcept {
    phase_ = 0;
    channel_i_.reset();
    channel_q_.reset();
    i_cosine_.reset();
    i_sine_.reset();
    q_cosine_.reset();
    q_sine_.reset();
}

} // namespace telemetry::dsp
