// SPDX-License-Identifier: GPL-3.0-or-later
// Speed of the PSK demodulators, in input samples a second on one core, for every SIMD level that
// TELEMETRY_SIMD can choose.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "telemetry/dsp/demodulator.h"
#include "telemetry/modem/channel.h"
#include "telemetry/modem/modulator.h"

namespace telemetry::dsp {
namespace {

struct Case {
    const char* name;
    const char* baudrate;
    SampleFormat format;
};

void demodulate(benchmark::State& state, const Case& c) {
    const auto settings =
        read_settings_from(find_demodulator(c.name)->fields, {{"baudrate", c.baudrate}});
    const auto modulator = modem::make_modulator(c.name, *settings, c.format.rate_hz);
    std::mt19937 random(1);
    std::vector<std::uint8_t> bits(
        static_cast<std::size_t>(4e6 / c.format.rate_hz * settings->real("baudrate")));
    for (auto& bit : bits)
        bit = static_cast<std::uint8_t>(random() >> 31);
    std::vector<Iq> signal;
    (*modulator)->modulate(bits, signal);
    modem::ChannelOptions channel;
    channel.rate_hz = c.format.rate_hz;
    channel.symbol_rate_hz = settings->real("baudrate");
    channel.es_n0_db = 10;
    channel.offset_hz = 200;
    const std::vector<Iq> iq = modem::Channel(channel).pass(signal);
    std::vector<float> audio;
    Samples input;
    if (c.format.kind == SampleKind::real) {
        audio = modem::to_real_carrier(iq, c.format.rate_hz,
                                       settings->real("baudrate") <= 2400 ? 1500 : 12000);
        input.real = audio;
    } else {
        input.iq = iq;
    }

    const auto demodulator = std::move(*find_demodulator(c.name)->make(*settings, c.format));
    std::int64_t symbols = 0;
    auto sink = make_sink<SoftSymbols>([&](const SoftSymbols& block) {
        symbols += static_cast<std::int64_t>(block.values.size());
    });
    for (auto _ : state) {
        demodulator->process(input, sink);
        input.first_index += static_cast<std::int64_t>(input.size());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(input.size()));
    state.counters["symbols"] =
        benchmark::Counter(static_cast<double>(symbols), benchmark::Counter::kIsRate);
}

constexpr SampleFormat kIq{SampleKind::iq, 48000}, kReal{SampleKind::real, 48000};

BENCHMARK_CAPTURE(demodulate, bpsk_9600_iq_48k, Case{"BPSK", "9600", kIq});
BENCHMARK_CAPTURE(demodulate, bpsk_9600_real_48k, Case{"BPSK", "9600", kReal});
BENCHMARK_CAPTURE(demodulate, bpsk_1200_real_48k, Case{"BPSK", "1200", kReal});
BENCHMARK_CAPTURE(demodulate, bpsk_1200_iq_48k, Case{"BPSK", "1200", kIq});
BENCHMARK_CAPTURE(demodulate, bpsk_9600_iq_250k, Case{"BPSK", "9600", {SampleKind::iq, 250000}});
BENCHMARK_CAPTURE(demodulate, bpsk_500k_iq_1m, Case{"BPSK", "500000", {SampleKind::iq, 1e6}});
BENCHMARK_CAPTURE(demodulate, dbpsk_1200_real_48k, Case{"DBPSK", "1200", kReal});
BENCHMARK_CAPTURE(demodulate, dbpsk_manchester_1200_iq_48k, Case{"DBPSK Manchester", "1200", kIq});

} // namespace
} // namespace telemetry::dsp

BENCHMARK_MAIN();
