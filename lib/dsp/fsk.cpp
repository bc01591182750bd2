// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/fsk.h"

#include <cmath>

#include "telemetry/dsp/carrier_tracker.h"
#include "telemetry/dsp/discriminator.h"
#include "telemetry/dsp/front_end_demodulator.h"
#include "telemetry/dsp/limits.h"
#include "telemetry/dsp/resampler.h"
#include "telemetry/dsp/tone_detector.h"

namespace telemetry::dsp {
namespace {

constexpr Field kFields[] = {
    {.name = "baudrate",
     .type = Field::Type::real,
     .unit = "Bd",
     .min = 1,
     .max = 1e8,
     .help = "Symbol rate."},
    {.name = "deviation",
     .type = Field::Type::real,
     .unit = "Hz",
     .min = -1e8,
     .max = 1e8,
     .fallback = "0",
     .help = "Peak frequency deviation, negative when inverted; 0: not known (a quarter of "
             "the symbol rate is assumed where it matters)."},
    {.name = "offset_range",
     .type = Field::Type::real,
     .unit = "Hz",
     .min = 0,
     .max = 1e8,
     .fallback = "0",
     .help = "Largest carrier offset to take from IQ; 0: a quarter of the symbol rate."},
};

constexpr double kBasebandRate = BasebandReceiver::kSamplesPerSymbol; ///< samples a symbol
constexpr double kBasebandPass = 0.9;                                 ///< of the symbol rate

/// Audio of an FM receiver: already baseband.
class AudioFrontEnd {
public:
    using Sample = float;

    AudioFrontEnd(double baudrate_hz, double rate_hz)
        : resampler_(rate_hz, kBasebandRate * baudrate_hz, kBasebandPass * baudrate_hz) {}

    double step() const { return resampler_.step(); }
    double delay() const { return 0; }
    std::size_t most_outputs(std::size_t count) const { return resampler_.most_outputs(count); }
    std::size_t most_outputs_at_finish() const { return resampler_.most_outputs_at_finish(); }
    std::size_t process(std::span<const float> in, float* out) noexcept {
        return resampler_.process(in, out);
    }
    std::size_t finish(float* out) noexcept { return resampler_.finish(out); }
    void reset() noexcept { resampler_.reset(); }

private:
    Resampler resampler_;
};

/// IQ: the carrier is brought to 0 Hz, then a Detector that is as narrow as the signal.
template <class Detector>
class IqFrontEnd {
public:
    using Sample = Iq;

    IqFrontEnd(CarrierTracker tracker, Detector detector)
        : tracker_(std::move(tracker)), detector_(std::move(detector)), i_(kBlock), q_(kBlock) {}

    double step() const { return tracker_.step() * detector_.step(); }
    double delay() const { return tracker_.step() * detector_.delay(); }
    std::span<const float> offsets_hz() const { return tracker_.offsets_hz(); }
    std::size_t most_outputs(std::size_t count) const {
        return detector_.most_outputs(tracker_.most_outputs(count));
    }
    std::size_t most_outputs_at_finish() const {
        return detector_.most_outputs(tracker_.most_outputs_at_finish()) +
               detector_.most_outputs_at_finish();
    }
    std::size_t process(std::span<const Iq> in, float* out) noexcept {
        for (std::size_t n = 0; n < in.size(); ++n) {
            i_[n] = in[n].real();
            q_[n] = in[n].imag();
        }
        return detect(
            tracker_.process(std::span(i_).first(in.size()), std::span(q_).first(in.size())), out);
    }
    std::size_t finish(float* out) noexcept {
        const std::size_t made = detect(tracker_.finish(), out);
        return made + detector_.finish(out + made);
    }
    void reset() noexcept {
        tracker_.reset();
        detector_.reset();
    }

private:
    static constexpr std::size_t kBlock = CarrierTracker::kBlock;

    std::size_t detect(std::size_t count, float* out) noexcept {
        return detector_.process(tracker_.i().first(count), tracker_.q().first(count), out);
    }

    CarrierTracker tracker_;
    Detector detector_;
    std::vector<float> i_, q_;
};

} // namespace

std::span<const Field> fsk_fields() {
    return kFields;
}

Result<std::unique_ptr<Demodulator>> make_fsk(const Settings& settings,
                                              const SampleFormat& format) {
    const double baudrate_hz = settings.real("baudrate");
    const double deviation_hz = std::abs(settings.real("deviation"));
    const double samples_per_symbol = format.rate_hz / baudrate_hz;
    if (const auto checked = check_samples_per_symbol(format.rate_hz, baudrate_hz); !checked)
        return fail(checked.error());
    if (format.kind == SampleKind::real) {
        auto demodulator = std::make_unique<FrontEndDemodulator<AudioFrontEnd>>(
            AudioFrontEnd(baudrate_hz, format.rate_hz), samples_per_symbol, kBasebandPulse);
        if (deviation_hz > 0)
            demodulator->set_scale(kUnknown, deviation_hz);
        return demodulator;
    }
    for (const char* key : {"deviation", "offset_range"})
        if (const auto checked = check_symbol_rates(key, settings.real(key), baudrate_hz); !checked)
            return fail(checked.error());
    const double offset_hz =
        settings.real("offset_range") > 0 ? settings.real("offset_range") : baudrate_hz / 4;
    const double peak_hz = deviation_hz == 0 ? baudrate_hz / 4 : deviation_hz;
    if (peak_hz >= format.rate_hz / 2)
        return fail(Error{.message = "the sample rate is less than twice the deviation",
                          .key = "deviation"});
    const double wide_hz = std::min(peak_hz + baudrate_hz / 2 + offset_hz, format.rate_hz / 2);
    const auto multiple = static_cast<std::size_t>(std::ceil(wide_hz / (1.7 * baudrate_hz)));
    CarrierTracker tracker(format.rate_hz, baudrate_hz, multiple, wide_hz, offset_hz, peak_hz);
    const double rate_hz = kBasebandRate * static_cast<double>(multiple) * baudrate_hz;
    if (2 * peak_hz >= kLeastToneIndex * baudrate_hz) {
        ToneDetector tones(rate_hz, peak_hz, baudrate_hz);
        const SnrRule snr_rule = tones.snr_rule();
        auto demodulator = std::make_unique<FrontEndDemodulator<IqFrontEnd<ToneDetector>>>(
            IqFrontEnd(std::move(tracker), std::move(tones)), samples_per_symbol, kTonePulse);
        demodulator->set_snr_rule(snr_rule);
        return demodulator;
    }
    Discriminator discriminator(rate_hz, kDiscriminatorChannel * baudrate_hz,
                                kBasebandRate * baudrate_hz, kBasebandPass * baudrate_hz);
    const double hz_per_unit = discriminator.hz_per_unit();
    const SnrRule snr_rule = discriminator.snr_rule(baudrate_hz);
    auto demodulator = std::make_unique<FrontEndDemodulator<IqFrontEnd<Discriminator>>>(
        IqFrontEnd(std::move(tracker), std::move(discriminator)), samples_per_symbol,
        kBasebandPulse);
    demodulator->set_scale(hz_per_unit, kUnknown);
    demodulator->set_snr_rule(snr_rule);
    return demodulator;
}

} // namespace telemetry::dsp
