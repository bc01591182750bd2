// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/api.h>
#include <pmt/pmt.h>

namespace gr {
namespace telemetry {

/*!
 * \brief The words that the blocks of this module exchange; docs/gnuradio.md has the tables.
 *
 * What is not known is absent: a frame of an unknown time has neither `time` nor `rx_time`.
 */
namespace keys {

// Message ports
TELEMETRY_API const pmt::pmt_t& frames();     //!< PDUs: (dictionary of the frame's quality . bytes)
TELEMETRY_API const pmt::pmt_t& packets();    //!< PDUs: (dictionary of the packet's origin . bytes)
TELEMETRY_API const pmt::pmt_t& events();     //!< dictionaries
TELEMETRY_API const pmt::pmt_t& metrics();    //!< dictionaries
TELEMETRY_API const pmt::pmt_t& parameters(); //!< dictionaries: the values of a packet
TELEMETRY_API const pmt::pmt_t& alarms();     //!< dictionaries: changes of alarms
TELEMETRY_API const pmt::pmt_t& records();    //!< PDUs: (kind, station, source . JSON to publish)
TELEMETRY_API const pmt::pmt_t& kiss();       //!< PDUs whose bytes are KISS

// Tags on sample streams, as GNU Radio's sources set them
TELEMETRY_API const pmt::pmt_t& rx_time();      //!< tuple (uint64 seconds, double fraction), UTC
TELEMETRY_API const pmt::pmt_t& rx_freq();      //!< double, Hz
TELEMETRY_API const pmt::pmt_t& rx_rate();      //!< double, samples a second
TELEMETRY_API const pmt::pmt_t& samples_lost(); //!< integer: as many are missing before this one

// Tag on soft symbols: a dictionary on the first symbol of each of a demodulator's blocks
TELEMETRY_API const pmt::pmt_t& soft_symbols();

} // namespace keys
} // namespace telemetry
} // namespace gr
