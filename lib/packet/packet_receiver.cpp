// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/packet/packet_receiver.h"

#include <functional>
#include <string_view>
#include <utility>

namespace telemetry::packet {
namespace {

constexpr int kSequenceRange = 1 << 14;

LinkEvent event_about(LinkFault fault, const Origin& origin) {
    return {.fault = fault,
            .spacecraft_id = origin.spacecraft_id,
            .virtual_channel = origin.virtual_channel,
            .sample_index = origin.sample_index,
            .utc_ns = origin.utc_ns};
}

} // namespace

PacketReceiver::PacketReceiver(const PacketReceiverOptions& options, Sink<LinkEvent>& events)
    : options_(options), reporter_(events, counts_), sequencer_(*this) {}

void PacketReceiver::Reporter::accept(const LinkEvent& event) noexcept {
    const bool counted =
        event.fault == LinkFault::frames_missing || event.fault == LinkFault::packets_missing;
    counts.faults[static_cast<std::size_t>(event.fault)] +=
        counted ? static_cast<std::uint64_t>(event.count) : 1;
    events.accept(event);
}

PacketReceiver::Channel* PacketReceiver::channel_of(const ChannelKey& key) noexcept {
    const auto at = channels_.find(key);
    if (at != channels_.end())
        return at->second.get();
    if (channels_.size() >= options_.most_channels)
        return nullptr;
    return channels_.emplace(key, std::make_unique<Channel>(options_.longest_packet))
        .first->second.get();
}

void PacketReceiver::mark_gap(int spacecraft_id, int virtual_channel) noexcept {
    for (auto& [key, channel] : channels_)
        if (std::get<0>(key) == spacecraft_id && std::get<1>(key) == virtual_channel)
            channel->after_gap = true;
}

PacketReceiver::Sequence PacketReceiver::follow(const TransferFrame& frame,
                                                std::span<const std::uint8_t> bytes,
                                                const Origin& origin) noexcept {
    if (!frame.count)
        return Sequence::next; // USLP without counts: nothing to tell by
    const LastFrame now{
        *frame.count,
        std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()})};
    const std::tuple key(frame.spacecraft_id, frame.virtual_channel);
    const auto at = last_frames_.find(key);
    if (at == last_frames_.end()) {
        if (last_frames_.size() >= options_.most_channels)
            return Sequence::refused;
        last_frames_.emplace(key, now);
        return Sequence::first;
    }
    const LastFrame last = std::exchange(at->second, now);
    const std::uint64_t mask =
        frame.count_bits >= 64 ? ~0ull : (std::uint64_t{1} << frame.count_bits) - 1;
    const std::uint64_t step = (now.count - last.count) & mask;
    if (step == 1)
        return Sequence::next;
    // A frame that comes twice (two receivers of one pass) must not break the packet it cuts. The
    // same count with other octets is a whole cycle of frames missing.
    if (step == 0 && now.digest == last.digest) {
        reporter_.accept(event_about(LinkFault::frame_repeated, origin));
        return Sequence::repeated;
    }
    LinkEvent event = event_about(LinkFault::frames_missing, origin);
    event.count = static_cast<std::int64_t>((step - 1) & mask);
    reporter_.accept(event);
    mark_gap(frame.spacecraft_id, frame.virtual_channel);
    return Sequence::gap;
}

void PacketReceiver::refuse(const Origin& origin) noexcept {
    LinkEvent event = event_about(LinkFault::frame_invalid, origin);
    event.detail = "too many channels";
    reporter_.accept(event);
}

void PacketReceiver::process(const Frame& input, Sink<Packet>& packets) noexcept {
    ++counts_.frames;
    TransferFrame frame;
    const FrameFault fault = parse_frame(input.bytes, options_.layout, frame);
    const Origin origin{frame.spacecraft_id, frame.virtual_channel, frame.map,
                        input.sample_index,  input.utc_ns,          input.confirmed};
    if (fault != FrameFault::none) {
        LinkEvent event = event_about(LinkFault::frame_invalid, origin);
        event.detail = name_of(fault);
        return reporter_.accept(event);
    }
    const Sequence sequence = follow(frame, input.bytes, origin);
    if (sequence == Sequence::repeated)
        return;
    if (sequence == Sequence::refused)
        return refuse(origin);
    if (frames_)
        frames_->accept(frame);
    if (frame.content == Content::idle) {
        ++counts_.idle_frames;
        return;
    }
    if (frame.content == Content::stream)
        return;
    Channel* channel = channel_of({frame.spacecraft_id, frame.virtual_channel, frame.map});
    if (!channel)
        return refuse(origin);
    sequencer_.out = &packets;
    const bool continuous = sequence == Sequence::next && !channel->after_gap;
    channel->extractor.take(frame,
                            continuous ? PacketExtractor::Continuity::continuous
                                       : PacketExtractor::Continuity::gap,
                            origin, sequencer_, reporter_);
    channel->after_gap = false;
}

