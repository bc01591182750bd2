// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/packet/packet_receiver.h"

#include <algorithm>
#include <utility>

namespace telemetry::packet {

PacketReceiver::PacketReceiver(const PacketReceiverOptions& options, Sink<LinkEvent>& events)
    : options_(options), reporter_(events, counts_), sequencer_(options.sequencer, reporter_),
      sequencing_(*this), counting_(counts_) {}

void PacketReceiver::Reporter::accept(const LinkEvent& event) noexcept {
    const bool counted =
        event.fault == LinkFault::frames_missing || event.fault == LinkFault::packets_missing;
    counts.faults[static_cast<std::size_t>(event.fault)] +=
        counted ? static_cast<std::uint64_t>(event.count) : 1;
    events.accept(event);
}

void PacketReceiver::Sequencing::accept(const Packet& packet) noexcept {
    owner.counting_.out = out;
    owner.sequencer_.process(packet, owner.counting_);
}

void PacketReceiver::Counting::accept(const Packet& packet) noexcept {
    ++counts.packets;
    counts.octets += packet.bytes.size();
    out->accept(packet);
}

PacketReceiver::Channel* PacketReceiver::channel_of(const TransferFrame& frame) noexcept {
    const Key key =
        static_cast<Key>(frame.spacecraft_id) << 8 | static_cast<Key>(frame.virtual_channel);
    if (key == last_key_)
        return last_;
    auto at = channels_.find(key);
    if (at == channels_.end()) {
        if (channels_.size() >= options_.most_channels)
            return nullptr;
        at = channels_.try_emplace(key).first;
    }
    last_key_ = key;
    last_ = &at->second;
    return last_;
}

PacketReceiver::Access* PacketReceiver::access_of(Channel& channel,
                                                  const TransferFrame& frame) noexcept {
    const int key = 2 * frame.map + frame.expedited;
    const auto at = channel.accesses.find(key);
    if (at != channel.accesses.end())
        return &at->second;
    if (accesses_ >= options_.most_channels)
        return nullptr;
    ++accesses_;
    return &channel.accesses.try_emplace(key, options_.longest_packet).first->second;
}

void PacketReceiver::report(LinkFault fault, const Origin& origin,
                            std::string_view detail) noexcept {
    LinkEvent event = event_about(fault, origin);
    event.detail = detail;
    reporter_.accept(event);
}

PacketReceiver::Sequence PacketReceiver::follow(const TransferFrame& frame, Channel& channel,
                                                std::span<const std::uint8_t> bytes,
                                                const Origin& origin) noexcept {
    if (!frame.count)
        return Sequence::next; // USLP without counts: nothing to tell by
    Counter& counter = channel.counters[frame.expedited];
    const std::uint64_t last = std::exchange(counter.count, *frame.count);
    const bool first = !std::exchange(counter.counted, true);
    const std::uint64_t mask =
        frame.count_bits >= 64 ? ~0ull : (std::uint64_t{1} << frame.count_bits) - 1;
    const std::uint64_t step = (counter.count - last) & mask;
    const bool repeated = !first && step == 0 && std::ranges::equal(counter.last, bytes);
    counter.last.assign(bytes.begin(), bytes.end());
    if (first)
        return Sequence::first;
    if (step == 1)
        return Sequence::next;
    // A frame that comes twice (two receivers of one pass) must not break the packet it cuts. The
    // same count with other octets is a whole cycle of frames missing.
    if (repeated) {
        report(LinkFault::frame_repeated, origin, {});
        return Sequence::repeated;
    }
    LinkEvent event = event_about(LinkFault::frames_missing, origin);
    event.count = static_cast<std::int64_t>((step - 1) & mask);
    reporter_.accept(event);
    for (auto& [key, access] : channel.accesses)
        if (key % 2 == frame.expedited)
            access.after_gap = true;
    return Sequence::gap;
}

void PacketReceiver::process(const Frame& input, Sink<Packet>& packets) noexcept {
    ++counts_.frames;
    TransferFrame frame;
    const FrameFault fault = parse_frame(input.bytes, options_.layout, frame);
    Origin origin{
        .sample_index = input.sample_index, .utc_ns = input.utc_ns, .confirmed = input.confirmed};
    if (fault != FrameFault::none)
        return report(LinkFault::frame_invalid, origin, name_of(fault));
    origin.spacecraft_id = frame.spacecraft_id;
    origin.virtual_channel = frame.virtual_channel;
    origin.map = frame.protocol == Protocol::uslp ? frame.map : -1;
    origin.confirmed |= options_.layout.fecf_bytes > 0;
    if (options_.spacecraft_id && *options_.spacecraft_id != frame.spacecraft_id)
        return report(LinkFault::frame_refused, origin, "another spacecraft");
    Channel* channel = channel_of(frame);
    if (!channel)
        return report(LinkFault::frame_refused, origin, "too many channels");
    const Sequence sequence = follow(frame, *channel, input.bytes, origin);
    if (sequence == Sequence::repeated)
        return;
    if (frames_)
        frames_->accept(frame);
    if (frame.content == Content::idle) {
        ++counts_.idle_frames;
        return;
    }
    if (frame.content == Content::stream ||
        !options_.virtual_channels[static_cast<std::size_t>(frame.virtual_channel)])
        return;
    Access* access = access_of(*channel, frame);
    if (!access)
        return report(LinkFault::frame_refused, origin, "too many channels");
    sequencing_.out = &packets;
    const bool continuous = sequence == Sequence::next && !access->after_gap;
    access->extractor.take(frame,
                           continuous ? PacketExtractor::Continuity::continuous
                                      : PacketExtractor::Continuity::gap,
                           origin, sequencing_, reporter_);
    access->after_gap = false;
}

void PacketReceiver::finish(Sink<Packet>& packets) noexcept {
    for (auto& [key, channel] : channels_)
        for (auto& [map, access] : channel.accesses)
            access.extractor.finish(reporter_);
    sequencer_.finish(packets);
}

void PacketReceiver::reset() noexcept {
    channels_.clear();
    accesses_ = 0;
    last_key_ = ~Key{0};
    last_ = nullptr;
    sequencer_.reset();
}

} // namespace telemetry::packet
