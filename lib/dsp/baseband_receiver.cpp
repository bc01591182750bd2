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
// Of a group of 128 symbols. Noise has a quality (amplitude² over scatter) of 2.1 ± 0.3 and a
// coherence of 0.05 ± 0.04; a signal that is just worth decoding 3 or more and 0.2 or more.
struct LockThreshold {
    float quality, coherence;
};
constexpr LockThreshold kLock{3.2f, 0.18f}, kUnlock{2.3f, 0.10f};
constexpr float kCoherent = 0.2f;  ///< a block of a signal rather than of noise
constexpr float kHoldShare = 0.5f; ///< of the energy of transitions, that noise is measured by
constexpr int kHoldBlocks = 128;   ///< for how long
/// Groups that may look like noise before lock is lost: the last symbols of a burst share theirs
/// with noise, and their quality is that of the burst.
constexpr int kMissesAllowed = 1;
constexpr int kRatesAveraged = 16; ///< groups
constexpr int kEdgeHalf = 7;       ///< samples to each side that show a transition
constexpr std::size_t kSymbolCapacity = 1024;
constexpr std::size_t kHistory = 192; ///< symbols kept after they were yielded
constexpr float kBestWeight = 30.0f;  ///< of a run in the equaliser's equations, for its quality
constexpr float kClearShare = 0.6f;   ///< of a group's best quality, that a run of its signal has
constexpr float kPull = 60.0f; ///< in such units: runs of mere noise hardly move the equaliser

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

/// The receive filter's impulse response, t in symbols: a raised cosine, between the integrator
/// that fits a rectangular pulse and the low-pass that suits Gaussian ones and the noise of a
/// discriminator, which grows with frequency. The equaliser does the rest.
double pulse(double t, double width) {
    return std::abs(t) < width ? std::pow(std::cos(kPi * t / (2 * width)), 2) : 0;
}

/// To the nearest level but 0, which is for what has no sign.
std::int8_t to_soft(float value) {
    const float level = std::clamp(std::abs(value) + 0.5f, 1.0f, 127.0f);
    return static_cast<std::int8_t>(value > 0 ? level : value < 0 ? -level : 0.0f);
}

} // namespace

