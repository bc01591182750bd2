// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/dsp/fir_kernel.h"

namespace telemetry::dsp {

/// Any rate to any other, one real channel (complex: two of them, I and Q apart).
///
/// One polyphase low-pass, a row of taps for each fraction of an input sample. Where the ratio of
/// the rates is a small fraction its phases are hit exactly; else the nearest of so many rows that
/// the error stays 60 dB down. Positions are integers over a common denominator, so they never
/// drift. Output k lies exactly at input position k·step(): the filter's delay is compensated and
/// the input is preceded by silence.
class Resampler {
public:
    /// Frequencies up to `pass_hz` pass; what would alias onto them is suppressed. pass_hz is less
    /// than half of either rate.
    Resampler(double in_rate_hz, double out_rate_hz, double pass_hz, double attenuation_db = 60);

    /// Input samples an output sample.
    double step() const { return step_; }

    /// Upper bound of what process() of `count` samples yields.
    std::size_t most_outputs(std::size_t count) const;

    /// Appends to `out` (which must have room for most_outputs) and returns how many. The result
    /// does not depend on how the input is cut.
    std::size_t process(std::span<const float> in, float* out) noexcept;

    /// The outputs up to the last input sample, by feeding silence. Then reset().
    std::size_t finish(float* out) noexcept;

    /// Upper bound of what finish() yields.
    std::size_t most_outputs_at_finish() const { return most_outputs(half_ + 1); }

    void reset() noexcept;

private:
    static constexpr std::size_t kBlock = 2048; ///< inputs taken at a time
    std::size_t filter(std::size_t available, float* out) noexcept;

    std::int64_t numerator_ = 1; ///< of input samples an output, in lowest terms
    std::int64_t denominator_ = 1;
    double step_ = 1;
    std::size_t rows_ = 1; ///< fractions of an input sample that have a row of their own
    std::size_t row_length_ = 0;
    std::size_t half_ = 0; ///< inputs before and after an output that it depends on
    std::vector<float> bank_;
    std::vector<float> buffer_;
    std::vector<BankTap> taps_;
    std::size_t filled_ = 0;     ///< of buffer_
    std::int64_t next_ = 0;      ///< start of the next output's row in buffer_
    std::int64_t remainder_ = 0; ///< and the fraction, over denominator_
    BankFunction bank_function_;
};

} // namespace telemetry::dsp
