// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/base/result.h"

namespace telemetry::parameter {

struct XmlAttribute {
    std::string_view name; ///< without prefix
    std::string_view value;
    bool foreign = false; ///< of another namespace than the document's
};

/// An element as it stands in the file. Views point into the document.
struct XmlElement {
    std::string_view name;            ///< without prefix
    std::string_view name_space = {}; ///< its URI; empty: none
    std::string_view text = {};       ///< character data of its own, without white space around it
                                      ///< but what character references wrote
    int line = 0;                     ///< from 1
    int column = 0;                   ///< from 1
    bool foreign = false;             ///< of another namespace than the root
    std::uint32_t first_attribute = 0;
    std::uint32_t attribute_count = 0;
    std::uint32_t first_child = 0; ///< 0: none; the root is element 0 and nobody's child
    std::uint32_t next_sibling = 0;
};

/// What a document may cost. A mission database of 100 000 parameters stays far below.
struct XmlLimits {
    std::size_t bytes = std::size_t{256} << 20;
    std::size_t items = std::size_t{12} << 20; ///< elements and attributes together
    std::size_t depth = 256;
};

/// A whole document in memory, with the place of every element.
///
/// expat does the reading (docs/adr/): it is strict, knows where it is, and streams, so that the
/// limits hold while a hostile file is still being read. A document type declaration is refused
/// where it begins, hence there are no entities beyond the five of XML, nothing external is ever
/// opened and nothing unfolds. Prefixes are resolved as Namespaces in XML 1.0 says.
class XmlDocument {
public:
    static Result<XmlDocument> parse(std::string_view text, const std::string& file,
                                     const XmlLimits& limits = {});

    /// Reads a file (or pipe) piece by piece.
    static Result<XmlDocument> load(const std::string& path, const XmlLimits& limits = {});

    const XmlElement& root() const { return elements_.front(); }
    const XmlElement& element(std::uint32_t index) const { return elements_[index]; }
    const XmlAttribute& attribute(std::uint32_t index) const { return attributes_[index]; }
    std::size_t element_count() const { return elements_.size(); }
    const std::string& file() const { return file_; }
    /// The root's xsi:schemaLocation, which tells versions apart that share a namespace.
    const std::string& schema_location() const { return schema_location_; }

private:
    friend class XmlBuilder;
    std::string file_;
    std::string schema_location_;
    std::vector<XmlElement> elements_;
    std::vector<XmlAttribute> attributes_;
    std::vector<std::unique_ptr<char[]>> blocks_; ///< the characters that the views show
};

} // namespace telemetry::parameter
