// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "telemetry/base/items.h"
#include "telemetry/base/result.h"
#include "telemetry/publish/topic.h"

namespace telemetry::publish {

struct Header {
    std::string content_type;
    std::string epoch;          ///< tells a publisher from its predecessors
    std::uint64_t sequence = 0; ///< in its topic and epoch, from 1
    UtcNs sent_ns = kUnknownTime;
    std::string traceparent; ///< empty when there is none
};

/// A message as it came over the wire. Owns what it holds.
struct Message {
    Topic topic;
    std::string topic_text; ///< as on the wire: the key of all counting
    Header header;
    nlohmann::ordered_json header_json;
    nlohmann::ordered_json payload; ///< null unless the content type is JSON
    std::string payload_bytes;      ///< empty when the content type is JSON
    std::string raw;                ///< the fourth part; empty when there is none
};

inline constexpr int kWireVersion = 1;
inline constexpr std::uint64_t kSequenceMax = std::uint64_t{1} << 53; ///< exact in any JSON reader

/// Reads the parts of one message. The publisher is not trusted: what is malformed, too deep, too
/// long or of another version is an error that says what is wrong, never more.
Result<Message> parse_message(std::span<const std::string_view> parts);

/// {"topic", "header", "payload", "raw"} on one line, no newline; raw is hex or null.
std::string to_json_line(const Message& message);

/// When a publisher of this epoch started; kUnknownTime when the epoch does not say.
UtcNs start_of_epoch(std::string_view epoch);

} // namespace telemetry::publish
