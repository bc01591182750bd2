// SPDX-License-Identifier: GPL-3.0-or-later
#include "sweep.h"

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace telemetry::bench {
namespace {

[[noreturn]] void give_up(const std::string& message) {
    std::cerr << message << '\n';
    std::exit(1);
}

/// The link's options as far as the demodulator's table has them.
Settings settings_for(const dsp::DemodulatorEntry& entry, const Link& link) {
    std::vector<KeyText> given;
    const auto give = [&](std::string_view name, double value) {
        for (const Field& field : entry.fields)
            if (field.name == name && value != 0)
                given.push_back({std::string(name), std::to_string(value)});
    };
    give("baudrate", link.baudrate);
    give("deviation", link.deviation_hz);
    if (link.route == Route::real_carrier) {
        give("af_carrier", link.carrier_hz);
    }
    auto settings = read_settings({entry.fields}, given);
    if (!settings)
        give_up(settings.error().to_string());
    return *settings;
}

} // namespace

LinkRun::LinkRun(const Link& link, double es_n0_db, std::uint64_t seed) : link_(link) {
    const auto* entry = dsp::find_demodulator(link.demodulator);
    if (entry == nullptr)
        give_up("no demodulator " + link.demodulator);
    settings_ = settings_for(*entry, link);

    auto modulator = modem::make_modulator(link.modulator, settings_, link.rate_hz);
    if (!modulator)
        give_up(modulator.error().to_string());
    modulator_ = std::move(*modulator);

    modem::ChannelOptions channel;
    channel.rate_hz = link.rate_hz;
    channel.symbol_rate_hz = link.baudrate;
    channel.es_n0_db = es_n0_db;
    channel.offset_hz = link.offset_hz;
    channel.phase_rad = 1;
    channel.gain = 0.1;
    channel.seed = seed;
    SampleFormat format{SampleKind::iq, link.rate_hz};
    if (link.route == Route::fm_audio)
        fm_.emplace(link.rate_hz, link.rate_hz / 2, link.if_bandwidth_hz);
    if (link.route == Route::real_carrier) {
        carrier_.emplace(link.rate_hz, link.carrier_hz);
        channel.noise_for = modem::NoiseFor::real_carrier;
    }
    if (link.route != Route::iq)
        format.kind = SampleKind::real;
    channel_.emplace(channel);

    auto demodulator = entry->make(settings_, format);
    if (!demodulator)
        give_up(demodulator.error().to_string());
    demodulator_ = std::move(*demodulator);
}

void LinkRun::receive(Sink<SoftSymbols>& sink) {
    const auto received = channel_->pass(signal_);
    signal_.clear();
    Samples samples;
    samples.first_index = index_;
    if (link_.route == Route::iq) {
        samples.iq = received;
    } else {
        real_.clear();
        if (fm_)
            fm_->receive(received, real_);
        else
            carrier_->receive(received, real_);
        samples.real = real_;
    }
    index_ += static_cast<std::int64_t>(samples.size());
    demodulator_->process(samples, sink);
}

void LinkRun::send(std::span<const std::uint8_t> bits, Sink<SoftSymbols>& sink) {
    modulator_->modulate(bits, signal_);
    receive(sink);
}

void LinkRun::silence(double seconds, Sink<SoftSymbols>& sink) {
    modulator_->finish(signal_);
    signal_.resize(signal_.size() + static_cast<std::size_t>(seconds * link_.rate_hz));
    receive(sink);
}

void LinkRun::finish(Sink<SoftSymbols>& sink) {
    modulator_->finish(signal_);
    receive(sink);
    demodulator_->finish(sink);
}

std::vector<Link> links() {
    using enum Route;
    std::vector<Link> all;
    all.push_back({.name = "FSK h=0.5, IQ",
                   .modulator = "FSK",
                   .demodulator = "FSK",
                   .deviation_hz = 2400,
                   .theory = "msk"});
    all.push_back({.name = "GMSK BT 0.5, IQ",
                   .modulator = "GMSK",
                   .demodulator = "FSK",
                   .deviation_hz = 2400,
                   .theory = "msk"});
    all.push_back({.name = "FSK h=1, IQ",
                   .modulator = "FSK",
                   .demodulator = "FSK",
                   .deviation_hz = 4800,
                   .theory = "fsk"});
    all.push_back({.name = "FSK h=0.5, FM audio",
                   .modulator = "FSK",
                   .demodulator = "FSK",
                   .route = fm_audio,
                   .deviation_hz = 2400,
                   .if_bandwidth_hz = 14400,
                   .theory = "msk"});
    all.push_back({.name = "GFSK BT 0.5 h=0.625, FM audio",
                   .modulator = "GFSK",
                   .demodulator = "FSK",
                   .route = fm_audio,
                   .deviation_hz = 3000,
                   .if_bandwidth_hz = 15600,
                   .theory = "fsk"});
    all.push_back({.name = "FSK h=1, FM audio",
                   .modulator = "FSK",
                   .demodulator = "FSK",
                   .route = fm_audio,
                   .deviation_hz = 4800,
                   .if_bandwidth_hz = 19200,
                   .theory = "fsk"});
    all.push_back({.name = "AFSK 1200 1700±500, audio",
                   .modulator = "FSK",
                   .demodulator = "AFSK",
                   .route = real_carrier,
                   .rate_hz = 12000,
                   .baudrate = 1200,
                   .deviation_hz = 500,
                   .carrier_hz = 1700,
                   .theory = "fsk"});
    all.push_back({.name = "BPSK 9600, IQ",
                   .modulator = "BPSK",
                   .demodulator = "BPSK",
                   .offset_hz = 300,
                   .theory = "bpsk"});
    all.push_back({.name = "BPSK 1200 at 1500 Hz",
                   .modulator = "BPSK",
                   .demodulator = "BPSK",
                   .route = real_carrier,
                   .rate_hz = 12000,
                   .baudrate = 1200,
                   .carrier_hz = 1500,
                   .theory = "bpsk"});
    all.push_back({.name = "DBPSK 1200 at 1500 Hz",
                   .modulator = "DBPSK",
                   .demodulator = "DBPSK",
                   .route = real_carrier,
                   .rate_hz = 12000,
                   .baudrate = 1200,
                   .carrier_hz = 1500,
                   .theory = "dbpsk"});
    all.push_back({.name = "DBPSK 9600, IQ",
                   .modulator = "DBPSK",
                   .demodulator = "DBPSK",
                   .offset_hz = -200,
                   .theory = "dbpsk"});
    all.push_back({.name = "BPSK Manchester 1200, IQ",
                   .modulator = "BPSK Manchester",
                   .demodulator = "BPSK Manchester",
                   .rate_hz = 12000,
                   .baudrate = 1200,
                   .theory = "bpsk"});
    all.push_back({.name = "DBPSK Manchester 1200, IQ",
                   .modulator = "DBPSK Manchester",
                   .demodulator = "DBPSK Manchester",
                   .rate_hz = 12000,
                   .baudrate = 1200,
                   .theory = "dbpsk"});
    return all;
}

void append_random_bits(std::size_t count, std::mt19937_64& random,
                        std::vector<std::uint8_t>& bits) {
    for (std::size_t k = 0; k < count; ++k)
        bits.push_back(static_cast<std::uint8_t>(random() >> 63));
}

} // namespace telemetry::bench
