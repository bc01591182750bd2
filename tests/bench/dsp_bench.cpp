// SPDX-License-Identifier: GPL-3.0-or-later
// Speed of the FSK and AFSK demodulators and of what they are made of, in samples of the input.
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "telemetry/dsp/demodulator.h"
#include "telemetry/dsp/fir.h"
#include "telemetry/dsp/resampler.h"
#include "telemetry/modem/channel.h"
#include "telemetry/modem/modulator.h"

namespace {

using namespace telemetry;

struct Setup {
    const char* modulation;
    const char* baudrate;
    const char* deviation;
    SampleKind kind;
    double rate_hz;
};

Settings settings_of(const dsp::DemodulatorEntry& entry, const Setup& setup) {
    std::vector<KeyText> given{{"baudrate", setup.baudrate}, {"deviation", setup.deviation}};
    if (entry.name == "AFSK")
        given.push_back({"af_carrier", "1700"});
    return *read_settings({entry.fields}, given);
}

void demodulate(benchmark::State& state, const Setup& setup) {
    const dsp::DemodulatorEntry& entry = *dsp::find_demodulator(setup.modulation);
    const Settings settings = settings_of(entry, setup);
    std::mt19937 random(1);
    std::vector<std::uint8_t> bits(20000);
    for (auto& bit : bits)
        bit = static_cast<std::uint8_t>(random() >> 31);
    std::vector<Iq> iq;
    auto modulator = *modem::make_modulator(setup.modulation, settings, setup.rate_hz);
    modulator->modulate(bits, iq);
    modem::ChannelOptions channel;
    channel.rate_hz = setup.rate_hz;
    channel.symbol_rate_hz = std::stod(setup.baudrate);
    channel.es_n0_db = 12;
    iq = modem::Channel(channel).pass(iq);
    const std::vector<float> audio = modem::to_fm_audio(iq, setup.rate_hz, 10000);

    auto demodulator = *entry.make(settings, {setup.kind, setup.rate_hz});
    std::int64_t sum = 0;
    auto sink =
        make_sink<SoftSymbols>([&](const SoftSymbols& symbols) { sum += symbols.values.front(); });
    Samples samples;
    if (setup.kind == SampleKind::iq)
        samples.iq = iq;
    else
        samples.real = audio;
    for (auto _ : state) {
        demodulator->process(samples, sink);
        samples.first_index += static_cast<std::int64_t>(samples.size());
    }
    benchmark::DoNotOptimize(sum);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(samples.size()));
}

BENCHMARK_CAPTURE(demodulate, fsk_9600_audio_48k,
                  Setup{"FSK", "9600", "2400", SampleKind::real, 48000});
BENCHMARK_CAPTURE(demodulate, fsk_1200_audio_48k,
                  Setup{"FSK", "1200", "600", SampleKind::real, 48000});
BENCHMARK_CAPTURE(demodulate, fsk_9600_iq_48k, Setup{"FSK", "9600", "2400", SampleKind::iq, 48000});
BENCHMARK_CAPTURE(demodulate, fsk_9600_wide_iq_48k,
                  Setup{"FSK", "9600", "4800", SampleKind::iq, 48000});
BENCHMARK_CAPTURE(demodulate, fsk_9600_iq_1m, Setup{"FSK", "9600", "2400", SampleKind::iq, 1e6});
BENCHMARK_CAPTURE(demodulate, afsk_1200_audio_48k,
                  Setup{"AFSK", "1200", "500", SampleKind::real, 48000});

void fir(benchmark::State& state) {
    dsp::Fir filter(dsp::design_lowpass(0.1, 0.16), 2);
    std::vector<float> samples(2 * 8192, 0.5f), out(samples.size());
    for (auto _ : state) {
        filter.process(samples, out.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * 8192);
    state.SetLabel(std::to_string(filter.tap_count()) + " taps, complex samples");
}
BENCHMARK(fir);

void resample(benchmark::State& state) {
    dsp::Resampler resampler(48000, 38400, 9000);
    std::vector<float> samples(8192, 0.5f), out(resampler.most_outputs(samples.size()));
    for (auto _ : state) {
        resampler.process(samples, out.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * 8192);
}
BENCHMARK(resample);

} // namespace

BENCHMARK_MAIN();
