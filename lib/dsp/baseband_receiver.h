// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/base/stage.h"
#include "telemetry/dsp/fir_kernel.h"
#include "telemetry/dsp/symbol_timing.h"
#include "telemetry/dsp/two_level.h"

namespace telemetry::dsp {

/// Two-level baseband at 4 samples a nominal symbol → soft symbols.
///
/// Made for bursts: nothing here settles. The clock comes from SymbolTiming, centre and amplitude
/// from two-level fits to windows before, around and after each run of 16 symbols of which the
/// clearest count, so that noise before a burst does not touch its first symbols. Symbols leave
/// about 400 symbols after they came in.
class BasebandReceiver {
public:
    static constexpr std::size_t kSamplesPerSymbol = 4;

    /// `pulse`: the receive filter's taps at kRowsPerSample times the sample rate, centred.
    /// `step`: input samples a baseband sample, `first` the input position of baseband sample 0.
    explicit BasebandReceiver(double step);

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
    void set_signal_level(float level_db) { level_db_ = level_db; }

private:
    static constexpr std::size_t kBlockSamples = SymbolTiming::kSymbolsPerBlock * kSamplesPerSymbol;
    static constexpr std::size_t kStepSamples = kBlockSamples * SymbolTiming::kBlocksPerStep;
    static constexpr std::size_t kRun = 16;       ///< symbols that share centre and amplitude
    static constexpr std::size_t kGroup = 128;    ///< symbols yielded together
    static constexpr std::size_t kMargin = 64;    ///< samples kept before and after a step
    static constexpr std::size_t kPulseRows = 32; ///< positions within a sample
    static constexpr std::size_t kPulseTaps = 16;

    void take_step(Sink<SoftSymbols>& sink) noexcept;
    void cut_symbols() noexcept;
    void yield_groups(Sink<SoftSymbols>& sink) noexcept;
    void yield_group(std::size_t count, Sink<SoftSymbols>& sink) noexcept;
    TwoLevels levels_of_run(std::size_t first) noexcept;
    float fit_at(std::size_t first) noexcept;

    double step_;
    double origin_ = 0;
    double hz_per_unit_ = kUnknown;
    double deviation_hz_ = kUnknown;
    float level_db_ = kUnknown;

    FirFunction fir_;
    BankFunction bank_function_;
    TwoLevelFunction two_level_;
    ScatterFunction scatter_;
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
    double last_symbol_ = 0; ///< baseband position of the last symbol cut

    // Symbols: value, baseband position, whether the clock jumped before it, coherence of the
    // clock.
    struct Place {
        double position;
        float coherence;
        bool jump;
    };
    std::vector<float> values_;
    std::vector<Place> places_;
    std::size_t symbols_ = 0; ///< in values_
    std::size_t pending_ = 0; ///< first not yet yielded
    std::vector<BankTap> taps_;
    std::vector<TwoLevels> fits_; ///< of the windows that begin at each run
    std::size_t fitted_ = 0;      ///< of fits_
    TwoLevels last_levels_;
    float quality_ = 0; ///< smoothed over groups
    float rate_error_ = 0;
    bool locked_ = false;
    std::array<std::int8_t, kGroup> soft_{};
};

} // namespace telemetry::dsp
