// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/base/stage.h"
#include "telemetry/packet/packet.h"
#include "telemetry/packet/packet_extractor.h"
#include "telemetry/packet/packet_sequencer.h"
#include "telemetry/packet/transfer_frame.h"

namespace telemetry::packet {

struct PacketReceiverOptions {
    FrameLayout layout = {};
    std::size_t longest_packet = 65542; ///< octets
    SequencerOptions sequencer = {};
    std::size_t most_channels = 256;       ///< virtual channels and MAPs; further ones are refused
    std::optional<int> spacecraft_id = {}; ///< frames of others are dropped and reported
    std::bitset<64> virtual_channels = ~0ULL; ///< those that carry packets; others are left alone
};

struct PacketCounts {
    std::uint64_t frames = 0;
    std::uint64_t idle_frames = 0;
    std::uint64_t packets = 0;
    std::uint64_t octets = 0; ///< of packets
    /// By LinkFault, summed over LinkEvent::count of frames and packets missing, else one an event.
    std::array<std::uint64_t, kLinkFaults> faults{};

    std::uint64_t operator[](LinkFault fault) const {
        return faults[static_cast<std::size_t>(fault)];
    }
};

/// Transfer frames → packets: demultiplexes virtual channels (and MAPs), counts gaps in the frame
/// sequence, puts packets together across frames, drops idle data; PacketSequencer does the rest.
///
/// Counters wrap: a step of d modulo their range is d − 1 missing. The first frame of a channel is
/// the start, whatever its count. USLP counts sequence-controlled and expedited frames apart, so
/// each have their own sequence and packets.
class PacketReceiver final : public Stage<Frame, Packet> {
public:
    /// `events` outlives the receiver.
    PacketReceiver(const PacketReceiverOptions& options, Sink<LinkEvent>& events);

    void process(const Frame& frame, Sink<Packet>& packets) noexcept override;
    void finish(Sink<Packet>& packets) noexcept override;
    void reset() noexcept override;

    /// For TransferFrame's other contents (OCF, VCA, secondary header): called with each good one.
    void watch_frames(Sink<TransferFrame>* frames) noexcept { frames_ = frames; }

    const PacketCounts& counts() const noexcept { return counts_; }

private:
    enum class Sequence : std::uint8_t { first, next, repeated, gap };

    /// A MAP of a USLP virtual channel with one quality of service; other protocols have one for
    /// each virtual channel.
    struct Access {
        explicit Access(std::size_t longest) : extractor(longest) {}
        PacketExtractor extractor;
        bool after_gap = false; ///< frames are missing since it last took one
    };
    /// Of the frames of a virtual channel with one quality of service.
    struct Counter {
        std::uint64_t count = 0; ///< of the last one
        bool counted = false;
        std::vector<std::uint8_t> last; ///< octets of that frame
    };
    struct Channel {
        std::array<Counter, 2> counters; ///< sequence-controlled, expedited
        std::map<int, Access> accesses;  ///< by MAP and quality of service
    };
    using Key = std::uint32_t; ///< spacecraft, then virtual channel

    struct Reporter final : Sink<LinkEvent> {
        Reporter(Sink<LinkEvent>& out, PacketCounts& c) : events(out), counts(c) {}
        void accept(const LinkEvent& event) noexcept override;
        Sink<LinkEvent>& events;
        PacketCounts& counts;
    };
    struct Sequencing final : Sink<Packet> {
        explicit Sequencing(PacketReceiver& o) : owner(o) {}
        void accept(const Packet& packet) noexcept override;
        PacketReceiver& owner;
        Sink<Packet>* out = nullptr;
    };
    struct Counting final : Sink<Packet> {
        explicit Counting(PacketCounts& c) : counts(c) {}
        void accept(const Packet& packet) noexcept override;
        PacketCounts& counts;
        Sink<Packet>* out = nullptr;
    };

    Channel* channel_of(const TransferFrame& frame) noexcept;
    Access* access_of(Channel& channel, const TransferFrame& frame) noexcept;
    Sequence follow(const TransferFrame& frame, Channel& channel,
                    std::span<const std::uint8_t> bytes, const Origin& origin) noexcept;
    void report(LinkFault fault, const Origin& origin, std::string_view detail) noexcept;

    PacketReceiverOptions options_;
    PacketCounts counts_;
    Reporter reporter_;
    PacketSequencer sequencer_;
    Sequencing sequencing_;
    Counting counting_;
    Sink<TransferFrame>* frames_ = nullptr;
    std::map<Key, Channel> channels_;
    std::size_t accesses_ = 0; ///< of all channels
    Key last_key_ = ~Key{0};   ///< of the channel that came last: mostly the next
    Channel* last_ = nullptr;
};

} // namespace telemetry::packet
