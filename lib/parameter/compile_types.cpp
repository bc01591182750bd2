// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "telemetry/parameter/compiler.h"
#include "telemetry/parameter/infix.h"
#include "telemetry/parameter/time_code.h"

namespace telemetry::parameter {
namespace {

using code::Fetch;
using code::Field;
using code::Finish;
using code::Formula;
using code::Node;
using code::Shuffle;
using Severity = Diagnostic::Severity;

constexpr int kMostDimensions = 4;
constexpr std::int64_t kManyLeaves = std::int64_t{1} << 32;
/// Enumerations that span no more values than this are looked up in a table.
constexpr std::int64_t kDenseSpan = 1024;

std::string leaf_key(ParameterIndex parameter) {
    return std::to_string(parameter) + ":";
}

bool is_numeric(Fetch fetch) {
    return fetch != Fetch::text && fetch != Fetch::octets && fetch != Fetch::time_code;
}

std::string units_of(const ParameterType& type) {
    std::string text;
    for (const Unit& unit : type.units) {
        if (!text.empty())
            text += " ";
        if (unit.factor != "1" && !unit.factor.empty())
            text += unit.factor + " ";
        text += unit.text;
        if (unit.power != 1) {
            const auto power = static_cast<long>(unit.power);
            text += static_cast<double>(power) == unit.power ? "^" + std::to_string(power)
                                                             : "^" + std::to_string(unit.power);
        }
    }
    return text;
}

} // namespace

Compiler::Index Compiler::label(std::string_view text) {
    const auto [entry, is_new] =
        labels_.try_emplace(std::string(text), static_cast<Index>(out_.label_texts_.size()));
    if (is_new)
        out_.label_texts_.emplace_back(text);
    return entry->second;
}

void Compiler::make_items() {
    std::vector<std::string> systems;
    for (SystemIndex i = 0; i < db_.systems.size(); ++i)
        systems.push_back(qualified_name(db_, i));
    out_.items_.resize(db_.parameters.size());
    for (ParameterIndex i = 0; i < db_.parameters.size(); ++i) {
        const Parameter& parameter = db_.parameters[i];
        Item& item = out_.items_[i];
        if (parameter.system < systems.size())
            item.name = systems[parameter.system];
        item.name += "/" + parameter.name;
        item.unit = units_of(db_.types[parameter.type]);
        item.parameter = i;
    }
    for (ParameterIndex i = 0; i < db_.parameters.size(); ++i)
        make_leaves(i, db_.parameters[i].type, leaf_key(i), i, 0);
}

/// Names what a parameter's type holds: `item` stays the parameter's until an aggregate is met.
void Compiler::make_leaves(ParameterIndex parameter, TypeIndex type, const std::string& key,
                           ItemIndex item, int dimensions) {
    const ParameterType& t = db_.types[type];
    out_.items_[item].dimensions = dimensions;
    if (out_.items_[item].unit.empty())
        out_.items_[item].unit = units_of(t);
    if (const auto* array = std::get_if<ArrayType>(&t.detail)) {
        const int count = array->dimensions.empty() ? array->dimension_count
                                                    : static_cast<int>(array->dimensions.size());
        for (int i = 0; i < count; ++i)
            out_.items_[item].name += "[]";
        make_leaves(parameter, array->element, key, item, dimensions + count);
        return;
    }
    const auto* aggregate = std::get_if<AggregateType>(&t.detail);
    if (aggregate == nullptr) {
        leaves_[key] = item;
        return;
    }
    for (const Member& member : aggregate->members) {
        const auto leaf = static_cast<ItemIndex>(out_.items_.size());
        out_.items_.push_back(
            {.name = out_.items_[item].name + "." + member.name, .parameter = parameter});
        make_leaves(parameter, member.type, key + "." + member.name, leaf, dimensions);
    }
}

Compiler::Index Compiler::node_of(ParameterIndex parameter) {
    Index& node = parameter_nodes_[parameter];
    if (node == kNone)
        node =
            make_node(parameter, db_.parameters[parameter].type, leaf_key(parameter), 0, nullptr);
    return node;
}

Compiler::Index Compiler::make_node(ParameterIndex parameter, TypeIndex type,
                                    const std::string& key, int level,
                                    const std::vector<Dimension>* dimensions) {
    const ParameterType& t = db_.types[type];
    Node node;
    node.level = level;
    if (const auto* array = std::get_if<ArrayType>(&t.detail)) {
        const auto& list =
            dimensions != nullptr && !dimensions->empty() ? *dimensions : array->dimensions;
        if (list.empty() || level + static_cast<int>(list.size()) > kMostDimensions)
            report(Severity::unsupported, t.where, t.name,
                   list.empty() ? "nothing states the array's size"
                                : "an array of more than 4 dimensions");
        node.kind = Node::Kind::array;
        const int inner_level = level + static_cast<int>(list.size());
        const Index element = make_node(parameter, array->element, key, inner_level, nullptr);
        node.children.push_back(element);
        bool is_fixed = !list.empty();
        std::int64_t count = 1;
        for (const Dimension& dimension : list) {
            const auto start = fixed(dimension.start);
            const auto end = fixed(dimension.end);
            node.bounds.push_back({number(dimension.start), number(dimension.end)});
            if (!start || !end || *start < 0 || *end > 0xffff)
                is_fixed = false;
            else
                count = std::min(count * std::max<std::int64_t>(0, *end - *start + 1), kManyLeaves);
        }
        const Node& inner = code_.nodes[element];
        if (is_fixed && inner.fixed_bits >= 0) {
            node.leaves = std::min(count * inner.leaves, kManyLeaves);
            node.fixed_bits = node.leaves >= kManyLeaves ? -1 : count * inner.fixed_bits;
        }
    } else if (const auto* aggregate = std::get_if<AggregateType>(&t.detail)) {
        node.kind = Node::Kind::aggregate;
        node.fixed_bits = 0;
        node.leaves = 0;
        for (const Member& member : aggregate->members) {
            const Index child =
                make_node(parameter, member.type, key + "." + member.name, level, nullptr);
            node.children.push_back(child);
            const Node& inner = code_.nodes[child];
            if (inner.fixed_bits < 0)
                node.fixed_bits = -1;
            if (node.fixed_bits >= 0)
                node.fixed_bits += inner.fixed_bits;
            node.leaves = std::min(node.leaves + inner.leaves, kManyLeaves);
        }
    } else {
        node.field = make_field(t, leaves_.at(key), db_.parameters[parameter]);
        const Field& field = code_.fields[node.field];
        const bool states_size =
            field.size != kNone || (field.fetch == Fetch::text && field.bits == 0);
        node.fixed_bits = states_size ? std::int64_t{-1} : std::int64_t{field.bits};
    }
    code_.nodes.push_back(std::move(node));
    return static_cast<Index>(code_.nodes.size() - 1);
}

Compiler::Index Compiler::make_field(const ParameterType& type, ItemIndex item,
                                     const Parameter& parameter) {
    Field field;
    field.item = item;
    set_encoding(field, type);
    set_detail(field, type);
    if (type.valid_range) {
        field.range = static_cast<Index>(code_.ranges.size());
        code_.ranges.push_back(*type.valid_range);
    }
    field.valid_if = condition(parameter.valid_if);
    field.has_extras = field.range != kNone || field.valid_if != kNone;
    code_.fields.push_back(field);
    return static_cast<Index>(code_.fields.size() - 1);
}

void Compiler::set_encoding(Field& field, const ParameterType& type) {
    if (const auto* integer = std::get_if<IntegerEncoding>(&type.encoding)) {
        set_integer(field, *integer);
    } else if (const auto* real = std::get_if<FloatEncoding>(&type.encoding)) {
        set_float(field, *real, type);
    } else if (const auto* text = std::get_if<StringEncoding>(&type.encoding)) {
        set_text(field, *text);
    } else if (const auto* binary = std::get_if<BinaryEncoding>(&type.encoding)) {
        const bool is_octets = std::holds_alternative<BinaryType>(type.detail) ||
                               std::holds_alternative<StringType>(type.detail);
        const auto size = fixed(binary->size_bits);
        if (!is_octets && size && *size > 0 && *size <= 64)
            return set_integer(field, {.bits = static_cast<int>(*size), .layout = binary->layout});
        field.fetch = Fetch::octets;
        field.raw_form = field.value_form = Form::bytes;
        if (const auto bits = size)
            field.bits = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*bits, 0, 0x7fffffff));
        else
            field.size = number(binary->size_bits);
        if (binary->from_binary != kNone)
            report(Severity::unsupported, type.where, type.name,
                   "a transform of binary data; its octets are given as they are");
    } else {
        field.raw_form = Form::none;
    }
}

