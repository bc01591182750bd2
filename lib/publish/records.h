// SPDX-License-Identifier: GPL-3.0-or-later
// The payloads of what is published: one JSON object on one line, no newline. What is not known is
// null. Frames have the same shape in telemetry-decode's JSON Lines.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "telemetry/base/items.h"
#include "telemetry/publish/vocabulary.h"

namespace telemetry::publish {

struct FrameSource {
    std::string_view station;
    std::string_view downlink;
    std::string_view framing;
};

/// frame (hex), confirmed, station, downlink, framing, time (RFC 3339), end_time, sample_index,
/// sample_count, snr_db, carrier_offset_hz, symbol_rate_error_ppm, sync_errors, corrected.
std::string frame_json(const Frame& frame, const FrameSource& source);

/// A name and value that tells apart what one name covers: {"reason", "crc"}.
struct Attribute {
    std::string_view key;
    std::variant<std::string_view, std::int64_t, double, bool> value;
};

struct Measurement {
    MetricName metric;
    std::variant<std::int64_t, double> value; ///< a double that is not finite: not known, null
    std::span<const Attribute> attributes = {};
};

/// What was measured at `time`; counters count since `start` (the start of the receiver).
/// {"time", "start_time", "metrics": [{"name", "type", "unit", "value", "attributes"}, ...]}
std::string metrics_json(UtcNs time, UtcNs start, std::span<const Measurement> measurements);

/// {"name", "severity", "severity_number", "time", "text", "attributes"}. `text` is a sentence for
/// people; what programs need stands in the attributes.
std::string event_json(const EventName& event, UtcNs time, std::string_view text,
                       std::span<const Attribute> attributes = {});

} // namespace telemetry::publish
