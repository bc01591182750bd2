// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/afsk.h"

#include <algorithm>
#include <cmath>

#include "telemetry/dsp/discriminator.h"
#include "telemetry/dsp/front_end_demodulator.h"
#include "telemetry/dsp/limits.h"
#include "telemetry/dsp/mixer.h"
#include "telemetry/dsp/tone_detector.h"

namespace telemetry::dsp {
namespace {

constexpr Field kFields[] = {
    {.name = "baudrate",
     .type = Field::Type::real,
     .unit = "Bd",
     .min = 1,
     .max = 1e6,
     .help = "Symbol rate."},
    {.name = "af_carrier",
     .type = Field::Type::real,
     .unit = "Hz",
     .min = 1,
     .max = 1e6,
     .help = "Middle between the two tones."},
    {.name = "deviation",
     .type = Field::Type::real,
     .unit = "Hz",
     .min = -1e6,
     .max = 1e6,
     .help = "Distance of the tones from their middle, negative when inverted."},
    {.name = "fm_deviation",
     .type = Field::Type::real,
     .unit = "Hz",
     .min = 1,
     .max = 1e6,
     .fallback = "3000",
     .help = "Peak deviation of the FM carrier, for the channel filter on IQ."},
    {.name = "offset_range",
     .type = Field::Type::real,
     .unit = "Hz",
     .min = 0,
     .max = 1e6,
     .fallback = "3000",
     .help = "Largest carrier offset to take from IQ."},
};

struct Tones {
    double baudrate_hz;
    double carrier_hz;
    double deviation_hz;

    double modulation_index() const { return 2 * deviation_hz / baudrate_hz; }
    double highest_hz() const { return carrier_hz + deviation_hz + baudrate_hz / 2; }
    /// One-sided width around af_carrier, short of the mirror image at −af_carrier.
    double channel_hz() const { return std::min(kDiscriminatorChannel * baudrate_hz, carrier_hz); }
};

template <class Detector>
Detector make_detector(const Tones& tones, double rate_hz);

template <>
Discriminator make_detector(const Tones& tones, double rate_hz) {
    return {rate_hz, tones.channel_hz(), BasebandReceiver::kSamplesPerSymbol * tones.baudrate_hz,
            0.9 * tones.baudrate_hz};
}

template <>
ToneDetector make_detector(const Tones& tones, double rate_hz) {
    return {rate_hz, tones.deviation_hz, tones.baudrate_hz};
}

SnrRule snr_rule_of(const Discriminator& detector, const Tones& tones) {
    return detector.snr_rule(tones.baudrate_hz);
}
SnrRule snr_rule_of(const ToneDetector& detector, const Tones& /*tones*/) {
    return detector.snr_rule();
}

/// Receiver audio: the tones come down to either side of 0 Hz and to a Detector of frequencies.
template <class Detector>
class AudioFrontEnd {
public:
    using Sample = float;

    AudioFrontEnd(const Tones& tones, double rate_hz)
        : mixer_(tones.carrier_hz / rate_hz), detector_(make_detector<Detector>(tones, rate_hz)),
          i_(kBlock), q_(kBlock), snr_rule_(snr_rule_of(detector_, tones)) {}

    const SnrRule& snr_rule() const { return snr_rule_; }
    double step() const { return detector_.step(); }
    double delay() const { return detector_.delay(); }
    std::size_t most_outputs(std::size_t count) const { return detector_.most_outputs(count); }
    std::size_t most_outputs_at_finish() const { return detector_.most_outputs_at_finish(); }

    std::size_t process(std::span<const float> in, float* out) noexcept {
        std::size_t made = 0;
        while (!in.empty()) {
            const std::size_t count = std::min(in.size(), kBlock);
            mixer_.process(in.first(count), i_.data(), q_.data());
            made += detector_.process(std::span(i_).first(count), std::span(q_).first(count),
                                      out + made);
            in = in.subspan(count);
        }
        return made;
    }
    std::size_t finish(float* out) noexcept {
        const std::size_t made = detector_.finish(out);
        reset();
        return made;
    }
    void reset() noexcept {
        mixer_.reset();
        detector_.reset();
    }

private:
    static constexpr std::size_t kBlock = 8192;
    Mixer mixer_;
    Detector detector_;
    std::vector<float> i_, q_;
    SnrRule snr_rule_;
};

/// IQ: FM first, then as audio. The mean of the audio tells the carrier offset, since the tones
/// have none.
template <class Detector>
class IqFrontEnd {
public:
    using Sample = Iq;

    IqFrontEnd(const Tones& tones, double fm_channel_hz, double rate_hz)
        : fm_(rate_hz, fm_channel_hz, audio_rate_hz(tones, rate_hz), tones.highest_hz()),
          tones_(tones, audio_rate_hz(tones, rate_hz)), i_(kBlock), q_(kBlock),
          audio_(std::max(fm_.most_outputs(kBlock), fm_.most_outputs_at_finish())),
          stretch_(BasebandReceiver::kOffsetSymbols * audio_rate_hz(tones, rate_hz) /
                   tones.baudrate_hz) {
        offsets_hz_.reserve(
            static_cast<std::size_t>(static_cast<double>(audio_.size()) / stretch_) + 2);
    }

    static double audio_rate_hz(const Tones& tones, double rate_hz) {
        return std::min(rate_hz, 3 * tones.highest_hz());
    }

