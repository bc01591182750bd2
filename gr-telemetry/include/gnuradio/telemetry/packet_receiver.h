// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/block.h>
#include <gnuradio/telemetry/types.h>

namespace gr {
namespace telemetry {

/*!
 * \brief CCSDS transfer frames (TM, AOS, USLP) to Space Packets and Encapsulation Packets.
 * \ingroup telemetry
 *
 * In: PDUs on `frames`, of this module's deframers or any other. Out: PDUs on `packets`, and on
 * `events` dictionaries of what is missing or broken; docs/gnuradio.md has the tables.
 */
class TELEMETRY_API packet_receiver : virtual public gr::block {
public:
    typedef std::shared_ptr<packet_receiver> sptr;

    //! Settings as in the `packets` section of a station file; std::invalid_argument says what is
    //! wrong with them.
    static sptr make(const settings_map& settings = {});

    virtual uint64_t packets() const = 0; //!< yielded so far; any thread
};

} // namespace telemetry
} // namespace gr
