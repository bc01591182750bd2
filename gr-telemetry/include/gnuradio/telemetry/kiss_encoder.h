// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/block.h>
#include <gnuradio/telemetry/api.h>

namespace gr {
namespace telemetry {

/*!
 * \brief Wraps frames for KISS, the protocol that ground-station software takes frames in.
 * \ingroup telemetry
 *
 * Message ports: PDUs on `frames` in, PDUs of the same metadata on `kiss` out, to be sent by a
 * Socket PDU block in mode TCP_SERVER.
 */
class TELEMETRY_API kiss_encoder : virtual public gr::block {
public:
    typedef std::shared_ptr<kiss_encoder> sptr;

    //! \param port 0 to 15: of the KISS command byte
    static sptr make(int port = 0);
};

} // namespace telemetry
} // namespace gr
