// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "telemetry/packet/packet_receiver.h"
#include "telemetry/station/station.h"

namespace telemetry::station {

/// Takes what lies behind the frames of a station, in an order that depends on the frames alone.
struct PacketObserver {
    virtual ~PacketObserver() = default;
    virtual void on_transfer_frame(const packet::TransferFrame& /*frame*/,
                                   int /*downlink*/) noexcept {}
    virtual void on_packet(const packet::Packet& /*packet*/, int /*downlink*/) noexcept {}
    virtual void on_link_event(const packet::LinkEvent& /*event*/, int /*downlink*/) noexcept {}
};

/// What the frames of a downlink yielded. Counts since construction.
struct PacketTally {
    std::uint64_t packets = 0;
    std::uint64_t frames_missing = 0;
    std::uint64_t packets_missing = 0;
    std::uint64_t faults = 0; ///< other LinkEvents
};

/// Frames → packets for the downlinks of a station that have a packet layer.
///
/// Downlinks whose packet settings are equal share one receiver: a spacecraft that changes its rate
/// goes on counting its frames, so what came on the other downlink is not missing.
class PacketChain {
public:
    /// `station` and `observer` outlive this. Its packet settings are valid, as loading checks.
    PacketChain(const Station& station, PacketObserver& observer);
    ~PacketChain();

    /// Nothing happens for a downlink without packet layer.
    void take(const Frame& frame, int downlink) noexcept;

    /// A packet whose frame is not known: sequence and segments only. The downlink has a packet
    /// layer.
    void take(const packet::Packet& packet, int downlink) noexcept;

    /// No more frames follow: what is incomplete is told and forgotten.
    void finish() noexcept;

    const PacketTally& tally(int downlink) const noexcept {
        return tallies_[static_cast<std::size_t>(downlink)];
    }

private:
    struct Layer;

    PacketObserver& observer_;
    std::vector<std::unique_ptr<Layer>> layers_;
    std::vector<Layer*> by_downlink_; ///< null: no packet layer
    std::vector<PacketTally> tallies_;
};

} // namespace telemetry::station
