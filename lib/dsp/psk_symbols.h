// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/dsp/carrier_kernel.h"
#include "telemetry/dsp/fir_kernel.h"
#include "telemetry/dsp/sliding_buffer.h"

namespace telemetry::dsp {

/// Taps of a root-raised-cosine filter over ±span symbols, unit energy gain at the symbol.
std::vector<float> design_root_raised_cosine(double samples_per_symbol, double roll_off, int span);

/// Matched filter, phase and symbol timing of BPSK whose carrier offset is gone but for a residue
/// of a fraction of a turn in a hundred symbols.
///
/// All feed-forward, each estimate from a window that looks as far ahead as back, so the first
/// symbols of a burst come out as well as the last and nothing has to settle:
/// - phase: argument of the squared samples, averaged (Viterbi and Viterbi, IEEE Trans. IT 29(4)),
///   before timing is known, since a BPSK pulse squared has the same phase anywhere in the symbol;
///   halving it, the sign that continues the last one is taken;
/// - timing: the line at the symbol rate in the squared in-phase part (Oerder and Meyr, IEEE Trans.
///   Comm. 36(5), with the quadrature noise left out), averaged along the drift of a few clock
///   errors and the one with the strongest line taken;
/// - the symbols by a polyphase interpolator at those times, behind two matched filters: that of
///   the pulse that is expected and one of all the bandwidth there can be, since many transmitters
///   shape little or nothing. Phase and timing are the same behind both; the one whose symbols
///   spread less is taken. It loses 0.4 dB with rectangular pulses, where the narrow one loses 0.6.
class PskSymbols {
public:
    static constexpr int kHopSymbols = 64;
    static constexpr int kMostSymbols = kHopSymbols + 4; ///< of a hop, with a fast clock

    struct Symbol {
        float i = 0;         ///< soft value, typical level 1, any polarity
        double position = 0; ///< in symbol times from the first sample pushed
    };
    struct Hop {
        std::int64_t index = 0; ///< of the pushed hop in which the symbols lie
        std::span<const Symbol> symbols;
        double period = 1;    ///< symbol times between two symbols
        float signal = 0;     ///< power of the signal, around here
        float noise = 0;      ///< N0/2 in the same measure
        float rate_error = 0; ///< of the symbol clock, relative
        double es_n0 = 0;     ///< power ratio, without noise beside bursts; 0: not known
    };

    /// Long follows less of an oscillator's own movements, but slips no cycles in strong noise.
    enum class PhaseWindow : std::uint8_t { brief, extended };

    PskSymbols(int samples_per_symbol, double roll_off);

    /// One hop of kHopSymbols·samples_per_symbol samples. True when hop() holds a new one.
    bool push(const float* in_i, const float* in_q, PhaseWindow phase_window) noexcept;
    const Hop& hop() const { return hop_; }

    /// Hops from push() of a symbol to its hop().
    static constexpr int kDelayHops = 1 + 2 + 4 + 8 + 1;

    void reset() noexcept;

private:
    static constexpr int kRate = 4; ///< samples a symbol behind the matched filter
    static constexpr int kBroadSpan = 3;
    static constexpr int kSpan = 6; ///< symbols, half the matched filter
    /// Symbols either side that a phase is averaged over, by PhaseWindow.
    static constexpr std::array<int, 2> kPhaseReach = {32, 96};
    static constexpr int kCell = 16; ///< symbols whose timing is one measurement
    static constexpr int kCells = kHopSymbols / kCell;
    static constexpr int kTimingReach = 16; ///< cells either side
    static constexpr int kClocks = 41;
    static constexpr int kMiddleClock = kClocks / 2;
    static constexpr std::size_t kLanes = kClockLanes; ///< of the clocks; the last ones are empty
    /// Clocks 0.3 % off are common on the air, 1.5 % was seen.
    static constexpr double kClockStep = 1e-3;
    static constexpr int kClockReach = 8; ///< hops either side whose lines decide for a clock
    static constexpr int kDriftCells = 6;
    static constexpr int kInterpolatorRows = 64;

    using Powers = std::array<float, kLanes>; ///< of the lines of a hop, their sum is 1

    /// Symmetric, of odd length, filled up with zeros for the kernel.
    struct MatchedFilter {
        explicit MatchedFilter(std::vector<float> symmetric);
        std::size_t length;
        std::vector<float> taps;
    };

    struct Cell {
        float in_phase = 0, quadrature = 0; ///< mean powers
        float broad = 0;                    ///< of the in-phase part behind the broad filter
    };

    void filter_hop(std::int64_t hop) noexcept;
    void filter(const SlidingBuffer<float>& in, const MatchedFilter& matched, std::int64_t hop,
                float* out) noexcept;
    void turn_hop(std::int64_t hop) noexcept;
    void measure_cells(std::int64_t hop) noexcept;
    void sum_lines(std::int64_t hop) noexcept;
    void time_cells(std::int64_t hop) noexcept;
    void make_symbols(std::int64_t hop) noexcept;
    void average_drift() noexcept;
    double es_n0(std::int64_t hop) const noexcept;
    double rate_error() const noexcept;
    double timing_at(double symbol_time) const noexcept;

    double peak_;           ///< power at a symbol's centre over the mean
    int factor_;            ///< decimation by the matched filter
    MatchedFilter matched_; ///< to a root-raised-cosine pulse
    MatchedFilter broad_;   ///< to one with a roll-off of 1
    std::array<std::vector<float>, kPhaseReach.size()> phase_windows_;
    std::vector<float> interpolator_;
    std::array<ClockRow, 2 * kTimingReach + 1> clocks_{}; ///< by cell of the window
    std::vector<BankTap> filter_taps_;
    FirFunction fir_;
    BankFunction bank_;
    ClockLinesFunction clock_lines_;

    std::int64_t pushed_ = 0;           ///< hops
    SlidingBuffer<PhaseWindow> window_; ///< by hop
    SlidingBuffer<float> in_i_, in_q_;
    SlidingBuffer<float> y_i_, y_q_;           ///< matched, kRate a symbol
    SlidingBuffer<float> broad_i_, broad_q_;   ///< the same behind the broad filter
    SlidingBuffer<float> square_i_, square_q_; ///< a symbol
    SlidingBuffer<float> r_i_, r_q_;           ///< turned, kRate a symbol
    SlidingBuffer<float> r_broad_;             ///< in-phase part
    SlidingBuffer<Cell> cells_;
    /// By cell: the line at the symbol rate in the squared in-phase part.
    SlidingBuffer<float> line_i_, line_q_;
    SlidingBuffer<ClockLines> lines_; ///< by cell
    SlidingBuffer<Powers> powers_;    ///< by hop
    SlidingBuffer<double> timing_;    ///< by cell, symbol times, unwrapped
    float cos_ = 1, sin_ = 0;         ///< the phase last taken
    float broad_votes_ = 0;           ///< for the broad filter, averaged
    Powers past_{}; ///< what was, fading away, up to the hops that are looked at one by one
    float drift_i_ = 0, drift_q_ = 0; ///< turn of the timing line over kDriftCells cells, averaged
    double clock_ = 0;                ///< relative error of the clock last taken
    std::int64_t next_symbol_ = 0;
    double last_timing_ = 0;
    std::vector<Symbol> symbols_;
    Hop hop_;
};

} // namespace telemetry::dsp
