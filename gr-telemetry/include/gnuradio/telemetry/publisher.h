// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/block.h>
#include <gnuradio/telemetry/api.h>

#include <string>

namespace gr {
namespace telemetry {

/*!
 * \brief Publishes frames, events and metrics over ZeroMQ; docs/wire-format.md is the format.
 * \ingroup telemetry
 *
 * Message ports in: `frames` (PDUs of bytes from any deframer), `events` and `metrics`
 * (dictionaries), `records` (of a packet_to_parameters). Reception is never held up: what the
 * bounded queue cannot take is dropped and counted, and subscribers see the gap in the sequence
 * numbers.
 */
class TELEMETRY_API publisher : virtual public gr::block {
public:
    typedef std::shared_ptr<publisher> sptr;

    /*!
     * \param endpoint ZeroMQ address to bind: "tcp://127.0.0.1:5556"; port "*": any free one
     * \param source last part of the topics where a message names no downlink
     * \param allow_remote bind an address that others on the network can reach; there is neither
     * encryption nor authentication
     * \param queue_messages bound of the queue
     * \param heartbeat interval in seconds; 0: none
     *
     * std::runtime_error says why the endpoint cannot be bound.
     */
    static sptr make(const std::string& endpoint = "tcp://127.0.0.1:5556",
                     const std::string& source = "receiver", bool allow_remote = false,
                     int queue_messages = 4096, double heartbeat = 1.0);

    virtual std::string endpoint() const = 0; //!< with the port that was bound
    virtual uint64_t published() const = 0;   //!< handed to ZeroMQ; any thread
    virtual uint64_t dropped() const = 0;     //!< the queue was full; any thread
    virtual uint64_t refused() const = 0;     //!< messages of a shape that nobody can publish
};

} // namespace telemetry
} // namespace gr