void Compiler::set_integer(Field& field, const IntegerEncoding& encoding) {
    static constexpr std::pair<IntegerCoding, Fetch> kFetches[] = {
        {IntegerCoding::unsigned_binary, Fetch::natural},
        {IntegerCoding::twos_complement, Fetch::twos_complement},
        {IntegerCoding::sign_magnitude, Fetch::sign_magnitude},
        {IntegerCoding::ones_complement, Fetch::ones_complement},
        {IntegerCoding::bcd, Fetch::bcd},
        {IntegerCoding::packed_bcd, Fetch::packed_bcd},
    };
    for (const auto& [coding, fetch] : kFetches)
        if (coding == encoding.coding)
            field.fetch = fetch;
    const bool is_signed = field.fetch == Fetch::twos_complement ||
                           field.fetch == Fetch::sign_magnitude ||
                           field.fetch == Fetch::ones_complement;
    field.raw_form = field.value_form = is_signed ? Form::integer : Form::natural;
    field.bits = static_cast<std::uint32_t>(encoding.bits);
    set_layout(field, encoding.layout);
}

void Compiler::set_float(Field& field, const FloatEncoding& encoding, const ParameterType& type) {
    struct Row {
        FloatCoding coding;
        int bits;
        Fetch fetch;
    };
    static constexpr Row kRows[] = {
        {FloatCoding::ieee_754, 16, Fetch::ieee_16},
        {FloatCoding::ieee_754, 32, Fetch::ieee_32},
        {FloatCoding::ieee_754, 64, Fetch::ieee_64},
        {FloatCoding::mil_std_1750a, 16, Fetch::mil_1750a},
        {FloatCoding::mil_std_1750a, 32, Fetch::mil_1750a},
        {FloatCoding::mil_std_1750a, 48, Fetch::mil_1750a},
        {FloatCoding::ibm, 32, Fetch::ibm},
        {FloatCoding::ibm, 64, Fetch::ibm},
        {FloatCoding::dec, 32, Fetch::dec},
        {FloatCoding::dec, 64, Fetch::dec},
        {FloatCoding::ti, 32, Fetch::ti},
    };
    field.bits = static_cast<std::uint32_t>(encoding.bits);
    for (const Row& row : kRows) {
        if (row.coding != encoding.coding || row.bits != encoding.bits)
            continue;
        field.fetch = row.fetch;
        field.raw_form = field.value_form = Form::real;
        set_layout(field, encoding.layout);
        return;
    }
    field.fetch = Fetch::octets;
    field.raw_form = field.value_form = Form::bytes;
    report(Severity::unsupported, type.where, type.name,
           "floats of this coding have no " + std::to_string(encoding.bits) +
               " bits; its octets are given as they are");
}

