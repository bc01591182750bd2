// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/message.h"

#include <algorithm>
#include <charconv>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"
#include "telemetry/publish/trace.h"

namespace telemetry::publish {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kHeaderBytesMax = 16 * 1024;
constexpr std::size_t kEpochLengthMax = 64;
constexpr std::size_t kContentTypeLengthMax = 128;
constexpr int kDepthMax = 32;
constexpr std::string_view kJsonType = "application/json";

/// Writing JSON recurses, so depth is bounded before anything is built of it.
bool too_deep(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > kDepthMax)
                return true;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return false;
}

Result<Json> parse_object(std::string_view text, const std::string& part) {
    if (too_deep(text))
        return fail(part + ": JSON nested deeper than " + std::to_string(kDepthMax));
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
        return fail(part + ": not JSON");
    if (!json.is_object())
        return fail(part + ": not a JSON object");
    return json;
}

std::string text_or_empty(const Json& json, const char* key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

bool printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Result<Header> read_header(const Json& json) {
    const auto version = json.find("version");
    if (version == json.end() || !version->is_number_integer())
        return fail("header: no version");
    if (*version != kWireVersion)
        return fail("header: version " + version->dump() + ", this program knows " +
                    std::to_string(kWireVersion));
    Header header;
    header.content_type = text_or_empty(json, "content_type");
    if (header.content_type.empty() || header.content_type.size() > kContentTypeLengthMax)
        return fail("header: no content_type");
    header.epoch = text_or_empty(json, "epoch");
    if (header.epoch.empty() || header.epoch.size() > kEpochLengthMax || !printable(header.epoch))
        return fail("header: no epoch");
    const auto sequence = json.find("sequence");
    if (sequence == json.end() || !sequence->is_number_unsigned())
        return fail("header: no sequence");
    header.sequence = sequence->get<std::uint64_t>();
    if (header.sequence == 0 || header.sequence > kSequenceMax)
        return fail("header: sequence out of range");
    const auto sent = from_rfc3339(text_or_empty(json, "sent"));
    if (!sent)
        return fail("header: no sent time");
    header.sent_ns = *sent;
    header.traceparent = text_or_empty(json, "traceparent");
    if (!from_traceparent(header.traceparent))
        header.traceparent.clear(); // W3C: an invalid one counts as none
    return header;
}

} // namespace

Result<Message> parse_message(std::span<const std::string_view> parts) {
    if (parts.size() != 3 && parts.size() != 4)
        return fail(std::to_string(parts.size()) + " parts, expected 3 or 4");
    auto topic = parse_topic(parts[0]);
    if (!topic)
        return fail("topic: not tlm1/<kind>/<station>/<source>/");
    if (parts[1].size() > kHeaderBytesMax)
        return fail("header: longer than " + std::to_string(kHeaderBytesMax) + " bytes");
    auto header_json = parse_object(parts[1], "header");
    if (!header_json)
        return fail(header_json.error());
    auto header = read_header(*header_json);
    if (!header)
        return fail(header.error());

    Message message;
    if (header->content_type == kJsonType) {
        auto payload = parse_object(parts[2], "payload");
        if (!payload)
            return fail(payload.error());
        message.payload = std::move(*payload);
    } else {
        message.payload_bytes = parts[2];
    }
    message.topic = std::move(*topic);
    message.topic_text = parts[0];
    message.header = std::move(*header);
    message.header_json = std::move(*header_json);
    if (parts.size() == 4)
        message.raw = parts[3];
    return message;
}

std::string to_json_line(const Message& message) {
    const auto hex_or_null = [](const std::string& bytes) {
        return bytes.empty() ? Json(nullptr)
                             : Json(to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                            bytes.size()}));
    };
    Json json = {{"topic", message.topic_text},
                 {"header", message.header_json},
                 {"payload", message.payload},
                 {"raw", hex_or_null(message.raw)}};
    if (!message.payload_bytes.empty())
        json["payload_hex"] = hex_or_null(message.payload_bytes);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

UtcNs start_of_epoch(std::string_view epoch) {
    UtcNs start = kUnknownTime;
    const auto [end, error] = std::from_chars(epoch.data(), epoch.data() + epoch.size(), start);
    return error == std::errc() && end < epoch.data() + epoch.size() && *end == '-' ? start
                                                                                    : kUnknownTime;
}

} // namespace telemetry::publish
