// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/xtce_writer.h"
#include "telemetry/parameter/condition_text.h"
#include "telemetry/parameter/yaml_database.h"

#include <algorithm>

#include "telemetry/base/text.h"
#include "telemetry/parameter/math_names.h"
#include "telemetry/parameter/time_notation.h"
#include "telemetry/parameter/xtce.h"

namespace telemetry::parameter {
namespace {

std::string_view name_of(DataSource source) {
    switch (source) {
    case DataSource::telemetered:
        return "telemetered";
    case DataSource::derived:
        return "derived";
    case DataSource::constant:
        return "constant";
    case DataSource::local:
    case DataSource::argument:
        return "local";
    case DataSource::ground:
        return "ground";
    }
    return "";
}

std::string_view name_of(Location::From from) {
    switch (from) {
    case Location::From::previous_entry:
        return "previousEntry";
    case Location::From::container_start:
        return "containerStart";
    case Location::From::container_end:
        return "containerEnd";
    case Location::From::next_entry:
        return "nextEntry";
    }
    return "";
}

std::string_view name_of(Entry::Kind kind) {
    switch (kind) {
    case Entry::Kind::parameter:
        return "ParameterRefEntry";
    case Entry::Kind::parameter_segment:
        return "ParameterSegmentRefEntry";
    case Entry::Kind::container:
        return "ContainerRefEntry";
    case Entry::Kind::container_segment:
        return "ContainerSegmentRefEntry";
    case Entry::Kind::stream_segment:
        return "StreamSegmentEntry";
    case Entry::Kind::indirect:
        return "IndirectParameterRefEntry";
    case Entry::Kind::array:
        return "ArrayParameterRefEntry";
    case Entry::Kind::fixed_value:
        return "FixedValueEntry";
    }
    return "";
}

bool is_plain(const Condition& condition) {
    return condition.kind == Condition::Kind::comparison &&
           std::holds_alternative<std::string>(condition.comparison.right);
}

} // namespace

XtceWriter::XtceWriter(const Database& database)
    : db_(database), paths_(database), inline_(database.algorithms.size(), false) {
    for (const Condition& condition : database.conditions)
        mark_inline(condition);
    for (const ParameterType& type : database.types)
        if (const auto* binary = std::get_if<BinaryEncoding>(&type.encoding))
            mark_inline(binary->from_binary);
    for (const AlarmDefinition& alarm : database.alarms) {
        mark_inline(alarm.limits.algorithm);
        for (const ContextLimits& context : alarm.contexts)
            mark_inline(context.limits.algorithm);
    }
}

void XtceWriter::mark_inline(const Condition& condition) {
    if (condition.kind == Condition::Kind::algorithm)
        mark_inline(condition.algorithm);
    for (const Condition& operand : condition.operands)
        mark_inline(operand);
}

void XtceWriter::mark_inline(AlgorithmIndex index) {
    if (index < inline_.size())
        inline_[index] = true;
}

std::string XtceWriter::write() {
    if (!db_.systems.empty())
        system(0);
    return xml_.take();
}

void XtceWriter::begin_named(Scope& scope, const Named& named) {
    scope.attribute("name", named.name);
    scope.attribute_if("shortDescription", named.short_description);
}

void XtceWriter::described(const Named& named, const std::vector<AncillaryData>& more) {
    if (!named.long_description.empty())
        xml_.leaf("LongDescription", named.long_description);
    if (!named.aliases.empty()) {
        Scope set(xml_, "AliasSet");
        for (const Alias& alias : named.aliases)
            Scope(xml_, "Alias")
                .attribute("nameSpace", alias.name_space)
                .attribute("alias", alias.name);
    }
    if (named.ancillary.empty() && more.empty())
        return;
    Scope set(xml_, "AncillaryDataSet");
    for (const auto* list : {&named.ancillary, &more})
        for (const AncillaryData& data : *list)
            Scope(xml_, "AncillaryData")
                .attribute("name", data.name)
                .attribute_if("mimeType", data.mime_type)
                .attribute_if("href", data.href)
                .text(data.text);
}

void XtceWriter::system(SystemIndex index) {
    const System& system = db_.systems[index];
    Scope scope(xml_, "SpaceSystem");
    if (index == 0)
        scope.attribute("xmlns", "http://www.omg.org/spec/XTCE/20180204");
    begin_named(scope, system);
    scope.attribute_if("operationalStatus", system.operational_status);
    std::vector<AncillaryData> more;
    if (index == 0 && !db_.alarm_rules.empty()) {
        std::string rules = write_yaml_rules(db_);
        rules.erase(rules.find_last_not_of('\n') + 1);
        more.push_back({std::string(kRulesName), rules});
    }
    described(system, more);
    if (system.header)
        header(*system.header);
    at_ = index;
    meta_data(false);
    meta_data(true);
    services(index);
    for (SystemIndex child = index + 1; child < db_.systems.size(); ++child)
        if (db_.systems[child].system == index)
            this->system(child);
}

void XtceWriter::header(const Header& header) {
    Scope scope(xml_, "Header");
    scope.attribute("validationStatus",
                    header.validation_status.empty() ? "Unknown" : header.validation_status);
    scope.attribute_if("version", header.version);
    scope.attribute_if("date", header.date);
    scope.attribute_if("classification", header.classification);
    const auto list = [&](std::string_view set, std::string_view item,
                          const std::vector<std::string>& texts) {
        if (texts.empty())
            return;
        Scope each(xml_, set);
        for (const std::string& text : texts)
            xml_.leaf(item, text);
    };
    list("AuthorSet", "Author", header.authors);
    list("NoteSet", "Note", header.notes);
    list("HistorySet", "History", header.history);
}

void XtceWriter::meta_data(bool of_commands) {
    const auto here = [&](const Named& named) { return named.system == at_; };
    const auto mine = [&](const Container& each) {
        return here(each) && each.is_command == of_commands;
    };
    const bool containers = std::any_of(db_.containers.begin(), db_.containers.end(), mine);
    if (of_commands) {
        if (!containers)
            return;
        Scope commands(xml_, "CommandMetaData");
        Scope set(xml_, "CommandContainerSet");
        for (const Container& each : db_.containers)
            if (mine(each))
                container(each);
        return;
    }
    const bool types = std::any_of(db_.types.begin(), db_.types.end(), here);
    const bool parameters = std::any_of(db_.parameters.begin(), db_.parameters.end(), here);
    const bool messages = std::any_of(db_.messages.begin(), db_.messages.end(), here);
    bool algorithms = false;
    for (AlgorithmIndex i = 0; i < db_.algorithms.size(); ++i)
        algorithms = algorithms || (here(db_.algorithms[i]) && !inline_[i]);
    if (!types && !parameters && !containers && !messages && !algorithms)
        return;
    Scope telemetry(xml_, "TelemetryMetaData");
    if (types) {
        Scope set(xml_, "ParameterTypeSet");
        for (const ParameterType& each : db_.types)
            if (here(each))
                type(each);
    }
    if (parameters) {
        Scope set(xml_, "ParameterSet");
        for (const Parameter& each : db_.parameters)
            if (here(each))
                parameter(each);
    }
    if (containers) {
        Scope set(xml_, "ContainerSet");
        for (const Container& each : db_.containers)
            if (mine(each))
                container(each);
    }
    if (messages) {
        Scope set(xml_, "MessageSet");
        for (const Message& each : db_.messages) {
            if (!here(each))
                continue;
            Scope scope(xml_, "Message");
            begin_named(scope, each);
            described(each);
            match("MatchCriteria", each.condition);
            Scope(xml_, "ContainerRef")
                .attribute("containerRef", paths_.container(each.container, at_));
        }
    }
    if (algorithms) {
        Scope set(xml_, "AlgorithmSet");
        for (AlgorithmIndex i = 0; i < db_.algorithms.size(); ++i)
            if (here(db_.algorithms[i]) && !inline_[i])
                algorithm(db_.algorithms[i], db_.algorithms[i].kind == Algorithm::Kind::math
                                                 ? "MathAlgorithm"
                                                 : "CustomAlgorithm");
    }
}

std::vector<AncillaryData> XtceWriter::behaviour(AlarmIndex index,
                                                 const std::vector<AncillaryData>& given) {
    const AlarmDefinition& alarm = db_.alarms[index];
    const ConditionIndex suppressed = alarm.behaviour.suppressed_while;
    return behaviour_texts(
        alarm, given,
        suppressed == kNone ? "" : to_text(db_.conditions[suppressed], db_, paths_, kNone));
}

void XtceWriter::parameter(const Parameter& parameter) {
    Scope scope(xml_, "Parameter");
    begin_named(scope, parameter);
    scope.attribute("parameterTypeRef", paths_.type(parameter.type, at_));
    scope.attribute_if("initialValue", parameter.initial_value);
    std::vector<AncillaryData> more;
    if (parameter.alarm != kNone)
        more = behaviour(parameter.alarm, parameter.ancillary);
    described(parameter, more);
    const bool plain = parameter.source == DataSource::telemetered && !parameter.is_read_only &&
                       parameter.system_name.empty() && parameter.valid_if == kNone &&
                       parameter.physical_addresses.empty() && !parameter.dated_by;
    if (plain)
        return;
    Scope properties(xml_, "ParameterProperties");
    properties.attribute("dataSource", name_of(parameter.source));
    if (parameter.is_read_only)
        properties.attribute("readOnly", "true");
    if (!parameter.system_name.empty())
        xml_.leaf("SystemName", parameter.system_name);
    if (parameter.valid_if != kNone)
        match("ValidityCondition", parameter.valid_if);
    if (!parameter.physical_addresses.empty()) {
        Scope set(xml_, "PhysicalAddressSet");
        for (const std::string& each : parameter.physical_addresses)
            address(each);
    }
    if (parameter.dated_by) {
        Scope association(xml_, "TimeAssociation");
        reference_attributes(association, *parameter.dated_by);
        if (parameter.date_offset_s != 0)
            association.attribute("offset", to_duration_text(parameter.date_offset_s));
    }
}

/// The inverse of how the reader joins an address and those below it.
void XtceWriter::address(std::string_view text) {
    const std::vector<std::string_view> levels = split(text, '/');
    const auto level = [&](const auto& self, std::size_t i) -> void {
        Scope scope(xml_, i == 0 ? "PhysicalAddress" : "SubAddress");
        const std::size_t colon = levels[i].find(':');
        if (colon != std::string_view::npos)
            scope.attribute("sourceName", levels[i].substr(0, colon));
        scope.attribute("sourceAddress",
                        colon == std::string_view::npos ? levels[i] : levels[i].substr(colon + 1));
        if (i + 1 < levels.size())
            self(self, i + 1);
    };
    level(level, 0);
}

void XtceWriter::container(const Container& container) {
    Scope scope(xml_, "SequenceContainer");
    begin_named(scope, container);
    if (container.is_abstract)
        scope.attribute("abstract", "true");
    described(container);
    if (container.expected_period_ns > 0)
        Scope(xml_, "DefaultRateInStream")
            .attribute("minimumValue",
                       number_text(1e9 / static_cast<double>(container.expected_period_ns)));
    if (container.size_bits) {
        Scope binary(xml_, "BinaryEncoding");
        integer_element("SizeInBits", *container.size_bits);
    }
    {
        Scope list(xml_, "EntryList");
        for (const Entry& each : container.entries)
            entry(each);
    }
    if (container.base == kNone)
        return;
    Scope base(xml_, "BaseContainer");
    base.attribute("containerRef", paths_.container(container.base, at_));
    if (container.restriction == kNone && container.next == kNone)
        return;
    Scope criteria(xml_, "RestrictionCriteria");
    if (container.restriction != kNone)
        match_body(db_.conditions[container.restriction]);
    if (container.next != kNone)
        Scope(xml_, "NextContainer")
            .attribute("containerRef", paths_.container(container.next, at_));
}

void XtceWriter::entry(const Entry& entry) {
    Scope scope(xml_, name_of(entry.kind));
    switch (entry.kind) {
    case Entry::Kind::parameter:
    case Entry::Kind::array:
    case Entry::Kind::parameter_segment:
        scope.attribute("parameterRef", paths_.parameter(entry.parameter, at_));
        break;
    case Entry::Kind::container:
    case Entry::Kind::container_segment:
        scope.attribute("containerRef", paths_.container(entry.container, at_));
        break;
    case Entry::Kind::stream_segment:
        scope.attribute("streamRef", "unknown");
        break;
    case Entry::Kind::indirect:
        scope.attribute_if("aliasNameSpace", entry.alias_space);
        break;
    case Entry::Kind::fixed_value:
        scope.attribute("binaryValue", to_hex(entry.fixed_value))
            .attribute("sizeInBits", std::to_string(entry.fixed_bits));
        break;
    }
    if (entry.segment_bits > 0)
        scope.attribute("sizeInBits", std::to_string(entry.segment_bits));
    if (entry.segment_order >= 0)
        scope.attribute("order", std::to_string(entry.segment_order));
    scope.attribute_if("shortDescription", entry.short_description);
    if (entry.location) {
        Scope location(xml_, "LocationInContainerInBits");
        location.attribute("referenceLocation", name_of(entry.location->from));
        integer_value(entry.location->offset_bits);
    }
    if (entry.repeat) {
        Scope repeat(xml_, "RepeatEntry");
        integer_element("Count", entry.repeat->count);
        const auto* gap = std::get_if<std::int64_t>(&entry.repeat->gap_bits);
        if (!gap || *gap != 0)
            integer_element("Offset", entry.repeat->gap_bits);
    }
    if (entry.include != kNone)
        match("IncludeCondition", entry.include);
    if (entry.kind == Entry::Kind::indirect && entry.reference)
        reference("ParameterInstance", *entry.reference);
    if (!entry.dimensions.empty())
        dimensions(entry.dimensions);
}

void XtceWriter::dimensions(const std::vector<Dimension>& list) {
    Scope scope(xml_, "DimensionList");
    for (const Dimension& each : list) {
        Scope dimension(xml_, "Dimension");
        integer_element("StartingIndex", each.start);
        integer_element("EndingIndex", each.end);
    }
}

void XtceWriter::algorithm(const Algorithm& algorithm, std::string_view element) {
    Scope scope(xml_, element);
    begin_named(scope, algorithm);
    described(algorithm);
    if (algorithm.kind != Algorithm::Kind::math) {
        custom_body(algorithm);
        return;
    }
    Scope operation(xml_, "MathOperation");
    if (!algorithm.outputs.empty())
        operation.attribute("outputParameterRef",
                            paths_.parameter(algorithm.outputs[0].parameter, at_));
    math(algorithm.math);
    triggers(algorithm);
}

void XtceWriter::custom_body(const Algorithm& algorithm) {
    const std::string language =
        algorithm.kind == Algorithm::Kind::expression ? "telemetry" : algorithm.language;
    if (!algorithm.text.empty() || !language.empty())
        Scope(xml_, "AlgorithmText").attribute("language", language).text(algorithm.text);
    if (!algorithm.inputs.empty() || !algorithm.constants.empty()) {
        Scope set(xml_, "InputSet");
        for (const Algorithm::Input& input : algorithm.inputs) {
            Scope instance(xml_, "InputParameterInstanceRef");
            reference_attributes(instance, input.reference);
            instance.attribute_if("inputName", input.name);
        }
        for (const Algorithm::Constant& constant : algorithm.constants)
            Scope(xml_, "Constant")
                .attribute_if("constantName", constant.name)
                .attribute("value", constant.value);
    }
    if (!algorithm.outputs.empty()) {
        Scope set(xml_, "OutputSet");
        for (const Algorithm::Output& output : algorithm.outputs)
            Scope(xml_, "OutputParameterRef")
                .attribute("parameterRef", paths_.parameter(output.parameter, at_))
                .attribute_if("outputName", output.name);
    }
    triggers(algorithm);
}

void XtceWriter::triggers(const Algorithm& algorithm) {
    if (algorithm.triggers.empty())
        return;
    Scope set(xml_, "TriggerSet");
    for (const Trigger& each : algorithm.triggers) {
        switch (each.kind) {
        case Trigger::Kind::parameter_update:
            Scope(xml_, "OnParameterUpdateTrigger")
                .attribute("parameterRef", paths_.of(each.parameter, at_));
            break;
        case Trigger::Kind::container_update:
            Scope(xml_, "OnContainerUpdateTrigger")
                .attribute("containerRef", paths_.container(each.container, at_));
            break;
        case Trigger::Kind::periodic:
            Scope(xml_, "OnPeriodicRateTrigger")
                .attribute("fireRateInSeconds",
                           number_text(static_cast<double>(each.period_ns) / 1e9));
            break;
        }
    }
}

void XtceWriter::services(SystemIndex index) {
    const auto here = [&](const Service& each) { return each.system == index; };
    if (std::none_of(db_.services.begin(), db_.services.end(), here))
        return;
    Scope set(xml_, "ServiceSet");
    for (const Service& each : db_.services) {
        if (!here(each))
            continue;
        Scope scope(xml_, "Service");
        begin_named(scope, each);
        described(each);
        if (!each.messages.empty()) {
            Scope messages(xml_, "MessageRefSet");
            for (const std::uint32_t message : each.messages)
                Scope(xml_, "MessageRef")
                    .attribute("messageRef", paths_.of(db_.messages[message], index));
        }
        if (!each.containers.empty()) {
            Scope containers(xml_, "ContainerRefSet");
            for (const ContainerIndex container : each.containers)
                Scope(xml_, "ContainerRef")
                    .attribute("containerRef", paths_.container(container, index));
        }
    }
}

void XtceWriter::reference(std::string_view element, const ParameterReference& reference) {
    Scope scope(xml_, element);
    reference_attributes(scope, reference);
}

void XtceWriter::reference_attributes(Scope& scope, const ParameterReference& reference) {
    scope.attribute("parameterRef", paths_.of(reference, at_));
    if (reference.instance != 0)
        scope.attribute("instance", std::to_string(reference.instance));
    if (reference.kind == ValueKind::raw)
        scope.attribute("useCalibratedValue", "false");
}

void XtceWriter::match(std::string_view element, ConditionIndex condition) {
    Scope scope(xml_, element);
    if (condition < db_.conditions.size())
        match_body(db_.conditions[condition]);
}

void XtceWriter::match_body(const Condition& condition) {
    if (is_plain(condition)) {
        comparison(condition.comparison);
    } else if (condition.kind == Condition::Kind::algorithm) {
        algorithm(db_.algorithms[condition.algorithm], "CustomAlgorithm");
    } else if (condition.kind == Condition::Kind::all_of &&
               std::all_of(condition.operands.begin(), condition.operands.end(), is_plain)) {
        Scope list(xml_, "ComparisonList");
        for (const Condition& each : condition.operands)
            comparison(each.comparison);
    } else {
        Scope scope(xml_, "BooleanExpression");
        expression(condition);
    }
}

void XtceWriter::comparison(const Comparison& comparison) {
    Scope scope(xml_, "Comparison");
    reference_attributes(scope, comparison.left);
    if (comparison.comparator != Comparator::equal)
        scope.attribute("comparisonOperator", name_of(comparison.comparator));
    scope.attribute("value", std::get<std::string>(comparison.right));
}

void XtceWriter::expression(const Condition& condition) {
    if (condition.kind == Condition::Kind::comparison) {
        Scope scope(xml_, "Condition");
        reference("ParameterInstanceRef", condition.comparison.left);
        xml_.leaf("ComparisonOperator", name_of(condition.comparison.comparator));
        if (const auto* text = std::get_if<std::string>(&condition.comparison.right))
            xml_.leaf("Value", *text);
        else
            reference("ParameterInstanceRef",
                      std::get<ParameterReference>(condition.comparison.right));
        return;
    }
    Scope scope(xml_,
                condition.kind == Condition::Kind::all_of ? "ANDedConditions" : "ORedConditions");
    for (const Condition& each : condition.operands)
        expression(each);
}

void XtceWriter::integer_element(std::string_view element, const IntegerValue& value) {
    Scope scope(xml_, element);
    integer_value(value);
}

void XtceWriter::integer_value(const IntegerValue& value) {
    if (const auto* fixed = std::get_if<std::int64_t>(&value)) {
        xml_.leaf("FixedValue", std::to_string(*fixed));
    } else if (const auto* dynamic = std::get_if<DynamicValue>(&value)) {
        Scope scope(xml_, "DynamicValue");
        reference("ParameterInstanceRef", dynamic->reference);
        if (dynamic->slope != 1 || dynamic->intercept != 0)
            Scope(xml_, "LinearAdjustment")
                .attribute("slope", number_text(dynamic->slope))
                .attribute("intercept", number_text(dynamic->intercept));
    } else {
        const auto& lookup = std::get<DiscreteLookup>(value);
        Scope list(xml_, "DiscreteLookupList");
        if (lookup.fallback)
            list.attribute("defaultValue", std::to_string(*lookup.fallback));
        for (const DiscreteLookup::Row& row : lookup.rows) {
            Scope each(xml_, "DiscreteLookup");
            each.attribute("value", std::to_string(row.value));
            if (row.condition != kNone)
                match_body(db_.conditions[row.condition]);
        }
    }
}

void XtceWriter::range_attributes(Scope& scope, const Range& range) {
    if (range.min > -std::numeric_limits<double>::infinity())
        scope.attribute(range.min_exclusive ? "minExclusive" : "minInclusive",
                        number_text(range.min));
    if (range.max < std::numeric_limits<double>::infinity())
        scope.attribute(range.max_exclusive ? "maxExclusive" : "maxInclusive",
                        number_text(range.max));
}

void XtceWriter::math(const MathOperation& operation) {
    for (const MathToken& token : operation) {
        switch (token.kind) {
        case MathToken::Kind::number:
            xml_.leaf("ValueOperand", number_text(token.number));
            break;
        case MathToken::Kind::this_parameter:
            Scope(xml_, "ThisParameterOperand");
            break;
        case MathToken::Kind::reference:
            reference("ParameterInstanceRefOperand", token.reference);
            break;
        case MathToken::Kind::operation:
            xml_.leaf("Operator", telemetry::parameter::name_of(token.operation));
            break;
        }
    }
}

std::string write_xtce(const Database& database) {
    return XtceWriter(database).write();
}

} // namespace telemetry::parameter
