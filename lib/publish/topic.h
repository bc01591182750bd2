// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace telemetry::publish {

/// tlm1/<kind>/<station>/<source>/. Each name is percent-encoded (RFC 3986, section 2.1): every
/// byte of its UTF-8 but letters, digits, '-', '.', '_' and '~' becomes %XX, so that '/' only ever
/// separates and a topic is printable ASCII. An empty name is written '-': "no one in particular".
///
/// ZeroMQ matches subscriptions by prefix. The closing slash keeps a subscription to station "AO-7"
/// from matching "AO-73".
struct Topic {
    std::string kind;
    std::string station;
    std::string source;

    friend bool operator==(const Topic&, const Topic&) = default;
};

inline constexpr std::string_view kTopicRoot = "tlm1/";
inline constexpr std::string_view kHeartbeatKind = "heartbeat";
inline constexpr std::string_view kHeartbeatTopic = "tlm1/heartbeat/-/-/";
inline constexpr std::size_t kTopicLengthMax = 1024; ///< bytes, encoded

std::string make_topic(std::string_view kind, std::string_view station, std::string_view source);

/// Nothing when it is not such a topic: wrong root, number of names, encoding or length.
std::optional<Topic> parse_topic(std::string_view text);

std::string percent_encode(std::string_view name);
std::optional<std::string> percent_decode(std::string_view text); ///< nothing when malformed

} // namespace telemetry::publish
