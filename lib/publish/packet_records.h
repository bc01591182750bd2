// SPDX-License-Identifier: GPL-3.0-or-later
// What is published of packets, and of what is missing or broken among them.
#pragma once
#include <string>
#include <string_view>

#include "telemetry/packet/packet.h"
#include "telemetry/packet/transfer_frame.h"
#include "telemetry/publish/records.h"
#include "telemetry/publish/vocabulary.h"

namespace telemetry::publish {

struct PacketSource {
    std::string_view station;
    std::string_view downlink;
};

/// packet (hex), confirmed, station, downlink, spacecraft_id, virtual_channel, map, type, apid,
/// sequence_count, sequence_flags, secondary_header, protocol_id, time, sample_index.
std::string packet_json(const packet::Packet& packet, const PacketSource& source);

/// frame_json() with what the frame's header says as one more key, `transfer_frame`: protocol,
/// spacecraft_id, virtual_channel, map, master_count, count, content, secondary_header,
/// insert_zone, ocf (all hex), clcw.
std::string frame_json(const Frame& frame, const FrameSource& source,
                       const packet::TransferFrame& transfer);

/// "telemetry", "telecommand" or "encapsulation".
std::string_view type_of(const packet::Packet& packet);

/// "whole", "first", "continuation" or "last".
std::string_view name_of(packet::Grouping grouping);

/// The event of that fault: its name behind "telemetry.link.".
const EventName& event_of(packet::LinkFault fault);

/// An event_json() whose attributes are station, downlink, spacecraft_id, virtual_channel, apid,
/// count, sample_index and reason, as far as they are known.
std::string link_event_json(const packet::LinkEvent& event, const PacketSource& source);

} // namespace telemetry::publish
