// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/packet_records.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace telemetry::publish {
namespace {

using Json = nlohmann::json;

TEST(PacketRecords, SpacePacket) {
    const std::vector<std::uint8_t> bytes = {0x08, 0x2a, 0xc0, 0x05, 0, 0, 0x77};
    const packet::Packet packet{
        .bytes = bytes,
        .space = packet::parse_space_header(bytes),
        .origin = {
            .spacecraft_id = 157, .virtual_channel = 6, .sample_index = 9, .utc_ns = 1000000000}};
    EXPECT_EQ(packet_json(packet, {"S", "X band"}),
              R"({"packet":"082ac005000077","confirmed":true,"station":"S","downlink":"X band",)"
              R"("spacecraft_id":157,"virtual_channel":6,"map":null,"type":"telemetry","apid":42,)"
              R"("sequence_count":5,"sequence_flags":"whole","secondary_header":true,)"
              R"("protocol_id":null,"time":"1970-01-01T00:00:01.000000000Z","sample_index":9})");
}

TEST(PacketRecords, EncapsulationPacketAndUnknownOrigin) {
    const std::vector<std::uint8_t> bytes = {0xe9, 3, 0x77}; // protocol 2, length of one octet: 3
    const packet::Packet packet{.bytes = bytes, .origin = {.confirmed = false}};
    const auto json = Json::parse(packet_json(packet, {}));
    EXPECT_EQ(json["type"], "encapsulation");
    EXPECT_EQ(json["protocol_id"], 2);
    EXPECT_EQ(json["confirmed"], false);
    for (const char* key : {"spacecraft_id", "virtual_channel", "map", "apid", "sequence_count",
                            "sequence_flags", "secondary_header", "time"})
        EXPECT_TRUE(json[key].is_null()) << key;
}

TEST(PacketRecords, TransferFrameWithClcw) {
    // TM: spacecraft 2abh, virtual channel 5, with OCF; a CLCW of virtual channel 1, N(R) 5.
    const std::vector<std::uint8_t> bytes = {0x2a, 0xbb, 0x11, 0x22, 0x18, 0x03, 0xaa,
                                             0xbb, 0xcc, 0x00, 0x01, 0x04, 0x20, 0x05};
    packet::TransferFrame transfer;
    ASSERT_EQ(packet::parse_frame(bytes, {}, transfer), packet::FrameFault::none);
    Frame frame;
    frame.bytes = bytes;
    const auto json = Json::parse(frame_json(frame, {"S", "D", "CCSDS TM"}, transfer));
    EXPECT_EQ(json["station"], "S");
    EXPECT_EQ(json["transfer_frame"]["protocol"], "TM");
    EXPECT_EQ(json["transfer_frame"]["spacecraft_id"], 0x2ab);
    EXPECT_EQ(json["transfer_frame"]["virtual_channel"], 5);
    EXPECT_EQ(json["transfer_frame"]["master_count"], 0x11);
    EXPECT_EQ(json["transfer_frame"]["count"], 0x22);
    EXPECT_EQ(json["transfer_frame"]["content"], "packets");
    EXPECT_TRUE(json["transfer_frame"]["map"].is_null());
    EXPECT_EQ(json["transfer_frame"]["ocf"], "01042005");
    const auto& clcw = json["transfer_frame"]["clcw"];
    EXPECT_EQ(clcw["cop_in_effect"], 1);
    EXPECT_EQ(clcw["virtual_channel"], 1);
    EXPECT_EQ(clcw["lockout"], true);
    EXPECT_EQ(clcw["wait"], false);
    EXPECT_EQ(clcw["report_value"], 5);
}

TEST(PacketRecords, EveryFaultHasItsEvent) {
    for (std::size_t i = 0; i < packet::kLinkFaults; ++i) {
        const auto fault = static_cast<packet::LinkFault>(i);
        EXPECT_EQ(event_of(fault).name, "telemetry.link." + std::string(packet::name_of(fault)));
    }
}

TEST(PacketRecords, LinkEventLeavesOutWhatIsNotKnown) {
    const auto json = Json::parse(link_event_json({.fault = packet::LinkFault::packets_missing,
                                                   .spacecraft_id = 3,
                                                   .virtual_channel = 0,
                                                   .apid = 42,
                                                   .count = 7},
                                                  {"S", "9k6"}));
    EXPECT_EQ(json["name"], "telemetry.link.packets_missing");
    EXPECT_EQ(json["severity"], "warn");
    EXPECT_EQ(json["text"], "packets missing (7), spacecraft 3, virtual channel 0, APID 42");
    const Json attributes = {{"station", "S"},       {"downlink", "9k6"}, {"spacecraft_id", 3},
                             {"virtual_channel", 0}, {"apid", 42},        {"count", 7},
                             {"sample_index", 0}};
    EXPECT_EQ(json["attributes"], attributes);
    const auto invalid = Json::parse(
        link_event_json({.fault = packet::LinkFault::frame_invalid, .detail = "fecf"}, {}));
    EXPECT_EQ(invalid["text"], "frame invalid: fecf");
    EXPECT_EQ(invalid["attributes"]["reason"], "fecf");
    EXPECT_FALSE(invalid["attributes"].contains("apid"));
}

} // namespace
} // namespace telemetry::publish
