// SPDX-License-Identifier: GPL-3.0-or-later
#include "json_records.h"

#include <nlohmann/json.hpp>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"

namespace telemetry::decode {
namespace {

using Json = nlohmann::json;

/// Of another type or absent: not known.
template <class T>
T number_or(const Json& object, const char* key, T fallback) {
    const auto at = object.find(key);
    return at != object.end() && at->is_number() ? at->template get<T>() : fallback;
}

UtcNs time_of(const Json& object, const char* key) {
    const auto at = object.find(key);
    if (at == object.end() || !at->is_string())
        return kUnknownTime;
    return from_rfc3339(at->get_ref<const std::string&>()).value_or(kUnknownTime);
}

} // namespace

Result<std::optional<Record>> read_json_record(std::string_view line, const std::string& key,
                                               std::vector<std::uint8_t>& bytes) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
        return std::nullopt;
    const Json object = Json::parse(line, nullptr, false);
    if (!object.is_object())
        return fail(Error{.message = "expected a JSON object"});
    const auto at = object.find(key);
    if (at == object.end())
        return std::nullopt;
    auto decoded = at->is_string() ? from_hex(at->get_ref<const std::string&>()) : std::nullopt;
    if (!decoded)
        return fail(Error{.message = "expected hex digits, two a byte", .key = key});
    bytes = std::move(*decoded);
    Record record;
    Frame& frame = record.frame;
    frame.bytes = bytes;
    frame.sample_index = number_or<std::int64_t>(object, "sample_index", 0);
    frame.sample_count = number_or<std::int64_t>(object, "sample_count", 0);
    frame.utc_ns = time_of(object, "time");
    frame.end_utc_ns = time_of(object, "end_time");
    frame.quality.snr_db = number_or(object, "snr_db", kUnknown);
    frame.quality.carrier_offset_hz = number_or(object, "carrier_offset_hz", kUnknown);
    frame.quality.symbol_rate_error_ppm = number_or(object, "symbol_rate_error_ppm", kUnknown);
    frame.sync_errors = number_or(object, "sync_errors", 0);
    frame.corrected = number_or(object, "corrected", 0);
    const auto confirmed = object.find("confirmed");
    frame.confirmed =
        confirmed != object.end() && confirmed->is_boolean() && confirmed->get<bool>();
    record.origin = {.spacecraft_id = number_or(object, "spacecraft_id", -1),
                     .virtual_channel = number_or(object, "virtual_channel", -1),
                     .map = number_or(object, "map", -1),
                     .sample_index = frame.sample_index,
                     .utc_ns = frame.utc_ns,
                     .confirmed = frame.confirmed};
    return record;
}

} // namespace telemetry::decode
