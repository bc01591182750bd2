// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/base/result.h"

namespace telemetry::parameter {

/// A short infix expression over named numbers: "x * 0.1 - 40", "batt_v < 6.5 and mode == 'SAFE'".
///
/// muParser does the arithmetic (+ − * / ^, comparisons, ?:, its functions; true is 1). It knows
/// numbers alone, so each name and each quoted text becomes a variable here, and the caller gives
/// texts any numbers that are equal where the texts are. Names: letters, digits, '_', '.', '[n]';
/// qualified ones ("/Sat/Bus/v") where an operand may stand; any other in braces: "{odd-name}".
/// "and", "or" and "not" are operators. One object is one thread's.
class Infix {
public:
    static Result<Infix> compile(std::string_view text);

    Infix(Infix&& other) noexcept;
    Infix& operator=(Infix&& other) noexcept;
    ~Infix();

    std::span<const std::string> names() const;
    std::span<const std::string> texts() const;

    /// `values`: of names(), then of texts(). NaN when it has no value.
    double evaluate(std::span<const double> values) noexcept;

private:
    struct Compiled;
    explicit Infix(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

} // namespace telemetry::parameter
