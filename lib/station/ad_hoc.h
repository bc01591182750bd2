// SPDX-License-Identifier: GPL-3.0-or-later
// A station without a file: one downlink that a command line describes.
#pragma once
#include <string>
#include <vector>

#include "telemetry/station/station.h"

namespace telemetry::station {

/// What is empty is not there, and the stages it stands for cannot be entered.
struct AdHocLink {
    std::string modulation = {};
    std::string framing = {};
    std::string protocol = {};         ///< TM, AOS or USLP: there is a packet layer
    std::vector<KeyText> options = {}; ///< keys as in a station file; "packets.KEY" of that layer
};

/// A nameless station with one nameless downlink. Its demodulator and deframer are null where the
/// link says none. Errors name the key.
Result<Station> ad_hoc_station(const AdHocLink& link);

/// Whether the packet settings of a downlink agree with each other and with its framing; the
/// error's key is one of packet::packet_fields().
Result<void> check_packets(const Downlink& downlink);

} // namespace telemetry::station
