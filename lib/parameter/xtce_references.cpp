// SPDX-License-Identifier: GPL-3.0-or-later
// References to parameters, conditions on them, and numbers that come from them.
#include <algorithm>

#include "telemetry/parameter/xtce_reader.h"

namespace telemetry::parameter {
namespace {

constexpr Visit::Choice<Comparator> kComparators[] = {
    {"==", Comparator::equal},  {"!=", Comparator::not_equal},
    {"<", Comparator::less},    {"<=", Comparator::less_or_equal},
    {">", Comparator::greater}, {">=", Comparator::greater_or_equal},
};

const char* name_of(NameTable::Kind kind) {
    switch (kind) {
    case NameTable::Kind::type:
        return "type";
    case NameTable::Kind::parameter:
        return "parameter";
    case NameTable::Kind::container:
        return "container";
    case NameTable::Kind::algorithm:
        return "algorithm";
    case NameTable::Kind::command:
        return "command";
    case NameTable::Kind::message:
        return "message";
    }
    return "";
}

/// ".member[3].other" as steps; nothing when malformed.
std::optional<std::vector<PathStep>> read_path(std::string_view text) {
    std::vector<PathStep> path;
    while (!text.empty()) {
        if (text[0] == '[') {
            const std::size_t end = text.find(']');
            if (end == std::string_view::npos)
                return std::nullopt;
            const auto index = read_integer(text.substr(1, end - 1));
            if (!index || *index < 0 || *index > 0xffff)
                return std::nullopt;
            path.push_back({"", static_cast<int>(*index)});
            text.remove_prefix(end + 1);
            continue;
        }
        if (text[0] != '.' && text[0] != '/')
            return std::nullopt;
        const std::size_t end = std::min(text.find_first_of("./[", 1), text.size());
        if (end == 1)
            return std::nullopt;
        path.push_back({std::string(text.substr(1, end - 1)), 0});
        text.remove_prefix(end);
    }
    return path;
}

/// A condition that never holds, in place of one that cannot be judged.
Condition never(SourcePosition where) {
    Condition condition;
    condition.kind = Condition::Kind::any_of;
    condition.where = where;
    return condition;
}

} // namespace

std::uint32_t XtceReader::resolve(Kind kind, Visit& visit, std::string_view attribute,
                                  std::string_view reference) {
    const std::uint32_t found = names_.find(kind, system_, reference);
    if (found == kNone)
        visit.wrong(Severity::error, "@" + std::string(attribute),
                    std::string("no ") + name_of(kind) + " '" + std::string(reference) +
                        "' here or above" +
                        (report_.may_suggest() ? names_.suggest(kind, system_, reference) : ""));
    return found;
}

/// The name of a parameter, or of a part of one: "p.member", "p[2]", "p.list[1].x". Names with a
/// dot exist in the wild, so the longest name that is there wins.
ParameterReference XtceReader::resolve_parameter(Visit& visit, std::string_view attribute,
                                                 std::string_view reference) {
    ParameterReference result;
    result.where = visit.where();
    std::size_t end = reference.size();
    while (true) {
        const ParameterIndex found =
            names_.find(Kind::parameter, system_, reference.substr(0, end));
        if (found != kNone) {
            const auto path = read_path(reference.substr(end));
            if (!path) {
                visit.wrong(Severity::error, "@" + std::string(attribute),
                            "'" + std::string(reference.substr(end)) +
                                "' is no path into a parameter; expected .member or [index]");
                return result;
            }
            result.parameter = found;
            result.path = *path;
            return result;
        }
        end = reference.find_last_of(".[/", end ? end - 1 : 0);
        if (end == std::string_view::npos || end == 0)
            break;
    }
    resolve(Kind::parameter, visit, attribute, reference);
    return result;
}

std::optional<ParameterReference> XtceReader::read_reference(Visit& visit) {
    const auto name = visit.required("parameterRef");
    const bool calibrated = visit.flag("useCalibratedValue", true);
    const std::int64_t instance = visit.integer("instance", 0);
    if (!name)
        return std::nullopt;
    ParameterReference reference = resolve_parameter(visit, "parameterRef", *name);
    if (reference.parameter == kNone)
        return std::nullopt;
    reference.kind = calibrated ? ValueKind::calibrated : ValueKind::raw;
    if (instance > 0 || instance < -1'000'000) {
        visit.wrong(Severity::unsupported, "@instance",
                    "values that are yet to come cannot be used; the latest is");
    } else {
        reference.instance = static_cast<int>(instance);
    }
    return reference;
}

std::optional<ParameterReference> XtceReader::read_reference(const XmlElement& element) {
    Visit visit(document_, report_, element);
    return read_reference(visit);
}

ConditionIndex XtceReader::add_condition(Condition condition) {
    database_.conditions.push_back(std::move(condition));
    return static_cast<ConditionIndex>(database_.conditions.size() - 1);
}

ConditionIndex XtceReader::read_match(const XmlElement& element) {
    Visit visit(document_, report_, element);
    return read_match(visit, {});
}

/// MatchCriteriaType, in an element that may have more children of its own.
ConditionIndex XtceReader::read_match(Visit& visit, std::initializer_list<Visit::Rule> more) {
    std::vector<Condition> found;
    const auto comparison = [&](const XmlElement& child) {
        found.push_back(read_comparison(child));
    };
    const auto list = [&](const XmlElement& child) { found.push_back(read_comparisons(child)); };
    const auto expression = [&](const XmlElement& child) {
        found.push_back(read_expression(child));
    };
    const auto algorithm = [&](const XmlElement& child) {
        Condition condition;
        condition.kind = Condition::Kind::algorithm;
        condition.algorithm = read_inline_algorithm(child);
        condition.where = {0, child.line};
        found.push_back(std::move(condition));
    };
    const Visit::Rule none{"", comparison};
    const auto more_at = [&](std::size_t i) { return i < more.size() ? more.begin()[i] : none; };
    visit.children({{"Comparison", comparison},
                    {"ComparisonList", list},
                    {"BooleanExpression", expression},
                    {"CustomAlgorithm", algorithm},
                    more_at(0),
                    more_at(1)});
    if (found.empty())
        return kNone;
    if (found.size() == 1)
        return add_condition(std::move(found[0]));
    visit.wrong(Severity::warning, "",
                "holds several criteria where one is expected; all must hold");
    Condition all;
    all.kind = Condition::Kind::all_of;
    all.where = visit.where();
    all.operands = std::move(found);
    return add_condition(std::move(all));
}

Condition XtceReader::read_comparison(const XmlElement& element) {
    Visit visit(document_, report_, element);
    Condition condition;
    condition.where = visit.where();
    condition.comparison.comparator =
        visit.choice("comparisonOperator", kComparators, Comparator::equal);
    const auto value = visit.attribute("value");
    if (!value)
        visit.wrong(Severity::error, "@value", "required and not given");
    const auto reference = read_reference(visit);
    if (!reference || !value)
        return never(visit.where());
    condition.comparison.left = *reference;
    condition.comparison.right = std::string(*value);
    return condition;
}

Condition XtceReader::read_comparisons(const XmlElement& element) {
    Visit visit(document_, report_, element);
    Condition all;
    all.kind = Condition::Kind::all_of;
    all.where = visit.where();
    visit.children({{"Comparison", [&](const XmlElement& child) {
                         all.operands.push_back(read_comparison(child));
                     }}});
    if (all.operands.size() == 1)
        return std::move(all.operands[0]);
    return all;
}

Condition XtceReader::read_expression(const XmlElement& element) {
    Visit visit(document_, report_, element);
    std::vector<Condition> found;
    visit.children(
        {{"Condition", [&](const XmlElement& child) { found.push_back(read_check(child)); }},
         {"ANDedConditions",
          [&](const XmlElement& child) {
              found.push_back(read_conditions(child, Condition::Kind::all_of));
          }},
         {"ORedConditions", [&](const XmlElement& child) {
              found.push_back(read_conditions(child, Condition::Kind::any_of));
          }}});
    if (found.size() == 1)
        return std::move(found[0]);
    visit.wrong(Severity::error, "",
                "expected one of Condition, ANDedConditions, ORedConditions; found " +
                    std::to_string(found.size()));
    return never(visit.where());
}

Condition XtceReader::read_conditions(const XmlElement& element, Condition::Kind kind) {
    Visit visit(document_, report_, element);
    Condition group;
    group.kind = kind;
    group.where = visit.where();
    const auto all = [&](const XmlElement& child) {
        group.operands.push_back(read_conditions(child, Condition::Kind::all_of));
    };
    const auto any = [&](const XmlElement& child) {
        group.operands.push_back(read_conditions(child, Condition::Kind::any_of));
    };
    visit.children({{"Condition",
                     [&](const XmlElement& child) { group.operands.push_back(read_check(child)); }},
                    {"ANDedConditions", all},
                    {"ORedConditions", any}});
    if (group.operands.empty())
        visit.wrong(Severity::error, "", "is empty; expected conditions");
    if (group.operands.size() == 1)
        return std::move(group.operands[0]);
    return group;
}

/// ComparisonCheckType: XTCE 1.1 names both sides ParameterInstanceRef.
Condition XtceReader::read_check(const XmlElement& element) {
    Visit visit(document_, report_, element);
    Condition condition;
    condition.where = visit.where();
    std::vector<std::optional<ParameterReference>> sides;
    std::optional<std::string> value;
    bool known = true;
    const auto side = [&](const XmlElement& child) { sides.push_back(read_reference(child)); };
    visit.children(
        {{"ParameterInstanceRef", side},
         {"ParameterInstanceRef1", side},
         {"ParameterInstanceRef2", side},
         {"ComparisonOperator",
          [&](const XmlElement& child) {
              Visit inner(document_, report_, child);
              const std::string_view text = inner.text();
              const auto found = std::find_if(std::begin(kComparators), std::end(kComparators),
                                              [&](const auto& each) { return each.first == text; });
              known = found != std::end(kComparators);
              if (known)
                  condition.comparison.comparator = found->second;
              else
                  inner.wrong(Severity::error, "",
                              "'" + std::string(text) + "'; expected ==, !=, <, <=, > or >=");
          }},
         {"Value", [&](const XmlElement& child) {
              Visit inner(document_, report_, child);
              value = std::string(inner.text());
          }}});
    if (sides.empty() || sides.size() + (value ? 1 : 0) != 2) {
        visit.wrong(Severity::error, "",
                    "expected a parameter, an operator, and a value or another parameter");
        return never(visit.where());
    }
    const bool resolved =
        std::all_of(sides.begin(), sides.end(), [](const auto& each) { return each.has_value(); });
    if (!known || !resolved)
        return never(visit.where());
    condition.comparison.left = *sides[0];
    if (value)
        condition.comparison.right = *value;
    else
        condition.comparison.right = *sides[1];
    return condition;
}

std::optional<IntegerValue> XtceReader::read_integer_value(const XmlElement& element) {
    Visit visit(document_, report_, element);
    return read_integer_value(visit, {});
}

/// IntegerValueType, in an element that may have more children of its own.
std::optional<IntegerValue>
XtceReader::read_integer_value(Visit& visit, std::initializer_list<Visit::Rule> more) {
    std::optional<IntegerValue> result;
    const auto fixed = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        if (const auto number = read_integer(inner.text()))
            result = *number;
        else
            inner.wrong(Severity::error, "",
                        "expected an integer, found '" + std::string(inner.text()) + "'");
    };
    const auto dynamic = [&](const XmlElement& child) {
        if (auto value = read_dynamic_value(child))
            result = std::move(*value);
    };
    const auto lookup = [&](const XmlElement& child) { result = read_lookup(child); };
    const Visit::Rule none{"", fixed};
    const auto more_at = [&](std::size_t i) { return i < more.size() ? more.begin()[i] : none; };
    visit.children({{"FixedValue", fixed},
                    {"DynamicValue", dynamic},
                    {"DiscreteLookupList", lookup},
                    more_at(0),
                    more_at(1)});
    return result;
}

