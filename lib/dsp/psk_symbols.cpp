// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/psk_symbols.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "telemetry/dsp/fir.h"

namespace telemetry::dsp {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr float kClockMemory = 0.98f; ///< a hop
constexpr float kVoteMemory = 0.98f;  ///< a hop
constexpr float kBroadVotes = 0.05f;  ///< what the broad filter needs; noise stays below
constexpr float kClearShare = 0.55f;  ///< of a hop's power, that a cell of the same signal has
constexpr float kSignalThere = 1.8f;  ///< in-phase over quadrature power; Es/N0 of about −3 dB

/// How little the values of a hop spread about their mean size: 1 is not at all.
float evenness(const float* values, std::size_t count) {
    float sum = 0, squares = 0;
    for (std::size_t n = 0; n < count; ++n) {
        sum += std::abs(values[n]);
        squares += values[n] * values[n];
    }
    return squares > 0 ? sum * sum / (static_cast<float>(count) * squares) : 0.0f;
}

} // namespace

std::vector<float> design_root_raised_cosine(double samples_per_symbol, double roll_off, int span) {
    const int half = static_cast<int>(std::floor(span * samples_per_symbol));
    std::vector<double> taps;
    double sum = 0;
    for (int n = -half; n <= half; ++n) {
        const double t = n / samples_per_symbol, a = roll_off;
        double h;
        if (n == 0)
            h = 1 - a + 4 * a / kPi;
        else if (a > 0 && std::abs(std::abs(4 * a * t) - 1) < 1e-6)
            h = a / std::sqrt(2.0) *
                ((1 + 2 / kPi) * std::sin(kPi / (4 * a)) + (1 - 2 / kPi) * std::cos(kPi / (4 * a)));
        else
            h = (std::sin(kPi * t * (1 - a)) + 4 * a * t * std::cos(kPi * t * (1 + a))) /
                (kPi * t * (1 - 16 * a * a * t * t));
        h *= kaiser_window(t / (span + 0.5), 2.0);
        taps.push_back(h);
        sum += h;
    }
    std::vector<float> out;
    out.reserve(taps.size());
    for (const double h : taps)
        out.push_back(static_cast<float>(h / sum));
    return out;
}

PskSymbols::MatchedFilter::MatchedFilter(std::vector<float> symmetric)
    : length(symmetric.size()), taps(std::move(symmetric)) {
    taps.resize((length + kBankLanes - 1) / kBankLanes * kBankLanes, 0.0f);
}

