// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/packet/packet.h"

#include <array>

namespace telemetry::packet {
namespace {

/// Octets of an Encapsulation Packet's header by its length-of-length field (133.1-B table 4-1).
constexpr std::array<std::size_t, 4> kEncapsulationHeader = {1, 2, 4, 8};

std::size_t big_endian(std::span<const std::uint8_t> bytes) {
    std::size_t value = 0;
    for (const std::uint8_t byte : bytes)
        value = value << 8 | byte;
    return value;
}

/// Length field of an Encapsulation header: the last 0, 1, 2 or 4 octets.
constexpr std::array<std::size_t, 4> kEncapsulationLength = {0, 1, 2, 4};

} // namespace

std::optional<SpaceHeader> parse_space_header(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.size() < 6 || bytes[0] >> 5 != 0)
        return std::nullopt;
    SpaceHeader header;
    header.telecommand = bytes[0] & 0x10;
    header.secondary_header = bytes[0] & 0x08;
    header.apid = (bytes[0] & 7) << 8 | bytes[1];
    header.grouping = static_cast<Grouping>(bytes[2] >> 6);
    header.sequence_count = (bytes[2] & 0x3f) << 8 | bytes[3];
    header.total_length = (static_cast<std::size_t>(bytes[4]) << 8 | bytes[5]) + 7;
    return header;
}

Extent packet_extent(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.empty())
        return {0, 1};
    const int version = bytes[0] >> 5;
    if (version == 0) {
        if (bytes.size() < 6)
            return {0, 6};
        return {(static_cast<std::size_t>(bytes[4]) << 8 | bytes[5]) + 7, 0};
    }
    if (version != 7)
        return {0, 0};
    const std::size_t kind = bytes[0] & 3;
    const std::size_t header = kEncapsulationHeader[kind];
    if (bytes.size() < header)
        return {0, header};
    if (kind == 0)
        return {1, 0};
    const std::size_t total =
        big_endian(bytes.subspan(header - kEncapsulationLength[kind], kEncapsulationLength[kind]));
    // A length less than its own header cannot be.
    return {total >= header ? total : 0, 0};
}

std::optional<EncapsulationHeader>
parse_encapsulation_header(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.empty() || bytes[0] >> 5 != 7)
        return std::nullopt;
    const Extent extent = packet_extent(bytes);
    if (extent.total == 0)
        return std::nullopt;
    EncapsulationHeader header;
    header.protocol = bytes[0] >> 2 & 7;
    header.header_length = kEncapsulationHeader[bytes[0] & 3];
    header.total_length = extent.total;
    if (header.header_length >= 4) {
        header.user_defined = bytes[1] >> 4;
        header.extension = bytes[1] & 15;
    }
    if (header.header_length == 8)
        header.ccsds_defined = bytes[2] << 8 | bytes[3];
    return header;
}

std::string_view name_of(LinkFault fault) {
    static constexpr std::array<std::string_view, kLinkFaults> kNames = {
        "frame_invalid",   "frames_missing",  "frame_repeated",  "packet_broken",
        "packet_unknown",  "packets_missing", "packet_repeated", "segment_broken",
        "packet_too_long", "frame_refused",   "packet_refused"};
    return kNames[static_cast<std::size_t>(fault)];
}

} // namespace telemetry::packet
