// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/modem/gaussian.h"
#include "telemetry/modem/resampler.h"

namespace telemetry::modem {

/// What the noise is made for. Taking the real part of a signal on a carrier folds the noise of
/// both halves of the spectrum upon each other; half as much noise then gives the same Es/N0.
enum class NoiseFor : std::uint8_t { iq, real_carrier };

struct ChannelOptions {
    double rate_hz = 48000;
    double es_n0_db = 20; ///< of a signal of unit mean power at symbol_rate_hz; inf: no noise
    double symbol_rate_hz = 9600;
    double offset_hz = 0;      ///< carrier offset at the start
    double drift_hz_per_s = 0; ///< and how it moves
    double wander_hz = 0;      ///< besides, it swings by this to either side
    double wander_period_s = 120;
    double clock_error_ppm = 0; ///< the transmitter's symbol clock against the receiver's
    double phase_rad = 0;
    double gain = 1; ///< of signal and noise together
    std::uint64_t seed = 1;
    NoiseFor noise_for = NoiseFor::iq;
    double fade_depth_db = 0; ///< signal (not noise) sinks this deep once a fade_period_s
    double fade_period_s = 10;
    double dropout_s = 0; ///< signal is gone for this long at the end of each
    double dropout_period_s = 10;
};

/// White Gaussian noise, carrier offset with drift, clock error, fades and dropouts, continuous
/// between calls; the same seed gives the same noise on every machine.
///
/// Noise. The signal has unit mean power, so Es = 1/symbol_rate. Complex white noise of density N0
/// fills the whole sample rate, so its power is N0·rate, half in each component:
///     sigma² per component = rate / (2 · symbol_rate · 10^(es_n0_db/10)).
/// Frequency. offset + drift·t + wander·sin(2πt/period) at time t, its integral in closed form.
/// Clock. Sample m of the output is the signal at m·(1 + clock_error_ppm·1e-6) of the input, so
/// that symbols come faster when the error is positive.
class Channel {
public:
    explicit Channel(const ChannelOptions& options);

    /// Received samples. With a clock error the last few wait for the next call or finish().
    std::vector<Iq> pass(const std::vector<Iq>& signal);
    std::vector<Iq> finish();

private:
    void disturb(std::vector<Iq>& samples);
    double signal_gain(double seconds) const;

    ChannelOptions options_;
    Gaussian noise_;
    double sigma_;
    Resampler resampler_;
    std::int64_t sample_ = 0;
};

/// IQ → what an ideal limiter and discriminator make of it: instantaneous frequency /
/// `full_scale_hz`, continuous between calls.
class FmReceiver {
public:
    /// `if_bandwidth_hz` (both sides together) is that of the filter before the limiter; 0: none.
    FmReceiver(double rate_hz, double full_scale_hz, double if_bandwidth_hz = 0);
    void receive(std::span<const Iq> iq, std::vector<float>& audio);

private:
    double scale_;
    std::vector<float> taps_;
    std::vector<Iq> history_;
    Iq last_{1, 0};
};

/// IQ onto a real carrier: Re(x·exp(j2πft)), continuous between calls.
class RealCarrier {
public:
    RealCarrier(double rate_hz, double carrier_hz) : turns_per_sample_(carrier_hz / rate_hz) {}
    void receive(std::span<const Iq> iq, std::vector<float>& out);

private:
    double turns_per_sample_;
    std::int64_t sample_ = 0;
};

/// The same of a whole signal at once.
std::vector<float> to_fm_audio(const std::vector<Iq>& iq, double rate_hz, double full_scale_hz);
std::vector<float> to_real_carrier(const std::vector<Iq>& iq, double rate_hz, double carrier_hz);

} // namespace telemetry::modem
