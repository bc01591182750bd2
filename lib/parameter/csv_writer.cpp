// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <set>

#include "telemetry/parameter/condition_text.h"
#include "telemetry/parameter/csv_database.h"
#include "telemetry/parameter/csv_table.h"
#include "telemetry/parameter/type_notation.h"

namespace telemetry::parameter {
namespace {

constexpr const char* kColumns[] = {
    "system",      "packet",    "base",       "when",       "abstract", "name",      "type",
    "bits",        "order",     "at",         "skip",       "repeat",   "if",        "unit",
    "calibration", "labels",    "valid",      "valid_raw",  "watch",    "warning",   "distress",
    "critical",    "severe",    "violations", "initial",    "source",   "read_only", "charset",
    "end",         "subsystem", "alias",      "description"};

std::string range_text(const Range& range) {
    std::string text;
    if (range.min > -std::numeric_limits<double>::infinity())
        text += (range.min_exclusive ? ">" : "") + number_text(range.min);
    text += "..";
    if (range.max < std::numeric_limits<double>::infinity())
        text += (range.max_exclusive ? "<" : "") + number_text(range.max);
    return text;
}

class CsvWriter {
public:
    CsvWriter(const Database& database, std::vector<std::string>& lost)
        : db_(database), paths_(database), lost_(lost) {}

    std::string write() {
        out_ = "# A mission database of gr-telemetry; see docs/mission-database.md.\n";
        std::string line;
        for (const char* column : kColumns)
            line += (line.empty() ? "" : ",") + std::string(column);
        out_ += line + "\n";
        for (const Container& container : db_.containers)
            write(container);
        for (ParameterIndex i = 0; i < db_.parameters.size(); ++i)
            if (!written_.count(i)) {
                Row row;
                start(row, db_.parameters[i].system);
                define(row, i);
                finish(row);
            }
        count(db_.algorithms.size(), "algorithms");
        count(db_.messages.size(), "messages");
        count(db_.services.size(), "services");
        count(db_.commands.size(), "commands");
        count(db_.alarm_rules.size(), "rules over several parameters");
        for (const System& system : db_.systems)
            if (system.header || !system.short_description.empty() ||
                !system.long_description.empty() || !system.aliases.empty() ||
                !system.ancillary.empty())
                lose(system, "its header and descriptions");
        std::set<TypeIndex> named;
        for (const Parameter& parameter : db_.parameters)
            if (db_.types[parameter.type].name != parameter.name)
                named.insert(parameter.type);
        if (!named.empty())
            lost_.push_back("the names of " + std::to_string(named.size()) +
                            " types; each parameter has a type of its own");
        return std::move(out_);
    }

private:
    using Row = std::map<std::string, std::string>;

    void lose(const Named& thing, const std::string& what) {
        lost_.push_back(qualified_name(db_, thing) + ": " + what);
    }
    void count(std::size_t count, const char* what) {
        if (count)
            lost_.push_back(std::to_string(count) + " " + what);
    }

    void start(Row& row, SystemIndex system) {
        at_ = system;
        if (system == 0)
            return;
        std::string path = qualified_name(db_, system);
        path.erase(0, path.find('/', 1) + 1); // the root is the file
        row["system"] = path;
    }

    void finish(const Row& row) {
        std::string line;
        bool first = true;
        for (const char* column : kColumns) {
            const auto cell = row.find(column);
            line += first ? "" : ",";
            line += cell == row.end() ? "" : csv_cell(cell->second);
            first = false;
        }
        out_ += line + "\n";
    }

    std::string condition(ConditionIndex index) {
        return index < db_.conditions.size() ? to_text(db_.conditions[index], db_, paths_, at_)
                                             : "";
    }

    void write(const Container& container) {
        Row packet;
        start(packet, container.system);
        packet["packet"] = container.name;
        if (container.base != kNone)
            packet["base"] = paths_.container(container.base, at_);
        packet["when"] = condition(container.restriction);
        if (container.is_abstract)
            packet["abstract"] = "true";
        if (container.size_bits || container.expected_period_ns || container.next != kNone ||
            container.is_command || !container.short_description.empty() ||
            !container.long_description.empty() || !container.aliases.empty() ||
            !container.ancillary.empty())
            lose(container, "its size, period, follower or descriptions");
        bool any = false;
        for (const Entry& entry : container.entries) {
            Row row = any ? Row{} : packet;
            if (any) {
                start(row, container.system);
                row["packet"] = container.name;
            }
            if (!write(row, entry, container))
                continue;
            any = true;
            finish(row);
        }
        if (!any)
            finish(packet);
    }

