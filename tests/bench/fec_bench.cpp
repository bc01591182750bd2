// SPDX-License-Identifier: GPL-3.0-or-later
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <vector>

#include "telemetry/fec/viterbi.h"

namespace telemetry::fec {
namespace {

void viterbi_stream(benchmark::State& state) {
    std::mt19937 random(1);
    std::vector<std::uint8_t> bits(100000);
    for (auto& bit : bits)
        bit = random() & 1;
    std::vector<std::uint8_t> sent;
    ConvolutionalEncoder(kConvolutionalCcsds).encode(bits, sent);
    std::normal_distribution<float> noise(0, 22);
    std::vector<std::int8_t> symbols;
    for (const auto bit : sent)
        symbols.push_back(static_cast<std::int8_t>(
            std::clamp((bit ? 32.F : -32.F) + noise(random), -127.F, 127.F)));
    ViterbiStream stream(kConvolutionalCcsds);
    ViterbiStream::Decoded out;
    for (auto _ : state)
        for (std::span<const std::int8_t> rest(symbols); !rest.empty();) {
            std::size_t taken = 0;
            benchmark::DoNotOptimize(stream.process(rest, taken, out));
            rest = rest.subspan(taken);
        }
    state.counters["bit/s"] = benchmark::Counter(static_cast<double>(bits.size()),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(viterbi_stream);

} // namespace
} // namespace telemetry::fec

BENCHMARK_MAIN();
