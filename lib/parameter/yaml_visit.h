// SPDX-License-Identifier: GPL-3.0-or-later
// How the YAML reader takes a map apart. Internal to the stage.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/base/text.h"
#include "telemetry/base/yaml_tree.h"
#include "telemetry/parameter/xtce_visit.h"

namespace telemetry::parameter {

/// Keeps the first mistake.
class FirstError {
public:
    explicit FirstError(std::string file) : file_(std::move(file)) {}
    void tell(const YamlNode& at, std::string key, std::string message) {
        if (!error_)
            error_ = Error{std::move(message), file_, at.line, at.column, std::move(key)};
    }
    void tell(const Error& error) {
        if (!error_)
            error_ = error;
    }
    explicit operator bool() const { return error_.has_value(); }
    const Error& error() const { return *error_; }

private:
    std::string file_;
    std::optional<Error> error_;
};

/// A map while it is read: a key that nobody asked for is a mistake.
class YamlVisit {
public:
    YamlVisit(FirstError& errors, const YamlNode& node, std::string path)
        : errors_(errors), node_(node), path_(std::move(path)) {
        if (node.kind != YamlNode::Kind::map && node.kind != YamlNode::Kind::null)
            wrong(node, "", "expected a map, found " + std::string(telemetry::name_of(node.kind)));
    }
    ~YamlVisit() {
        if (left_)
            return;
        for (const auto& [key, value] : node_.entries) {
            if (std::find(asked_.begin(), asked_.end(), key.text) != asked_.end())
                continue;
            wrong(key, key.text, "unknown key" + suggestion(key.text, asked_));
            return;
        }
    }
    YamlVisit(const YamlVisit&) = delete;
    YamlVisit& operator=(const YamlVisit&) = delete;

    /// The other keys are another's business.
    void leave() { left_ = true; }
    /// Keys that another reads.
    template <std::size_t count>
    void permit(const std::string_view (&keys)[count]) {
        asked_.insert(asked_.end(), std::begin(keys), std::end(keys));
    }

    const YamlNode& node() const { return node_; }
    const std::string& path() const { return path_; }
    SourcePosition where() const { return {0, node_.line}; }

    /// `key` must be a literal: it is kept.
    const YamlNode* find(std::string_view key) {
        asked_.push_back(key);
        return node_.find(key);
    }
    bool has(std::string_view key) { return find(key) != nullptr; }

    void wrong(const YamlNode& at, std::string_view key, std::string message) {
        errors_.tell(at, path_ + (path_.empty() || key.empty() ? "" : ".") + std::string(key),
                     std::move(message));
    }

    /// The characters of a single value; empty when there is none.
    std::string text(std::string_view key) {
        const YamlNode* value = find(key);
        if (!value || value->kind == YamlNode::Kind::null)
            return {};
        if (value->kind != YamlNode::Kind::scalar)
            wrong(*value, key,
                  "expected a text, found " + std::string(telemetry::name_of(value->kind)));
        return value->text;
    }
    std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t min,
                         std::int64_t max) {
        const YamlNode* value = find(key);
        if (!value)
            return fallback;
        const auto number =
            value->kind == YamlNode::Kind::scalar ? read_integer(value->text) : std::nullopt;
        if (number && *number >= min && *number <= max)
            return *number;
        wrong(*value, key,
              "expected an integer, " + std::to_string(min) + " to " + std::to_string(max) +
                  ", found '" + value->text + "'");
        return fallback;
    }
    double real(std::string_view key, double fallback) {
        const YamlNode* value = find(key);
        return value ? real(*value, key).value_or(fallback) : fallback;
    }
    std::optional<double> real(const YamlNode& value, std::string_view key) {
        const auto number =
            value.kind == YamlNode::Kind::scalar ? read_real(value.text) : std::nullopt;
        if (!number)
            wrong(value, key, "expected a number, found '" + value.text + "'");
        return number;
    }
    bool flag(std::string_view key, bool fallback) {
        const YamlNode* value = find(key);
        if (!value)
            return fallback;
        if (value->kind == YamlNode::Kind::scalar) {
            for (const char* yes : {"true", "yes", "on"})
                if (equal_ignoring_case(value->text, yes))
                    return true;
            for (const char* no : {"false", "no", "off"})
                if (equal_ignoring_case(value->text, no))
                    return false;
        }
        wrong(*value, key, "expected true or false, found '" + value->text + "'");
        return fallback;
    }
    template <class Value, std::size_t count>
    Value choice(std::string_view key, const std::pair<std::string_view, Value> (&choices)[count],
                 Value fallback) {
        const YamlNode* value = find(key);
        if (!value)
            return fallback;
        std::vector<std::string_view> names;
        for (const auto& [name, each] : choices) {
            if (equal_ignoring_case(name, value->text))
                return each;
            names.push_back(name);
        }
        wrong(*value, key, "'" + value->text + "' is not known" + suggestion(value->text, names));
        return fallback;
    }
    /// The items of a list; a single value stands for a list of one.
    std::vector<const YamlNode*> list(std::string_view key) {
        std::vector<const YamlNode*> items;
        const YamlNode* value = find(key);
        if (!value || value->kind == YamlNode::Kind::null)
            return items;
        if (value->kind == YamlNode::Kind::list)
            for (const YamlNode& item : value->items)
                items.push_back(&item);
        else
            items.push_back(value);
        return items;
    }
    std::vector<std::string> texts(std::string_view key) {
        std::vector<std::string> result;
        for (const YamlNode* item : list(key)) {
            if (item->kind != YamlNode::Kind::scalar)
                wrong(*item, key, "expected a text");
            result.push_back(item->text);
        }
        return result;
    }
    FirstError& errors() { return errors_; }

private:
    FirstError& errors_;
    const YamlNode& node_;
    std::string path_;
    std::vector<std::string_view> asked_;
    bool left_ = false;
};

} // namespace telemetry::parameter
