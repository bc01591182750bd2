// SPDX-License-Identifier: GPL-3.0-or-later
// A message from anybody, through all that a subscriber does with it. Parts are separated by the
// byte 0xff, which no valid JSON or topic holds; an input that does not begin with 't' is taken as
// the payload of a message that is otherwise sound.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/publish/loss.h"
#include "telemetry/publish/message.h"

using namespace telemetry::publish;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static constexpr std::string_view sound_header =
        R"({"version":1,"content_type":"application/json","epoch":"1-a","sequence":1,)"
        R"("sent":"2026-01-02T03:04:05.000000006Z"})";
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    std::vector<std::string_view> parts;
    if (input.starts_with('t')) {
        for (std::size_t at = 0; at <= input.size();) {
            const std::size_t end = std::min(input.find('\xff', at), input.size());
            parts.push_back(input.substr(at, end - at));
            at = end + 1;
        }
    } else {
        parts = {kHeartbeatTopic, sound_header, input};
    }
    const auto message = parse_message(parts);
    if (!message)
        return 0;
    if (to_json_line(*message).empty())
        __builtin_trap();
    LossAccount account(Filter{});
    account.account(*message);
    account.account(*message); // the same again is never a loss
    return 0;
}
