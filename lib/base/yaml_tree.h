// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/base/result.h"

namespace telemetry {

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

/// What a document is about, for messages and bounds.
struct YamlSubject {
    std::string_view noun;     ///< "station file"
    std::string_view expected; ///< "a map with name and downlinks"
    std::size_t most_bytes;    ///< larger ones are refused: they only cost time
};

/// One document; a second one, a key that is not a scalar and a key given twice are errors.
Result<YamlNode> parse_yaml(const std::string& text, const std::string& file,
                            const YamlSubject& subject);

/// Reads a whole file, at most one byte more than `most_bytes`.
Result<std::string> read_text_file(const std::string& path, std::size_t most_bytes);

} // namespace telemetry