void Compiler::set_text(Field& field, const StringEncoding& encoding) {
    code::TextRule rule;
    rule.charset = encoding.charset;
    if (encoding.layout.byte_order == ByteOrder::least_significant_first) {
        if (encoding.charset == Charset::utf_16)
            rule.charset = Charset::utf_16_le;
        if (encoding.charset == Charset::utf_32)
            rule.charset = Charset::utf_32_le;
    }
    rule.leading_bits = static_cast<std::uint32_t>(encoding.leading_size_bits);
    rule.termination = encoding.termination;
    rule.max_bits = encoding.max_bits;
    field.fetch = Fetch::text;
    field.raw_form = Form::bytes;
    field.value_form = Form::text;
    if (encoding.size_bits) {
        if (const auto bits = fixed(*encoding.size_bits))
            field.bits = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*bits, 0, 0x7fffffff));
        else
            rule.size = number(*encoding.size_bits);
    }
    field.text = static_cast<Index>(code_.texts.size());
    code_.texts.push_back(std::move(rule));
}

void Compiler::set_layout(Field& field, const BitLayout& layout) {
    const bool reversed = layout.bit_order == BitOrder::least_significant_first;
    if (layout.byte_order == ByteOrder::listed) {
        field.shuffle = Shuffle::listed;
        field.layout = static_cast<Index>(code_.layouts.size());
        code_.layouts.push_back(layout.significance);
        if (reversed || field.bits % 8 != 0)
            report(Severity::unsupported, {}, out_.items_[field.item].name,
                   "a byte order list with reversed bits or with a part of an octet");
    } else if (layout.byte_order == ByteOrder::least_significant_first && field.bits > 8) {
        field.shuffle = reversed ? Shuffle::both : Shuffle::least_octet_first;
    } else if (reversed) {
        field.shuffle = Shuffle::least_bit_first;
    }
}