/// The schemas of 1.1 and 1.2 let `slope` be 0 by default, which would leave a constant; files in
/// the wild that give an intercept only mean a slope of 1.
std::optional<DynamicValue> XtceReader::read_dynamic_value(const XmlElement& element) {
    Visit visit(document_, report_, element);
    DynamicValue value;
    std::optional<ParameterReference> reference;
    visit.children({{"ParameterInstanceRef",
                     [&](const XmlElement& child) { reference = read_reference(child); }},
                    {"LinearAdjustment", [&](const XmlElement& child) {
                         Visit inner(document_, report_, child);
                         value.slope = inner.real("slope", 1);
                         value.intercept = inner.real("intercept", 0);
                     }}});
    if (!reference)
        return std::nullopt;
    value.reference = std::move(*reference);
    return value;
}

DiscreteLookup XtceReader::read_lookup(const XmlElement& element) {
    Visit visit(document_, report_, element);
    DiscreteLookup lookup;
    if (visit.attribute("defaultValue"))
        lookup.fallback = visit.integer("defaultValue", 0);
    visit.children({{"DiscreteLookup", [&](const XmlElement& child) {
                         Visit inner(document_, report_, child);
                         DiscreteLookup::Row row;
                         if (inner.required("value"))
                             row.value = inner.integer("value", 0);
                         row.condition = read_match(inner, {});
                         lookup.rows.push_back(row);
                     }}});
    return lookup;
}

Range XtceReader::read_range(Visit& visit) {
    Range range;
    if (visit.attribute("minInclusive"))
        range.min = visit.real("minInclusive", range.min);
    if (visit.attribute("minExclusive")) {
        range.min = visit.real("minExclusive", range.min);
        range.min_exclusive = true;
    }
    if (visit.attribute("maxInclusive"))
        range.max = visit.real("maxInclusive", range.max);
    if (visit.attribute("maxExclusive")) {
        range.max = visit.real("maxExclusive", range.max);
        range.max_exclusive = true;
    }
    if (range.min > range.max)
        visit.wrong(Severity::warning, "", "its minimum lies above its maximum");
    return range;
}

/// An algorithm that stands where it is used, without a name to refer to.
AlgorithmIndex XtceReader::read_inline_algorithm(const XmlElement& element) {
    Algorithm algorithm;
    algorithm.system = system_;
    read_custom_algorithm(element, algorithm);
    database_.algorithms.push_back(std::move(algorithm));
    return static_cast<AlgorithmIndex>(database_.algorithms.size() - 1);
}

} // namespace telemetry::parameter
