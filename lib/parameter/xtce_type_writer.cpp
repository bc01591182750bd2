// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "telemetry/base/text.h"
#include "telemetry/parameter/time_notation.h"
#include "telemetry/parameter/xtce_writer.h"

namespace telemetry::parameter {
namespace {

constexpr std::string_view kElements[] = {"IntegerParameterType",      "FloatParameterType",
                                          "StringParameterType",       "BooleanParameterType",
                                          "EnumeratedParameterType",   "BinaryParameterType",
                                          "AggregateParameterType",    "ArrayParameterType",
                                          "AbsoluteTimeParameterType", "RelativeTimeParameterType"};

std::string_view name_of(IntegerCoding coding) {
    switch (coding) {
    case IntegerCoding::unsigned_binary:
        return "unsigned";
    case IntegerCoding::twos_complement:
        return "twosComplement";
    case IntegerCoding::sign_magnitude:
        return "signMagnitude";
    case IntegerCoding::ones_complement:
        return "onesComplement";
    case IntegerCoding::bcd:
        return "BCD";
    case IntegerCoding::packed_bcd:
        return "packedBCD";
    }
    return "";
}

std::string_view name_of(FloatCoding coding) {
    switch (coding) {
    case FloatCoding::ieee_754:
        return "IEEE754";
    case FloatCoding::mil_std_1750a:
        return "MILSTD_1750A";
    case FloatCoding::dec:
        return "DEC";
    case FloatCoding::ibm:
        return "IBM";
    case FloatCoding::ti:
        return "TI";
    }
    return "";
}

std::string_view time_unit(double unit_s) {
    if (unit_s == 1e-12)
        return "picoSeconds";
    if (unit_s == 86400)
        return "days";
    if (unit_s == 2'629'800)
        return "months";
    if (unit_s == 31'557'600)
        return "years";
    return "seconds";
}

std::string with_level(AlarmLevel level, std::string_view rest) {
    std::string name(telemetry::parameter::name_of(level));
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
    return name + std::string(rest);
}

/// XTCE's element of one range a level, all of one form.
bool fits_static_ranges(const std::vector<AlarmRange>& ranges) {
    AlarmLevel last = AlarmLevel::normal;
    for (const AlarmRange& each : ranges) {
        if (each.level <= last || each.form != ranges[0].form)
            return false;
        last = each.level;
    }
    return true;
}

const TimeFormat* format_of(const ParameterType& type) {
    if (const auto* time = std::get_if<AbsoluteTimeType>(&type.detail))
        return &time->format;
    if (const auto* duration = std::get_if<RelativeTimeType>(&type.detail))
        return &duration->format;
    return nullptr;
}

} // namespace

void XtceWriter::type(const ParameterType& type) {
    const TimeFormat* format = format_of(type);
    Scope scope(xml_, kElements[type.detail.index()]);
    begin_named(scope, type);
    scope.attribute_if("initialValue", type.initial_value);
    if (const auto* integer = std::get_if<IntegerType>(&type.detail)) {
        scope.attribute("signed", integer->is_signed ? "true" : "false");
        if (integer->bits != 32)
            scope.attribute("sizeInBits", std::to_string(integer->bits));
    } else if (const auto* real = std::get_if<FloatType>(&type.detail)) {
        if (real->bits != 32)
            scope.attribute("sizeInBits", std::to_string(real->bits));
    } else if (const auto* text = std::get_if<StringType>(&type.detail)) {
        scope.attribute_if("restrictionPattern", text->pattern);
    } else if (const auto* boolean = std::get_if<BooleanType>(&type.detail)) {
        scope.attribute("zeroStringValue", boolean->zero);
        scope.attribute("oneStringValue", boolean->one);
    } else if (const auto* array = std::get_if<ArrayType>(&type.detail)) {
        scope.attribute("arrayTypeRef", paths_.type(array->element, at_));
        if (array->dimensions.empty())
            scope.attribute("numberOfDimensions", std::to_string(array->dimension_count));
    }
    std::vector<AncillaryData> more;
    if (type.alarm != kNone)
        more = behaviour(type.alarm, type.ancillary);
    const auto has = [&](std::string_view name) {
        return std::any_of(type.ancillary.begin(), type.ancillary.end(),
                           [&](const AncillaryData& each) { return each.name == name; });
    };
    if (format && !has("telemetry:time_code")) {
        const auto* integer = std::get_if<IntegerEncoding>(&type.encoding);
        const bool ambiguous = integer && integer->bits > 40;
        if (format->code != TimeCode::linear || ambiguous)
            more.push_back({"telemetry:time_code", to_text(*format)});
    }
    described(type, more);
    if (format) {
        time(type, *format);
    } else if (const auto* aggregate = std::get_if<AggregateType>(&type.detail)) {
        Scope list(xml_, "MemberList");
        for (const Member& member : aggregate->members)
            Scope(xml_, "Member")
                .attribute("name", member.name)
                .attribute("typeRef", paths_.type(member.type, at_))
                .attribute_if("initialValue", member.initial_value)
                .attribute_if("shortDescription", member.short_description);
        return;
    } else if (const auto* array = std::get_if<ArrayType>(&type.detail)) {
        if (!array->dimensions.empty())
            dimensions(array->dimensions);
        return;
    } else {
        units(type);
        encoding(type);
        detail(type);
    }
    alarms(type);
}

void XtceWriter::units(const ParameterType& type) {
    Scope set(xml_, "UnitSet");
    for (const Unit& unit : type.units) {
        Scope each(xml_, "Unit");
        each.attribute_if("description", unit.description);
        if (unit.power != 1)
            each.attribute("power", number_text(unit.power));
        if (unit.factor != "1")
            each.attribute("factor", unit.factor);
        each.text(unit.text);
    }
}

void XtceWriter::time(const ParameterType& type, const TimeFormat& format) {
    if (!type.units.empty())
        units(type);
    if (!std::holds_alternative<std::monostate>(type.encoding)) {
        Scope scope(xml_, "Encoding");
        const std::string_view unit = time_unit(format.unit_s);
        if (unit != "seconds")
            scope.attribute("units", unit);
        // A unit that XTCE has no word for (milliseconds) goes into the scale.
        const double scale =
            unit == "seconds" && format.unit_s != 1 ? format.scale * format.unit_s : format.scale;
        const double offset =
            unit == "seconds" && format.unit_s != 1 ? format.offset * format.unit_s : format.offset;
        if (scale != 1)
            scope.attribute("scale", number_text(scale));
        if (offset != 0)
            scope.attribute("offset", number_text(offset));
        encoding(type);
    }
    const auto* absolute = std::get_if<AbsoluteTimeType>(&type.detail);
    if (!absolute)
        return;
    Scope scope(xml_, "ReferenceTime");
    if (absolute->offset_from)
        reference("OffsetFrom", *absolute->offset_from);
    else
        xml_.leaf("Epoch", absolute->epoch.text.empty() ? "UNIX" : absolute->epoch.text);
}

void XtceWriter::layout(Scope& scope, const BitLayout& layout) {
    if (layout.bit_order == BitOrder::least_significant_first)
        scope.attribute("bitOrder", "leastSignificantBitFirst");
    if (layout.byte_order == ByteOrder::least_significant_first) {
        scope.attribute("byteOrder", "leastSignificantByteFirst");
    } else if (layout.byte_order == ByteOrder::listed) {
        std::string list;
        for (const std::uint8_t each : layout.significance)
            list += (list.empty() ? "" : " ") + std::to_string(each);
        scope.attribute("byteOrder", list);
    }
}

void XtceWriter::encoding(const ParameterType& type) {
    if (const auto* integer = std::get_if<IntegerEncoding>(&type.encoding)) {
        Scope scope(xml_, "IntegerDataEncoding");
        scope.attribute("sizeInBits", std::to_string(integer->bits));
        scope.attribute("encoding", name_of(integer->coding));
        layout(scope, integer->layout);
        calibrators(type);
    } else if (const auto* real = std::get_if<FloatEncoding>(&type.encoding)) {
        Scope scope(xml_, "FloatDataEncoding");
        scope.attribute("sizeInBits", std::to_string(real->bits));
        scope.attribute("encoding", name_of(real->coding));
        layout(scope, real->layout);
        calibrators(type);
    } else if (const auto* text = std::get_if<StringEncoding>(&type.encoding)) {
        Scope scope(xml_, "StringDataEncoding");
        scope.attribute("encoding", telemetry::parameter::name_of(text->charset));
        layout(scope, text->layout);
        string_size(*text);
    } else if (const auto* binary = std::get_if<BinaryEncoding>(&type.encoding)) {
        Scope scope(xml_, "BinaryDataEncoding");
        layout(scope, binary->layout);
        integer_element("SizeInBits", binary->size_bits);
        if (binary->from_binary != kNone)
            algorithm(db_.algorithms[binary->from_binary], "FromBinaryTransformAlgorithm");
    }
}

void XtceWriter::string_size(const StringEncoding& encoding) {
    const bool fixed =
        encoding.size_bits && std::holds_alternative<std::int64_t>(*encoding.size_bits);
    const bool variable = !fixed && (encoding.size_bits || encoding.max_bits > 0);
    Scope scope(xml_, variable ? "Variable" : "SizeInBits");
    if (variable) {
        scope.attribute("maxSizeInBits", std::to_string(encoding.max_bits));
        if (encoding.size_bits)
            integer_value(*encoding.size_bits);
    } else if (fixed) {
        integer_element("Fixed", *encoding.size_bits);
    }
    if (encoding.leading_size_bits > 0)
        Scope(xml_, "LeadingSize")
            .attribute("sizeInBitsOfSizeTag", std::to_string(encoding.leading_size_bits));
    if (!encoding.termination.empty())
        xml_.leaf("TerminationChar", to_hex(encoding.termination));
}

void XtceWriter::calibrators(const ParameterType& type) {
    if (!std::holds_alternative<std::monostate>(type.calibrator.formula))
        calibrator("DefaultCalibrator", type.calibrator);
    if (type.context_calibrators.empty())
        return;
    Scope list(xml_, "ContextCalibratorList");
    for (const ContextCalibrator& each : type.context_calibrators) {
        Scope scope(xml_, "ContextCalibrator");
        match("ContextMatch", each.context);
        calibrator("Calibrator", each.calibrator);
    }
}

void XtceWriter::calibrator(std::string_view element, const Calibrator& calibrator) {
    Scope scope(xml_, element);
    scope.attribute_if("name", calibrator.name);
    if (const auto* polynomial = std::get_if<Polynomial>(&calibrator.formula)) {
        Scope terms(xml_, "PolynomialCalibrator");
        for (std::size_t i = 0; i < polynomial->coefficients.size(); ++i)
            if (polynomial->coefficients[i] != 0 || polynomial->coefficients.size() == i + 1)
                Scope(xml_, "Term")
                    .attribute("coefficient", number_text(polynomial->coefficients[i]))
                    .attribute("exponent", std::to_string(i));
    } else if (const auto* spline = std::get_if<Spline>(&calibrator.formula)) {
        Scope points(xml_, "SplineCalibrator");
        points.attribute("order", std::to_string(spline->order));
        if (spline->extrapolate)
            points.attribute("extrapolate", "true");
        for (const SplinePoint& point : spline->points) {
            Scope each(xml_, "SplinePoint");
            if (point.order != 1)
                each.attribute("order", std::to_string(point.order));
            each.attribute("raw", number_text(point.raw))
                .attribute("calibrated", number_text(point.calibrated));
        }
    } else if (const auto* operation = std::get_if<MathOperation>(&calibrator.formula)) {
        Scope body(xml_, "MathOperationCalibrator");
        math(*operation);
    } else if (const auto* text = std::get_if<Expression>(&calibrator.formula)) {
        Scope set(xml_, "AncillaryDataSet");
        Scope(xml_, "AncillaryData").attribute("name", "telemetry:expression").text(text->text);
    }
}

void XtceWriter::detail(const ParameterType& type) {
    if (const auto* enumerated = std::get_if<EnumeratedType>(&type.detail)) {
        Scope list(xml_, "EnumerationList");
        for (const Enumeration& each : enumerated->enumerations) {
            Scope item(xml_, "Enumeration");
            item.attribute("value", std::to_string(each.value));
            if (each.max_value != each.value)
                item.attribute("maxValue", std::to_string(each.max_value));
            item.attribute("label", each.label);
            item.attribute_if("shortDescription", each.description);
        }
    } else if (const auto* text = std::get_if<StringType>(&type.detail)) {
        if (text->min_characters || text->max_characters) {
            Scope range(xml_, "SizeRangeInCharacters");
            if (text->min_characters)
                range.attribute("minInclusive", std::to_string(*text->min_characters));
            if (text->max_characters)
                range.attribute("maxInclusive", std::to_string(*text->max_characters));
        }
    }
    if (type.valid_range && type.detail.index() <= 1) {
        Scope range(xml_, "ValidRange");
        range_attributes(range, type.valid_range->range);
        range.attribute("validRangeAppliesToCalibrated",
                        type.valid_range->kind == ValueKind::calibrated ? "true" : "false");
    }
}

void XtceWriter::alarms(const ParameterType& type) {
    if (type.alarm == kNone)
        return;
    const AlarmDefinition& alarm = db_.alarms[type.alarm];
    const auto is_empty = [](const AlarmLimits& limits) {
        return limits.ranges.empty() && limits.texts.empty() && limits.conditions.empty() &&
               limits.changes.empty() && limits.algorithm == kNone &&
               limits.default_text_level == AlarmLevel::normal;
    };
    if (!is_empty(alarm.limits)) {
        Scope scope(xml_, "DefaultAlarm");
        alarm_attributes(scope, alarm.limits);
        alarm_body(alarm.limits, type);
    }
    if (alarm.contexts.empty())
        return;
    Scope list(xml_, "ContextAlarmList");
    for (const ContextLimits& each : alarm.contexts) {
        Scope scope(xml_, "ContextAlarm");
        alarm_attributes(scope, each.limits);
        alarm_body(each.limits, type);
        match("ContextMatch", each.context);
    }
}

void XtceWriter::alarm_attributes(Scope& scope, const AlarmLimits& limits) {
    scope.attribute_if("name", limits.name);
    if (limits.min_violations != 1)
        scope.attribute("minViolations", std::to_string(limits.min_violations));
    if (limits.min_conformances != 1)
        scope.attribute("minConformance", std::to_string(limits.min_conformances));
    if (limits.default_text_level != AlarmLevel::normal)
        scope.attribute("defaultAlarmLevel",
                        telemetry::parameter::name_of(limits.default_text_level));
}

void XtceWriter::alarm_body(const AlarmLimits& limits, const ParameterType& type) {
    if (!limits.conditions.empty()) {
        Scope scope(xml_, "AlarmConditions");
        for (const ConditionAlarm& each : limits.conditions)
            match(with_level(each.level, "Alarm"), each.condition);
    }
    if (limits.algorithm != kNone)
        algorithm(db_.algorithms[limits.algorithm], "CustomAlarm");
    if (!limits.ranges.empty() && fits_static_ranges(limits.ranges)) {
        Scope scope(xml_, "StaticAlarmRanges");
        if (limits.ranges[0].form == AlarmRange::Form::inside)
            scope.attribute("rangeForm", "inside");
        ranges(limits.ranges);
    } else if (!limits.ranges.empty()) {
        Scope scope(xml_, "AlarmMultiRanges");
        for (const AlarmRange& each : limits.ranges) {
            Scope range(xml_, "Range");
            range_attributes(range, each.range);
            if (each.form == AlarmRange::Form::inside)
                range.attribute("rangeForm", "inside");
            range.attribute("level", telemetry::parameter::name_of(each.level));
        }
    }
    for (const ChangeAlarm& change : limits.changes) {
        const bool of_time = type.detail.index() == 9;
        Scope scope(xml_, of_time ? "ChangePerSecondAlarmRanges" : "ChangeAlarmRanges");
        if (!of_time) {
            if (change.basis == ChangeAlarm::Basis::per_sample)
                scope.attribute("changeType", "changePerSample");
            if (change.scale == ChangeAlarm::Scale::percent)
                scope.attribute("changeBasis", "percentageChange");
            if (change.span_samples != 1)
                scope.attribute("spanOfInterestInSamples", std::to_string(change.span_samples));
            if (change.span_seconds != 0)
                scope.attribute("spanOfInterestInSeconds", number_text(change.span_seconds));
        }
        if (!change.ranges.empty() && change.ranges[0].form == AlarmRange::Form::inside)
            scope.attribute("rangeForm", "inside");
        ranges(change.ranges);
    }
    const bool patterns =
        std::any_of(limits.texts.begin(), limits.texts.end(),
                    [](const TextAlarm& each) { return each.match == TextAlarm::Match::pattern; });
    if (limits.texts.empty())
        return;
    Scope list(xml_, patterns ? "StringAlarmList" : "EnumerationAlarmList");
    for (const TextAlarm& each : limits.texts)
        Scope(xml_, patterns ? "StringAlarm" : "EnumerationAlarm")
            .attribute("alarmLevel", telemetry::parameter::name_of(each.level))
            .attribute(patterns ? "matchPattern" : "enumerationLabel", each.text);
}

void XtceWriter::ranges(const std::vector<AlarmRange>& ranges) {
    for (const AlarmRange& each : ranges) {
        Scope range(xml_, with_level(each.level, "Range"));
        range_attributes(range, each.range);
    }
}

} // namespace telemetry::parameter
