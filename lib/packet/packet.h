// SPDX-License-Identifier: GPL-3.0-or-later
// Space Packets (CCSDS 133.0-B) and Encapsulation Packets (133.1-B): headers, and what flows on.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "telemetry/base/items.h"

namespace telemetry::packet {

inline constexpr int kIdleApid = 0x7ff;

/// Sequence flags of a Space Packet.
enum class Grouping : std::uint8_t { continuation = 0, first = 1, last = 2, whole = 3 };

struct SpaceHeader {
    bool telecommand = false;
    bool secondary_header = false;
    int apid = 0;
    Grouping grouping = Grouping::whole;
    int sequence_count = 0;       ///< 14 bits
    std::size_t total_length = 0; ///< octets with the 6 of the primary header
};

/// Needs 6 octets; nothing when the version is not 0.
std::optional<SpaceHeader> parse_space_header(std::span<const std::uint8_t> bytes) noexcept;

struct EncapsulationHeader {
    int protocol = 0; ///< protocol id of the SANA registry; 0: idle
    int extension = 0;
    int user_defined = 0;
    int ccsds_defined = 0;
    std::size_t header_length = 1;
    std::size_t total_length = 1;
};

/// What a packet's first octets say: its total length, or how many octets are needed to tell.
struct Extent {
    std::size_t total = 0; ///< 0: not a packet of a known version
    std::size_t need = 0;  ///< > 0: give me this many octets first
};
Extent packet_extent(std::span<const std::uint8_t> bytes) noexcept;

/// Needs packet_extent's octets; nothing when the version is not 7.
std::optional<EncapsulationHeader>
parse_encapsulation_header(std::span<const std::uint8_t> bytes) noexcept;

/// Where a packet came from, kept for its journey's trace.
struct Origin {
    int spacecraft_id = -1;        ///< −1: not known
    int virtual_channel = -1;      ///< −1: not known
    int map = -1;                  ///< USLP only
    std::int64_t sample_index = 0; ///< of the frame in which it began
    UtcNs utc_ns = kUnknownTime;
    bool confirmed = true; ///< every frame that carried a part of it was, or its FECF held
};

/// One packet, whole. Idle packets are not passed on.
struct Packet {
    std::span<const std::uint8_t> bytes = {}; ///< with its header
    std::optional<SpaceHeader> space = {};    ///< set for Space Packets
    Origin origin = {};
};

/// Whether it only fills up frames: of the idle APID, or an Encapsulation Packet of protocol 0.
inline bool is_idle(const Packet& packet) noexcept {
    return packet.space ? packet.space->apid == kIdleApid : (packet.bytes[0] >> 2 & 7) == 0;
}

/// Something wrong on the way from frames to packets.
enum class LinkFault : std::uint8_t {
    frame_invalid,   ///< parse_frame refused it; `detail` is the FrameFault
    frames_missing,  ///< `count` frames of a virtual channel did not come
    frame_repeated,  ///< the same frame count twice
    packet_broken,   ///< a packet's rest did not come; `count` octets were dropped
    packet_unknown,  ///< no known packet version; the rest of the frame was dropped
    packets_missing, ///< `count` packets of an APID did not come
    packet_repeated, ///< the same sequence count twice in a row
    segment_broken,  ///< a group of segmented packets without its begin or end
    packet_too_long, ///< longer than the limit
    frame_refused,   ///< of a spacecraft or channel beyond the number that is followed
    packet_refused   ///< of an application beyond the number that is followed
};
inline constexpr std::size_t kLinkFaults = 11;
std::string_view name_of(LinkFault fault); ///< "frames_missing", …

struct LinkEvent {
    LinkFault fault;
    int spacecraft_id = -1;   ///< −1: not known
    int virtual_channel = -1; ///< −1: not known
    int apid = -1;            ///< −1: not about packets of one application
    std::int64_t count = 1;
    std::int64_t sample_index = 0;
    UtcNs utc_ns = kUnknownTime;
    std::string_view detail = {};
};

inline LinkEvent event_about(LinkFault fault, const Origin& origin) noexcept {
    return {.fault = fault,
            .spacecraft_id = origin.spacecraft_id,
            .virtual_channel = origin.virtual_channel,
            .sample_index = origin.sample_index,
            .utc_ns = origin.utc_ns};
}

} // namespace telemetry::packet
