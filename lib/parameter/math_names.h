// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/parameter/calibrator.h"

namespace telemetry::parameter {

/// XTCE's word ("y^x", "1/x", "div") as one or two of our operators; empty when unknown.
std::vector<MathOperator> math_operators(std::string_view word);

/// The word of an operator, so that it reads back to the same.
std::string_view name_of(MathOperator operation);

std::vector<std::string_view> math_operator_names();

/// Values it takes off the stack, and leaves on it.
std::pair<int, int> stack_effect(MathOperator operation);

} // namespace telemetry::parameter
