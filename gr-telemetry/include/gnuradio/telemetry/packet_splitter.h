// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/hier_block2.h>
#include <gnuradio/telemetry/api.h>

namespace gr {
namespace telemetry {

/*!
 * \brief A stream of bytes in which packets follow each other, to PDUs: of a file, of a socket.
 * \ingroup telemetry
 *
 * Out: PDUs on `packets`. Space Packets and Encapsulation Packets say their length; of others a
 * fixed size must be given. Behind a byte that begins no packet the next one that could is looked
 * for.
 */
class TELEMETRY_API packet_splitter : virtual public gr::hier_block2 {
public:
    typedef std::shared_ptr<packet_splitter> sptr;

    //! \param packet_size bytes of each packet; 0: as their headers say
    static sptr make(int packet_size = 0);

    virtual uint64_t packets() const = 0;       //!< yielded so far; any thread
    virtual uint64_t bytes_skipped() const = 0; //!< that belong to no packet; any thread
};

} // namespace telemetry
} // namespace gr
