// SPDX-License-Identifier: GPL-3.0-or-later
#include "transmitter.h"

#include <algorithm>
#include <cmath>

#include "telemetry/base/text.h"
#include "telemetry/modem/option.h"

namespace telemetry::app {

using modem::number_or;

Result<std::unique_ptr<Transmitter>> Transmitter::make(const station::Downlink& downlink,
                                                       const TransmitterOptions& options, Out out) {
    const std::string modulation(downlink.demodulator->name);
    const bool afsk = equal_ignoring_case(modulation, "AFSK");
    const bool fsk = equal_ignoring_case(modulation, "FSK");
    Settings settings = downlink.settings;
    if (options.bt)
        settings.set("bt", *options.bt, true);
    if (options.rolloff)
        settings.set("roll_off", *options.rolloff, true);
    const double symbol_rate_hz = number_or(settings, "baudrate", 9600);

    if (options.reception == Reception::fm_audio && !afsk && !fsk)
        return fail(modulation + " does not pass through an FM receiver: choose --as iq or real");

    std::unique_ptr<Transmitter> made(new Transmitter(options));
    auto& channel = made->options_.channel;
    channel.symbol_rate_hz = symbol_rate_hz;
    // AFSK pays the threshold of the FM it rides on.
    channel.es_n0_db = options.es_n0_db.value_or(afsk ? 28.0 : 16.0);
    // Signal and noise together keep five sigma below full scale.
    const double noise = channel.rate_hz / symbol_rate_hz * std::pow(10.0, -channel.es_n0_db / 10);
    channel.gain = 0.25 / std::sqrt(1 + noise);
    channel.noise_for = options.reception == Reception::real_carrier ? modem::NoiseFor::real_carrier
                                                                     : modem::NoiseFor::iq;

    std::string sent_as = modulation;
    if (options.reception == Reception::real_carrier) {
        double carrier_hz = options.carrier_hz.value_or(symbol_rate_hz <= 2400 ? 1500 : 12000);
        if (afsk) {
            // The audio itself: two tones about the audio carrier.
            sent_as = "FSK";
            carrier_hz = number_or(settings, "af_carrier", 1700);
        }
        if (carrier_hz <= 0 || carrier_hz >= channel.rate_hz / 2)
            return fail("a carrier of " + std::to_string(carrier_hz) + " Hz does not fit into " +
                        std::to_string(channel.rate_hz) + " samples a second");
        made->carrier_.emplace(channel.rate_hz, carrier_hz);
    }
    if (options.reception == Reception::fm_audio) {
        double deviation_hz = std::abs(number_or(settings, "deviation", 0));
        if (afsk)
            deviation_hz = number_or(settings, "fm_deviation", 3000);
        else if (deviation_hz == 0)
            deviation_hz = symbol_rate_hz / 4;
        const double widest_hz =
            afsk ? std::abs(number_or(settings, "af_carrier", 1700)) + symbol_rate_hz
                 : symbol_rate_hz;
        // Carson's rule, with room for the offset.
        const double bandwidth_hz = 2 * (deviation_hz + widest_hz / (afsk ? 1 : 2)) +
                                    2 * (std::abs(channel.offset_hz) + std::abs(channel.wander_hz));
        made->fm_.emplace(channel.rate_hz, options.full_scale_hz.value_or(4 * deviation_hz),
                          bandwidth_hz);
    }

    auto modulator = modem::make_modulator(sent_as, settings, channel.rate_hz);
    if (!modulator)
        return fail(modulator.error());
    auto framer = modem::make_framer(downlink.deframer->name, settings);
    if (!framer)
        return fail(framer.error());
    made->modulator_ = std::move(*modulator);
    made->framer_ = std::move(*framer);
    made->channel_ = modem::Channel(channel);
    made->out_ = std::move(out);
    return made;
}

bool Transmitter::receive(std::vector<Iq>& samples) {
    sent_samples_ += static_cast<std::int64_t>(samples.size());
    const auto received = channel_.pass(samples);
    samples.clear();
    if (options_.reception == Reception::iq)
        return out_(received, {});
    audio_.clear();
    if (fm_)
        fm_->receive(received, audio_);
    else
        carrier_->receive(received, audio_);
    return out_({}, audio_);
}

bool Transmitter::transmit_bits() {
    carrier_on_ = true;
    modulator_->modulate(bits_, signal_);
    bits_.clear();
    return receive(signal_);
}

bool Transmitter::send(std::span<const std::uint8_t> frame, std::size_t preamble,
                       std::size_t tail) {
    framer_->idle(preamble, bits_);
    framer_->frame(frame, bits_);
    framer_->idle(tail, bits_);
    return transmit_bits();
}

bool Transmitter::idle(std::size_t bits) {
    framer_->idle(bits, bits_);
    return transmit_bits();
}

bool Transmitter::carrier_off() {
    carrier_on_ = false;
    modulator_->finish(signal_);
    return receive(signal_);
}

bool Transmitter::silence(std::int64_t samples) {
    const auto chunk = static_cast<std::int64_t>(options_.channel.rate_hz / 10) + 1;
    while (samples > 0) {
        const std::int64_t size = std::min(samples, chunk);
        signal_.assign(static_cast<std::size_t>(size), Iq{});
        if (!receive(signal_))
            return false;
        samples -= size;
    }
    return true;
}

} // namespace telemetry::app
