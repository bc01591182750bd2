// SPDX-License-Identifier: GPL-3.0-or-later
// CRC of a telemetry frame and of a long message, every variant, beside zlib's CRC-32.
#include <benchmark/benchmark.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "telemetry/fec/crc.h"

namespace telemetry::fec {
namespace {

void rate(benchmark::State& state) {
    state.counters["bit/s"] = benchmark::Counter(static_cast<double>(state.range(0) * 8),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void crc(benchmark::State& state, const CrcSpec& spec, simd::Level level) {
    const Crc code(spec, level);
    const std::vector<std::uint8_t> bytes(static_cast<std::size_t>(state.range(0)), 0x5a);
    for (auto _ : state)
        benchmark::DoNotOptimize(code(bytes));
    rate(state);
}

void zlib_crc32(benchmark::State& state) {
    const std::vector<std::uint8_t> bytes(static_cast<std::size_t>(state.range(0)), 0x5a);
    for (auto _ : state)
        benchmark::DoNotOptimize(crc32_z(0, bytes.data(), bytes.size()));
    rate(state);
}
BENCHMARK(zlib_crc32)->Arg(1115)->Arg(65536);

[[maybe_unused]] const bool registered = [] {
    for (const auto& variant : crc_variants()) {
        if (!simd::supported(variant.level))
            continue;
        const std::string level(simd::name_of(variant.level));
        for (const auto& [name, spec] :
             {std::pair{"crc16_ccsds", kCrc16False}, {"crc16_x25", kCrc16X25}, {"crc32", kCrc32}})
            benchmark::RegisterBenchmark((std::string(name) + "/" + level).c_str(), crc, spec,
                                         variant.level)
                ->Arg(1115)
                ->Arg(65536);
    }
    return true;
}();

} // namespace
} // namespace telemetry::fec

BENCHMARK_MAIN();
