// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/packet/packet_extractor.h"

#include <algorithm>

namespace telemetry::packet {

using Bytes = std::span<const std::uint8_t>;

PacketExtractor::PacketExtractor(std::size_t longest) : longest_(longest) {
    partial_.reserve(longest);
}

void PacketExtractor::finish(Sink<LinkEvent>& events) noexcept {
    drop_partial(LinkFault::packet_broken, events);
}

void PacketExtractor::drop_partial(LinkFault why, Sink<LinkEvent>& events) noexcept {
    if (partial_.empty())
        return;
    const auto space = parse_space_header(partial_);
    events.accept({.fault = why,
                   .spacecraft_id = partial_origin_.spacecraft_id,
                   .virtual_channel = partial_origin_.virtual_channel,
                   .apid = space ? space->apid : -1,
                   .count = static_cast<std::int64_t>(partial_.size()),
                   .sample_index = partial_origin_.sample_index,
                   .utc_ns = partial_origin_.utc_ns});
    partial_.clear();
}

void PacketExtractor::pass(Bytes bytes, const Origin& origin, Sink<Packet>& packets) noexcept {
    Packet packet{.bytes = bytes, .space = parse_space_header(bytes), .origin = origin};
    if (!is_idle(packet))
        packets.accept(packet);
}

/// Feeds the packet begun in an earlier frame with the data in front of the next one; true when it
/// is done (or given up).
bool PacketExtractor::complete_partial(Bytes data, const Origin& origin, Sink<Packet>& packets,
                                       Sink<LinkEvent>& events) noexcept {
    partial_origin_.confirmed &= origin.confirmed;
    while (true) {
        const Extent extent = packet_extent(partial_);
        const std::size_t wanted = extent.need > 0 ? extent.need : extent.total;
        if (wanted == 0 || wanted > longest_) {
            drop_partial(wanted == 0 ? LinkFault::packet_unknown : LinkFault::packet_too_long,
                         events);
            return true;
        }
        const std::size_t taken = std::min(wanted - std::min(wanted, partial_.size()), data.size());
        partial_.insert(partial_.end(), data.begin(),
                        data.begin() + static_cast<std::ptrdiff_t>(taken));
        data = data.subspan(taken);
        if (partial_.size() < wanted)
            return false; // goes on in the next frame
        if (extent.need == 0) {
            if (!data.empty()) {
                drop_partial(LinkFault::packet_broken, events);
                return true;
            }
            pass(partial_, partial_origin_, packets);
            partial_.clear();
            return true;
        }
    }
}

/// Packets from the start of `data` on; the last may be cut off.
void PacketExtractor::cut(Bytes data, const Origin& origin, Sink<Packet>& packets,
                          Sink<LinkEvent>& events) noexcept {
    while (!data.empty()) {
        const Extent extent = packet_extent(data);
        const bool unknown = extent.need == 0 && extent.total == 0;
        if (unknown || extent.total > longest_) {
            events.accept(
                {.fault = unknown ? LinkFault::packet_unknown : LinkFault::packet_too_long,
                 .spacecraft_id = origin.spacecraft_id,
                 .virtual_channel = origin.virtual_channel,
                 .count = static_cast<std::int64_t>(data.size()),
                 .sample_index = origin.sample_index,
                 .utc_ns = origin.utc_ns});
            return;
        }
        if (extent.need > 0 || extent.total > data.size()) {
            partial_.assign(data.begin(), data.end());
            partial_origin_ = origin;
            return;
        }
        pass(data.first(extent.total), origin, packets);
        data = data.subspan(extent.total);
    }
}

void PacketExtractor::take_segment(const TransferFrame& frame, const Origin& origin,
                                   Sink<Packet>& packets, Sink<LinkEvent>& events) noexcept {
    const bool begins = frame.segment == Segment::whole || frame.segment == Segment::first;
    const bool ends = frame.segment == Segment::whole || frame.segment == Segment::last;
    if (begins) {
        drop_partial(LinkFault::packet_broken, events);
        partial_origin_ = origin;
    } else if (partial_.empty()) {
        return; // its beginning is lost, and that was reported as missing frames
    }
    partial_origin_.confirmed &= origin.confirmed;
    if (partial_.size() + frame.data.size() > longest_)
        return drop_partial(LinkFault::packet_too_long, events);
    partial_.insert(partial_.end(), frame.data.begin(), frame.data.end());
    if (!ends)
        return;
    // Rules 100 to 111 carry whole packets, one or (111) several in a row.
    Bytes data = partial_;
    while (!data.empty()) {
        const Extent extent = packet_extent(data);
        if (extent.total == 0 || extent.total > data.size())
            break;
        pass(data.first(extent.total), partial_origin_, packets);
        data = data.subspan(extent.total);
    }
    const std::size_t rest = data.size();
    partial_.erase(partial_.begin(), partial_.end() - static_cast<std::ptrdiff_t>(rest));
    drop_partial(LinkFault::packet_unknown, events);
}

void PacketExtractor::take(const TransferFrame& frame, Continuity continuity, const Origin& origin,
                           Sink<Packet>& packets, Sink<LinkEvent>& events) noexcept {
    if (continuity == Continuity::gap)
        drop_partial(LinkFault::packet_broken, events);
    if (frame.content == Content::segments)
        return take_segment(frame, origin, packets, events);
    if (frame.content != Content::packets)
        return;

    const bool starts = frame.first_header != kNoPacketStarts;
    const std::size_t start =
        starts ? static_cast<std::size_t>(frame.first_header) : frame.data.size();
    if (!partial_.empty()) {
        const bool done = complete_partial(frame.data.first(start), origin, packets, events);
        if (starts && !done)
            drop_partial(LinkFault::packet_broken, events);
    }
    if (starts)
        cut(frame.data.subspan(start), origin, packets, events);
}

} // namespace telemetry::packet
