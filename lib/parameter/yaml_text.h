// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>

#include "telemetry/base/yaml_tree.h"

namespace telemetry::parameter {

/// A tree of YAML values that is going to be written; what is empty is left out.
class YamlValue {
public:
    static YamlNode text(std::string_view text);
    static YamlNode list();
    static YamlNode map();

    /// Nothing when the text, list or map is empty.
    static void add(YamlNode& map, std::string_view key, YamlNode value);
    static void add(YamlNode& map, std::string_view key, std::string_view value) {
        add(map, key, text(value));
    }
    static void add(YamlNode& map, std::string_view key, const std::string& value) {
        add(map, key, text(value));
    }
    static void add(YamlNode& map, std::string_view key, const char* value) {
        add(map, key, text(value));
    }
    /// Even an empty one.
    static void put(YamlNode& map, std::string_view key, YamlNode value);
};

/// As a document: what fits into a line stands in one, the rest in a block. `block_levels` of maps
/// are blocks in any case.
std::string write_yaml(const YamlNode& root, int block_levels);

} // namespace telemetry::parameter
