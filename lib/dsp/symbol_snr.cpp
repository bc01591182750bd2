// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/symbol_snr.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "telemetry/dsp/equalizer.h"

namespace telemetry::dsp {
namespace {

constexpr double kMostRatio = 1e6;   ///< 60 dB: a signal without noise
constexpr double kFewErrors = 16;    ///< from this ratio up wrong decisions are too few to matter
constexpr double kWorstOfMiddle = 3; ///< scatter, over the middle run's, of a run of the signal
constexpr float kPull = 0.01f;       ///< only keeps equations of equal symbols solvable

/// (E|x|)² / E x² of ±µ in noise, of µ²/σ².
double evenness(double ratio) {
    const double size = std::sqrt(2 / std::numbers::pi) * std::exp(-ratio / 2) +
                        std::sqrt(ratio) * std::erf(std::sqrt(ratio / 2));
    return size * size / (1 + ratio);
}

float translated(float measured_db, std::span<const SnrPoint> points) {
    if (points.size() < 2)
        return measured_db;
    std::size_t next = 1;
    while (next + 1 < points.size() && points[next].measured_db < measured_db)
        ++next;
    const SnrPoint &a = points[next - 1], &b = points[next];
    const float slope = (b.es_n0_db - a.es_n0_db) / (b.measured_db - a.measured_db);
    return a.es_n0_db + (measured_db - a.measured_db) * slope;
}

} // namespace

void SymbolMoments::add(std::span<const float> symbols) noexcept {
    for (const float x : symbols) {
        size += std::abs(x);
        square += static_cast<double>(x) * x;
    }
    count += symbols.size();
}

void SymbolMoments::add(const SymbolMoments& other) noexcept {
    size += other.size;
    square += other.square;
    count += other.count;
}

double SymbolMoments::spread() const noexcept {
    return size > 0 ? static_cast<double>(count) * square / (size * size) - 1 : 0;
}

double signal_to_scatter(const SymbolMoments& moments) noexcept {
    const double spread = moments.spread();
    if (!(spread > 1 / kMostRatio))
        return kMostRatio;
    double ratio = 1 / spread;
    if (ratio > kFewErrors)
        return ratio;
    const double wanted = 1 / (1 + spread);
    double low = 0, high = kFewErrors;
    for (int i = 0; i < 30; ++i) {
        ratio = (low + high) / 2;
        (evenness(ratio) < wanted ? low : high) = ratio;
    }
    return ratio;
}

/// A run in which a burst begins or ends scatters much more than the others.
void SymbolWindow::leave_out_edges() noexcept {
    std::array<double, kMostRuns> spread, sorted;
    std::size_t clear = 0;
    for (std::size_t r = 0; r < count_; ++r) {
        SymbolMoments moments;
        moments.add(runs_[r].equalized);
        spread[r] = moments.spread();
        if (runs_[r].clear)
            sorted[clear++] = spread[r];
    }
    if (clear == 0)
        return;
    auto* const middle = sorted.data() + clear / 2;
    std::nth_element(sorted.data(), middle, sorted.data() + clear);
    for (std::size_t r = 0; r < count_; ++r)
        runs_[r].clear = runs_[r].clear && spread[r] <= kWorstOfMiddle * *middle;
}

/// Mean square of what the symbols around do not explain, by least squares.
double SymbolWindow::scatter_of_noise() const noexcept {
    constexpr std::size_t kReach = kEqualizerTaps / 2;
    std::array<float, kMostRuns * kRun> decisions;
    for (std::size_t n = 0; n < count_ * kRun; ++n)
        decisions[n] = runs_[n / kRun].equalized[n % kRun] > 0 ? 1.0f : -1.0f;
    NormalEquations sums;
    double squares = 0;
    std::size_t count = 0;
    for (std::size_t n = kReach; n + kReach < count_ * kRun; ++n) {
        const Run& run = runs_[n / kRun];
        if (!run.clear)
            continue;
        const float value = run.received[n % kRun];
        const float* around = decisions.data() + n - kReach;
        std::size_t at = 0;
        for (std::size_t j = 0; j < kEqualizerTaps; ++j) {
            for (std::size_t k = j; k < kEqualizerTaps; ++k)
                sums.products[at++] += around[j] * around[k];
            sums.targets[j] += around[j] * value;
        }
        squares += static_cast<double>(value) * value;
        ++count;
    }
    if (count <= 2 * kEqualizerTaps)
        return 0;
    const EqualizerWeights pulse = solve(sums, kPull);
    double explained = 0;
    for (std::size_t j = 0; j < kEqualizerTaps; ++j)
        explained += static_cast<double>(pulse[j]) * sums.targets[j];
    return (squares - explained) / static_cast<double>(count - kEqualizerTaps);
}

float SymbolWindow::snr_db(const SnrRule& rule) noexcept {
    leave_out_edges();
    double ratio = 0;
    if (rule.noise_scale > 0) {
        ratio = 1 / (rule.noise_scale * std::max(scatter_of_noise(), 1e-30));
    } else {
        SymbolMoments sum;
        for (const Run& run : std::span(runs_).first(count_))
            if (run.clear)
                sum.add(run.equalized);
        ratio = sum.count > 0 ? signal_to_scatter(sum) : 0;
    }
    if (!(ratio > 0))
        return kUnknown;
    const auto measured_db = static_cast<float>(10 * std::log10(std::min(ratio, kMostRatio) / 2));
    return translated(measured_db + rule.shift_db, rule.points);
}

} // namespace telemetry::dsp
