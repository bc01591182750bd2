// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/fsk.h"

#include <cmath>

#include "telemetry/dsp/discriminator.h"
#include "telemetry/dsp/front_end_demodulator.h"
#include "telemetry/dsp/resampler.h"

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

class IqFrontEnd {
public:
    using Sample = Iq;

    IqFrontEnd(double baudrate_hz, double channel_hz, double rate_hz)
        : discriminator_(rate_hz, channel_hz, kBasebandRate * baudrate_hz,
                         kBasebandPass * baudrate_hz) {
        split_.i.resize(kBlock);
        split_.q.resize(kBlock);
    }

    double step() const { return discriminator_.step(); }
    double delay() const { return discriminator_.delay(); }
    double hz_per_unit() const { return discriminator_.hz_per_unit(); }
    std::size_t most_outputs(std::size_t count) const { return discriminator_.most_outputs(count); }
    std::size_t most_outputs_at_finish() const { return discriminator_.most_outputs_at_finish(); }
    std::size_t process(std::span<const Iq> in, float* out) noexcept {
        split_.split(in);
        return discriminator_.process(std::span(split_.i).first(in.size()),
                                      std::span(split_.q).first(in.size()), out);
    }
    std::size_t finish(float* out) noexcept { return discriminator_.finish(out); }
    void reset() noexcept { discriminator_.reset(); }

private:
    static constexpr std::size_t kBlock = 8192;
    Discriminator discriminator_;
    SplitIq split_;
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
    if (samples_per_symbol < 2)
        return fail(Error{.message = "the sample rate is less than twice the symbol rate",
                          .key = "baudrate"});
    if (format.kind == SampleKind::real) {
        auto demodulator = std::make_unique<FrontEndDemodulator<AudioFrontEnd>>(
            AudioFrontEnd(baudrate_hz, format.rate_hz), samples_per_symbol, kBasebandPulse);
        if (deviation_hz > 0)
            demodulator->set_scale(kUnknown, deviation_hz);
        return demodulator;
    }
    const double offset_hz =
        settings.real("offset_range") > 0 ? settings.real("offset_range") : baudrate_hz / 4;
    const double peak_hz = deviation_hz == 0 ? baudrate_hz / 4 : deviation_hz;
    IqFrontEnd front_end(baudrate_hz, peak_hz + baudrate_hz / 2 + offset_hz, format.rate_hz);
    const double hz_per_unit = front_end.hz_per_unit();
    auto demodulator = std::make_unique<FrontEndDemodulator<IqFrontEnd>>(
        std::move(front_end), samples_per_symbol, kBasebandPulse);
    demodulator->set_scale(hz_per_unit, kUnknown);
    return demodulator;
}

} // namespace telemetry::dsp
