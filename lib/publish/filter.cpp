// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/filter.h"

#include <algorithm>
#include <fnmatch.h>

namespace telemetry::publish {
namespace {

bool matches(const std::vector<std::string>& patterns, const std::string& name) {
    return patterns.empty() ||
           std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
               return pattern == name || fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
           });
}

bool exact(const std::vector<std::string>& patterns) {
    return !patterns.empty() &&
           std::all_of(patterns.begin(), patterns.end(), [](const std::string& pattern) {
               return pattern.find_first_of("*?[\\") == std::string::npos;
           });
}

void append(std::vector<std::string>& prefixes, const std::vector<std::string>& names) {
    std::vector<std::string> longer;
    for (const std::string& prefix : prefixes)
        for (const std::string& name : names)
            longer.push_back(prefix + (name.empty() ? "-" : percent_encode(name)) + "/");
    prefixes = std::move(longer);
}

} // namespace

bool Filter::wants(const Topic& topic) const {
    if (kinds.empty() && topic.kind == kHeartbeatKind)
        return false;
    return matches(kinds, topic.kind) && matches(stations, topic.station) &&
           matches(sources, topic.source);
}

std::vector<std::string> Filter::prefixes() const {
    std::vector<std::string> result{std::string(kTopicRoot)};
    for (const auto* names : {&kinds, &stations, &sources}) {
        if (!exact(*names))
            break;
        append(result, *names);
    }
    return result;
}

} // namespace telemetry::publish
