// SPDX-License-Identifier: GPL-3.0-or-later
// Parameter types.
#include <algorithm>

#include "telemetry/base/time.h"
#include "telemetry/parameter/time_notation.h"
#include "telemetry/parameter/xtce_reader.h"

namespace telemetry::parameter {
namespace {

/// Longer chains of baseType are mistakes or attacks.
constexpr int kMostBases = 32;

constexpr Visit::Choice<double> kTimeUnits[] = {
    {"seconds", 1.0},        {"picoSeconds", 1e-12},  {"days", 86400.0},
    {"months", 2'629'800.0}, {"years", 31'557'600.0}, // of a Julian year
};

TypeDetail detail_of(std::string_view element) {
    const auto is = [&](std::string_view kind) { return element.starts_with(kind); };
    if (is("Integer"))
        return IntegerType{};
    if (is("Float"))
        return FloatType{32};
    if (is("String"))
        return StringType{};
    if (is("Boolean"))
        return BooleanType{};
    if (is("Enumerated"))
        return EnumeratedType{};
    if (is("Binary"))
        return BinaryType{};
    if (is("Aggregate"))
        return AggregateType{};
    if (is("Array"))
        return ArrayType{};
    if (is("AbsoluteTime"))
        return AbsoluteTimeType{};
    return RelativeTimeType{};
}

} // namespace

/// Reads the bases of a type before itself, without recursion: chains may be hostile.
void XtceReader::read_type(TypeIndex index) {
    std::vector<TypeIndex> chain;
    for (TypeIndex at = index; at != kNone && type_states_[at] == State::unread;) {
        type_states_[at] = State::reading;
        chain.push_back(at);
        system_ = types_[at].system;
        Visit visit(document_, report_, *types_[at].element);
        visit.leave_all(); // read_type_body tells of what is left over
        const auto base = visit.attribute("baseType");
        if (!base)
            break;
        const TypeIndex found = resolve(Kind::type, visit, "baseType", *base);
        if (found != kNone && type_states_[found] == State::reading) {
            visit.wrong(Severity::error, "@baseType", "a type cannot be its own base");
            break;
        }
        if (chain.size() > kMostBases) {
            visit.wrong(Severity::error, "@baseType",
                        "more than " + std::to_string(kMostBases) + " types deep");
            break;
        }
        database_.types[at].base = found;
        at = found;
    }
    for (; !chain.empty(); chain.pop_back()) {
        read_type_body(chain.back());
        type_states_[chain.back()] = State::read;
    }
}

void XtceReader::read_type_body(TypeIndex index) {
    const XmlElement& element = *types_[index].element;
    system_ = types_[index].system;
    const TypeIndex base = database_.types[index].base;
    ParameterType type;
    type.detail = detail_of(element.name);
    bool derived = false;
    if (base != kNone) {
        const bool alike = detail_of(types_[base].element->name).index() == type.detail.index();
        if (alike) {
            type = database_.types[base];
            static_cast<Named&>(type) = {};
            derived = true;
        } else {
            report_.add(Severity::error, {0, element.line}, std::string(element.name) + "@baseType",
                        "is a type of another kind (" + std::string(types_[base].element->name) +
                            "), so nothing is taken from it");
        }
    }
    Visit visit(document_, report_, element);
    visit.attribute("baseType"); // read with the chain
    if (const auto initial = visit.attribute("initialValue"))
        type.initial_value = std::string(*initial);
    read_own_attributes(visit, type, derived);

    // What only some kinds have is asked for only there, so that it is told of elsewhere.
    std::vector<Visit::Rule> rules;
    const auto units = [&](const XmlElement& child) { read_units(child, type); };
    const auto integer = [&](const XmlElement& child) { read_integer_encoding(child, type); };
    const auto real = [&](const XmlElement& child) { read_float_encoding(child, type); };
    const auto text = [&](const XmlElement& child) { read_string_encoding(child, type); };
    const auto binary = [&](const XmlElement& child) { read_binary_encoding(child, type); };
    const auto alarm = [&](const XmlElement& child) {
        own_alarm(type, index).limits = read_alarm(child, nullptr);
    };
    const auto contexts = [&](const XmlElement& child) {
        read_context_alarms(child, own_alarm(type, index));
    };
    const auto enumerations = [&](const XmlElement& child) {
        if (auto* kind = std::get_if<EnumeratedType>(&type.detail))
            read_enumerations(child, *kind);
    };
    const auto range = [&](const XmlElement& child) { read_valid_range(child, type); };
    const auto size = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        if (auto* kind = std::get_if<StringType>(&type.detail)) {
            if (inner.attribute("minInclusive"))
                kind->min_characters = inner.integer("minInclusive", 0);
            if (inner.attribute("maxInclusive"))
                kind->max_characters = inner.integer("maxInclusive", 0);
        }
    };
    const auto members = [&](const XmlElement& child) {
        read_members(child, std::get<AggregateType>(type.detail));
    };
    const auto dimensions = [&](const XmlElement& child) {
        auto& array = std::get<ArrayType>(type.detail);
        array.dimensions = read_dimensions(child);
        array.dimension_count = static_cast<int>(array.dimensions.size());
    };
    const auto encoding = [&](const XmlElement& child) { read_time(child, type); };
    const auto reference = [&](const XmlElement& child) {
        if (auto* time = std::get_if<AbsoluteTimeType>(&type.detail))
            read_reference_time(child, *time);
        else
            report_.add(Severity::note, {0, child.line}, "RelativeTimeParameterType/ReferenceTime",
                        "not used: a relative time has no epoch");
    };
    switch (type.detail.index()) {
    case 6: // aggregate
        visit.children({{"MemberList", members}}, &type);
        break;
    case 7: // array
        visit.children({{"DimensionList", dimensions}}, &type);
        break;
    case 8: // absolute time
        visit.children({{"Encoding", encoding}, {"ReferenceTime", reference}, {"UnitSet", units}},
                       &type);
        break;
    case 9: // relative time
        visit.children({{"Encoding", encoding},
                        {"ReferenceTime", reference},
                        {"UnitSet", units},
                        {"DefaultAlarm", alarm},
                        {"ContextAlarmList", contexts}},
                       &type);
        break;
    default:
        visit.children({{"UnitSet", units},
                        {"IntegerDataEncoding", integer},
                        {"FloatDataEncoding", real},
                        {"StringDataEncoding", text},
                        {"BinaryDataEncoding", binary},
                        {"DefaultAlarm", alarm},
                        {"ContextAlarmList", contexts},
                        {type.detail.index() <= 1 ? "ValidRange" : "", range},
                        {type.detail.index() == 2 ? "SizeRangeInCharacters" : "", size},
                        {type.detail.index() == 4 ? "EnumerationList" : "", enumerations}},
                       &type);
    }
    type.system = types_[index].system;
    type.base = base;
    settle_type(visit, type, index);
    database_.types[index] = std::move(type);
}