PskSymbols::PskSymbols(int samples_per_symbol, double roll_off)
    : peak_(1 / (1 - roll_off / 4)), // of a raised-cosine pulse train
      factor_(samples_per_symbol / kRate),
      matched_(design_root_raised_cosine(samples_per_symbol, roll_off, kSpan)),
      broad_(design_root_raised_cosine(samples_per_symbol, 1.0, kBroadSpan)),
      fir_(simd::choose(fir_variants())), bank_(simd::choose(bank_variants())),
      clock_lines_(simd::choose(clock_lines_variants())), window_(8, 1),
      in_i_(static_cast<std::size_t>(3 * kHopSymbols * samples_per_symbol),
            static_cast<std::size_t>(kHopSymbols * samples_per_symbol)),
      in_q_(in_i_), y_i_(4 * kHopSymbols * kRate, kHopSymbols * kRate), y_q_(y_i_), broad_i_(y_i_),
      broad_q_(y_i_), square_i_(6 * kHopSymbols, kHopSymbols), square_q_(square_i_),
      r_i_(18 * kHopSymbols * kRate, kHopSymbols * kRate), r_q_(r_i_), r_broad_(r_i_),
      cells_(28 * kCells, kCells), line_i_(16 * kCells, kCells), line_q_(line_i_),
      lines_(12 * kCells, kCells), powers_(24, 1), timing_(8 * kCells, kCells) {
    for (std::size_t w = 0; w < kPhaseReach.size(); ++w)
        for (int n = -kPhaseReach[w]; n <= kPhaseReach[w]; ++n)
            phase_windows_[w].push_back(
                static_cast<float>(0.5 + 0.5 * std::cos(kPi * n / (kPhaseReach[w] + 1))));

    // Half the sample rate is far from the band's edge: sinc under a window, 16 taps.
    const int lanes = static_cast<int>(kBankLanes);
    const int half = lanes / 2;
    for (int row = 0; row < kInterpolatorRows; ++row) {
        const double fraction = (row + 0.5) / kInterpolatorRows;
        std::vector<double> taps;
        double sum = 0;
        for (int j = 0; j < lanes; ++j) {
            const double t = j - (half - 1) - fraction;
            const double sinc = std::abs(t) < 1e-9 ? 1 : std::sin(kPi * t) / (kPi * t);
            taps.push_back(sinc * kaiser_window(t / half, 6.0));
            sum += taps.back();
        }
        for (const double tap : taps)
            interpolator_.push_back(static_cast<float>(tap / sum));
    }

    for (int n = -kTimingReach; n <= kTimingReach; ++n) {
        ClockRow& row = clocks_[static_cast<std::size_t>(n + kTimingReach)];
        const double weight = 0.5 + 0.5 * std::cos(kPi * n / (kTimingReach + 1));
        for (int c = 0; c < kClocks; ++c) {
            const double turn = 2 * kPi * kClockStep * (c - kMiddleClock) * kCell * n;
            row.cosine[static_cast<std::size_t>(c)] = static_cast<float>(weight * std::cos(turn));
            row.sine[static_cast<std::size_t>(c)] = static_cast<float>(weight * std::sin(turn));
        }
    }
    filter_taps_.resize(kHopSymbols * kRate);
    symbols_.reserve(kMostSymbols);
    reset();
}

void PskSymbols::reset() noexcept {
    pushed_ = 0;
    window_.reset();
    for (auto* buffer : {&in_i_, &in_q_, &y_i_, &y_q_, &broad_i_, &broad_q_, &square_i_, &square_q_,
                         &r_i_, &r_q_, &r_broad_, &line_i_, &line_q_})
        buffer->reset();
    cells_.reset();
    lines_.reset();
    powers_.reset();
    timing_.reset();
    cos_ = 1;
    sin_ = 0;
    broad_votes_ = 0;
    drift_i_ = drift_q_ = 0;
    clock_ = 0;
    past_.fill(0);
    next_symbol_ = 0;
    last_timing_ = 0;
}

bool PskSymbols::push(const float* in_i, const float* in_q, PhaseWindow phase_window) noexcept {
    window_.push(phase_window);
    const auto count = static_cast<std::size_t>(kHopSymbols * kRate * factor_);
    std::copy_n(in_i, count, in_i_.append(count));
    std::copy_n(in_q, count, in_q_.append(count));
    const std::int64_t hop = pushed_++;
    if (hop >= 1)
        filter_hop(hop - 1);
    if (hop >= 3) {
        turn_hop(hop - 3);
        measure_cells(hop - 3);
    }
    if (hop >= 7)
        sum_lines(hop - 7);
    if (hop >= 15)
        time_cells(hop - 15);
    if (hop < kDelayHops)
        return false;
    make_symbols(hop - kDelayHops);
    return true;
}

void PskSymbols::filter(const SlidingBuffer<float>& in, const MatchedFilter& matched,
                        std::int64_t hop, float* out) noexcept {
    constexpr std::size_t count = kHopSymbols * kRate;
    const float* from = in.at(hop * static_cast<std::int64_t>(count) * factor_ -
                              static_cast<std::int64_t>(matched.length / 2));
    if (factor_ == 1) {
        fir_(from, matched.taps.data(), matched.length, 1, out, count);
        return;
    }
    for (std::size_t n = 0; n < count; ++n)
        filter_taps_[n] = {static_cast<std::uint32_t>(n * static_cast<std::size_t>(factor_)), 0};
    bank_(from, matched.taps.data(), matched.taps.size(), filter_taps_.data(), out, count);
}

