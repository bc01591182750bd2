// SPDX-License-Identifier: GPL-3.0-or-later
// Speed of the LDPC codes, in information bits: every variant at ten iterations, and the usual way
// of working (early stop) at an Eb/N0 where about one word in a hundred is lost.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "telemetry/fec/ldpc_decoder.h"
#include "telemetry/fec/ldpc_encoder.h"

namespace telemetry::fec {
namespace {

constexpr int kWords = 16;

double usual_eb_n0_db(const LdpcCode& code) {
    if (code.family == LdpcFamily::c2)
        return 3.8;
    if (code.family == LdpcFamily::telecommand)
        return code.n == 128 ? 4.4 : 3.4;
    const double rate = static_cast<double>(code.k) / code.n;
    return (rate < 0.6   ? 1.1
            : rate < 0.7 ? 1.9
                         : 2.9) +
           (code.k == 1024   ? 0.5
            : code.k == 4096 ? 0
                             : -0.15);
}

std::vector<std::int8_t> noisy_words(const LdpcCode& code) {
    std::mt19937_64 random(1);
    const double rate = static_cast<double>(code.k) / code.n;
    std::normal_distribution<double> noise(
        0, std::sqrt(0.5 / (rate * std::pow(10, usual_eb_n0_db(code) / 10))));
    const LdpcEncoder encoder(code);
    std::vector<std::uint8_t> data(static_cast<std::size_t>(code.k / 8));
    std::vector<std::uint8_t> word(static_cast<std::size_t>(code.n / 8));
    std::vector<std::int8_t> symbols;
    for (int i = 0; i < kWords; ++i) {
        for (auto& byte : data)
            byte = static_cast<std::uint8_t>(random());
        encoder.encode(data, word);
        for (int bit = 0; bit < code.n; ++bit) {
            const double sent =
                word[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1 ? 1 : -1;
            symbols.push_back(static_cast<std::int8_t>(
                std::clamp(std::lround(30 * (sent + noise(random))), -127L, 127L)));
        }
    }
    return symbols;
}

void decode(benchmark::State& state, const LdpcCode& code, const LdpcOptions& options) {
    const auto symbols = noisy_words(code);
    LdpcDecoder decoder(code, options);
    std::vector<std::uint8_t> data(static_cast<std::size_t>(code.k / 8));
    const auto n = static_cast<std::size_t>(code.n);
    std::size_t next = 0;
    double iterations = 0;
    for (auto _ : state) {
        const LdpcOutcome outcome =
            decoder.decode(std::span(symbols).subspan(next % kWords * n, n), data);
        iterations += outcome.iterations;
        ++next;
        benchmark::DoNotOptimize(data.data());
    }
    state.counters["bit/s"] =
        benchmark::Counter(code.k, benchmark::Counter::kIsIterationInvariantRate);
    state.counters["iterations"] = iterations / static_cast<double>(next);
}

void encode(benchmark::State& state, const LdpcCode& code) {
    const LdpcEncoder encoder(code);
    const std::vector<std::uint8_t> data(static_cast<std::size_t>(code.k / 8), 0x5a);
    std::vector<std::uint8_t> word(static_cast<std::size_t>(code.n / 8));
    for (auto _ : state) {
        encoder.encode(data, word);
        benchmark::DoNotOptimize(word.data());
    }
    state.counters["bit/s"] =
        benchmark::Counter(code.k, benchmark::Counter::kIsIterationInvariantRate);
}

void register_all() {
    for (const LdpcCode& code : kLdpcCodes) {
        const std::string name(code.name);
        for (const simd::Level level :
             {simd::Level::generic, simd::Level::avx2, simd::Level::avx512icl}) {
            if (!simd::supported(level))
                continue;
            const std::string variant = name + '/' + std::string(simd::name_of(level));
            benchmark::RegisterBenchmark(
                ("ldpc_10_iterations/" + variant).c_str(), [&code, level](benchmark::State& state) {
                    decode(state, code,
                           {.max_iterations = 10, .stop = LdpcStop::never, .level = level});
                });
            benchmark::RegisterBenchmark(
                ("ldpc_early_stop/" + variant).c_str(),
                [&code, level](benchmark::State& state) { decode(state, code, {.level = level}); });
        }
        benchmark::RegisterBenchmark(("ldpc_encode/" + name).c_str(),
                                     [&code](benchmark::State& state) { encode(state, code); });
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