void Compiler::set_detail(Field& field, const ParameterType& type) {
    const bool calibrated = !std::holds_alternative<std::monostate>(type.calibrator.formula) ||
                            !type.context_calibrators.empty();
    const bool is_number = std::holds_alternative<IntegerType>(type.detail) ||
                           std::holds_alternative<FloatType>(type.detail);
    if (is_number || std::holds_alternative<StringType>(type.detail)) {
        if (calibrated && is_numeric(field.fetch)) {
            field.finish = Finish::calibrate;
            field.value_form = Form::real;
            field.detail = make_calibration(type);
        } else if (std::holds_alternative<FloatType>(type.detail) && is_numeric(field.fetch)) {
            field.finish = field.raw_form == Form::real ? Finish::same : Finish::real;
            field.value_form = Form::real;
        } else if (!is_number && is_numeric(field.fetch) && field.bits > 0) {
            field.finish = Finish::spell;
            field.value_form = Form::text;
        } else if (is_number && field.fetch == Fetch::text) {
            field.finish = Finish::parse;
            field.value_form = Form::real;
        }
        return;
    }
    if (const auto* boolean = std::get_if<BooleanType>(&type.detail)) {
        const auto at = 2 * static_cast<std::size_t>(field.item);
        if (out_.boolean_labels_.size() < at + 2)
            out_.boolean_labels_.resize(at + 2, 0);
        out_.boolean_labels_[at] = label(boolean->zero);
        out_.boolean_labels_[at + 1] = label(boolean->one);
        field.finish = Finish::boolean;
        field.value_form = Form::boolean;
        field.detail = out_.boolean_labels_[at + 1];
    } else if (const auto* enumerated = std::get_if<EnumeratedType>(&type.detail)) {
        field.finish = Finish::label;
        field.value_form = Form::label;
        field.detail = make_enumeration(*enumerated);
    } else if (const auto* absolute = std::get_if<AbsoluteTimeType>(&type.detail)) {
        set_time(field, absolute->format, type);
        code::TimeRule rule{.format = absolute->format, .epoch = absolute->epoch};
        if (absolute->offset_from)
            rule.offset_from = slot_of(*absolute->offset_from);
        field.finish = Finish::time;
        field.value_form = Form::time;
        field.detail = static_cast<Index>(code_.times.size());
        code_.times.push_back(std::move(rule));
    } else if (const auto* relative = std::get_if<RelativeTimeType>(&type.detail)) {
        set_time(field, relative->format, type);
        field.finish = Finish::duration;
        field.value_form = Form::duration;
        field.detail = static_cast<Index>(code_.times.size());
        code_.times.push_back({.format = relative->format});
    }
    if (calibrated)
        report(Severity::unsupported, type.calibrator.where, type.name,
               "a calibrator of a type that is no number");
}

void Compiler::set_time(Field& field, const TimeFormat& format, const ParameterType& type) {
    if (format.code == TimeCode::linear) {
        if (!is_numeric(field.fetch))
            report(Severity::unsupported, type.where, type.name,
                   "a time that is encoded as neither number nor time code");
        return;
    }
    if (field.fetch == Fetch::text || field.size != kNone)
        report(Severity::unsupported, type.where, type.name, "a time code of a dynamic size");
    const bool encoded = !std::holds_alternative<std::monostate>(type.encoding);
    const std::size_t octets = octets_of(format) + (format.has_p_field ? 1 : 0);
    field.fetch = Fetch::time_code;
    field.shuffle = Shuffle::none;
    field.size = field.text = kNone;
    field.bits = encoded ? field.bits : static_cast<std::uint32_t>(8 * octets);
    field.raw_form = field.bits <= 64 ? Form::natural : Form::bytes;
}

