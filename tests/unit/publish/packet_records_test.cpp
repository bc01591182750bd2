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
