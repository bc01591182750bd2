// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "paint.h"
#include "telemetry/publish/message.h"

namespace telemetry::sub {

/// Where every downlink stands, from the last metrics of each: one row a downlink, one column a
/// metric, and a row for what receivers and publishers count.
class StatusTable {
public:
    void update(const publish::Message& message);
    std::vector<std::string> lines(const Paint& paint, std::size_t rows_max) const;

private:
    using Row = std::map<std::string, nlohmann::ordered_json>; ///< sums over attributes, by name
    std::map<std::pair<std::string, std::string>, Row> rows_;  ///< by station and source
};

} // namespace telemetry::sub
