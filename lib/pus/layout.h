// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>

#include "telemetry/base/fields.h"
#include "telemetry/base/result.h"
#include "telemetry/parameter/type.h"

namespace telemetry::pus {

/// Which edition of the Packet Utilization Standard the secondary header is of.
enum class Edition : std::uint8_t {
    a, ///< ECSS-E-70-41A (2003): PUS version 1
    c  ///< ECSS-E-ST-70-41C (2016): PUS version 2
};

/// What the standard leaves to the mission: sizes in bits (0: the field is not there) and the time
/// code. All fields lie one after another without padding.
struct Layout {
    Edition edition = Edition::c;
    parameter::TimeFormat time = {};
    parameter::Epoch epoch = {};
    parameter::Epoch ccsds_epoch = {}; ///< where a preamble says so: 1958-01-01
    unsigned counter = 16;             ///< message type counter; PUS-A: packet subcounter
    unsigned destination = 16;         ///< application process user
    unsigned spare = 0;                ///< behind the time
    bool error_control = false;        ///< CRC-16 at the end of the packet

    unsigned count = 8; ///< N, of repeated groups
    unsigned step = 8;
    unsigned failure_code = 8;
    unsigned structure = 16; ///< of housekeeping and diagnostic reports
    unsigned parameter = 16;
    unsigned samples = 16;  ///< of a statistic
    bool deviation = false; ///< standard deviations in statistics
    unsigned event = 16;
    unsigned memory = 8;
    unsigned address = 32;
    unsigned length = 16; ///< of memory areas and of texts
    unsigned checksum = 16;
    unsigned rate = 8; ///< rate exponential value of time reports
    unsigned time_status = 0;
    unsigned sub_schedule = 8;
    unsigned group = 8;
    unsigned source = 16; ///< of the request, in schedule reports
    unsigned monitor = 16;
    unsigned check_type = 8;
    unsigned check_status = 8;
    unsigned application = 16; ///< of on-board connection tests
    unsigned file_size = 32;
    unsigned object_type = 8;
    unsigned locked = 8;
};

/// The options of a layout, as a station or database file gives them.
std::span<const Field> layout_fields();
Result<Layout> read_layout(const Settings& settings);

} // namespace telemetry::pus
