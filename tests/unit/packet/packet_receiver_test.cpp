// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/packet/packet_receiver.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "telemetry/fec/crc.h"

namespace telemetry::packet {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes space_packet(int apid, int sequence, std::size_t data, Grouping grouping = Grouping::whole) {
    Bytes packet = {static_cast<std::uint8_t>(apid >> 8),
                    static_cast<std::uint8_t>(apid),
                    static_cast<std::uint8_t>(static_cast<int>(grouping) << 6 | sequence >> 8),
                    static_cast<std::uint8_t>(sequence),
                    static_cast<std::uint8_t>((data - 1) >> 8),
                    static_cast<std::uint8_t>(data - 1)};
    for (std::size_t i = 0; i < data; ++i)
        packet.push_back(static_cast<std::uint8_t>(i * 7 + static_cast<std::size_t>(sequence)));
    return packet;
}

/// TM frames of one virtual channel that carry `stream`, in which packets start at `starts`.
std::vector<Bytes> tm_frames(const Bytes& stream, const std::vector<std::size_t>& starts,
                             std::size_t data_size, int virtual_channel = 0) {
    std::vector<Bytes> frames;
    for (std::size_t at = 0; at + data_size <= stream.size(); at += data_size) {
        std::size_t pointer = 0x7ff;
        for (const std::size_t start : starts)
            if (start >= at && start < at + data_size) {
                pointer = start - at;
                break;
            }
        Bytes frame = {0x12,
                       static_cast<std::uint8_t>(0x30 | virtual_channel << 1),
                       0,
                       static_cast<std::uint8_t>(frames.size()),
                       static_cast<std::uint8_t>(0x18 | pointer >> 8),
                       static_cast<std::uint8_t>(pointer)};
        frame.insert(frame.end(), stream.begin() + static_cast<std::ptrdiff_t>(at),
                     stream.begin() + static_cast<std::ptrdiff_t>(at + data_size));
        frames.push_back(frame);
    }
    return frames;
}

struct Collected final : Sink<Packet>, Sink<LinkEvent> {
    std::vector<Bytes> packets;
    std::vector<LinkEvent> events;
    void accept(const Packet& p) noexcept override {
        packets.emplace_back(p.bytes.begin(), p.bytes.end());
    }
    void accept(const LinkEvent& e) noexcept override { events.push_back(e); }
    int count(LinkFault fault) const {
        int sum = 0;
        for (const LinkEvent& e : events)
            sum += e.fault == fault ? static_cast<int>(e.count) : 0;
        return sum;
    }
};

struct Stream {
    std::vector<Bytes> packets;
    std::vector<Bytes> frames;
};

/// Packets of random lengths with idle packets between, cut into frames of `data_size` octets.
Stream random_stream(std::uint64_t seed, std::size_t data_size, int packets) {
    std::mt19937_64 random(seed);
    Stream stream;
    Bytes octets;
    std::vector<std::size_t> starts;
    for (int i = 0; i < packets; ++i) {
        const Bytes packet = space_packet(42, i % 16384, random() % 300 + 1);
        const Bytes idle = space_packet(kIdleApid, 0, random() % 9 + 1);
        stream.packets.push_back(packet);
        starts.push_back(octets.size());
        octets.insert(octets.end(), packet.begin(), packet.end());
        if (random() % 4 == 0) {
            starts.push_back(octets.size());
            octets.insert(octets.end(), idle.begin(), idle.end());
        }
    }
    // Idle packets fill the last frame.
    while (octets.size() % data_size != 0 || octets.size() / data_size < 3) {
        const std::size_t left = data_size - octets.size() % data_size;
        const Bytes idle = space_packet(kIdleApid, 0, left > 14 ? left - 6 : left + data_size - 6);
        starts.push_back(octets.size());
        octets.insert(octets.end(), idle.begin(), idle.end());
    }
    stream.frames = tm_frames(octets, starts, data_size);
    return stream;
}

TEST(PacketReceiver, PutsPacketsTogetherAcrossFrames) {
    for (const std::size_t data_size : {std::size_t{7}, std::size_t{64}, std::size_t{1105}}) {
        const Stream stream = random_stream(data_size, data_size, 400);
        Collected got;
        PacketReceiver receiver({}, got);
        for (const Bytes& frame : stream.frames)
            receiver.process({.bytes = frame}, got);
        EXPECT_EQ(got.packets, stream.packets) << data_size;
        EXPECT_TRUE(got.events.empty()) << name_of(got.events[0].fault);
    }
}

TEST(PacketReceiver, LosesOnlyWhatTheMissingFramesHeld) {
    const Stream stream = random_stream(5, 100, 300);
    Collected got;
    PacketReceiver receiver({}, got);
    int dropped = 0;
    for (std::size_t i = 0; i < stream.frames.size(); ++i) {
        if (i % 50 == 20 || i % 50 == 21) {
            ++dropped;
            continue;
        }
        receiver.process({.bytes = stream.frames[i]}, got);
    }
    EXPECT_EQ(got.count(LinkFault::frames_missing), dropped);
    EXPECT_EQ(static_cast<std::size_t>(got.count(LinkFault::packets_missing)) + got.packets.size(),
              stream.packets.size());
    // Each packet that came is one that was sent, in order.
    std::size_t at = 0;
    for (const Bytes& packet : got.packets) {
        while (at < stream.packets.size() && stream.packets[at] != packet)
            ++at;
        ASSERT_LT(at++, stream.packets.size());
    }
    // Two frames of 100 octets and their neighbours hold few packets.
    EXPECT_GT(got.packets.size(), stream.packets.size() - static_cast<std::size_t>(dropped) * 3);
}

TEST(PacketReceiver, RepeatedFrameDoesNotBreakThePacketItCuts) {
    const Stream stream = random_stream(6, 50, 40);
    Collected got;
    PacketReceiver receiver({}, got);
    for (const Bytes& frame : stream.frames) {
        receiver.process({.bytes = frame}, got);
        receiver.process({.bytes = frame}, got);
    }
    EXPECT_EQ(got.packets, stream.packets);
    EXPECT_EQ(got.count(LinkFault::frame_repeated), static_cast<int>(stream.frames.size()));
}

TEST(PacketReceiver, GapOfAWholeCycleOfCountsIsNoRepetition) {
    const Stream stream = random_stream(8, 40, 2000);
    ASSERT_GT(stream.frames.size(), 600u);
    Collected got;
    PacketReceiver receiver({}, got);
    for (std::size_t i = 0; i < stream.frames.size(); ++i)
        if (i <= 100 || i > 355) // 255 are missing: the count comes round to the same
            receiver.process({.bytes = stream.frames[i]}, got);
    EXPECT_EQ(got.count(LinkFault::frame_repeated), 0);
    EXPECT_EQ(got.count(LinkFault::frames_missing), 255);
    EXPECT_EQ(got.packets.back(), stream.packets.back());
}

// After 256 missing frames the count goes on as if nothing was; only the pointers tell, unless what
// is left of both packets happens to have the same length.
TEST(PacketReceiver, GapThatNoCountShowsMakesNoPacket) {
    int broken = 0;
    int strange = 0;
    for (const std::size_t data_size : {40u, 200u}) {
        const Stream stream = random_stream(10, data_size, 3000);
        ASSERT_GT(stream.frames.size(), 1000u);
        for (std::size_t first = 100; first < 200; ++first) {
            Collected got;
            PacketReceiver receiver({}, got);
            for (std::size_t i = 0; i < stream.frames.size(); ++i)
                if (i < first || i >= first + 256)
                    receiver.process({.bytes = stream.frames[i]}, got);
            EXPECT_EQ(got.count(LinkFault::frames_missing), 0);
            std::size_t at = 0;
            for (const Bytes& packet : got.packets) {
                const auto from = stream.packets.begin() + static_cast<std::ptrdiff_t>(at);
                const auto sent = std::find(from, stream.packets.end(), packet);
                if (sent == stream.packets.end())
                    ++strange;
                else
                    at = static_cast<std::size_t>(sent - stream.packets.begin()) + 1;
            }
            for (const LinkEvent& event : got.events)
                broken += event.fault == LinkFault::packet_broken;
        }
    }
    EXPECT_GT(broken, 180);
    EXPECT_LE(strange, 2);
}

TEST(PacketReceiver, JoinsSegmentsAndReportsBrokenGroups) {
    Bytes octets;
    std::vector<std::size_t> starts;
    const auto add = [&](int sequence, Grouping grouping) {
        starts.push_back(octets.size());
        const Bytes packet = space_packet(7, sequence, 10, grouping);
        octets.insert(octets.end(), packet.begin(), packet.end());
    };
    add(0, Grouping::first);
    add(1, Grouping::continuation);
    add(2, Grouping::last);
    add(3, Grouping::whole);
    add(4, Grouping::last); // without a first
    add(5, Grouping::first);
    add(6, Grouping::whole); // without its last
    add(7, Grouping::whole);
    const auto frames = tm_frames(octets, starts, octets.size());
    Collected got;
    PacketReceiver receiver({}, got);
    receiver.process({.bytes = frames[0]}, got);
    ASSERT_EQ(got.packets.size(), 4u);
    EXPECT_EQ(got.packets[0].size(), 36u); // 6 + 3 × 10
    EXPECT_EQ(got.events.size(), 2u);
    for (const LinkEvent& event : got.events) {
        EXPECT_EQ(event.fault, LinkFault::segment_broken);
        EXPECT_EQ(event.apid, 7);
    }
}

TEST(PacketReceiver, TakesTheChosenSpacecraftAndChannelsOnly) {
    const Bytes packet = space_packet(7, 0, 20);
    Collected got;
    PacketReceiverOptions options;
    options.spacecraft_id = 0x123;
    options.virtual_channels = 0b10;
    PacketReceiver receiver(options, got);
    for (const int channel : {0, 1, 2})
        receiver.process({.bytes = tm_frames(packet, {0}, 26, channel)[0]}, got);
    EXPECT_EQ(got.packets.size(), 1u);
    EXPECT_TRUE(got.events.empty());
    Bytes other = tm_frames(packet, {0}, 26, 1)[0];
    other[0] ^= 1;
    receiver.process({.bytes = other}, got);
    ASSERT_EQ(got.events.size(), 1u);
    EXPECT_EQ(got.events[0].fault, LinkFault::frame_refused);
    EXPECT_EQ(got.events[0].detail, "another spacecraft");
    EXPECT_EQ(got.packets.size(), 1u);
}

TEST(PacketReceiver, TheEndTellsWhatIsIncomplete) {
    const Stream stream = random_stream(9, 100, 30);
    Collected got;
    PacketReceiver receiver({}, got);
    receiver.process({.bytes = stream.frames[0]}, got);
    ASSERT_TRUE(got.events.empty());
    receiver.finish(got);
    ASSERT_EQ(got.events.size(), 1u);
    EXPECT_EQ(got.events[0].fault, LinkFault::packet_broken);
    EXPECT_GT(got.events[0].count, 0);
    receiver.finish(got);
    EXPECT_EQ(got.events.size(), 1u);
}

TEST(PacketReceiver, CheckedFramesAreConfirmed) {
    struct Last final : Sink<Packet> {
        void accept(const Packet& packet) noexcept override { confirmed = packet.origin.confirmed; }
        bool confirmed = false;
    } last;
    Collected got;
    Bytes frame = tm_frames(space_packet(7, 0, 20), {0}, 26)[0];
    PacketReceiver plain({}, got);
    plain.process({.bytes = frame, .confirmed = false}, last);
    EXPECT_FALSE(last.confirmed);
    const auto check = fec::Crc(fec::kCrc16False)(frame);
    frame.push_back(static_cast<std::uint8_t>(check >> 8));
    frame.push_back(static_cast<std::uint8_t>(check));
    PacketReceiver checking({.layout = {.fecf_bytes = 2}}, got);
    checking.process({.bytes = frame, .confirmed = false}, last);
    EXPECT_TRUE(last.confirmed);
}

/// A USLP frame (732.1-B-2) with a frame count of one octet.
Bytes uslp_frame(int channel, int map, int count, int rule, int pointer, const Bytes& data) {
    const std::size_t length = 4 + 3 + 1 + 3 + data.size();
    Bytes frame = {0xc0,
                   0x12,
                   static_cast<std::uint8_t>(0x30 | channel >> 3),
                   static_cast<std::uint8_t>(channel << 5 | map << 1),
                   static_cast<std::uint8_t>((length - 1) >> 8),
                   static_cast<std::uint8_t>(length - 1),
                   0x01,
                   static_cast<std::uint8_t>(count),
                   static_cast<std::uint8_t>(rule << 5),
                   static_cast<std::uint8_t>(pointer >> 8),
                   static_cast<std::uint8_t>(pointer)};
    frame.insert(frame.end(), data.begin(), data.end());
    return frame;
}

// Two MAPs take turns on one virtual channel: a packet of each runs on over frames of the other.
TEST(PacketReceiver, UslpMapsAreToldApart) {
    const Bytes one = space_packet(1, 0, 30);
    const Bytes two = space_packet(2, 0, 30);
    const auto part = [](const Bytes& packet, std::size_t from, std::size_t to) {
        return Bytes(packet.begin() + static_cast<std::ptrdiff_t>(from),
                     packet.begin() + static_cast<std::ptrdiff_t>(to));
    };
    Collected got;
    PacketReceiver receiver({.layout = {.protocol = Protocol::uslp}}, got);
    int count = 254;
    const auto send = [&](int map, int pointer, const Bytes& data) {
        receiver.process({.bytes = uslp_frame(5, map, count++ & 255, 0, pointer, data)}, got);
    };
    send(0, 0, part(one, 0, 10));
    send(3, 0, part(two, 0, 20));
    send(0, 0xffff, part(one, 10, 30)); // variable lengths
    send(3, 0xffff, part(two, 20, 36));
    send(0, 0xffff, part(one, 30, 36));
    EXPECT_TRUE(got.events.empty());
    EXPECT_EQ(got.packets, (std::vector{two, one}));
    // A frame that is missing may have been of either.
    send(0, 0, part(one, 0, 10));
    send(3, 0, part(two, 0, 20));
    ++count;
    send(0, 0xffff, part(one, 10, 36));
    send(3, 0xffff, part(two, 20, 36));
    EXPECT_EQ(got.count(LinkFault::frames_missing), 1);
    EXPECT_EQ(got.packets.size(), 2u);
    int broken = 0;
    for (const LinkEvent& event : got.events)
        broken += event.fault == LinkFault::packet_broken;
    EXPECT_EQ(broken, 2);
}

TEST(PacketReceiver, UslpCountsExpeditedFramesApart) {
    const Bytes one = space_packet(1, 0, 30);
    const Bytes two = space_packet(2, 0, 14);
    Collected got;
    PacketReceiver receiver({.layout = {.protocol = Protocol::uslp}}, got);
    receiver.process({.bytes = uslp_frame(5, 0, 7, 0, 0, Bytes(one.begin(), one.begin() + 20))},
                     got);
    Bytes expedited = uslp_frame(5, 0, 200, 0, 0, two);
    expedited[6] |= 0x80;
    receiver.process({.bytes = expedited}, got);
    receiver.process({.bytes = uslp_frame(5, 0, 8, 0, 0xffff, Bytes(one.begin() + 20, one.end()))},
                     got);
    EXPECT_TRUE(got.events.empty());
    EXPECT_EQ(got.packets, (std::vector{two, one}));
}

TEST(PacketReceiver, EncapsulationPacketsRunOnOverFrames) {
    Bytes packet = {0xea, 0x12, 0, 60}; // protocol 2, length of two octets
    for (int i = 4; i < 60; ++i)
        packet.push_back(static_cast<std::uint8_t>(i));
    Bytes stream = packet;
    stream.push_back(0xe0); // idle, one octet
    const Bytes space = space_packet(9, 0, 10);
    stream.insert(stream.end(), space.begin(), space.end());
    stream.resize(80, 0xe0);
    Collected got;
    PacketReceiver receiver({}, got);
    for (const Bytes& frame : tm_frames(stream, {0, 60, 61, 77, 78, 79}, 20))
        receiver.process({.bytes = frame}, got);
    EXPECT_EQ(got.packets, (std::vector{packet, space}));
    EXPECT_TRUE(got.events.empty());
}

TEST(PacketReceiver, HostileFramesAreEventsOnly) {
    std::mt19937_64 random(9);
    for (const Protocol protocol : {Protocol::tm, Protocol::aos, Protocol::uslp}) {
        Collected got;
        PacketReceiver receiver({.layout = {.protocol = protocol}, .longest_packet = 4096}, got);
        for (int i = 0; i < 20000; ++i) {
            Bytes frame(random() % 200);
            for (auto& byte : frame)
                byte = static_cast<std::uint8_t>(random());
            if (!frame.empty())
                frame[0] = static_cast<std::uint8_t>(protocol == Protocol::tm ? frame[0] & 0x3f
                                                     : protocol == Protocol::aos
                                                         ? (frame[0] & 0x3f) | 0x40
                                                         : (frame[0] & 0x0f) | 0xc0);
            receiver.process({.bytes = frame}, got);
        }
        receiver.finish(got);
        EXPECT_EQ(receiver.counts().frames, 20000u);
        EXPECT_FALSE(got.events.empty());
    }
}

} // namespace
} // namespace telemetry::packet
