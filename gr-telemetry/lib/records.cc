// SPDX-License-Identifier: GPL-3.0-or-later
#include <gnuradio/telemetry/records.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "dictionary.h"
#include "telemetry/base/time.h"
#include "telemetry/framing/deframer.h"
#include "telemetry/publish/records.h"

namespace gr {
namespace telemetry {
namespace {

namespace publish = ::telemetry::publish;
namespace metrics = publish::metrics;
using publish::Attribute;
using publish::Measurement;

/// "lock_lost" is published as "telemetry.link.lock_lost", "source_lost" as
/// "telemetry.source.lost".
publish::EventName event_name(const std::string& name) {
    for (const auto& event : publish::events::all) {
        std::string words(event.name);
        std::replace(words.begin(), words.end(), '.', '_');
        if (event.name == name || words.ends_with("_" + name))
            return event;
    }
    return {name, publish::Severity::info, {}};
}

bool has(const pmt::pmt_t& dict, const char* key) {
    return pmt::dict_has_key(dict, pmt::mp(key));
}

bool is_dictionary(const pmt::pmt_t& message) {
    return pmt::is_dict(message) && !pmt::is_null(message);
}

::telemetry::UtcNs time_of(const pmt::pmt_t& dict) {
    const auto time = ::telemetry::from_rfc3339(text_of(dict, "time"));
    return time ? *time : ::telemetry::kUnknownTime;
}

/// "lock acquired, SNR 12.3 dB, offset +210 Hz". The station and the downlink are in the topic.
std::string sentence(const pmt::pmt_t& event, std::string name) {
    std::replace(name.begin(), name.end(), '_', ' ');
    std::string text = text_of(event, "text");
    if (text.empty())
        text = name;
    else if (name == "frame discarded") // its text is a reason's name, no sentence
        text = name + ", " + text;
    if (const auto count = count_of(event, "count", 1); count != 1)
        text += " (" + std::to_string(count) + ")";
    for (const auto& [key, word] : {std::pair{"spacecraft_id", ", spacecraft "},
                                    {"virtual_channel", ", virtual channel "},
                                    {"apid", ", APID "}})
        if (has(event, key))
            text += word + std::to_string(count_of(event, key, 0));
    if (const auto reason = text_of(event, "reason"); !reason.empty())
        text += ": " + reason;
    char number[64];
    if (const double snr_db = real_of(event, "snr_db", NAN); !std::isnan(snr_db)) {
        std::snprintf(number, sizeof number, ", SNR %.1f dB", snr_db);
        text += number;
    }
    if (const double offset_hz = real_of(event, "carrier_offset_hz", NAN); !std::isnan(offset_hz)) {
        std::snprintf(number, sizeof number, ", offset %+.0f Hz", offset_hz);
        text += number;
    }
    return text;
}

} // namespace

std::optional<record> event_record(const pmt::pmt_t& message) {
    if (!is_dictionary(message))
        return std::nullopt;
    const std::string name = text_of(message, "event");
    const publish::EventName event = event_name(name);
    const std::string reason = event.name == publish::events::frame_discarded.name
                                   ? text_of(message, "text")
                                   : text_of(message, "reason");

    std::vector<Attribute> attributes;
    for (const char* key : {"sample_index", "count"})
        if (has(message, key))
            attributes.push_back({key, count_of(message, key, 0)});
    for (const char* key : {"spacecraft_id", "virtual_channel", "apid"})
        if (has(message, key))
            attributes.push_back({key, count_of(message, key, 0)});
    if (!reason.empty())
        attributes.push_back({"reason", std::string_view(reason)});
    for (const char* key : {"snr_db", "carrier_offset_hz", "rate_hz"})
        if (has(message, key))
            attributes.push_back({key, real_of(message, key, NAN)});

    const std::string text = sentence(message, name);
    const auto time = time_of(message);
    return record{text_of(message, "station"), text_of(message, "downlink"),
                  publish::event_json(
                      event, time == ::telemetry::kUnknownTime ? ::telemetry::utc_now() : time,
                      text, attributes),
                  std::string(event.name), text};
}

std::optional<record> metrics_record(const pmt::pmt_t& message, ::telemetry::UtcNs start) {
    if (!is_dictionary(message))
        return std::nullopt;
    std::vector<Measurement> list;
    const auto count = [&](const publish::MetricName& metric, const char* key,
                           std::span<const Attribute> attributes = {}) {
        if (has(message, key))
            list.push_back({metric, count_of(message, key, 0), attributes});
    };

    // A link's estimates are told even when they are not known.
    if (has(message, "locked")) {
        list.push_back({metrics::link_locked, int64_t{flag_of(message, "locked")}});
        list.push_back({metrics::link_snr, real_of(message, "snr_db", NAN)});
        list.push_back({metrics::link_carrier_offset, real_of(message, "carrier_offset_hz", NAN)});
        list.push_back(
            {metrics::link_symbol_rate_error, real_of(message, "symbol_rate_error_ppm", NAN)});
        list.push_back({metrics::link_signal_level, real_of(message, "signal_level_db", NAN)});
    }
    count(metrics::link_symbols, "symbols");
    const Attribute confirmed{"confirmed", true}, unconfirmed{"confirmed", false};
    count(metrics::frames_received, "frames_confirmed", {&confirmed, 1});
    count(metrics::frames_received, "frames_unconfirmed", {&unconfirmed, 1});
    count(metrics::frames_duplicate, "duplicates");
    count(metrics::frames_corrected, "corrected");
    std::array<Attribute, ::telemetry::framing::kDiscardNames.size()> reasons;
    for (size_t why = 0; why < reasons.size(); ++why) {
        const std::string_view name = ::telemetry::framing::kDiscardNames[why];
        reasons[why] = {"reason", name};
        count(metrics::frames_discarded, ("discarded_" + std::string(name)).c_str(),
              {&reasons[why], 1});
    }
    count(metrics::frames_missing, "frames_missing");
    count(metrics::packets_received, "packets");
    count(metrics::packets_missing, "packets_missing");
    count(metrics::receiver_samples, "samples");
    count(metrics::receiver_samples_lost, "samples_lost");
    count(metrics::receiver_samples_invalid, "samples_invalid");
    if (list.empty())
        return std::nullopt;
    const auto time = time_of(message);
    return record{
        text_of(message, "station"),
        text_of(message, "downlink"),
        publish::metrics_json(time == ::telemetry::kUnknownTime ? ::telemetry::utc_now() : time,
                              start, list),
        {},
        {}};
}

} // namespace telemetry
} // namespace gr
