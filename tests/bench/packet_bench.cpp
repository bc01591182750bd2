// SPDX-License-Identifier: GPL-3.0-or-later
// Transfer frames of 1115 octets to packets: items are frames, bytes those of the frames.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include "telemetry/fec/crc.h"
#include "telemetry/packet/packet_receiver.h"

namespace telemetry::packet {
namespace {

constexpr std::size_t kFrameBytes = 1115;
using Bytes = std::vector<std::uint8_t>;

/// Frames in turn on as many virtual channels, full of packets of `data` octets behind the header.
/// The packets of a channel run on from frame to frame.
struct Link {
    Link(const FrameLayout& wanted, int channels, std::size_t data) : layout(wanted) {
        const std::size_t header = layout.protocol == Protocol::tm ? 6 : 8;
        const std::size_t room = kFrameBytes - header - static_cast<std::size_t>(layout.fecf_bytes);
        const fec::Crc crc(fec::kCrc16False);
        std::mt19937 random(1);
        struct Stream {
            Bytes octets;
            std::size_t starts = 0; ///< where the next packet begins
            int sequence = 0;
        };
        std::vector<Stream> streams(static_cast<std::size_t>(channels));
        for (int number = 0; number < 256 * channels; ++number) {
            const int channel = number % channels;
            Stream& stream = streams[static_cast<std::size_t>(channel)];
            const std::size_t pointer = stream.starts < room ? stream.starts : 0x7ff;
            while (stream.octets.size() < room) {
                stream.starts = stream.octets.size();
                const auto length = static_cast<std::uint16_t>(data - 1);
                for (const int octet : {channel, 42, 0xc0 | (stream.sequence >> 8 & 0x3f),
                                        stream.sequence & 0xff, length >> 8, length & 0xff})
                    stream.octets.push_back(static_cast<std::uint8_t>(octet));
                ++stream.sequence;
                for (std::size_t i = 0; i < data; ++i)
                    stream.octets.push_back(static_cast<std::uint8_t>(random()));
                stream.starts = stream.octets.size();
            }
            Bytes frame = header_of(channel, number / channels, static_cast<int>(pointer));
            const auto end = stream.octets.begin() + static_cast<std::ptrdiff_t>(room);
            frame.insert(frame.end(), stream.octets.begin(), end);
            stream.octets.erase(stream.octets.begin(), end);
            stream.starts -= room;
            if (layout.fecf_bytes > 0) {
                const auto check = crc(frame);
                frame.push_back(static_cast<std::uint8_t>(check >> 8));
                frame.push_back(static_cast<std::uint8_t>(check));
            }
            frames.push_back(std::move(frame));
        }
    }

    Bytes header_of(int channel, int count, int pointer) const {
        const auto octet = [](int value) { return static_cast<std::uint8_t>(value); };
        if (layout.protocol == Protocol::tm)
            return {0x12,         octet(0x30 | channel << 1), octet(count),
                    octet(count), octet(0x18 | pointer >> 8), octet(pointer)};
        return {0x52,          octet(0x40 | channel), 0, 0, octet(count), 0, octet(pointer >> 8),
                octet(pointer)};
    }

    FrameLayout layout;
    std::vector<Bytes> frames;
};

struct Ignore final : Sink<Packet>, Sink<LinkEvent> {
    std::size_t octets = 0;
    std::size_t events = 0;
    void accept(const Packet& packet) noexcept override { octets += packet.bytes.size(); }
    void accept(const LinkEvent&) noexcept override { ++events; }
};

void run(benchmark::State& state, Protocol protocol, int fecf_bytes) {
    const Link link({.protocol = protocol, .fecf_bytes = fecf_bytes},
                    static_cast<int>(state.range(0)), static_cast<std::size_t>(state.range(1)));
    Ignore ignore;
    PacketReceiver receiver({.layout = link.layout}, ignore);
    for (auto _ : state)
        for (const Bytes& frame : link.frames)
            receiver.process({.bytes = frame, .confirmed = true}, ignore);
    benchmark::DoNotOptimize(ignore.octets);
    const auto frames = static_cast<std::int64_t>(state.iterations() * link.frames.size());
    state.SetItemsProcessed(frames);
    state.SetBytesProcessed(frames * static_cast<std::int64_t>(kFrameBytes));
    state.counters["bit/s"] = benchmark::Counter(static_cast<double>(frames) * kFrameBytes * 8,
                                                 benchmark::Counter::kIsRate);
    state.counters["events"] = static_cast<double>(ignore.events);
}

void tm(benchmark::State& state) {
    run(state, Protocol::tm, 0);
}
void tm_with_fecf(benchmark::State& state) {
    run(state, Protocol::tm, 2);
}
void aos(benchmark::State& state) {
    run(state, Protocol::aos, 0);
}

// Virtual channels, octets of data a packet.
BENCHMARK(tm)->Args({1, 250})->Args({4, 250})->Args({1, 30})->Args({1, 4000});
BENCHMARK(tm_with_fecf)->Args({4, 250});
BENCHMARK(aos)->Args({4, 250});

} // namespace
} // namespace telemetry::packet

BENCHMARK_MAIN();
