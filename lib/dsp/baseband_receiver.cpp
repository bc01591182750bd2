// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/baseband_receiver.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "telemetry/dsp/fir.h"

namespace telemetry::dsp {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr float kLockQuality = 3.6f; ///< amplitude² over scatter; noise has about 1.8
constexpr float kUnlockQuality = 2.6f;
constexpr int kEdgeHalf = 7; ///< samples to each side that show a transition
constexpr std::size_t kSymbolCapacity = 1024;

/// Transition detector: odd around its centre, a band-pass at half the symbol rate. The square of
/// what it gives peaks half-way between symbols; data of low frequency, such as a wrong centre or
/// the wander of an AC coupling, does not pass.
std::vector<float> edge_taps() {
    std::vector<float> taps;
    for (int k = -kEdgeHalf; k <= kEdgeHalf; ++k) {
        const double taper = std::cos(kPi * k / (2.0 * (kEdgeHalf + 1)));
        taps.push_back(static_cast<float>(std::sin(kPi * k / 4) * taper * taper));
    }
    return taps;
}

/// The receive filter's impulse response; t in symbols. Between the integrator that fits a
/// rectangular pulse and the narrower low-pass that suits Gaussian ones and the discriminator's
/// noise, which grows with frequency.
double pulse(double t) {
    const double width = 0.75;
    return std::abs(t) < width ? std::pow(std::cos(kPi * t / (2 * width)), 2) : 0;
}

} // namespace

BasebandReceiver::BasebandReceiver(double step)
    : step_(step), fir_(simd::choose(fir_variants())),
      bank_function_(simd::choose(bank_variants())), two_level_(simd::choose(two_level_variants())),
      scatter_(simd::choose(scatter_variants())), edge_taps_(edge_taps()),
      samples_(kMargin + kBlockSamples * 48), edges_(kStepSamples), values_(kSymbolCapacity),
      places_(kSymbolCapacity), taps_(kSymbolCapacity), fits_(kSymbolCapacity / kRun) {
    static_assert(kPulseTaps == kBankLanes);
    for (std::size_t row = 0; row < kPulseRows; ++row) {
        const double fraction = static_cast<double>(row) / kPulseRows;
        double sum = 0;
        std::array<double, kPulseTaps> taps;
        for (std::size_t j = 0; j < kPulseTaps; ++j) {
            taps[j] = pulse((static_cast<double>(j) - 7 - fraction) / kSamplesPerSymbol);
            sum += taps[j];
        }
        for (const double tap : taps)
            pulse_bank_.push_back(static_cast<float>(tap / sum));
    }
    reset();
}

void BasebandReceiver::reset() noexcept {
    std::fill(samples_.begin(), samples_.end(), 0.0f);
    filled_ = kMargin;
    first_sample_ = -static_cast<std::int64_t>(kMargin);
    measured_ = cut_ = end_ = 0;
    finishing_ = false;
    timing_.reset();
    last_symbol_ = -static_cast<double>(kSamplesPerSymbol);
    symbols_ = pending_ = fitted_ = 0;
    last_levels_ = {};
    quality_ = rate_error_ = 0;
    locked_ = false;
}

void BasebandReceiver::process(std::span<const float> baseband, Sink<SoftSymbols>& sink) noexcept {
    while (!baseband.empty()) {
        const std::size_t count = std::min(baseband.size(), samples_.size() - filled_);
        std::copy_n(baseband.begin(), count,
                    samples_.begin() + static_cast<std::ptrdiff_t>(filled_));
        filled_ += count;
        end_ += static_cast<std::int64_t>(count);
        baseband = baseband.subspan(count);
        const auto needed = static_cast<std::int64_t>(kStepSamples) + kEdgeHalf;
        while (first_sample_ + static_cast<std::int64_t>(filled_) - measured_ >= needed)
            take_step(sink);
    }
}

void BasebandReceiver::finish(Sink<SoftSymbols>& sink) noexcept {
    const std::int64_t end = end_;
    finishing_ = true;
    const std::array<float, kBlockSamples> silence{};
    while (cut_ < end) {
        process(silence, sink);
        end_ = end;
    }
    while (pending_ < symbols_)
        yield_group(std::min(kGroup, symbols_ - pending_), sink);
    reset();
}

