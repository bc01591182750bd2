// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/alarm/database_alarms.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <map>
#include <unordered_map>

#include "telemetry/parameter/infix.h"

namespace telemetry::alarm {
namespace {

using parameter::Comparator;
using parameter::Condition;
using parameter::Database;
using parameter::Form;
using parameter::ItemIndex;
using parameter::kNone;
using parameter::ParameterReference;
using parameter::Program;
using parameter::ValueKind;

parameter::AlarmIndex alarm_of(const Database& database, const parameter::Item& item) {
    const parameter::Parameter& parameter = database.parameters[item.parameter];
    if (parameter.alarm != kNone)
        return parameter.alarm;
    return parameter.type == kNone ? kNone : database.types[parameter.type].alarm;
}

bool has_limits(const parameter::AlarmLimits& limits) {
    return !limits.ranges.empty() || !limits.texts.empty() || !limits.conditions.empty() ||
           !limits.changes.empty() || limits.default_text_level != AlarmLevel::normal;
}

bool has_limits(const parameter::AlarmDefinition& definition) {
    return has_limits(definition.limits) ||
           std::any_of(definition.contexts.begin(), definition.contexts.end(),
                       [](const auto& context) { return has_limits(context.limits); });
}

/// A value of the past, with its text if it has one.
struct Past {
    double number = std::nan("");
    std::int64_t whole = 0; ///< of integers, exact
    bool is_whole = false;
    std::string text;

    static Past of(const parameter::ValueBatch& batch, std::size_t i, ValueKind kind) {
        const bool raw = kind == ValueKind::raw;
        Past past;
        const Form form = raw ? batch.raw_form[i] : batch.value_form[i];
        const std::uint64_t bits = raw ? batch.raw[i] : batch.value[i];
        past.number = raw ? batch.raw_real(i) : batch.real(i);
        past.is_whole = form == Form::integer || form == Form::boolean ||
                        (form == Form::natural && bits <= 0x7fffffffffffffffU);
        if (past.is_whole)
            past.whole = static_cast<std::int64_t>(bits);
        past.text = raw ? batch.raw_text(i) : batch.text(i);
        return past;
    }
    friend bool operator==(const Past& a, const Past& b) {
        return a.text == b.text && a.is_whole == b.is_whole && a.whole == b.whole &&
               (a.number == b.number || (std::isnan(a.number) && std::isnan(b.number)));
    }
};

/// −1, 0, 1; 2: not comparable.
int compare(const Past& a, const Past& b) {
    if (a.is_whole && b.is_whole)
        return a.whole < b.whole ? -1 : a.whole > b.whole ? 1 : 0;
    if (!std::isnan(a.number) && !std::isnan(b.number))
        return a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
    if (a.text.empty() != b.text.empty() && (!std::isnan(a.number) || !std::isnan(b.number)))
        return 2;
    const int order = a.text.compare(b.text);
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

bool satisfies(int order, Comparator comparator) {
    if (order == 2)
        return comparator == Comparator::not_equal;
    switch (comparator) {
    case Comparator::equal:
        return order == 0;
    case Comparator::not_equal:
        return order != 0;
    case Comparator::less:
        return order < 0;
    case Comparator::less_or_equal:
        return order <= 0;
    case Comparator::greater:
        return order > 0;
    case Comparator::greater_or_equal:
        return order >= 0;
    }
    return false;
}

Past literal(const std::string& text) {
    Past past;
    past.text = text;
    const char* end = text.data() + text.size();
    std::string_view digits = text;
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        digits.remove_prefix(2);
        base = 16;
    }
    std::int64_t whole = 0;
    if (const auto read = std::from_chars(digits.data(), end, whole, base);
        read.ec == std::errc{} && read.ptr == end && !digits.empty()) {
        past.whole = whole;
        past.is_whole = true;
        past.number = static_cast<double>(whole);
        return past;
    }
    double number = 0;
    if (const auto read = std::from_chars(text.data(), end, number);
        read.ec == std::errc{} && read.ptr == end && !text.empty())
        past.number = number;
    return past;
}

} // namespace

std::vector<AlarmConfig> alarm_configs(const Database& database, const Program& program) {
    std::vector<AlarmConfig> configs;
    const auto items = program.items();
    for (ItemIndex i = 0; i < items.size() && i < database.parameters.size(); ++i) {
        if (items[i].parameter == kNone)
            continue;
        const parameter::AlarmIndex index = alarm_of(database, items[i]);
        if (index == kNone)
            continue;
        AlarmConfig config;
        config.name = config.parameter = items[i].name;
        config.item = i;
        config.definition = database.alarms[index];
        const parameter::AlarmBehaviour& behaviour = config.definition.behaviour;
        if (has_limits(config.definition))
            configs.push_back(config);
        if (behaviour.expected_period_ns > 0 && behaviour.stale_level != AlarmLevel::normal) {
            config.kind = AlarmConfig::Kind::staleness;
            config.name += "#stale";
            config.definition.behaviour.dead_band = 0;
            config.definition.behaviour.on_delay_ns = 0;
            config.definition.behaviour.off_delay_ns = 0;
            configs.push_back(std::move(config));
        }
    }
    for (std::size_t i = 0; i < database.alarm_rules.size(); ++i) {
        const parameter::AlarmRule& rule = database.alarm_rules[i];
        AlarmConfig config;
        config.kind = AlarmConfig::Kind::rule;
        config.name = "rule:" + rule.name;
        config.rule = i;
        config.rule_level = rule.level;
        config.definition.behaviour = rule.behaviour;
        config.definition.behaviour.on_delay_ns =
            std::max(rule.behaviour.on_delay_ns, rule.duration_ns);
        configs.push_back(std::move(config));
    }
    return configs;
}

struct DatabaseConditions::State {
    /// A value that something refers to, both forms, the latest first.
    struct Kept {
        std::size_t depth = 1;
        UtcNs generation_ns = kUnknownTime; ///< of the latest
        std::deque<Past> raw;
        std::deque<Past> value;
    };
    struct Rule {
        parameter::ConditionIndex condition = kNone;
        std::optional<parameter::Infix> infix;
        std::vector<ItemIndex> names; ///< of the infix
        bool broken = false;
        mutable std::vector<double> numbers; ///< arguments, kept for their memory
    };

