// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <complex>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "telemetry/base/items.h"

namespace telemetry::modem {

struct LinearOptions {
    double rate_hz = 48000;
    double symbol_rate_hz = 9600; ///< of the pulses: with Manchester, twice the bit rate
    double rolloff = 0.35;        ///< of the root raised cosine; 0: rectangular pulses
};

/// Amplitudes → samples of a pulse train of unit mean power, at any sample rate.
///
/// A root-raised-cosine pulse (CCSDS 401.0-B-32 §2.4.17A) is read from a finely spaced table at
/// the sample's own time. A rectangular pulse is averaged over the sample, so that an edge
/// between two samples is where it should be, to a fraction of a sample.
class PulseTrain {
public:
    explicit PulseTrain(const LinearOptions& options);
    void modulate(std::span<const float> amplitudes, std::vector<Iq>& out);

    /// The rest of the last pulses. The next ones start on the next sample.
    void finish(std::vector<Iq>& out);

private:
    float pulse(double symbols) const;
    void emit_until(double symbol_time, std::vector<Iq>& out);

    LinearOptions options_;
    int reach_; ///< symbols to either side over which a pulse extends
    std::vector<float> table_;
    std::deque<float> recent_;      ///< amplitudes whose pulses are not over, oldest first
    std::int64_t first_recent_ = 0; ///< the symbol that recent_[0] is
    std::int64_t samples_ = 0;      ///< since the last finish()
};

} // namespace telemetry::modem
