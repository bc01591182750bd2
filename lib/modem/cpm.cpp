// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/cpm.h"

#include <cmath>
#include <numbers>

namespace telemetry::modem {
namespace {

double wrap(double turns) {
    return turns - std::floor(turns);
}

/// ∫erf
double erf_integral(double x) {
    return x * std::erf(x) + std::exp(-x * x) / std::sqrt(std::numbers::pi);
}

} // namespace

CpmPhase::CpmPhase(const CpmOptions& options)
    : options_(options),
      // The Gaussian's tail beyond this many symbols carries less than 1e-7 of the pulse.
      reach_(options.bt > 0 ? static_cast<int>(std::ceil(0.5 + 0.75 / options.bt)) : 0) {}

/// Share of a symbol's phase change done `symbols` after the symbol's centre: 0 … 1.
double CpmPhase::pulse_integral(double symbols) const {
    if (options_.bt <= 0) {
        const double share = symbols + 0.5;
        return share < 0 ? 0 : share > 1 ? 1 : share;
    }
    const double scale = std::numbers::pi * options_.bt * std::sqrt(2 / std::numbers::ln2);
    const double value =
        0.5 + (erf_integral(scale * (symbols + 0.5)) - erf_integral(scale * (symbols - 0.5))) /
                  (2 * scale);
    return value;
}

/// Samples whose time lies before `symbol_time`: symbol k spans k … k+1, the first sample comes as
/// far before symbol 0 as its pulse reaches.
void CpmPhase::emit_until(double symbol_time, std::vector<double>& phases) {
    const double symbols_per_sample = options_.symbol_rate_hz / options_.rate_hz;
    const double turns_per_symbol = options_.deviation_hz / options_.symbol_rate_hz;
    for (;; ++samples_) {
        const double time = static_cast<double>(samples_) * symbols_per_sample - reach_;
        if (!(time < symbol_time))
            return;
        // Pulses that ended before this sample go into the settled phase.
        std::size_t over = 0;
        while (over < past_.size() && static_cast<double>(settled_) + 1 + reach_ <= time) {
            settled_turns_ = wrap(settled_turns_ + turns_per_symbol * past_[over]);
            ++settled_;
            ++over;
        }
        past_.erase(past_.begin(), past_.begin() + static_cast<std::ptrdiff_t>(over));
        double share = 0;
        for (std::size_t k = 0; k < past_.size(); ++k) {
            const auto symbol = static_cast<double>(settled_ + static_cast<std::int64_t>(k));
            const double since = time - (symbol + 0.5);
            if (since < -reach_ - 0.5)
                break;
            share += past_[k] * pulse_integral(since);
        }
        const double carrier =
            wrap(static_cast<double>(samples_) * (options_.centre_hz / options_.rate_hz));
        phases.push_back(2 * std::numbers::pi *
                         wrap(start_turns_ + settled_turns_ + carrier + turns_per_symbol * share));
    }
}

void CpmPhase::modulate(std::span<const std::uint8_t> bits, std::vector<double>& phases) {
    for (const std::uint8_t bit : bits) {
        past_.push_back(bit != 0 ? 1.0 : -1.0);
        const auto known = static_cast<double>(settled_ + static_cast<std::int64_t>(past_.size()));
        emit_until(known - reach_, phases);
    }
}

void CpmPhase::finish(std::vector<double>& phases) {
    const double end =
        static_cast<double>(settled_ + static_cast<std::int64_t>(past_.size())) + reach_;
    emit_until(end, phases);
    double turns = 0;
    for (const double symbol : past_)
        turns += symbol * options_.deviation_hz / options_.symbol_rate_hz;
    const double carrier =
        wrap(static_cast<double>(samples_) * (options_.centre_hz / options_.rate_hz));
    start_turns_ = wrap(start_turns_ + settled_turns_ + turns + carrier);
    past_.clear();
    settled_ = 0;
    settled_turns_ = 0;
    samples_ = 0;
}

} // namespace telemetry::modem
