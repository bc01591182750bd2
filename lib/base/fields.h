// SPDX-License-Identifier: GPL-3.0-or-later
// A component declares its options once, as a table of Field. Reading, validation, the dump of the
// effective configuration, the reference page, the GRC options and the fuzz target come from it.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "telemetry/base/result.h"

namespace telemetry {

struct Field {
    enum class Type : std::uint8_t { integer, real, flag, choice, text };

    std::string_view name; ///< key in a station file: lower case, words joined by '_'
    Type type = Type::text;
    std::string_view unit = {};     ///< UCUM: "Hz", "Bd", "By", "1"; empty for flags and texts
    double min = 0;                 ///< inclusive; integer and real only
    double max = 0;                 ///< inclusive
    std::string_view fallback = {}; ///< the default, written as in a file; empty: none, so required
    std::string_view choices = {};  ///< "none|conventional|dual"; choice only
    std::string_view help = {};     ///< one sentence
};

/// One entry of a file, before anyone knows what type it is.
struct KeyText {
    std::string key;
    std::string text;
    int line = 0;
    int column = 0;
};

/// Validated options. Every field of the table has a value here: the given or the default one.
/// Asking for a name or type that the table does not declare is a caller's bug (assert).
class Settings {
public:
    using Value = std::variant<std::int64_t, double, bool, std::string>;

    std::int64_t integer(std::string_view name) const;
    double real(std::string_view name) const;
    bool flag(std::string_view name) const;
    const std::string& text(std::string_view name) const; ///< choice and text
    bool has(std::string_view name) const;
    bool given(std::string_view name) const; ///< set by the user rather than by default

    void set(std::string_view name, Value value, bool by_user);

    struct Entry {
        std::string name;
        Value value;
        bool by_user = false;
    };
    std::span<const Entry> entries() const { return entries_; }

private:
    const Entry* find(std::string_view name) const;
    std::vector<Entry> entries_;
};

/// Checks `given` against the fields of one or several tables (a demodulator's and a deframer's,
/// say). An unknown key, a key given twice, a wrong type, a value out of range and a missing
/// required key are errors that name the line, the key, what was expected and what is near.
/// Numbers: decimal, 1e3 and 0x notation; flags: true, false, yes, no, on, off.
Result<Settings> read_settings(std::initializer_list<std::span<const Field>> tables,
                               std::span<const KeyText> given, std::string_view file = {});

/// The same for tests and code: read_settings_from(table, {{"baudrate", "9600"}}).
Result<Settings>
read_settings_from(std::span<const Field> table,
                   std::initializer_list<std::pair<const char*, const char*>> given);

/// As it would stand in a file; reads back to the same value.
std::string to_text(const Settings::Value& value);

/// "integer, 1 to 8", "one of none, dual": for messages and the reference page.
std::string describe_expected(const Field& field);

} // namespace telemetry