void PskSymbols::filter_hop(std::int64_t hop) noexcept {
    constexpr std::size_t count = kHopSymbols * kRate;
    float* y_i = y_i_.append(count);
    float* y_q = y_q_.append(count);
    filter(in_i_, matched_, hop, y_i);
    filter(in_q_, matched_, hop, y_q);
    filter(in_i_, broad_, hop, broad_i_.append(count));
    filter(in_q_, broad_, hop, broad_q_.append(count));
    float* square_i = square_i_.append(kHopSymbols);
    float* square_q = square_q_.append(kHopSymbols);
    for (std::size_t k = 0; k < kHopSymbols; ++k) {
        float real = 0, imaginary = 0;
        for (std::size_t n = 0; n < kRate; ++n) {
            const float i = y_i[kRate * k + n], q = y_q[kRate * k + n];
            real += i * i - q * q;
            imaginary += i * q;
        }
        square_i[k] = real;
        square_q[k] = 2 * imaginary;
    }
}

void PskSymbols::turn_hop(std::int64_t hop) noexcept {
    float twice_i[kHopSymbols], twice_q[kHopSymbols];
    const std::int64_t first = hop * kHopSymbols;
    const auto choice = static_cast<std::size_t>(window_[hop]);
    const std::vector<float>& window = phase_windows_[choice];
    fir_(square_i_.at(first - kPhaseReach[choice]), window.data(), window.size(), 1, twice_i,
         kHopSymbols);
    fir_(square_q_.at(first - kPhaseReach[choice]), window.data(), window.size(), 1, twice_q,
         kHopSymbols);
    const float* y_i = y_i_.at(first * kRate);
    const float* y_q = y_q_.at(first * kRate);
    float* r_i = r_i_.append(kHopSymbols * kRate);
    float* r_q = r_q_.append(kHopSymbols * kRate);
    const float* broad_i = broad_i_.at(first * kRate);
    const float* broad_q = broad_q_.at(first * kRate);
    float* r_broad = r_broad_.append(kHopSymbols * kRate);
    for (std::size_t k = 0; k < kHopSymbols; ++k) {
        const float size = std::sqrt(twice_i[k] * twice_i[k] + twice_q[k] * twice_q[k]);
        if (size > 0) {
            // Half the angle without trigonometry, by the larger of the two for precision.
            const float c = twice_i[k] / size, s = twice_q[k] / size;
            float cos_half, sin_half;
            if (c >= 0) {
                cos_half = std::sqrt((1 + c) / 2);
                sin_half = s / (2 * cos_half);
            } else {
                sin_half = std::sqrt((1 - c) / 2);
                cos_half = s / (2 * sin_half);
            }
            const bool opposite = cos_half * cos_ + sin_half * sin_ < 0;
            cos_ = opposite ? -cos_half : cos_half;
            sin_ = opposite ? -sin_half : sin_half;
        }
        for (std::size_t n = kRate * k; n < kRate * (k + 1); ++n) {
            r_i[n] = y_i[n] * cos_ + y_q[n] * sin_;
            r_q[n] = y_q[n] * cos_ - y_i[n] * sin_;
            r_broad[n] = broad_i[n] * cos_ + broad_q[n] * sin_;
        }
    }
}

void PskSymbols::measure_cells(std::int64_t hop) noexcept {
    constexpr std::int64_t samples = kCell * kRate;
    for (int c = 0; c < kCells; ++c) {
        const float* i = r_i_.at(hop * kHopSymbols * kRate + c * samples);
        const float* q = r_q_.at(hop * kHopSymbols * kRate + c * samples);
        const float* broad = r_broad_.at(hop * kHopSymbols * kRate + c * samples);
        float power[kRate] = {}, quadrature = 0, broad_power = 0;
        for (int n = 0; n < samples; n += kRate)
            for (int m = 0; m < kRate; ++m) {
                power[m] += i[n + m] * i[n + m];
                quadrature += q[n + m] * q[n + m];
                broad_power += broad[n + m] * broad[n + m];
            }
        Cell cell;
        line_i_.push(power[0] - power[2]);
        line_q_.push(power[3] - power[1]);
        cell.in_phase = (power[0] + power[1] + power[2] + power[3]) / samples;
        cell.quadrature = quadrature / samples;
        cell.broad = broad_power / samples;
        cells_.push(cell);

        average_drift();
    }
}

