// SPDX-License-Identifier: GPL-3.0-or-later
// What the rest of the mission database is built from: positions, references, conditions, numbers
// that a packet may state.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace telemetry::parameter {

/// Indices into the vectors of Database; kNone: none.
using SystemIndex = std::uint32_t;
using TypeIndex = std::uint32_t;
using ParameterIndex = std::uint32_t;
using ContainerIndex = std::uint32_t;
using ConditionIndex = std::uint32_t; ///< kNone: always true
using AlgorithmIndex = std::uint32_t;
using AlarmIndex = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xffffffffU;

/// Where a thing was written, for messages.
struct SourcePosition {
    std::uint32_t file = 0; ///< index into Database::files
    int line = 0;           ///< from 1; 0: not known
};

/// Raw: as in the packet; calibrated: the engineering value.
enum class ValueKind : std::uint8_t { raw, calibrated };

/// One step into an aggregate or array: ".name" when there is a name, else "[index]".
struct PathStep {
    std::string member = {};
    int index = 0;
};

/// A parameter or a part of one, in this packet or an earlier one.
struct ParameterReference {
    ParameterIndex parameter = kNone;
    std::vector<PathStep> path = {};
    int instance = 0; ///< 0: the latest occurrence, −1: the one before it, …
    ValueKind kind = ValueKind::calibrated;
    SourcePosition where = {};
};

enum class Comparator : std::uint8_t {
    equal,
    not_equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal
};

/// The right side is a text as the database writes it, read by the type of the left side when the
/// program is compiled (a number, a label, "true", a time), or a second reference.
struct Comparison {
    ParameterReference left;
    Comparator comparator = Comparator::equal;
    std::variant<std::string, ParameterReference> right = {};
};

/// XTCE's Comparison, ComparisonList (all_of), BooleanExpression with ANDedConditions (all_of) and
/// ORedConditions (any_of), CustomAlgorithm.
struct Condition {
    enum class Kind : std::uint8_t { comparison, all_of, any_of, algorithm };
    Kind kind = Kind::comparison;
    Comparison comparison = {};
    std::vector<Condition> operands = {};
    AlgorithmIndex algorithm = kNone;
    SourcePosition where = {};
};

/// slope · value + intercept, rounded down.
struct DynamicValue {
    ParameterReference reference;
    double slope = 1;
    double intercept = 0;
};

/// The first condition that holds gives the value.
struct DiscreteLookup {
    struct Row {
        ConditionIndex condition = kNone;
        std::int64_t value = 0;
    };
    std::vector<Row> rows;
    std::optional<std::int64_t> fallback = {};
};

/// A size, count or offset: written in the database or stated by the packet.
using IntegerValue = std::variant<std::int64_t, DynamicValue, DiscreteLookup>;

} // namespace telemetry::parameter
