// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/records.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"

namespace telemetry::publish {
namespace {

using Json = nlohmann::ordered_json;

/// Rounded, so that a float does not show the digits of a double.
Json number(float value, double step) {
    if (!std::isfinite(value))
        return nullptr;
    return std::round(static_cast<double>(value) / step) * step;
}

Json time_or_null(UtcNs time) {
    return time == kUnknownTime ? Json(nullptr) : Json(to_rfc3339(time));
}

} // namespace

std::string frame_json(const Frame& frame, const FrameSource& source) {
    const Json json = {
        {"frame", to_hex(frame.bytes)},
        {"confirmed", frame.confirmed},
        {"station", source.station},
        {"downlink", source.downlink},
        {"framing", source.framing},
        {"time", time_or_null(frame.utc_ns)},
        {"end_time", time_or_null(frame.end_utc_ns)},
        {"sample_index", frame.sample_index},
        {"sample_count", frame.sample_count},
        {"snr_db", number(frame.quality.snr_db, 0.01)},
        {"carrier_offset_hz", number(frame.quality.carrier_offset_hz, 0.1)},
        {"symbol_rate_error_ppm", number(frame.quality.symbol_rate_error_ppm, 0.1)},
        {"sync_errors", frame.sync_errors},
        {"corrected", frame.corrected},
    };
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace telemetry::publish