void PskSymbols::average_drift() noexcept {
    constexpr float keep = 1 - 1.0f / 512;
    const std::int64_t now = line_i_.end() - 1, then = now - kDriftCells;
    drift_i_ = keep * drift_i_ + (line_i_[now] * line_i_[then] + line_q_[now] * line_q_[then]);
    drift_q_ = keep * drift_q_ + (line_q_[now] * line_i_[then] - line_i_[now] * line_q_[then]);
}

double PskSymbols::rate_error() const noexcept {
    // The clock that was chosen tells how many whole turns there were.
    const double coarse = -clock_ * kDriftCells * kCell;
    const double fine = std::atan2(drift_q_, drift_i_) / (2 * kPi);
    return -(fine + std::round(coarse - fine)) / (kDriftCells * kCell);
}

void PskSymbols::sum_lines(std::int64_t hop) noexcept {
    Powers powers{};
    for (std::int64_t cell = hop * kCells; cell < (hop + 1) * kCells; ++cell) {
        ClockLines lines;
        clock_lines_(line_i_.at(cell - kTimingReach), line_q_.at(cell - kTimingReach),
                     clocks_.data(), clocks_.size(), lines);
        for (std::size_t c = 0; c < kLanes; ++c)
            powers[c] += lines.i[c] * lines.i[c] + lines.q[c] * lines.q[c];
        lines_.push(lines);
    }
    // Each hop has one vote, else a strong burst would outvote the next one.
    float sum = 0;
    for (const float power : powers)
        sum += power;
    for (float& power : powers)
        power *= sum > 1e-30f ? 1 / sum : 0.0f;
    powers_.push(powers);
}

void PskSymbols::time_cells(std::int64_t hop) noexcept {
    // A transmitter keeps its clock, so what was there before counts too; the longer ago the less.
    const Powers& passed = powers_[hop - kClockReach - 1];
    for (std::size_t c = 0; c < kLanes; ++c)
        past_[c] = kClockMemory * (past_[c] + passed[c]);
    Powers around = past_;
    for (std::int64_t h = hop - kClockReach; h <= hop + kClockReach; ++h) {
        const Powers& powers = powers_[h];
        const auto weight =
            static_cast<float>(kClockReach + 1 - std::abs(h - hop)) / (kClockReach + 1);
        for (std::size_t c = 0; c < kLanes; ++c)
            around[c] += weight * powers[c];
    }
    const auto clock =
        static_cast<std::size_t>(std::max_element(around.begin(), around.end()) - around.begin());
    clock_ = kClockStep * (static_cast<double>(clock) - kMiddleClock);
    for (std::int64_t cell = hop * kCells; cell < (hop + 1) * kCells; ++cell) {
        const float i = lines_[cell].i[clock], q = lines_[cell].q[clock];
        const double before = cell > 0 ? timing_[cell - 1] : 0;
        double timing = i != 0 || q != 0 ? -std::atan2(q, i) / (2 * kPi) : before;
        timing += std::round(before + clock_ * kCell - timing);
        timing_.push(timing);
    }
}

double PskSymbols::timing_at(double symbol_time) const noexcept {
    // A cell's measurement holds at its middle.
    const double cell = (symbol_time - (kCell - 1) / 2.0) / kCell;
    const double floor = std::max(std::floor(cell), 0.0);
    const auto first = static_cast<std::int64_t>(floor);
    const double part = std::max(cell - floor, 0.0);
    const double a = timing_[first];
    const double b = timing_[first + 1];
    return a + (b - a) * part;
}

