// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/psk_bits.h"

#include <algorithm>
#include <cmath>

namespace telemetry::dsp {
namespace {

constexpr float kTableStep = 1.0f / 16;
constexpr int kTableSize = 128;

} // namespace

ManchesterPairs::ManchesterPairs() : ring_(2 * kReachHops + 1) {
    for (Pending& p : ring_)
        p.symbols.reserve(PskSymbols::kMostSymbols);
    out_.reserve(PskSymbols::kMostSymbols);
}

ManchesterPairs::Pending& ManchesterPairs::pending(std::int64_t hop) {
    return ring_[static_cast<std::size_t>(hop % static_cast<std::int64_t>(ring_.size()))];
}

void ManchesterPairs::reset() noexcept {
    for (Pending& p : ring_) {
        p.symbols.clear();
        p.excess[0] = p.excess[1] = 0;
    }
    hops_ = symbols_seen_ = taken_ = 0;
    last_ = 0;
}

bool ManchesterPairs::push(const PskSymbols::Hop& hop) noexcept {
    Pending& now = pending(hops_);
    now.symbols.assign(hop.symbols.begin(), hop.symbols.end());
    now.hop = hop;
    now.first = symbols_seen_;
    now.excess[0] = now.excess[1] = 0;
    for (const auto& symbol : now.symbols) {
        // The pair that ends here began one before.
        now.excess[(symbols_seen_ + 1) & 1] +=
            std::abs(last_ - symbol.i) - std::abs(last_ + symbol.i);
        last_ = symbol.i;
        ++symbols_seen_;
    }
    const std::int64_t middle = hops_++ - kReachHops;
    if (middle < 0)
        return false;

    float excess[2] = {};
    for (std::int64_t h = std::max<std::int64_t>(middle - kReachHops, 0); h < hops_; ++h) {
        const float weight = static_cast<float>(kReachHops + 1 - std::abs(h - middle));
        excess[0] += weight * pending(h).excess[0];
        excess[1] += weight * pending(h).excess[1];
    }
    const std::int64_t phase = excess[1] > excess[0] ? 1 : 0;

    const Pending& here = pending(middle);
    const Pending& next = pending(middle + 1);
    out_.clear();
    const auto size = static_cast<std::int64_t>(here.symbols.size());
    double period = here.hop.period;
    std::int64_t begin = std::max(here.first, taken_);
    if ((begin & 1) != phase)
        ++begin;
    for (std::int64_t n = begin; n < here.first + size; n += 2) {
        const auto at = static_cast<std::size_t>(n - here.first);
        const auto& a = here.symbols[at];
        const bool beyond = at + 1 == here.symbols.size();
        if (beyond && next.symbols.empty())
            break;
        const auto& b = beyond ? next.symbols.front() : here.symbols[at + 1];
        out_.push_back({(a.i - b.i) / 2, (a.position + b.position) / 2});
        taken_ = n + 2;
    }
    bits_ = here.hop;
    bits_.symbols = out_;
    bits_.period = 2 * period;
    bits_.noise = here.hop.noise / 2;
    bits_.es_n0 = here.hop.es_n0 * 2;
    return true;
}

DifferentialBits::DifferentialBits() {
    for (int n = 0; n <= kTableSize; ++n)
        log_sum_.push_back(static_cast<float>(std::log1p(std::exp(-n * kTableStep))));
}

float DifferentialBits::correction(float x) const noexcept {
    const float place = x / kTableStep;
    if (!(place < kTableSize))
        return 0;
    const auto n = static_cast<std::size_t>(place);
    return log_sum_[n] + (log_sum_[n + 1] - log_sum_[n]) * (place - static_cast<float>(n));
}

void DifferentialBits::decode(std::span<PskSymbols::Symbol> symbols, float signal,
                              float noise) noexcept {
    // Symbols have a typical level of 1. The ratio of a symbol of that level, within reason where
    // there is no signal or no noise to measure:
    const float typical = std::clamp(noise > 0 ? 2 * signal / noise : 100.0f, 0.5f, 100.0f);
    for (auto& symbol : symbols) {
        const float a = typical * last_, b = typical * symbol.i;
        last_ = symbol.i;
        const float smaller = std::min(std::abs(a), std::abs(b));
        const float size = smaller + correction(std::abs(a) + std::abs(b)) -
                           correction(std::abs(std::abs(a) - std::abs(b)));
        symbol.i = ((a < 0) != (b < 0) ? size : -size) / typical;
    }
}

} // namespace telemetry::dsp
