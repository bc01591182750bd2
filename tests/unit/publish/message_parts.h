// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/publish/message.h"

namespace telemetry::publish::test {

inline std::string header(const std::string& epoch, std::uint64_t sequence,
                          const std::string& sent = "2026-01-02T03:04:05.000000006Z") {
    return R"({"version":1,"content_type":"application/json","epoch":")" + epoch +
           R"(","sequence":)" + std::to_string(sequence) + R"(,"sent":")" + sent + R"("})";
}

inline Result<Message> parse(const std::vector<std::string>& parts) {
    const std::vector<std::string_view> views(parts.begin(), parts.end());
    return parse_message(views);
}

inline Message message(const std::vector<std::string>& parts) {
    auto result = parse(parts);
    if (!result)
        throw std::runtime_error(result.error().to_string());
    return std::move(*result);
}

} // namespace telemetry::publish::test
