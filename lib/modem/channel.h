// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <random>
#include <vector>

#include "telemetry/base/items.h"

namespace telemetry::modem {

struct ChannelOptions {
    double rate_hz = 48000;
    double es_n0_db = 20; ///< with `symbol_rate_hz` and unit signal power gives N0
    double symbol_rate_hz = 9600;
    double offset_hz = 0;       ///< carrier offset at the start
    double drift_hz_per_s = 0;  ///< and how it moves
    double clock_error_ppm = 0; ///< the transmitter's symbol clock against the receiver's
    double phase_rad = 0;
    double gain = 1; ///< of signal and noise together
    std::uint64_t seed = 1;
};

/// AWGN, carrier offset with drift and clock error, continuous between calls; the same seed gives
/// the same noise on every machine.
class Channel {
public:
    explicit Channel(const ChannelOptions& options);

    /// Unit-power signal in, received samples out (resampled when clock_error_ppm is not 0).
    std::vector<Iq> pass(const std::vector<Iq>& signal);

private:
    ChannelOptions options_;
    std::mt19937_64 random_;
    double phase_ = 0;
    std::int64_t sample_ = 0;
    double resample_position_ = 0;
    std::vector<Iq> history_;
};

/// IQ through an ideal limiter-discriminator: instantaneous frequency / `full_scale_hz`.
std::vector<float> to_fm_audio(const std::vector<Iq>& iq, double rate_hz, double full_scale_hz);

/// IQ onto a real carrier: Re(x·exp(j2πft)).
std::vector<float> to_real_carrier(const std::vector<Iq>& iq, double rate_hz, double carrier_hz);

} // namespace telemetry::modem
