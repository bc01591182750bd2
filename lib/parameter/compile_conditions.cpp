// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"
#include "telemetry/parameter/compiler.h"
#include "telemetry/parameter/infix.h"
#include "telemetry/parameter/math_names.h"

namespace telemetry::parameter {
namespace {

using code::ConditionNode;
using code::Number;
using Severity = Diagnostic::Severity;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::string octets_of_hex(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X"))
        text.remove_prefix(2);
    const auto octets = from_hex(text);
    return octets ? std::string(octets->begin(), octets->end()) : std::string(text);
}

Literal text_literal(std::string text) {
    return {.kind = Literal::Kind::text, .bits = 0, .text = std::move(text)};
}
Literal natural_literal(std::uint64_t bits) {
    return {.kind = Literal::Kind::natural, .bits = bits};
}

/// "12", "-3", "0x1f"; nothing when it is no whole number or too large.
std::optional<Literal> integer_literal(std::string_view text) {
    text = trimmed(text);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        base = 16;
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
    if (negative) {
        if (value > kSign)
            return std::nullopt;
        return Literal{.kind = Literal::Kind::integer, .bits = ~value + 1};
    }
    return Literal{.kind = value < kSign ? Literal::Kind::integer : Literal::Kind::natural,
                   .bits = value};
}

std::optional<double> real_literal(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('+'))
        text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return value;
}

Literal number_literal(std::string_view text) {
    if (auto integer = integer_literal(text))
        return *integer;
    if (const auto real = real_literal(text))
        return {.kind = Literal::Kind::real, .bits = std::bit_cast<std::uint64_t>(*real)};
    return {};
}

constexpr int kDeepestStack = 32;

} // namespace

const Dictionary& Compiler::names() {
    if (!names_)
        names_.emplace(db_);
    return *names_;
}

std::optional<Compiler::Leaf> Compiler::leaf_of(const ParameterReference& reference) {
    const Parameter& parameter = db_.parameters[reference.parameter];
    std::string key = std::to_string(reference.parameter) + ":";
    TypeIndex type = parameter.type;
    Leaf leaf;
    int level = 0;
    for (const PathStep& step : reference.path) {
        if (!step.member.empty()) {
            const auto* aggregate = std::get_if<AggregateType>(&db_.types[type].detail);
            if (aggregate == nullptr)
                return std::nullopt;
            const auto member =
                std::find_if(aggregate->members.begin(), aggregate->members.end(),
                             [&](const Member& m) { return m.name == step.member; });
            if (member == aggregate->members.end())
                return std::nullopt;
            key += "." + step.member;
            type = member->type;
        } else {
            const auto* array = std::get_if<ArrayType>(&db_.types[type].detail);
            if (array == nullptr || level >= 4 || step.index < 0 || step.index > 0xffff)
                return std::nullopt;
            leaf.element |= static_cast<ElementIndices>(step.index) << (16 * level);
            ++level;
            // Each index takes one dimension; the element begins after the last.
            const int count = array->dimensions.empty()
                                  ? array->dimension_count
                                  : static_cast<int>(array->dimensions.size());
            const auto* at = &step;
            int within = 1;
            for (const PathStep* s = reference.path.data(); s != at; ++s)
                within = s->member.empty() ? within + 1 : 1;
            if (within == count)
                type = array->element;
        }
    }
    const auto found = leaves_.find(key);
    if (found == leaves_.end())
        return std::nullopt;
    leaf.item = found->second;
    // An array without indices stands for its first element.
    while (const auto* array = std::get_if<ArrayType>(&db_.types[type].detail))
        type = array->element;
    leaf.type = &db_.types[type];
    return leaf;
}

Compiler::Index Compiler::slot_of(const ParameterReference& reference) {
    const auto leaf = leaf_of(reference);
    if (!leaf) {
        report(Severity::error, reference.where, db_.parameters[reference.parameter].name,
               "a reference to no scalar part of this parameter");
        return kNone;
    }
    auto& chain = chains_[{leaf->item, leaf->element}];
    constexpr int kMostInstances = 1024;
    const int back = std::clamp(-reference.instance, 0, kMostInstances);
    while (static_cast<int>(chain.size()) <= back) {
        chain.push_back(static_cast<Index>(code_.slots.size()));
        code_.slots.emplace_back();
        if (chain.size() == 1)
            start_slot(code_.slots.back(), *leaf, db_.parameters[reference.parameter]);
    }
    return chain[static_cast<std::size_t>(back)];
}

