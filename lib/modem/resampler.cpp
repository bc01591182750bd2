// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/resampler.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace telemetry::modem {
namespace {

constexpr int kHalf = 16; ///< samples to either side
constexpr int kSteps = 1024;

double bessel_i0(double x) {
    double sum = 1;
    double term = 1;
    for (int k = 1; k < 40; ++k) {
        term *= (x / 2 / k) * (x / 2 / k);
        sum += term;
    }
    return sum;
}

} // namespace

Resampler::Resampler(double step) : step_(step), recent_(kHalf), first_recent_(-kHalf) {
    constexpr double kBeta = 7;
    table_.reserve(kHalf * kSteps + 2);
    for (int k = 0; k <= kHalf * kSteps + 1; ++k) {
        const double x = static_cast<double>(k) / kSteps;
        const double sinc = k == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
        const double edge = 1 - x * x / (kHalf * kHalf);
        const double window = edge <= 0 ? 0 : bessel_i0(kBeta * std::sqrt(edge)) / bessel_i0(kBeta);
        table_.push_back(static_cast<float>(sinc * window));
    }
}

/// Outputs whose positions lie at or before input sample `last`, of which kHalf more are known.
void Resampler::produce(std::int64_t last, std::vector<Iq>& out) {
    for (;; ++outputs_) {
        const double position = static_cast<double>(outputs_) * step_;
        if (position > static_cast<double>(last))
            break;
        const auto base = static_cast<std::int64_t>(std::floor(position));
        const double part = position - static_cast<double>(base);
        Iq sum = 0;
        for (int k = -kHalf + 1; k <= kHalf; ++k) {
            const double place = std::abs(part - k) * kSteps;
            const auto index = static_cast<std::size_t>(place);
            const auto rest = static_cast<float>(place - static_cast<double>(index));
            const float tap = table_[index] + rest * (table_[index + 1] - table_[index]);
            sum += tap * recent_[static_cast<std::size_t>(base + k - first_recent_)];
        }
        out.push_back(sum);
    }
    const auto next = static_cast<std::int64_t>(std::floor(static_cast<double>(outputs_) * step_));
    const std::int64_t unused =
        std::min(next - kHalf - first_recent_, static_cast<std::int64_t>(recent_.size()));
    if (unused > 0) {
        recent_.erase(recent_.begin(), recent_.begin() + unused);
        first_recent_ += unused;
    }
}

void Resampler::process(std::span<const Iq> in, std::vector<Iq>& out) {
    recent_.insert(recent_.end(), in.begin(), in.end());
    produce(first_recent_ + static_cast<std::int64_t>(recent_.size()) - 1 - kHalf, out);
}

void Resampler::finish(std::vector<Iq>& out) {
    const std::int64_t last = first_recent_ + static_cast<std::int64_t>(recent_.size()) - 1;
    recent_.insert(recent_.end(), kHalf, Iq{});
    produce(last, out);
    recent_.assign(kHalf, Iq{});
    first_recent_ = -kHalf;
    outputs_ = 0;
}

} // namespace telemetry::modem
