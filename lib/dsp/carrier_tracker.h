// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "telemetry/dsp/phase_kernel.h"
#include "telemetry/dsp/resampler.h"
#include "telemetry/dsp/two_level.h"

namespace telemetry::dsp {

/// IQ of a two-level FSK signal somewhere near 0 Hz → IQ at 4·`multiple` samples a symbol, centred.
///
/// A narrow detector needs the carrier's place, a wide one loses decibels. So a wide discriminator
/// looks ahead: over each 32 symbols the middle between its two levels is an offset, whatever the
/// data, and the clearest of the fits around count for a stretch, so that the offset of a burst is
/// there from its first symbol. Nothing is fed back.
class CarrierTracker {
public:
    CarrierTracker(double in_rate_hz, double baudrate_hz, std::size_t multiple, double channel_hz,
                   double range_hz, double deviation_hz);

    double step() const { return channel_i_.step(); }

    static constexpr std::size_t kStretchSymbols = 32;
    /// What was taken off the outputs of the last process() or finish(), a value for each stretch.
    std::span<const float> offsets_hz() const { return offsets_hz_; }

    std::size_t most_outputs(std::size_t count) const;
    std::size_t most_outputs_at_finish() const;

    /// The result is in i() and q(). At most kBlock samples at a time.
    std::size_t process(std::span<const float> i, std::span<const float> q) noexcept;
    std::size_t finish() noexcept;
    void reset() noexcept;

    std::span<const float> i() const { return out_i_; }
    std::span<const float> q() const { return out_q_; }

    static constexpr std::size_t kBlock = 8192;

private:
    static constexpr std::size_t kReach = 2; ///< fits to either side of a stretch that count
    static constexpr std::size_t kKept = 2 * kReach + 3;

    std::size_t take(std::size_t count) noexcept;
    void fit_stretch(const float* i, const float* q) noexcept;
    double estimate(std::size_t newest) noexcept;
    void turn(const float* i, const float* q, double from_hz, double to_hz,
              std::size_t at) noexcept;

    double rate_hz_, range_hz_;
    double least_amplitude_;  ///< of a fit that has seen both levels: radians a symbol
    std::size_t half_symbol_; ///< samples
    std::size_t stretch_;     ///< samples that a fit looks at: 32 symbols
    Resampler channel_i_, channel_q_;
    PhaseStepFunction phase_steps_;
    TwoLevelFunction two_level_;
    std::vector<float> in_i_, in_q_; ///< one sample of the past in front
    std::size_t filled_ = 1;
    std::size_t fitted_ = 0; ///< stretches in the buffer that have a fit
    std::vector<float> phase_, out_i_, out_q_;
    std::array<TwoLevels, kKept> fits_{}; ///< the latest, newest last
    float last_half_ = 0;
    bool started_ = false;
    double last_radians_ = 0; ///< a symbol
    double last_estimate_ = 0;
    std::vector<float> offsets_hz_;
    double turns_ = 0; ///< phase of the oscillator
};

} // namespace telemetry::dsp
