// SPDX-License-Identifier: GPL-3.0-or-later
// The whole CCSDS chain behind a demodulator: int8 soft symbols to packets, at the instruction set
// that TELEMETRY_SIMD names. Rates are of frames' bits. Frames of 1115 octets, five interleaved
// Reed-Solomon words, K=7 convolutional code.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "telemetry/framing/deframer.h"
#include "telemetry/modem/modulator.h"
#include "telemetry/packet/packet_receiver.h"

namespace telemetry {
namespace {

constexpr std::size_t kFrameBytes = 1115;
constexpr std::size_t kFrames = 100;
constexpr std::size_t kBlock = 8192; ///< symbols that a demodulator yields at a time

/// A TM frame of virtual channel 0 that one packet fills.
std::vector<std::uint8_t> tm_frame(std::size_t count, std::mt19937& random) {
    const auto octet = [](std::size_t value) { return static_cast<std::uint8_t>(value); };
    constexpr std::size_t kData = kFrameBytes - 12;
    std::vector<std::uint8_t> frame{0x12,
                                    0x30,
                                    octet(count),
                                    octet(count),
                                    0x18,
                                    0,
                                    0x00,
                                    42,
                                    octet(0xc0 | count >> 8),
                                    octet(count),
                                    octet((kData - 1) >> 8),
                                    octet(kData - 1)};
    while (frame.size() < kFrameBytes)
        frame.push_back(octet(random()));
    return frame;
}

struct Packets final : Sink<packet::Packet>, Sink<packet::LinkEvent> {
    std::size_t count = 0;
    void accept(const packet::Packet&) noexcept override { ++count; }
    void accept(const packet::LinkEvent&) noexcept override {}
};

struct Frames final : Sink<Frame> {
    packet::PacketReceiver& receiver;
    Packets& packets;
    Frames(packet::PacketReceiver& to, Packets& sink) : receiver(to), packets(sink) {}
    void accept(const Frame& frame) noexcept override { receiver.process(frame, packets); }
};

/// range(0): Eb/N0 in tenths of a dB.
void concatenated_i5(benchmark::State& state) {
    constexpr const char* kFraming = "CCSDS Concatenated";
    const auto* entry = framing::find_deframer(kFraming);
    const auto settings =
        read_settings_from(entry->fields, {{"frame_size", "1115"}, {"rs_interleaving", "5"}});
    const auto framer = modem::make_framer(kFraming, *settings);
    std::mt19937 random(1);
    std::vector<std::uint8_t> bits;
    for (std::size_t count = 0; count < kFrames; ++count)
        (*framer)->frame(tm_frame(count, random), bits);
    const double es_n0_db =
        static_cast<double>(state.range(0)) / 10 +
        10 * std::log10(8. * kFrameBytes * kFrames / static_cast<double>(bits.size()));
    std::normal_distribution<float> noise(
        0, static_cast<float>(32 * std::sqrt(0.5 / std::pow(10, es_n0_db / 10))));
    (*framer)->idle(1024, bits);
    std::vector<std::int8_t> symbols;
    for (const auto bit : bits)
        symbols.push_back(static_cast<std::int8_t>(
            std::clamp(std::nearbyint((bit ? 32.F : -32.F) + noise(random)), -127.F, 127.F)));

    const auto deframer = entry->make(*settings);
    Packets packets;
    packet::PacketReceiver receiver({}, packets);
    Frames frames(receiver, packets);
    SoftSymbols block;
    block.samples_per_symbol = 2;
    for (auto _ : state)
        for (std::size_t at = 0; at < symbols.size(); at += kBlock) {
            block.values = std::span(symbols).subspan(at, std::min(kBlock, symbols.size() - at));
            (*deframer)->process(block, frames);
            block.first_position += 2. * static_cast<double>(block.values.size());
        }
    state.counters["bit/s"] = benchmark::Counter(8. * kFrameBytes * kFrames,
                                                 benchmark::Counter::kIsIterationInvariantRate);
    state.counters["received"] =
        static_cast<double>(packets.count) / static_cast<double>(state.iterations() * kFrames);
}
BENCHMARK(concatenated_i5)->Arg(25)->Arg(40);

} // namespace
} // namespace telemetry

BENCHMARK_MAIN();