/// A parameter has its own initial value until a packet brings another. That of its type says how
/// a new one is made, not that there is one: databases leave fields out by such constants.
void Compiler::start_slot(code::SlotStart& slot, const Leaf& leaf, const Parameter& parameter) {
    const std::string& text = parameter.initial_value;
    if (text.empty() || leaf.item >= db_.parameters.size())
        return;
    const Literal literal = read_literal(*leaf.type, ValueKind::calibrated, text);
    static constexpr std::pair<Literal::Kind, Form> kForms[] = {
        {Literal::Kind::integer, Form::integer},
        {Literal::Kind::natural, Form::natural},
        {Literal::Kind::real, Form::real},
        {Literal::Kind::text, Form::text}};
    for (const auto& [kind, form] : kForms)
        if (kind == literal.kind)
            slot.value_form = slot.raw_form = form;
    slot.known = literal.kind != Literal::Kind::none;
    slot.value = slot.raw = literal.bits;
    slot.text = literal.text;
    if (const auto* enumerated = std::get_if<EnumeratedType>(&leaf.type->detail);
        enumerated != nullptr && literal.applies_to == ValueKind::calibrated) {
        slot.value_form = Form::label;
        for (const Enumeration& e : enumerated->enumerations)
            if (e.label == text) {
                slot.raw = static_cast<std::uint64_t>(e.value);
                slot.raw_form = Form::integer;
            }
    } else if (std::holds_alternative<BooleanType>(leaf.type->detail)) {
        slot.value_form = Form::boolean;
    }
}

Literal Compiler::read_literal(const ParameterType& type, ValueKind kind, const std::string& text) {
    const bool raw = kind == ValueKind::raw;
    if (raw && std::holds_alternative<StringEncoding>(type.encoding))
        return text_literal(text);
    if (raw && std::holds_alternative<BinaryEncoding>(type.encoding))
        return text_literal(octets_of_hex(text));
    if (raw)
        return number_literal(text);
    if (std::holds_alternative<StringType>(type.detail))
        return text_literal(text);
    if (std::holds_alternative<BinaryType>(type.detail))
        return text_literal(octets_of_hex(text));
    if (const auto* boolean = std::get_if<BooleanType>(&type.detail)) {
        const bool one = text == boolean->one || equal_ignoring_case(text, "true") || text == "1";
        const bool zero =
            text == boolean->zero || equal_ignoring_case(text, "false") || text == "0";
        return one || zero ? natural_literal(one ? 1 : 0) : Literal{};
    }
    if (const auto* enumerated = std::get_if<EnumeratedType>(&type.detail)) {
        for (const Enumeration& e : enumerated->enumerations)
            if (e.label == text)
                return natural_literal(label(text));
        // Many databases compare the number where the schema's default says the label.
        Literal number = number_literal(text);
        number.applies_to = ValueKind::raw;
        return number;
    }
    if (std::holds_alternative<AbsoluteTimeType>(type.detail))
        if (const auto utc = from_rfc3339(text))
            return {.kind = Literal::Kind::integer, .bits = static_cast<std::uint64_t>(*utc)};
    return number_literal(text);
}

Compiler::Index Compiler::condition(ConditionIndex index) {
    if (index == kNone)
        return kNone;
    if (condition_nodes_[index] == kNone)
        condition_nodes_[index] = make_condition(db_.conditions[index]);
    return condition_nodes_[index];
}

Compiler::Index Compiler::make_condition(const Condition& from) {
    if (from.kind == Condition::Kind::comparison)
        return make_comparison(from.comparison, from.where);
    ConditionNode node;
    if (from.kind == Condition::Kind::algorithm) {
        report(Severity::unsupported, from.where, "CustomAlgorithm",
               "a condition by an algorithm; it never holds");
    } else {
        node.kind = from.kind == Condition::Kind::all_of ? ConditionNode::Kind::all_of
                                                         : ConditionNode::Kind::any_of;
        for (const Condition& operand : from.operands)
            node.operands.push_back(make_condition(operand));
    }
    code_.conditions.push_back(std::move(node));
    return static_cast<Index>(code_.conditions.size() - 1);
}

