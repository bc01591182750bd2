// SPDX-License-Identifier: GPL-3.0-or-later
// Parameters and algorithms.
#include <cmath>

#include "telemetry/parameter/time_notation.h"
#include "telemetry/parameter/xtce_reader.h"

namespace telemetry::parameter {
namespace {

constexpr Visit::Choice<DataSource> kSources[] = {
    {"telemetered", DataSource::telemetered}, {"derived", DataSource::derived},
    {"constant", DataSource::constant},       {"local", DataSource::local},
    {"ground", DataSource::ground},
};

} // namespace

void XtceReader::read_parameter(ParameterIndex index) {
    const Declared& declared = parameters_[index];
    system_ = declared.system;
    Visit visit(document_, report_, *declared.element);
    Parameter parameter;
    if (const auto name = visit.required("parameterTypeRef"))
        parameter.type = resolve(Kind::type, visit, "parameterTypeRef", *name);
    if (parameter.type == kNone)
        parameter.type = unknown_type();
    parameter.initial_value = visit.text_of("initialValue");
    visit.children({{"ParameterProperties",
                     [&](const XmlElement& child) { read_properties(child, parameter); }}},
                   &parameter);
    parameter.system = declared.system;
    AlarmDefinition given;
    const AlarmIndex inherited = database_.types[parameter.type].alarm;
    if (read_behaviour(parameter.ancillary, parameter.where, given)) {
        AlarmDefinition alarm;
        if (inherited != kNone)
            alarm = database_.alarms[inherited];
        alarm.behaviour = given.behaviour;
        alarm.kind = given.kind;
        alarm.where = parameter.where;
        database_.alarms.push_back(std::move(alarm));
        parameter.alarm = static_cast<AlarmIndex>(database_.alarms.size() - 1);
    }
    database_.parameters[index] = std::move(parameter);
}

void XtceReader::read_properties(const XmlElement& element, Parameter& parameter) {
    Visit visit(document_, report_, element);
    parameter.source = visit.choice("dataSource", kSources, DataSource::telemetered);
    parameter.is_read_only = visit.flag("readOnly", false);
    const auto system_name = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        parameter.system_name = std::string(inner.text());
    };
    const auto addresses = [&](const XmlElement& set) {
        Visit inner(document_, report_, set);
        inner.children({{"PhysicalAddress", [&](const XmlElement& child) {
                             read_address(child, "", parameter.physical_addresses);
                         }}});
    };
    const auto association = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        parameter.dated_by = read_reference(inner);
        if (const auto offset = inner.attribute("offset")) {
            if (const auto seconds = parse_duration_s(*offset))
                parameter.date_offset_s = *seconds;
            else
                inner.wrong(Severity::error, "@offset",
                            "expected a duration such as PT1.5S, found '" + std::string(*offset) +
                                "'");
        }
    };
    visit.children({{"SystemName", system_name},
                    {"ValidityCondition",
                     [&](const XmlElement& child) { parameter.valid_if = read_match(child); }},
                    {"PhysicalAddressSet", addresses},
                    {"TimeAssociation", association}});
}

/// "source:address", the addresses below it after a '/'.
void XtceReader::read_address(const XmlElement& element, std::string prefix,
                              std::vector<std::string>& addresses) {
    Visit visit(document_, report_, element);
    const std::string source = visit.text_of("sourceName");
    const std::string address = visit.text_of("sourceAddress");
    prefix += source + (source.empty() || address.empty() ? "" : ":") + address;
    bool leaf = true;
    visit.children({{"SubAddress", [&](const XmlElement& child) {
                         leaf = false;
                         read_address(child, prefix + "/", addresses);
                     }}});
    if (leaf)
        addresses.push_back(std::move(prefix));
}

void XtceReader::read_algorithm(AlgorithmIndex index) {
    const Declared& declared = algorithms_[index];
    system_ = declared.system;
    Algorithm algorithm;
    if (declared.element->name == "CustomAlgorithm") {
        read_custom_algorithm(*declared.element, algorithm);
    } else {
        Visit visit(document_, report_, *declared.element);
        algorithm.kind = Algorithm::Kind::math;
        const auto operation = [&](const XmlElement& child) {
            Visit inner(document_, report_, child);
            if (const auto name = inner.required("outputParameterRef")) {
                const ParameterReference output =
                    resolve_parameter(inner, "outputParameterRef", *name);
                if (output.parameter != kNone)
                    algorithm.outputs.push_back({"", output.parameter});
            }
            const auto triggers = [&](const XmlElement& set) { read_triggers(set, algorithm); };
            algorithm.math = read_math(inner, {{"TriggerSet", triggers}});
        };
        visit.children({{"MathOperation", operation}}, &algorithm);
        if (algorithm.outputs.empty())
            visit.wrong(Severity::error, "", "writes to no parameter, so it is of no use");
    }
    algorithm.system = declared.system;
    database_.algorithms[index] = std::move(algorithm);
}

