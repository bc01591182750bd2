// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/block.h>
#include <gnuradio/telemetry/types.h>

namespace gr {
namespace telemetry {

/*!
 * \brief One step from a synchronised frame to its bytes: a code, or a randomiser.
 * \ingroup telemetry
 *
 * PDUs on `frames` in and out: bytes, or soft symbols as floats or signed bytes (positive for bit
 * 1). Metadata is passed on; `corrected` counts up, and `confirmed` is true behind a code that
 * vouches for every bit. What cannot be decoded is dropped and counted.
 */
class TELEMETRY_API frame_decoder : virtual public gr::block {
public:
    typedef std::shared_ptr<frame_decoder> sptr;

    /*!
     * \param step derandomizer, reed_solomon_decoder, ldpc_decoder or turbo_decoder
     * \param settings its options; std::invalid_argument says what is wrong
     */
    static sptr make(const std::string& step, const settings_map& settings = {});

    virtual uint64_t decoded() const = 0; //!< any thread
    virtual uint64_t failed() const = 0;  //!< any thread
};

} // namespace telemetry
} // namespace gr
