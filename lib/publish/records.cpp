// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/records.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"

namespace telemetry::publish {
namespace {

using Json = nlohmann::ordered_json;

/// Rounded to 1/scale, so that a float does not show the digits of a double.
Json number(float value, double scale) {
    if (!std::isfinite(value))
        return nullptr;
    return std::round(static_cast<double>(value) * scale) / scale;
}

Json time_or_null(UtcNs time) {
    return time == kUnknownTime ? Json(nullptr) : Json(to_rfc3339(time));
}

std::string to_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json to_json(std::span<const Attribute> attributes) {
    Json json = Json::object();
    for (const Attribute& attribute : attributes)
        std::visit([&](const auto& value) { json[std::string(attribute.key)] = value; },
                   attribute.value);
    return json;
}

Json to_json(const Measurement& measurement) {
    Json json = {
        {"name", measurement.metric.name},
        {"type", measurement.metric.type == MetricType::counter ? "counter" : "gauge"},
        {"unit", measurement.metric.unit},
    };
    std::visit([&](auto value) { json["value"] = value; }, measurement.value);
    json["attributes"] = to_json(measurement.attributes);
    return json;
}

} // namespace

std::string_view name_of(Severity severity) {
    switch (severity) {
    case Severity::debug:
        return "debug";
    case Severity::info:
        return "info";
    case Severity::warn:
        return "warn";
    case Severity::error:
        return "error";
    case Severity::fatal:
        return "fatal";
    }
    return "info";
}

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
        {"snr_db", number(frame.quality.snr_db, 100)},
        {"carrier_offset_hz", number(frame.quality.carrier_offset_hz, 10)},
        {"symbol_rate_error_ppm", number(frame.quality.symbol_rate_error_ppm, 10)},
        {"sync_errors", frame.sync_errors},
        {"corrected", frame.corrected},
    };
    return to_line(json);
}

std::string metrics_json(UtcNs time, UtcNs start, std::span<const Measurement> measurements) {
    Json list = Json::array();
    for (const Measurement& measurement : measurements)
        list.push_back(to_json(measurement));
    return to_line({{"time", time_or_null(time)},
                    {"start_time", time_or_null(start)},
                    {"metrics", std::move(list)}});
}

std::string event_json(const EventName& event, UtcNs time, std::string_view text,
                       std::span<const Attribute> attributes) {
    return to_line({{"name", event.name},
                    {"severity", name_of(event.severity)},
                    {"severity_number", static_cast<int>(event.severity)},
                    {"time", time_or_null(time)},
                    {"text", text},
                    {"attributes", to_json(attributes)}});
}

} // namespace telemetry::publish