    const Database& database;
    const Program& program;
    std::unordered_map<std::string, ItemIndex> items;
    std::vector<bool> wanted; ///< by item
    std::map<ItemIndex, Kept> kept;
    std::map<const ParameterReference*, ItemIndex> resolved;
    mutable std::vector<Rule> rules; ///< Infix keeps its stack inside: evaluating changes it

    State(const Database& db, const Program& p) : database(db), program(p) {
        for (ItemIndex i = 0; i < p.items().size(); ++i)
            items.emplace(p.items()[i].name, i);
        wanted.resize(p.items().size());
    }

    bool want(ItemIndex item, int instance) {
        if (item >= wanted.size())
            return false;
        wanted[item] = true;
        Kept& each = kept[item];
        each.depth =
            std::max(each.depth, static_cast<std::size_t>(std::clamp(1 - instance, 1, 64)));
        return true;
    }

    bool want(const ParameterReference& reference) {
        if (reference.parameter >= program.items().size())
            return false;
        std::string name = program.items()[reference.parameter].name;
        for (const parameter::PathStep& step : reference.path)
            name += step.member.empty() ? "[]" : "." + step.member;
        const auto at = items.find(name);
        if (at == items.end())
            return false;
        resolved[&reference] = at->second;
        return want(at->second, reference.instance);
    }

    bool want(const Condition& condition) {
        switch (condition.kind) {
        case Condition::Kind::comparison: {
            const auto* right = std::get_if<ParameterReference>(&condition.comparison.right);
            const bool left = want(condition.comparison.left);
            return left && (!right || want(*right));
        }
        case Condition::Kind::all_of:
        case Condition::Kind::any_of: {
            bool all = true;
            for (const Condition& operand : condition.operands)
                all = want(operand) && all;
            return all;
        }
        case Condition::Kind::algorithm:
            return false;
        }
        return false;
    }

    const Past* find(const ParameterReference& reference) const {
        const auto item = resolved.find(&reference);
        if (item == resolved.end())
            return nullptr;
        const Kept& each = kept.at(item->second);
        const auto& list = reference.kind == ValueKind::raw ? each.raw : each.value;
        const auto back = static_cast<std::size_t>(std::max(0, -reference.instance));
        return back < list.size() ? &list[back] : nullptr;
    }

