// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/psk_front_end.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "telemetry/dsp/fir.h"

namespace telemetry::dsp {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kRateResolution = 1e-6; ///< Hz; makes any rate a fraction of integers
constexpr double kAttenuationDb = 55;
constexpr std::int64_t kMostRows = 256;
constexpr float kMostLevel = 1e6f; ///< keeps fourth powers finite

/// Not finite, or larger than any sample is: 0.
float tamed(float x) {
    return std::abs(x) <= kMostLevel ? x : 0.0f;
}

} // namespace

PskFrontEnd::PskFrontEnd(const SampleFormat& format, double carrier_hz, double pass_hz,
                         double out_rate_hz)
    : kind_(format.kind), bank_function_(simd::choose(bank_variants())) {
    numerator_ = std::llround(format.rate_hz / kRateResolution);
    denominator_ = std::llround(out_rate_hz / kRateResolution);
    const std::int64_t common = std::gcd(numerator_, denominator_);
    numerator_ /= common;
    denominator_ /= common;
    step_ = static_cast<double>(numerator_) / static_cast<double>(denominator_);
    rows_ = static_cast<std::size_t>(
        std::clamp<std::int64_t>(std::llround(kMostRows / std::max(1.0, step_)), 16,
                                 std::max<std::int64_t>(16, denominator_)));
    if (denominator_ <= kMostRows)
        rows_ = static_cast<std::size_t>(denominator_);

    // What must not fall onto the channel: its images at the output's rate and, where the input is
    // interpolated, at the input's; for a real carrier the mirror image, which a signal near 0 Hz
    // or half the rate may touch: then the transition takes the room there is.
    double stop_hz = std::min(format.rate_hz, out_rate_hz) - pass_hz;
    if (kind_ == SampleKind::real) {
        const double room = std::min(carrier_hz, format.rate_hz / 2 - carrier_hz);
        stop_hz = std::min(stop_hz, 2 * room - pass_hz);
    }
    stop_hz = std::max(stop_hz, 1.15 * pass_hz);
    design(format.rate_hz, carrier_hz, pass_hz, stop_hz);

    most_outputs_ = static_cast<std::size_t>(static_cast<double>(kBlock) / step_) + 2;
    const std::size_t room = row_length_ + kBlock + static_cast<std::size_t>(step_) + 1;
    buffer_i_.resize(room);
    buffer_q_.resize(kind_ == SampleKind::iq ? room : 0);
    taps_.resize(most_outputs_);
    reset();
}

void PskFrontEnd::design(double rate_hz, double carrier_hz, double pass_hz, double stop_hz) {
    const double pass = pass_hz / rate_hz, stop = stop_hz / rate_hz;
    const double cutoff = (pass + stop) / 2, beta = kaiser_beta(kAttenuationDb);
    const double reach = (kAttenuationDb - 7.95) / (2.285 * 2 * kPi * (stop - pass)) / 2;
    half_ = static_cast<std::size_t>(std::ceil(std::max(reach, 2.0)));
    row_length_ = (2 * half_ + 1 + kBankLanes - 1) / kBankLanes * kBankLanes;
    half_ = (row_length_ - 1) / 2;
    const bool exact = static_cast<std::int64_t>(rows_) == denominator_;
    const double carrier = carrier_hz / rate_hz;

    std::vector<double> row(row_length_);
    for (std::size_t r = 0; r < rows_; ++r) {
        const double fraction =
            (static_cast<double>(r) + (exact ? 0 : 0.5)) / static_cast<double>(rows_);
        double sum = 0;
        for (std::size_t j = 0; j < row_length_; ++j) {
            const double t = static_cast<double>(j) - static_cast<double>(half_) - fraction;
            const double sinc =
                std::abs(t) < 1e-12 ? 2 * cutoff : std::sin(2 * kPi * cutoff * t) / (kPi * t);
            row[j] = sinc * kaiser_window(t / (static_cast<double>(half_) + 1), beta);
            sum += row[j];
        }
        for (std::size_t j = 0; j < row_length_; ++j) {
            const double tap = row[j] / sum;
            if (kind_ == SampleKind::iq) {
                bank_i_.push_back(static_cast<float>(tap));
            } else {
                // h(t − n)·e^(jω(t − n)), twice for the half of the power that the mirror has.
                const double t = static_cast<double>(half_) + fraction - static_cast<double>(j);
                bank_i_.push_back(static_cast<float>(2 * tap * std::cos(2 * kPi * carrier * t)));
                bank_q_.push_back(static_cast<float>(2 * tap * std::sin(2 * kPi * carrier * t)));
            }
        }
    }
}

void PskFrontEnd::reset() noexcept {
    std::fill(buffer_i_.begin(), buffer_i_.end(), 0.0f);
    std::fill(buffer_q_.begin(), buffer_q_.end(), 0.0f);
    filled_ = half_;
    next_ = 0;
    remainder_ = 0;
}

std::size_t PskFrontEnd::process(const Samples& part, float* out_i, float* out_q) noexcept {
    assert(part.size() <= kBlock);
    float* to_i = buffer_i_.data() + filled_;
    if (kind_ == SampleKind::real) {
        for (std::size_t n = 0; n < part.real.size(); ++n)
            to_i[n] = tamed(part.real[n]);
    } else {
        float* to_q = buffer_q_.data() + filled_;
        for (std::size_t n = 0; n < part.iq.size(); ++n) {
            to_i[n] = tamed(part.iq[n].real());
            to_q[n] = tamed(part.iq[n].imag());
        }
    }
    filled_ += part.size();

    std::size_t count = 0;
    const std::int64_t whole = numerator_ / denominator_, rest = numerator_ % denominator_;
    const auto rows = static_cast<std::int64_t>(rows_);
    while (next_ + static_cast<std::int64_t>(row_length_) <= static_cast<std::int64_t>(filled_)) {
        const std::int64_t row = rows == denominator_
                                     ? remainder_
                                     : static_cast<std::int64_t>(static_cast<double>(remainder_) /
                                                                 static_cast<double>(denominator_) *
                                                                 static_cast<double>(rows));
        taps_[count++] = {static_cast<std::uint32_t>(next_), static_cast<std::uint32_t>(row)};
        next_ += whole;
        remainder_ += rest;
        if (remainder_ >= denominator_) {
            remainder_ -= denominator_;
            ++next_;
        }
    }
    const bool real = kind_ == SampleKind::real;
    bank_function_(buffer_i_.data(), bank_i_.data(), row_length_, taps_.data(), out_i, count);
    bank_function_((real ? buffer_i_ : buffer_q_).data(), (real ? bank_q_ : bank_i_).data(),
                   row_length_, taps_.data(), out_q, count);

    // Keep what the next output needs; it may lie beyond what is here.
    const std::size_t used = std::min(static_cast<std::size_t>(next_), filled_);
    for (auto* buffer : {&buffer_i_, &buffer_q_})
        if (!buffer->empty())
            std::copy(buffer->begin() + static_cast<std::ptrdiff_t>(used),
                      buffer->begin() + static_cast<std::ptrdiff_t>(filled_), buffer->begin());
    filled_ -= used;
    next_ -= static_cast<std::int64_t>(used);
    return count;
}

} // namespace telemetry::dsp