void XtceReader::read_custom_algorithm(const XmlElement& element, Algorithm& algorithm) {
    Visit visit(document_, report_, element);
    visit.attribute("thread"); // each runs where its values are
    visit.attribute("priority");
    visit.attribute("triggerContainer");
    const auto text = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        algorithm.language = std::string(inner.attribute("language").value_or("pseudo"));
        algorithm.text = std::string(inner.text());
    };
    const auto external = [&](const XmlElement& set) {
        Visit inner(document_, report_, set);
        inner.children({{"ExternalAlgorithm", [&](const XmlElement& child) {
                             Visit each(document_, report_, child);
                             const std::string name = each.text_of("implementationName");
                             const std::string place = each.text_of("algorithmLocation");
                             if (algorithm.text.empty()) {
                                 algorithm.language = "external";
                                 algorithm.text = name + " " + place;
                             }
                         }}});
    };
    const auto inputs = [&](const XmlElement& set) {
        Visit inner(document_, report_, set);
        const auto instance = [&](const XmlElement& child) {
            Visit each(document_, report_, child);
            const std::string name = each.text_of("inputName");
            if (const auto reference = read_reference(each))
                algorithm.inputs.push_back({name, *reference});
        };
        inner.children({{"ParameterInstanceRef", instance},
                        {"InputParameterInstanceRef", instance},
                        {"Constant", [&](const XmlElement& child) {
                             Visit each(document_, report_, child);
                             const std::string name = each.text_of("constantName");
                             algorithm.constants.push_back({name, each.text_of("value")});
                         }}});
    };
    const auto outputs = [&](const XmlElement& set) {
        Visit inner(document_, report_, set);
        inner.children({{"OutputParameterRef", [&](const XmlElement& child) {
                             Visit each(document_, report_, child);
                             const std::string name = each.text_of("outputName");
                             const auto reference = each.required("parameterRef");
                             if (!reference)
                                 return;
                             const auto output =
                                 resolve_parameter(each, "parameterRef", *reference);
                             if (output.parameter != kNone)
                                 algorithm.outputs.push_back({name, output.parameter});
                         }}});
    };
    visit.children(
        {{"AlgorithmText", text},
         {"ExternalAlgorithmSet", external},
         {"InputSet", inputs},
         {"OutputSet", outputs},
         {"TriggerSet", [&](const XmlElement& child) { read_triggers(child, algorithm); }}},
        &algorithm);
    if (algorithm.language == "telemetry") {
        algorithm.kind = Algorithm::Kind::expression;
    } else {
        algorithm.kind = Algorithm::Kind::custom;
        visit.wrong(Severity::unsupported, "",
                    "an algorithm in '" + algorithm.language +
                        "' is kept but cannot be run; MathAlgorithm, or AlgorithmText in the "
                        "language 'telemetry', can");
    }
}

void XtceReader::read_triggers(const XmlElement& element, Algorithm& algorithm) {
    Visit visit(document_, report_, element);
    visit.attribute("name");
    if (visit.integer("triggerRate", 1) > 1)
        visit.wrong(Severity::unsupported, "@triggerRate", "every trigger counts");
    const auto update = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        Trigger trigger;
        if (const auto name = inner.required("parameterRef"))
            trigger.parameter = resolve_parameter(inner, "parameterRef", *name);
        if (trigger.parameter.parameter != kNone)
            algorithm.triggers.push_back(std::move(trigger));
    };
    const auto container = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        Trigger trigger;
        trigger.kind = Trigger::Kind::container_update;
        if (const auto name = inner.required("containerRef"))
            trigger.container = resolve(Kind::container, inner, "containerRef", *name);
        if (trigger.container != kNone)
            algorithm.triggers.push_back(std::move(trigger));
    };
    const auto periodic = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        Trigger trigger;
        trigger.kind = Trigger::Kind::periodic;
        const double seconds = inner.real("fireRateInSeconds", 0);
        if (!(seconds > 0) || seconds > 9e9)
            return inner.wrong(Severity::error, "@fireRateInSeconds",
                               "expected a number of seconds above 0");
        trigger.period_ns = std::llround(seconds * 1e9);
        algorithm.triggers.push_back(std::move(trigger));
    };
    visit.children({{"OnParameterUpdateTrigger", update},
                    {"OnContainerUpdateTrigger", container},
                    {"OnPeriodicRateTrigger", periodic}});
}

} // namespace telemetry::parameter
