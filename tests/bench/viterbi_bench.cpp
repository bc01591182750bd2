// SPDX-License-Identifier: GPL-3.0-or-later
// Speed of the convolutional codes, in information bits: streams, blocks, punctured streams and the
// node synchroniser, every variant, at an Eb/N0 near 3 dB; and add-compare-select alone, by Volk.
#include <benchmark/benchmark.h>
#include <volk/volk.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "telemetry/fec/node_synchronizer.h"
#include "telemetry/fec/puncturing.h"
#include "telemetry/fec/viterbi.h"

namespace telemetry::fec {
namespace {

constexpr std::size_t kStreamBits = 98304;
constexpr std::size_t kBlockBits = 8920; ///< without the tail
constexpr std::size_t kTail = 6;

struct Rate {
    const char* name;
    PuncturedCode code;
    double eb_n0_db;
};

const Rate kRates[] = {
    {"1/2", kConvolutionalCcsds, 3},
    {"3/4", {kConvolutionalCcsdsUninverted, kPuncturing34}, 4},
    {"7/8", {kConvolutionalCcsdsUninverted, kPuncturing78}, 5.5},
};

/// `bits` random ones and a tail, coded and noisy.
std::vector<std::int8_t> noisy_symbols(const PuncturedCode& code, double eb_n0_db,
                                       std::size_t bits) {
    std::mt19937 random(1);
    std::vector<std::uint8_t> data(bits);
    for (auto& bit : data)
        bit = random() & 1;
    std::vector<std::uint8_t> mother;
    ConvolutionalEncoder encoder(code.code);
    encoder.encode(data, mother);
    encoder.terminate(mother);
    std::vector<std::uint8_t> sent;
    Puncturer(code.puncturing).puncture(mother, sent);
    const double rate = static_cast<double>(bits) / static_cast<double>(sent.size());
    std::normal_distribution<float> noise(
        0, static_cast<float>(32 * std::sqrt(0.5 / rate / std::pow(10, eb_n0_db / 10))));
    std::vector<std::int8_t> symbols;
    for (const auto bit : sent)
        symbols.push_back(static_cast<std::int8_t>(
            std::clamp(std::nearbyint((bit ? 32.F : -32.F) + noise(random)), -127.F, 127.F)));
    return symbols;
}

void rate(benchmark::State& state, std::size_t bits) {
    state.counters["bit/s"] = benchmark::Counter(static_cast<double>(bits),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

template <class Item>
auto discarding_sink() {
    return make_sink<Item>([](const Item& item) { benchmark::DoNotOptimize(&item); });
}

void stream(benchmark::State& state, const ConvolutionalCode& code, simd::Level level) {
    const auto symbols = noisy_symbols(code, 3, kStreamBits);
    ViterbiStream decoder(code, ViterbiStream::kLookAhead, level);
    auto sink = discarding_sink<DecodedBits>();
    for (auto _ : state)
        decoder.process(symbols, sink);
    rate(state, kStreamBits);
}

void punctured_stream(benchmark::State& state, const Rate& spec, simd::Level level) {
    const auto sent = noisy_symbols(spec.code, spec.eb_n0_db, kStreamBits);
    const Puncturing& puncturing = spec.code.puncturing;
    Depuncturer depuncturer(puncturing);
    std::vector<std::int8_t> symbols(4096);
    ViterbiStream decoder(spec.code.code,
                          punctured_look_ahead(puncturing.period(), puncturing.kept()), level);
    auto sink = discarding_sink<DecodedBits>();
    for (auto _ : state)
        for (std::span<const std::int8_t> rest(sent); !rest.empty();) {
            std::size_t written = 0;
            rest = rest.subspan(depuncturer.depuncture(rest, symbols, written));
            decoder.process(std::span(symbols).first(written), sink);
        }
    rate(state, kStreamBits);
}

void block(benchmark::State& state, simd::Level level) {
    const auto symbols = noisy_symbols(kConvolutionalCcsds, 3, kBlockBits);
    ViterbiBlock decoder(kConvolutionalCcsds, kBlockBits + kTail, level);
    std::vector<std::uint8_t> bytes((kBlockBits + kTail + 7) / 8);
    for (auto _ : state)
        benchmark::DoNotOptimize(decoder.decode_packed(symbols, bytes));
    rate(state, kBlockBits);
}

void node_synchronizer(benchmark::State& state, const Rate& spec, simd::Level level) {
    const auto symbols = noisy_symbols(spec.code, spec.eb_n0_db, kStreamBits);
    NodeSynchronizer synchronizer(
        {.code = spec.code.code, .puncturing = spec.code.puncturing, .limit = level});
    auto sink = discarding_sink<SynchronizedBits>();
    for (auto _ : state)
        synchronizer.process(symbols, sink);
    rate(state, kStreamBits);
}

/// Add-compare-select as GNU Radio's cc_decoder calls it; nothing is traced back.
void volk_k7_kernel(benchmark::State& state) {
    const auto soft = noisy_symbols(kConvolutionalCcsds, 3, kBlockBits);
    constexpr std::array<unsigned, 2> kTaps{0x4f, 0x6d};
    alignas(64) std::array<unsigned char, 64> branches;
    for (unsigned output = 0; output < 2; ++output)
        for (unsigned pair = 0; pair < 32; ++pair)
            branches[output * 32 + pair] =
                std::popcount(2 * pair & kTaps[output]) % 2 != static_cast<int>(output) ? 255 : 0;
    alignas(64) std::array<unsigned char, 64> even{};
    alignas(64) std::array<unsigned char, 64> odd{};
    auto* decisions =
        static_cast<unsigned char*>(volk_malloc(8 * (kBlockBits + 8), volk_get_alignment()));
    auto* symbols =
        static_cast<unsigned char*>(volk_malloc(soft.size() + 64, volk_get_alignment()));
    std::ranges::transform(soft, symbols,
                           [](int x) { return static_cast<unsigned char>(x + 128); });
    for (auto _ : state) {
        volk_8u_x4_conv_k7_r2_8u(odd.data(), even.data(), symbols, decisions, kBlockBits, kTail,
                                 branches.data());
        benchmark::ClobberMemory();
    }
    volk_free(decisions);
    volk_free(symbols);
    rate(state, kBlockBits);
}

template <class Function>
void add(const std::string& name, const Function& function) {
    benchmark::RegisterBenchmark(name.c_str(), function);
}

void register_all() {
    for (const simd::Level level : {simd::Level::generic, simd::Level::avx2, simd::Level::avx512}) {
        if (!simd::supported(level))
            continue;
        const std::string variant = '/' + std::string(simd::name_of(level));
        add("viterbi_stream" + variant,
            [level](benchmark::State& state) { stream(state, kConvolutionalCcsds, level); });
        add("viterbi_block" + variant, [level](benchmark::State& state) { block(state, level); });
        for (const Rate& spec : kRates) {
            if (spec.code.puncturing.period() > 1)
                add(std::string("viterbi_punctured/") + spec.name + variant,
                    [&spec, level](benchmark::State& state) {
                        punctured_stream(state, spec, level);
                    });
            add(std::string("node_synchronizer/") + spec.name + variant,
                [&spec, level](benchmark::State& state) { node_synchronizer(state, spec, level); });
        }
    }
    add("viterbi_stream/K=7 1/3",
        [](benchmark::State& state) { stream(state, kConvolutionalThird, simd::Level::generic); });
    add("viterbi_stream/K=9 1/2",
        [](benchmark::State& state) { stream(state, kConvolutionalK9Half, simd::Level::generic); });
    add("volk_k7_kernel", volk_k7_kernel);
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
