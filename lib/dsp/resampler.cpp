// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/resampler.h"

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
constexpr std::int64_t kMostRows = 512;

} // namespace

Resampler::Resampler(double in_rate_hz, double out_rate_hz, double pass_hz, double attenuation_db)
    : bank_function_(simd::choose(bank_variants())) {
    assert(pass_hz > 0 && 2 * pass_hz < std::min(in_rate_hz, out_rate_hz));
    numerator_ = std::llround(in_rate_hz / kRateResolution);
    denominator_ = std::llround(out_rate_hz / kRateResolution);
    const std::int64_t common = std::gcd(numerator_, denominator_);
    numerator_ /= common;
    denominator_ /= common;
    step_ = static_cast<double>(numerator_) / static_cast<double>(denominator_);

    // A row's place is off by half a row at most; what counts is that against the output's spacing.
    const double finest = kMostRows / std::max(1.0, step_);
    rows_ = static_cast<std::size_t>(
        std::min(denominator_, std::max<std::int64_t>(1, std::llround(finest))));

    const double pass = pass_hz / in_rate_hz;
    const double stop = std::min(in_rate_hz, out_rate_hz) / in_rate_hz - pass;
    const double cutoff = (pass + stop) / 2, beta = kaiser_beta(attenuation_db);
    const double reach = (attenuation_db - 7.95) / (2.285 * 2 * kPi * (stop - pass)) / 2;
    half_ = static_cast<std::size_t>(std::ceil(std::max(reach, 2.0)));
    row_length_ = (2 * half_ + 1 + kBankLanes - 1) / kBankLanes * kBankLanes;
    half_ = (row_length_ - 1) / 2; // the lanes are there: use them
    const double width = static_cast<double>(half_) + 0.5;

    std::vector<double> row(row_length_);
    for (std::size_t r = 0; r < rows_; ++r) {
        // An exact fraction is met at its start; an approximate one at its middle.
        const bool exact = static_cast<std::int64_t>(rows_) == denominator_;
        const double fraction =
            (static_cast<double>(r) + (exact ? 0 : 0.5)) / static_cast<double>(rows_);
        double sum = 0;
        for (std::size_t j = 0; j < row_length_; ++j) {
            const double t = static_cast<double>(j) - static_cast<double>(half_) - fraction;
            const double sinc =
                std::abs(t) < 1e-12 ? 2 * cutoff : std::sin(2 * kPi * cutoff * t) / (kPi * t);
            row[j] = sinc * kaiser_window(t / (width + 0.5), beta);
            sum += row[j];
        }
        for (const double tap : row)
            bank_.push_back(static_cast<float>(tap / sum));
    }
    buffer_.resize(row_length_ + kBlock + static_cast<std::size_t>(step_) + 1);
    taps_.resize(most_outputs(kBlock));
    reset();
}

std::size_t Resampler::most_outputs(std::size_t count) const {
    return static_cast<std::size_t>(static_cast<double>(count) / step_) + 2;
}

void Resampler::reset() noexcept {
    std::fill(buffer_.begin(), buffer_.end(), 0.0f);
    filled_ = half_;
    next_ = 0;
    remainder_ = 0;
}

std::size_t Resampler::process(std::span<const float> in, float* out) noexcept {
    std::size_t made = 0;
    while (!in.empty()) {
        const std::size_t count = std::min({in.size(), kBlock, buffer_.size() - filled_});
        std::copy_n(in.begin(), count, buffer_.begin() + static_cast<std::ptrdiff_t>(filled_));
        filled_ += count;
        in = in.subspan(count);
        made += filter(filled_, out + made);
    }
    return made;
}

std::size_t Resampler::filter(std::size_t available, float* out) noexcept {
    std::size_t count = 0;
    const std::int64_t whole = numerator_ / denominator_, rest = numerator_ % denominator_;
    const auto rows = static_cast<std::int64_t>(rows_);
    while (next_ + static_cast<std::int64_t>(row_length_) <= static_cast<std::int64_t>(available)) {
        const std::int64_t row =
            rows == denominator_ ? remainder_ : remainder_ * rows / denominator_;
        taps_[count++] = {static_cast<std::uint32_t>(next_), static_cast<std::uint32_t>(row)};
        next_ += whole;
        remainder_ += rest;
        if (remainder_ >= denominator_) {
            remainder_ -= denominator_;
            ++next_;
        }
    }
    bank_function_(buffer_.data(), bank_.data(), row_length_, taps_.data(), out, count);

    // Keep what the next output needs; it may lie beyond what is here.
    const std::size_t used = std::min(static_cast<std::size_t>(next_), available);
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(used),
              buffer_.begin() + static_cast<std::ptrdiff_t>(available), buffer_.begin());
    filled_ = available - used;
    next_ -= static_cast<std::int64_t>(used);
    return count;
}

std::size_t Resampler::finish(float* out) noexcept {
    // Silence reaches as far behind the last sample as the row of an output on that sample does.
    const float silence[64] = {};
    std::size_t made = 0;
    for (std::size_t left = row_length_ - 1 - half_; left > 0;) {
        const std::size_t count = std::min<std::size_t>(left, 64);
        made += process({silence, count}, out + made);
        left -= count;
    }
    reset();
    return made;
}

} // namespace telemetry::dsp
