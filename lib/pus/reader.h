// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "telemetry/fec/crc.h"
#include "telemetry/pus/layout.h"
#include "telemetry/pus/report.h"

namespace telemetry::pus {

/// How an on-board parameter's value is written in reports.
struct OnBoardParameter {
    parameter::ItemIndex item = parameter::kNone;
    parameter::Form form = parameter::Form::natural; ///< natural, integer or real (IEEE 754)
    unsigned bits = 32;
};
using OnBoardParameters = std::unordered_map<std::uint64_t, OnBoardParameter>;

/// Why a packet was not read.
enum class Fault : std::uint8_t {
    none,
    not_pus,           ///< no telemetry Space Packet with a secondary header of the edition
    bad_checksum,      ///< its packet error control does not agree
    too_short,         ///< its fields do not fit into it, or a count is more than it can hold
    leftover,          ///< more octets than its fields take
    unknown_parameter, ///< a parameter id without size: what follows cannot be found
    bad_time           ///< its time is none of the time code
};
std::string_view name_of(Fault fault); ///< "not_pus", …

/// PUS telemetry packets → what they report.
///
/// Sizes are the layout's, those of on-board values the table's. Counts in a packet are believed
/// only as far as the packet's octets go: memory is bounded by the packet's length.
class Reader {
public:
    Reader(const Layout& layout, OnBoardParameters parameters);

    /// `message` is right when Fault::none or leftover came back.
    Fault read(Octets packet, Message& message) const;

private:
    Layout layout_;
    OnBoardParameters parameters_;
    fec::Crc crc_;
};

} // namespace telemetry::pus
