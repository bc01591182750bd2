// SPDX-License-Identifier: GPL-3.0-or-later
// Transfer frames of CCSDS 132.0-B (TM), 732.0-B (AOS) and 732.1-B (USLP): bytes → fields and
// views.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace telemetry::packet {

enum class Protocol : std::uint8_t { tm, aos, uslp };

/// What a mission fixes for a physical channel ("managed parameters"); frames do not say it.
struct FrameLayout {
    Protocol protocol = Protocol::tm;
    int fecf_bytes = 0;        ///< 0, 2 (CRC-16) or, USLP only, 4 (CRC-32); checked when present
    int insert_zone_bytes = 0; ///< AOS and USLP
    bool frame_header_error_control = false; ///< AOS: two octets behind the primary header
    std::optional<bool> ocf =
        {}; ///< AOS only, which has no flag for it (4 octets); others: as flagged
};

/// What the data field of a frame holds.
enum class Content : std::uint8_t {
    packets,  ///< Space and Encapsulation Packets, possibly going on in the next frame
    segments, ///< USLP: one packet or SDU cut over frames without a pointer
    stream,   ///< octets, bits or SDUs of the mission's own (VCA, B_PDU, MAPA, octet stream)
    idle
};

/// Where a USLP frame without first-header pointer stands in its SDU (732.1-B 4.1.4.2.2.2).
enum class Segment : std::uint8_t { whole, first, middle, last };

inline constexpr int kNoPacketStarts = -1;

/// A parsed frame. Spans point into the frame's bytes.
struct TransferFrame {
    Protocol protocol = Protocol::tm;
    int spacecraft_id = 0;
    int virtual_channel = 0;
    int map = 0;                             ///< USLP multiplexer access point; else 0
    std::optional<int> master_count = {};    ///< TM: master channel frame count, 8 bits
    std::optional<std::uint64_t> count = {}; ///< virtual channel frame count
    int count_bits = 0;                      ///< its width: 8, 24 (28 with AOS cycle), USLP 8 to 56
    bool replay = false;                     ///< AOS
    bool expedited = false;                  ///< USLP: not sequence-controlled; counted apart
    Content content = Content::packets;
    Segment segment = Segment::whole;
    int first_header = kNoPacketStarts; ///< offset in `data` of the first packet that starts
    std::span<const std::uint8_t> secondary_header = {}; ///< TM, with its identification octet
    std::span<const std::uint8_t> insert_zone = {};
    std::span<const std::uint8_t> data = {};
    std::optional<std::uint32_t> ocf = {}; ///< operational control field, usually a CLCW
};

enum class FrameFault : std::uint8_t { none, short_frame, version, fecf, pointer, length };
std::string_view name_of(FrameFault fault); ///< "short", "version", "fecf", "pointer", "length"

/// Takes a frame apart. Returns FrameFault::none and fills `out`, or says why it cannot.
FrameFault parse_frame(std::span<const std::uint8_t> bytes, const FrameLayout& layout,
                       TransferFrame& out) noexcept;

/// Communications Link Control Word (CCSDS 232.0-B 4.2), the usual content of the OCF.
struct Clcw {
    int version = 0;
    int status = 0; ///< mission-specific
    int cop_in_effect = 0;
    int virtual_channel = 0;
    bool no_rf_available = false;
    bool no_bit_lock = false;
    bool lockout = false;
    bool wait = false;
    bool retransmit = false;
    int farm_b_counter = 0;
    int report_value = 0; ///< next expected frame number N(R)
};

/// Nothing when the control word type says that it is not a CLCW.
std::optional<Clcw> parse_clcw(std::uint32_t ocf) noexcept;

} // namespace telemetry::packet
