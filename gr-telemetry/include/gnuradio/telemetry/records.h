// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/api.h>
#include <pmt/pmt.h>

#include <optional>
#include <string>

#include "telemetry/base/items.h"

namespace gr {
namespace telemetry {

//! A message of a station_receiver as docs/wire-format.md wants it.
struct record {
    std::string station;
    std::string source;  //!< the downlink; empty: the receiver as a whole
    std::string payload; //!< JSON
    std::string name;    //!< of an event: "telemetry.link.lock_lost"
    std::string text;    //!< of an event, for people
};

//! Nothing when `message` is no dictionary. An event that docs/wire-format.md does not know is
//! published under the name it has; an event without a time happened now.
TELEMETRY_API std::optional<record> event_record(const pmt::pmt_t& message);

//! Nothing when `message` is no dictionary or has none of the metrics. `start`: of the receiver.
TELEMETRY_API std::optional<record> metrics_record(const pmt::pmt_t& message,
                                                   ::telemetry::UtcNs start);

} // namespace telemetry
} // namespace gr