BasebandReceiver::BasebandReceiver(double step, double pulse_width)
    : step_(step), fir_(simd::choose(fir_variants())),
      bank_function_(simd::choose(bank_variants())), two_level_(simd::choose(two_level_variants())),
      scatter_(simd::choose(scatter_variants())), accumulate_(simd::choose(accumulate_variants())),
      equalize_(simd::choose(equalize_variants())), edge_taps_(edge_taps()),
      samples_(kMargin + kBlockSamples * 48), edges_(kStepSamples), on_(kSymbolCapacity + 2 * kPad),
      mid_(kSymbolCapacity + 2 * kPad), places_(kSymbolCapacity), taps_(kSymbolCapacity),
      fits_(kSymbolCapacity / kRun), runs_(kSymbolCapacity / kRun) {
    static_assert(kPulseTaps == kBankLanes);
    for (std::size_t row = 0; row < kPulseRows; ++row) {
        const double fraction = static_cast<double>(row) / kPulseRows;
        double sum = 0;
        std::array<double, kPulseTaps> taps;
        for (std::size_t j = 0; j < kPulseTaps; ++j) {
            taps[j] =
                pulse((static_cast<double>(j) - 7 - fraction) / kSamplesPerSymbol, pulse_width);
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
    symbols_ = pending_ = fitted_ = levelled_ = 0;
    std::fill(on_.begin(), on_.end(), 0.0f);
    std::fill(mid_.begin(), mid_.end(), 0.0f);
    last_levels_ = {};
    energies_ = {};
    signal_energy_ = 0;
    hold_ = 0;
    link_ = {};
    misses_ = rates_averaged_ = 0;
    stretches_ = 0;
}

void BasebandReceiver::process(std::span<const float> baseband, Sink<SoftSymbols>& sink) noexcept {
    while (!baseband.empty()) {
        const std::size_t count = std::min(baseband.size(), samples_.size() - filled_);
        std::copy_n(baseband.begin(), count,
                    samples_.begin() + static_cast<std::ptrdiff_t>(filled_));
        filled_ += count;
        if (!finishing_)
            end_ += static_cast<std::int64_t>(count);
        baseband = baseband.subspan(count);
        const auto needed = static_cast<std::int64_t>(kStepSamples) + kEdgeHalf;
        while (first_sample_ + static_cast<std::int64_t>(filled_) - measured_ >= needed)
            take_step(sink);
    }
}

void BasebandReceiver::finish(Sink<SoftSymbols>& sink) noexcept {
    finishing_ = true;
    const std::array<float, kBlockSamples> silence{};
    while (cut_ < end_)
        process(silence, sink);
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
        const float norm = std::max(energy, hold_ > 0 ? kHoldShare * signal_energy_ : 0.0f);
        const bool usable = norm > 1e-30f && norm < 1e30f;
        const float scale = usable ? 1.0f / norm : 0.0f;
        std::copy(energies_.begin() + 1, energies_.end(), energies_.begin());
        energies_.back() = energy;
        if (timing_.push(usable ? (sum[2] - sum[0]) * scale : 0.0f,
                         usable ? (sum[1] - sum[3]) * scale : 0.0f)) {
            decided = true;
            learn_energy();
        }
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

/// Where there are no transitions, in a long run of equal symbols, there is only noise for the
/// clock. Against the energy that transitions have had it counts little, so the clock holds still.
void BasebandReceiver::learn_energy() noexcept {
    const auto clocks = timing_.clocks();
    for (std::size_t b = 0; b < clocks.size(); ++b) {
        if (hold_ > 0)
            --hold_;
        if (clocks[b].coherence < kCoherent)
            continue;
        signal_energy_ = hold_ > 0 ? 0.9f * signal_energy_ + 0.1f * energies_[b] : energies_[b];
        hold_ = kHoldBlocks;
    }
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
        while (t < limit) {
            const double from_start = t - static_cast<double>(first_sample_);
            auto start = static_cast<std::uint32_t>(from_start);
            auto row =
                static_cast<std::uint32_t>(std::floor((from_start - start) * kPulseRows + 0.5));
            if (row == kPulseRows) {
                row = 0;
                ++start;
            }
            taps_[count] = {start - 7, row};
            places_[symbols_ + count] = {t, clock.coherence, jump};
            ++count;
            jump = false;
            last_symbol_ = t;
            t += period;
        }
        cut_ += kBlockSamples;
    }
    bank_function_(samples_.data(), pulse_bank_.data(), kPulseTaps, taps_.data(),
                   on_.data() + kPad + symbols_, count);
    bank_function_(samples_.data() + kSamplesPerSymbol / 2, pulse_bank_.data(), kPulseTaps,
                   taps_.data(), mid_.data() + kPad + symbols_, count);
    symbols_ += count;
}

void BasebandReceiver::yield_groups(Sink<SoftSymbols>& sink) noexcept {
    while (symbols_ - pending_ >= kGroup + kRunsAround * kRun + kLevelWindow)
        yield_group(kGroup, sink);
}

float BasebandReceiver::fit_at(std::size_t first) noexcept {
    for (; fitted_ <= first / kRun; ++fitted_)
        two_level_(on_.data() + kPad + fitted_ * kRun, fits_[fitted_]);
    return fits_[first / kRun].quality();
}

TwoLevels BasebandReceiver::levels_of_run(std::size_t first) noexcept {
    if (symbols_ < kLevelWindow) { // all there is, at the end of a short input
        std::array<float, kLevelWindow> window;
        for (std::size_t i = 0; i < kLevelWindow; ++i)
            window[i] = on_[kPad + i % symbols_];
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
    before.variance = scatter_(on_.data() + kPad + around, before.center, before.amplitude);
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

void BasebandReceiver::level_runs(std::size_t end) noexcept {
    for (; levelled_ < end; ++levelled_) {
        const std::size_t first = levelled_ * kRun;
        Run& run = runs_[levelled_];
        run.levels = last_levels_ = levels_of_run(first);
        const bool whole = first + kRun < symbols_;
        run.weight =
            whole && run.levels.amplitude > 0 ? std::min(run.levels.quality(), kBestWeight) : 0;
        if (run.weight > 0)
            accumulate_(on_.data() + kPad + first, mid_.data() + kPad + first, run.levels.center,
                        1 / run.levels.amplitude, run.equations);
    }
}

EqualizerWeights BasebandReceiver::weights_of_group(std::size_t first_run,
                                                    std::size_t count) const noexcept {
    NormalEquations sums;
    const std::size_t from = first_run > kRunsAround ? first_run - kRunsAround : 0;
    const std::size_t to = std::min(first_run + count + kRunsAround, levelled_);
    for (std::size_t r = from; r < to; ++r)
        if (runs_[r].weight > 0)
            sums.add(runs_[r].equations, runs_[r].weight);
    return solve(sums, kPull);
}

/// From the symbols in and around a group. Runs whose levels are less clear than the group's own
/// are noise beside a burst.
float BasebandReceiver::snr_db_of_group(std::size_t first_run, std::size_t count,
                                        const EqualizerWeights& weights) const noexcept {
    float best = 0;
    for (std::size_t r = first_run; r < first_run + count; ++r)
        best = std::max(best, runs_[r].levels.quality());
    const std::size_t from = first_run > kRunsAround ? first_run - kRunsAround : 0;
    const std::size_t to = std::min(first_run + count + kRunsAround, levelled_);
    SymbolWindow window;
    for (std::size_t r = from; r < to; ++r) {
        const TwoLevels& levels = runs_[r].levels;
        const bool clear = runs_[r].weight > 0 && levels.quality() >= kClearShare * best;
        const float* on = on_.data() + kPad + r * kRun;
        const float scale = levels.amplitude > 0 ? 1 / levels.amplitude : 0.0f;
        SymbolWindow::Run& run = window.add(clear);
        equalize_(on, mid_.data() + kPad + r * kRun, levels.center, scale, weights,
                  run.equalized.data());
        for (std::size_t k = 0; k < kRun; ++k)
            run.received[k] = on[k] - levels.center;
    }
    const float snr_db = window.snr_db(snr_rule_);
    return std::isnan(snr_db) ? link_.snr_db : snr_db;
}

void BasebandReceiver::add_carrier_offsets(std::span<const float> offsets_hz) noexcept {
    for (const float hz : offsets_hz)
        removed_hz_[static_cast<std::size_t>(stretches_++) % removed_hz_.size()] = hz;
}

double BasebandReceiver::removed_hz(double position) const noexcept {
    constexpr auto kStretch = static_cast<double>(kOffsetSymbols * kSamplesPerSymbol);
    const auto stretch =
        std::clamp<std::int64_t>(static_cast<std::int64_t>(position / kStretch), 0, stretches_ - 1);
    return removed_hz_[static_cast<std::size_t>(stretch) % removed_hz_.size()];
}

/// Of the symbols from `first`: of the runs that are clear, since a group may be half noise.
double BasebandReceiver::carrier_offset(std::size_t first, std::size_t count) const noexcept {
    float best = 0;
    for (std::size_t i = first; i < first + count; i += kRun)
        best = std::max(best, runs_[i / kRun].levels.quality());
    double sum = 0, runs = 0;
    for (std::size_t i = first; i < first + count; i += kRun) {
        const TwoLevels& levels = runs_[i / kRun].levels;
        if (levels.quality() < 0.5f * best || levels.amplitude == 0)
            continue;
        const double center_hz = std::isfinite(hz_per_unit_) ? levels.center * hz_per_unit_ : 0;
        sum += stretches_ > 0 ? removed_hz(places_[i].position) + center_hz
                              : levels.center / levels.amplitude * deviation_hz_;
        runs += 1;
    }
    return runs > 0 ? sum / runs : kUnknown;
}

void BasebandReceiver::update_quality(float quality, float coherence, std::size_t count) noexcept {
    const LockThreshold& threshold = link_.locked ? kUnlock : kLock;
    if (quality > threshold.quality && coherence > threshold.coherence) {
        misses_ = 0;
        link_.locked = true;
        link_.carrier_offset_hz = static_cast<float>(carrier_offset(pending_, count));
    } else if (++misses_ > kMissesAllowed || !link_.locked) {
        link_ = {};
        rates_averaged_ = 0;
    }
}

void BasebandReceiver::update_rate(double error_ppm) noexcept {
    if (!link_.locked || misses_ > 0)
        return;
    rates_averaged_ = std::min(rates_averaged_ + 1, kRatesAveraged);
    const double last = rates_averaged_ > 1 ? link_.symbol_rate_error_ppm : 0;
    link_.symbol_rate_error_ppm = static_cast<float>(last + (error_ppm - last) / rates_averaged_);
}

void BasebandReceiver::yield_group(std::size_t count, Sink<SoftSymbols>& sink) noexcept {
    const std::size_t first_run = pending_ / kRun, run_count = (count + kRun - 1) / kRun;
    level_runs(std::min(first_run + run_count + kRunsAround, (symbols_ + kRun - 1) / kRun));
    const EqualizerWeights weights = weights_of_group(first_run, run_count);

    float quality = 0, runs = 0;
    for (std::size_t i = 0; i < count; i += kRun, runs += 1) {
        const std::size_t first = pending_ + i;
        const TwoLevels& levels = runs_[first / kRun].levels;
        quality += levels.quality();
        std::array<float, kRun> out;
        equalize_(on_.data() + kPad + first, mid_.data() + kPad + first, levels.center,
                  levels.amplitude > 0 ? 32.0f / levels.amplitude : 0.0f, weights, out.data());
        for (std::size_t k = 0; k < std::min(kRun, count - i); ++k)
            soft_[i + k] = to_soft(out[k]);
    }
    quality /= runs;
    float coherence = 0;
    for (std::size_t k = 0; k < count; ++k)
        coherence += places_[pending_ + k].coherence;
    coherence /= static_cast<float>(count);
    update_quality(quality, coherence, count);
    if (link_.locked && misses_ == 0)
        link_.snr_db = snr_db_of_group(first_run, run_count, weights);
    link_.signal_level_db = level_db_;
    for (std::size_t from = 0; from < count;) {
        std::size_t to = from + 1;
        while (to < count && !places_[pending_ + to].jump)
            ++to;
        const double position = places_[pending_ + from].position;
        const double span = places_[pending_ + to - 1].position - position;
        const auto steps = static_cast<double>(to - from - 1);
        const double period = steps > 0 ? span / steps : kSamplesPerSymbol;
        if (steps >= 64)
            update_rate((kSamplesPerSymbol / period - 1) * 1e6);
        sink.accept({std::span(soft_).subspan(from, to - from), origin_ + position * step_,
                     period * step_, link_});
        from = to;
    }
    pending_ += count;

    // Keep some of the past, on the grid of runs.
    if (count == kGroup && pending_ >= kHistory + kGroup) {
        const auto symbols = static_cast<std::ptrdiff_t>(kGroup);
        const auto end = static_cast<std::ptrdiff_t>(symbols_ + 2 * kPad);
        std::copy(on_.begin() + symbols, on_.begin() + end, on_.begin());
        std::copy(mid_.begin() + symbols, mid_.begin() + end, mid_.begin());
        std::copy(places_.begin() + symbols,
                  places_.begin() + static_cast<std::ptrdiff_t>(symbols_), places_.begin());
        constexpr std::size_t kRuns = kGroup / kRun;
        std::copy(fits_.begin() + kRuns, fits_.end(), fits_.begin());
        std::copy(runs_.begin() + kRuns, runs_.end(), runs_.begin());
        fitted_ -= std::min(fitted_, kRuns);
        levelled_ -= kRuns;
        symbols_ -= kGroup;
        pending_ -= kGroup;
    }
}

} // namespace telemetry::dsp
