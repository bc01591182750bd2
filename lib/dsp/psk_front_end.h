// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/dsp/fir_kernel.h"

namespace telemetry::dsp {

/// Input samples of either kind → complex samples of one channel at another rate, I and Q apart.
///
/// One polyphase filter does it all. For a real carrier its taps are complex, so that the mirror
/// image goes with the rest of the stop band and no mixer runs at the input's rate; the output is
/// then not shifted to 0 Hz: the carrier stands at carrier_hz modulo the output's rate, and who
/// removes the carrier offset removes that with it. Output m lies exactly at input position
/// m·step(), silence before the first.
class PskFrontEnd {
public:
    static constexpr std::size_t kBlock = 1024; ///< most inputs a call

    /// ±pass_hz around carrier_hz (0 for IQ) is kept.
    PskFrontEnd(const SampleFormat& format, double carrier_hz, double pass_hz, double out_rate_hz);

    double step() const { return step_; } ///< input samples an output
    std::size_t most_outputs() const { return most_outputs_; }
    std::size_t reach() const { return half_ + 1; } ///< inputs behind an output that it depends on

    /// At most kBlock samples. Writes the outputs that they complete and returns how many.
    std::size_t process(const Samples& part, float* out_i, float* out_q) noexcept;
    void reset() noexcept;

private:
    void design(double rate_hz, double carrier_hz, double pass_hz, double stop_hz);

    SampleKind kind_;
    std::int64_t numerator_ = 1;
    std::int64_t denominator_ = 1;
    double step_ = 1;
    std::size_t rows_ = 1;
    std::size_t row_length_ = 0;
    std::size_t half_ = 0;
    std::size_t most_outputs_ = 0;
    std::vector<float> bank_i_;   ///< real part of the taps; all of them for IQ
    std::vector<float> bank_q_;   ///< imaginary part, real carrier only
    std::vector<float> buffer_i_; ///< the real samples, or I
    std::vector<float> buffer_q_;
    std::vector<BankTap> taps_;
    std::size_t filled_ = 0;
    std::int64_t next_ = 0;
    std::int64_t remainder_ = 0;
    BankFunction bank_function_;
};

} // namespace telemetry::dsp