void BasebandReceiver::take_step(Sink<SoftSymbols>& sink) noexcept {
    const float* at = samples_.data() + (measured_ - first_sample_) - kEdgeHalf;
    fir_(at, edge_taps_.data(), edge_taps_.size(), 1, edges_.data(), kStepSamples);
    bool decided = false;
    for (std::size_t b = 0; b < SymbolTiming::kBlocksPerStep; ++b) {
        std::array<float, 4> sum{};
        const float* edge = edges_.data() + b * kBlockSamples;
        for (std::size_t i = 0; i < kBlockSamples; i += 4)
            for (std::size_t l = 0; l < 4; ++l)
                sum[l] += edge[i + l] * edge[i + l];
        const float energy = (sum[0] + sum[2]) + (sum[1] + sum[3]);
        // Transitions lie half a symbol from the symbols: hence the signs.
        const bool usable = energy > 1e-30f && energy < 1e30f;
        const float scale = usable ? 1.0f / energy : 0.0f;
        decided |= timing_.push(usable ? (sum[2] - sum[0]) * scale : 0.0f,
                                usable ? (sum[1] - sum[3]) * scale : 0.0f);
    }
    measured_ += kStepSamples;
    if (!decided)
        return;
    cut_symbols();
    yield_groups(sink);

    const std::int64_t keep_from = cut_ - static_cast<std::int64_t>(kMargin);
    const std::int64_t drop = keep_from - first_sample_;
    std::copy(samples_.begin() + drop, samples_.begin() + static_cast<std::ptrdiff_t>(filled_),
              samples_.begin());
    filled_ -= static_cast<std::size_t>(drop);
    first_sample_ = keep_from;
}

void BasebandReceiver::cut_symbols() noexcept {
    constexpr double kPeriod = kSamplesPerSymbol;
    std::size_t count = 0;
    for (const SymbolTiming::Clock& clock : timing_.clocks()) {
        const auto base = static_cast<double>(cut_);
        const double creep = (clock.end - clock.start) / kBlockSamples; // symbols a sample
        const double period = kPeriod / (1 - kPeriod * creep);
        // The clock's symbol nearest to one period after the last.
        const double expected = last_symbol_ + kPeriod;
        const double offset = clock.start + creep * (expected - base);
        const double whole = std::floor(expected / kPeriod - offset + 0.5);
        double t = expected + (whole + offset - expected / kPeriod) * period;
        bool jump = clock.jump;
        const double limit =
            std::min(base + kBlockSamples,
                     finishing_ ? static_cast<double>(end_) : std::numeric_limits<double>::max());
        for (; t < limit; t += period) {
            const double from_start = t - static_cast<double>(first_sample_);
            auto start = static_cast<std::uint32_t>(from_start);
            auto row = static_cast<std::uint32_t>((from_start - start) * kPulseRows + 0.5);
            if (row == kPulseRows) {
                row = 0;
                ++start;
            }
            taps_[count] = {start - 7, row};
            places_[symbols_ + count] = {t, clock.coherence, jump};
            ++count;
            jump = false;
            last_symbol_ = t;
        }
        cut_ += kBlockSamples;
    }
    bank_function_(samples_.data(), pulse_bank_.data(), kPulseTaps, taps_.data(),
                   values_.data() + symbols_, count);
    symbols_ += count;
}

void BasebandReceiver::yield_groups(Sink<SoftSymbols>& sink) noexcept {
    while (symbols_ - pending_ >= kGroup + kLevelWindow)
        yield_group(kGroup, sink);
}

float BasebandReceiver::fit_at(std::size_t first) noexcept {
    for (; fitted_ <= first / kRun; ++fitted_)
        two_level_(values_.data() + fitted_ * kRun, fits_[fitted_]);
    return fits_[first / kRun].quality();
}

