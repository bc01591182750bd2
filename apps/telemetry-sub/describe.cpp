// SPDX-License-Identifier: GPL-3.0-or-later
#include "describe.h"

#include <cmath>
#include <cstdio>
#include <utility>

#include "ax25_header.h"
#include "telemetry/base/time.h"

namespace telemetry::sub {
namespace {

using Json = nlohmann::ordered_json;
using publish::Message;

constexpr std::size_t kNameWidth = 18;
constexpr std::size_t kTextMax = 400;

std::string text_of(const Json& json) {
    if (json.is_string())
        return printable(json.get_ref<const std::string&>());
    return json.is_null() ? ""
                          : printable(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// The time of what the message tells, else when it was sent: "12:34:56.789".
std::string clock_time(const Message& message) {
    const Json& time = member(message.payload, "time");
    const auto stated =
        time.is_string() ? from_rfc3339(time.get_ref<const std::string&>()) : std::nullopt;
    return to_rfc3339(stated.value_or(message.header.sent_ns)).substr(11, 12);
}

std::string head(const Message& message, const Paint& paint) {
    return paint(Ink::dim, clock_time(message)) + " " +
           pad(paint(Ink::bold, name_of(message.topic.station, message.topic.source)), kNameWidth) +
           " ";
}

/// "86a2 40.. |..@|"
std::string dump(std::string_view bytes, int dump_bytes) {
    const std::string_view shown = bytes.substr(0, static_cast<std::size_t>(dump_bytes));
    if (shown.empty())
        return "";
    std::string hex;
    std::string text;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(shown[i]));
        if (i > 0 && i % 2 == 0)
            hex += ' ';
        hex += digits;
        text += shown[i] >= ' ' && shown[i] <= '~' ? shown[i] : '.';
    }
    return hex + (shown.size() < bytes.size() ? ".. |" : " |") + text + "|";
}

/// The start of what changes: an AX.25 header is the same in every frame of a station, so its
/// callsigns stand for it.
std::string content(const Message& message, const Paint& paint, int dump_bytes) {
    const Json& framing = member(message.payload, "framing");
    if (framing.is_string() && framing.get_ref<const std::string&>().starts_with("AX.25"))
        if (const auto header = read_ax25_header(message.raw))
            return header->path + "  " +
                   paint(Ink::cyan,
                         dump(std::string_view(message.raw).substr(header->size), dump_bytes));
    return paint(Ink::cyan, dump(message.raw, dump_bytes));
}

std::string describe_frame(const Message& message, const Paint& paint, int dump_bytes) {
    const Json& confirmed = member(message.payload, "confirmed");
    const bool good = confirmed.is_boolean() && confirmed.get<bool>();
    std::string line = paint(good ? Ink::green : Ink::yellow, good ? "frame " : "frame?") +
                       pad_left(std::to_string(message.raw.size()), 5) + " B " +
                       pad_left(fixed(member(message.payload, "snr_db"), 1), 5) + " dB " +
                       pad_left(fixed(member(message.payload, "carrier_offset_hz"), 0), 6) +
                       " Hz  " + content(message, paint, dump_bytes);
    const std::string corrected = fixed(member(message.payload, "corrected"), 0, "0");
    if (corrected != "0")
        line += "  " + corrected + " fixed";
    return line;
}

std::string describe_packet(const Message& message, const Paint& paint, int dump_bytes) {
    const Json& confirmed = member(message.payload, "confirmed");
    const bool good = confirmed.is_boolean() && confirmed.get<bool>();
    std::string line = paint(good ? Ink::green : Ink::yellow, good ? "packet" : "packet?") +
                       pad_left(std::to_string(message.raw.size()), 5) + " B ";
    for (const auto& [key, word] :
         {std::pair{"virtual_channel", " VC "}, {"apid", " APID "}, {"sequence_count", " count "}})
        if (member(message.payload, key).is_number())
            line += word + fixed(member(message.payload, key), 0);
    return line + "  " + paint(Ink::cyan, dump(message.raw, dump_bytes));
}

Ink ink_of_severity(const std::string& severity) {
    if (severity == "warn")
        return Ink::yellow;
    if (severity == "error" || severity == "fatal")
        return Ink::red;
    return severity == "debug" ? Ink::dim : Ink::green;
}

std::string describe_event(const Message& message, const Paint& paint) {
    const std::string severity = text_of(member(message.payload, "severity"));
    std::string line = paint(ink_of_severity(severity), pad(severity, 6)) + " " +
                       text_of(member(message.payload, "name"));
    const std::string text = text_of(member(message.payload, "text"));
    if (!text.empty())
        line += ": " + text;
    const Json& attributes = member(message.payload, "attributes");
    if (attributes.is_object())
        for (const auto& [key, value] : attributes.items())
            line += paint(Ink::dim, " " + printable(key) + "=" + text_of(value));
    return line;
}

/// "temperature 41 Cel, mode SAFE": of the container that the source names.
std::string describe_parameters(const Message& message, const Paint& paint) {
    std::string line = paint(Ink::dim, "values");
    const Json& values = member(message.payload, "values");
    if (!values.is_array())
        return line + " " + text_of(message.payload);
    for (const Json& value : values) {
        std::string name = text_of(member(value, "parameter"));
        name.erase(0, name.rfind('/') + 1);
        line += "  " + name + "=" + paint(Ink::cyan, text_of(member(value, "value")));
        const std::string unit = text_of(member(value, "unit"));
        if (!unit.empty())
            line += " " + unit;
        const std::string validity = text_of(member(value, "validity"));
        if (validity != "valid")
            line += paint(Ink::yellow, " (" + validity + ")");
    }
    return cut(line, kTextMax);
}

Ink ink_of_level(const std::string& level) {
    if (level == "normal")
        return Ink::green;
    return level == "watch" || level == "warning" ? Ink::yellow : Ink::red;
}

std::string describe_alarm(const Message& message, const Paint& paint) {
    const auto text = [&](const char* key) { return text_of(member(message.payload, key)); };
    const std::string level = text("level");
    std::string line =
        paint(ink_of_level(level), pad(level, 8)) + " " + text("alarm") + " " + text("change");
    for (const char* key : {"value", "text"})
        if (!text(key).empty())
            line += ": " + text(key);
    if (!text("limit").empty() && level != "normal")
        line += ", " + text("limit");
    if (!text("by").empty())
        line += " by " + text("by");
    return line + paint(Ink::dim, " " + text("state"));
}

std::string describe_audit(const Message& message, const Paint& paint) {
    const auto text = [&](const char* key) { return text_of(member(message.payload, key)); };
    std::string line = paint(Ink::bold, "audit") + "  " + text("person") + ": " + text("action") +
                       " " + text("alarm");
    for (const char* key : {"value", "comment"})
        if (!text(key).empty())
            line += " (" + text(key) + ")";
    if (!text("refused").empty())
        line += paint(Ink::yellow, " refused: " + text("refused"));
    return line;
}

std::string describe_metrics(const Message& message, const Paint& paint) {
    std::string line = paint(Ink::dim, "metric");
    const Json& metrics = member(message.payload, "metrics");
    if (!metrics.is_array())
        return line + " " + text_of(message.payload);
    for (const Json& metric : metrics) {
        if (member(metric, "value").is_null())
            continue;
        std::string name = text_of(member(metric, "name"));
        if (name.starts_with("telemetry."))
            name.erase(0, 10);
        line += "  " + name;
        const Json& attributes = member(metric, "attributes");
        if (attributes.is_object())
            for (const auto& [key, value] : attributes.items())
                line += "{" + printable(key) + "=" + text_of(value) + "}";
        line += "=" + text_of(member(metric, "value"));
        const std::string unit = text_of(member(metric, "unit"));
        if (!unit.empty() && unit != "1" && !unit.starts_with("{"))
            line += " " + unit;
    }
    return line;
}

} // namespace

std::string name_of(const std::string& station, const std::string& source) {
    if (station == "-")
        return printable(source);
    return printable(source == "-" ? station : station + " " + source);
}

const Json& member(const Json& json, const char* key) {
    static const Json null;
    if (!json.is_object())
        return null;
    const auto at = json.find(key);
    return at == json.end() ? null : *at;
}

std::string fixed(const Json& json, int digits, const char* absent) {
    if (!json.is_number())
        return absent;
    const double value = json.get<double>();
    if (!std::isfinite(value) || std::abs(value) > 1e15)
        return absent;
    char text[40];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string describe(const Message& message, const Paint& paint, int dump_bytes) {
    const std::string line = head(message, paint);
    if (message.topic.kind == "frame")
        return line + describe_frame(message, paint, dump_bytes);
    if (message.topic.kind == "packet")
        return line + describe_packet(message, paint, dump_bytes);
    if (message.topic.kind == "event")
        return line + describe_event(message, paint);
    if (message.topic.kind == "metric")
        return line + describe_metrics(message, paint);
    if (message.topic.kind == "parameter")
        return line + describe_parameters(message, paint);
    if (message.topic.kind == "alarm")
        return line + describe_alarm(message, paint);
    if (message.topic.kind == "audit")
        return line + describe_audit(message, paint);
    return line + printable(message.topic.kind) + " " + cut(text_of(message.payload), kTextMax);
}

} // namespace telemetry::sub
