// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "telemetry/dsp/fir.h"
#include "telemetry/dsp/phase_kernel.h"
#include "telemetry/dsp/resampler.h"
#include "telemetry/dsp/symbol_snr.h"

namespace telemetry::dsp {

/// Best channel filter for keying with an index below 0.8: one-sided width in symbol rates.
/// Measured with indices of 0.33 to 0.77, with and without a Gaussian filter: the same for all of
/// them.
inline constexpr double kDiscriminatorChannel = 0.58;

/// Complex samples, I and Q apart → instantaneous frequency as real baseband of another rate.
///
/// Change of rate, channel filter, limiter-discriminator by phase differences (which no amplitude
/// touches), then a low-pass to the rate wanted.
class Discriminator {
public:
    /// The channel filter is down 6 dB at ±channel_hz. Of the result, frequencies up to pass_hz
    /// pass.
    Discriminator(double in_rate_hz, double channel_hz, double out_rate_hz, double pass_hz);

    double step() const { return channel_i_.step() * audio_.step(); }

    /// Input position of output 0, against that of input 0.
    double delay() const { return -(0.5 + narrow_i_.delay()) * channel_i_.step(); }

    /// Hz for an output of 1.
    double hz_per_unit() const { return hz_per_unit_; }

    /// Of FSK with a modulation index below that of a ToneDetector, whatever its pulse, behind
    /// BasebandReceiver's kBasebandPulse.
    SnrRule snr_rule(double symbol_rate_hz) const;

    std::size_t most_outputs(std::size_t count) const;
    std::size_t process(std::span<const float> i, std::span<const float> q, float* out) noexcept;
    std::size_t finish(float* out) noexcept;
    std::size_t most_outputs_at_finish() const;
    void reset() noexcept;

private:
    static constexpr std::size_t kBlock = 2048;
    std::size_t discriminate(std::size_t count, float* out) noexcept;

    Resampler channel_i_, channel_q_;
    Fir narrow_i_, narrow_q_;
    Resampler audio_;
    double hz_per_unit_;
    std::vector<float> i_, q_, phase_;
    PhaseStepFunction phase_steps_;
};

} // namespace telemetry::dsp
