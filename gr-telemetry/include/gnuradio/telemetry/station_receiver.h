// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/hier_block2.h>
#include <gnuradio/telemetry/types.h>

#include <vector>

#include "telemetry/station/station.h"

namespace gr {
namespace telemetry {

struct station_receiver_options {
    std::vector<std::string> downlinks = {}; //!< by name; empty: all
    int threads = 1;                         //!< downlinks are spread over as many
    double metrics_interval = 1.0;           //!< seconds of signal; 0: only at the end
    std::string start_time = {};             //!< of the first sample: RFC 3339, "now" or unknown
    double gap_tolerance = 1e-3; //!< seconds by which rx_time may run ahead before it is a gap
    /*! Hz that complex samples are centred on; each downlink is then received at the frequency
     *  that its station states. 0: every downlink is at the centre. */
    double center_frequency = 0;
};

/*!
 * \brief The whole chain of a station: samples in, frames out.
 * \ingroup telemetry
 *
 * All downlinks of the station run together on the same samples. Message ports: `frames` and
 * `packets` (PDUs), `events` and `metrics` (dictionaries); docs/gnuradio.md has the tables.
 *
 * Honours rx_time (times of frames; a jump beyond gap_tolerance is a gap), rx_freq (goes into the
 * metadata), rx_rate (a rate that differs: event rate_changed, and the chain is made anew) and
 * samples_lost. Frames in flight come out when the stream ends or the flow graph stops.
 */
class TELEMETRY_API station_receiver : virtual public gr::hier_block2 {
public:
    typedef std::shared_ptr<station_receiver> sptr;

    /*!
     * \param station file, name, alternative name or NORAD id
     * \param folders where stations are looked for; empty: the usual places
     *
     * std::invalid_argument says what is wrong with the station or the options.
     */
    static sptr make(const std::string& station, double samp_rate,
                     sample_type type = sample_type::FLOAT,
                     const station_receiver_options& options = {},
                     const std::vector<std::string>& folders = {});

    //! The same for a station that is loaded already.
    static sptr make(const ::telemetry::station::Station& station, double samp_rate,
                     sample_type type = sample_type::FLOAT,
                     const station_receiver_options& options = {});

    virtual std::string station() const = 0; //!< its name
    //! Names of the selected downlinks that lie outside the samples around center_frequency.
    virtual std::vector<std::string> left_out() const = 0;
    virtual uint64_t frames() const = 0;          //!< yielded so far; any thread
    virtual uint64_t samples() const = 0;         //!< taken so far; any thread
    virtual uint64_t samples_missing() const = 0; //!< lost before they came here; any thread
    //! Not finite and taken as 0, as far as events told; any thread.
    virtual uint64_t samples_invalid() const = 0;
};

} // namespace telemetry
} // namespace gr
