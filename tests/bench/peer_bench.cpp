// SPDX-License-Identifier: GPL-3.0-or-later
// What others need for the same work, as far as Debian packages them as libraries: libfec,
// liquid-dsp, zlib, IT++. tests/bench/report puts it beside ours; Volk's K=7 kernel is in
// viterbi_bench.cpp, GNU Radio's blocks are measured by peer_gnuradio.py.
#include <benchmark/benchmark.h>
#include <zlib.h>

#include <algorithm>
#include <random>
#include <vector>

#include "telemetry/fec/convolutional.h"
#include "telemetry/fec/reed_solomon.h"

#if defined(TELEMETRY_PEER_LIBFEC)
extern "C" {
#include <fec.h>
}
#endif
#if defined(TELEMETRY_PEER_LIQUID)
#include <liquid/liquid.h>
#endif
#if defined(TELEMETRY_PEER_ITPP)
#include <itpp/itcomm.h>

#include "telemetry/fec/ldpc_code.h"
#include "telemetry/fec/turbo.h"
#endif

namespace telemetry::bench {
namespace {

void rate(benchmark::State& state, double bits) {
    state.counters["bit/s"] =
        benchmark::Counter(bits, benchmark::Counter::kIsIterationInvariantRate);
}

void zlib_crc32(benchmark::State& state) {
    const std::vector<std::uint8_t> bytes(65536, 0x5a);
    for (auto _ : state)
        benchmark::DoNotOptimize(crc32_z(0, bytes.data(), bytes.size()));
    rate(state, 8. * 65536);
}
BENCHMARK(zlib_crc32);

#if defined(TELEMETRY_PEER_LIBFEC)
/// Symbols of 0 to 255 as these decoders take them, at the noise of Eb/N0 = 3 dB.
std::vector<unsigned char> convolutional_symbols(std::size_t bits) {
    std::mt19937 random(1);
    std::vector<std::uint8_t> data(bits);
    for (auto& bit : data)
        bit = random() & 1;
    std::vector<std::uint8_t> sent;
    fec::ConvolutionalEncoder encoder(fec::kConvolutionalCcsds);
    encoder.encode(data, sent);
    encoder.terminate(sent);
    std::normal_distribution<float> noise(0, 22);
    std::vector<unsigned char> symbols;
    for (const auto bit : sent)
        symbols.push_back(static_cast<unsigned char>(
            std::clamp(127.5F + (bit ? 32.F : -32.F) + noise(random), 0.F, 255.F)));
    return symbols;
}

constexpr std::size_t kViterbiBits = 8192;

void libfec_viterbi(benchmark::State& state) {
    auto symbols = convolutional_symbols(kViterbiBits);
    void* decoder = create_viterbi27(kViterbiBits);
    std::vector<unsigned char> bytes(kViterbiBits / 8);
    for (auto _ : state) {
        init_viterbi27(decoder, 0);
        update_viterbi27_blk(decoder, symbols.data(), kViterbiBits + 6);
        chainback_viterbi27(decoder, bytes.data(), kViterbiBits, 0);
        benchmark::DoNotOptimize(bytes.data());
    }
    delete_viterbi27(decoder);
    rate(state, kViterbiBits);
}
BENCHMARK(libfec_viterbi);

void libfec_reed_solomon(benchmark::State& state) {
    constexpr int kWords = 32; // different ones, so that branches cannot be learnt by heart
    std::mt19937 random(1);
    const fec::InterleavedReedSolomon code(fec::kRs223Dual, 1);
    std::vector<std::uint8_t> received(255 * kWords);
    for (auto& byte : received)
        byte = static_cast<std::uint8_t>(random());
    for (std::size_t word = 0; word < kWords; ++word) {
        const auto block = std::span(received).subspan(255 * word, 255);
        code.encode(block.first(223), block.subspan(223));
        for (int error = 0; error < state.range(0); ++error)
            block[random() % 255] ^= static_cast<std::uint8_t>(1 + random() % 255);
    }
    auto work = received;
    for (auto _ : state) {
        work = received;
        for (std::size_t word = 0; word < kWords; ++word)
            benchmark::DoNotOptimize(decode_rs_ccsds(&work[255 * word], nullptr, 0, 0));
    }
    rate(state, 223. * 8 * kWords);
}
BENCHMARK(libfec_reed_solomon)->Arg(0)->Arg(8)->Arg(16);
#endif

#if defined(TELEMETRY_PEER_LIQUID)
void liquid_crc(benchmark::State& state, crc_scheme scheme) {
    std::vector<unsigned char> bytes(65536, 0x5a);
    for (auto _ : state)
        benchmark::DoNotOptimize(
            crc_generate_key(scheme, bytes.data(), static_cast<unsigned>(bytes.size())));
    rate(state, 8. * 65536);
}
BENCHMARK_CAPTURE(liquid_crc, 16, LIQUID_CRC_16);
BENCHMARK_CAPTURE(liquid_crc, 32, LIQUID_CRC_32);
#endif

#if defined(TELEMETRY_PEER_ITPP)
/// The component codes and the permutation of CCSDS; the tails are sent in IT++'s own manner.
void itpp_turbo(benchmark::State& state) {
    const auto bits = static_cast<int>(state.range(0));
    const auto permutation = fec::turbo_permutation(static_cast<std::size_t>(bits));
    itpp::ivec interleaver(bits);
    for (int at = 0; at < bits; ++at)
        interleaver[at] = permutation[static_cast<std::size_t>(at)];
    itpp::ivec generators(2);
    generators[0] = 023;
    generators[1] = 033;
    itpp::Turbo_Codec codec;
    codec.set_parameters(generators, generators, 5, interleaver, 10, "LOGMAX", 0.75, false);
    codec.set_awgn_channel_parameters(1, 2.5); // Eb/N0 of 0.8 dB
    itpp::RNG_reset(1);
    itpp::bvec sent;
    codec.encode(itpp::randb(bits), sent);
    const itpp::vec received =
        itpp::to_vec(1 - 2 * itpp::to_ivec(sent)) + std::sqrt(1.25) * itpp::randn(sent.size());
    itpp::bvec decoded;
    for (auto _ : state) {
        codec.decode(received, decoded);
        benchmark::DoNotOptimize(decoded);
    }
    rate(state, bits);
}
BENCHMARK(itpp_turbo)->Arg(1784);

/// Belief propagation with its quickest arithmetic, the all-zero word with noise.
void itpp_ldpc(benchmark::State& state, const char* name) {
    const fec::LdpcCode& code = *fec::find_ldpc_code(name);
    const auto matrix = fec::ldpc_matrix(code);
    itpp::LDPC_Parity parity(code.checks(), code.variables());
    for (const auto& circulant : matrix)
        for (int row = 0; row < code.circulant; ++row)
            parity.set(circulant.row * code.circulant + row,
                       circulant.column * code.circulant + (row + circulant.shift) % code.circulant,
                       1);
    itpp::LDPC_Code decoder(&parity, nullptr, false);
    decoder.set_exit_conditions(10, false, false);
    decoder.set_llrcalc(itpp::LLR_calc_unit(12, 0, 7));
    itpp::RNG_reset(1);
    itpp::vec ratios = 2 + 2 * itpp::randn(code.variables());
    for (int at = code.fill_bits + code.n - code.padding; at < code.variables(); ++at)
        ratios[at] = 0; // not sent
    const itpp::QLLRvec in = decoder.get_llrcalc().to_qllr(ratios);
    itpp::QLLRvec out;
    for (auto _ : state) {
        decoder.bp_decode(in, out);
        benchmark::DoNotOptimize(out);
    }
    rate(state, code.k);
}
BENCHMARK_CAPTURE(itpp_ldpc, 1024, "ar4ja-1/2-1024");
BENCHMARK_CAPTURE(itpp_ldpc, 8160, "c2-8160");
#endif

} // namespace
} // namespace telemetry::bench

BENCHMARK_MAIN();