    bool write(Row& row, const Entry& entry, const Container& container) {
        const std::string place = " in line " + std::to_string(entry.where.line);
        if (entry.kind != Entry::Kind::parameter) {
            lose(container, "an entry that is no parameter" + place);
            return false;
        }
        const Parameter& parameter = db_.parameters[entry.parameter];
        if (parameter.system == container.system && !written_.count(entry.parameter)) {
            if (!define(row, entry.parameter))
                return false;
        } else {
            row["name"] = paths_.parameter(entry.parameter, at_);
        }
        if (entry.location) {
            const auto* fixed = std::get_if<std::int64_t>(&entry.location->offset_bits);
            if (fixed && entry.location->from == Location::From::container_start)
                row["at"] = std::to_string(*fixed);
            else if (fixed && entry.location->from == Location::From::previous_entry)
                row["skip"] = std::to_string(*fixed);
            else
                lose(container, "the place of an entry" + place);
        }
        if (entry.repeat) {
            const auto* fixed = std::get_if<std::int64_t>(&entry.repeat->count);
            const auto* gap = std::get_if<std::int64_t>(&entry.repeat->gap_bits);
            if (fixed)
                row["repeat"] = std::to_string(*fixed);
            if (!fixed || !gap || *gap != 0)
                lose(container, "how an entry repeats" + place);
        }
        row["if"] = condition(entry.include);
        return true;
    }

    /// The columns of a parameter and its type. False when a table cannot hold the type.
    bool define(Row& row, ParameterIndex index) {
        written_.insert(index);
        const Parameter& parameter = db_.parameters[index];
        const ParameterType& type = db_.types[parameter.type];
        at_ = parameter.system;
        row["name"] = parameter.name;
        if (!write_type(row, type)) {
            lose(parameter,
                 "its type, an aggregate, array, time or unusual encoding; it is left out");
            row["name"].clear();
            return false;
        }
        row["initial"] =
            parameter.initial_value.empty() ? type.initial_value : parameter.initial_value;
        row["source"] = source_text(parameter.source);
        if (parameter.is_read_only)
            row["read_only"] = "true";
        row["subsystem"] = parameter.system_name;
        row["description"] = parameter.short_description.empty() ? type.short_description
                                                                 : parameter.short_description;
        std::string aliases;
        for (const Alias& alias : parameter.aliases)
            aliases += (aliases.empty() ? "" : ";") + alias.name_space +
                       (alias.name_space.empty() ? "" : ":") + alias.name;
        row["alias"] = aliases;
        if (parameter.valid_if != kNone || parameter.dated_by ||
            !parameter.physical_addresses.empty() || !parameter.long_description.empty() ||
            !parameter.ancillary.empty() || !type.long_description.empty() ||
            !type.ancillary.empty() || !type.aliases.empty() || parameter.alarm != kNone)
            lose(parameter, "its validity, date, addresses, long description, ancillary data or "
                            "alarm of its own");
        return true;
    }