Compiler::Index Compiler::make_enumeration(const EnumeratedType& type) {
    code::EnumerationTable table;
    std::int64_t low = 0;
    std::int64_t high = -1;
    if (!type.enumerations.empty()) {
        low = type.enumerations.front().value;
        high = low;
        for (const Enumeration& e : type.enumerations) {
            low = std::min(low, e.value);
            high = std::max(high, std::max(e.value, e.max_value));
        }
    }
    // Unsigned, for a span of labels at both ends of the integers.
    const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    const bool dense = high >= low && span < static_cast<std::uint64_t>(kDenseSpan);
    if (dense) {
        table.dense_from = low;
        table.dense.assign(span + 1, kNone);
    }
    for (const Enumeration& e : type.enumerations) {
        const std::int64_t end = std::max(e.value, e.max_value);
        const Index text = label(e.label);
        if (!dense)
            table.ranges.push_back({e.value, end, text});
        else
            for (std::int64_t v = e.value; v <= end; ++v)
                if (Index& at = table.dense[static_cast<std::size_t>(v - low)]; at == kNone)
                    at = text;
    }
    code_.enumerations.push_back(std::move(table));
    return static_cast<Index>(code_.enumerations.size() - 1);
}

Compiler::Index Compiler::make_calibration(const ParameterType& type) {
    code::Calibration calibration;
    calibration.formula = make_formula(type.calibrator);
    for (const ContextCalibrator& context : type.context_calibrators)
        calibration.contexts.push_back(
            {condition(context.context), make_formula(context.calibrator)});
    calibration.is_plain = calibration.contexts.empty();
    code_.calibrations.push_back(std::move(calibration));
    return static_cast<Index>(code_.calibrations.size() - 1);
}

Compiler::Index Compiler::make_formula(const Calibrator& calibrator) {
    Formula formula;
    if (const auto* polynomial = std::get_if<Polynomial>(&calibrator.formula)) {
        formula.coefficients = polynomial->coefficients;
        if (formula.coefficients.empty())
            report(Severity::warning, calibrator.where, "PolynomialCalibrator", "has no terms");
        if (formula.coefficients.size() == 1)
            formula.coefficients.push_back(0.0);
        formula.kind =
            formula.coefficients.size() == 2 ? Formula::Kind::linear : Formula::Kind::polynomial;
    } else if (const auto* spline = std::get_if<Spline>(&calibrator.formula)) {
        formula.kind = spline->order == 0 ? Formula::Kind::steps : Formula::Kind::lines;
        formula.extrapolate = spline->extrapolate;
        if (spline->order > 1)
            report(Severity::unsupported, calibrator.where, "SplineCalibrator@order",
                   "splines have order 0 or 1; this one is read as order 1");
        if (spline->points.size() < 2)
            report(Severity::warning, calibrator.where, "SplineCalibrator",
                   "has fewer than 2 points");
        for (std::size_t i = 0; i < spline->points.size(); ++i) {
            const SplinePoint& p = spline->points[i];
            const SplinePoint& next = spline->points[std::min(i + 1, spline->points.size() - 1)];
            const double run = next.raw - p.raw;
            formula.coefficients.insert(
                formula.coefficients.end(),
                {p.raw, p.calibrated, run > 0 ? (next.calibrated - p.calibrated) / run : 0.0});
        }
    } else if (const auto* operation = std::get_if<MathOperation>(&calibrator.formula)) {
        formula.kind = Formula::Kind::math;
        formula.math = math(*operation, calibrator.where, "MathOperationCalibrator");
    } else if (const auto* expression = std::get_if<Expression>(&calibrator.formula)) {
        auto infix = Infix::compile(expression->text);
        if (!infix) {
            report(Severity::error, calibrator.where, "calibration", infix.error().message);
        } else {
            formula.kind = Formula::Kind::infix;
            formula.infix = expression->text;
            for (const std::string& name : infix->names()) {
                const ParameterIndex parameter = name == "x" ? kNone : names().parameter(name);
                if (name != "x" && parameter == kNone)
                    report(Severity::error, calibrator.where, "calibration",
                           "'" + name + "' is no parameter; the raw value is x");
                formula.slots.push_back(parameter == kNone ? kNone
                                                           : slot_of({.parameter = parameter}));
            }
        }
    }
    code_.formulas.push_back(std::move(formula));
    return static_cast<Index>(code_.formulas.size() - 1);
}

} // namespace telemetry::parameter
