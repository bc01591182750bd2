// SPDX-License-Identifier: GPL-3.0-or-later
// Alarms of parameter types.
#include <algorithm>
#include <cmath>
#include <optional>

#include "telemetry/parameter/condition_text.h"
#include "telemetry/parameter/time_notation.h"
#include "telemetry/parameter/xtce_reader.h"
#include "telemetry/parameter/yaml_database.h"

namespace telemetry::parameter {
namespace {

constexpr Visit::Choice<AlarmLevel> kLevels[] = {
    {"normal", AlarmLevel::normal},     {"watch", AlarmLevel::watch},
    {"warning", AlarmLevel::warning},   {"distress", AlarmLevel::distress},
    {"critical", AlarmLevel::critical}, {"severe", AlarmLevel::severe},
};

/// Elements that carry a level in their names: WatchRange, WatchAlarm and so on.
constexpr std::pair<std::string_view, AlarmLevel> kLevelNames[] = {
    {"Watch", AlarmLevel::watch},       {"Warning", AlarmLevel::warning},
    {"Distress", AlarmLevel::distress}, {"Critical", AlarmLevel::critical},
    {"Severe", AlarmLevel::severe},
};

AlarmLevel level_of(std::string_view element) {
    for (const auto& [name, level] : kLevelNames)
        if (element.starts_with(name))
            return level;
    return AlarmLevel::normal;
}

/// XTCE 1.2: where the alarming values lie; drafts of it (alarmForm) say where the normal ones do.
constexpr Visit::Choice<AlarmRange::Form> kRangeForms[] = {
    {"outside", AlarmRange::Form::outside},
    {"inside", AlarmRange::Form::inside},
};
constexpr Visit::Choice<AlarmRange::Form> kAlarmForms[] = {
    {"inside", AlarmRange::Form::outside},
    {"outside", AlarmRange::Form::inside},
};

constexpr Visit::Choice<double> kUnits[] = {
    {"seconds", 1.0},        {"picoSeconds", 1e-12},  {"days", 86400.0},
    {"months", 2'629'800.0}, {"years", 31'557'600.0},
};

AlarmRange::Form read_form(Visit& visit) {
    const AlarmRange::Form draft =
        visit.choice("alarmForm", kAlarmForms, AlarmRange::Form::outside);
    return visit.choice("rangeForm", kRangeForms, draft);
}

} // namespace

/// The type's own alarm, made or, where it still is that of its base, copied.
AlarmDefinition& XtceReader::own_alarm(ParameterType& type, TypeIndex index) {
    const TypeIndex base = database_.types[index].base;
    const bool inherited = base != kNone && type.alarm == database_.types[base].alarm;
    if (type.alarm == kNone || inherited) {
        AlarmDefinition alarm;
        if (type.alarm != kNone)
            alarm = database_.alarms[type.alarm];
        alarm.where = {0, types_[index].element->line};
        database_.alarms.push_back(std::move(alarm));
        type.alarm = static_cast<AlarmIndex>(database_.alarms.size() - 1);
    }
    return database_.alarms[type.alarm];
}

void XtceReader::read_context_alarms(const XmlElement& list, AlarmDefinition& alarm) {
    Visit visit(document_, report_, list);
    std::vector<ContextLimits> found;
    visit.children({{"ContextAlarm", [&](const XmlElement& child) {
                         ContextLimits each;
                         each.limits = read_alarm(child, &each.context);
                         if (each.context == kNone)
                             report_.add(Severity::error, {0, child.line}, "ContextAlarm",
                                         "expected a ContextMatch; without one it would always "
                                         "apply, so it is left out");
                         else
                             found.push_back(std::move(each));
                     }}});
    // In front of those of a base.
    alarm.contexts.insert(alarm.contexts.begin(), found.begin(), found.end());
}

AlarmLimits XtceReader::read_alarm(const XmlElement& element, ConditionIndex* context) {
    Visit visit(document_, report_, element);
    AlarmLimits limits;
    Named named;
    const auto counted = [&](std::string_view name) {
        const std::int64_t count = visit.integer(name, 1);
        if (count < 1 || count > 1'000'000)
            visit.wrong(Severity::error, "@" + std::string(name),
                        "expected 1 or more, found " + std::to_string(count));
        return static_cast<int>(std::clamp<std::int64_t>(count, 1, 1'000'000));
    };
    limits.min_violations = counted("minViolations");
    limits.min_conformances = counted("minConformance");
    limits.default_text_level = visit.choice("defaultAlarmLevel", kLevels, AlarmLevel::normal);
    const auto match = [&](const XmlElement& child) {
        const ConditionIndex found = read_match(child);
        if (context)
            *context = found;
    };
    const auto ranges = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        const double scale = inner.choice("timeUnits", kUnits, 1.0);
        read_ranges(inner, read_form(inner), scale, limits.ranges);
    };
    const auto multi = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        inner.children({{"Range", [&](const XmlElement& each) {
                             Visit range(document_, report_, each);
                             AlarmRange one;
                             one.form =
                                 range.choice("rangeForm", kRangeForms, AlarmRange::Form::outside);
                             one.level = range.choice("level", kLevels, AlarmLevel::normal);
                             one.range = read_range(range);
                             limits.ranges.push_back(one);
                         }}});
    };
    const auto change = [&](const XmlElement& child) {
        limits.changes.push_back(read_change(child));
    };
    const auto labels = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        inner.children({{"EnumerationAlarm", [&](const XmlElement& each) {
                             Visit item(document_, report_, each);
                             TextAlarm text;
                             text.level = item.choice("alarmLevel", kLevels, AlarmLevel::normal);
                             auto label = item.attribute("enumerationLabel");
                             if (!label)
                                 label = item.attribute("enumerationValue"); // XTCE 1.1
                             if (!label)
                                 item.wrong(Severity::error, "@enumerationLabel",
                                            "required and not given");
                             text.text = std::string(label.value_or(""));
                             if (label)
                                 limits.texts.push_back(std::move(text));
                         }}});
    };
    const auto strings = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        inner.children({{"StringAlarm", [&](const XmlElement& each) {
                             Visit item(document_, report_, each);
                             TextAlarm text;
                             text.match = TextAlarm::Match::pattern;
                             text.level = item.choice("alarmLevel", kLevels, AlarmLevel::normal);
                             text.text = item.text_of("matchPattern");
                             limits.texts.push_back(std::move(text));
                         }}});
    };
    const auto conditions = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        const auto one = [&](const XmlElement& each) {
            limits.conditions.push_back({level_of(each.name), read_match(each)});
        };
        inner.children({{"WatchAlarm", one},
                        {"WarningAlarm", one},
                        {"DistressAlarm", one},
                        {"CriticalAlarm", one},
                        {"SevereAlarm", one}});
    };
    const auto custom = [&](const XmlElement& child) {
        limits.algorithm = read_inline_algorithm(child);
    };
    visit.children({{"StaticAlarmRanges", ranges},
                    {"AlarmMultiRanges", multi},
                    {"ChangeAlarmRanges", change},
                    {"ChangePerSecondAlarmRanges", change},
                    {"EnumerationAlarmList", labels},
                    {"StringAlarmList", strings},
                    {"AlarmConditions", conditions},
                    {"CustomAlarm", custom},
                    {context ? "ContextMatch" : "", match}},
                   &named);
    limits.name = named.name;
    limits.where = visit.where();
    return limits;
}

