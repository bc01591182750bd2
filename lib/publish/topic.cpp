// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/topic.h"

#include <cstdint>

#include "telemetry/base/text.h"

namespace telemetry::publish {
namespace {

bool unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void append_name(std::string& topic, std::string_view name) {
    topic += name.empty() ? "-" : percent_encode(name);
    topic += '/';
}

} // namespace

std::string percent_encode(std::string_view name) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string text;
    text.reserve(name.size());
    for (const char c : name) {
        if (unreserved(c)) {
            text += c;
        } else {
            const auto byte = static_cast<std::uint8_t>(c);
            text += '%';
            text += digits[byte >> 4];
            text += digits[byte & 15];
        }
    }
    return text;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            const auto byte = from_hex(text.substr(i + 1, 2));
            if (!byte || byte->size() != 1)
                return std::nullopt;
            name += static_cast<char>(byte->front());
            i += 2;
        } else if (unreserved(text[i])) {
            name += text[i];
        } else {
            return std::nullopt;
        }
    }
    return name;
}

std::string make_topic(std::string_view kind, std::string_view station, std::string_view source) {
    std::string topic(kTopicRoot);
    append_name(topic, kind);
    append_name(topic, station);
    append_name(topic, source);
    return topic;
}

std::optional<Topic> parse_topic(std::string_view text) {
    if (text.size() > kTopicLengthMax || !text.starts_with(kTopicRoot) || text.back() != '/')
        return std::nullopt;
    const auto parts = split(text.substr(kTopicRoot.size()), '/');
    if (parts.size() != 4 || parts[0].empty() || parts[1].empty() || parts[2].empty())
        return std::nullopt;
    auto kind = percent_decode(parts[0]);
    auto station = percent_decode(parts[1]);
    auto source = percent_decode(parts[2]);
    if (!kind || !station || !source)
        return std::nullopt;
    return Topic{std::move(*kind), std::move(*station), std::move(*source)};
}

} // namespace telemetry::publish
