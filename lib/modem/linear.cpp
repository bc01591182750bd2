// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/linear.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace telemetry::modem {
namespace {

constexpr int kTableSteps = 1024; ///< a symbol; linear interpolation then errs by less than 2e-6
constexpr int kRrcReach = 12;     ///< symbols; cutting there leaves −60 dB of ISI at rolloff 0.2

/// Root raised cosine with ∫h² = 1 for unit symbol time; `t` in symbols from the centre.
double root_raised_cosine(double t, double rolloff) {
    using std::numbers::pi;
    const double corner = 1 / (4 * rolloff);
    if (std::abs(t) < 1e-9)
        return 1 - rolloff + 4 * rolloff / pi;
    if (std::abs(std::abs(t) - corner) < 1e-9)
        return rolloff / std::numbers::sqrt2 *
               ((1 + 2 / pi) * std::sin(pi / (4 * rolloff)) +
                (1 - 2 / pi) * std::cos(pi / (4 * rolloff)));
    const double fraction = 4 * rolloff * t;
    return (std::sin(pi * t * (1 - rolloff)) + fraction * std::cos(pi * t * (1 + rolloff))) /
           (pi * t * (1 - fraction * fraction));
}

} // namespace

PulseTrain::PulseTrain(const LinearOptions& options)
    : options_(options), reach_(options.rolloff > 0 ? kRrcReach : 1) {
    if (options.rolloff <= 0)
        return;
    table_.reserve(kTableSteps * kRrcReach + 2);
    for (int step = 0; step <= kTableSteps * kRrcReach + 1; ++step)
        table_.push_back(static_cast<float>(
            root_raised_cosine(static_cast<double>(step) / kTableSteps, options.rolloff)));
}

/// `symbols` from the pulse's centre.
float PulseTrain::pulse(double symbols) const {
    const double distance = std::abs(symbols);
    if (table_.empty()) {
        const double half_sample = 0.5 * options_.symbol_rate_hz / options_.rate_hz;
        return static_cast<float>(
            std::clamp((0.5 + half_sample - distance) / (2 * half_sample), 0.0, 1.0));
    }
    if (distance >= reach_)
        return 0;
    const double place = distance * kTableSteps;
    const auto index = static_cast<std::size_t>(place);
    const auto part = static_cast<float>(place - static_cast<double>(index));
    return table_[index] + part * (table_[index + 1] - table_[index]);
}

/// Samples whose time lies before `symbol_time`: symbol k has its centre at k, the first sample
/// comes as far before symbol 0 as its pulse reaches.
void PulseTrain::emit_until(double symbol_time, std::vector<Iq>& out) {
    const double symbols_per_sample = options_.symbol_rate_hz / options_.rate_hz;
    for (;; ++samples_) {
        const double time = static_cast<double>(samples_) * symbols_per_sample - reach_;
        if (!(time < symbol_time))
            return;
        while (!recent_.empty() && static_cast<double>(first_recent_) + reach_ <= time) {
            recent_.pop_front();
            ++first_recent_;
        }
        float sum = 0;
        for (std::size_t k = 0; k < recent_.size(); ++k)
            sum += recent_[k] *
                   pulse(time - static_cast<double>(first_recent_ + static_cast<std::int64_t>(k)));
        out.emplace_back(sum, 0.0F);
    }
}

void PulseTrain::modulate(std::span<const float> amplitudes, std::vector<Iq>& out) {
    for (const float amplitude : amplitudes) {
        recent_.push_back(amplitude);
        const auto known =
            static_cast<double>(first_recent_ + static_cast<std::int64_t>(recent_.size()));
        emit_until(known - reach_, out);
    }
}

void PulseTrain::finish(std::vector<Iq>& out) {
    const auto known =
        static_cast<double>(first_recent_ + static_cast<std::int64_t>(recent_.size()));
    emit_until(known - 1 + reach_, out);
    recent_.clear();
    first_recent_ = 0;
    samples_ = 0;
}

} // namespace telemetry::modem