    bool write_type(Row& row, const ParameterType& type) {
        const auto* integer = std::get_if<IntegerEncoding>(&type.encoding);
        const bool is_enumerated = std::holds_alternative<EnumeratedType>(type.detail);
        std::string word = encoding_text(type.encoding);
        if (type.detail.index() >= 6)
            return false;
        if (std::holds_alternative<BooleanType>(type.detail)) {
            const auto& boolean = std::get<BooleanType>(type.detail);
            if (!integer || encoding_text(type.encoding) != "u" + std::to_string(integer->bits))
                return false;
            word = integer->bits == 1 ? "bool" : "bool" + std::to_string(integer->bits);
            if (boolean.zero != "False" || boolean.one != "True")
                lose(type, "the texts of a boolean");
        } else if (const auto* text = std::get_if<StringEncoding>(&type.encoding)) {
            const auto* fixed =
                text->size_bits ? std::get_if<std::int64_t>(&*text->size_bits) : nullptr;
            if (!fixed || text->leading_size_bits)
                return false;
            word = "string";
            row["bits"] = std::to_string(*fixed);
            if (text->charset != Charset::utf_8)
                row["charset"] = name_of(text->charset);
            for (const std::uint8_t octet : text->termination) {
                constexpr char digits[] = "0123456789abcdef";
                row["end"] += digits[octet >> 4];
                row["end"] += digits[octet & 15];
            }
        } else if (const auto* binary = std::get_if<BinaryEncoding>(&type.encoding)) {
            const auto* fixed = std::get_if<std::int64_t>(&binary->size_bits);
            if (!fixed)
                return false;
            word = "binary";
            row["bits"] = std::to_string(*fixed);
        } else if (std::holds_alternative<std::monostate>(type.encoding)) {
            // Not in a packet: any encoding of the kind will do.
            word = std::holds_alternative<FloatType>(type.detail) ? "f64" : "i64";
        }
        if (word.empty() ||
            (is_enumerated && !integer && !std::holds_alternative<std::monostate>(type.encoding)))
            return false;
        row["type"] = word;
        if (const auto* enumerated = std::get_if<EnumeratedType>(&type.detail)) {
            std::string labels;
            for (const Enumeration& each : enumerated->enumerations)
                labels +=
                    (labels.empty() ? "" : ";") + std::to_string(each.value) +
                    (each.max_value == each.value ? "" : ".." + std::to_string(each.max_value)) +
                    "=" + each.label;
            row["labels"] = labels;
        }
        std::string units;
        for (const Unit& unit : type.units)
            units += (units.empty() ? "" : " ") + unit.text;
        row["unit"] = units;
        calibration(row, type);
        if (type.valid_range)
            row[type.valid_range->kind == ValueKind::calibrated ? "valid" : "valid_raw"] =
                range_text(type.valid_range->range);
        if (type.alarm != kNone)
            limits(row, type);
        return true;
    }

    void calibration(Row& row, const ParameterType& type) {
        std::string text;
        if (const auto* polynomial = std::get_if<Polynomial>(&type.calibrator.formula)) {
            for (const double each : polynomial->coefficients)
                text += (text.empty() ? "" : " ") + number_text(each);
        } else if (const auto* spline = std::get_if<Spline>(&type.calibrator.formula)) {
            for (const SplinePoint& each : spline->points)
                text += (text.empty() ? "" : " ") + number_text(each.raw) + ":" +
                        number_text(each.calibrated);
            if (spline->order != 1 || spline->extrapolate)
                lose(type, "the order and extrapolation of a spline");
        } else if (const auto* expression = std::get_if<Expression>(&type.calibrator.formula)) {
            text = expression->text;
        } else if (!std::holds_alternative<std::monostate>(type.calibrator.formula)) {
            lose(type, "a calibration by a mathematical operation");
        }
        if (!type.context_calibrators.empty())
            lose(type, "calibrations that depend on a context");
        row["calibration"] = text;
    }

    void limits(Row& row, const ParameterType& type) {
        const AlarmDefinition& alarm = db_.alarms[type.alarm];
        for (const AlarmRange& each : alarm.limits.ranges) {
            const std::string column(name_of(each.level));
            if (each.form == AlarmRange::Form::inside || each.level == AlarmLevel::normal ||
                row.count(column))
                lose(type, "a limit that alarms inside a range");
            else
                row[column] = range_text(each.range);
        }
        if (alarm.limits.min_violations != 1)
            row["violations"] = std::to_string(alarm.limits.min_violations);
        if (!alarm.contexts.empty() || !alarm.limits.texts.empty() ||
            !alarm.limits.conditions.empty() || !alarm.limits.changes.empty() ||
            alarm.limits.algorithm != kNone || alarm.limits.min_conformances != 1 ||
            alarm.kind == ValueKind::raw || alarm.behaviour.dead_band != 0 ||
            alarm.behaviour.on_delay_ns || alarm.behaviour.off_delay_ns ||
            alarm.behaviour.expected_period_ns || alarm.behaviour.expiry_ns ||
            alarm.behaviour.latching != AlarmBehaviour::Latching::none)
            lose(type, "alarms beyond plain limits (contexts, labels, changes, delays)");
    }

    const Database& db_;
    Paths paths_;
    std::vector<std::string>& lost_;
    std::string out_;
    SystemIndex at_ = 0;
    std::set<ParameterIndex> written_;
};

} // namespace

std::string write_csv_database(const Database& database, std::vector<std::string>& lost) {
    return CsvWriter(database, lost).write();
}

} // namespace telemetry::parameter
