// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/carrier_line.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace telemetry::dsp {
namespace {

constexpr float kJumpCost = 12;   ///< a line of this power is rare enough in noise
constexpr float kStepCost = 0.3f; ///< for each bin that the line moves

} // namespace

CarrierLine::CarrierLine(int samples_per_symbol, double nominal, double range, double drift_bins)
    : hop_(kHopSymbols * samples_per_symbol), bins_per_cycle_(2.0 * 4 * hop_),
      first_bin_(static_cast<int>(std::floor((nominal - range) * bins_per_cycle_)) - 1),
      bins_(std::min(static_cast<int>(std::ceil((nominal + range) * bins_per_cycle_)) + 2 -
                         first_bin_,
                     4 * hop_)),
      reach_(std::clamp(static_cast<int>(std::ceil(drift_bins)), 1, 8)),
      spectrum_(samples_per_symbol, first_bin_, bins_), depth_(kLookAhead + 2 * kGroup),
      nodes_(static_cast<std::size_t>(2 * depth_), static_cast<std::size_t>(depth_)) {
    const auto cells = static_cast<std::size_t>(depth_ * bins_);
    power_.resize(cells);
    steps_.resize(cells);
    ended_.resize(static_cast<std::size_t>(depth_));
    score_.resize(static_cast<std::size_t>(bins_));
    gain_.resize(score_.size());
    padded_.resize(static_cast<std::size_t>(bins_ + 2 * reach_));
    std::fill(padded_.begin(), padded_.end(), std::numeric_limits<float>::lowest() / 4);
    reset();
}

void CarrierLine::reset() noexcept {
    std::fill(score_.begin(), score_.end(), 0.0f);
    std::fill(power_.begin(), power_.end(), 0.0f);
    nodes_.reset();
    decided_ = 0;
}

float* CarrierLine::power_of(std::int64_t node) noexcept {
    return power_.data() +
           static_cast<std::size_t>(node % depth_) * static_cast<std::size_t>(bins_);
}

void CarrierLine::push(const float* window_i, const float* window_q) noexcept {
    spectrum_.measure(window_i, window_q, power_of(nodes_.end()));
    extend_paths();
    nodes_.push({});
    if (nodes_.end() % kGroup == 0 && nodes_.end() > kLookAhead)
        trace_back();
}

void CarrierLine::extend_paths() noexcept {
    const auto row = static_cast<std::size_t>(nodes_.end() % depth_);
    const auto bins = static_cast<std::size_t>(bins_);
    const float* power = power_of(nodes_.end());
    for (std::size_t b = 0; b < bins; ++b)
        gain_[b] = std::min(power[b], kMostGain + (power[b] - kMostGain) / 8);
    const auto best = std::max_element(score_.begin(), score_.end());
    ended_[row].best = static_cast<int>(best - score_.begin());

    // Scores are kept against the best so far, so that they stay small.
    PathStep step{};
    step.before = padded_.data() + reach_;
    step.gain = gain_.data();
    step.reach = reach_;
    step.move_cost = kStepCost;
    step.base = *best;
    step.jump = *best - kJumpCost;
    std::copy(score_.begin(), score_.end(), padded_.begin() + reach_);
    extend_paths_(step, score_.data(), steps_.data() + row * bins, bins);
}

void CarrierLine::trace_back() noexcept {
    const std::int64_t last = nodes_.end() - 1, decide_to = last - kLookAhead;
    int bin = static_cast<int>(std::max_element(score_.begin(), score_.end()) - score_.begin());
    for (std::int64_t n = last; n >= decided_; --n) {
        const auto row = static_cast<std::size_t>(n % depth_);
        const std::int8_t step =
            steps_[row * static_cast<std::size_t>(bins_) + static_cast<std::size_t>(bin)];
        if (n <= decide_to) {
            Node& node = *const_cast<Node*>(nodes_.at(n));
            node.power = power_of(n)[bin];
            node.cycles_per_sample = interpolated_bin(power_of(n), bin) / bins_per_cycle_;
            node.jump = step == kPathJumped;
        }
        bin = step == kPathJumped ? ended_[row].best : bin + step;
    }
    decided_ = decide_to + 1;
}

double CarrierLine::interpolated_bin(const float* power, int bin) const noexcept {
    // The path's bin need not be the highest near it.
    while (bin + 1 < bins_ && power[bin + 1] > power[bin])
        ++bin;
    while (bin > 0 && power[bin - 1] > power[bin])
        --bin;
    double place = first_bin_ + bin;
    if (bin > 0 && bin + 1 < bins_) {
        const double before = std::sqrt(power[bin - 1]), here = std::sqrt(power[bin]),
                     after = std::sqrt(power[bin + 1]);
        const double curve = before - 2 * here + after;
        if (curve < 0)
            place += 0.5 * (before - after) / curve;
    }
    return place;
}

} // namespace telemetry::dsp
