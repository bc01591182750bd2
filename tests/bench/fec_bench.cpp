// SPDX-License-Identifier: GPL-3.0-or-later
// Viterbi decoder K=7 rate 1/2, streams and blocks, every variant; Eb/N0 of 3 dB. Rates are of
// information bits.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "telemetry/fec/viterbi.h"

namespace telemetry::fec {
namespace {

constexpr std::size_t kStreamBits = 100000;
constexpr std::size_t kBlockBits = 8920;

/// Terminated.
std::vector<std::int8_t> symbols_of(std::size_t count) {
    std::mt19937 random(1);
    std::vector<std::uint8_t> bits(count);
    for (auto& bit : bits)
        bit = random() & 1;
    std::vector<std::uint8_t> sent;
    ConvolutionalEncoder encoder(kConvolutionalCcsds);
    encoder.encode(bits, sent);
    encoder.terminate(sent);
    std::normal_distribution<float> noise(0, 22);
    std::vector<std::int8_t> symbols;
    for (const auto bit : sent)
        symbols.push_back(static_cast<std::int8_t>(
            std::clamp((bit ? 32.F : -32.F) + noise(random), -127.F, 127.F)));
    return symbols;
}

void rate(benchmark::State& state, std::size_t bits) {
    state.counters["bit/s"] = benchmark::Counter(static_cast<double>(bits),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void stream(benchmark::State& state, simd::Level level) {
    const auto symbols = symbols_of(kStreamBits);
    ViterbiStream decoder(kConvolutionalCcsds, ViterbiStream::kLookAhead, level);
    std::size_t count = 0;
    auto sink = make_sink<DecodedBits>([&](const DecodedBits& bits) { count += bits.count; });
    for (auto _ : state)
        decoder.process(symbols, sink);
    benchmark::DoNotOptimize(count);
    rate(state, kStreamBits);
}

void block(benchmark::State& state, simd::Level level) {
    const auto symbols = symbols_of(kBlockBits);
    ViterbiBlock decoder(kConvolutionalCcsds, kBlockBits + 6, level);
    std::vector<std::uint8_t> bytes((kBlockBits + 6 + 7) / 8);
    for (auto _ : state)
        benchmark::DoNotOptimize(decoder.decode_packed(symbols, bytes));
    rate(state, kBlockBits);
}

[[maybe_unused]] const bool registered = [] {
    for (const auto level : {simd::Level::generic, simd::Level::avx2, simd::Level::avx512}) {
        if (!simd::supported(level))
            continue;
        const std::string name(simd::name_of(level));
        benchmark::RegisterBenchmark(("viterbi_stream/" + name).c_str(), stream, level);
        benchmark::RegisterBenchmark(("viterbi_block/" + name).c_str(), block, level);
    }
    return true;
}();

} // namespace
} // namespace telemetry::fec

BENCHMARK_MAIN();
