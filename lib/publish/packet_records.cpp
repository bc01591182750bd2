// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/packet_records.h"

#include <array>
#include <cassert>
#include <vector>

#include <nlohmann/json.hpp>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"

namespace telemetry::publish {
namespace {

using Json = nlohmann::ordered_json;

Json known(int value) {
    return value < 0 ? Json(nullptr) : Json(value);
}

Json hex_or_null(std::span<const std::uint8_t> bytes) {
    return bytes.empty() ? Json(nullptr) : Json(to_hex(bytes));
}

Json to_json(const packet::Clcw& clcw) {
    return {{"status", clcw.status},
            {"cop_in_effect", clcw.cop_in_effect},
            {"virtual_channel", clcw.virtual_channel},
            {"no_rf_available", clcw.no_rf_available},
            {"no_bit_lock", clcw.no_bit_lock},
            {"lockout", clcw.lockout},
            {"wait", clcw.wait},
            {"retransmit", clcw.retransmit},
            {"farm_b_counter", clcw.farm_b_counter},
            {"report_value", clcw.report_value}};
}

Json to_json(const packet::TransferFrame& frame) {
    static constexpr std::array<std::string_view, 3> kProtocols = {"TM", "AOS", "USLP"};
    static constexpr std::array<std::string_view, 4> kContents = {"packets", "segments", "stream",
                                                                  "idle"};
    Json json = {
        {"protocol", kProtocols[static_cast<std::size_t>(frame.protocol)]},
        {"spacecraft_id", frame.spacecraft_id},
        {"virtual_channel", frame.virtual_channel},
        {"map", frame.protocol == packet::Protocol::uslp ? Json(frame.map) : Json(nullptr)},
        {"master_count", frame.master_count ? Json(*frame.master_count) : Json(nullptr)},
        {"count", frame.count ? Json(*frame.count) : Json(nullptr)},
        {"content", kContents[static_cast<std::size_t>(frame.content)]},
        {"secondary_header", hex_or_null(frame.secondary_header)},
        {"insert_zone", hex_or_null(frame.insert_zone)},
        {"ocf", nullptr},
        {"clcw", nullptr},
    };
    if (!frame.ocf)
        return json;
    const std::array<std::uint8_t, 4> octets = {
        static_cast<std::uint8_t>(*frame.ocf >> 24), static_cast<std::uint8_t>(*frame.ocf >> 16),
        static_cast<std::uint8_t>(*frame.ocf >> 8), static_cast<std::uint8_t>(*frame.ocf)};
    json["ocf"] = to_hex(octets);
    if (const auto clcw = packet::parse_clcw(*frame.ocf))
        json["clcw"] = to_json(*clcw);
    return json;
}

} // namespace

std::string frame_json(const Frame& frame, const FrameSource& source,
                       const packet::TransferFrame& transfer) {
    std::string line = frame_json(frame, source);
    line.pop_back();
    return line + ",\"transfer_frame\":" + to_json(transfer).dump() + "}";
}

std::string_view type_of(const packet::Packet& packet) {
    if (!packet.space)
        return "encapsulation";
    return packet.space->telecommand ? "telecommand" : "telemetry";
}

std::string_view name_of(packet::Grouping grouping) {
    static constexpr std::array<std::string_view, 4> kNames = {"continuation", "first", "last",
                                                               "whole"};
    return kNames[static_cast<std::size_t>(grouping)];
}

std::string packet_json(const packet::Packet& packet, const PacketSource& source) {
    const packet::Origin& origin = packet.origin;
    const auto& space = packet.space;
    const auto encapsulation =
        space ? std::nullopt : packet::parse_encapsulation_header(packet.bytes);
    const Json json = {
        {"packet", to_hex(packet.bytes)},
        {"confirmed", origin.confirmed},
        {"station", source.station},
        {"downlink", source.downlink},
        {"spacecraft_id", known(origin.spacecraft_id)},
        {"virtual_channel", known(origin.virtual_channel)},
        {"map", known(origin.map)},
        {"type", type_of(packet)},
        {"apid", space ? Json(space->apid) : Json(nullptr)},
        {"sequence_count", space ? Json(space->sequence_count) : Json(nullptr)},
        {"sequence_flags", space ? Json(name_of(space->grouping)) : Json(nullptr)},
        {"secondary_header", space ? Json(space->secondary_header) : Json(nullptr)},
        {"protocol_id", encapsulation ? Json(encapsulation->protocol) : Json(nullptr)},
        {"time", origin.utc_ns == kUnknownTime ? Json(nullptr) : Json(to_rfc3339(origin.utc_ns))},
        {"sample_index", origin.sample_index},
    };
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const EventName& event_of(packet::LinkFault fault) {
    constexpr std::string_view kPrefix = "telemetry.link.";
    for (const EventName& event : events::all)
        if (event.name.starts_with(kPrefix) &&
            event.name.substr(kPrefix.size()) == packet::name_of(fault))
            return event;
    assert(false && "every fault has an event");
    return events::frame_invalid;
}

std::string link_event_json(const packet::LinkEvent& event, const PacketSource& source) {
    std::string text(packet::name_of(event.fault));
    for (char& c : text)
        c = c == '_' ? ' ' : c;
    if (event.count != 1)
        text += " (" + std::to_string(event.count) + ")";
    std::vector<Attribute> attributes = {{"station", source.station},
                                         {"downlink", source.downlink}};
    const auto add = [&](std::string_view key, std::string_view word, int value) {
        if (value < 0)
            return;
        attributes.push_back({key, std::int64_t{value}});
        text.append(", ").append(word).append(" ").append(std::to_string(value));
    };
    add("spacecraft_id", "spacecraft", event.spacecraft_id);
    add("virtual_channel", "virtual channel", event.virtual_channel);
    add("apid", "APID", event.apid);
    attributes.push_back({"count", event.count});
    attributes.push_back({"sample_index", event.sample_index});
    if (!event.detail.empty()) {
        attributes.push_back({"reason", event.detail});
        text.append(": ").append(event.detail);
    }
    return event_json(event_of(event.fault), event.utc_ns, text, attributes);
}

} // namespace telemetry::publish
