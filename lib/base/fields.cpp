// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/fields.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <optional>

#include "telemetry/base/text.h"

namespace telemetry {
namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        negative = text[0] == '-';
        text.remove_prefix(1);
    }
    int base = 10;
    if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text.remove_prefix(2);
    }
    std::int64_t value = 0;
    const auto [end, problem] =
        std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (problem != std::errc{} || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return negative ? -value : value;
}

std::optional<double> parse_real(std::string_view text) {
    if (!text.empty() && text[0] == '+')
        text.remove_prefix(1);
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::optional<bool> parse_flag(std::string_view text) {
    for (const char* word : {"true", "yes", "on"})
        if (equal_ignoring_case(text, word))
            return true;
    for (const char* word : {"false", "no", "off"})
        if (equal_ignoring_case(text, word))
            return false;
    return std::nullopt;
}

std::string plain_number(double value) {
    char buffer[40];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return std::string(buffer, end);
}

std::optional<Settings::Value> parse(const Field& field, std::string_view text) {
    switch (field.type) {
    case Field::Type::integer: {
        auto value = parse_integer(text);
        // "9.6e3" is a whole number too.
        if (!value) {
            const auto real = parse_real(text);
            if (real && *real == std::nearbyint(*real) && std::abs(*real) < 9e15)
                value = static_cast<std::int64_t>(*real);
        }
        if (!value || static_cast<double>(*value) < field.min ||
            static_cast<double>(*value) > field.max)
            return std::nullopt;
        return *value;
    }
    case Field::Type::real: {
        const auto value = parse_real(text);
        if (!value || *value < field.min || *value > field.max)
            return std::nullopt;
        return *value;
    }
    case Field::Type::flag: {
        const auto value = parse_flag(text);
        if (!value)
            return std::nullopt;
        return *value;
    }
    case Field::Type::choice:
        for (const std::string_view choice : split(field.choices, '|'))
            if (equal_ignoring_case(choice, text))
                return std::string(choice);
        return std::nullopt;
    case Field::Type::text:
        return std::string(text);
    }
    return std::nullopt;
}

Error wrong_value(const Field& field, const KeyText& given, std::string_view file) {
    std::string message = "'" + given.text + "' is not valid; expected " + describe_expected(field);
    if (field.type == Field::Type::choice) {
        const auto choices = split(field.choices, '|');
        const auto near = nearest(given.text, choices);
        if (!near.empty())
            message += "; did you mean '" + std::string(near) + "'?";
    }
    return {message, std::string(file), given.line, given.column, given.key};
}

} // namespace

const Settings::Entry* Settings::find(std::string_view name) const {
    const auto at = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const Entry& entry) { return entry.name == name; });
    return at == entries_.end() ? nullptr : &*at;
}

std::int64_t Settings::integer(std::string_view name) const {
    const Entry* entry = find(name);
    assert(entry);
    return std::get<std::int64_t>(entry->value);
}

double Settings::real(std::string_view name) const {
    const Entry* entry = find(name);
    assert(entry);
    return std::get<double>(entry->value);
}

bool Settings::flag(std::string_view name) const {
    const Entry* entry = find(name);
    assert(entry);
    return std::get<bool>(entry->value);
}

const std::string& Settings::text(std::string_view name) const {
    const Entry* entry = find(name);
    assert(entry);
    return std::get<std::string>(entry->value);
}

bool Settings::has(std::string_view name) const {
    return find(name) != nullptr;
}

bool Settings::given(std::string_view name) const {
    const Entry* entry = find(name);
    return entry && entry->by_user;
}

void Settings::set(std::string_view name, Value value, bool by_user) {
    for (Entry& entry : entries_)
        if (entry.name == name) {
            entry.value = std::move(value);
            entry.by_user = by_user;
            return;
        }
    entries_.push_back({std::string(name), std::move(value), by_user});
}

std::string describe_expected(const Field& field) {
    const std::string unit =
        field.unit.empty() || field.unit == "1" ? "" : " " + std::string(field.unit);
    const std::string range =
        ", " + plain_number(field.min) + " to " + plain_number(field.max) + unit;
    switch (field.type) {
    case Field::Type::integer:
        return "a whole number" + range;
    case Field::Type::real:
        return "a number" + range;
    case Field::Type::flag:
        return "true or false";
    case Field::Type::choice: {
        std::string text = "one of ";
        for (const char c : field.choices)
            text += c == '|' ? std::string(", ") : std::string(1, c);
        return text;
    }
    case Field::Type::text:
        break;
    }
    return "text";
}

std::string to_text(const Settings::Value& value) {
    struct {
        std::string operator()(std::int64_t v) const { return std::to_string(v); }
        std::string operator()(double v) const { return plain_number(v); }
        std::string operator()(bool v) const { return v ? "true" : "false"; }
        std::string operator()(const std::string& v) const { return v; }
    } printer;
    return std::visit(printer, value);
}

Result<Settings> read_settings(std::initializer_list<std::span<const Field>> tables,
                               std::span<const KeyText> given, std::string_view file) {
    std::vector<std::string_view> names;
    for (const auto table : tables)
        for (const Field& field : table)
            names.push_back(field.name);

    for (std::size_t i = 0; i < given.size(); ++i) {
        const KeyText& entry = given[i];
        if (std::find(names.begin(), names.end(), entry.key) == names.end()) {
            std::string message = "unknown key";
            const auto near = nearest(entry.key, names);
            if (!near.empty()) {
                message += "; did you mean '" + std::string(near) + "'?";
            } else {
                message += "; expected one of";
                for (const auto name : names)
                    message += (name == names.front() ? " " : ", ") + std::string(name);
            }
            return fail(Error{message, std::string(file), entry.line, entry.column, entry.key});
        }
        for (std::size_t j = 0; j < i; ++j)
            if (given[j].key == entry.key)
                return fail(Error{"given twice; first in line " + std::to_string(given[j].line),
                                  std::string(file), entry.line, entry.column, entry.key});
    }

    Settings settings;
    for (const auto table : tables)
        for (const Field& field : table) {
            if (settings.has(field.name))
                continue; // two tables may share a field
            const auto at = std::find_if(given.begin(), given.end(),
                                         [&](const KeyText& e) { return e.key == field.name; });
            if (at != given.end()) {
                auto value = parse(field, at->text);
                if (!value)
                    return fail(wrong_value(field, *at, file));
                settings.set(field.name, std::move(*value), true);
            } else if (!field.fallback.empty() || field.type == Field::Type::text) {
                auto value = parse(field, field.fallback);
                assert(value && "a field's default must be valid");
                settings.set(field.name, std::move(*value), false);
            } else {
                return fail(Error{"required and not given; expected " + describe_expected(field),
                                  std::string(file), 0, 0, std::string(field.name)});
            }
        }
    return settings;
}

Result<Settings>
read_settings_from(std::span<const Field> table,
                   std::initializer_list<std::pair<const char*, const char*>> given) {
    std::vector<KeyText> entries;
    for (const auto& [key, text] : given)
        entries.push_back({key, text, 0, 0});
    return read_settings({table}, entries);
}

} // namespace telemetry
