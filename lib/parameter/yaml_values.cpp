// SPDX-License-Identifier: GPL-3.0-or-later
// References, conditions, numbers and ranges of the YAML form.
#include <cmath>
#include <limits>

#include "telemetry/parameter/math_names.h"
#include "telemetry/parameter/time_notation.h"
#include "telemetry/parameter/yaml_reader.h"

namespace telemetry::parameter {
namespace {

const char* name_of(NameTable::Kind kind) {
    constexpr const char* names[] = {"type",      "parameter", "container",
                                     "algorithm", "command",   "message"};
    return names[static_cast<std::size_t>(kind)];
}

} // namespace

std::uint32_t YamlReader::resolve(Kind kind, const YamlNode& at, const std::string& key,
                                  std::string_view name) {
    const std::uint32_t found = names_.find(kind, system_, name);
    if (found == kNone)
        errors_.tell(
            at, key,
            std::string("no ") + name_of(kind) + " '" + std::string(name) + "' here or above" +
                names_.suggest(kind, system_, name) +
                (kind == Kind::type ? "; a type word is u16, i8, f32, bool and so on" : ""));
    return found;
}

ParameterReference YamlReader::resolve_parameter(const YamlNode& at, const std::string& key,
                                                 std::string_view path) {
    ParameterReference reference;
    reference.where = {0, at.line};
    for (std::size_t end = path.size();;) {
        const ParameterIndex found = names_.find(Kind::parameter, system_, path.substr(0, end));
        if (found != kNone) {
            const auto steps = read_steps(path.substr(end));
            if (!steps) {
                errors_.tell(at, key,
                             "'" + std::string(path.substr(end)) +
                                 "' is no path into a parameter; expected .member or [index]");
                return reference;
            }
            reference.parameter = found;
            reference.path = *steps;
            return reference;
        }
        end = path.find_last_of(".[", end ? end - 1 : 0);
        if (end == std::string_view::npos || end == 0)
            break;
    }
    resolve(Kind::parameter, at, key, path);
    return reference;
}

namespace {

void place(Condition& condition, SourcePosition where) {
    condition.where = where;
    for (Condition& operand : condition.operands)
        place(operand, where);
}

} // namespace

/// Looks names up for ConditionReader, from one value of the file.
struct YamlReader::ValueNames final : ConditionReader::Names {
    ValueNames(YamlReader& owner, const YamlNode& at, const std::string& named)
        : reader(owner), node(at), key(named) {}
    ParameterReference parameter(std::string_view path) override {
        return reader.resolve_parameter(node, key, path);
    }
    AlgorithmIndex algorithm(std::string_view path) override {
        return reader.resolve(Kind::algorithm, node, key, path);
    }
    YamlReader& reader;
    const YamlNode& node;
    const std::string& key;
};

ConditionIndex YamlReader::read_condition(const YamlNode& node, const std::string& key) {
    if (node.kind != YamlNode::Kind::scalar) {
        errors_.tell(node, key, "expected a condition such as apid == 5 and mode != SAFE");
        return kNone;
    }
    ValueNames names(*this, node, key);
    auto condition = ConditionReader(node.text, names).condition();
    if (!condition) {
        errors_.tell(node, key, condition.error());
        return kNone;
    }
    place(*condition, {0, node.line});
    database_.conditions.push_back(std::move(*condition));
    return static_cast<ConditionIndex>(database_.conditions.size() - 1);
}

std::optional<ParameterReference> YamlReader::read_reference(const YamlNode& node,
                                                             const std::string& key) {
    ValueNames names(*this, node, key);
    auto reference = ConditionReader(node.text, names).reference();
    if (node.kind != YamlNode::Kind::scalar || !reference) {
        errors_.tell(node, key, reference ? "expected a parameter" : reference.error());
        return std::nullopt;
    }
    return std::move(*reference);
}

IntegerValue YamlReader::read_integer_value(const YamlNode& node, const std::string& key) {
    if (node.kind == YamlNode::Kind::map) {
        YamlVisit visit(errors_, node, key);
        DiscreteLookup lookup;
        for (const YamlNode* item : visit.list("lookup")) {
            YamlVisit row(errors_, *item, key + ".lookup");
            DiscreteLookup::Row each;
            if (const YamlNode* when = row.find("when"))
                each.condition = read_condition(*when, key + ".lookup.when");
            each.value = row.integer("value", 0, std::numeric_limits<std::int64_t>::min(),
                                     std::numeric_limits<std::int64_t>::max());
            lookup.rows.push_back(each);
        }
        if (visit.has("default"))
            lookup.fallback = visit.integer("default", 0, std::numeric_limits<std::int64_t>::min(),
                                            std::numeric_limits<std::int64_t>::max());
        return lookup;
    }
    if (const auto number = read_integer(node.text))
        return *number;
    ValueNames names(*this, node, key);
    auto value = ConditionReader(node.text, names).number();
    if (!value) {
        errors_.tell(node, key, value.error());
        return std::int64_t{0};
    }
    return std::move(*value);
}

/// [min, max] with ~ for an open end, or a map with min or above, max or below.
Range YamlReader::read_range(const YamlNode& node, const std::string& key) {
    Range range;
    const auto end = [&](const YamlNode& value, double& to) {
        if (value.kind == YamlNode::Kind::null)
            return;
        if (const auto number = read_real(value.text);
            number && value.kind == YamlNode::Kind::scalar)
            to = *number;
        else
            errors_.tell(value, key, "expected a number or ~, found '" + value.text + "'");
    };
    if (node.kind == YamlNode::Kind::list && node.items.size() == 2) {
        end(node.items[0], range.min);
        end(node.items[1], range.max);
    } else if (node.kind == YamlNode::Kind::map) {
        YamlVisit visit(errors_, node, key);
        if (const YamlNode* min = visit.find("min"))
            end(*min, range.min);
        if (const YamlNode* above = visit.find("above")) {
            end(*above, range.min);
            range.min_exclusive = true;
        }
        if (const YamlNode* max = visit.find("max"))
            end(*max, range.max);
        if (const YamlNode* below = visit.find("below")) {
            end(*below, range.max);
            range.max_exclusive = true;
        }
        if (visit.has("level") || visit.has("inside"))
            visit.leave(); // an alarm's range; its reader knows the rest
    } else {
        errors_.tell(node, key, "expected [min, max], or a map with min, max, above, below");
    }
    if (range.min > range.max)
        errors_.tell(node, key, "its minimum lies above its maximum");
    return range;
}

std::int64_t YamlReader::read_duration_ns(YamlVisit& visit, std::string_view key) {
    const YamlNode* node = visit.find(key);
    if (!node)
        return 0;
    const auto seconds = parse_duration_s(node->text);
    if (!seconds || !(*seconds >= 0) || *seconds > 9e9) {
        visit.wrong(*node, key,
                    "expected seconds (1.5) or a duration (PT1M30S), found '" + node->text + "'");
        return 0;
    }
    return std::llround(*seconds * 1e9);
}

/// [x, 2, '*', {ref: a.b}, '+']: postfix, x being the raw value.
MathOperation YamlReader::read_math(const YamlNode& node, const std::string& key) {
    MathOperation operation;
    if (node.kind != YamlNode::Kind::list)
        errors_.tell(node, key, "expected a list in postfix order, such as [x, 2, '*']");
    for (const YamlNode& item : node.items) {
        if (item.kind == YamlNode::Kind::map) {
            YamlVisit visit(errors_, item, key);
            const YamlNode* reference = visit.find("ref");
            if (!reference) {
                visit.wrong(item, "ref", "required and not given");
                continue;
            }
            if (auto found = read_reference(*reference, key + ".ref"))
                operation.push_back({MathToken::Kind::reference, 0, std::move(*found), {}});
        } else if (item.text == "x") {
            operation.push_back({MathToken::Kind::this_parameter, 0, {}, {}});
        } else if (const auto number = read_real(item.text)) {
            operation.push_back({MathToken::Kind::number, *number, {}, {}});
        } else {
            const auto operators = math_operators(item.text);
            if (operators.empty())
                errors_.tell(item, key,
                             "'" + item.text + "' is no number, operator or x" +
                                 suggestion(item.text, math_operator_names()));
            for (const MathOperator each : operators)
                operation.push_back({MathToken::Kind::operation, 0, {}, each});
        }
    }
    int depth = 0;
    for (const MathToken& token : operation) {
        const auto [taken, left] = token.kind == MathToken::Kind::operation
                                       ? stack_effect(token.operation)
                                       : std::pair(0, 1);
        if (depth < taken)
            errors_.tell(node, key, "an operator finds too few values before it");
        depth += left - taken;
    }
    if (!operation.empty() && depth != 1)
        errors_.tell(node, key, "leaves " + std::to_string(depth) + " values behind; expected one");
    return operation;
}

/// [3, 4] (numbers of elements) or a list of {start, end}.
std::vector<Dimension> YamlReader::read_dimensions(const YamlNode& node, const std::string& key) {
    std::vector<Dimension> dimensions;
    const auto one = [&](const YamlNode& item) {
        Dimension each;
        if (item.kind == YamlNode::Kind::map && !item.find("lookup")) {
            YamlVisit visit(errors_, item, key);
            if (const YamlNode* start = visit.find("start"))
                each.start = read_integer_value(*start, key + ".start");
            if (const YamlNode* end = visit.find("end"))
                each.end = read_integer_value(*end, key + ".end");
        } else {
            each.end = read_integer_value(item, key);
            if (auto* fixed = std::get_if<std::int64_t>(&each.end))
                --*fixed;
            else if (auto* dynamic = std::get_if<DynamicValue>(&each.end))
                dynamic->intercept -= 1;
        }
        dimensions.push_back(std::move(each));
    };
    if (node.kind == YamlNode::Kind::list)
        for (const YamlNode& item : node.items)
            one(item);
    else
        one(node);
    if (dimensions.size() > 16)
        errors_.tell(node, key, "more than 16 dimensions");
    return dimensions;
}

} // namespace telemetry::parameter
