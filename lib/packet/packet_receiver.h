// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <tuple>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/base/stage.h"
#include "telemetry/packet/packet.h"
#include "telemetry/packet/packet_extractor.h"
#include "telemetry/packet/transfer_frame.h"

namespace telemetry::packet {

struct PacketReceiverOptions {
    FrameLayout layout = {};
    std::size_t longest_packet = 65542;   ///< octets; a joined group may have 16 times that
    bool join_segments = true;            ///< first, continuation, last → one packet
    int secondary_header_bytes = 0;       ///< cut from each but the first segment when joining
    std::size_t most_channels = 256;      ///< virtual channels and MAPs; further ones are refused
    std::size_t most_applications = 4096; ///< of all spacecraft; further ones are refused
};

struct PacketCounts {
    std::uint64_t frames = 0;
    std::uint64_t idle_frames = 0;
    std::uint64_t packets = 0;
    std::uint64_t octets = 0;              ///< of packets
    std::array<std::uint64_t, 9> faults{}; ///< by LinkFault, summed over LinkEvent::count of frames
                                           ///< and packets missing, else one an event
};

/// Transfer frames → packets: demultiplexes virtual channels (and MAPs), counts gaps in frame and
/// packet sequence, puts packets together across frames, joins segmented ones, drops idle data.
///
/// Counters wrap: a step of d modulo their range is d − 1 missing. The first frame or packet of a
/// channel or application is the start, whatever its count.
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
    struct Channel {
        explicit Channel(std::size_t longest) : extractor(longest) {}
        PacketExtractor extractor;
        bool after_gap = false; ///< frames are missing since it last took one
    };
    enum class Sequence : std::uint8_t { first, next, repeated, gap, refused };
    struct LastFrame {
        std::uint64_t count = 0;
        std::uint64_t digest = 0; ///< of its octets
    };
    struct Application {
        int last_sequence = -1;
        std::vector<std::uint8_t> group; ///< segments joined so far
        Origin group_origin;
    };
    using ChannelKey = std::tuple<int, int, int>; // spacecraft, virtual channel, MAP
    using ApplicationKey = std::tuple<int, int>;  // spacecraft, APID

    struct Reporter final : Sink<LinkEvent> {
        Reporter(Sink<LinkEvent>& out, PacketCounts& c) : events(out), counts(c) {}
        void accept(const LinkEvent& event) noexcept override;
        Sink<LinkEvent>& events;
        PacketCounts& counts;
    };
    struct Sequencer final : Sink<Packet> {
        explicit Sequencer(PacketReceiver& o) : owner(o) {}
        void accept(const Packet& packet) noexcept override;
        PacketReceiver& owner;
        Sink<Packet>* out = nullptr;
    };

    Channel* channel_of(const ChannelKey& key) noexcept;
    void mark_gap(int spacecraft_id, int virtual_channel) noexcept;
    Sequence follow(const TransferFrame& frame, std::span<const std::uint8_t> bytes,
                    const Origin& origin) noexcept;
    void refuse(const Origin& origin) noexcept;
    void check_sequence(const Packet& packet, Application& application) noexcept;
    void join(const Packet& packet, Application& application, Sink<Packet>& out) noexcept;
    void drop_group(Application& application, int apid) noexcept;
    void pass(const Packet& packet, Sink<Packet>& out) noexcept;

    PacketReceiverOptions options_;
    PacketCounts counts_;
    Reporter reporter_;
    Sequencer sequencer_;
    Sink<TransferFrame>* frames_ = nullptr;
    // Ordered maps: few entries, looked up once a frame or packet, walked in a fixed order.
    std::map<ChannelKey, std::unique_ptr<Channel>> channels_;
    std::map<std::tuple<int, int>, LastFrame> last_frames_; ///< by spacecraft, virtual channel
    std::map<ApplicationKey, Application> applications_;
};

} // namespace telemetry::packet
