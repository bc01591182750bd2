// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/packet_receiver.h>

#include <atomic>
#include <string>

#include "pdu_block.h"
#include "telemetry/packet/packet_receiver.h"

namespace gr {
namespace telemetry {

class packet_receiver_impl : public packet_receiver,
                             public pdu_block,
                             private ::telemetry::Sink<::telemetry::packet::Packet>,
                             private ::telemetry::Sink<::telemetry::packet::LinkEvent> {
public:
    explicit packet_receiver_impl(const ::telemetry::packet::PacketReceiverOptions& options);

    uint64_t packets() const override { return d_packets; }

private:
    void take(const pmt::pmt_t& message);
    void end();
    void accept(const ::telemetry::packet::Packet& packet) noexcept override;
    void accept(const ::telemetry::packet::LinkEvent& event) noexcept override;

    ::telemetry::packet::PacketReceiver d_receiver;
    std::string d_station, d_downlink; // of the last frame
    std::atomic<uint64_t> d_packets{0};
};

} // namespace telemetry
} // namespace gr