TwoLevels BasebandReceiver::levels_of_run(std::size_t first) noexcept {
    if (symbols_ < kLevelWindow) { // all there is, at the end of a short input
        std::array<float, kLevelWindow> window;
        for (std::size_t i = 0; i < kLevelWindow; ++i)
            window[i] = values_[i % symbols_];
        TwoLevels fit;
        two_level_(window.data(), fit);
        return fit;
    }
    const std::size_t last_start = (symbols_ - kLevelWindow) / kRun * kRun;
    const std::size_t newest = std::min(first, last_start);
    const std::size_t oldest =
        std::min(newest, first >= kLevelWindow - kRun ? first - (kLevelWindow - kRun) : 0);
    float best = 0;
    for (std::size_t start = oldest; start <= newest; start += kRun)
        best = std::max(best, fit_at(start));

    // What held for the run before may fit better than anything new: in a run of equal symbols
    // there is only one level to be seen.
    const std::size_t around = std::min(first >= 24 ? first - 24 : 0, symbols_ - kLevelWindow);
    TwoLevels before = last_levels_;
    before.variance = scatter_(values_.data() + around, before.center, before.amplitude);
    if (before.quality() > best)
        return before;

    TwoLevels sum;
    float count = 0;
    for (std::size_t start = oldest; start <= newest; start += kRun) {
        const TwoLevels& fit = fits_[start / kRun];
        if (fit.quality() < 0.7f * best)
            continue;
        sum.center += fit.center;
        sum.amplitude += fit.amplitude;
        sum.variance += fit.variance;
        count += 1;
    }
    if (count == 0)
        return {};
    return {sum.center / count, sum.amplitude / count, sum.variance / count};
}

void BasebandReceiver::yield_group(std::size_t count, Sink<SoftSymbols>& sink) noexcept {
    float quality = 0, center = 0, amplitude = 0, runs = 0;
    for (std::size_t i = 0; i < count; i += kRun, runs += 1) {
        const TwoLevels levels = levels_of_run(pending_ + i);
        last_levels_ = levels;
        quality += levels.quality();
        center += levels.center;
        amplitude += levels.amplitude;
        const float scale = levels.amplitude > 0 ? 32.0f / levels.amplitude : 0.0f;
        for (std::size_t k = i; k < std::min(i + kRun, count); ++k) {
            const float soft = (values_[pending_ + k] - levels.center) * scale;
            soft_[k] = static_cast<std::int8_t>(std::clamp(soft, -127.0f, 127.0f));
        }
    }
    quality /= runs;
    locked_ = quality > (locked_ ? kUnlockQuality : kLockQuality);

    LinkQuality link;
    link.locked = locked_;
    link.signal_level_db = level_db_;
    if (locked_) {
        link.snr_db = 10 * std::log10(quality / 2);
        link.carrier_offset_hz = std::isfinite(hz_per_unit_)
                                     ? static_cast<float>(center / runs * hz_per_unit_)
                                     : static_cast<float>(center / amplitude * deviation_hz_);
    }
    for (std::size_t from = 0; from < count;) {
        std::size_t to = from + 1;
        while (to < count && !places_[pending_ + to].jump)
            ++to;
        const double position = places_[pending_ + from].position;
        const double span = places_[pending_ + to - 1].position - position;
        const auto steps = static_cast<double>(to - from - 1);
        const double period = steps > 0 ? span / steps : kSamplesPerSymbol;
        if (locked_ && steps >= 64)
            link.symbol_rate_error_ppm = static_cast<float>((kSamplesPerSymbol / period - 1) * 1e6);
        sink.accept({std::span(soft_).subspan(from, to - from), origin_ + position * step_,
                     period * step_, link});
        from = to;
    }
    pending_ += count;

    // Keep one window of the past, on the grid of runs.
    if (pending_ >= kLevelWindow + kGroup && count == kGroup) {
        std::copy(values_.begin() + kGroup, values_.begin() + static_cast<std::ptrdiff_t>(symbols_),
                  values_.begin());
        std::copy(places_.begin() + kGroup, places_.begin() + static_cast<std::ptrdiff_t>(symbols_),
                  places_.begin());
        const auto drop = static_cast<std::ptrdiff_t>(kGroup / kRun);
        std::copy(fits_.begin() + drop, fits_.end(), fits_.begin());
        fitted_ -= std::min(fitted_, kGroup / kRun);
        symbols_ -= kGroup;
        pending_ -= kGroup;
    }
}

} // namespace telemetry::dsp
