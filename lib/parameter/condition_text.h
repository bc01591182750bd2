// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "telemetry/parameter/database_text.h"
#include "telemetry/parameter/model.h"

namespace telemetry::parameter {

/// Conditions and numbers as our YAML writes them:
///
///     apid == 5 and (mode != SAFE or raw(temp) >= 0x10)
///     count < value(limit)          a second parameter; raw(limit) for its raw value
///     counter@-1 == 3               the value before the latest
///     algorithm(is_eclipse)         an algorithm of the database
///     length * 8 - 16               a number that the packet states
///
/// A word that is no number is a text: a label, "true", a time. 'Quotes' hold any other text, and
/// `back quotes` a parameter whose name has strange characters.
class ConditionReader {
public:
    /// Looks names up; kNone (and an error of its own) when there is none.
    struct Names {
        virtual ~Names() = default;
        virtual ParameterReference parameter(std::string_view path) = 0;
        virtual AlgorithmIndex algorithm(std::string_view path) = 0;
    };

    ConditionReader(std::string_view text, Names& names) : rest_(text), names_(names) {}

    /// What was expected, when it is malformed.
    tl::expected<Condition, std::string> condition();
    tl::expected<DynamicValue, std::string> number();
    tl::expected<ParameterReference, std::string> reference();

private:
    struct Token {
        enum class Kind : std::uint8_t { end, word, quoted, name, symbol };
        Kind kind = Kind::end;
        std::string text = {};
    };

    Token next();
    Token peek();
    bool take(std::string_view symbol);
    tl::expected<Condition, std::string> any(int depth);
    tl::expected<Condition, std::string> all(int depth);
    tl::expected<Condition, std::string> one(int depth);
    tl::expected<ParameterReference, std::string> operand();
    tl::unexpected<std::string> expected(const std::string& what);

    std::string_view rest_;
    Names& names_;
};

class NameTable;

/// ".member[3]", as it stands behind a parameter's name; nothing when malformed.
std::optional<std::vector<PathStep>> read_steps(std::string_view text);

/// Names as one system sees them.
class TableNames final : public ConditionReader::Names {
public:
    TableNames(const NameTable& table, SystemIndex from) : table_(table), from_(from) {}
    ParameterReference parameter(std::string_view path) override;
    AlgorithmIndex algorithm(std::string_view path) override;
    const std::string& lost() const { return lost_; } ///< a name that there is not; else empty

private:
    const NameTable& table_;
    SystemIndex from_;
    std::string lost_;
};

/// As ConditionReader reads it.
std::string to_text(const Condition& condition, const Database& database, const Paths& paths,
                    SystemIndex from);
std::string to_text(const DynamicValue& value, const Paths& paths, SystemIndex from);
std::string to_text(const ParameterReference& reference, const Paths& paths, SystemIndex from);

} // namespace telemetry::parameter
