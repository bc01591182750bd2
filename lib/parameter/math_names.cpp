// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/math_names.h"

namespace telemetry::parameter {
namespace {

using Op = MathOperator;

struct Word {
    std::string_view word;
    Op operation;
    int takes;
    int leaves;
};

/// MathOperatorsType of XTCE 1.2 and what databases use beyond it. The first word of an operator is
/// the one that is written. The stack effects are those of the standard's own comments: of [x y],
/// y being the top, '^' makes x to the power y and 'y^x' makes y to the power x.
constexpr Word kWords[] = {
    {"+", Op::add, 2, 1},
    {"-", Op::subtract, 2, 1},
    {"*", Op::multiply, 2, 1},
    {"/", Op::divide, 2, 1},
    {"%", Op::remainder, 2, 1},
    {"^", Op::power, 2, 1},
    {"x^y", Op::power, 2, 1},
    {"y^x", Op::reverse_power, 2, 1},
    {"ylogx", Op::log_base_y, 2, 1},
    {"ln", Op::natural_log, 1, 1},
    {"log", Op::log_10, 1, 1},
    {"e^x", Op::exponential, 1, 1},
    {"1/x", Op::inverse, 1, 1},
    {"sqrt", Op::square_root, 1, 1},
    {"x!", Op::factorial, 1, 1},
    {"tan", Op::tangent, 1, 1},
    {"cos", Op::cosine, 1, 1},
    {"sin", Op::sine, 1, 1},
    {"atan", Op::arc_tangent, 1, 1},
    {"atan2", Op::arc_tangent_2, 2, 1},
    {"acos", Op::arc_cosine, 1, 1},
    {"asin", Op::arc_sine, 1, 1},
    {"tanh", Op::hyperbolic_tangent, 1, 1},
    {"cosh", Op::hyperbolic_cosine, 1, 1},
    {"sinh", Op::hyperbolic_sine, 1, 1},
    {"atanh", Op::hyperbolic_arc_tangent, 1, 1},
    {"acosh", Op::hyperbolic_arc_cosine, 1, 1},
    {"asinh", Op::hyperbolic_arc_sine, 1, 1},
    {"swap", Op::swap, 2, 2},
    {"drop", Op::drop, 1, 0},
    {"dup", Op::duplicate, 1, 2},
    {"over", Op::over, 2, 3},
    {"abs", Op::absolute, 1, 1},
    {"round", Op::round, 1, 1},
    {"floor", Op::floor, 1, 1},
    {"ceil", Op::ceiling, 1, 1},
    {"int", Op::truncate, 1, 1},
    {"neg", Op::negate, 1, 1},
    {"min", Op::minimum, 2, 1},
    {"max", Op::maximum, 2, 1},
    {"&", Op::bit_and, 2, 1},
    {"|", Op::bit_or, 2, 1},
    {"xor", Op::bit_xor, 2, 1},
    {"~", Op::bit_not, 1, 1},
    {"<<", Op::shift_left, 2, 1},
    {">>", Op::shift_right, 2, 1},
    {">>>", Op::shift_right, 2, 1},
    {"&&", Op::logical_and, 2, 1},
    {"||", Op::logical_or, 2, 1},
    {"!", Op::logical_not, 1, 1},
    {"<", Op::less, 2, 1},
    {"<=", Op::less_or_equal, 2, 1},
    {"==", Op::equal, 2, 1},
    {"!=", Op::not_equal, 2, 1},
    {">", Op::greater, 2, 1},
    {">=", Op::greater_or_equal, 2, 1},
};

} // namespace

std::vector<MathOperator> math_operators(std::string_view word) {
    if (word == "div") // whole-number division
        return {Op::divide, Op::truncate};
    for (const Word& each : kWords)
        if (each.word == word)
            return {each.operation};
    return {};
}

std::string_view name_of(MathOperator operation) {
    for (const Word& each : kWords)
        if (each.operation == operation)
            return each.word;
    return "";
}

std::vector<std::string_view> math_operator_names() {
    std::vector<std::string_view> names;
    for (const Word& each : kWords)
        names.push_back(each.word);
    return names;
}

std::pair<int, int> stack_effect(MathOperator operation) {
    for (const Word& each : kWords)
        if (each.operation == operation)
            return {each.takes, each.leaves};
    return {0, 0};
}

} // namespace telemetry::parameter
