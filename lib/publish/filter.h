// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <vector>

#include "telemetry/publish/topic.h"

namespace telemetry::publish {

/// Which topics a subscriber wants. Each list holds names or shell patterns (*, ?, [...]), of which
/// one must match; an empty list wants all. No kind named means all but heartbeats.
struct Filter {
    std::vector<std::string> kinds;
    std::vector<std::string> stations;
    std::vector<std::string> sources;

    bool wants(const Topic& topic) const;

    /// What to subscribe to so that all that is wanted arrives, heartbeats not included. ZeroMQ
    /// matches prefixes, so only names without patterns narrow it down.
    std::vector<std::string> prefixes() const;
};

} // namespace telemetry::publish
