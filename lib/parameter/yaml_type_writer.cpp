// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "telemetry/base/text.h"
#include "telemetry/parameter/time_notation.h"
#include "telemetry/parameter/type_notation.h"
#include "telemetry/parameter/yaml_writer.h"

namespace telemetry::parameter {
namespace {

using Yaml = YamlValue;

std::string_view kind_of(const TypeDetail& detail) {
    constexpr std::string_view kinds[] = {"integer", "float",     "string", "boolean", "enumerated",
                                          "binary",  "aggregate", "array",  "time",    "duration"};
    if (const auto* integer = std::get_if<IntegerType>(&detail); integer && !integer->is_signed)
        return "unsigned";
    return kinds[detail.index()];
}

/// Whether ranges can stand by their levels: one a level, rising, alarming outside.
bool fit_levels(const std::vector<AlarmRange>& ranges) {
    AlarmLevel last = AlarmLevel::normal;
    for (const AlarmRange& each : ranges) {
        if (each.level <= last || each.form != AlarmRange::Form::outside)
            return false;
        last = each.level;
    }
    return true;
}

} // namespace

/// "type: u12" where that says it all. True when it did.
bool YamlDatabaseWriter::short_type(YamlNode& map, const ParameterType& type) {
    const std::string word = encoding_text(type.encoding);
    if (word.empty())
        return false;
    const auto* integer = std::get_if<IntegerEncoding>(&type.encoding);
    const TypeDetail natural = natural_detail(type.encoding);
    const bool calibrated = !std::holds_alternative<std::monostate>(type.calibrator.formula) ||
                            !type.context_calibrators.empty();
    if (const auto* boolean = std::get_if<BooleanType>(&type.detail)) {
        if (!integer || integer->coding != IntegerCoding::unsigned_binary ||
            integer->layout.byte_order != ByteOrder::most_significant_first)
            return false;
        (void)boolean;
        Yaml::put(map, "type",
                  Yaml::text(integer->bits == 1 ? "bool" : "bool" + std::to_string(integer->bits)));
        return true;
    }
    if (const auto* kind = std::get_if<EnumeratedType>(&type.detail)) {
        if (!integer || kind->enumerations.empty())
            return false;
    } else if (const auto* real = std::get_if<FloatType>(&type.detail)) {
        const auto* same = std::get_if<FloatType>(&natural);
        const bool fits =
            same ? same->bits == real->bits : integer && calibrated && real->bits == 64;
        if (!fits)
            return false;
    } else if (const auto* number = std::get_if<IntegerType>(&type.detail)) {
        const auto* same = std::get_if<IntegerType>(&natural);
        if (!same || calibrated || same->bits != number->bits ||
            same->is_signed != number->is_signed)
            return false;
    } else {
        return false;
    }
    Yaml::put(map, "type", Yaml::text(word));
    return true;
}

void YamlDatabaseWriter::type(YamlNode& map, const ParameterType& type) {
    if (!short_type(map, type)) {
        Yaml::put(map, "type", Yaml::text(kind_of(type.detail)));
        if (const auto* integer = std::get_if<IntegerType>(&type.detail);
            integer && integer->bits != 32)
            Yaml::add(map, "bits", std::to_string(integer->bits));
        if (const auto* real = std::get_if<FloatType>(&type.detail); real && real->bits != 32)
            Yaml::add(map, "bits", std::to_string(real->bits));
        encoding(map, type);
    }
    detail(map, type);
    formula(map, type.calibrator);
    YamlNode contexts = Yaml::list();
    for (const ContextCalibrator& each : type.context_calibrators) {
        YamlNode context = Yaml::map();
        Yaml::put(context, "when", Yaml::text(condition(each.context)));
        formula(context, each.calibrator);
        contexts.items.push_back(std::move(context));
    }
    Yaml::add(map, "calibrations", std::move(contexts));
    YamlNode units = Yaml::list();
    bool plain = true;
    for (const Unit& unit : type.units) {
        if (unit.description.empty() && unit.power == 1 && unit.factor == "1" &&
            !unit.text.empty()) {
            units.items.push_back(Yaml::text(unit.text));
            continue;
        }
        plain = false;
        YamlNode each = Yaml::map();
        Yaml::put(each, "text", Yaml::text(unit.text));
        Yaml::add(each, "description", unit.description);
        if (unit.power != 1)
            Yaml::add(each, "power", number_text(unit.power));
        if (unit.factor != "1")
            Yaml::put(each, "factor", Yaml::text(unit.factor));
        units.items.push_back(std::move(each));
    }
    if (units.items.size() == 1 && plain)
        Yaml::put(map, "unit", std::move(units.items[0]));
    else
        Yaml::add(map, "unit", std::move(units));
    if (type.valid_range)
        Yaml::put(map, type.valid_range->kind == ValueKind::calibrated ? "valid" : "valid_raw",
                  range(type.valid_range->range));
    if (type.alarm != kNone)
        alarm(map, db_.alarms[type.alarm]);
}

void YamlDatabaseWriter::layout(YamlNode& map, const BitLayout& layout) {
    if (layout.byte_order == ByteOrder::least_significant_first) {
        Yaml::add(map, "order", "little");
    } else if (layout.byte_order == ByteOrder::listed) {
        YamlNode list = Yaml::list();
        for (const std::uint8_t each : layout.significance)
            list.items.push_back(Yaml::text(std::to_string(each)));
        Yaml::add(map, "order", std::move(list));
    }
    if (layout.bit_order == BitOrder::least_significant_first)
        Yaml::add(map, "bit_order", "lsb");
}

void YamlDatabaseWriter::encoding(YamlNode& map, const ParameterType& type) {
    const auto number = [&](auto encoding) {
        const BitLayout given = encoding.layout;
        encoding.layout = {};
        Yaml::put(map, "raw", Yaml::text(encoding_text(encoding)));
        layout(map, given);
    };
    if (const auto* integer = std::get_if<IntegerEncoding>(&type.encoding)) {
        number(*integer);
    } else if (const auto* real = std::get_if<FloatEncoding>(&type.encoding)) {
        number(*real);
    } else if (const auto* text = std::get_if<StringEncoding>(&type.encoding)) {
        Yaml::put(map, "raw", Yaml::text("string"));
        if (text->charset != Charset::utf_8)
            Yaml::add(map, "charset", name_of(text->charset));
        layout(map, text->layout);
        if (text->size_bits)
            Yaml::put(map, "size", integer_value(*text->size_bits));
        if (text->leading_size_bits)
            Yaml::add(map, "leading_size", std::to_string(text->leading_size_bits));
        Yaml::add(map, "end", to_hex(text->termination));
        if (text->max_bits)
            Yaml::add(map, "max", std::to_string(text->max_bits));
    } else if (const auto* binary = std::get_if<BinaryEncoding>(&type.encoding)) {
        Yaml::put(map, "raw", Yaml::text("binary"));
        layout(map, binary->layout);
        Yaml::put(map, "size", integer_value(binary->size_bits));
        if (binary->from_binary != kNone)
            Yaml::add(map, "algorithm", paths_.of(db_.algorithms[binary->from_binary], at_));
    }
}

void YamlDatabaseWriter::detail(YamlNode& map, const ParameterType& type) {
    if (const auto* text = std::get_if<StringType>(&type.detail)) {
        Yaml::add(map, "pattern", text->pattern);
        if (text->min_characters || text->max_characters) {
            Range characters;
            if (text->min_characters)
                characters.min = static_cast<double>(*text->min_characters);
            if (text->max_characters)
                characters.max = static_cast<double>(*text->max_characters);
            Yaml::put(map, "characters", range(characters));
        }
    } else if (const auto* boolean = std::get_if<BooleanType>(&type.detail)) {
        if (boolean->zero != "False")
            Yaml::put(map, "zero", Yaml::text(boolean->zero));
        if (boolean->one != "True")
            Yaml::put(map, "one", Yaml::text(boolean->one));
    } else if (const auto* enumerated = std::get_if<EnumeratedType>(&type.detail)) {
        labels(map, *enumerated);
    } else if (const auto* aggregate = std::get_if<AggregateType>(&type.detail)) {
        YamlNode members = Yaml::map();
        for (const Member& member : aggregate->members) {
            YamlNode each = Yaml::map();
            std::string name = paths_.type(member.type, at_);
            if (name.find('/') == std::string::npos)
                name = type_reference(name);
            Yaml::put(each, "type", Yaml::text(name));
            Yaml::add(each, "initial", member.initial_value);
            Yaml::add(each, "description", member.short_description);
            if (each.entries.size() == 1)
                Yaml::put(members, member.name, std::move(each.entries[0].second));
            else
                Yaml::put(members, member.name, std::move(each));
        }
        Yaml::put(map, "members", std::move(members));
    } else if (const auto* array = std::get_if<ArrayType>(&type.detail)) {
        std::string name = paths_.type(array->element, at_);
        if (name.find('/') == std::string::npos)
            name = type_reference(name);
        Yaml::put(map, "of", Yaml::text(name));
        Yaml::add(map, "dimensions", dimensions(array->dimensions));
        if (array->dimensions.empty() && array->dimension_count != 1)
            Yaml::add(map, "dimension_count", std::to_string(array->dimension_count));
    } else if (const auto* absolute = std::get_if<AbsoluteTimeType>(&type.detail)) {
        time(map, absolute->format);
        if (absolute->offset_from)
            Yaml::add(map, "offset_from", reference(*absolute->offset_from));
        Yaml::add(map, "epoch", absolute->epoch.text);
    } else if (const auto* relative = std::get_if<RelativeTimeType>(&type.detail)) {
        time(map, relative->format);
    }
}

void YamlDatabaseWriter::labels(YamlNode& map, const EnumeratedType& type) {
    std::vector<std::string> keys;
    bool plain = true;
    for (const Enumeration& each : type.enumerations) {
        std::string key = std::to_string(each.value);
        if (each.max_value != each.value)
            key += ".." + std::to_string(each.max_value);
        plain = plain && each.description.empty() && each.max_value >= each.value &&
                std::find(keys.begin(), keys.end(), key) == keys.end();
        keys.push_back(std::move(key));
        if (keys.size() > 4096)
            plain = false; // the search for doubles would take long
        if (!plain)
            break;
    }
    YamlNode all = plain ? Yaml::map() : Yaml::list();
    for (std::size_t i = 0; i < type.enumerations.size(); ++i) {
        const Enumeration& each = type.enumerations[i];
        if (plain) {
            Yaml::put(all, keys[i], Yaml::text(each.label));
            continue;
        }
        YamlNode item = Yaml::map();
        Yaml::put(item, "value", Yaml::text(std::to_string(each.value)));
        if (each.max_value != each.value)
            Yaml::put(item, "max", Yaml::text(std::to_string(each.max_value)));
        Yaml::put(item, "label", Yaml::text(each.label));
        Yaml::add(item, "description", each.description);
        all.items.push_back(std::move(item));
    }
    Yaml::put(map, "labels", std::move(all));
}

void YamlDatabaseWriter::time(YamlNode& map, const TimeFormat& format) {
    if (format.unit_s != 1)
        Yaml::add(map, "tick", number_text(format.unit_s));
    if (format.scale != 1)
        Yaml::add(map, "scale", number_text(format.scale));
    if (format.offset != 0)
        Yaml::add(map, "offset", number_text(format.offset));
    if (format.code != TimeCode::linear)
        Yaml::add(map, "code", to_text(format));
}

void YamlDatabaseWriter::formula(YamlNode& map, const Calibrator& calibrator) {
    if (const auto* polynomial = std::get_if<Polynomial>(&calibrator.formula)) {
        YamlNode list = Yaml::list();
        for (const double each : polynomial->coefficients)
            list.items.push_back(Yaml::text(number_text(each)));
        Yaml::put(map, "polynomial", std::move(list));
    } else if (const auto* spline = std::get_if<Spline>(&calibrator.formula)) {
        YamlNode points = Yaml::list();
        for (const SplinePoint& each : spline->points) {
            YamlNode point = Yaml::list();
            point.items.push_back(Yaml::text(number_text(each.raw)));
            point.items.push_back(Yaml::text(number_text(each.calibrated)));
            if (each.order != 1)
                point.items.push_back(Yaml::text(std::to_string(each.order)));
            points.items.push_back(std::move(point));
        }
        if (spline->order == 1 && !spline->extrapolate) {
            Yaml::put(map, "spline", std::move(points));
        } else {
            YamlNode all = Yaml::map();
            Yaml::put(all, "order", Yaml::text(std::to_string(spline->order)));
            if (spline->extrapolate)
                Yaml::add(all, "extrapolate", "true");
            Yaml::put(all, "points", std::move(points));
            Yaml::put(map, "spline", std::move(all));
        }
    } else if (const auto* operation = std::get_if<MathOperation>(&calibrator.formula)) {
        Yaml::put(map, "math", math(*operation));
    } else if (const auto* text = std::get_if<Expression>(&calibrator.formula)) {
        Yaml::put(map, "expression", Yaml::text(text->text));
    }
    Yaml::add(map, "calibrator", calibrator.name);
}

void YamlDatabaseWriter::ranges(YamlNode& map, const std::vector<AlarmRange>& ranges) {
    if (fit_levels(ranges)) {
        for (const AlarmRange& each : ranges)
            Yaml::put(map, name_of(each.level), range(each.range));
        return;
    }
    YamlNode list = Yaml::list();
    for (const AlarmRange& each : ranges) {
        YamlNode item = Yaml::map();
        Yaml::put(item, "level", Yaml::text(name_of(each.level)));
        if (each.form == AlarmRange::Form::inside)
            Yaml::add(item, "inside", "true");
        if (std::isfinite(each.range.min))
            Yaml::put(item, each.range.min_exclusive ? "above" : "min",
                      Yaml::text(number_text(each.range.min)));
        if (std::isfinite(each.range.max))
            Yaml::put(item, each.range.max_exclusive ? "below" : "max",
                      Yaml::text(number_text(each.range.max)));
        list.items.push_back(std::move(item));
    }
    Yaml::add(map, "ranges", std::move(list));
}

void YamlDatabaseWriter::alarm(YamlNode& map, const AlarmDefinition& alarm) {
    YamlNode more = Yaml::map();
    if (fit_levels(alarm.limits.ranges))
        ranges(map, alarm.limits.ranges);
    else
        ranges(more, alarm.limits.ranges);
    limits(more, alarm.limits);
    YamlNode contexts = Yaml::list();
    for (const ContextLimits& each : alarm.contexts) {
        YamlNode context = Yaml::map();
        Yaml::put(context, "when", Yaml::text(condition(each.context)));
        ranges(context, each.limits.ranges);
        limits(context, each.limits);
        contexts.items.push_back(std::move(context));
    }
    Yaml::add(more, "contexts", std::move(contexts));
    if (alarm.kind == ValueKind::raw)
        Yaml::add(more, "on", "raw");
    behaviour(more, alarm.behaviour);
    if (!more.entries.empty() || alarm.limits.ranges.empty())
        Yaml::put(map, "alarm", std::move(more));
}

void YamlDatabaseWriter::limits(YamlNode& map, const AlarmLimits& limits) {
    Yaml::add(map, "name", limits.name);
    if (limits.min_violations != 1)
        Yaml::add(map, "violations", std::to_string(limits.min_violations));
    if (limits.min_conformances != 1)
        Yaml::add(map, "conformances", std::to_string(limits.min_conformances));
    if (limits.default_text_level != AlarmLevel::normal)
        Yaml::add(map, "default", name_of(limits.default_text_level));
    YamlNode exact = Yaml::map();
    YamlNode patterns = Yaml::map();
    for (const TextAlarm& each : limits.texts) {
        YamlNode& to = each.match == TextAlarm::Match::exact ? exact : patterns;
        if (!to.find(each.text)) // the first of two counts
            Yaml::put(to, each.text, Yaml::text(name_of(each.level)));
    }
    Yaml::add(map, "labels", std::move(exact));
    Yaml::add(map, "patterns", std::move(patterns));
    YamlNode conditions = Yaml::list();
    for (const ConditionAlarm& each : limits.conditions) {
        YamlNode item = Yaml::map();
        Yaml::put(item, "level", Yaml::text(name_of(each.level)));
        Yaml::add(item, "when", condition(each.condition));
        conditions.items.push_back(std::move(item));
    }
    Yaml::add(map, "conditions", std::move(conditions));
    YamlNode changes = Yaml::list();
    for (const ChangeAlarm& each : limits.changes) {
        YamlNode item = Yaml::map();
        Yaml::put(item, "per",
                  Yaml::text(each.basis == ChangeAlarm::Basis::per_second ? "second" : "sample"));
        if (each.scale == ChangeAlarm::Scale::percent)
            Yaml::add(item, "percent", "true");
        if (each.span_samples != 1)
            Yaml::add(item, "samples", std::to_string(each.span_samples));
        if (each.span_seconds != 0)
            Yaml::add(item, "seconds", number_text(each.span_seconds));
        ranges(item, each.ranges);
        changes.items.push_back(std::move(item));
    }
    Yaml::add(map, "changes", std::move(changes));
    if (limits.algorithm != kNone)
        Yaml::add(map, "algorithm", paths_.of(db_.algorithms[limits.algorithm], at_));
}

void YamlDatabaseWriter::behaviour(YamlNode& map, const AlarmBehaviour& behaviour) {
    if (behaviour.dead_band != 0)
        Yaml::add(map, "dead_band", number_text(behaviour.dead_band));
    Yaml::add(map, "on_delay", duration(behaviour.on_delay_ns));
    Yaml::add(map, "off_delay", duration(behaviour.off_delay_ns));
    Yaml::add(map, "period", duration(behaviour.expected_period_ns));
    Yaml::add(map, "expiry", duration(behaviour.expiry_ns));
    if (behaviour.stale_level != AlarmLevel::normal)
        Yaml::add(map, "stale_level", name_of(behaviour.stale_level));
    if (behaviour.latching != AlarmBehaviour::Latching::none)
        Yaml::add(map, "latching",
                  behaviour.latching == AlarmBehaviour::Latching::until_reset ? "until_reset"
                                                                              : "true");
    Yaml::add(map, "suppressed_while", condition(behaviour.suppressed_while));
}

} // namespace telemetry::parameter
