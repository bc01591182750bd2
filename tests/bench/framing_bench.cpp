// SPDX-License-Identifier: GPL-3.0-or-later
// Symbols a second through every deframer, on noise and on frames back to back.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "telemetry/fec/hdlc.h"
#include "telemetry/fec/line_code.h"
#include "telemetry/fec/scrambler.h"
#include "telemetry/framing/deframer.h"

namespace telemetry::framing {
namespace {

std::vector<std::int8_t> noise(std::size_t count) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 32);
    std::vector<std::int8_t> symbols(count);
    for (auto& symbol : symbols)
        symbol = static_cast<std::int8_t>(std::clamp(normal(random), -127.F, 127.F));
    return symbols;
}

/// AX.25 G3RUH frames of 256 bytes with a flag between them.
std::vector<std::int8_t> g3ruh_frames(std::size_t frames) {
    std::mt19937 random(2);
    std::vector<std::uint8_t> bits;
    for (std::size_t i = 0; i < frames; ++i) {
        std::vector<std::uint8_t> bytes(256);
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(random());
        fec::hdlc_flags(1, bits);
        fec::hdlc_encode(bytes, bits);
    }
    fec::G3ruhScrambler scrambler;
    fec::DifferentialEncoder nrzi(fec::Transition::on_zero);
    std::vector<std::int8_t> symbols;
    for (const auto bit : bits)
        symbols.push_back(nrzi.encode(scrambler.scramble(bit)) ? 32 : -32);
    return symbols;
}

struct Ignore final : Sink<Frame> {
    void accept(const Frame&) noexcept override {}
};

void run(benchmark::State& state, const DeframerEntry& entry,
         const std::vector<std::int8_t>& symbols) {
    const auto settings = read_settings_from(entry.fields, {});
    const auto deframer = entry.make(*settings);
    Ignore ignore;
    SoftSymbols block;
    block.samples_per_symbol = 5;
    for (auto _ : state)
        for (std::size_t at = 0; at < symbols.size(); at += 1024) {
            block.values =
                std::span(symbols).subspan(at, std::min<std::size_t>(1024, symbols.size() - at));
            (*deframer)->process(block, ignore);
            block.first_position += 5.0 * static_cast<double>(block.values.size());
        }
    state.counters["symbol/s"] = benchmark::Counter(static_cast<double>(symbols.size()),
                                                    benchmark::Counter::kIsIterationInvariantRate);
}

} // namespace
} // namespace telemetry::framing

int main(int argc, char** argv) {
    using namespace telemetry::framing;
    benchmark::Initialize(&argc, argv);
    static const auto silent = noise(1 << 20);
    static const auto busy = g3ruh_frames(400);
    for (const DeframerEntry& entry : deframers())
        benchmark::RegisterBenchmark(
            (std::string(entry.name) + " noise").c_str(),
            [&entry](benchmark::State& state) { run(state, entry, silent); });
    benchmark::RegisterBenchmark("AX.25 G3RUH frames", [](benchmark::State& state) {
        run(state, *find_deframer("AX.25 G3RUH"), busy);
    });
    benchmark::RunSpecifiedBenchmarks();
}
