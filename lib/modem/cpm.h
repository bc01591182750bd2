// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace telemetry::modem {

struct CpmOptions {
    double rate_hz = 48000;
    double symbol_rate_hz = 9600;
    double deviation_hz = 2400; ///< of bit 1; bit 0 lies at minus that
    double centre_hz = 0;       ///< midway between the two
    double bt = 0;              ///< bandwidth × symbol time of the Gaussian filter; 0: none
};

/// The phase of a binary continuous-phase signal at any sample rate.
///
/// The phase is the closed form of the integral of the frequency pulses (a rectangle, or a
/// rectangle through a Gaussian filter as in GSM 05.04 §2.4), evaluated at the sample's own time;
/// so a sample rate that is no multiple of the symbol rate costs neither jitter nor drift.
class CpmPhase {
public:
    explicit CpmPhase(const CpmOptions& options);

    /// Appends the phase (radians, not wrapped by more than a turn) of each sample that the bits
    /// so far decide.
    void modulate(std::span<const std::uint8_t> bits, std::vector<double>& phases);

    /// The samples of the bits still in the pulse filter. The next bits start on the next sample,
    /// with the phase that these ended with.
    void finish(std::vector<double>& phases);

private:
    double pulse_integral(double symbols) const;
    void emit_until(double symbol_time, std::vector<double>& phases);

    CpmOptions options_;
    int reach_;                ///< symbols to either side over which a pulse extends
    std::vector<double> past_; ///< ±1 of the symbols whose pulses are not over, oldest first
    std::int64_t settled_ = 0; ///< symbols before past_: their pulses are over
    double settled_turns_ = 0; ///< phase that those left, wrapped
    std::int64_t samples_ = 0; ///< since the last finish()
    double start_turns_ = 0;   ///< phase where the last finish() stopped
};

} // namespace telemetry::modem
