// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/hier_block2.h>
#include <gnuradio/telemetry/types.h>

namespace gr {
namespace telemetry {

//! What a stream of symbols holds.
enum class symbol_type {
    SOFT, //!< floats, positive for bit 1
    BITS  //!< bytes of value 0 or 1
};

/*!
 * \brief Cuts a stream of frames of one length at their sync markers, in either polarity.
 * \ingroup telemetry
 *
 * Out: PDUs on the message port `frames`: packed bytes of bits, or floats of soft symbols, for a
 * decoder. Their `sample_index` counts the symbols that came in.
 */
class TELEMETRY_API frame_synchronizer : virtual public gr::hier_block2 {
public:
    typedef std::shared_ptr<frame_synchronizer> sptr;

    //! std::invalid_argument says what is wrong with the settings (see step_blocks()).
    static sptr make(const settings_map& settings, symbol_type type = symbol_type::SOFT);

    virtual uint64_t frames() const = 0; //!< yielded so far; any thread
    virtual bool locked() const = 0;     //!< any thread
};

} // namespace telemetry
} // namespace gr
