// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/discriminator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace telemetry::dsp {
namespace {

/// Measured with FSK, GFSK and GMSK of modulation indices from 0.5 to 0.75, which differ by 0.5 dB
/// up to 20 dB. Above, the distortion by the channel filter grows beside the noise.
constexpr SnrPoint kSnr[] = {{0.9f, 5},   {4.2f, 8},    {6.35f, 10}, {8.45f, 12}, {11.4f, 15},
                             {14.1f, 18}, {15.85f, 20}, {19.6f, 25}, {22.4f, 30}};

/// Wide enough for the channel and its transition, a multiple of the rate wanted.
double channel_rate_hz(double in_rate_hz, double channel_hz, double out_rate_hz) {
    const double least = std::max(out_rate_hz, 3 * channel_hz);
    const double multiple = out_rate_hz * std::ceil(least / out_rate_hz - 1e-9);
    return multiple > in_rate_hz && in_rate_hz >= out_rate_hz ? in_rate_hz : multiple;
}

/// Gentle: sharper filters ring, gentler ones take from the signal or let in noise.
std::vector<float> channel_taps(double channel) {
    return design_lowpass(0.75 * channel, std::min(1.25 * channel, 0.5), 40);
}

} // namespace

Discriminator::Discriminator(double in_rate_hz, double channel_hz, double out_rate_hz,
                             double pass_hz)
    : channel_i_(in_rate_hz, channel_rate_hz(in_rate_hz, channel_hz, out_rate_hz),
                 std::min(1.3 * channel_hz, 0.45 * in_rate_hz)),
      channel_q_(channel_i_),
      narrow_i_(channel_taps(channel_hz / channel_rate_hz(in_rate_hz, channel_hz, out_rate_hz))),
      narrow_q_(narrow_i_),
      audio_(channel_rate_hz(in_rate_hz, channel_hz, out_rate_hz), out_rate_hz, pass_hz),
      hz_per_unit_(channel_rate_hz(in_rate_hz, channel_hz, out_rate_hz) / (2 * std::numbers::pi)),
      phase_steps_(simd::choose(phase_step_variants())) {
    const std::size_t most =
        std::max(channel_i_.most_outputs(kBlock), channel_i_.most_outputs_at_finish());
    const std::size_t room = most + narrow_i_.tap_count();
    i_.resize(room + 1);
    q_.resize(room + 1);
    phase_.resize(room);
}

SnrRule Discriminator::snr_rule(double symbol_rate_hz) const {
    const double radians = 2 * std::numbers::pi * hz_per_unit_ / symbol_rate_hz; // a symbol
    return {.noise_scale = radians * radians, .points = kSnr};
}

std::size_t Discriminator::most_outputs(std::size_t count) const {
    return audio_.most_outputs(channel_i_.most_outputs(count)) + 2 * (count / kBlock + 1);
}

std::size_t Discriminator::most_outputs_at_finish() const {
    return audio_.most_outputs(channel_i_.most_outputs_at_finish() + narrow_i_.tap_count()) +
           audio_.most_outputs_at_finish();
}

std::size_t Discriminator::process(std::span<const float> i, std::span<const float> q,
                                   float* out) noexcept {
    std::size_t made = 0;
    while (!i.empty()) {
        const std::size_t count = std::min(i.size(), kBlock);
        const std::size_t filtered = channel_i_.process(i.first(count), i_.data() + 1);
        channel_q_.process(q.first(count), q_.data() + 1);
        made += discriminate(filtered, out + made);
        i = i.subspan(count);
        q = q.subspan(count);
    }
    return made;
}

std::size_t Discriminator::discriminate(std::size_t count, float* out) noexcept {
    narrow_i_.process(std::span(i_).subspan(1, count), i_.data() + 1);
    narrow_q_.process(std::span(q_).subspan(1, count), q_.data() + 1);
    phase_steps_(i_.data(), q_.data(), phase_.data(), count);
    i_[0] = i_[count];
    q_[0] = q_[count];
    return audio_.process(std::span(phase_).first(count), out);
}

std::size_t Discriminator::finish(float* out) noexcept {
    const std::size_t filtered = channel_i_.finish(i_.data() + 1);
    channel_q_.finish(q_.data() + 1);
    // Silence for as long as the channel filter holds the last samples back.
    const std::size_t held = std::min(narrow_i_.tap_count() / 2 + 1, i_.size() - 1 - filtered);
    std::fill_n(i_.begin() + 1 + static_cast<std::ptrdiff_t>(filtered), held, 0.0f);
    std::fill_n(q_.begin() + 1 + static_cast<std::ptrdiff_t>(filtered), held, 0.0f);
    std::size_t made = discriminate(filtered + held, out);
    made += audio_.finish(out + made);
    reset();
    return made;
}

void Discriminator::reset() noexcept {
    channel_i_.reset();
    channel_q_.reset();
    narrow_i_.reset();
    narrow_q_.reset();
    audio_.reset();
    i_[0] = q_[0] = 0;
}

} // namespace telemetry::dsp
