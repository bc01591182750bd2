// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/packet/transfer_frame.h"

#include <array>

#include "telemetry/fec/crc.h"

namespace telemetry::packet {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr int kNoStart11 = 0x7ff;  // TM and AOS: no packet starts in this frame
constexpr int kIdleOnly11 = 0x7fe; // TM and AOS: idle data only
constexpr int kNoStart16 = 0xffff; // USLP
constexpr int kIdleChannel = 63;   // AOS and USLP: only idle data
// UPIDs, 732.1-B 4.1.4.2.3 and SANA's registry
constexpr int kUslpPackets = 0;
constexpr int kUslpIdle = 31;

std::uint32_t be16(Bytes b, std::size_t at) {
    return static_cast<std::uint32_t>(b[at] << 8 | b[at + 1]);
}
std::uint32_t be32(Bytes b, std::size_t at) {
    return be16(b, at) << 16 | be16(b, at + 2);
}

/// Cuts `count` bytes off the end; false when there are too few.
bool take_tail(Bytes& bytes, std::size_t count, Bytes& tail) {
    if (bytes.size() < count)
        return false;
    tail = bytes.last(count);
    bytes = bytes.first(bytes.size() - count);
    return true;
}

bool take_head(Bytes& bytes, std::size_t count, Bytes& head) {
    if (bytes.size() < count)
        return false;
    head = bytes.first(count);
    bytes = bytes.subspan(count);
    return true;
}

bool fecf_holds(Bytes frame, int fecf_bytes) {
    static const fec::Crc crc16(fec::kCrc16False);
    // 732.1-B annex: the 32-bit code of CCSDS 211.0-B, all-zero start, no final inversion.
    static const fec::Crc crc32({32, 0x00a00805, 0, false, 0});
    const Bytes body = frame.first(frame.size() - static_cast<std::size_t>(fecf_bytes));
    return fecf_bytes == 2 ? crc16(body) == be16(frame, body.size())
                           : crc32(body) == be32(frame, body.size());
}

FrameFault set_pointer(TransferFrame& out, int pointer) {
    if (pointer >= static_cast<int>(out.data.size()))
        return FrameFault::pointer;
    out.first_header = pointer;
    return FrameFault::none;
}

bool take_ocf(Bytes& body, TransferFrame& out) {
    Bytes field;
    if (!take_tail(body, 4, field))
        return false;
    out.ocf = be32(field, 0);
    return true;
}

/// Packet pointer of 11 bits as TM and AOS have it.
FrameFault set_pointer11(TransferFrame& out, int pointer) {
    if (pointer == kIdleOnly11)
        out.content = Content::idle;
    else if (pointer != kNoStart11)
        return set_pointer(out, pointer);
    return FrameFault::none;
}

FrameFault parse_tm(Bytes body, TransferFrame& out) {
    Bytes header;
    if (!take_head(body, 6, header))
        return FrameFault::short_frame;
    if (header[0] >> 6 != 0)
        return FrameFault::version;
    out.spacecraft_id = static_cast<int>(be16(header, 0) >> 4 & 0x3ff);
    out.virtual_channel = header[1] >> 1 & 7;
    out.master_count = header[2];
    out.count = header[3];
    out.count_bits = 8;
    const std::uint32_t status = be16(header, 4);
    if (header[1] & 1 && !take_ocf(body, out))
        return FrameFault::short_frame;
    if (status & 0x8000) {
        // The identification octet holds the version and the length less one (132.0-B 4.1.3.2).
        const std::size_t length = body.empty() ? 1 : (body[0] & 0x3fu) + 1u;
        if (!take_head(body, length, out.secondary_header))
            return FrameFault::short_frame;
    }
    out.data = body;
    if (status & 0x4000) { // synchronisation flag: octets of a VCA service
        out.content = Content::stream;
        return FrameFault::none;
    }
    return set_pointer11(out, static_cast<int>(status & 0x7ff));
}

FrameFault parse_aos(Bytes body, const FrameLayout& layout, TransferFrame& out) {
    Bytes header, control;
    if (!take_head(body, 6, header) ||
        (layout.frame_header_error_control && !take_head(body, 2, control)) ||
        !take_head(body, static_cast<std::size_t>(layout.insert_zone_bytes), out.insert_zone))
        return FrameFault::short_frame;
    if (header[0] >> 6 != 1)
        return FrameFault::version;
    // Issue 5 made two spare bits, zeros before, the highest ones of the spacecraft identifier.
    out.spacecraft_id = static_cast<int>(be16(header, 0) >> 6 & 0xff) | (header[5] & 0x30) << 4;
    out.virtual_channel = header[1] & 0x3f;
    std::uint64_t count = be32(header, 2) >> 8;
    out.count_bits = 24;
    out.replay = header[5] & 0x80;
    if (header[5] & 0x40) { // the cycle in use makes the count four bits longer
        count |= std::uint64_t{header[5] & 0x0fu} << 24;
        out.count_bits = 28;
    }
    out.count = count;
    if (layout.ocf.value_or(false) && !take_ocf(body, out))
        return FrameFault::short_frame;
    if (out.virtual_channel == kIdleChannel) {
        out.content = Content::idle;
        out.data = body;
        return FrameFault::none;
    }
    Bytes pointer;
    if (!take_head(body, 2, pointer))
        return FrameFault::short_frame;
    out.data = body;
    return set_pointer11(out, static_cast<int>(be16(pointer, 0) & 0x7ff));
}

FrameFault parse_uslp_data(Bytes body, TransferFrame& out) {
    Bytes header, pointer;
    if (!take_head(body, 1, header))
        return FrameFault::short_frame;
    const int rule = header[0] >> 5;
    if (rule <= 2 && !take_head(body, 2, pointer))
        return FrameFault::short_frame;
    out.data = body;
    const int protocol = header[0] & 31;
    if (protocol == kUslpIdle || out.virtual_channel == kIdleChannel) {
        out.content = Content::idle;
        return FrameFault::none;
    }
    if (protocol != kUslpPackets) {
        out.content = Content::stream;
        return FrameFault::none;
    }
    // Table 4-3 of 732.1-B: what each construction rule says about the data zone.
    switch (rule) {
    case 0: {
        const int at = static_cast<int>(be16(pointer, 0));
        return at == kNoStart16 ? FrameFault::none : set_pointer(out, at);
    }
    case 1:
    case 2: { // MAPA_SDU starts / goes on; the pointer tells its last octet, all ones: none here
        out.content = Content::stream;
        const std::uint32_t last = be16(pointer, 0);
        if (last != kNoStart16) {
            if (last >= body.size())
                return FrameFault::pointer;
            out.data = body.first(last + 1);
        }
        return FrameFault::none;
    }
    case 3:
        out.content = Content::stream;
        return FrameFault::none;
    default: {
        static constexpr std::array kSegments = {Segment::first, Segment::middle, Segment::last,
                                                 Segment::whole};
        out.content = Content::segments;
        out.segment = kSegments[static_cast<std::size_t>(rule - 4)];
        return FrameFault::none;
    }
    }
}

FrameFault parse_uslp(Bytes frame, const FrameLayout& layout, TransferFrame& out) {
    Bytes body = frame, header, tail;
    if (!take_head(body, 4, header))
        return FrameFault::short_frame;
    if (header[0] >> 4 != 12)
        return FrameFault::version;
    const std::uint32_t word = be32(header, 0);
    out.spacecraft_id = static_cast<int>(word >> 12 & 0xffff);
    out.virtual_channel = static_cast<int>(word >> 5 & 0x3f);
    out.map = static_cast<int>(word >> 1 & 0xf);
    if (word & 1) { // truncated frame: no length, no counts, no OCF, no FECF
        // One wrong bit makes it of another frame: nothing of that kind where all are checked.
        return layout.fecf_bytes > 0 ? FrameFault::fecf : parse_uslp_data(body, out);
    }
    if (!take_head(body, 3, header))
        return FrameFault::short_frame;
    const std::size_t length = be16(header, 0) + 1;
    if (length > frame.size())
        return FrameFault::length;
    // Variable-length frames come with fill behind them.
    take_tail(body, frame.size() - length, tail);
    if (layout.fecf_bytes > 0) {
        if (length < 7 + static_cast<std::size_t>(layout.fecf_bytes))
            return FrameFault::short_frame;
        if (!fecf_holds(frame.first(length), layout.fecf_bytes))
            return FrameFault::fecf;
        take_tail(body, static_cast<std::size_t>(layout.fecf_bytes), tail);
    }
    out.expedited = header[2] & 0x80;
    const bool ocf_present = header[2] & 8;
    const std::size_t count_bytes = header[2] & 7;
    Bytes count;
    if (!take_head(body, count_bytes, count) ||
        !take_head(body, static_cast<std::size_t>(layout.insert_zone_bytes), out.insert_zone) ||
        (ocf_present && !take_ocf(body, out)))
        return FrameFault::short_frame;
    if (count_bytes > 0) {
        std::uint64_t value = 0;
        for (const std::uint8_t byte : count)
            value = value << 8 | byte;
        out.count = value;
        out.count_bits = static_cast<int>(count_bytes) * 8;
    }
    return parse_uslp_data(body, out);
}

} // namespace

