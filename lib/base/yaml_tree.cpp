// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/yaml_tree.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace telemetry {
namespace {

/// Thrown inside yaml-cpp's parser only, and caught in parse_yaml.
struct Refused {
    Error error;
};

class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(std::string file, const YamlSubject& subject)
        : file_(std::move(file)), subject_(subject) {}

    YamlNode take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        add(node(YamlNode::Kind::null, mark));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto known = scalars_.find(anchor);
        YamlNode alias =
            node(known == scalars_.end() ? YamlNode::Kind::alias : YamlNode::Kind::scalar, mark);
        if (known != scalars_.end()) {
            repeated_bytes_ += known->second.size();
            if (repeated_bytes_ > subject_.most_bytes)
                throw Refused{{"its aliases repeat more than " +
                                   std::to_string(subject_.most_bytes) + " bytes, which no " +
                                   std::string(subject_.noun) + " does",
                               file_, alias.line, alias.column}};
            alias.text = known->second;
        }
        add(std::move(alias));
    }

    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  const std::string& value) override {
        YamlNode scalar = node(YamlNode::Kind::scalar, mark);
        scalar.text = value;
        if (anchor != YAML::NullAnchor)
            scalars_[anchor] = value;
        add(std::move(scalar));
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        open_.push_back({node(YamlNode::Kind::list, mark), std::nullopt, {}});
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        open_.push_back({node(YamlNode::Kind::map, mark), std::nullopt, {}});
    }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        YamlNode node;
        std::optional<YamlNode> key;      ///< read, its value not yet
        std::map<std::string, int> lines; ///< of the keys of a map
    };

    static YamlNode node(YamlNode::Kind kind, const YAML::Mark& mark) {
        YamlNode made;
        made.kind = kind;
        made.line = mark.line + 1;
        made.column = mark.column + 1;
        return made;
    }

    void close() {
        YamlNode done = std::move(open_.back().node);
        open_.pop_back();
        add(std::move(done));
    }

    void add(YamlNode value) {
        if (open_.empty()) {
            root_ = std::move(value);
            return;
        }
        Open& parent = open_.back();
        if (parent.node.kind == YamlNode::Kind::list) {
            parent.node.items.push_back(std::move(value));
        } else if (parent.key) {
            parent.node.entries.emplace_back(std::move(*parent.key), std::move(value));
            parent.key.reset();
        } else {
            check_key(parent, value);
            parent.key = std::move(value);
        }
    }

    void check_key(Open& map, const YamlNode& key) const {
        if (key.kind != YamlNode::Kind::scalar)
            throw Refused{{"a key must be plain text, not " + std::string(name_of(key.kind)), file_,
                           key.line, key.column}};
        const auto [first, fresh] = map.lines.emplace(key.text, key.line);
        if (!fresh)
            throw Refused{{"given twice; first in line " + std::to_string(first->second), file_,
                           key.line, key.column, key.text}};
    }

    std::string file_;
    YamlSubject subject_;
    YamlNode root_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, std::string> scalars_;
    std::size_t repeated_bytes_ = 0; ///< by aliases: they must not unfold into gigabytes
};

} // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
    for (const auto& [name, value] : entries)
        if (name.text == key)
            return &value;
    return nullptr;
}

std::string_view name_of(YamlNode::Kind kind) {
    switch (kind) {
    case YamlNode::Kind::null:
        return "nothing";
    case YamlNode::Kind::scalar:
        return "a single value";
    case YamlNode::Kind::list:
        return "a list";
    case YamlNode::Kind::map:
        return "a map";
    case YamlNode::Kind::alias:
        return "an alias (*name)";
    }
    return "";
}

Result<YamlNode> parse_yaml(const std::string& text, const std::string& file,
                            const YamlSubject& subject) {
    if (text.size() > subject.most_bytes)
        return fail(Error{"larger than " + std::to_string(subject.most_bytes) +
                              " bytes, which no " + std::string(subject.noun) + " is",
                          file});
    if (text.find('\0') != std::string::npos)
        return fail(Error{"not a text file: it holds a zero byte", file});
    try {
        std::istringstream stream(text);
        YAML::Parser parser(stream);
        TreeBuilder builder(file, subject);
        if (!parser.HandleNextDocument(builder))
            return fail(Error{"empty; expected " + std::string(subject.expected), file, 1, 1});
        YamlNode root = builder.take();
        TreeBuilder second(file, subject);
        if (parser.HandleNextDocument(second)) {
            const YamlNode extra = second.take();
            return fail(Error{"a second document; expected one in a " + std::string(subject.noun),
                              file, extra.line, extra.column});
        }
        return root;
    } catch (const Refused& refused) {
        return fail(refused.error);
    } catch (const YAML::Exception& broken) {
        const bool placed = !broken.mark.is_null();
        return fail(Error{"not valid YAML: " + broken.msg, file, placed ? broken.mark.line + 1 : 0,
                          placed ? broken.mark.column + 1 : 0});
    } catch (const std::exception& broken) {
        return fail(Error{std::string("not valid YAML: ") + broken.what(), file});
    }
}

Result<std::string> read_text_file(const std::string& path, std::size_t most_bytes) {
    std::error_code trouble;
    const auto status = std::filesystem::status(path, trouble);
    if (std::filesystem::is_directory(status))
        return fail(Error{"is a directory; expected a file", path});
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        return fail(
            Error{std::string("cannot be read: ") + std::strerror(errno ? errno : EIO), path});
    std::string text;
    std::string piece(std::size_t{1} << 16, '\0');
    while (stream && text.size() <= most_bytes) {
        stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        text.append(piece, 0, static_cast<std::size_t>(stream.gcount()));
    }
    if (stream.bad())
        return fail(Error{"cannot be read", path});
    text.resize(std::min(text.size(), most_bytes + 1));
    return text;
}

} // namespace telemetry
