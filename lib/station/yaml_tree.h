// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/base/result.h"

namespace telemetry::station {

/// A YAML document as it stands in the file: order, duplicates and places kept, nothing guessed.
///
/// yaml-cpp's own tree drops the second of two equal keys and tells no place for a missing one, so
/// this one is built from its events. Anchors on scalars work (SatYAML uses them); an alias to a
/// map or list stays an alias, so that a document cannot unfold into more than it says.
struct YamlNode {
    enum class Kind : unsigned char { null, scalar, list, map, alias };

    Kind kind = Kind::null;
    std::string text = {}; ///< of a scalar
    int line = 0;          ///< from 1
    int column = 0;        ///< from 1
    std::vector<YamlNode> items = {};
    std::vector<std::pair<YamlNode, YamlNode>> entries = {}; ///< of a map; keys are scalars

    /// The first entry with this key, or nullptr.
    const YamlNode* find(std::string_view key) const;
};

/// "a list", "a map", …
std::string_view name_of(YamlNode::Kind kind);

/// Larger documents are refused: no station needs them, and they only cost time.
inline constexpr std::size_t kMostYamlBytes = std::size_t{1} << 20;

/// One document; a second one, a key that is not a scalar and a key given twice are errors.
Result<YamlNode> parse_yaml(const std::string& text, const std::string& file);

/// Reads a whole file of at most kMostYamlBytes.
Result<std::string> read_text_file(const std::string& path);

} // namespace telemetry::station
