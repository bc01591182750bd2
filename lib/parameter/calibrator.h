// SPDX-License-Identifier: GPL-3.0-or-later
// Calibrators and mathematics, as data.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "telemetry/parameter/condition.h"

namespace telemetry::parameter {

/// The operators of XTCE's MathOperation (clause "MathOperatorsType"), with their stack effect.
enum class MathOperator : std::uint8_t {
    add,
    subtract,
    multiply,
    divide,
    integer_divide, ///< div
    remainder,      ///< %
    power,          ///< ^ and y^x
    reverse_power,  ///< x^y: the top of the stack is the base
    log_base_y,     ///< y log x
    natural_log,
    log_10,
    exponential, ///< e^x
    inverse,     ///< 1/x
    square_root,
    factorial,
    // XTCE 1.2, MathOperatorsType: angles, taken by these three and given by their inverses, are in
    // radians.
    tangent,
    cosine,
    sine,
    arc_tangent,
    arc_tangent_2,
    arc_cosine,
    arc_sine,
    hyperbolic_tangent,
    hyperbolic_cosine,
    hyperbolic_sine,
    hyperbolic_arc_tangent,
    hyperbolic_arc_cosine,
    hyperbolic_arc_sine,
    swap,
    drop,
    duplicate,
    over,
    absolute,
    round,
    floor,
    ceiling,
    truncate, ///< int
    negate,
    minimum,
    maximum,
    bit_and,
    bit_or,
    bit_xor,
    bit_not,
    shift_left,
    shift_right,
    logical_and,
    logical_or,
    logical_not,
    less,
    less_or_equal,
    equal,
    not_equal,
    greater,
    greater_or_equal
};

/// One word of a postfix (reverse Polish) operation.
struct MathToken {
    enum class Kind : std::uint8_t { number, this_parameter, reference, operation };
    Kind kind = Kind::number;
    double number = 0;
    ParameterReference reference = {};
    MathOperator operation = MathOperator::add;
};
using MathOperation = std::vector<MathToken>;

/// coefficients[i] · x^i
struct Polynomial {
    std::vector<double> coefficients;
};

struct SplinePoint {
    double raw = 0;
    double calibrated = 0;
    int order = 1;
};

/// order 0: steps; 1: straight lines. Points in rising order of raw.
struct Spline {
    std::vector<SplinePoint> points;
    int order = 1;
    bool extrapolate = false;
};

/// A short infix expression, `x` being the raw value; our YAML and CSV forms.
struct Expression {
    std::string text;
};

/// monostate: the value is the raw one.
struct Calibrator {
    std::variant<std::monostate, Polynomial, Spline, MathOperation, Expression> formula = {};
    std::string name = {};
    SourcePosition where = {};
};

/// The first whose context holds replaces the default calibrator.
struct ContextCalibrator {
    ConditionIndex context = kNone;
    Calibrator calibrator = {};
};

} // namespace telemetry::parameter
