// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/base/stage.h"
#include "telemetry/dsp/equalizer.h"
#include "telemetry/dsp/fir_kernel.h"
#include "telemetry/dsp/symbol_snr.h"
#include "telemetry/dsp/symbol_timing.h"
#include "telemetry/dsp/two_level.h"

namespace telemetry::dsp {

/// Receive filter for baseband as a discriminator gives it, and for what is already matched.
inline constexpr double kBasebandPulse = 0.8;
inline constexpr double kTonePulse = 0.35;

/// Two-level baseband at 4 samples a nominal symbol → soft symbols.
///
/// Made for bursts: nothing here settles. The clock comes from SymbolTiming, centre and amplitude
/// from two-level fits to windows before, around and after each run of 16 symbols of which the
/// clearest count, so that noise before a burst does not touch its first symbols. An equaliser,
/// the least-squares solution over some 400 symbols around, mends what pulse shape, transmit and
/// receive filters and the colour of the noise leave between the receive filter and the best one.
/// Symbols leave about 600 symbols after they came in.
class BasebandReceiver {
public:
    static constexpr std::size_t kSamplesPerSymbol = 4;

    /// `step`: input samples a baseband sample. `pulse_width`: of the receive filter's response
    /// where it is down to half, in symbols; kBasebandPulse or kTonePulse.
    BasebandReceiver(double step, double pulse_width);

    void process(std::span<const float> baseband, Sink<SoftSymbols>& sink) noexcept;

    /// Yields the symbols up to the last sample. Then reset().
    void finish(Sink<SoftSymbols>& sink) noexcept;
    void reset() noexcept;

    /// Input position of baseband sample 0; before the first process().
    void set_origin(double position) { origin_ = position; }

    /// How baseband amplitudes translate to carrier offset: hz_per_unit, when known; or deviation,
    /// to which the measured amplitude is taken to correspond. Both NaN: unknown.
    void set_scale(double hz_per_unit, double deviation_hz) {
        hz_per_unit_ = hz_per_unit;
        deviation_hz_ = deviation_hz;
    }
    /// Carrier offsets that were taken off before, Hz: of the baseband to come, in stretches of
    /// kOffsetSymbols, ahead of the samples themselves.
    void add_carrier_offsets(std::span<const float> offsets_hz) noexcept;
    static constexpr std::size_t kOffsetSymbols = 32;
    /// How the symbols' Es/N0 follows from what is measured behind the detector.
    void set_snr_rule(const SnrRule& rule) { snr_rule_ = rule; }
    void set_signal_level(float level_db) { level_db_ = level_db; }

private:
    static constexpr std::size_t kBlockSamples = SymbolTiming::kSymbolsPerBlock * kSamplesPerSymbol;
    static constexpr std::size_t kStepSamples = kBlockSamples * SymbolTiming::kBlocksPerStep;
    static constexpr std::size_t kRun = 16;       ///< symbols that share centre and amplitude
    static constexpr std::size_t kGroup = 128;    ///< symbols yielded together
    static constexpr std::size_t kRunsAround = 8; ///< beside a group, teach the equaliser too
    static constexpr std::size_t kMargin = 64;    ///< samples kept before and after a step
    static constexpr std::size_t kPulseRows = 32; ///< positions within a sample
    static constexpr std::size_t kPulseTaps = 16;

    void take_step(Sink<SoftSymbols>& sink) noexcept;
    void learn_energy() noexcept;
    void cut_symbols() noexcept;
    void yield_groups(Sink<SoftSymbols>& sink) noexcept;
    void yield_group(std::size_t count, Sink<SoftSymbols>& sink) noexcept;
    TwoLevels levels_of_run(std::size_t first) noexcept;
    void level_runs(std::size_t end) noexcept;
    EqualizerWeights weights_of_group(std::size_t first_run, std::size_t count) const noexcept;
    float fit_at(std::size_t first) noexcept;
    float snr_db_of_group(std::size_t first_run, std::size_t count,
                          const EqualizerWeights& weights) const noexcept;
    void update_quality(float quality, float coherence, std::size_t count) noexcept;
    void update_rate(double error_ppm) noexcept;
    double carrier_offset(std::size_t first, std::size_t count) const noexcept;
    double removed_hz(double position) const noexcept;

    double step_;
    double origin_ = 0;
    double hz_per_unit_ = kUnknown;
    double deviation_hz_ = kUnknown;
    /// Ring of the latest stretches, longer than symbols are held back; how many there were.
    std::array<float, 64> removed_hz_{};
    std::int64_t stretches_ = 0;
    float level_db_ = kUnknown;
    SnrRule snr_rule_;

    FirFunction fir_;
    BankFunction bank_function_;
    TwoLevelFunction two_level_;
    ScatterFunction scatter_;
    AccumulateFunction accumulate_;
    EqualizeFunction equalize_;
    std::vector<float> edge_taps_;
    std::vector<float> pulse_bank_;

    // Baseband: samples_[0] is sample first_sample_; blocks up to measured_ have given phasors,
    // those up to cut_ have been cut into symbols.
    std::vector<float> samples_;
    std::size_t filled_ = 0;
    std::int64_t first_sample_ = 0;
    std::int64_t measured_ = 0;
    std::int64_t cut_ = 0;
    std::int64_t end_ = 0; ///< of the samples taken; symbols beyond are not there
    bool finishing_ = false;
    std::vector<float> edges_;
    SymbolTiming timing_;
    /// Of the blocks from the oldest that SymbolTiming has not decided.
    std::array<float, SymbolTiming::kBlocksPerStep + SymbolTiming::kLookahead> energies_{};
    float signal_energy_ = 0; ///< of blocks that were coherent
    int hold_ = 0;            ///< blocks for which it still counts
    double last_symbol_ = 0;  ///< baseband position of the last symbol cut

    // Symbols: value, baseband position, whether the clock jumped before it, coherence of the
    // clock.
    struct Place {
        double position;
        float coherence;
        bool jump;
    };
    static constexpr std::size_t kPad = 16; ///< readable before the first and after the last
    std::vector<float> on_;                 ///< at the symbols, kPad in front
    std::vector<float> mid_;                ///< half a symbol later
    std::vector<Place> places_;
    std::size_t symbols_ = 0;
    std::size_t pending_ = 0; ///< first not yet yielded
    std::vector<BankTap> taps_;
    std::vector<TwoLevels> fits_; ///< of the windows that begin at each run
    std::size_t fitted_ = 0;      ///< of fits_
    struct Run {
        TwoLevels levels;
        NormalEquations equations;
        float weight = 0; ///< of the equations
    };
    std::vector<Run> runs_;
    std::size_t levelled_ = 0; ///< of runs_
    TwoLevels last_levels_;
    LinkQuality link_;
    int misses_ = 0;         ///< groups without a signal since the last with one
    int rates_averaged_ = 0; ///< groups in the symbol rate's mean, up to a limit
    std::array<std::int8_t, kGroup> soft_{};
};

} // namespace telemetry::dsp