ChangeAlarm XtceReader::read_change(const XmlElement& element) {
    constexpr Visit::Choice<ChangeAlarm::Basis> bases[] = {
        {"changePerSecond", ChangeAlarm::Basis::per_second},
        {"changePerSample", ChangeAlarm::Basis::per_sample},
    };
    constexpr Visit::Choice<ChangeAlarm::Scale> scales[] = {
        {"absoluteChange", ChangeAlarm::Scale::absolute},
        {"percentageChange", ChangeAlarm::Scale::percent},
    };
    Visit visit(document_, report_, element);
    ChangeAlarm change;
    change.basis = ChangeAlarm::Basis::per_second;
    double scale = 1;
    if (element.name == "ChangeAlarmRanges") {
        change.basis = visit.choice("changeType", bases, change.basis);
        change.scale = visit.choice("changeBasis", scales, ChangeAlarm::Scale::absolute);
        change.span_samples = static_cast<int>(
            std::clamp<std::int64_t>(visit.integer("spanOfInterestInSamples", 1), 1, 1'000'000));
        change.span_seconds = visit.real("spanOfInterestInSeconds", 0);
    } else {
        scale = visit.choice("timeUnits", kUnits, 1.0);
    }
    read_ranges(visit, read_form(visit), scale, change.ranges);
    return change;
}

