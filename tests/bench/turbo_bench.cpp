// SPDX-License-Identifier: GPL-3.0-or-later
// Speed of the turbo codes, in information bits: every variant at ten iterations, and the usual way
// of working (early stop), at an Eb/N0 where about one block in a thousand is lost.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "telemetry/fec/turbo.h"

namespace telemetry::fec {
namespace {

constexpr std::size_t kBlocks = 8;
constexpr std::array kRates = {"1/2", "1/3", "1/4", "1/6"};
constexpr std::array kEbN0Db = {1.4, 0.7, 0.5, 0.15}; ///< of 1784 bits

std::vector<std::int8_t> noisy_blocks(const TurboCode& code) {
    std::mt19937 random(1);
    const double es_n0_db = kEbN0Db[static_cast<std::size_t>(code.rate)] -
                            10 * std::log10(static_cast<double>(code.symbols_per_bit()));
    std::normal_distribution<float> noise(
        0, static_cast<float>(32 * std::sqrt(0.5 / std::pow(10, es_n0_db / 10))));
    TurboEncoder encoder(code);
    std::vector<std::uint8_t> bytes(code.bytes());
    std::vector<std::uint8_t> sent;
    for (std::size_t block = 0; block < kBlocks; ++block) {
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(random());
        encoder.encode(bytes, sent);
    }
    std::vector<std::int8_t> symbols;
    for (const auto bit : sent)
        symbols.push_back(static_cast<std::int8_t>(
            std::clamp(std::nearbyint((bit ? 32.F : -32.F) + noise(random)), -127.F, 127.F)));
    return symbols;
}

void rate(benchmark::State& state, const TurboCode& code) {
    state.counters["bit/s"] = benchmark::Counter(static_cast<double>(code.information_bits),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void decode(benchmark::State& state, const TurboCode& code, const TurboOptions& options) {
    const auto symbols = noisy_blocks(code);
    TurboDecoder decoder(code, options);
    std::vector<std::uint8_t> bytes(code.bytes());
    std::size_t next = 0;
    double iterations = 0;
    for (auto _ : state) {
        iterations +=
            decoder
                .decode(std::span(symbols).subspan(next % kBlocks * code.symbols(), code.symbols()),
                        bytes)
                .iterations;
        ++next;
        benchmark::DoNotOptimize(bytes.data());
    }
    rate(state, code);
    state.counters["iterations"] = iterations / static_cast<double>(next);
}

void encode(benchmark::State& state, const TurboCode& code) {
    TurboEncoder encoder(code);
    const std::vector<std::uint8_t> bytes(code.bytes(), 0x5a);
    std::vector<std::uint8_t> symbols;
    for (auto _ : state) {
        symbols.clear();
        encoder.encode(bytes, symbols);
        benchmark::DoNotOptimize(symbols.data());
    }
    rate(state, code);
}

void register_all() {
    for (const char* code_rate : kRates)
        for (const auto bits : kTurboInformationBits) {
            const TurboCode code = find_turbo_code(code_rate, bits).value();
            const std::string name = std::string(code_rate) + " " + std::to_string(bits);
            for (const auto level :
                 {simd::Level::generic, simd::Level::avx2, simd::Level::avx512}) {
                if (!simd::supported(level))
                    continue;
                const std::string variant = name + "/" + std::string(simd::name_of(level));
                benchmark::RegisterBenchmark(
                    ("turbo_10_iterations/" + variant).c_str(), decode, code,
                    TurboOptions{.stop = TurboStop::after_all_iterations, .level = level});
                benchmark::RegisterBenchmark(("turbo_early_stop/" + variant).c_str(), decode, code,
                                             TurboOptions{.level = level});
            }
            benchmark::RegisterBenchmark(("turbo_encode/" + name).c_str(), encode, code);
        }
}

} // namespace
} // namespace telemetry::fec

int main(int argc, char** argv) {
    telemetry::fec::register_all();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
