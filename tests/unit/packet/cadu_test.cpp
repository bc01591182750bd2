// SPDX-License-Identifier: GPL-3.0-or-later
// Real CADUs of Suomi-NPP: two virtual channels, AOS frames of 892 octets, no errors.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

#include "telemetry/fec/scrambler.h"
#include "telemetry/packet/packet_receiver.h"

namespace telemetry::packet {
namespace {

std::filesystem::path shared_folder() {
    if (const char* folder = std::getenv("TELEMETRY_SHARED"))
        return folder;
    const auto tree = std::filesystem::path(TELEMETRY_VECTORS) / "../..";
    return exists(tree / "../shared") ? tree / "../shared" : tree / "../../shared";
}

TEST(Cadu, SuomiNppFramesYieldTheirPackets) {
    std::ifstream file(shared_folder() / "packets/cadu/snpp_7cadus_2vcids.dat", std::ios::binary);
    if (!file)
        GTEST_SKIP() << "shared packets are absent";
    std::vector<char> octets{std::istreambuf_iterator<char>(file), {}};
    ASSERT_EQ(octets.size(), 7u * 1024);

    struct Sinks final : Sink<Packet>, Sink<LinkEvent>, Sink<TransferFrame> {
        std::vector<SpaceHeader> packets;
        std::vector<std::pair<int, std::uint64_t>> frames;
        int events = 0;
        void accept(const Packet& p) noexcept override { packets.push_back(*p.space); }
        void accept(const LinkEvent&) noexcept override { ++events; }
        void accept(const TransferFrame& f) noexcept override {
            frames.emplace_back(f.virtual_channel, *f.count);
        }
    } sinks;
    PacketReceiver receiver({.layout = {.protocol = Protocol::aos}}, sinks);
    receiver.watch_frames(&sinks);
    for (std::size_t at = 0; at < octets.size(); at += 1024) {
        std::vector<std::uint8_t> frame(octets.begin() + static_cast<std::ptrdiff_t>(at) + 4,
                                        octets.begin() + static_cast<std::ptrdiff_t>(at) + 1024);
        fec::ccsds_randomize(frame);
        frame.resize(892);
        receiver.process({.bytes = frame, .confirmed = true}, sinks);
    }
    const std::vector<std::pair<int, std::uint64_t>> frames = {
        {16, 0x9642ae}, {16, 0x9642af}, {16, 0x9642b0}, {6, 0x681341},
        {6, 0x681342},  {6, 0x681343},  {6, 0x681344}};
    EXPECT_EQ(sinks.frames, frames);
    EXPECT_EQ(sinks.events, 0);
    // From the pointer of 681342 (188) to that of 681344 (282) lie 884 − 188 + 884 + 282 octets;
    // the packets between must fill them to the octet, or the pointer would have broken one.
    std::size_t filled = 0;
    for (const SpaceHeader& packet : sinks.packets)
        filled += packet.total_length;
    EXPECT_GE(filled, 884u - 188 + 884 + 282);
}

} // namespace
} // namespace telemetry::packet