void XtceReader::read_own_attributes(Visit& visit, ParameterType& type, bool derived) {
    if (auto* integer = std::get_if<IntegerType>(&type.detail)) {
        // Neither can be changed by a derived type (schema, BaseDataType).
        const bool is_signed = visit.flag("signed", integer->is_signed);
        const std::int64_t bits = visit.integer("sizeInBits", integer->bits);
        if (derived && (is_signed != integer->is_signed || bits != integer->bits)) {
            visit.wrong(Severity::warning, "",
                        "signed and sizeInBits are those of the base type and cannot differ");
        } else {
            integer->is_signed = is_signed;
            integer->bits = static_cast<int>(std::clamp<std::int64_t>(bits, 1, 1 << 20));
        }
    } else if (auto* real = std::get_if<FloatType>(&type.detail)) {
        real->bits = static_cast<int>(
            std::clamp<std::int64_t>(visit.integer("sizeInBits", real->bits), 1, 1 << 20));
    } else if (auto* boolean = std::get_if<BooleanType>(&type.detail)) {
        boolean->zero = std::string(visit.attribute("zeroStringValue").value_or(boolean->zero));
        boolean->one = std::string(visit.attribute("oneStringValue").value_or(boolean->one));
    } else if (auto* text = std::get_if<StringType>(&type.detail)) {
        text->pattern = std::string(visit.attribute("restrictionPattern").value_or(text->pattern));
    } else if (auto* array = std::get_if<ArrayType>(&type.detail)) {
        if (const auto name = visit.required("arrayTypeRef"))
            array->element = resolve(Kind::type, visit, "arrayTypeRef", *name);
        if (array->element == kNone)
            array->element = unknown_type();
        array->dimension_count = static_cast<int>(
            std::clamp<std::int64_t>(visit.integer("numberOfDimensions", 1), 1, 16));
    }
    // XTCE 1.1 says it at the type, and holds it for true unless told otherwise; later versions say
    // it at the range, 1.2 and 1.3 with the same default.
    if (type.detail.index() <= 1)
        range_is_calibrated_ =
            visit.flag("validRangeAppliesToCalibrated", version_ != Version::v1_2_draft);
}