    const SnrRule& snr_rule() const { return tones_.snr_rule(); }
    double step() const { return fm_.step() * tones_.step(); }
    double delay() const { return fm_.delay() + tones_.delay() * fm_.step(); }
    std::size_t most_outputs(std::size_t count) const {
        return tones_.most_outputs(fm_.most_outputs(count));
    }
    std::size_t most_outputs_at_finish() const {
        return tones_.most_outputs(fm_.most_outputs_at_finish()) + tones_.most_outputs_at_finish();
    }
    std::size_t process(std::span<const Iq> in, float* out) noexcept {
        for (std::size_t n = 0; n < in.size(); ++n) {
            i_[n] = in[n].real();
            q_[n] = in[n].imag();
        }
        const std::size_t count = fm_.process(std::span(i_).first(in.size()),
                                              std::span(q_).first(in.size()), audio_.data());
        average(count);
        return tones_.process(std::span(audio_).first(count), out);
    }
    std::size_t finish(float* out) noexcept {
        const std::size_t count = fm_.finish(audio_.data());
        average(count);
        const std::size_t made = tones_.process(std::span(audio_).first(count), out);
        return made + tones_.finish(out + made);
    }
    void reset() noexcept {
        fm_.reset();
        tones_.reset();
        offsets_hz_.clear();
        sum_ = in_sum_ = summed_ = 0;
        stretch_end_ = stretch_;
    }

    /// Of the stretches that ended in the last process() or finish().
    std::span<const float> offsets_hz() const { return offsets_hz_; }

private:
    static constexpr std::size_t kBlock = 8192;

    void average(std::size_t count) noexcept {
        offsets_hz_.clear();
        for (std::size_t n = 0; n < count; ++n) {
            sum_ += audio_[n];
            in_sum_ += 1;
            summed_ += 1;
            if (summed_ < stretch_end_)
                continue;
            offsets_hz_.push_back(static_cast<float>(sum_ / in_sum_ * fm_.hz_per_unit()));
            stretch_end_ += stretch_;
            sum_ = 0;
            in_sum_ = 0;
        }
    }

    Discriminator fm_;
    AudioFrontEnd<Detector> tones_;
    std::vector<float> i_, q_, audio_;
    double stretch_; ///< samples of audio that share a carrier offset
    double stretch_end_ = stretch_;
    double sum_ = 0, in_sum_ = 0; ///< of the stretch so far
    double summed_ = 0;           ///< samples since the start
    std::vector<float> offsets_hz_;
};

template <class FrontEnd>
std::unique_ptr<Demodulator> make(FrontEnd front_end, double samples_per_symbol,
                                  double pulse_width) {
    const SnrRule snr_rule = front_end.snr_rule();
    auto demodulator = std::make_unique<FrontEndDemodulator<FrontEnd>>(
        std::move(front_end), samples_per_symbol, pulse_width);
    demodulator->set_snr_rule(snr_rule);
    return demodulator;
}

template <class Detector>
std::unique_ptr<Demodulator> make(const Tones& tones, double fm_channel_hz, double pulse_width,
                                  const SampleFormat& format) {
    const double samples_per_symbol = format.rate_hz / tones.baudrate_hz;
    if (format.kind == SampleKind::real)
        return make(AudioFrontEnd<Detector>(tones, format.rate_hz), samples_per_symbol,
                    pulse_width);
    return make(IqFrontEnd<Detector>(tones, fm_channel_hz, format.rate_hz), samples_per_symbol,
                pulse_width);
}

} // namespace

std::span<const Field> afsk_fields() {
    return kFields;
}

Result<std::unique_ptr<Demodulator>> make_afsk(const Settings& settings,
                                               const SampleFormat& format) {
    const Tones tones{settings.real("baudrate"), settings.real("af_carrier"),
                      std::abs(settings.real("deviation"))};
    if (tones.deviation_hz == 0)
        return fail(Error{.message = "two tones of the same frequency", .key = "deviation"});
    if (const auto checked = check_samples_per_symbol(format.rate_hz, tones.baudrate_hz); !checked)
        return fail(checked.error());
    if (const auto checked = check_symbol_rates("deviation", tones.deviation_hz, tones.baudrate_hz);
        !checked)
        return fail(checked.error());
    if (tones.deviation_hz > tones.carrier_hz)
        return fail(Error{.message = "the lower tone is below 0 Hz", .key = "deviation"});
    if (tones.carrier_hz < tones.baudrate_hz / 4)
        return fail(Error{.message = "less than a quarter of the symbol rate, which the tones "
                                     "do not fit into",
                          .key = "af_carrier"});
    if (format.rate_hz < 2 * (tones.carrier_hz + tones.deviation_hz))
        return fail(Error{.message = "the sample rate is less than twice the upper tone",
                          .key = "af_carrier"});
    const double fm_channel_hz =
        std::min(settings.real("fm_deviation") + tones.carrier_hz + settings.real("offset_range"),
                 0.45 * format.rate_hz);
    if (tones.modulation_index() >= kLeastToneIndex)
        return make<ToneDetector>(tones, fm_channel_hz, kTonePulse, format);
    return make<Discriminator>(tones, fm_channel_hz, kBasebandPulse, format);
}

} // namespace telemetry::dsp