std::string_view name_of(FrameFault fault) {
    static constexpr std::array<std::string_view, 6> kNames = {"none", "short",   "version",
                                                               "fecf", "pointer", "length"};
    return kNames[static_cast<std::size_t>(fault)];
}

FrameFault parse_frame(Bytes bytes, const FrameLayout& layout, TransferFrame& out) noexcept {
    out = {};
    out.protocol = layout.protocol;
    if (layout.protocol == Protocol::uslp)
        return parse_uslp(bytes, layout, out); // its FECF stands where its length field says
    Bytes body = bytes, fecf;
    if (!take_tail(body, static_cast<std::size_t>(layout.fecf_bytes), fecf))
        return FrameFault::short_frame;
    if (layout.fecf_bytes > 0 && !fecf_holds(bytes, layout.fecf_bytes))
        return FrameFault::fecf;
    return layout.protocol == Protocol::tm ? parse_tm(body, out) : parse_aos(body, layout, out);
}

std::optional<Clcw> parse_clcw(std::uint32_t ocf) noexcept {
    if (ocf >> 31)
        return std::nullopt; // type 1: a Type-2 report
    Clcw clcw;
    clcw.version = static_cast<int>(ocf >> 29 & 3);
    clcw.status = static_cast<int>(ocf >> 26 & 7);
    clcw.cop_in_effect = static_cast<int>(ocf >> 24 & 3);
    clcw.virtual_channel = static_cast<int>(ocf >> 18 & 0x3f);
    clcw.no_rf_available = ocf >> 15 & 1;
    clcw.no_bit_lock = ocf >> 14 & 1;
    clcw.lockout = ocf >> 13 & 1;
    clcw.wait = ocf >> 12 & 1;
    clcw.retransmit = ocf >> 11 & 1;
    clcw.farm_b_counter = static_cast<int>(ocf >> 9 & 3);
    clcw.report_value = static_cast<int>(ocf & 0xff);
    return clcw;
}

} // namespace telemetry::packet
