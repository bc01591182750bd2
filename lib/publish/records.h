// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON of what is published and of telemetry-decode's JSON Lines: one shape for both.
#pragma once
#include <string>
#include <string_view>

#include "telemetry/base/items.h"

namespace telemetry::publish {

struct FrameSource {
    std::string_view station;
    std::string_view downlink;
    std::string_view framing;
};

/// One JSON object on one line, no newline: frame (hex), confirmed, station, downlink, framing,
/// time (RFC 3339 or null), end_time, sample_index, sample_count, snr_db, carrier_offset_hz,
/// symbol_rate_error_ppm, sync_errors, corrected. What is not known is null.
std::string frame_json(const Frame& frame, const FrameSource& source);

} // namespace telemetry::publish