void XtceReader::read_valid_range(const XmlElement& element, ParameterType& type) {
    Visit visit(document_, report_, element);
    bool calibrated = visit.flag("validRangeAppliesToCalibrated", range_is_calibrated_);
    calibrated = visit.flag("rangeAppliesToCalibrated", calibrated); // drafts of 1.2
    if (element.attribute_count == 0)
        return; // "An empty ValidRange cannot override one with content"
    type.valid_range =
        ValidRange{read_range(visit), calibrated ? ValueKind::calibrated : ValueKind::raw};
}

void XtceReader::read_units(const XmlElement& set, ParameterType& type) {
    Visit visit(document_, report_, set);
    std::vector<Unit> units;
    visit.children({{"Unit", [&](const XmlElement& child) {
                         Visit inner(document_, report_, child);
                         Unit unit;
                         unit.description = inner.text_of("description");
                         unit.power = inner.real("power", 1);
                         unit.factor = std::string(inner.attribute("factor").value_or("1"));
                         unit.text = std::string(inner.text());
                         units.push_back(std::move(unit));
                     }}});
    if (!units.empty()) // an empty set does not take away the base's
        type.units = std::move(units);
}

void XtceReader::read_enumerations(const XmlElement& list, EnumeratedType& type) {
    Visit visit(document_, report_, list);
    std::vector<Enumeration> found;
    visit.children({{"Enumeration", [&](const XmlElement& child) {
                         Visit inner(document_, report_, child);
                         Enumeration each;
                         const bool sized = inner.required("value").has_value();
                         each.value = inner.integer("value", 0);
                         each.max_value = inner.integer("maxValue", each.value);
                         if (!inner.attribute("label"))
                             inner.wrong(Severity::error, "@label", "required and not given");
                         each.label = inner.text_of("label");
                         each.description = inner.text_of("shortDescription");
                         if (each.max_value < each.value)
                             inner.wrong(Severity::error, "@maxValue",
                                         "lies below the value; no number has this label");
                         if (sized)
                             found.push_back(std::move(each));
                     }}});
    // In front of those of a base.
    type.enumerations.insert(type.enumerations.begin(), found.begin(), found.end());
}

