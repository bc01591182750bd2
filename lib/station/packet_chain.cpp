// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/packet_chain.h"

#include <algorithm>
#include <cassert>

#include "telemetry/packet/packet_settings.h"

namespace telemetry::station {
namespace {

bool equal(const Settings& a, const Settings& b) {
    return std::ranges::equal(a.entries(), b.entries(), [](const auto& one, const auto& other) {
        return one.name == other.name && one.value == other.value;
    });
}

} // namespace

/// A packet receiver, and the downlink that its present input came from.
struct PacketChain::Layer final : Sink<packet::Packet>,
                                  Sink<packet::LinkEvent>,
                                  Sink<packet::TransferFrame> {
    Layer(PacketChain& c, const Settings& s, const packet::PacketReceiverOptions& options)
        : chain(c), settings(s), receiver(options, *this), sequencer(options.sequencer, *this) {
        receiver.watch_frames(this);
    }

    PacketTally& tally() { return chain.tallies_[static_cast<std::size_t>(downlink)]; }

    void accept(const packet::Packet& packet) noexcept override {
        ++tally().packets;
        chain.observer_.on_packet(packet, downlink);
    }
    void accept(const packet::LinkEvent& event) noexcept override {
        const auto count = static_cast<std::uint64_t>(event.count);
        if (event.fault == packet::LinkFault::frames_missing)
            tally().frames_missing += count;
        else if (event.fault == packet::LinkFault::packets_missing)
            tally().packets_missing += count;
        else
            ++tally().faults;
        chain.observer_.on_link_event(event, downlink);
    }
    void accept(const packet::TransferFrame& frame) noexcept override {
        chain.observer_.on_transfer_frame(frame, downlink);
    }

    /// A frame that is a packet itself.
    void take_packet(const Frame& frame) {
        packet::Packet whole;
        whole.bytes = frame.bytes;
        const auto header = packet::parse_space_header(frame.bytes);
        if (header && header->total_length == frame.bytes.size())
            whole.space = header;
        whole.origin.sample_index = frame.sample_index;
        whole.origin.utc_ns = frame.utc_ns;
        whole.origin.confirmed = frame.confirmed;
        if (whole.space)
            sequencer.process(whole, *this);
        else
            accept(whole);
    }

    PacketChain& chain;
    const Settings& settings;
    packet::PacketReceiver receiver;
    packet::PacketSequencer sequencer; ///< for packets that come without frames
    int downlink = 0;
};

PacketChain::PacketChain(const Station& station, PacketObserver& observer)
    : observer_(observer), by_downlink_(station.downlinks.size()),
      tallies_(station.downlinks.size()) {
    for (std::size_t i = 0; i < station.downlinks.size(); ++i) {
        const auto& settings = station.downlinks[i].packets;
        if (!settings)
            continue;
        const auto shared = std::ranges::find_if(
            layers_, [&](const auto& layer) { return equal(layer->settings, *settings); });
        if (shared != layers_.end()) {
            by_downlink_[i] = shared->get();
            continue;
        }
        const auto options = packet::packet_options(*settings);
        assert(options && "loading a station checks its packet settings");
        layers_.push_back(std::make_unique<Layer>(*this, *settings, *options));
        by_downlink_[i] = layers_.back().get();
        layers_.back()->downlink = static_cast<int>(i);
    }
}

PacketChain::~PacketChain() = default;

void PacketChain::take(const Frame& frame, int downlink) noexcept {
    Layer* layer = by_downlink_[static_cast<std::size_t>(downlink)];
    if (!layer)
        return;
    layer->downlink = downlink;
    if (layer->settings.text("protocol") == "packet")
        layer->take_packet(frame);
    else
        layer->receiver.process(frame, *layer);
}

void PacketChain::take(const packet::Packet& packet, int downlink) noexcept {
    Layer* layer = by_downlink_[static_cast<std::size_t>(downlink)];
    assert(layer);
    layer->downlink = downlink;
    layer->sequencer.process(packet, *layer);
}

void PacketChain::finish() noexcept {
    for (const auto& layer : layers_) {
        layer->receiver.finish(*layer);
        layer->receiver.reset();
        layer->sequencer.finish(*layer);
        layer->sequencer.reset();
    }
}

} // namespace telemetry::station
