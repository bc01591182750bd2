// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include "telemetry/base/yaml_tree.h"

namespace telemetry::station {

using telemetry::name_of;
using telemetry::YamlNode;

/// Larger documents are refused: no station needs them, and they only cost time.
inline constexpr std::size_t kMostYamlBytes = std::size_t{1} << 20;

inline Result<YamlNode> parse_yaml(const std::string& text, const std::string& file) {
    return telemetry::parse_yaml(text, file,
                                 {"station file", "a map with name and downlinks", kMostYamlBytes});
}

/// Reads a whole file of at most kMostYamlBytes.
inline Result<std::string> read_text_file(const std::string& path) {
    return telemetry::read_text_file(path, kMostYamlBytes);
}

} // namespace telemetry::station
