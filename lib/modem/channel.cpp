// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/channel.h"

#include <cmath>
#include <numbers>

namespace telemetry::modem {

using std::numbers::pi;

Channel::Channel(const ChannelOptions& options)
    : options_(options), noise_(options.seed),
      sigma_(std::sqrt(options.rate_hz / (2 * options.symbol_rate_hz) *
                       std::pow(10.0, -options.es_n0_db / 10) *
                       (options.noise_for == NoiseFor::real_carrier ? 0.5 : 1.0))),
      resampler_(1 + options.clock_error_ppm * 1e-6) {}

/// Fades and dropouts at a time.
double Channel::signal_gain(double seconds) const {
    double gain = 1;
    if (options_.fade_depth_db > 0) {
        const double depth = options_.fade_depth_db * 0.5 *
                             (1 - std::cos(2 * pi * seconds / options_.fade_period_s));
        gain = std::pow(10.0, -depth / 20);
    }
    if (options_.dropout_s > 0 && std::fmod(seconds, options_.dropout_period_s) >=
                                      options_.dropout_period_s - options_.dropout_s)
        gain = 0;
    return gain;
}

void Channel::disturb(std::vector<Iq>& samples) {
    const bool still = options_.offset_hz == 0 && options_.drift_hz_per_s == 0 &&
                       options_.wander_hz == 0 && options_.phase_rad == 0;
    const double period_s = options_.wander_period_s;
    const bool steady = options_.fade_depth_db <= 0 && options_.dropout_s <= 0;
    for (Iq& sample : samples) {
        std::complex<double> value = sample;
        const double seconds = static_cast<double>(sample_) / options_.rate_hz;
        ++sample_;
        if (!still) {
            double turns = seconds * (options_.offset_hz + options_.drift_hz_per_s * seconds / 2);
            turns += options_.wander_hz * period_s / (2 * pi) *
                     (1 - std::cos(2 * pi * seconds / period_s));
            const double angle = 2 * pi * (turns - std::floor(turns)) + options_.phase_rad;
            value *= std::complex<double>(std::cos(angle), std::sin(angle));
        }
        if (!steady)
            value *= signal_gain(seconds);
        if (sigma_ > 0)
            value += sigma_ * noise_();
        sample = Iq(options_.gain * value);
    }
}

std::vector<Iq> Channel::pass(const std::vector<Iq>& signal) {
    std::vector<Iq> out;
    if (options_.clock_error_ppm == 0)
        out = signal;
    else
        resampler_.process(signal, out);
    disturb(out);
    return out;
}

std::vector<Iq> Channel::finish() {
    std::vector<Iq> out;
    if (options_.clock_error_ppm != 0)
        resampler_.finish(out);
    disturb(out);
    return out;
}

namespace {

/// Low pass for complex samples: a sinc under a Blackman window, transition of a fifth of the
/// bandwidth, unit gain at 0.
std::vector<float> low_pass(double rate_hz, double bandwidth_hz) {
    const double cutoff = bandwidth_hz / 2 / rate_hz;
    if (bandwidth_hz <= 0 || cutoff >= 0.5)
        return {};
    const int half = static_cast<int>(std::ceil(2.75 / (0.2 * 2 * cutoff)));
    std::vector<double> taps;
    double sum = 0;
    for (int k = -half; k <= half; ++k) {
        const double sinc = k == 0 ? 2 * cutoff : std::sin(2 * pi * cutoff * k) / (pi * k);
        const double x = pi * k / (half + 1);
        taps.push_back(sinc * (0.42 + 0.5 * std::cos(x) + 0.08 * std::cos(2 * x)));
        sum += taps.back();
    }
    std::vector<float> scaled;
    scaled.reserve(taps.size());
    for (const double tap : taps)
        scaled.push_back(static_cast<float>(tap / sum));
    return scaled;
}

} // namespace

FmReceiver::FmReceiver(double rate_hz, double full_scale_hz, double if_bandwidth_hz)
    : scale_(rate_hz / (2 * pi * full_scale_hz)), taps_(low_pass(rate_hz, if_bandwidth_hz)),
      history_(taps_.empty() ? 0 : taps_.size() - 1) {}

void FmReceiver::receive(std::span<const Iq> iq, std::vector<float>& audio) {
    history_.insert(history_.end(), iq.begin(), iq.end());
    const std::size_t length = taps_.empty() ? 1 : taps_.size();
    std::size_t first = 0;
    for (; first + length <= history_.size(); ++first) {
        Iq sample = history_[first];
        if (!taps_.empty()) {
            sample = 0;
            for (std::size_t k = 0; k < length; ++k)
                sample += taps_[k] * history_[first + k];
        }
        audio.push_back(static_cast<float>(scale_ * std::arg(sample * std::conj(last_))));
        last_ = sample;
    }
    history_.erase(history_.begin(), history_.begin() + static_cast<std::ptrdiff_t>(first));
}

void RealCarrier::receive(std::span<const Iq> iq, std::vector<float>& out) {
    for (const Iq sample : iq) {
        const double turns = static_cast<double>(sample_++) * turns_per_sample_;
        const double angle = 2 * pi * (turns - std::floor(turns));
        out.push_back(
            static_cast<float>(sample.real() * std::cos(angle) - sample.imag() * std::sin(angle)));
    }
}

std::vector<float> to_fm_audio(const std::vector<Iq>& iq, double rate_hz, double full_scale_hz) {
    std::vector<float> audio;
    FmReceiver(rate_hz, full_scale_hz).receive(iq, audio);
    return audio;
}

std::vector<float> to_real_carrier(const std::vector<Iq>& iq, double rate_hz, double carrier_hz) {
    std::vector<float> out;
    RealCarrier(rate_hz, carrier_hz).receive(iq, out);
    return out;
}

} // namespace telemetry::modem