Compiler::Index Compiler::make_comparison(const Comparison& comparison, SourcePosition where) {
    ConditionNode node;
    node.comparator = comparison.comparator;
    node.left_kind = comparison.left.kind;
    node.left = slot_of(comparison.left);
    const auto leaf = leaf_of(comparison.left);
    if (const auto* right = std::get_if<ParameterReference>(&comparison.right)) {
        node.right = slot_of(*right);
        node.right_kind = right->kind;
        if (node.left != kNone && node.right != kNone)
            node.kind = ConditionNode::Kind::slot;
    } else if (leaf) {
        const auto& text = std::get<std::string>(comparison.right);
        Literal literal = read_literal(*leaf->type, node.left_kind, text);
        if (literal.applies_to == ValueKind::raw)
            node.left_kind = ValueKind::raw;
        static constexpr std::pair<Literal::Kind, ConditionNode::Kind> kKinds[] = {
            {Literal::Kind::integer, ConditionNode::Kind::integer},
            {Literal::Kind::natural, ConditionNode::Kind::natural},
            {Literal::Kind::real, ConditionNode::Kind::real},
            {Literal::Kind::text, ConditionNode::Kind::text}};
        for (const auto& [from, to] : kKinds)
            if (from == literal.kind)
                node.kind = to;
        node.literal = literal.bits;
        node.text = std::move(literal.text);
        if (literal.kind == Literal::Kind::none)
            report(Severity::error, where, db_.parameters[comparison.left.parameter].name,
                   "'" + text + "' is no value of type " + leaf->type->name);
        const bool ordered =
            node.comparator != Comparator::equal && node.comparator != Comparator::not_equal;
        const auto* enumerated = std::get_if<EnumeratedType>(&leaf->type->detail);
        if (ordered && enumerated != nullptr && node.left_kind == ValueKind::calibrated)
            for (const Enumeration& e : enumerated->enumerations)
                if (e.label == text) { // labels have no order of their own
                    node.left_kind = ValueKind::raw;
                    node.kind = ConditionNode::Kind::integer;
                    node.literal = static_cast<std::uint64_t>(e.value);
                }
    }
    code_.conditions.push_back(std::move(node));
    return static_cast<Index>(code_.conditions.size() - 1);
}

std::optional<std::int64_t> Compiler::fixed(const IntegerValue& value) const {
    const auto* number = std::get_if<std::int64_t>(&value);
    return number != nullptr ? std::optional(*number) : std::nullopt;
}

Compiler::Index Compiler::number(const IntegerValue& value) {
    Number number;
    if (const auto whole = fixed(value)) {
        number.fixed = *whole;
    } else if (const auto* dynamic = std::get_if<DynamicValue>(&value)) {
        number.kind = Number::Kind::dynamic;
        number.slot = slot_of(dynamic->reference);
        number.value_kind = dynamic->reference.kind;
        number.slope = dynamic->slope;
        number.intercept = dynamic->intercept;
    } else {
        const auto& lookup = std::get<DiscreteLookup>(value);
        number.kind = Number::Kind::lookup;
        number.has_fallback = lookup.fallback.has_value();
        number.fixed = lookup.fallback.value_or(0);
        for (const auto& row : lookup.rows)
            number.rows.push_back({condition(row.condition), row.value});
    }
    code_.numbers.push_back(std::move(number));
    return static_cast<Index>(code_.numbers.size() - 1);
}

std::vector<code::MathWord> Compiler::math(const MathOperation& operation, SourcePosition where,
                                           const std::string& name) {
    std::vector<code::MathWord> words;
    int depth = 0;
    bool good = true;
    for (const MathToken& token : operation) {
        code::MathWord word{.kind = token.kind,
                            .operation = token.operation,
                            .value_kind = token.reference.kind,
                            .number = token.number};
        std::pair effect{0, 1};
        if (token.kind == MathToken::Kind::operation)
            effect = stack_effect(token.operation);
        const auto [takes, gives] = effect;
        word.is_unary = takes == 1 && gives == 1;
        if (token.kind == MathToken::Kind::reference) {
            word.slot = slot_of(token.reference);
            good = good && word.slot != kNone;
        }
        good = good && depth >= takes;
        depth += gives - takes;
        good = good && depth <= kDeepestStack;
        words.push_back(word);
    }
    if (!good || depth != 1) {
        report(Severity::error, where, name,
               "the operation does not leave one value on a stack of at most 32");
        return {};
    }
    return words;
}

void Compiler::make_derivations() {
    // Inputs before outputs: an algorithm follows those whose outputs it reads.
    std::vector<std::vector<std::size_t>> needs(db_.algorithms.size());
    const auto writer_of = [&](ParameterIndex parameter, std::size_t reader) {
        for (std::size_t i = 0; i < db_.algorithms.size(); ++i)
            for (const auto& output : db_.algorithms[i].outputs)
                if (output.parameter == parameter && i != reader)
                    needs[reader].push_back(i);
    };
    for (std::size_t i = 0; i < db_.algorithms.size(); ++i) {
        for (const auto& input : db_.algorithms[i].inputs)
            writer_of(input.reference.parameter, i);
        for (const auto& token : db_.algorithms[i].math)
            if (token.kind == MathToken::Kind::reference)
                writer_of(token.reference.parameter, i);
    }
    std::vector<bool> done(db_.algorithms.size());
    bool moved = true;
    while (moved) {
        moved = false;
        for (std::size_t i = 0; i < done.size(); ++i) {
            const bool ready = std::all_of(needs[i].begin(), needs[i].end(),
                                           [&](std::size_t n) { return done[n]; });
            if (done[i] || !ready)
                continue;
            make_derivation(db_.algorithms[i]);
            done[i] = moved = true;
        }
    }
    for (std::size_t i = 0; i < done.size(); ++i)
        if (!done[i])
            report(Severity::error, db_.algorithms[i].where, db_.algorithms[i].name,
                   "algorithms that need each other's outputs");
}

