// SPDX-License-Identifier: GPL-3.0-or-later
#include "publisher_impl.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include <cmath>
#include <stdexcept>

#include "dictionary.h"
#include "telemetry/base/time.h"
#include "telemetry/publish/packet_records.h"
#include "telemetry/publish/records.h"

namespace gr {
namespace telemetry {

publisher::sptr publisher::make(const std::string& endpoint, const std::string& source,
                                bool allow_remote, int queue_messages, double heartbeat) {
    if (queue_messages < 1)
        throw std::invalid_argument("queue_messages: expected 1 or more");
    if (!(heartbeat >= 0 && heartbeat < 1e6))
        throw std::invalid_argument("heartbeat: expected seconds, 0 to 1e6");
    auto socket = ::telemetry::publish::Publisher::open(
        {.endpoint = endpoint,
         .allow_remote = allow_remote,
         .queue_messages = static_cast<size_t>(queue_messages),
         .heartbeat_ns = std::llround(heartbeat * 1e9)});
    if (!socket)
        throw std::runtime_error(socket.error().message);
    return gnuradio::make_block_sptr<publisher_impl>(std::move(*socket), source);
}

publisher_impl::publisher_impl(std::unique_ptr<::telemetry::publish::Publisher> socket,
                               std::string source)
    : gr::block("telemetry_publisher", gr::io_signature::make(0, 0, 0),
                gr::io_signature::make(0, 0, 0)),
      d_socket(std::move(socket)), d_source(std::move(source)), d_start(::telemetry::utc_now()) {
    message_port_register_in(keys::frames());
    message_port_register_in(keys::packets());
    message_port_register_in(keys::events());
    message_port_register_in(keys::metrics());
    message_port_register_in(keys::records());
    set_msg_handler(keys::frames(), [this](const pmt::pmt_t& message) { publish_frame(message); });
    set_msg_handler(keys::packets(),
                    [this](const pmt::pmt_t& message) { publish_packet(message); });
    set_msg_handler(keys::events(), [this](const pmt::pmt_t& message) {
        publish_record("event", event_record(message));
    });
    set_msg_handler(keys::records(),
                    [this](const pmt::pmt_t& message) { publish_prepared(message); });
    set_msg_handler(keys::metrics(), [this](const pmt::pmt_t& message) {
        publish_record("metric", metrics_record(message, d_start));
    });
}

publisher_impl::~publisher_impl() {
    work_off_queues();
}

bool publisher_impl::stop() {
    work_off_queues();
    return gr::block::stop();
}

// The scheduler ends this block's thread as soon as one of the blocks that send to it has ended,
// whatever still is in its queues or will come from the others.
void publisher_impl::work_off_queues() {
    for (const auto& port :
         {keys::frames(), keys::packets(), keys::records(), keys::events(), keys::metrics()})
        while (const auto message = delete_head_nowait(port))
            dispatch_msg(port, message);
}

void publisher_impl::publish_frame(const pmt::pmt_t& message) {
    const auto received = received_frame::from_pdu(message);
    if (!received) {
        ++d_refused;
        return;
    }
    const auto json = ::telemetry::publish::frame_json(
        received->frame(), {received->station(), received->downlink(), received->framing()});
    d_socket->publish("frame", received->station(), source_of(received->downlink()), json,
                      received->frame().bytes);
}

void publisher_impl::publish_packet(const pmt::pmt_t& message) {
    const auto received = received_packet::from_pdu(message);
    if (!received) {
        ++d_refused;
        return;
    }
    const auto json = ::telemetry::publish::packet_json(
        received->packet(), {received->station(), received->downlink()});
    d_socket->publish("packet", received->station(), source_of(received->downlink()), json,
                      received->packet().bytes);
}

void publisher_impl::publish_prepared(const pmt::pmt_t& message) {
    const bool is_pdu = pmt::is_pair(message) && pmt::is_u8vector(pmt::cdr(message));
    const std::string kind = is_pdu ? text_of(pmt::car(message), "kind") : std::string();
    if (kind != "parameter" && kind != "alarm") {
        ++d_refused;
        return;
    }
    size_t size = 0;
    const uint8_t* json = pmt::u8vector_elements(pmt::cdr(message), size);
    d_socket->publish(kind, text_of(pmt::car(message), "station"),
                      source_of(text_of(pmt::car(message), "source")),
                      {reinterpret_cast<const char*>(json), size});
}

void publisher_impl::publish_record(const char* kind, const std::optional<record>& found) {
    if (found)
        d_socket->publish(kind, found->station, source_of(found->source), found->payload);
    else
        ++d_refused;
}

} // namespace telemetry
} // namespace gr
