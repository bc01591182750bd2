// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/sync_block.h>
#include <gnuradio/telemetry/api.h>

#include <optional>
#include <string>

namespace gr {
namespace telemetry {

//! What a device's time stamps mean.
enum class soapy_clock {
    AUTO,   //!< UTC when they are near the computer's clock, else counted from the first arrival
    UTC,    //!< UTC, as from a GPS-disciplined device
    ARRIVAL //!< nothing: samples are dated when they arrive
};

struct soapy_source_options {
    std::string device = {};      //!< SoapySDR device arguments: "driver=rtlsdr,serial=1"
    int channel = 0;              //!< receive channel
    double rate = 0;              //!< samples a second
    double frequency = 0;         //!< to tune to, Hz
    double ppm = 0;               //!< correction of the reference
    std::string gain = {};        //!< dB, or "LNA=20,VGA=12", or "auto"; empty: auto where there is
    std::string antenna = {};     //!< port; empty: as it is
    double bandwidth = 0;         //!< Hz; 0: the driver's choice
    std::string stream_args = {}; //!< "key=value,…"
    std::string device_settings = {}; //!< "key=value,…", given to the driver's writeSetting
    soapy_clock clock = soapy_clock::AUTO;
    double stall = 5;       //!< seconds without samples after which the device counts as gone
    double retry_first = 1; //!< seconds; doubled for each further attempt; 0: end with the failure
    double retry_most = 60; //!< seconds
    bool wait = false;      //!< a device that is not there at the start is waited for as well
};

/*!
 * \brief Samples of radio hardware, through any SoapySDR driver, with nothing hidden.
 * \ingroup telemetry
 *
 * Tags rx_time, rx_rate and rx_freq stand on the first sample and behind each discontinuity,
 * samples_lost on the first sample behind a gap: told from the jump of the device's time stamps,
 * or, where a device has none, from the computer's clock. A device that fails is closed and opened
 * again after 1, 2, 4, … seconds. Message port `events`: dictionaries with `event` source_lost or
 * source_restored and `text`.
 *
 * GNU Radio's own Soapy block tells neither times nor lost samples and goes on polling a dead
 * device (docs/adr/0004).
 */
class TELEMETRY_API soapy_source : virtual public gr::sync_block {
public:
    typedef std::shared_ptr<soapy_source> sptr;

    //! std::runtime_error says why the device cannot be opened or set as asked.
    static sptr make(const soapy_source_options& options);

    virtual double rate() const = 0;              //!< as the device says, samples a second
    virtual std::string hardware() const = 0;     //!< driver and hardware, for people
    virtual void finish() = 0;                    //!< ends the stream; any thread
    virtual uint64_t samples_missing() const = 0; //!< lost so far; any thread
    virtual std::optional<std::string> failure() const = 0; //!< why the stream ended early
};

} // namespace telemetry
} // namespace gr