void XtceReader::read_ranges(Visit& visit, AlarmRange::Form form, double scale,
                             std::vector<AlarmRange>& ranges) {
    const auto one = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        AlarmRange each;
        each.form = form;
        each.level = level_of(child.name);
        each.range = read_range(inner);
        each.range.min *= scale;
        each.range.max *= scale;
        ranges.push_back(each);
    };
    visit.children({{"WatchRange", one},
                    {"WarningRange", one},
                    {"DistressRange", one},
                    {"CriticalRange", one},
                    {"SevereRange", one}});
}

/// What XTCE has no word for stands in the AncillaryData of the type or parameter.
bool XtceReader::read_behaviour(const std::vector<AncillaryData>& ancillary, SourcePosition where,
                                AlarmDefinition& alarm) {
    AlarmBehaviour& behaviour = alarm.behaviour;
    bool any = false;
    for (const AncillaryData& data : ancillary) {
        constexpr std::string_view prefix = "telemetry:";
        if (!data.name.starts_with(prefix))
            continue;
        const std::string_view key = std::string_view(data.name).substr(prefix.size());
        const auto duration = parse_duration_s(data.text);
        const auto real = read_real(data.text);
        const auto ns = [&] { return static_cast<std::int64_t>(std::llround(*duration * 1e9)); };
        const auto is_duration = duration && *duration >= 0 && *duration < 9e9;
        bool sound = true;
        if (key == "dead_band" && (sound = real && *real >= 0))
            behaviour.dead_band = *real;
        else if (key == "on_delay" && (sound = is_duration))
            behaviour.on_delay_ns = ns();
        else if (key == "off_delay" && (sound = is_duration))
            behaviour.off_delay_ns = ns();
        else if (key == "expected_period" && (sound = is_duration))
            behaviour.expected_period_ns = ns();
        else if (key == "expiry" && (sound = is_duration))
            behaviour.expiry_ns = ns();
        else if (key == "on" && (sound = data.text == "raw" || data.text == "calibrated"))
            alarm.kind = data.text == "raw" ? ValueKind::raw : ValueKind::calibrated;
        else if (key == "suppressed_while")
            behaviour.suppressed_while = read_condition_text(data, where);
        else if (key == "latching") {
            using Latching = AlarmBehaviour::Latching;
            sound = false;
            for (const Latching each :
                 {Latching::none, Latching::until_acknowledged, Latching::until_reset})
                if (data.text == telemetry::parameter::name_of(each)) {
                    behaviour.latching = each;
                    sound = true;
                }
        } else if (key == "stale_level") {
            const auto found =
                std::find_if(std::begin(kLevels), std::end(kLevels),
                             [&](const auto& each) { return each.first == data.text; });
            if ((sound = found != std::end(kLevels)))
                behaviour.stale_level = found->second;
        } else if (sound) {
            continue;
        }
        if (!sound)
            report_.add(Severity::error, where, "AncillaryData " + data.name,
                        "'" + data.text + "' is no value for it");
        any = true;
    }
    return any;
}

ConditionIndex XtceReader::read_condition_text(const AncillaryData& data, SourcePosition where) {
    TableNames names(names_, system_);
    auto condition = ConditionReader(data.text, names).condition();
    if (!condition || !names.lost().empty()) {
        report_.add(Severity::error, where, "AncillaryData " + data.name,
                    condition ? "no parameter or algorithm '" + names.lost() + "' here or above"
                              : condition.error());
        return kNone;
    }
    condition->where = where;
    database_.conditions.push_back(std::move(*condition));
    return static_cast<ConditionIndex>(database_.conditions.size() - 1);
}

/// Rules over several parameters stand in the root system, in the words of our YAML.
void XtceReader::read_rules() {
    std::vector<AncillaryData>& ancillary = database_.systems[0].ancillary;
    for (const AncillaryData& data : ancillary)
        if (data.name == kRulesName)
            if (const auto read = read_yaml_rules(data.text, names_, database_); !read)
                report_.add(Severity::error, {}, "AncillaryData " + data.name,
                            read.error().to_string());
    std::erase_if(ancillary, [](const AncillaryData& data) { return data.name == kRulesName; });
}

} // namespace telemetry::parameter
