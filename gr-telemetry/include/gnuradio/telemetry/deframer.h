// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/hier_block2.h>
#include <gnuradio/telemetry/types.h>

namespace gr {
namespace telemetry {

/*!
 * \brief Soft symbols to frames, by any deframer of the catalog.
 * \ingroup telemetry
 *
 * In: float soft symbols, positive for bit 1, nominally ±1: from this module's demodulator or any
 * other. Without `soft_symbols` tags a frame's sample_index counts symbols and its quality is
 * unknown. Out: PDUs on the message port `frames`.
 */
class TELEMETRY_API deframer : virtual public gr::hier_block2 {
public:
    typedef std::shared_ptr<deframer> sptr;

    /*!
     * \param framing name in the catalog: "AX.25 G3RUH", "CCSDS TM"…
     * \param settings its options; std::invalid_argument says what is wrong
     */
    static sptr make(const std::string& framing, const settings_map& settings);

    //! Frames yielded so far. Any thread.
    virtual uint64_t frames() const = 0;
};

} // namespace telemetry
} // namespace gr
