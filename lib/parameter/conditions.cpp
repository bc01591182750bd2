// SPDX-License-Identifier: GPL-3.0-or-later
// What depends on other values: conditions, sizes that packets state, formulas.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "telemetry/parameter/machine.h"

namespace telemetry::parameter {

using code::ConditionNode;
using code::MathWord;
using code::Number;

namespace {

/// Texts in expressions become numbers that no telemetered value is mistaken for.
constexpr double kFirstText = 1099511627776.0; // 2^40
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
bool compare_values(const T& a, Comparator comparator, const T& b) {
    switch (comparator) {
    case Comparator::equal:
        return a == b;
    case Comparator::not_equal:
        return a != b;
    case Comparator::less:
        return a < b;
    case Comparator::less_or_equal:
        return a <= b;
    case Comparator::greater:
        return a > b;
    case Comparator::greater_or_equal:
        return a >= b;
    }
    return false;
}

struct Whole {
    bool negative;
    std::uint64_t bits;
    friend bool operator==(const Whole&, const Whole&) = default;
    friend bool operator<(const Whole& a, const Whole& b) {
        return a.negative != b.negative ? a.negative : a.bits < b.bits;
    }
    friend bool operator<=(const Whole& a, const Whole& b) { return !(b < a); }
    friend bool operator>(const Whole& a, const Whole& b) { return b < a; }
    friend bool operator>=(const Whole& a, const Whole& b) { return !(a < b); }
};
Whole whole_of(std::uint64_t bits, Form form) {
    const bool is_signed = form != Form::natural && form != Form::boolean && form != Form::label;
    return {is_signed && static_cast<std::int64_t>(bits) < 0, bits};
}

bool is_whole(Form form) {
    return form == Form::integer || form == Form::natural || form == Form::boolean ||
           form == Form::label || form == Form::time || form == Form::duration;
}
bool is_text(Form form) {
    return form == Form::text || form == Form::bytes;
}

/// Of the one value on the stack's top, or of two; nothing when it is undefined.
std::optional<double> unary(MathOperator operation, double x) {
    switch (operation) {
    case MathOperator::natural_log:
        return std::log(x);
    case MathOperator::log_10:
        return std::log10(x);
    case MathOperator::exponential:
        return std::exp(x);
    case MathOperator::inverse:
        return x == 0 ? std::nullopt : std::optional(1 / x);
    case MathOperator::square_root:
        return std::sqrt(x);
    case MathOperator::factorial:
        return x < 0 ? std::nullopt : std::optional(std::nearbyint(std::tgamma(std::floor(x) + 1)));
    case MathOperator::tangent:
        return std::tan(x);
    case MathOperator::cosine:
        return std::cos(x);
    case MathOperator::sine:
        return std::sin(x);
    case MathOperator::arc_tangent:
        return std::atan(x);
    case MathOperator::arc_cosine:
        return std::acos(x);
    case MathOperator::arc_sine:
        return std::asin(x);
    case MathOperator::hyperbolic_tangent:
        return std::tanh(x);
    case MathOperator::hyperbolic_cosine:
        return std::cosh(x);
    case MathOperator::hyperbolic_sine:
        return std::sinh(x);
    case MathOperator::hyperbolic_arc_tangent:
        return std::atanh(x);
    case MathOperator::hyperbolic_arc_cosine:
        return std::acosh(x);
    case MathOperator::hyperbolic_arc_sine:
        return std::asinh(x);
    case MathOperator::absolute:
        return std::abs(x);
    case MathOperator::round:
        return std::round(x);
    case MathOperator::floor:
        return std::floor(x);
    case MathOperator::ceiling:
        return std::ceil(x);
    case MathOperator::truncate:
        return std::trunc(x);
    case MathOperator::negate:
        return -x;
    case MathOperator::logical_not:
        return x == 0 ? 1.0 : 0.0;
    default:
        return std::nullopt;
    }
}

std::optional<std::int64_t> as_integer(double x) {
    if (!(x >= -9.2e18 && x <= 9.2e18))
        return std::nullopt;
    return static_cast<std::int64_t>(x);
}

std::optional<double> bitwise(MathOperator operation, double a, double b) {
    const auto x = as_integer(a);
    const auto y = as_integer(b);
    if (!x || !y)
        return std::nullopt;
    const auto ux = static_cast<std::uint64_t>(*x);
    const auto uy = static_cast<std::uint64_t>(*y);
    const auto signed_real = [](std::uint64_t v) {
        return static_cast<double>(static_cast<std::int64_t>(v));
    };
    switch (operation) {
    case MathOperator::bit_and:
        return signed_real(ux & uy);
    case MathOperator::bit_or:
        return signed_real(ux | uy);
    case MathOperator::bit_xor:
        return signed_real(ux ^ uy);
    case MathOperator::shift_left:
        return uy < 64 ? std::optional(signed_real(ux << uy)) : std::nullopt;
    case MathOperator::shift_right:
        return uy < 64 ? std::optional(static_cast<double>(*x >> uy)) : std::nullopt;
    default:
        return std::nullopt;
    }
}

std::optional<double> binary(MathOperator operation, double a, double b) {
    const auto truth = [](bool holds) { return holds ? 1.0 : 0.0; };
    switch (operation) {
    case MathOperator::add:
        return a + b;
    case MathOperator::subtract:
        return a - b;
    case MathOperator::multiply:
        return a * b;
    case MathOperator::divide:
        return b == 0 ? std::nullopt : std::optional(a / b);
    case MathOperator::integer_divide:
        return b == 0 ? std::nullopt : std::optional(std::trunc(a / b));
    case MathOperator::remainder:
        return b == 0 ? std::nullopt : std::optional(std::fmod(a, b));
    case MathOperator::power:
        return std::pow(a, b);
    case MathOperator::reverse_power:
        return std::pow(b, a);
    case MathOperator::log_base_y:
        return std::log(a) / std::log(b);
    case MathOperator::arc_tangent_2:
        return std::atan2(a, b);
    case MathOperator::minimum:
        return std::min(a, b);
    case MathOperator::maximum:
        return std::max(a, b);
    case MathOperator::logical_and:
        return truth(a != 0 && b != 0);
    case MathOperator::logical_or:
        return truth(a != 0 || b != 0);
    case MathOperator::less:
        return truth(a < b);
    case MathOperator::less_or_equal:
        return truth(a <= b);
    case MathOperator::equal:
        return truth(a == b);
    case MathOperator::not_equal:
        return truth(a != b);
    case MathOperator::greater:
        return truth(a > b);
    case MathOperator::greater_or_equal:
        return truth(a >= b);
    default:
        return bitwise(operation, a, b);
    }
}

} // namespace

bool Machine::holds(Index index) const {
    if (index == kNone)
        return true;
    const ConditionNode& node = code_.conditions[index];
    const auto each = [&](Index operand) { return holds(operand); };
    switch (node.kind) {
    case ConditionNode::Kind::all_of:
        return std::all_of(node.operands.begin(), node.operands.end(), each);
    case ConditionNode::Kind::any_of:
        return std::any_of(node.operands.begin(), node.operands.end(), each);
    case ConditionNode::Kind::never:
        return false;
    default:
        return compare(node);
    }
}

/// A value that is not known, or of another kind than it is compared with, fulfils nothing.
bool Machine::compare(const ConditionNode& node) const {
    if (node.left == kNone)
        return false;
    const Slot& left = slots_[node.left];
    const bool raw = node.left_kind == ValueKind::raw;
    const Form form = raw ? left.raw_form : left.value_form;
    const std::uint64_t bits = raw ? left.raw : left.value;
    if (!left.known || form == Form::none)
        return false;
    if (node.kind == ConditionNode::Kind::text) {
        if (form == Form::label)
            return compare_values(program_.labels()[bits], node.comparator,
                                  std::string_view(node.text));
        return is_text(form) &&
               compare_values(raw ? left.raw_text : left.text, node.comparator, node.text);
    }
    Form right_form = Form::integer;
    std::uint64_t right_bits = node.literal;
    if (node.kind == ConditionNode::Kind::natural) {
        right_form = Form::natural;
    } else if (node.kind == ConditionNode::Kind::real) {
        right_form = Form::real;
    } else if (node.kind == ConditionNode::Kind::slot) {
        const Slot& right = slots_[node.right];
        const bool right_raw = node.right_kind == ValueKind::raw;
        right_form = right_raw ? right.raw_form : right.value_form;
        right_bits = right_raw ? right.raw : right.value;
        if (!right.known)
            return false;
        if (is_text(form) && is_text(right_form))
            return compare_values(raw ? left.raw_text : left.text, node.comparator,
                                  right_raw ? right.raw_text : right.text);
    }
    if (is_whole(form) && is_whole(right_form))
        return compare_values(whole_of(bits, form), node.comparator,
                              whole_of(right_bits, right_form));
    const double a = ValueBatch::to_real(bits, form);
    const double b = ValueBatch::to_real(right_bits, right_form);
    return a == a && b == b && compare_values(a, node.comparator, b);
}

std::optional<double> Machine::real_of(Index slot_index, ValueKind kind) const {
    if (slot_index == kNone || !slots_[slot_index].known)
        return std::nullopt;
    const Slot& slot = slots_[slot_index];
    const bool raw = kind == ValueKind::raw || slot.value_form == Form::label;
    const double real = raw ? ValueBatch::to_real(slot.raw, slot.raw_form)
                            : ValueBatch::to_real(slot.value, slot.value_form);
    return real == real ? std::optional(real) : std::nullopt;
}

std::optional<std::int64_t> Machine::number(Index index) const {
    const Number& number = code_.numbers[index];
    switch (number.kind) {
    case Number::Kind::fixed:
        return number.fixed;
    case Number::Kind::dynamic: {
        const auto x = real_of(number.slot, number.value_kind);
        if (!x)
            return std::nullopt;
        constexpr double kMost = 1e15;
        const double y = std::floor(number.slope * *x + number.intercept);
        return static_cast<std::int64_t>(std::clamp(y, -kMost, kMost));
    }
    case Number::Kind::lookup:
        for (const auto& row : number.rows)
            if (holds(row.condition))
                return row.value;
        return number.has_fallback ? std::optional(number.fixed) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<double> Machine::evaluate(std::span<const MathWord> words, double x) const {
    // compile() made sure that the stack neither under- nor overflows.
    std::array<double, 33> stack{};
    std::size_t depth = 0;
    for (const MathWord& word : words) {
        switch (word.kind) {
        case MathToken::Kind::number:
            stack[depth++] = word.number;
            continue;
        case MathToken::Kind::this_parameter:
            stack[depth++] = x;
            continue;
        case MathToken::Kind::reference: {
            const auto value = real_of(word.slot, word.value_kind);
            if (!value)
                return std::nullopt;
            stack[depth++] = *value;
            continue;
        }
        case MathToken::Kind::operation:
            break;
        }
        switch (word.operation) {
        case MathOperator::swap:
            std::swap(stack[depth - 1], stack[depth - 2]);
            continue;
        case MathOperator::drop:
            --depth;
            continue;
        case MathOperator::duplicate:
            stack[depth] = stack[depth - 1];
            ++depth;
            continue;
        case MathOperator::over:
            stack[depth] = stack[depth - 2];
            ++depth;
            continue;
        case MathOperator::bit_not: {
            const auto whole = as_integer(stack[depth - 1]);
            if (!whole)
                return std::nullopt;
            stack[depth - 1] = static_cast<double>(~*whole);
            continue;
        }
        default:
            break;
        }
        const auto result = word.is_unary
                                ? unary(word.operation, stack[depth - 1])
                                : binary(word.operation, stack[depth - 2], stack[depth - 1]);
        if (!result)
            return std::nullopt;
        depth -= word.is_unary ? 0 : 1;
        stack[depth - 1] = *result;
    }
    return depth == 1 ? std::optional(stack[0]) : std::nullopt;
}

void Machine::prepare_infix() {
    const auto& labels = program_.labels();
    const auto prepare = [&](const std::string& text) -> std::optional<Infix> {
        if (text.empty())
            return std::nullopt;
        auto infix = Infix::compile(text);
        if (!infix)
            return std::nullopt;
        for (std::size_t i = 0; text_numbers_.empty() && i < labels.size(); ++i)
            text_numbers_.emplace(labels[i], kFirstText + static_cast<double>(i));
        for (const std::string& literal : infix->texts())
            text_numbers_.emplace(literal,
                                  2 * kFirstText + static_cast<double>(text_numbers_.size()));
        return std::move(*infix);
    };
    for (const auto& formula : code_.formulas)
        formula_infix_.push_back(prepare(formula.infix));
    for (const auto& derivation : code_.derivations)
        derivation_infix_.push_back(prepare(derivation.infix));
}

double Machine::infix_operand(Index index) const {
    if (index == kNone || !slots_[index].known)
        return kNaN;
    const Slot& slot = slots_[index];
    if (slot.value_form == Form::label)
        return kFirstText + static_cast<double>(slot.value);
    if (is_text(slot.value_form)) {
        const auto found = text_numbers_.find(slot.text);
        return found == text_numbers_.end() ? -kFirstText : found->second;
    }
    return ValueBatch::to_real(slot.value, slot.value_form);
}

double Machine::run_infix(Infix& infix, std::span<const Index> slots, double x) {
    operands_.clear();
    for (const Index slot : slots) {
        operands_.push_back(slot == kNone ? x : infix_operand(slot));
        if (operands_.back() != operands_.back())
            return kNaN;
    }
    for (const std::string& text : infix.texts())
        operands_.push_back(text_numbers_.at(text));
    return infix.evaluate(operands_);
}

} // namespace telemetry::parameter