    bool holds(const Condition& condition) const {
        switch (condition.kind) {
        case Condition::Kind::comparison: {
            const Past* left = find(condition.comparison.left);
            if (!left)
                return false;
            if (const auto* text = std::get_if<std::string>(&condition.comparison.right))
                return satisfies(compare(*left, literal(*text)), condition.comparison.comparator);
            const Past* right = find(std::get<ParameterReference>(condition.comparison.right));
            return right && satisfies(compare(*left, *right), condition.comparison.comparator);
        }
        case Condition::Kind::all_of:
            return std::all_of(condition.operands.begin(), condition.operands.end(),
                               [&](const Condition& operand) { return holds(operand); });
        case Condition::Kind::any_of:
            return std::any_of(condition.operands.begin(), condition.operands.end(),
                               [&](const Condition& operand) { return holds(operand); });
        case Condition::Kind::algorithm:
            return false;
        }
        return false;
    }
};

DatabaseConditions::DatabaseConditions(const Database& database, const Program& program)
    : state_(std::make_unique<State>(database, program)) {
    State& state = *state_;
    const auto position = [&](parameter::SourcePosition where) {
        const std::string text = to_string(database, where);
        return text.empty() ? text : text + ": ";
    };
    // Only conditions that alarms ask for: those of containers are the decoder's business.
    const auto want = [&](parameter::ConditionIndex index) {
        if (index != kNone && !state.want(database.conditions[index]))
            problems_.push_back(position(database.conditions[index].where) +
                                "an alarm's condition cannot be evaluated: it asks for something "
                                "that is no value of a packet");
    };
    for (const parameter::AlarmDefinition& alarm : database.alarms) {
        want(alarm.behaviour.suppressed_while);
        for (const parameter::ConditionAlarm& each : alarm.limits.conditions)
            want(each.condition);
        for (const parameter::ContextLimits& context : alarm.contexts) {
            want(context.context);
            for (const parameter::ConditionAlarm& each : context.limits.conditions)
                want(each.condition);
        }
    }
    const parameter::Dictionary dictionary(database);
    for (const parameter::AlarmRule& rule : database.alarm_rules) {
        want(rule.behaviour.suppressed_while);
        State::Rule compiled;
        compiled.condition = rule.condition;
        if (rule.condition != kNone) {
            want(rule.condition);
        } else {
            auto infix = parameter::Infix::compile(rule.expression);
            if (!infix) {
                problems_.push_back(position(rule.where) + "rule '" + rule.name +
                                    "': " + infix.error().message);
                compiled.broken = true;
            } else {
                compiled.infix.emplace(std::move(*infix));
                for (const std::string& name : compiled.infix->names()) {
                    const auto exact = state.items.find(name);
                    const ItemIndex item =
                        exact != state.items.end() ? exact->second : dictionary.parameter(name);
                    if (!state.want(item, 0)) {
                        problems_.push_back(position(rule.where) + "rule '" + rule.name +
                                            "': no parameter is named '" + name + "'");
                        compiled.broken = true;
                    }
                    compiled.names.push_back(item);
                }
            }
        }
        state.rules.push_back(std::move(compiled));
    }
}

DatabaseConditions::~DatabaseConditions() = default;

bool DatabaseConditions::update(const parameter::ValueBatch& batch, std::size_t first,
                                std::size_t count, UtcNs generation_ns) noexcept {
    bool changed = false;
    for (std::size_t i = first; i < first + count; ++i) {
        const ItemIndex item = batch.item[i];
        if (item >= state_->wanted.size() || !state_->wanted[item])
            continue;
        if (batch.validity[i] == parameter::Validity::undecodable)
            continue; // it says nothing of what is so
        State::Kept& kept = state_->kept.find(item)->second;
        if (generation_ns != kUnknownTime) {
            if (generation_ns < kept.generation_ns)
                continue;
            kept.generation_ns = generation_ns;
        }
        Past raw = Past::of(batch, i, ValueKind::raw);
        Past value = Past::of(batch, i, ValueKind::calibrated);
        changed = changed || kept.depth > 1 || kept.raw.empty() || kept.raw.front() != raw ||
                  kept.value.front() != value;
        kept.raw.push_front(std::move(raw));
        kept.value.push_front(std::move(value));
        if (kept.raw.size() > kept.depth) {
            kept.raw.pop_back();
            kept.value.pop_back();
        }
    }
    return changed;
}

bool DatabaseConditions::holds(parameter::ConditionIndex condition) const noexcept {
    return condition < state_->database.conditions.size() &&
           state_->holds(state_->database.conditions[condition]);
}

bool DatabaseConditions::rule_holds(std::size_t index) const noexcept {
    if (index >= state_->rules.size() || state_->rules[index].broken)
        return false;
    State::Rule& rule = state_->rules[index];
    if (!rule.infix)
        return holds(rule.condition);
    // Texts become numbers that are equal where the texts are: their places in a list.
    std::vector<std::string> texts(rule.infix->texts().begin(), rule.infix->texts().end());
    rule.numbers.clear();
    for (const ItemIndex item : rule.names) {
        const State::Kept& kept = state_->kept.at(item);
        if (kept.value.empty())
            return false;
        const Past& past = kept.value.front();
        if (!std::isnan(past.number) && past.text.empty()) {
            rule.numbers.push_back(past.number);
            continue;
        }
        auto at = std::find(texts.begin(), texts.end(), past.text);
        if (at == texts.end())
            at = texts.insert(texts.end(), past.text);
        rule.numbers.push_back(static_cast<double>(at - texts.begin()));
    }
    for (std::size_t i = 0; i < rule.infix->texts().size(); ++i)
        rule.numbers.push_back(static_cast<double>(
            std::find(texts.begin(), texts.end(), rule.infix->texts()[i]) - texts.begin()));
    const double result = rule.infix->evaluate(rule.numbers);
    return !std::isnan(result) && result != 0;
}

} // namespace telemetry::alarm
