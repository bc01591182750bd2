// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "telemetry/dsp/fir.h"
#include "telemetry/dsp/resampler.h"
#include "telemetry/dsp/symbol_snr.h"

namespace telemetry::dsp {

/// From this modulation index up the two tones are orthogonal enough for a ToneDetector.
inline constexpr double kLeastToneIndex = 0.8;

/// Complex samples, I and Q apart → how much stronger one tone is than the other, as real baseband.
///
/// Two filters, each matched to one tone over one symbol, and the difference of their magnitudes:
/// the noncoherent detector of orthogonal FSK (Proakis, "Digital Communications", 5.4). It has no
/// threshold and no clicks, so it beats a discriminator where the tones are far enough apart. The
/// tones must be where they are said to be, within a tenth of the symbol rate.
class ToneDetector {
public:
    /// Tones at ±deviation_hz. The output has 4 samples a symbol.
    ToneDetector(double in_rate_hz, double deviation_hz, double baudrate_hz);

    double step() const { return static_cast<double>(multiple_) * channel_i_.step(); }
    double delay() const { return -delay_ * channel_i_.step(); }

    /// Behind BasebandReceiver's kTonePulse.
    SnrRule snr_rule() const;

    std::size_t most_outputs(std::size_t count) const;
    std::size_t process(std::span<const float> i, std::span<const float> q, float* out) noexcept;
    std::size_t finish(float* out) noexcept;
    std::size_t most_outputs_at_finish() const { return channel_i_.most_outputs_at_finish() + 2; }
    void reset() noexcept;

private:
    static constexpr std::size_t kBlock = 2048;
    std::size_t detect(std::size_t count, float* out) noexcept;

    double index_;          ///< of the modulation
    std::size_t multiple_;  ///< channel samples an output
    std::size_t phase_ = 0; ///< of the next channel sample, modulo multiple_
    Resampler channel_i_, channel_q_;
    double delay_; ///< of the matched filters, in channel samples
    Fir i_cosine_, i_sine_, q_cosine_, q_sine_;
    std::vector<float> i_, q_, i_c_, i_s_, q_c_, q_s_;
};

} // namespace telemetry::dsp
