// SPDX-License-Identifier: GPL-3.0-or-later
// Randomisers on a block of five code words, and the packed descrambler with and without NRZI.
#include <benchmark/benchmark.h>

#include <vector>

#include "telemetry/fec/line_code.h"
#include "telemetry/fec/scrambler.h"

namespace telemetry::fec {
namespace {

void rate(benchmark::State& state, std::size_t bits) {
    state.counters["bit/s"] = benchmark::Counter(static_cast<double>(bits),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void randomize(benchmark::State& state, const SequenceSpec& spec) {
    const AdditiveScrambler scrambler(spec);
    std::vector<std::uint8_t> block(1275);
    for (auto _ : state) {
        scrambler.apply(block);
        benchmark::ClobberMemory();
    }
    rate(state, block.size() * 8);
}
BENCHMARK_CAPTURE(randomize, ccsds, kCcsdsTmSequence);
BENCHMARK_CAPTURE(randomize, ccsds_long, kCcsdsTmLongSequence);

void descramble_g3ruh(benchmark::State& state) {
    G3ruhDescrambler descrambler;
    std::vector<std::uint64_t> words(1024);
    for (auto _ : state) {
        descrambler.descramble(words, words.data());
        benchmark::ClobberMemory();
    }
    rate(state, words.size() * 64);
}
BENCHMARK(descramble_g3ruh);

void nrzi_and_descramble_g3ruh(benchmark::State& state) {
    DifferentialDecoder nrzi(Transition::on_zero);
    G3ruhDescrambler descrambler;
    std::vector<std::uint64_t> words(1024);
    for (auto _ : state) {
        for (auto& word : words)
            word = descrambler.descramble_word(nrzi.decode_word(word));
        benchmark::ClobberMemory();
    }
    rate(state, words.size() * 64);
}
BENCHMARK(nrzi_and_descramble_g3ruh);

} // namespace
} // namespace telemetry::fec

BENCHMARK_MAIN();
