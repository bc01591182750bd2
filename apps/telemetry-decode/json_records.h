// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record_reader.h"

namespace telemetry::decode {

/// A line as JsonLines writes it; `key` is "frame" or "packet". Nothing for an empty line and for
/// an object without that key (an event, say). `bytes` is where the record's bytes are kept.
Result<std::optional<Record>> read_json_record(std::string_view line, const std::string& key,
                                               std::vector<std::uint8_t>& bytes);

} // namespace telemetry::decode
