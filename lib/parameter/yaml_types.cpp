// SPDX-License-Identifier: GPL-3.0-or-later
// Types, calibration and alarms of the YAML form.
#include <cmath>

#include "telemetry/parameter/alarm_names.h"
#include "telemetry/parameter/time_notation.h"
#include "telemetry/parameter/type_notation.h"
#include "telemetry/parameter/yaml_reader.h"

namespace telemetry::parameter {
namespace {

constexpr std::string_view kKinds[] = {"integer",   "unsigned", "float",      "string",
                                       "boolean",   "bool",     "enumerated", "binary",
                                       "aggregate", "array",    "time",       "duration"};

bool is_kind(std::string_view text) {
    return std::find(std::begin(kKinds), std::end(kKinds), text) != std::end(kKinds);
}

/// "bool" or "bool8": a boolean in so many bits.
std::optional<int> boolean_bits(std::string_view text) {
    if (!text.starts_with("bool") || text.size() <= 4 || text == "boolean")
        return std::nullopt;
    const auto bits = read_integer(text.substr(4));
    return bits && *bits >= 1 && *bits <= 64 ? std::optional(static_cast<int>(*bits))
                                             : std::nullopt;
}

TypeDetail detail_of(std::string_view kind) {
    if (kind == "integer")
        return IntegerType{};
    if (kind == "unsigned")
        return IntegerType{false, 32};
    if (kind == "float")
        return FloatType{32};
    if (kind == "string")
        return StringType{};
    if (kind == "boolean" || kind == "bool")
        return BooleanType{};
    if (kind == "enumerated")
        return EnumeratedType{};
    if (kind == "aggregate")
        return AggregateType{};
    if (kind == "array")
        return ArrayType{};
    if (kind == "time")
        return AbsoluteTimeType{};
    if (kind == "duration")
        return RelativeTimeType{};
    return BinaryType{};
}

constexpr std::pair<std::string_view, Charset> kCharsets[] = {
    {"UTF-8", Charset::utf_8},        {"US-ASCII", Charset::ascii},
    {"UTF-16", Charset::utf_16},      {"UTF-16BE", Charset::utf_16_be},
    {"UTF-16LE", Charset::utf_16_le}, {"UTF-32", Charset::utf_32},
    {"UTF-32BE", Charset::utf_32_be}, {"UTF-32LE", Charset::utf_32_le},
    {"ISO-8859-1", Charset::latin_1}, {"Windows-1252", Charset::windows_1252},
};

constexpr std::pair<std::string_view, BitOrder> kBitOrders[] = {
    {"msb", BitOrder::most_significant_first},
    {"lsb", BitOrder::least_significant_first},
};

bool has_formula(const Calibrator& calibrator) {
    return !std::holds_alternative<std::monostate>(calibrator.formula);
}

} // namespace

/// Whether a parameter's value defines a type, rather than names one.
bool YamlReader::brings_type(const YamlNode& node) const {
    if (node.kind == YamlNode::Kind::scalar)
        return is_type_word(node.text);
    if (node.kind != YamlNode::Kind::map)
        return false;
    const YamlNode* type = node.find("type");
    return !type || (type->kind == YamlNode::Kind::scalar && is_type_word(type->text));
}

void YamlReader::read_type(TypeIndex index) {
    const Declared declared = types_[index];
    system_ = declared.system;
    ParameterType type = std::move(database_.types[index]);
    const YamlNode& node = *declared.node;
    if (node.kind == YamlNode::Kind::map) {
        YamlVisit visit(errors_, node, declared.path);
        if (declared.is_entry) {
            visit.leave();
        } else {
            read_named(visit, type);
            type.initial_value = visit.text("initial");
        }
        read_type_keys(visit, type);
    } else if (node.kind == YamlNode::Kind::scalar && is_type_word(node.text)) {
        // The same as a map with this type alone.
        YamlNode key = node;
        key.text = "type";
        YamlNode map;
        map.kind = YamlNode::Kind::map;
        map.line = node.line;
        map.column = node.column;
        map.entries.emplace_back(key, node);
        YamlVisit visit(errors_, map, declared.path);
        read_type_keys(visit, type);
    } else {
        errors_.tell(node, declared.path,
                     "expected a map, or a short type such as u16, i8, f32 or bool, found '" +
                         node.text + "'");
    }
    database_.types[index] = std::move(type);
}

void YamlReader::read_type_keys(YamlVisit& visit, ParameterType& type) {
    const YamlNode* word = visit.find("type");
    std::string kind = word ? word->text : "";
    bool natural = false; // calibration or labels may still change what the value is
    if (const auto bits = boolean_bits(kind)) {
        type.detail = BooleanType{};
        type.encoding = IntegerEncoding{IntegerCoding::unsigned_binary, *bits, {}};
    } else if (const auto encoding = parse_encoding(kind)) {
        type.detail = natural_detail(*encoding);
        type.encoding = *encoding;
        natural = true;
    } else if (is_kind(kind)) {
        type.detail = detail_of(kind);
        if (kind == "bool" && !visit.has("raw"))
            type.encoding = IntegerEncoding{IntegerCoding::unsigned_binary, 1, {}};
    } else if (word) {
        std::vector<std::string_view> kinds(std::begin(kKinds), std::end(kKinds));
        visit.wrong(*word, "type",
                    "'" + kind + "' is no type" + suggestion(kind, kinds) +
                        "; or one such as u16, i8, f32, bool");
    } else {
        natural = true;
    }
    read_encoding(visit, type);
    if (!word && !std::holds_alternative<std::monostate>(type.encoding))
        type.detail = natural_detail(type.encoding);
    if (!word && std::holds_alternative<std::monostate>(type.encoding) && !visit.has("labels"))
        visit.wrong(visit.node(), "type", "required and not given");
    if (natural && visit.has("labels"))
        type.detail = EnumeratedType{};
    read_detail(visit, type);
    read_calibration(visit, type);
    if (natural && std::holds_alternative<IntegerType>(type.detail) &&
        (has_formula(type.calibrator) || !type.context_calibrators.empty()))
        type.detail = FloatType{64};
    for (const YamlNode* item : visit.list("unit")) {
        Unit unit;
        if (item->kind == YamlNode::Kind::map) {
            YamlVisit each(errors_, *item, visit.path() + ".unit");
            unit.text = each.text("text");
            unit.description = each.text("description");
            unit.power = each.real("power", 1);
            if (each.has("factor"))
                unit.factor = each.text("factor");
        } else {
            unit.text = item->text;
        }
        type.units.push_back(std::move(unit));
    }
    const YamlNode* valid = visit.find("valid");
    const YamlNode* valid_raw = visit.find("valid_raw");
    if (valid && valid_raw)
        visit.wrong(*valid_raw, "valid_raw", "a second valid range");
    if (valid || valid_raw)
        type.valid_range = ValidRange{read_range(valid ? *valid : *valid_raw,
                                                 visit.path() + (valid ? ".valid" : ".valid_raw")),
                                      valid ? ValueKind::calibrated : ValueKind::raw};
    read_alarms(visit, type);
}

void YamlReader::read_layout(YamlVisit& visit, BitLayout& layout) {
    layout.bit_order = visit.choice("bit_order", kBitOrders, layout.bit_order);
    const YamlNode* order = visit.find("order");
    if (!order)
        return;
    if (order->kind == YamlNode::Kind::list) {
        layout.byte_order = ByteOrder::listed;
        for (const YamlNode& item : order->items) {
            const auto number = read_integer(item.text);
            if (!number || *number < 0 || *number > 15)
                visit.wrong(item, "order",
                            "expected significances from 0, found '" + item.text + "'");
            layout.significance.push_back(static_cast<std::uint8_t>(number.value_or(0)));
        }
    } else if (order->text == "little") {
        layout.byte_order = ByteOrder::least_significant_first;
    } else if (order->text != "big") {
        visit.wrong(*order, "order",
                    "expected big, little or a list of significances, found '" + order->text + "'");
    }
}

void YamlReader::read_encoding(YamlVisit& visit, ParameterType& type) {
    const YamlNode* raw = visit.find("raw");
    BitLayout layout;
    const bool is_string =
        (raw && raw->text == "string") || (!raw && std::holds_alternative<StringType>(type.detail));
    const bool is_binary =
        (raw && raw->text == "binary") || (!raw && std::holds_alternative<BinaryType>(type.detail));
    if (is_string) {
        if (raw || visit.has("size") || visit.has("end") || visit.has("leading_size") ||
            visit.has("max"))
            type.encoding = read_string(visit);
    } else if (is_binary) {
        BinaryEncoding encoding;
        read_layout(visit, encoding.layout);
        const YamlNode* size = visit.find("size");
        if (const YamlNode* algorithm = visit.find("algorithm"))
            encoding.from_binary =
                resolve(Kind::algorithm, *algorithm, visit.path() + ".algorithm", algorithm->text);
        if (size) {
            encoding.size_bits = read_integer_value(*size, visit.path() + ".size");
            type.encoding = std::move(encoding);
        } else if (raw) {
            visit.wrong(*raw, "size", "required and not given; expected a number of bits");
        }
        return;
    } else if (raw) {
        const auto encoding = parse_encoding(raw->text);
        if (encoding)
            type.encoding = *encoding;
        else
            visit.wrong(*raw, "raw",
                        "'" + raw->text +
                            "'; expected one such as u16, i16le, sm8, bcd16, f32, mil48, string or "
                            "binary");
    }
    if (auto* integer = std::get_if<IntegerEncoding>(&type.encoding))
        read_layout(visit, integer->layout);
    else if (auto* real = std::get_if<FloatEncoding>(&type.encoding))
        read_layout(visit, real->layout);
}

StringEncoding YamlReader::read_string(YamlVisit& visit) {
    StringEncoding encoding;
    encoding.charset = visit.choice("charset", kCharsets, Charset::utf_8);
    read_layout(visit, encoding.layout);
    if (const YamlNode* size = visit.find("size"))
        encoding.size_bits = read_integer_value(*size, visit.path() + ".size");
    encoding.leading_size_bits = static_cast<int>(visit.integer("leading_size", 0, 0, 64));
    encoding.max_bits = visit.integer("max", 0, 0, 65'542 * 8);
    if (const YamlNode* end = visit.find("end")) {
        const auto octets = from_hex(end->text);
        if (!octets || octets->empty())
            visit.wrong(*end, "end", "expected octets in hexadecimal, such as '00'");
        else
            encoding.termination = *octets;
    }
    return encoding;
}

void YamlReader::read_detail(YamlVisit& visit, ParameterType& type) {
    const YamlNode* bits = visit.find("bits");
    if (auto* integer = std::get_if<IntegerType>(&type.detail)) {
        integer->bits = static_cast<int>(visit.integer("bits", integer->bits, 1, 1 << 20));
    } else if (auto* real = std::get_if<FloatType>(&type.detail)) {
        real->bits = static_cast<int>(visit.integer("bits", real->bits, 1, 1 << 20));
    } else if (bits) {
        visit.wrong(*bits, "bits", "is of integers and floats; the size of others is 'size'");
    }
    if (auto* text = std::get_if<StringType>(&type.detail)) {
        text->pattern = visit.text("pattern");
        if (const YamlNode* characters = visit.find("characters")) {
            const Range range = read_range(*characters, visit.path() + ".characters");
            if (std::isfinite(range.min))
                text->min_characters = static_cast<std::int64_t>(range.min);
            if (std::isfinite(range.max))
                text->max_characters = static_cast<std::int64_t>(range.max);
        }
    } else if (auto* boolean = std::get_if<BooleanType>(&type.detail)) {
        if (visit.has("zero"))
            boolean->zero = visit.text("zero");
        if (visit.has("one"))
            boolean->one = visit.text("one");
    } else if (auto* enumerated = std::get_if<EnumeratedType>(&type.detail)) {
        if (const YamlNode* labels = visit.find("labels"))
            read_labels(*labels, visit.path() + ".labels", *enumerated);
    } else if (auto* aggregate = std::get_if<AggregateType>(&type.detail)) {
        const YamlNode* members = visit.find("members");
        if (!members || members->kind != YamlNode::Kind::map || members->entries.empty())
            return visit.wrong(members ? *members : visit.node(), "members",
                               "expected a map of members by name");
        for (const auto& [key, value] : members->entries) {
            Member member;
            member.name = key.text;
            member.where = {0, key.line};
            const std::string path = visit.path() + ".members." + key.text;
            if (key.text.empty() || key.text.find_first_of("/.[") != std::string::npos)
                errors_.tell(key, path, "a member's name cannot be empty or hold '/', '.' or '['");
            const YamlNode* named = value.kind == YamlNode::Kind::map ? value.find("type") : &value;
            if (brings_type(value)) {
                member.type = declare_member_type(key, value, system_, type.name, path);
            } else if (named) {
                member.type = resolve(Kind::type, *named, path, named->text);
                if (value.kind == YamlNode::Kind::map) {
                    YamlVisit each(errors_, value, path);
                    each.find("type");
                    member.initial_value = each.text("initial");
                    member.short_description = each.text("description");
                }
            }
            aggregate->members.push_back(std::move(member));
        }
    } else if (auto* array = std::get_if<ArrayType>(&type.detail)) {
        const YamlNode* of = visit.find("of");
        if (!of)
            return visit.wrong(visit.node(), "of", "required and not given; expected a type");
        array->element =
            brings_type(*of)
                ? declare_member_type(*of, *of, system_, type.name, visit.path() + ".of")
                : resolve(Kind::type, *of, visit.path() + ".of", of->text);
        if (const YamlNode* dimensions = visit.find("dimensions"))
            array->dimensions = read_dimensions(*dimensions, visit.path() + ".dimensions");
        array->dimension_count = array->dimensions.empty()
                                     ? static_cast<int>(visit.integer("dimension_count", 1, 1, 16))
                                     : static_cast<int>(array->dimensions.size());
    } else if (auto* time = std::get_if<AbsoluteTimeType>(&type.detail)) {
        read_time(visit, time->format);
        if (const YamlNode* from = visit.find("offset_from"))
            time->offset_from = read_reference(*from, visit.path() + ".offset_from");
        if (const YamlNode* epoch = visit.find("epoch")) {
            if (const auto parsed = parse_epoch(epoch->text))
                time->epoch = *parsed;
            else
                visit.wrong(*epoch, "epoch",
                            "'" + epoch->text +
                                "'; expected TAI, GPS, UNIX, J2000 or a date such as 2000-01-01");
        }
    } else if (auto* duration = std::get_if<RelativeTimeType>(&type.detail)) {
        read_time(visit, duration->format);
    }
}

/// A type that stands inside another one is known by both names.
TypeIndex YamlReader::declare_member_type(const YamlNode& key, const YamlNode& node,
                                          SystemIndex system, const std::string& name,
                                          const std::string& path) {
    made_names_.push_back(name + "_" + (&key == &node ? "element" : key.text));
    const auto index = static_cast<TypeIndex>(database_.types.size());
    if (!names_.declare(Kind::type, system, made_names_.back(), index))
        errors_.tell(key, path, "there is a type '" + made_names_.back() + "' already");
    ParameterType type;
    type.name = made_names_.back();
    type.system = system;
    type.where = {0, key.line};
    database_.types.push_back(std::move(type));
    types_.push_back({&node, &key, system, path});
    return index; // read in its turn, behind those that are there
}

void YamlReader::read_time(YamlVisit& visit, TimeFormat& format) {
    format.unit_s = visit.real("tick", 1);
    format.scale = visit.real("scale", 1);
    format.offset = visit.real("offset", 0);
    const YamlNode* code = visit.find("code");
    if (!code)
        return;
    const auto parsed = parse_time_code(code->text);
    if (!parsed)
        return visit.wrong(*code, "code",
                           "'" + code->text + "'; expected cuc:4,3, cds:2,2, timeval or linear");
    format.code = parsed->code;
    format.coarse_octets = parsed->coarse_octets;
    format.fine_octets = parsed->fine_octets;
    format.has_p_field = parsed->has_p_field;
}

/// {0: OFF, 1..9: ON} or a list of {value, max, label, description}.
void YamlReader::read_labels(const YamlNode& node, const std::string& key, EnumeratedType& type) {
    if (node.kind == YamlNode::Kind::list) {
        for (const YamlNode& item : node.items) {
            YamlVisit visit(errors_, item, key);
            Enumeration each;
            constexpr auto least = std::numeric_limits<std::int64_t>::min();
            constexpr auto most = std::numeric_limits<std::int64_t>::max();
            each.value = visit.integer("value", 0, least, most);
            each.max_value = visit.integer("max", each.value, each.value, most);
            each.label = visit.text("label");
            each.description = visit.text("description");
            type.enumerations.push_back(std::move(each));
        }
        return;
    }
    if (node.kind != YamlNode::Kind::map)
        return errors_.tell(node, key, "expected a map such as {0: OFF, 1: ON, 2..9: SPARE}");
    for (const auto& [number, label] : node.entries) {
        const std::size_t dots = number.text.find("..");
        const auto value = read_integer(std::string_view(number.text).substr(0, dots));
        const auto max = dots == std::string::npos
                             ? value
                             : read_integer(std::string_view(number.text).substr(dots + 2));
        if (!value || !max || *max < *value)
            errors_.tell(number, key,
                         "expected a number or a range such as 2..9, found '" + number.text + "'");
        else
            type.enumerations.push_back({*value, *max, label.text, {}});
    }
}

bool YamlReader::read_formula(YamlVisit& visit, Calibrator& calibrator) {
    int count = 0;
    const std::string path = visit.path() + ".";
    if (const YamlNode* node = visit.find("polynomial")) {
        ++count;
        Polynomial polynomial;
        for (const YamlNode* item : visit.list("polynomial"))
            polynomial.coefficients.push_back(visit.real(*item, "polynomial").value_or(0));
        calibrator.formula = std::move(polynomial);
        calibrator.where = {0, node->line};
    }
    if (const YamlNode* node = visit.find("spline")) {
        ++count;
        Spline spline;
        const YamlNode* points = node;
        if (node->kind == YamlNode::Kind::map) {
            YamlVisit inner(errors_, *node, path + "spline");
            spline.order = static_cast<int>(inner.integer("order", 1, 0, 100));
            spline.extrapolate = inner.flag("extrapolate", false);
            points = inner.find("points");
        }
        if (!points || points->kind != YamlNode::Kind::list) {
            visit.wrong(*node, "spline", "expected a list of [raw, calibrated]");
            return true;
        }
        for (const YamlNode& item : points->items) {
            if (item.kind != YamlNode::Kind::list || item.items.size() < 2 ||
                item.items.size() > 3) {
                visit.wrong(item, "spline", "expected [raw, calibrated]");
                continue;
            }
            SplinePoint point;
            point.raw = visit.real(item.items[0], "spline").value_or(0);
            point.calibrated = visit.real(item.items[1], "spline").value_or(0);
            if (item.items.size() == 3)
                point.order = static_cast<int>(visit.real(item.items[2], "spline").value_or(1));
            if (!spline.points.empty() && point.raw < spline.points.back().raw)
                visit.wrong(item, "spline", "points must stand in rising order of raw");
            spline.points.push_back(point);
        }
        calibrator.formula = std::move(spline);
        calibrator.where = {0, node->line};
    }
    if (const YamlNode* node = visit.find("math")) {
        ++count;
        calibrator.formula = read_math(*node, path + "math");
        calibrator.where = {0, node->line};
    }
    if (const YamlNode* node = visit.find("expression")) {
        ++count;
        calibrator.formula = Expression{visit.text("expression")};
        calibrator.where = {0, node->line};
    }
    calibrator.name = visit.text("calibrator");
    if (count > 1)
        visit.wrong(visit.node(), "",
                    "more than one calibration; one of polynomial, spline, math, expression");
    return count > 0;
}

void YamlReader::read_calibration(YamlVisit& visit, ParameterType& type) {
    const bool found = read_formula(visit, type.calibrator);
    const bool is_time = type.detail.index() >= 8;
    if (!is_time) {
        const YamlNode* scale = visit.find("scale");
        const YamlNode* offset = visit.find("offset");
        if ((scale || offset) && found)
            visit.wrong(scale ? *scale : *offset, scale ? "scale" : "offset",
                        "a second calibration beside the other one");
        if (scale || offset)
            type.calibrator.formula = Polynomial{{visit.real("offset", 0), visit.real("scale", 1)}};
    }
    for (const YamlNode* item : visit.list("calibrations")) {
        YamlVisit inner(errors_, *item, visit.path() + ".calibrations");
        ContextCalibrator each;
        if (const YamlNode* when = inner.find("when"))
            each.context = read_condition(*when, inner.path() + ".when");
        else
            inner.wrong(*item, "when", "required and not given");
        if (!read_formula(inner, each.calibrator))
            inner.wrong(*item, "", "expected polynomial, spline, math or expression");
        type.context_calibrators.push_back(std::move(each));
    }
}

void YamlReader::read_level_ranges(YamlVisit& visit, std::vector<AlarmRange>& ranges) {
    for (const auto& [name, level] : kAlarmLevels)
        if (level != AlarmLevel::normal)
            if (const YamlNode* node = visit.find(name))
                ranges.push_back({level, AlarmRange::Form::outside,
                                  read_range(*node, visit.path() + "." + std::string(name))});
}

void YamlReader::read_alarms(YamlVisit& visit, ParameterType& type) {
    AlarmDefinition alarm;
    alarm.where = visit.where();
    alarm.limits.where = visit.where();
    read_level_ranges(visit, alarm.limits.ranges);
    const YamlNode* node = visit.find("alarm");
    if (alarm.limits.ranges.empty() && !node)
        return;
    if (node) {
        YamlVisit inner(errors_, *node, visit.path() + ".alarm");
        read_limits(inner, alarm.limits);
        for (const YamlNode* item : inner.list("contexts")) {
            YamlVisit context(errors_, *item, inner.path() + ".contexts");
            ContextLimits each;
            each.limits.where = context.where();
            if (const YamlNode* when = context.find("when"))
                each.context = read_condition(*when, context.path() + ".when");
            else
                context.wrong(*item, "when", "required and not given");
            read_level_ranges(context, each.limits.ranges);
            read_limits(context, each.limits);
            alarm.contexts.push_back(std::move(each));
        }
        constexpr std::pair<std::string_view, ValueKind> kinds[] = {
            {"calibrated", ValueKind::calibrated}, {"raw", ValueKind::raw}};
        alarm.kind = inner.choice("on", kinds, ValueKind::calibrated);
        read_behaviour(inner, alarm);
    }
    database_.alarms.push_back(std::move(alarm));
    type.alarm = static_cast<AlarmIndex>(database_.alarms.size() - 1);
}

void YamlReader::read_limits(YamlVisit& visit, AlarmLimits& limits) {
    limits.name = visit.text("name");
    limits.min_violations = static_cast<int>(visit.integer("violations", 1, 1, 1'000'000));
    limits.min_conformances = static_cast<int>(visit.integer("conformances", 1, 1, 1'000'000));
    limits.default_text_level = visit.choice("default", kAlarmLevels, AlarmLevel::normal);
    const auto ranges = [&](YamlVisit& from, std::vector<AlarmRange>& to) {
        for (const YamlNode* item : from.list("ranges")) {
            AlarmRange each;
            each.range = read_range(*item, from.path() + ".ranges");
            YamlVisit inner(errors_, *item, from.path() + ".ranges");
            constexpr std::string_view ends[] = {"min", "max", "above", "below"};
            inner.permit(ends);
            each.level = inner.choice("level", kAlarmLevels, AlarmLevel::warning);
            each.form =
                inner.flag("inside", false) ? AlarmRange::Form::inside : AlarmRange::Form::outside;
            to.push_back(each);
        }
    };
    ranges(visit, limits.ranges);
    const auto texts = [&](const char* key, TextAlarm::Match match) {
        const YamlNode* node = visit.find(key);
        if (!node)
            return;
        for (const auto& [text, level] : node->entries) {
            const auto known = std::find_if(
                std::begin(kAlarmLevels), std::end(kAlarmLevels),
                [&, &word = level](const auto& each) { return each.first == word.text; });
            if (known == std::end(kAlarmLevels))
                visit.wrong(level, key, "'" + level.text + "' is no level");
            else
                limits.texts.push_back({known->second, text.text, match});
        }
    };
    texts("labels", TextAlarm::Match::exact);
    texts("patterns", TextAlarm::Match::pattern);
    for (const YamlNode* item : visit.list("conditions")) {
        YamlVisit inner(errors_, *item, visit.path() + ".conditions");
        ConditionAlarm each;
        each.level = inner.choice("level", kAlarmLevels, AlarmLevel::warning);
        if (const YamlNode* when = inner.find("when"))
            each.condition = read_condition(*when, inner.path() + ".when");
        limits.conditions.push_back(each);
    }
    for (const YamlNode* item : visit.list("changes")) {
        YamlVisit inner(errors_, *item, visit.path() + ".changes");
        constexpr std::pair<std::string_view, ChangeAlarm::Basis> bases[] = {
            {"second", ChangeAlarm::Basis::per_second}, {"sample", ChangeAlarm::Basis::per_sample}};
        ChangeAlarm each;
        each.basis = inner.choice("per", bases, ChangeAlarm::Basis::per_sample);
        each.scale = inner.flag("percent", false) ? ChangeAlarm::Scale::percent
                                                  : ChangeAlarm::Scale::absolute;
        each.span_samples = static_cast<int>(inner.integer("samples", 1, 1, 1'000'000));
        each.span_seconds = inner.real("seconds", 0);
        read_level_ranges(inner, each.ranges);
        ranges(inner, each.ranges);
        limits.changes.push_back(std::move(each));
    }
    if (const YamlNode* algorithm = visit.find("algorithm"))
        limits.algorithm =
            resolve(Kind::algorithm, *algorithm, visit.path() + ".algorithm", algorithm->text);
}

void YamlReader::read_behaviour(YamlVisit& visit, AlarmDefinition& alarm) {
    AlarmBehaviour& behaviour = alarm.behaviour;
    behaviour.dead_band = visit.real("dead_band", 0);
    behaviour.on_delay_ns = read_duration_ns(visit, "on_delay");
    behaviour.off_delay_ns = read_duration_ns(visit, "off_delay");
    behaviour.expected_period_ns = read_duration_ns(visit, "period");
    behaviour.expiry_ns = read_duration_ns(visit, "expiry");
    behaviour.stale_level = visit.choice("stale_level", kAlarmLevels, AlarmLevel::normal);
    if (const YamlNode* latching = visit.find("latching");
        latching && latching->text == "until_reset")
        behaviour.latching = AlarmBehaviour::Latching::until_reset;
    else if (visit.flag("latching", false))
        behaviour.latching = AlarmBehaviour::Latching::until_acknowledged;
    if (const YamlNode* condition = visit.find("suppressed_while"))
        behaviour.suppressed_while = read_condition(*condition, visit.path() + ".suppressed_while");
}

} // namespace telemetry::parameter
