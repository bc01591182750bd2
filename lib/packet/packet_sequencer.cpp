// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/packet/packet_sequencer.h"

#include <utility>

namespace telemetry::packet {
namespace {

constexpr int kSequenceRange = 1 << 14;

} // namespace

PacketSequencer::PacketSequencer(const SequencerOptions& options, Sink<LinkEvent>& events)
    : options_(options), events_(events) {}

PacketSequencer::Application* PacketSequencer::application_of(const Packet& packet) noexcept {
    const Key key = static_cast<Key>(packet.origin.spacecraft_id) << 16 |
                    static_cast<Key>(packet.space->telecommand) << 11 |
                    static_cast<Key>(packet.space->apid);
    if (key == last_key_)
        return last_;
    auto at = applications_.find(key);
    if (at == applications_.end()) {
        if (applications_.size() >= options_.most_applications)
            return nullptr;
        at = applications_.try_emplace(key).first;
    }
    last_key_ = key;
    last_ = &at->second;
    return last_;
}

void PacketSequencer::process(const Packet& packet, Sink<Packet>& packets) noexcept {
    if (!packet.space)
        return packets.accept(packet);
    Application* application = application_of(packet);
    if (!application) {
        LinkEvent event = event_about(LinkFault::packet_refused, packet.origin);
        event.apid = packet.space->apid;
        event.detail = "too many applications";
        return events_.accept(event);
    }
    if (!packet.space->telecommand)
        check_sequence(packet, *application);
    if (options_.joining == Joining::on)
        join(packet, *application, packets);
    else
        packets.accept(packet);
}

void PacketSequencer::check_sequence(const Packet& packet, Application& application) noexcept {
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
    events_.accept(event);
    drop_group(application);
}

void PacketSequencer::report_broken(const Origin& origin, int apid, std::size_t octets) noexcept {
    LinkEvent event = event_about(LinkFault::segment_broken, origin);
    event.apid = apid;
    event.count = static_cast<std::int64_t>(octets);
    events_.accept(event);
}

void PacketSequencer::drop_group(Application& application) noexcept {
    if (application.group.empty())
        return;
    const int apid = parse_space_header(application.group)->apid;
    report_broken(application.group_origin, apid, application.group.size());
    application.group.clear();
}

void PacketSequencer::join(const Packet& packet, Application& application,
                           Sink<Packet>& out) noexcept {
    const Grouping grouping = packet.space->grouping;
    auto& group = application.group;
    if (grouping == Grouping::whole || grouping == Grouping::first)
        drop_group(application);
    if (grouping == Grouping::whole)
        return out.accept(packet);
    if (grouping == Grouping::first) {
        group.assign(packet.bytes.begin(), packet.bytes.end());
        application.group_origin = packet.origin;
        return;
    }
    const std::size_t cut = 6 + (packet.space->secondary_header
                                     ? static_cast<std::size_t>(options_.secondary_header_bytes)
                                     : 0);
    if (group.empty() || packet.bytes.size() < cut ||
        group.size() + packet.bytes.size() > options_.longest_group) {
        drop_group(application);
        return report_broken(packet.origin, packet.space->apid, packet.bytes.size());
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
    out.accept(joined);
    group.clear();
}

void PacketSequencer::finish(Sink<Packet>&) noexcept {
    for (auto& [key, application] : applications_)
        drop_group(application);
}

void PacketSequencer::reset() noexcept {
    applications_.clear();
    last_key_ = ~Key{0};
    last_ = nullptr;
}

} // namespace telemetry::packet
