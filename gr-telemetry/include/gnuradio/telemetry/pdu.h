// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/api.h>
#include <pmt/pmt.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/packet/packet.h"

namespace gr {
namespace telemetry {

//! Where a frame comes from; empty: not known.
struct frame_origin {
    std::string_view station;
    std::string_view downlink;
    std::string_view framing;
    std::optional<double> rx_freq = {}; //!< centre frequency of the receiver, Hz
};

//! The PDU of a frame; docs/gnuradio.md has the table of its metadata.
TELEMETRY_API pmt::pmt_t to_pdu(const ::telemetry::Frame& frame, const frame_origin& origin);

//! A frame that was a PDU. `frame.bytes` and the views point into this object.
class TELEMETRY_API received_frame {
public:
    //! Any PDU of bytes: metadata that is absent or of another type is unknown.
    //! Nothing when `message` is no PDU of bytes.
    static std::optional<received_frame> from_pdu(const pmt::pmt_t& message);

    const ::telemetry::Frame& frame() const { return d_frame; }
    const std::string& station() const { return d_station; }
    const std::string& downlink() const { return d_downlink; }
    const std::string& framing() const { return d_framing; }

private:
    pmt::pmt_t d_bytes; // keeps alive what d_frame.bytes views
    ::telemetry::Frame d_frame;
    std::string d_station, d_downlink, d_framing;
};

//! The PDU of a packet; docs/gnuradio.md has the table of its metadata.
TELEMETRY_API pmt::pmt_t to_pdu(const ::telemetry::packet::Packet& packet, std::string_view station,
                                std::string_view downlink);

//! A packet that was a PDU. `packet.bytes` points into this object.
class TELEMETRY_API received_packet {
public:
    //! Any PDU of bytes, as received_frame; nothing when its bytes are no packet of CCSDS.
    static std::optional<received_packet> from_pdu(const pmt::pmt_t& message);

    const ::telemetry::packet::Packet& packet() const { return d_packet; }
    const std::string& station() const { return d_station; }
    const std::string& downlink() const { return d_downlink; }

private:
    pmt::pmt_t d_bytes; // keeps alive what d_packet.bytes views
    ::telemetry::packet::Packet d_packet;
    std::string d_station, d_downlink;
};

//! The dictionary of an event between frames and packets, for the port `events`.
TELEMETRY_API pmt::pmt_t to_event(const ::telemetry::packet::LinkEvent& event,
                                  std::string_view station, std::string_view downlink);

//! rx_time's tuple, and back; nothing when `value` is none.
TELEMETRY_API pmt::pmt_t to_rx_time(::telemetry::UtcNs time);
TELEMETRY_API std::optional<::telemetry::UtcNs> from_rx_time(const pmt::pmt_t& value);

//! The same for any time: seconds before 1970 are negative.
TELEMETRY_API pmt::pmt_t to_time_tuple(::telemetry::UtcNs time);

//! A dictionary as one line of JSON, its keys in the order in which they were added. Times are
//! RFC 3339, bytes hex; what JSON does not have (not-a-number, tuples of other kinds) becomes null.
TELEMETRY_API std::string to_json(const pmt::pmt_t& dictionary);

} // namespace telemetry
} // namespace gr
