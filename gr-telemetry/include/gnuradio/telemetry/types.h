// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/api.h>

#include <map>
#include <string>

namespace gr {
namespace telemetry {

//! What the items of a sample stream are.
enum class sample_type {
    FLOAT,  //!< the audio of an FM receiver, or a real carrier in a USB receiver's audio
    COMPLEX //!< IQ, centred on the station's frequency
};

//! Options of a demodulator or deframer by the names and in the notation of a station file:
//! {"baudrate": "9600"}. What is not given has its default.
using settings_map = std::map<std::string, std::string>;

} // namespace telemetry
} // namespace gr
