// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/base/stage.h"
#include "telemetry/packet/packet.h"
#include "telemetry/packet/transfer_frame.h"

namespace telemetry::packet {

/// Cuts the packets out of one virtual channel (USLP: one MAP of it).
///
/// Packets run on from frame to frame; the first-header pointer tells where the first one starts,
/// so that after a missing frame the stream is picked up again there (132.0-B 4.1.2.7.6). The
/// pointer is the authority: a packet that runs over and does not end where it says is broken, be
/// it by frames whose loss no count shows. A packet that lies whole inside a frame is passed on in
/// place; only one that runs over is copied.
class PacketExtractor {
public:
    /// `longest`: a packet that claims more octets is not believed.
    explicit PacketExtractor(std::size_t longest = 65542);

    /// Takes the data of one frame. `continuous`: it follows the last one without a gap.
    enum class Continuity : std::uint8_t { continuous, gap };
    void take(const TransferFrame& frame, Continuity continuity, const Origin& origin,
              Sink<Packet>& packets, Sink<LinkEvent>& events) noexcept;

    /// No more frames follow: a packet begun is reported as broken, and forgotten.
    void finish(Sink<LinkEvent>& events) noexcept;

private:
    void cut(std::span<const std::uint8_t> data, const Origin& origin, Sink<Packet>& packets,
             Sink<LinkEvent>& events) noexcept;
    bool complete_partial(std::span<const std::uint8_t> data, const Origin& origin,
                          Sink<Packet>& packets, Sink<LinkEvent>& events) noexcept;
    void take_segment(const TransferFrame& frame, const Origin& origin, Sink<Packet>& packets,
                      Sink<LinkEvent>& events) noexcept;
    void drop_partial(LinkFault why, Sink<LinkEvent>& events) noexcept;
    void pass(std::span<const std::uint8_t> bytes, const Origin& origin,
              Sink<Packet>& packets) noexcept;

    std::size_t longest_;
    std::vector<std::uint8_t> partial_; ///< octets of a packet begun; capacity fixed
    Origin partial_origin_;
};

} // namespace telemetry::packet