double PskSymbols::es_n0(std::int64_t hop) const noexcept {
    constexpr std::int64_t kReach = 3;          // hops
    const auto power = [&](std::int64_t cell) { // with its neighbours: less at a burst's edge
        float sum = 0;
        for (std::int64_t c = cell - 1; c <= cell + 1; ++c)
            sum += cells_[c].in_phase - cells_[c].quadrature;
        return sum;
    };
    float here = 0;
    for (std::int64_t cell = hop * kCells; cell < (hop + 1) * kCells; ++cell)
        here = std::max(here, power(cell));
    double signal = 0, noise = 0;
    for (std::int64_t cell = (hop - kReach) * kCells; cell < (hop + kReach + 1) * kCells; ++cell) {
        if (power(cell) < kClearShare * here)
            continue;
        signal += cells_[cell].in_phase - cells_[cell].quadrature;
        noise += cells_[cell].quadrature;
    }
    return noise > 0 && signal > 0 ? peak_ * signal / (2 * noise) : 0;
}

void PskSymbols::make_symbols(std::int64_t hop) noexcept {
    const double begin = static_cast<double>(hop * kHopSymbols), end = begin + kHopSymbols;
    const std::int64_t origin = hop * kHopSymbols * kRate - 32; // where the kernel's x starts
    BankTap taps[kMostSymbols];
    double times[kMostSymbols];
    std::size_t count = 0;
    while (count < kMostSymbols) {
        const auto nominal = static_cast<double>(next_symbol_);
        const double timing = timing_at(nominal + last_timing_);
        const double time = nominal + timing;
        if (time >= end)
            break;
        ++next_symbol_;
        last_timing_ = timing;
        if (time < begin) // only when the timing jumps
            continue;
        const double sample = time * kRate, floor = std::floor(sample);
        taps[count].start =
            static_cast<std::uint32_t>(static_cast<std::int64_t>(floor) -
                                       static_cast<std::int64_t>(kBankLanes / 2 - 1) - origin);
        taps[count].row = static_cast<std::uint32_t>((sample - floor) * kInterpolatorRows);
        times[count++] = time;
    }
    float values[kMostSymbols], broad_values[kMostSymbols];
    bank_(r_i_.at(origin), interpolator_.data(), kBankLanes, taps, values, count);
    bank_(r_broad_.at(origin), interpolator_.data(), kBankLanes, taps, broad_values, count);

    // Level from this hop and its neighbours, as it changes within a burst; the ratio of signal to
    // noise from more.
    const auto mean_power = [&](int reach) {
        Cell mean;
        const int cells = (2 * reach + 1) * kCells;
        for (const Cell& cell :
             std::span(cells_.at((hop - reach) * kCells), static_cast<std::size_t>(cells))) {
            mean.in_phase += cell.in_phase / static_cast<float>(cells);
            mean.quadrature += cell.quadrature / static_cast<float>(cells);
            mean.broad += cell.broad / static_cast<float>(cells);
        }
        return mean;
    };
    const Cell near = mean_power(1), wide = mean_power(3);
    if (wide.in_phase > kSignalThere * wide.quadrature)
        broad_votes_ =
            kVoteMemory * broad_votes_ + evenness(broad_values, count) - evenness(values, count);
    const bool broad = broad_votes_ > kBroadVotes;
    const float* chosen = broad ? broad_values : values;
    const float level = std::sqrt(broad ? near.broad : near.in_phase);
    const float gain = level > 1e-12f ? 1 / level : 0.0f;
    symbols_.resize(count);
    for (std::size_t n = 0; n < count; ++n)
        symbols_[n] = {chosen[n] * gain, times[n]};
    hop_.index = hop;
    hop_.symbols = symbols_;
    hop_.period = count > 1 ? (times[count - 1] - times[0]) / static_cast<double>(count - 1) : 1.0;
    hop_.signal = std::max(wide.in_phase - wide.quadrature, 0.0f);
    hop_.noise = wide.quadrature;
    hop_.es_n0 = es_n0(hop);
    hop_.rate_error = static_cast<float>(rate_error());
}

} // namespace telemetry::dsp
