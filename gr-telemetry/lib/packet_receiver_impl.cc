// SPDX-License-Identifier: GPL-3.0-or-later
#include "packet_receiver_impl.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include "catalog_options.h"
#include "telemetry/packet/packet_settings.h"

namespace gr {
namespace telemetry {

namespace core = ::telemetry;

packet_receiver::sptr packet_receiver::make(const settings_map& settings) {
    return gnuradio::make_block_sptr<packet_receiver_impl>(value_or_throw(
        core::packet::packet_options(read_map(core::packet::packet_fields(), settings))));
}

packet_receiver_impl::packet_receiver_impl(const core::packet::PacketReceiverOptions& options)
    : gr::block("telemetry_packet_receiver", gr::io_signature::make(0, 0, 0),
                gr::io_signature::make(0, 0, 0)),
      d_receiver(options, *this) {
    take_messages(
        keys::frames(), [this](const pmt::pmt_t& message) { take(message); }, [this] { end(); });
    message_port_register_out(keys::packets());
    message_port_register_out(keys::events());
}

void packet_receiver_impl::take(const pmt::pmt_t& message) {
    const auto received = received_frame::from_pdu(message);
    if (!received)
        return;
    d_station = received->station();
    d_downlink = received->downlink();
    d_receiver.process(received->frame(), *this);
}

void packet_receiver_impl::end() {
    d_receiver.finish(*this);
    d_receiver.reset();
}

void packet_receiver_impl::accept(const core::packet::Packet& packet) noexcept {
    ++d_packets;
    message_port_pub(keys::packets(), to_pdu(packet, d_station, d_downlink));
}

void packet_receiver_impl::accept(const core::packet::LinkEvent& event) noexcept {
    message_port_pub(keys::events(), to_event(event, d_station, d_downlink));
}

} // namespace telemetry
} // namespace gr
