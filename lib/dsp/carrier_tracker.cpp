// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/carrier_tracker.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace telemetry::dsp {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;
constexpr double kInertia = 20; ///< weight of the last estimate; a fit to noise weighs about 8
constexpr std::size_t kTurnBlock = 16; ///< samples between which the oscillator is exact

} // namespace

CarrierTracker::CarrierTracker(double in_rate_hz, double baudrate_hz, std::size_t multiple,
                               double channel_hz, double range_hz, double deviation_hz)
    : rate_hz_(4 * static_cast<double>(multiple) * baudrate_hz), range_hz_(range_hz),
      least_amplitude_(0.5 * kTwoPi * deviation_hz / baudrate_hz), half_symbol_(2 * multiple),
      stretch_(2 * kStretchSymbols * half_symbol_),
      channel_i_(in_rate_hz, rate_hz_, std::min({channel_hz, 0.45 * in_rate_hz, 0.45 * rate_hz_})),
      channel_q_(channel_i_), phase_steps_(simd::choose(phase_step_variants())),
      two_level_(simd::choose(two_level_variants())) {
    const std::size_t most =
        std::max(channel_i_.most_outputs(kBlock), channel_i_.most_outputs_at_finish());
    in_i_.resize(1 + (kKept + 4) * stretch_ + most);
    in_q_.resize(in_i_.size());
    phase_.resize(stretch_);
    out_i_.resize(in_i_.size());
    out_q_.resize(in_i_.size());
    offsets_hz_.reserve(in_i_.size() / stretch_ + 1);
}

std::size_t CarrierTracker::most_outputs(std::size_t count) const {
    return channel_i_.most_outputs(count) + stretch_;
}

std::size_t CarrierTracker::most_outputs_at_finish() const {
    return out_i_.size();
}

void CarrierTracker::reset() noexcept {
    channel_i_.reset();
    channel_q_.reset();
    in_i_[0] = in_q_[0] = 0;
    filled_ = 1;
    fitted_ = 0;
    fits_ = {};
    last_half_ = 0;
    started_ = false;
    last_radians_ = last_estimate_ = turns_ = 0;
}

std::size_t CarrierTracker::process(std::span<const float> i, std::span<const float> q) noexcept {
    const std::size_t count = channel_i_.process(i, in_i_.data() + filled_);
    channel_q_.process(q, in_q_.data() + filled_);
    return take(count);
}

std::size_t CarrierTracker::take(std::size_t count) noexcept {
    filled_ += count;
    offsets_hz_.clear();
    std::size_t made = 0;
    while (filled_ >= 1 + (fitted_ + 1) * stretch_) {
        fit_stretch(in_i_.data() + fitted_ * stretch_, in_q_.data() + fitted_ * stretch_);
        ++fitted_;
        if (fitted_ <= kReach + 1) { // the stretch at the front and its successor need their fits
            if (fitted_ == kReach + 1 && !started_)
                last_estimate_ = estimate(kKept - 1);
            continue;
        }
        started_ = true;
        const double next = estimate(kKept - 1);
        // Straight from the middle of the step between this stretch and the last to the next.
        turn(in_i_.data() + 1, in_q_.data() + 1, last_estimate_, next, made);
        last_estimate_ = next;
        made += stretch_;
        const auto drop = static_cast<std::ptrdiff_t>(stretch_);
        std::copy(in_i_.begin() + drop, in_i_.begin() + static_cast<std::ptrdiff_t>(filled_),
                  in_i_.begin());
        std::copy(in_q_.begin() + drop, in_q_.begin() + static_cast<std::ptrdiff_t>(filled_),
                  in_q_.begin());
        filled_ -= stretch_;
        --fitted_;
    }
    return made;
}

void CarrierTracker::fit_stretch(const float* i, const float* q) noexcept {
    phase_steps_(i, q, phase_.data(), stretch_);
    std::array<float, kLevelWindow> symbols; // integrals over a symbol, every half symbol
    for (std::size_t k = 0; k < kLevelWindow; ++k) {
        float half = 0;
        for (std::size_t n = 0; n < half_symbol_; ++n)
            half += phase_[k * half_symbol_ + n];
        symbols[k] = last_half_ + half;
        last_half_ = half;
    }
    std::copy(fits_.begin() + 1, fits_.end(), fits_.begin());
    two_level_(symbols.data(), fits_.back());
}

/// Offset of the stretch kReach before fit number `newest`, in Hz.
double CarrierTracker::estimate(std::size_t newest) noexcept {
    double sum = kInertia * last_radians_, weights = kInertia;
    for (std::size_t k = newest - 2 * kReach; k <= newest; ++k) {
        const double quality = std::min(fits_[k].quality(), 100.0f);
        // A run of equal symbols has one level only: the fit splits its noise.
        const double spread = std::min(1.0, fits_[k].amplitude / least_amplitude_);
        const double weight = quality * quality * quality * std::pow(spread, 4);
        sum += weight * fits_[k].center;
        weights += weight;
    }
    last_radians_ = sum / weights;
    const double radians = last_radians_ / (2 * static_cast<double>(half_symbol_));
    return std::clamp(radians * rate_hz_ / kTwoPi, -range_hz_, range_hz_);
}

void CarrierTracker::turn(const float* i, const float* q, double from_hz, double to_hz,
                          std::size_t at) noexcept {
    for (std::size_t n = 0; n < stretch_; n += kTurnBlock) {
        const double share = static_cast<double>(n) / static_cast<double>(stretch_);
        const double step = (from_hz + share * (to_hz - from_hz)) / rate_hz_;
        auto re = static_cast<float>(std::cos(kTwoPi * turns_));
        auto im = static_cast<float>(-std::sin(kTwoPi * turns_));
        const auto step_re = static_cast<float>(std::cos(kTwoPi * step));
        const auto step_im = static_cast<float>(-std::sin(kTwoPi * step));
        for (std::size_t k = n; k < n + kTurnBlock; ++k) {
            out_i_[at + k] = i[k] * re - q[k] * im;
            out_q_[at + k] = i[k] * im + q[k] * re;
            const float next = re * step_re - im * step_im;
            im = re * step_im + im * step_re;
            re = next;
        }
        turns_ += step * kTurnBlock;
        turns_ -= std::floor(turns_);
    }
    offsets_hz_.push_back(static_cast<float>((from_hz + to_hz) / 2));
}

std::size_t CarrierTracker::finish() noexcept {
    const std::size_t count = channel_i_.finish(in_i_.data() + filled_);
    channel_q_.finish(in_q_.data() + filled_);
    const std::size_t wanted = filled_ - 1 + count;
    // Silence until the last sample has all the fits that its stretch waits for.
    const std::size_t silence =
        std::min((kReach + 2) * stretch_ + 1, in_i_.size() - filled_ - count);
    std::fill_n(in_i_.begin() + static_cast<std::ptrdiff_t>(filled_ + count), silence, 0.0f);
    std::fill_n(in_q_.begin() + static_cast<std::ptrdiff_t>(filled_ + count), silence, 0.0f);
    const std::size_t made = std::min(take(count + silence), wanted);
    reset();
    return made;
}

} // namespace telemetry::dsp
