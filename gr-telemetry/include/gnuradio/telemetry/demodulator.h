// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/block.h>
#include <gnuradio/telemetry/types.h>

namespace gr {
namespace telemetry {

/*!
 * \brief Samples to soft symbols, by any demodulator of the catalog.
 * \ingroup telemetry
 *
 * In: float or complex at any rate from 2 samples a symbol. Out: float soft symbols, positive for
 * bit 1, a clean signal near ±1. Each block of symbols begins with a `soft_symbols` tag that tells
 * its place in the input and the quality of the link, so that a deframer can stamp its frames.
 *
 * Honours rx_time (a jump is a gap), rx_rate (the demodulator is made anew when it differs) and
 * samples_lost.
 */
class TELEMETRY_API demodulator : virtual public gr::block {
public:
    typedef std::shared_ptr<demodulator> sptr;

    /*!
     * \param modulation name in the catalog: "FSK", "AFSK", "BPSK"…
     * \param settings its options; std::invalid_argument says what is wrong
     * \param samp_rate samples a second
     */
    static sptr make(const std::string& modulation, const settings_map& settings, double samp_rate,
                     sample_type type = sample_type::FLOAT);
};

} // namespace telemetry
} // namespace gr
