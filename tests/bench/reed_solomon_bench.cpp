// SPDX-License-Identifier: GPL-3.0-or-later
// RS(255,223), dual basis: a word, a frame of five interleaved ones, every variant, with so many
// errors in each word. Rates are of information bits (223 of the 255 bytes).
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "telemetry/fec/reed_solomon.h"

namespace telemetry::fec {
namespace {

constexpr int kFrames = 32; ///< different ones, so that branches cannot be learnt by heart

void rate(benchmark::State& state, int words) {
    state.counters["bit/s"] = benchmark::Counter(223. * 8 * words * kFrames,
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

struct Frames {
    std::vector<std::uint8_t> sent;
    std::vector<std::uint8_t> received;
};

Frames make_frames(int depth, int errors) {
    std::mt19937 random(1);
    const InterleavedReedSolomon code(kRs223Dual, depth);
    Frames frames;
    for (int frame = 0; frame < kFrames; ++frame) {
        const auto words = static_cast<std::size_t>(depth);
        std::vector<std::uint8_t> block(255 * words);
        for (std::size_t i = 0; i < 223 * words; ++i)
            block[i] = static_cast<std::uint8_t>(random());
        code.encode(std::span(block).first(223 * words), std::span(block).subspan(223 * words));
        frames.sent.insert(frames.sent.end(), block.begin(), block.end());
        for (std::size_t k = 0; k < words; ++k)
            for (int made = 0; made < errors;) {
                const std::size_t at = random() % 255 * words + k;
                if (block[at] != frames.sent[frames.sent.size() - block.size() + at])
                    continue;
                block[at] ^= static_cast<std::uint8_t>(1 + random() % 255);
                ++made;
            }
        frames.received.insert(frames.received.end(), block.begin(), block.end());
    }
    return frames;
}

void decode(benchmark::State& state, int depth, simd::Level level) {
    const InterleavedReedSolomon code(kRs223Dual, depth, level);
    const Frames frames = make_frames(depth, static_cast<int>(state.range(0)));
    const std::size_t size = 255 * static_cast<std::size_t>(depth);
    auto work = frames.received;
    for (auto _ : state) {
        std::copy(frames.received.begin(), frames.received.end(), work.begin());
        for (std::size_t at = 0; at < work.size(); at += size)
            benchmark::DoNotOptimize(code.decode(std::span(work).subspan(at, size)));
    }
    if (work != frames.sent)
        state.SkipWithError("not mended");
    rate(state, depth);
}

void encode(benchmark::State& state, int depth, simd::Level level) {
    const InterleavedReedSolomon code(kRs223Dual, depth, level);
    auto frames = make_frames(depth, 0).sent;
    const std::size_t data = 223 * static_cast<std::size_t>(depth);
    const std::size_t size = 255 * static_cast<std::size_t>(depth);
    for (auto _ : state)
        for (std::size_t at = 0; at < frames.size(); at += size) {
            const auto block = std::span(frames).subspan(at, size);
            code.encode(block.first(data), block.subspan(data));
            benchmark::ClobberMemory();
        }
    rate(state, depth);
}

[[maybe_unused]] const bool registered = [] {
    for (const auto& variant : rs_variants()) {
        if (!simd::supported(variant.level))
            continue;
        for (const int depth : {1, 5}) {
            const std::string name =
                "/I" + std::to_string(depth) + "/" + std::string(simd::name_of(variant.level));
            benchmark::RegisterBenchmark(("rs_decode" + name).c_str(), decode, depth, variant.level)
                ->Arg(0)
                ->Arg(1)
                ->Arg(8)
                ->Arg(16);
            benchmark::RegisterBenchmark(("rs_encode" + name).c_str(), encode, depth,
                                         variant.level);
        }
    }
    return true;
}();

} // namespace
} // namespace telemetry::fec

BENCHMARK_MAIN();
