// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/block.h>
#include <gnuradio/telemetry/types.h>

namespace gr {
namespace telemetry {

/*!
 * \brief Soft symbols to bits, through the convolutional codes of CCSDS 131.0-B.
 * \ingroup telemetry
 *
 * In: float soft symbols, positive for bit 1, any level, 0 or not-a-number for not known. Out:
 * bytes of value 0 or 1, the last ones when the input ends.
 */
class TELEMETRY_API viterbi_decoder : virtual public gr::block {
public:
    typedef std::shared_ptr<viterbi_decoder> sptr;

    //! std::invalid_argument says what is wrong with the settings (see step_blocks()).
    static sptr make(const settings_map& settings = {});

    virtual uint64_t symbols() const = 0; //!< decided upon so far; any thread
    virtual uint64_t wrong() const = 0;   //!< of these, with the wrong sign; any thread
};

} // namespace telemetry
} // namespace gr
