// SPDX-License-Identifier: GPL-3.0-or-later
// Packets and link events as they are written and published; docs/wire-format.md has the keys.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/packet/packet.h"
#include "telemetry/publish/records.h"
#include "telemetry/station/station.h"

namespace telemetry {

inline publish::PacketRecord to_record(const packet::Packet& packet, std::string_view station,
                                       std::string_view downlink) {
    static constexpr std::array<std::string_view, 4> kFlags = {"continuation", "first", "last",
                                                               "whole"};
    publish::PacketRecord record;
    record.bytes = packet.bytes;
    record.confirmed = packet.origin.confirmed;
    record.station = station;
    record.downlink = downlink;
    record.spacecraft_id = packet.origin.spacecraft_id;
    record.virtual_channel = packet.origin.virtual_channel;
    record.map = packet.origin.map;
    record.utc_ns = packet.origin.utc_ns;
    record.sample_index = packet.origin.sample_index;
    if (packet.space) {
        record.type = packet.space->telecommand ? "telecommand" : "telemetry";
        record.apid = packet.space->apid;
        record.sequence_count = packet.space->sequence_count;
        record.sequence_flags = kFlags[static_cast<std::size_t>(packet.space->grouping)];
        record.secondary_header = packet.space->secondary_header;
    } else {
        record.type = "encapsulation";
        if (const auto header = packet::parse_encapsulation_header(packet.bytes))
            record.protocol_id = header->protocol;
    }
    return record;
}

/// A link event as JSON; its name is that of the fault behind "telemetry.link.".
inline std::string link_event_json(const packet::LinkEvent& event, std::string_view station,
                                   std::string_view downlink) {
    const std::string name = "telemetry.link." + std::string(packet::name_of(event.fault));
    publish::EventName known{name, publish::Severity::warn, {}};
    for (const publish::EventName& candidate : publish::events::all)
        if (candidate.name == name)
            known = candidate;
    std::string text(packet::name_of(event.fault));
    for (char& c : text)
        c = c == '_' ? ' ' : c;
    std::vector<publish::Attribute> attributes;
    attributes.push_back({"station", station});
    attributes.push_back({"downlink", downlink});
    const auto add_known = [&](std::string_view key, const char* word, int value) {
        if (value < 0)
            return;
        attributes.push_back({key, std::int64_t{value}});
        text += std::string(", ") + word + " " + std::to_string(value);
    };
    add_known("spacecraft_id", "spacecraft", event.spacecraft_id);
    add_known("virtual_channel", "virtual channel", event.virtual_channel);
    add_known("apid", "APID", event.apid);
    attributes.push_back({"count", event.count});
    attributes.push_back({"sample_index", event.sample_index});
    if (event.count != 1)
        text += " (" + std::to_string(event.count) + ")";
    if (!event.detail.empty()) {
        attributes.push_back({"reason", event.detail});
        text += ": " + std::string(event.detail);
    }
    return publish::event_json(known, event.utc_ns, text, attributes);
}

} // namespace telemetry