void XtceReader::read_members(const XmlElement& list, AggregateType& type) {
    Visit visit(document_, report_, list);
    visit.children({{"Member", [&](const XmlElement& child) {
                         Visit inner(document_, report_, child);
                         Member member;
                         member.where = inner.where();
                         member.name = std::string(inner.required("name").value_or(""));
                         if (member.name.find_first_of("/.[") != std::string::npos)
                             inner.wrong(Severity::error, "@name",
                                         "a member's name cannot hold '/', '.' or '['");
                         member.initial_value = inner.text_of("initialValue");
                         if (const auto name = inner.required("typeRef"))
                             member.type = resolve(Kind::type, inner, "typeRef", *name);
                         if (member.type == kNone)
                             member.type = unknown_type();
                         Named described;
                         inner.children({}, &described);
                         member.short_description = described.short_description;
                         type.members.push_back(std::move(member));
                     }}});
}

std::vector<Dimension> XtceReader::read_dimensions(const XmlElement& list) {
    Visit visit(document_, report_, list);
    std::vector<Dimension> dimensions;
    visit.children({{"Dimension", [&](const XmlElement& child) {
                         Visit inner(document_, report_, child);
                         Dimension each;
                         bool has_end = false;
                         inner.children({{"StartingIndex",
                                          [&](const XmlElement& value) {
                                              if (auto start = read_integer_value(value))
                                                  each.start = std::move(*start);
                                          }},
                                         {"EndingIndex", [&](const XmlElement& value) {
                                              if (auto end = read_integer_value(value)) {
                                                  each.end = std::move(*end);
                                                  has_end = true;
                                              }
                                          }}});
                         if (!has_end)
                             inner.wrong(Severity::error, "", "expected an EndingIndex");
                         dimensions.push_back(std::move(each));
                     }}});
    if (dimensions.size() > 16) {
        visit.wrong(Severity::unsupported, "", "more than 16 dimensions");
        dimensions.resize(16);
    }
    return dimensions;
}

void XtceReader::read_time(const XmlElement& element, ParameterType& type) {
    Visit visit(document_, report_, element);
    TimeFormat format;
    format.unit_s = visit.choice("units", kTimeUnits, 1.0);
    format.scale = visit.real("scale", 1);
    format.offset = visit.real("offset", 0);
    const auto unit = visit.attribute("units");
    if (unit && (*unit == "months" || *unit == "years"))
        visit.wrong(Severity::warning, "@units",
                    "months and years have no fixed length; those of a Julian year are taken");
    visit.children(
        {{"IntegerDataEncoding",
          [&](const XmlElement& child) { read_integer_encoding(child, type); }},
         {"FloatDataEncoding", [&](const XmlElement& child) { read_float_encoding(child, type); }},
         {"StringDataEncoding",
          [&](const XmlElement& child) { read_string_encoding(child, type); }},
         {"BinaryDataEncoding",
          [&](const XmlElement& child) { read_binary_encoding(child, type); }}});
    if (auto* time = std::get_if<AbsoluteTimeType>(&type.detail))
        time->format = format;
    else if (auto* duration = std::get_if<RelativeTimeType>(&type.detail))
        duration->format = format;
}

void XtceReader::read_reference_time(const XmlElement& element, AbsoluteTimeType& time) {
    Visit visit(document_, report_, element);
    visit.children(
        {{"OffsetFrom", [&](const XmlElement& child) { time.offset_from = read_reference(child); }},
         {"Epoch", [&](const XmlElement& child) {
              Visit inner(document_, report_, child);
              if (const auto epoch = parse_epoch(inner.text()))
                  time.epoch = *epoch;
              else
                  inner.wrong(Severity::error, "",
                              "'" + std::string(inner.text()) +
                                  "'; expected TAI, GPS, UNIX, J2000 or a date such as "
                                  "2000-01-01 or 2000-01-01T12:00:00Z");
          }}});
}

