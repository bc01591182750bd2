// SPDX-License-Identifier: GPL-3.0-or-later
// Headers assembled by hand from the figures of CCSDS 132.0-B, 732.0-B, 732.1-B and 232.0-B.
#include "telemetry/packet/transfer_frame.h"

#include <vector>

#include <gtest/gtest.h>

#include "telemetry/base/text.h"
#include "telemetry/packet/packet.h"

namespace telemetry::packet {
namespace {

std::vector<std::uint8_t> hex(std::string_view text) {
    return *from_hex(text);
}

TEST(TransferFrame, TmHeaderFields) {
    // version 0, SCID 0x2ab, VC 5, OCF; counts 0x11 0x22; no secondary header, pointer 3.
    const auto bytes = hex("2abb 11 22 1803 aabbcc 00 01 02 8000 0005");
    TransferFrame frame;
    ASSERT_EQ(parse_frame(bytes, {}, frame), FrameFault::none);
    EXPECT_EQ(frame.spacecraft_id, 0x2ab);
    EXPECT_EQ(frame.virtual_channel, 5);
    EXPECT_EQ(frame.master_count, 0x11);
    EXPECT_EQ(frame.count, 0x22u);
    EXPECT_EQ(frame.first_header, 3);
    EXPECT_EQ(frame.data.size(), 6u);
    EXPECT_EQ(frame.ocf, 0x80000005u);
    EXPECT_FALSE(parse_clcw(*frame.ocf));
}

TEST(TransferFrame, TmSecondaryHeaderAndIdle) {
    // Secondary header of 1 + 2 octets; pointer 0x7fe: idle data.
    const auto bytes = hex("0010 00 00 9ffe 02 a1 a2 5555");
    TransferFrame frame;
    ASSERT_EQ(parse_frame(bytes, {}, frame), FrameFault::none);
    EXPECT_EQ(to_hex(frame.secondary_header), "02a1a2");
    EXPECT_EQ(to_hex(frame.data), "5555");
    EXPECT_EQ(frame.content, Content::idle);
}

TEST(TransferFrame, TmFaults) {
    TransferFrame frame;
    EXPECT_EQ(parse_frame(hex("0010 00 00 18"), {}, frame), FrameFault::short_frame);
    EXPECT_EQ(parse_frame(hex("4010 00 00 1800 00"), {}, frame), FrameFault::version);
    EXPECT_EQ(parse_frame(hex("0010 00 00 1802 0000"), {}, frame), FrameFault::pointer);
    EXPECT_EQ(parse_frame(hex("0010 00 00 1800 0000"), {.fecf_bytes = 2}, frame), FrameFault::fecf);
    EXPECT_EQ(parse_frame({}, {}, frame), FrameFault::short_frame);
}

TEST(TransferFrame, AosHeaderFieldsWithCycle) {
    // version 1, SCID 0x9d, VC 16, count 0x9642ae, replay, cycle used: 5; pointer none.
    const auto bytes = hex("6750 9642ae c5 07ff 0102");
    TransferFrame frame;
    ASSERT_EQ(parse_frame(bytes, {.protocol = Protocol::aos}, frame), FrameFault::none);
    EXPECT_EQ(frame.spacecraft_id, 0x9d);
    EXPECT_EQ(frame.virtual_channel, 16);
    EXPECT_EQ(frame.count, 0x59642aeu);
    EXPECT_EQ(frame.count_bits, 28);
    EXPECT_TRUE(frame.replay);
    EXPECT_EQ(frame.first_header, kNoPacketStarts);
    EXPECT_EQ(to_hex(frame.data), "0102");
}

TEST(TransferFrame, UslpHeaderFields) {
    // TFVN 1100, SCID 0x1234, source, VC 9, MAP 3; length 18-1; OCF, count of 2 octets 0xbeef;
    // rule 000, UPID 0; pointer 1; data; OCF; two octets of fill behind the frame.
    const auto bytes = hex("c1234126 0011 0a beef 00 0001 ee ff 01000000 0000 0000");
    TransferFrame frame;
    ASSERT_EQ(parse_frame(bytes, {.protocol = Protocol::uslp}, frame), FrameFault::none);
    EXPECT_EQ(frame.spacecraft_id, 0x1234);
    EXPECT_EQ(frame.virtual_channel, 9);
    EXPECT_EQ(frame.map, 3);
    EXPECT_EQ(frame.count, 0xbeefu);
    EXPECT_EQ(frame.count_bits, 16);
    EXPECT_EQ(frame.first_header, 1);
    EXPECT_EQ(to_hex(frame.data), "eeff");
    EXPECT_EQ(frame.ocf, 0x01000000u);
    EXPECT_EQ(parse_frame(hex("c1234126 00ff 0a beef"), {.protocol = Protocol::uslp}, frame),
              FrameFault::length);
}

// A wrong bit in the header must not do away with the check.
TEST(TransferFrame, TruncatedUslpFramesAreNotForCheckedChannels) {
    const auto bytes = hex("c1234127 e0 0102030405060708");
    TransferFrame frame;
    ASSERT_EQ(parse_frame(bytes, {.protocol = Protocol::uslp}, frame), FrameFault::none);
    EXPECT_EQ(frame.segment, Segment::whole);
    EXPECT_EQ(to_hex(frame.data), "0102030405060708");
    EXPECT_EQ(parse_frame(bytes, {.protocol = Protocol::uslp, .fecf_bytes = 2}, frame),
              FrameFault::fecf);
}

// 732.0-B-5, 4.1.2.5.4: bits 42 and 43.
TEST(TransferFrame, AosSpacecraftIdHasTenBits) {
    TransferFrame frame;
    ASSERT_EQ(parse_frame(hex("4d05 000001 30 07ff 0102"), {.protocol = Protocol::aos}, frame),
              FrameFault::none);
    EXPECT_EQ(frame.spacecraft_id, 0x334);
    EXPECT_EQ(frame.virtual_channel, 5);
    EXPECT_EQ(frame.count, 1u);
    EXPECT_EQ(frame.count_bits, 24);
}

TEST(TransferFrame, ClcwFields) {
    // CLCW: version 0, status 2, COP 1, VC 37, no bit lock, wait, FARM-B 3, N(R) 0xa5.
    const auto clcw = parse_clcw(0x09945ea5u & ~0x00000800u);
    ASSERT_TRUE(clcw);
    EXPECT_EQ(clcw->status, 2);
    EXPECT_EQ(clcw->cop_in_effect, 1);
    EXPECT_EQ(clcw->virtual_channel, 37);
    EXPECT_FALSE(clcw->no_rf_available);
    EXPECT_TRUE(clcw->no_bit_lock);
    EXPECT_FALSE(clcw->lockout);
    EXPECT_TRUE(clcw->wait);
    EXPECT_FALSE(clcw->retransmit);
    EXPECT_EQ(clcw->farm_b_counter, 3);
    EXPECT_EQ(clcw->report_value, 0xa5);
}

TEST(Packet, SpaceHeaderFields) {
    const auto header = parse_space_header(hex("0801 c123 0003"));
    ASSERT_TRUE(header);
    EXPECT_TRUE(header->secondary_header);
    EXPECT_EQ(header->apid, 1);
    EXPECT_EQ(header->grouping, Grouping::whole);
    EXPECT_EQ(header->sequence_count, 0x123);
    EXPECT_EQ(header->total_length, 10u);
}

TEST(Packet, EncapsulationLengths) {
    EXPECT_EQ(packet_extent(hex("e0")).total, 1u);                     // idle, one octet
    EXPECT_EQ(packet_extent(hex("e905")).total, 5u);                   // length of one octet
    EXPECT_EQ(packet_extent(hex("ea000106")).total, 0x106u);           // of two
    EXPECT_EQ(packet_extent(hex("eb00000000010000")).total, 0x10000u); // of four
    EXPECT_EQ(packet_extent(hex("eb0000")).need, 8u);
    EXPECT_EQ(packet_extent(hex("e901")).total, 0u); // shorter than its header
    EXPECT_EQ(packet_extent(hex("40")).total, 0u);
    EXPECT_EQ(packet_extent(hex("40")).need, 0u);
    const auto header = parse_encapsulation_header(hex("ea5700060102"));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->protocol, 2);
    EXPECT_EQ(header->user_defined, 5);
    EXPECT_EQ(header->extension, 7);
}

} // namespace
} // namespace telemetry::packet
