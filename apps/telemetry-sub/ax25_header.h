// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace telemetry::sub {

/// What stands in front of an AX.25 frame's information field.
struct Ax25Header {
    std::string path; ///< "SOURCE>DESTINATION,REPEATER", as TNCs write it
    std::size_t size; ///< bytes of addresses, control and PID
};

/// Reads the address and control fields of AX.25 v2.2 §3.12 and §4.2 (one control byte). None when
/// the bytes are no such header: the framing carries whatever a station puts into it.
std::optional<Ax25Header> read_ax25_header(std::string_view frame);

} // namespace telemetry::sub
