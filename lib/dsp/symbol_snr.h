// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <span>

#include "telemetry/base/items.h"

namespace telemetry::dsp {

/// Of a measurement behind a detector, in dB, and the Es/N0 it stands for.
struct SnrPoint {
    float measured_db, es_n0_db;
};

/// How Es/N0 follows from the symbols behind a detector.
///
/// Without noise_scale: from the power ratio of level to scatter, behind the equaliser; half of it
/// is what Es/N0 is for antipodal symbols in white noise. With noise_scale: from the noise before
/// the equaliser alone. That of a discriminator depends on C/N0, not on the pulse: the part of the
/// values that is explained by the symbols around, whatever the pulse made of them, is taken off
/// and the square of the rest, times noise_scale, is N0/2Es. `points`, in rising order, translate
/// the result further, straight between them; none: it is Es/N0.
struct SnrRule {
    double noise_scale = 0;
    std::span<const SnrPoint> points = {};
    float shift_db = 0; ///< added before
};

/// Sums over a run of two-level symbols whose centre is 0.
struct SymbolMoments {
    double size = 0;   ///< of |x|
    double square = 0; ///< of x²
    std::size_t count = 0;

    void add(std::span<const float> symbols) noexcept;
    void add(const SymbolMoments& other) noexcept;
    /// Scatter about the mean size over the square of the latter, decisions taken for the truth.
    double spread() const noexcept;
};

/// µ²/σ² of symbols ±µ in Gaussian noise σ².
///
/// Each wrong decision makes the noise look smaller: by 0.3 dB at an Es/N0 of 5 dB, while mere
/// noise looks like −0.6 dB. What E|x|²/E x² is for a given µ²/σ² (mean of the folded normal
/// distribution) is known; this is its inverse.
double signal_to_scatter(const SymbolMoments& moments) noexcept;

/// A few hundred symbols by runs, of which some may be no signal's.
class SymbolWindow {
public:
    static constexpr std::size_t kRun = 16; ///< symbols
    static constexpr std::size_t kMostRuns = 24;

    struct Run {
        std::array<float, kRun> equalized; ///< any scale, centre 0
        std::array<float, kRun> received;  ///< before the equaliser, centre 0
        bool clear;
    };

    /// The next run; only those that are `clear` count.
    Run& add(bool clear) noexcept {
        runs_[count_].clear = clear;
        return runs_[count_++];
    }

    /// kUnknown when no run counts. Call it once.
    float snr_db(const SnrRule& rule) noexcept;

private:
    void leave_out_edges() noexcept;
    double scatter_of_noise() const noexcept;

    std::array<Run, kMostRuns> runs_;
    std::size_t count_ = 0;
};

} // namespace telemetry::dsp
