// SPDX-License-Identifier: GPL-3.0-or-later
#include "kiss_encoder_impl.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>

#include <stdexcept>
#include <vector>

#include "telemetry/publish/kiss.h"

namespace gr {
namespace telemetry {

kiss_encoder::sptr kiss_encoder::make(int port) {
    if (port < 0 || port > 15)
        throw std::invalid_argument("port: expected 0 to 15");
    return gnuradio::make_block_sptr<kiss_encoder_impl>(port);
}

kiss_encoder_impl::kiss_encoder_impl(int port)
    : gr::block("telemetry_kiss_encoder", gr::io_signature::make(0, 0, 0),
                gr::io_signature::make(0, 0, 0)),
      d_port(port) {
    message_port_register_in(keys::frames());
    message_port_register_out(keys::kiss());
    set_msg_handler(keys::frames(), [this](const pmt::pmt_t& message) { encode(message); });
}

void kiss_encoder_impl::encode(const pmt::pmt_t& message) {
    if (!pmt::is_pair(message) || !pmt::is_u8vector(pmt::cdr(message)))
        return; // no PDU of bytes
    size_t size = 0;
    const uint8_t* bytes = pmt::u8vector_elements(pmt::cdr(message), size);
    std::vector<uint8_t> kiss;
    ::telemetry::publish::append_kiss({bytes, size}, d_port, kiss);
    message_port_pub(keys::kiss(),
                     pmt::cons(pmt::car(message), pmt::init_u8vector(kiss.size(), kiss.data())));
}

} // namespace telemetry
} // namespace gr
