// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/yaml_writer.h"

#include <algorithm>
#include <map>
#include <set>

#include "telemetry/base/text.h"
#include "telemetry/parameter/math_names.h"
#include "telemetry/parameter/type_notation.h"
#include "telemetry/parameter/yaml_database.h"

namespace telemetry::parameter {
namespace {

using Yaml = YamlValue;

constexpr std::string_view kHead =
    "# A mission database of gr-telemetry; see docs/mission-database.md.\n";

/// Parsers of YAML allow a key once, so a second thing of a name (a mistake of the database, told
/// of when it was read) gets another.
std::string unique(std::set<std::string>& known, const std::string& name) {
    std::string each = name.empty() ? "unnamed" : name;
    while (!known.insert(each).second)
        each += "_again";
    return each;
}

YamlNode strings(const std::vector<std::string>& texts) {
    YamlNode list = Yaml::list();
    for (const std::string& text : texts)
        list.items.push_back(Yaml::text(text));
    return list;
}

} // namespace

YamlDatabaseWriter::YamlDatabaseWriter(const Database& database)
    : db_(database), paths_(database), own_type_(database.parameters.size(), false),
      is_own_(database.types.size(), false) {
    std::vector<int> uses(database.types.size(), 0);
    for (const Parameter& parameter : database.parameters)
        ++uses[parameter.type];
    for (const ParameterType& type : database.types) {
        if (const auto* aggregate = std::get_if<AggregateType>(&type.detail))
            for (const Member& member : aggregate->members)
                ++uses[member.type];
        if (const auto* array = std::get_if<ArrayType>(&type.detail))
            ++uses[array->element];
    }
    for (ParameterIndex i = 0; i < database.parameters.size(); ++i) {
        const Parameter& parameter = database.parameters[i];
        const ParameterType& type = database.types[parameter.type];
        const bool plain = type.short_description.empty() && type.long_description.empty() &&
                           type.aliases.empty() && type.ancillary.empty() &&
                           type.initial_value.empty();
        own_type_[i] = plain && uses[parameter.type] == 1 && type.name == parameter.name &&
                       type.system == parameter.system && parameter.alarm == kNone;
        if (own_type_[i])
            is_own_[parameter.type] = true;
    }
}

std::string YamlDatabaseWriter::write() {
    YamlNode root = Yaml::map();
    if (db_.systems.empty())
        return std::string(kHead);
    Yaml::put(root, "mission", Yaml::text(db_.systems[0].name));
    YamlNode rest = system(0);
    std::move(rest.entries.begin(), rest.entries.end(), std::back_inserter(root.entries));
    Yaml::add(root, "rules", rules());
    return std::string(kHead) + write_yaml(root, 3);
}

YamlNode YamlDatabaseWriter::rules() {
    at_ = 0;
    YamlNode rules = Yaml::map();
    for (const AlarmRule& each : db_.alarm_rules)
        Yaml::put(rules, each.name, rule(each));
    return rules;
}

std::string write_yaml_rules(const Database& database) {
    return database.alarm_rules.empty() ? "" : write_yaml(YamlDatabaseWriter(database).rules(), 1);
}

YamlNode YamlDatabaseWriter::system(SystemIndex index) {
    const System& system = db_.systems[index];
    at_ = index;
    YamlNode map = Yaml::map();
    named(map, system);
    Yaml::add(map, "status", system.operational_status);
    if (system.header)
        Yaml::put(map, "header", header(*system.header));
    const auto set = [&](const char* key, const auto& things, auto&& make) {
        YamlNode all = Yaml::map();
        std::set<std::string> known;
        for (std::uint32_t i = 0; i < things.size(); ++i)
            if (things[i].system == index)
                make(all, i, [&] { return unique(known, things[i].name); });
        Yaml::add(map, key, std::move(all));
    };
    set("types", db_.types, [&](YamlNode& all, TypeIndex i, auto&& name) {
        if (is_own_[i])
            return;
        YamlNode each = Yaml::map();
        named(each, db_.types[i]);
        Yaml::add(each, "initial", db_.types[i].initial_value);
        type(each, db_.types[i]);
        Yaml::put(all, name(), std::move(each));
    });
    set("parameters", db_.parameters, [&](YamlNode& all, ParameterIndex i, auto&& name) {
        Yaml::put(all, name(), parameter(i));
    });
    set("containers", db_.containers, [&](YamlNode& all, ContainerIndex i, auto&& name) {
        Yaml::put(all, name(), container(db_.containers[i]));
    });
    set("algorithms", db_.algorithms, [&](YamlNode& all, AlgorithmIndex i, auto&& name) {
        Yaml::put(all, name(), algorithm(db_.algorithms[i]));
    });
    set("messages", db_.messages, [&](YamlNode& all, std::uint32_t i, auto&& name) {
        YamlNode each = Yaml::map();
        named(each, db_.messages[i]);
        Yaml::add(each, "when", condition(db_.messages[i].condition));
        Yaml::add(each, "container", paths_.container(db_.messages[i].container, at_));
        Yaml::put(all, name(), std::move(each));
    });
    set("services", db_.services, [&](YamlNode& all, std::uint32_t i, auto&& name) {
        YamlNode each = Yaml::map();
        named(each, db_.services[i]);
        YamlNode containers = Yaml::list();
        for (const ContainerIndex container : db_.services[i].containers)
            containers.items.push_back(Yaml::text(paths_.container(container, at_)));
        Yaml::add(each, "containers", std::move(containers));
        YamlNode messages = Yaml::list();
        for (const std::uint32_t message : db_.services[i].messages)
            messages.items.push_back(Yaml::text(paths_.of(db_.messages[message], at_)));
        Yaml::add(each, "messages", std::move(messages));
        Yaml::put(all, name(), std::move(each));
    });
    YamlNode systems = Yaml::map();
    std::set<std::string> known;
    for (SystemIndex child = index + 1; child < db_.systems.size(); ++child)
        if (db_.systems[child].system == index)
            Yaml::put(systems, unique(known, db_.systems[child].name), this->system(child));
    Yaml::add(map, "systems", std::move(systems));
    at_ = index;
    return map;
}

void YamlDatabaseWriter::named(YamlNode& map, const Named& named) {
    Yaml::add(map, "description", named.short_description);
    Yaml::add(map, "text", named.long_description);
    YamlNode aliases = Yaml::list();
    for (const Alias& alias : named.aliases) {
        YamlNode each = Yaml::map();
        Yaml::put(each, alias.name_space, Yaml::text(alias.name));
        aliases.items.push_back(std::move(each));
    }
    Yaml::add(map, "aliases", std::move(aliases));
    YamlNode ancillary = Yaml::list();
    for (const AncillaryData& data : named.ancillary) {
        YamlNode each = Yaml::map();
        Yaml::put(each, "name", Yaml::text(data.name));
        Yaml::add(each, "text", data.text);
        Yaml::add(each, "mime_type", data.mime_type);
        Yaml::add(each, "href", data.href);
        ancillary.items.push_back(std::move(each));
    }
    Yaml::add(map, "ancillary", std::move(ancillary));
}

YamlNode YamlDatabaseWriter::header(const Header& header) {
    YamlNode map = Yaml::map();
    Yaml::add(map, "version", header.version);
    Yaml::add(map, "date", header.date);
    Yaml::add(map, "classification", header.classification);
    Yaml::add(map, "validation_status", header.validation_status);
    Yaml::add(map, "authors", strings(header.authors));
    Yaml::add(map, "notes", strings(header.notes));
    Yaml::add(map, "history", strings(header.history));
    return map;
}

YamlNode YamlDatabaseWriter::parameter(ParameterIndex index) {
    const Parameter& parameter = db_.parameters[index];
    YamlNode map = Yaml::map();
    named(map, parameter);
    if (own_type_[index]) {
        type(map, db_.types[parameter.type]);
    } else {
        std::string name = paths_.type(parameter.type, at_);
        // A type whose name looks like a short one is told apart by its path.
        if (name.find('/') == std::string::npos)
            name = type_reference(name);
        Yaml::put(map, "type", Yaml::text(name));
    }
    Yaml::add(map, "initial", parameter.initial_value);
    Yaml::add(map, "source", source_text(parameter.source));
    if (parameter.is_read_only)
        Yaml::add(map, "read_only", "true");
    Yaml::add(map, "valid_if", condition(parameter.valid_if));
    if (parameter.dated_by)
        Yaml::add(map, "dated_by", reference(*parameter.dated_by));
    if (parameter.date_offset_s != 0)
        Yaml::add(map, "date_offset", number_text(parameter.date_offset_s));
    Yaml::add(map, "addresses", strings(parameter.physical_addresses));
    Yaml::add(map, "subsystem", parameter.system_name);
    Yaml::add(map, "significance", significance(parameter.significance));
    if (map.entries.size() == 1 && map.entries[0].first.text == "type")
        return std::move(map.entries[0].second);
    return map;
}

YamlNode YamlDatabaseWriter::significance(const Significance& significance) {
    YamlNode map = Yaml::map();
    if (significance.level != AlarmLevel::normal)
        Yaml::add(map, "level", telemetry::parameter::name_of(significance.level));
    Yaml::add(map, "reason", significance.reason);
    if (significance.at_system != kNone)
        Yaml::add(map, "system", qualified_name(db_, significance.at_system));
    return map;
}

YamlNode YamlDatabaseWriter::container(const Container& container) {
    YamlNode map = Yaml::map();
    named(map, container);
    if (container.is_abstract)
        Yaml::add(map, "abstract", "true");
    if (container.is_command)
        Yaml::add(map, "command", "true");
    if (container.base != kNone)
        Yaml::add(map, "base", paths_.container(container.base, at_));
    Yaml::add(map, "when", condition(container.restriction));
    if (container.size_bits)
        Yaml::put(map, "size", integer_value(*container.size_bits));
    Yaml::add(map, "period", duration(container.expected_period_ns));
    if (container.next != kNone)
        Yaml::add(map, "next", paths_.container(container.next, at_));
    Yaml::add(map, "significance", significance(container.significance));
    YamlNode entries = Yaml::list();
    for (const Entry& each : container.entries)
        entries.items.push_back(entry(each));
    Yaml::add(map, "entries", std::move(entries));
    return map;
}

YamlNode YamlDatabaseWriter::entry(const Entry& entry) {
    YamlNode map = Yaml::map();
    const auto segment = [&] {
        Yaml::add(map, "bits", std::to_string(entry.segment_bits));
        if (entry.segment_order >= 0)
            Yaml::add(map, "order", std::to_string(entry.segment_order));
    };
    switch (entry.kind) {
    case Entry::Kind::parameter:
        Yaml::put(map, "parameter", Yaml::text(paths_.parameter(entry.parameter, at_)));
        break;
    case Entry::Kind::array:
        Yaml::put(map, "array", Yaml::text(paths_.parameter(entry.parameter, at_)));
        Yaml::add(map, "dimensions", dimensions(entry.dimensions));
        break;
    case Entry::Kind::parameter_segment:
        Yaml::put(map, "segment", Yaml::text(paths_.parameter(entry.parameter, at_)));
        segment();
        break;
    case Entry::Kind::container:
        Yaml::put(map, "container", Yaml::text(paths_.container(entry.container, at_)));
        break;
    case Entry::Kind::container_segment:
        Yaml::put(map, "container_segment", Yaml::text(paths_.container(entry.container, at_)));
        segment();
        break;
    case Entry::Kind::stream_segment:
        Yaml::put(map, "stream", Yaml::text("unknown"));
        segment();
        break;
    case Entry::Kind::indirect:
        Yaml::put(map, "indirect", Yaml::text(entry.reference ? reference(*entry.reference) : ""));
        Yaml::add(map, "alias_space", entry.alias_space);
        break;
    case Entry::Kind::fixed_value:
        Yaml::put(map, "fixed", Yaml::text(to_hex(entry.fixed_value)));
        Yaml::add(map, "bits", std::to_string(entry.fixed_bits));
        break;
    }
    entry_options(map, entry);
    if (map.entries.size() == 1 && entry.kind == Entry::Kind::parameter)
        return std::move(map.entries[0].second);
    return map;
}

void YamlDatabaseWriter::entry_options(YamlNode& map, const Entry& entry) {
    if (entry.location) {
        constexpr const char* keys[] = {"after", "at", "from_end", "before_next"};
        Yaml::put(map, keys[static_cast<std::size_t>(entry.location->from)],
                  integer_value(entry.location->offset_bits));
    }
    if (entry.repeat) {
        Yaml::put(map, "repeat", integer_value(entry.repeat->count));
        const auto* gap = std::get_if<std::int64_t>(&entry.repeat->gap_bits);
        if (!gap || *gap != 0)
            Yaml::put(map, "gap", integer_value(entry.repeat->gap_bits));
    }
    Yaml::add(map, "when", condition(entry.include));
    Yaml::add(map, "note", entry.short_description);
}

YamlNode YamlDatabaseWriter::algorithm(const Algorithm& algorithm) {
    YamlNode map = Yaml::map();
    named(map, algorithm);
    switch (algorithm.kind) {
    case Algorithm::Kind::math:
        Yaml::put(map, "math", math(algorithm.math));
        break;
    case Algorithm::Kind::expression:
        Yaml::put(map, "expression", Yaml::text(algorithm.text));
        break;
    case Algorithm::Kind::custom:
        Yaml::put(map, "code", Yaml::text(algorithm.text));
        break;
    }
    Yaml::add(map, "language", algorithm.language);
    const auto list = [&](const char* key, const auto& things, auto&& text) {
        YamlNode all = Yaml::list();
        for (const auto& each : things) {
            if (each.name.empty()) {
                all.items.push_back(Yaml::text(text(each)));
            } else {
                YamlNode pair = Yaml::map();
                Yaml::put(pair, each.name, Yaml::text(text(each)));
                all.items.push_back(std::move(pair));
            }
        }
        Yaml::add(map, key, std::move(all));
    };
    list("inputs", algorithm.inputs,
         [&](const Algorithm::Input& each) { return reference(each.reference); });
    list("outputs", algorithm.outputs,
         [&](const Algorithm::Output& each) { return paths_.parameter(each.parameter, at_); });
    list("constants", algorithm.constants,
         [&](const Algorithm::Constant& each) { return each.value; });
    YamlNode triggers = Yaml::list();
    for (const Trigger& each : algorithm.triggers) {
        YamlNode trigger = Yaml::map();
        if (each.kind == Trigger::Kind::parameter_update)
            Yaml::put(trigger, "parameter", Yaml::text(paths_.of(each.parameter, at_)));
        else if (each.kind == Trigger::Kind::container_update)
            Yaml::put(trigger, "container", Yaml::text(paths_.container(each.container, at_)));
        else
            Yaml::put(trigger, "period", Yaml::text(duration(each.period_ns)));
        triggers.items.push_back(std::move(trigger));
    }
    Yaml::add(map, "triggers", std::move(triggers));
    return map;
}

YamlNode YamlDatabaseWriter::rule(const AlarmRule& rule) {
    YamlNode map = Yaml::map();
    Yaml::add(map, "if", rule.expression);
    Yaml::add(map, "when", condition(rule.condition));
    Yaml::add(map, "for", duration(rule.duration_ns));
    Yaml::add(map, "level", telemetry::parameter::name_of(rule.level));
    behaviour(map, rule.behaviour);
    return map;
}

YamlNode YamlDatabaseWriter::dimensions(const std::vector<Dimension>& list) {
    YamlNode all = Yaml::list();
    for (const Dimension& each : list) {
        const auto* start = std::get_if<std::int64_t>(&each.start);
        const auto* end = std::get_if<std::int64_t>(&each.end);
        if (start && *start == 0 && end) {
            all.items.push_back(Yaml::text(std::to_string(*end + 1)));
            continue;
        }
        YamlNode map = Yaml::map();
        Yaml::put(map, "start", integer_value(each.start));
        Yaml::put(map, "end", integer_value(each.end));
        all.items.push_back(std::move(map));
    }
    return all;
}

YamlNode YamlDatabaseWriter::integer_value(const IntegerValue& value) {
    if (const auto* fixed = std::get_if<std::int64_t>(&value))
        return Yaml::text(std::to_string(*fixed));
    if (const auto* dynamic = std::get_if<DynamicValue>(&value))
        return Yaml::text(to_text(*dynamic, paths_, at_));
    const auto& lookup = std::get<DiscreteLookup>(value);
    YamlNode map = Yaml::map();
    YamlNode rows = Yaml::list();
    for (const DiscreteLookup::Row& each : lookup.rows) {
        YamlNode row = Yaml::map();
        Yaml::add(row, "when", condition(each.condition));
        Yaml::put(row, "value", Yaml::text(std::to_string(each.value)));
        rows.items.push_back(std::move(row));
    }
    Yaml::put(map, "lookup", std::move(rows));
    if (lookup.fallback)
        Yaml::put(map, "default", Yaml::text(std::to_string(*lookup.fallback)));
    return map;
}

YamlNode YamlDatabaseWriter::range(const Range& range) {
    const bool has_min = range.min > -std::numeric_limits<double>::infinity();
    const bool has_max = range.max < std::numeric_limits<double>::infinity();
    if (!range.min_exclusive && !range.max_exclusive) {
        YamlNode list = Yaml::list();
        list.items.push_back(has_min ? Yaml::text(number_text(range.min)) : YamlNode{});
        list.items.push_back(has_max ? Yaml::text(number_text(range.max)) : YamlNode{});
        return list;
    }
    YamlNode map = Yaml::map();
    if (has_min)
        Yaml::put(map, range.min_exclusive ? "above" : "min", Yaml::text(number_text(range.min)));
    if (has_max)
        Yaml::put(map, range.max_exclusive ? "below" : "max", Yaml::text(number_text(range.max)));
    return map;
}

YamlNode YamlDatabaseWriter::math(const MathOperation& operation) {
    YamlNode list = Yaml::list();
    for (const MathToken& token : operation) {
        switch (token.kind) {
        case MathToken::Kind::number:
            list.items.push_back(Yaml::text(number_text(token.number)));
            break;
        case MathToken::Kind::this_parameter:
            list.items.push_back(Yaml::text("x"));
            break;
        case MathToken::Kind::reference: {
            YamlNode map = Yaml::map();
            Yaml::put(map, "ref", Yaml::text(reference(token.reference)));
            list.items.push_back(std::move(map));
            break;
        }
        case MathToken::Kind::operation:
            list.items.push_back(Yaml::text(telemetry::parameter::name_of(token.operation)));
            break;
        }
    }
    return list;
}

std::string YamlDatabaseWriter::condition(ConditionIndex index) {
    return index < db_.conditions.size() ? to_text(db_.conditions[index], db_, paths_, at_) : "";
}

std::string YamlDatabaseWriter::reference(const ParameterReference& reference) {
    return to_text(reference, paths_, at_);
}

std::string YamlDatabaseWriter::duration(std::int64_t ns) {
    return ns ? number_text(static_cast<double>(ns) / 1e9) : "";
}

std::string write_yaml_database(const Database& database) {
    return YamlDatabaseWriter(database).write();
}

} // namespace telemetry::parameter