/// XTCE has no word for the time codes of CCSDS 301.0-B. "telemetry:time_code" in the type's
/// AncillaryData names one; without it, a whole number of more octets than seconds need is taken
/// for one, as the tools do whose authors wrote the standard's examples.
void XtceReader::settle_time_code(Visit& visit, ParameterType& type, TimeFormat& format) {
    for (const AncillaryData& data : type.ancillary) {
        if (data.name != "telemetry:time_code")
            continue;
        if (const auto code = parse_time_code(data.text)) {
            format.code = code->code;
            format.coarse_octets = code->coarse_octets;
            format.fine_octets = code->fine_octets;
            format.has_p_field = code->has_p_field;
            return;
        }
        visit.wrong(Severity::error, "/AncillaryData",
                    "'" + data.text + "'; expected cuc:4,3, cds:2,2, timeval or linear");
    }
    const auto* integer = std::get_if<IntegerEncoding>(&type.encoding);
    const bool plain = format.unit_s == 1 && format.scale == 1 && format.offset == 0 &&
                       std::holds_alternative<std::monostate>(type.calibrator.formula);
    if (integer && plain && integer->bits > 40 && integer->bits % 8 == 0 &&
        integer->coding == IntegerCoding::unsigned_binary) {
        const auto* absolute = std::get_if<AbsoluteTimeType>(&type.detail);
        const bool unix =
            absolute && absolute->epoch.scale == TimeScale::utc && absolute->epoch.ns == 0;
        if (integer->bits == 64 && unix) {
            format.code = TimeCode::timeval;
        } else {
            format.code = TimeCode::cuc;
            format.coarse_octets = 4;
            format.fine_octets = integer->bits / 8 - 4;
        }
        visit.wrong(Severity::note, "",
                    std::to_string(integer->bits) + " bits of seconds are read as " +
                        (format.code == TimeCode::timeval
                             ? "32 bits of seconds and 32 bits of microseconds"
                             : "CUC with 4 octets of seconds") +
                        "; AncillaryData telemetry:time_code=linear makes them a plain number");
    } else if (std::holds_alternative<BinaryEncoding>(type.encoding)) {
        visit.wrong(
            Severity::unsupported, "",
            "a time in binary data needs AncillaryData telemetry:time_code to say how, such "
            "as cuc:4,3 or cds:2,2; it is kept as binary");
        type.detail = BinaryType{};
    } else if (std::holds_alternative<StringEncoding>(type.encoding)) {
        visit.wrong(Severity::unsupported, "", "a time in a string is kept as a string");
        type.detail = StringType{};
    }
}

void XtceReader::settle_type(Visit& visit, ParameterType& type, TypeIndex index) {
    AlarmDefinition given;
    if (read_behaviour(type.ancillary, type.where, given)) {
        AlarmDefinition& alarm = own_alarm(type, index);
        alarm.behaviour = given.behaviour;
        alarm.kind = given.kind;
    }
    if (auto* time = std::get_if<AbsoluteTimeType>(&type.detail)) {
        TimeFormat format = time->format;
        settle_time_code(visit, type, format);
        if ((time = std::get_if<AbsoluteTimeType>(&type.detail)))
            time->format = format;
    } else if (auto* duration = std::get_if<RelativeTimeType>(&type.detail)) {
        TimeFormat format = duration->format;
        settle_time_code(visit, type, format);
        if ((duration = std::get_if<RelativeTimeType>(&type.detail)))
            duration->format = format;
    } else if (const auto* enumerated = std::get_if<EnumeratedType>(&type.detail)) {
        if (enumerated->enumerations.empty())
            visit.wrong(Severity::warning, "", "has no enumerations; no number has a label");
    } else if (const auto* aggregate = std::get_if<AggregateType>(&type.detail)) {
        if (aggregate->members.empty())
            visit.wrong(Severity::error, "", "has no members");
    }
}

/// Stands for a type that is not there, so that everything else can still be read.
TypeIndex XtceReader::unknown_type() {
    if (unknown_type_ == kNone) {
        unknown_type_ = static_cast<TypeIndex>(database_.types.size());
        ParameterType type;
        type.name = "unknown_type";
        type.detail = BinaryType{};
        type.short_description = "stands for types that are not there";
        database_.types.push_back(std::move(type));
    }
    return unknown_type_;
}

} // namespace telemetry::parameter