void PacketReceiver::Sequencer::accept(const Packet& packet) noexcept {
    if (!packet.space)
        return owner.pass(packet, *out);
    const ApplicationKey key{packet.origin.spacecraft_id, packet.space->apid};
    auto at = owner.applications_.find(key);
    if (at == owner.applications_.end()) {
        if (owner.applications_.size() >= owner.options_.most_applications)
            return owner.refuse(packet.origin);
        at = owner.applications_.try_emplace(key).first;
    }
    owner.check_sequence(packet, at->second);
    if (owner.options_.join_segments)
        owner.join(packet, at->second, *out);
    else
        owner.pass(packet, *out);
}

void PacketReceiver::check_sequence(const Packet& packet, Application& application) noexcept {
    const int sequence = packet.space->sequence_count;
    const int last = std::exchange(application.last_sequence, sequence);
    if (last < 0)
        return;
    const int step = (sequence - last + kSequenceRange) % kSequenceRange;
    if (step == 1)
        return;
    LinkEvent event = event_about(
        step == 0 ? LinkFault::packet_repeated : LinkFault::packets_missing, packet.origin);
    event.apid = packet.space->apid;
    event.count = step == 0 ? 1 : step - 1;
    reporter_.accept(event);
    drop_group(application, packet.space->apid);
}

void PacketReceiver::drop_group(Application& application, int apid) noexcept {
    if (application.group.empty())
        return;
    LinkEvent event = event_about(LinkFault::segment_broken, application.group_origin);
    event.apid = apid;
    event.count = static_cast<std::int64_t>(application.group.size());
    application.group.clear();
    reporter_.accept(event);
}

void PacketReceiver::join(const Packet& packet, Application& application,
                          Sink<Packet>& out) noexcept {
    const Grouping grouping = packet.space->grouping;
    auto& group = application.group;
    if (grouping == Grouping::whole || grouping == Grouping::first)
        drop_group(application, packet.space->apid);
    if (grouping == Grouping::whole)
        return pass(packet, out);
    if (grouping == Grouping::first) {
        group.assign(packet.bytes.begin(), packet.bytes.end());
        application.group_origin = packet.origin;
        return;
    }
    const std::size_t cut = 6 + static_cast<std::size_t>(options_.secondary_header_bytes);
    if (group.empty() || packet.bytes.size() < cut ||
        group.size() + packet.bytes.size() > options_.longest_packet * 16) {
        LinkEvent event = event_about(LinkFault::segment_broken, packet.origin);
        event.apid = packet.space->apid;
        event.count = static_cast<std::int64_t>(packet.bytes.size());
        group.clear();
        return reporter_.accept(event);
    }
    group.insert(group.end(), packet.bytes.begin() + static_cast<std::ptrdiff_t>(cut),
                 packet.bytes.end());
    application.group_origin.confirmed &= packet.origin.confirmed;
    if (grouping == Grouping::continuation)
        return;
    Packet joined{
        .bytes = group, .space = parse_space_header(group), .origin = application.group_origin};
    joined.space->grouping = Grouping::whole;
    joined.space->total_length = group.size();
    pass(joined, out);
    group.clear();
}

void PacketReceiver::pass(const Packet& packet, Sink<Packet>& out) noexcept {
    ++counts_.packets;
    counts_.octets += packet.bytes.size();
    out.accept(packet);
}

void PacketReceiver::finish(Sink<Packet>&) noexcept {
    for (auto& [key, application] : applications_)
        drop_group(application, std::get<1>(key));
}

void PacketReceiver::reset() noexcept {
    channels_.clear();
    last_frames_.clear();
    applications_.clear();
}

} // namespace telemetry::packet
