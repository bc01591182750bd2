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
#include "telemetry/framing/frame_synchronizer.h"
#include "telemetry/framing/hdlc.h"
#include "telemetry/framing/sync_search_soft.h"

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

void counted(benchmark::State& state, const char* what, std::size_t count) {
    state.counters[what] = benchmark::Counter(static_cast<double>(count),
                                              benchmark::Counter::kIsIterationInvariantRate);
}

/// Packed bits and soft symbols without a marker in them, from the second level of cache.
void hard_search(benchmark::State& state, const SyncPattern& marker, int threshold,
                 simd::Level level) {
    std::mt19937 random(1);
    std::vector<std::uint8_t> bytes(1 << 16);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    const SyncSearch search(marker, threshold, level);
    const std::size_t places = 8 * bytes.size() - static_cast<std::size_t>(marker.length) + 1;
    std::size_t found = 0;
    for (auto _ : state)
        search.search(bytes, 0, places, [&](const SyncHit&) { ++found; });
    benchmark::DoNotOptimize(found);
    counted(state, "bit/s", places);
}

void soft_search(benchmark::State& state, const SyncPattern& marker, const SoftSyncLimits& limits,
                 simd::Level level) {
    const auto symbols = noise(1 << 18);
    const SoftSyncSearch search(marker, limits, level);
    const std::size_t places = symbols.size() - static_cast<std::size_t>(marker.length) + 1;
    std::size_t found = 0;
    for (auto _ : state)
        search.search(symbols, 0, places, [&](const SoftSyncHit&) { ++found; });
    benchmark::DoNotOptimize(found);
    counted(state, "symbol/s", places);
}

/// CADUs of 1279 bytes back to back, one bit in a thousand wrong.
void synchronizer(benchmark::State& state) {
    std::mt19937 random(1);
    std::vector<std::uint8_t> stream;
    for (int i = 0; i < 200; ++i) {
        stream.insert(stream.end(), kMarker32.bytes.begin(), kMarker32.bytes.end());
        for (int k = 0; k < 1275; ++k)
            stream.push_back(static_cast<std::uint8_t>(random()));
    }
    for (std::size_t i = 0; i < stream.size() / 125; ++i)
        stream[random() % stream.size()] ^= static_cast<std::uint8_t>(1 << random() % 8);
    FrameSynchronizerOptions options;
    options.frame_bits = 8 * 1275;
    FrameSynchronizer synchronizer(options);
    struct IgnoreFrames final : Sink<LocatedFrame> {
        void accept(const LocatedFrame&) noexcept override {}
    } ignore;
    for (auto _ : state)
        synchronizer.process(stream, ignore);
    counted(state, "bit/s", 8 * stream.size());
}

/// The levels of g3ruh_frames(), packed: NRZI, descrambler, flags, destuffing and CRC.
void packed_hdlc(benchmark::State& state, const std::vector<std::int8_t>& symbols,
                 simd::Level level) {
    std::vector<std::uint8_t> packed(symbols.size() / 8);
    fec::SignPacker{}(std::span(symbols).first(8 * packed.size()), packed);
    HdlcBitDeframer deframer(HdlcScrambling::g3ruh, level);
    Ignore ignore;
    for (auto _ : state)
        deframer.process(packed, ignore);
    counted(state, "bit/s", 8 * packed.size());
}

void register_variants() {
    for (const auto level :
         {simd::Level::generic, simd::Level::avx2, simd::Level::avx512, simd::Level::avx512icl}) {
        if (!simd::supported(level) || level > simd::chosen_level())
            continue;
        const std::string name = "/" + std::string(simd::name_of(level));
        benchmark::RegisterBenchmark(
            ("AX.25 G3RUH packed frames" + name).c_str(),
            [level](auto& state) { packed_hdlc(state, g3ruh_frames(400), level); });
        benchmark::RegisterBenchmark(
            ("AX.25 G3RUH packed noise" + name).c_str(),
            [level](auto& state) { packed_hdlc(state, noise(1 << 20), level); });
        benchmark::RegisterBenchmark(
            ("sync hard 32 bit, 4 errors" + name).c_str(),
            [level](auto& state) { hard_search(state, pattern_of(kMarker32), 4, level); });
        benchmark::RegisterBenchmark(
            ("sync hard 64 bit, 8 errors" + name).c_str(),
            [level](auto& state) { hard_search(state, pattern_of(kMarker64), 8, level); });
        benchmark::RegisterBenchmark(
            ("sync hard 192 bit, 40 errors" + name).c_str(),
            [level](auto& state) { hard_search(state, pattern_of(kMarker192), 40, level); });
        benchmark::RegisterBenchmark(("sync soft 32 bit, 8 wrong, 70 %" + name).c_str(),
                                     [level](auto& state) {
                                         soft_search(state, pattern_of(kMarker32), {8, 70}, level);
                                     });
    }
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
    benchmark::RegisterBenchmark("frame synchroniser, CADUs of 1279 bytes", synchronizer);
    register_variants();
    benchmark::RunSpecifiedBenchmarks();
}