void Compiler::make_derivation(const Algorithm& algorithm) {
    if (algorithm.kind == Algorithm::Kind::custom || algorithm.outputs.empty()) {
        report(Severity::unsupported, algorithm.where, algorithm.name,
               algorithm.outputs.empty() ? "an algorithm without output"
                                         : "an algorithm in " + algorithm.language);
        return;
    }
    code::Derivation derivation;
    std::vector<Index> inputs;
    if (algorithm.kind == Algorithm::Kind::math) {
        derivation.math = math(algorithm.math, algorithm.where, algorithm.name);
        for (const auto& word : derivation.math)
            if (word.kind == MathToken::Kind::reference)
                inputs.push_back(word.slot);
        if (derivation.math.empty())
            return;
    } else {
        auto infix = Infix::compile(algorithm.text);
        if (!infix)
            return report(Severity::error, algorithm.where, algorithm.name, infix.error().message);
        derivation.infix = algorithm.text;
        for (const std::string& name : infix->names()) {
            ParameterReference reference;
            for (const auto& input : algorithm.inputs) {
                const auto& own = db_.parameters[input.reference.parameter].name;
                if (name == (input.name.empty() ? own : input.name))
                    reference = input.reference;
            }
            if (reference.parameter == kNone)
                reference.parameter = names().parameter(name);
            if (reference.parameter == kNone)
                return report(Severity::error, algorithm.where, algorithm.name,
                              "'" + name + "' is no input and no parameter");
            derivation.slots.push_back(slot_of(reference));
            inputs.push_back(derivation.slots.back());
        }
    }
    const Index node = node_of(algorithm.outputs.front().parameter);
    derivation.field = code_.nodes[node].field;
    if (derivation.field == kNone)
        return report(Severity::unsupported, algorithm.where, algorithm.name,
                      "an output that is no scalar");
    if (algorithm.outputs.size() > 1)
        report(Severity::unsupported, algorithm.where, algorithm.name,
               "more outputs than one; the first is computed");

    const auto index = static_cast<Index>(code_.derivations.size());
    bool triggered = false;
    const auto trigger_by = [&](Index slot) {
        if (slot != kNone)
            code_.slots[slot].triggers.push_back(index);
        triggered = true;
    };
    for (const Trigger& trigger : algorithm.triggers) {
        if (trigger.kind == Trigger::Kind::parameter_update) {
            trigger_by(slot_of(trigger.parameter));
        } else if (trigger.kind == Trigger::Kind::container_update) {
            code_.blocks[trigger.container].triggers.push_back(index);
            triggered = true;
        } else {
            report(Severity::unsupported, algorithm.where, algorithm.name,
                   "a periodic trigger; the inputs trigger it instead");
        }
    }
    if (!triggered)
        for (const Index input : inputs)
            trigger_by(input);
    code_.derivations.push_back(std::move(derivation));
}

void Compiler::add_watchers() {
    std::map<ItemIndex, std::vector<code::Watcher>> by_item;
    for (const auto& [key, chain] : chains_)
        by_item[key.first].push_back({key.second, chain});
    for (code::Field& field : code_.fields) {
        const auto found = by_item.find(field.item);
        if (found == by_item.end())
            continue;
        field.watchers = static_cast<Index>(code_.watchers.size());
        field.has_extras = true;
        code_.watchers.push_back(found->second);
    }
}

/// An entry at the end waits for the others, unless a condition or size among them needs its value.
void Compiler::find_trailers() {
    for (code::Block& block : code_.blocks)
        for (code::Step& step : block.steps) {
            if (step.from != Location::From::container_end)
                continue;
            const bool watched = step.kind != code::Step::Kind::node ||
                                 code_.nodes[step.target].field == kNone ||
                                 code_.fields[code_.nodes[step.target].field].watchers != kNone;
            step.is_trailer = !watched;
        }
}

} // namespace telemetry::parameter
