// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/yaml_reader.h"

#include <cmath>

#include "telemetry/parameter/alarm_names.h"
#include "telemetry/parameter/yaml_database.h"

namespace telemetry::parameter {
namespace {

constexpr YamlSubject kSubject = {"mission database", "a map with mission, containers and so on",
                                  std::size_t{64} << 20};

/// First keys of entries that are no new parameter.
constexpr std::string_view kEntryKinds[] = {
    "parameter", "container", "segment", "container_segment", "array", "indirect",
    "fixed",     "stream",    "skip"};

/// What read_entry_options asks for.
constexpr std::string_view kEntryKeys[] = {"at",     "from_end", "after", "before_next",
                                           "repeat", "gap",      "when",  "note"};

constexpr std::pair<std::string_view, DataSource> kSources[] = {
    {"telemetered", DataSource::telemetered}, {"derived", DataSource::derived},
    {"constant", DataSource::constant},       {"local", DataSource::local},
    {"ground", DataSource::ground},
};

bool is_entry_kind(std::string_view key) {
    return std::find(std::begin(kEntryKinds), std::end(kEntryKinds), key) != std::end(kEntryKinds);
}

bool is_entry_key(std::string_view key) {
    return std::find(std::begin(kEntryKeys), std::end(kEntryKeys), key) != std::end(kEntryKeys);
}

/// "- name: …", where the place and so on of the entry may follow in the same map.
bool defines_parameter(const YamlNode& entry) {
    return entry.kind == YamlNode::Kind::map && !entry.entries.empty() &&
           !is_entry_kind(entry.entries[0].first.text) &&
           !is_entry_key(entry.entries[0].first.text);
}

/// Where `text` ceases to be UTF-8 of characters that XML may hold but for control ones; npos:
/// never.
std::size_t find_invalid_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<unsigned char>(text[at]);
        const std::size_t more = first < 0x80                    ? 0
                                 : first >= 0xc2 && first < 0xe0 ? 1
                                 : first >= 0xe0 && first < 0xf0 ? 2
                                 : first >= 0xf0 && first < 0xf5 ? 3
                                                                 : text.size();
        if (more >= text.size() - at)
            return at;
        std::uint32_t code = more == 0 ? first : first & (0x3fU >> more);
        for (std::size_t i = 1; i <= more; ++i) {
            const auto next = static_cast<unsigned char>(text[at + i]);
            if ((next & 0xc0) != 0x80)
                return at;
            code = code << 6 | (next & 0x3fU);
        }
        constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        const bool is_surrogate = code >= 0xd800 && code < 0xe000;
        if (code < least[more] || is_surrogate || code == 0xfffe || code == 0xffff ||
            code > 0x10ffff)
            return at;
        at += more + 1;
    }
    return std::string_view::npos;
}

constexpr std::int64_t kMostBits = 65'542 * 8;

} // namespace

YamlReader::YamlReader(const YamlNode& root, const std::string& file)
    : root_(root), file_(file), errors_(file) {
    database_.files.push_back(file);
}

Result<Database> YamlReader::read() {
    const YamlNode* mission = root_.find("mission");
    if (root_.kind != YamlNode::Kind::map || !mission || mission->text.empty())
        return fail(Error{"required and not given; expected the mission's name", file_,
                          mission ? mission->line : 1, mission ? mission->column : 1, "mission"});
    declare_system(*mission, root_, kNone, "");
    for (TypeIndex i = 0; i < types_.size() && !errors_; ++i)
        read_type(i);
    for (ParameterIndex i = 0; i < parameters_.size() && !errors_; ++i)
        read_parameter(i);
    for (AlgorithmIndex i = 0; i < algorithms_.size() && !errors_; ++i)
        read_algorithm(i);
    for (ContainerIndex i = 0; i < containers_.size() && !errors_; ++i)
        read_container(i);
    for (std::uint32_t i = 0; i < messages_.size() && !errors_; ++i)
        read_message(i);
    for (const Declared& each : services_)
        read_service(each);
    for (const Declared& each : rules_)
        read_rule(each);
    if (errors_)
        return fail(errors_.error());
    if (const auto sound = check(database_); !sound)
        return fail(sound.error());
    return std::move(database_);
}

template <class Thing>
void YamlReader::declare(Kind kind, std::vector<Thing>& things, std::vector<Declared>& declared,
                         const YamlNode& key, const YamlNode& node, SystemIndex system,
                         const std::string& path) {
    if (key.text.empty() || key.text.find('/') != std::string::npos)
        errors_.tell(key, path, "a name cannot be empty or hold '/'");
    if (!names_.declare(kind, system, key.text, static_cast<std::uint32_t>(things.size())))
        errors_.tell(key, path, "there is one of that name already in this system");
    Thing thing;
    thing.name = key.text;
    thing.system = system;
    thing.where = {0, key.line};
    things.push_back(std::move(thing));
    declared.push_back({&node, &key, system, path});
}

void YamlReader::declare_system(const YamlNode& key, const YamlNode& node, SystemIndex parent,
                                const std::string& path) {
    if (key.text.find('/') != std::string::npos)
        errors_.tell(key, path, "a name cannot hold '/'");
    const SystemIndex index = names_.add_system(key.text, parent);
    {
        System system;
        YamlVisit visit(errors_, node, path);
        if (parent == kNone)
            visit.find("mission");
        read_named(visit, system);
        system.name = key.text;
        system.where = {0, key.line};
        system.operational_status = visit.text("status");
        read_header(visit, system);
        system.system = parent;
        database_.systems.push_back(std::move(system));
        for (const char* set : {"types", "parameters", "containers", "algorithms", "messages",
                                "services", "rules", "systems"})
            visit.find(set);
    }
    const std::string prefix = path.empty() ? "" : path + ".";
    const auto each = [&](const char* set, auto&& action) {
        const YamlNode* map = node.find(set);
        if (!map || map->kind == YamlNode::Kind::null)
            return;
        if (map->kind != YamlNode::Kind::map)
            return errors_.tell(*map, prefix + set, "expected a map by name");
        for (const auto& [name, value] : map->entries)
            action(name, value, prefix + set + "." + name.text);
    };
    each("types", [&](const YamlNode& name, const YamlNode& value, const std::string& at) {
        declare(Kind::type, database_.types, types_, name, value, index, at);
    });
    each("parameters", [&](const YamlNode& name, const YamlNode& value, const std::string& at) {
        declare_parameter(name, value, index, at, false);
    });
    each("containers", [&](const YamlNode& name, const YamlNode& value, const std::string& at) {
        declare(Kind::container, database_.containers, containers_, name, value, index, at);
        declare_entries(value, index, at);
    });
    each("algorithms", [&](const YamlNode& name, const YamlNode& value, const std::string& at) {
        declare(Kind::algorithm, database_.algorithms, algorithms_, name, value, index, at);
    });
    each("messages", [&](const YamlNode& name, const YamlNode& value, const std::string& at) {
        declare(Kind::message, database_.messages, messages_, name, value, index, at);
    });
    each("services", [&](const YamlNode& name, const YamlNode& value, const std::string& at) {
        services_.push_back({&value, &name, index, at});
    });
    each("rules", [&](const YamlNode& name, const YamlNode& value, const std::string& at) {
        rules_.push_back({&value, &name, index, at});
    });
    each("systems", [&](const YamlNode& name, const YamlNode& value, const std::string& at) {
        declare_system(name, value, index, at);
    });
}

void YamlReader::declare_parameter(const YamlNode& key, const YamlNode& node, SystemIndex system,
                                   const std::string& path, bool is_entry) {
    declare(Kind::parameter, database_.parameters, parameters_, key, node, system, path);
    parameters_.back().is_entry = is_entry;
    if (!brings_type(node))
        return;
    parameters_.back().type = static_cast<TypeIndex>(database_.types.size());
    declare(Kind::type, database_.types, types_, key, node, system, path);
    types_.back().is_entry = true; // keys of the parameter stand in the same map
}

/// Entries "- name: …" of a container are parameters that stand where they are used.
void YamlReader::declare_entries(const YamlNode& container, SystemIndex system,
                                 const std::string& path) {
    const YamlNode* entries = container.find("entries");
    if (!entries)
        return;
    for (const YamlNode& item : entries->items)
        if (defines_parameter(item))
            declare_parameter(item.entries[0].first, item.entries[0].second, system,
                              path + ".entries." + item.entries[0].first.text, true);
}

void YamlReader::read_named(YamlVisit& visit, Named& named) {
    named.short_description = visit.text("description");
    named.long_description = visit.text("text");
    for (const YamlNode* item : visit.list("aliases")) {
        if (item->kind == YamlNode::Kind::map) {
            for (const auto& [space, name] : item->entries)
                named.aliases.push_back({space.text, name.text});
        } else {
            named.aliases.push_back({"", item->text});
        }
    }
    for (const YamlNode* item : visit.list("ancillary")) {
        YamlVisit data(errors_, *item, visit.path() + ".ancillary");
        AncillaryData each;
        each.name = data.text("name");
        each.text = data.text("text");
        each.mime_type = data.text("mime_type");
        each.href = data.text("href");
        named.ancillary.push_back(std::move(each));
    }
}

void YamlReader::read_header(YamlVisit& visit, System& system) {
    const YamlNode* node = visit.find("header");
    if (!node)
        return;
    YamlVisit header(errors_, *node, visit.path() + "header");
    Header each;
    each.version = header.text("version");
    each.date = header.text("date");
    each.classification = header.text("classification");
    each.validation_status = header.text("validation_status");
    each.authors = header.texts("authors");
    each.notes = header.texts("notes");
    each.history = header.texts("history");
    system.header = std::move(each);
}

void YamlReader::read_parameter(ParameterIndex index) {
    const Declared& declared = parameters_[index];
    system_ = declared.system;
    Parameter& parameter = database_.parameters[index];
    const YamlNode& node = *declared.node;
    if (node.kind != YamlNode::Kind::map) { // "battery: volts", or a shorthand
        if (declared.type != kNone)
            parameter.type = declared.type;
        else if (node.kind == YamlNode::Kind::scalar)
            parameter.type = resolve(Kind::type, node, declared.path, node.text);
        else
            errors_.tell(node, declared.path, "expected a type, or a map with a type");
        return;
    }
    YamlVisit visit(errors_, node, declared.path);
    read_named(visit, parameter);
    const YamlNode* type = visit.find("type");
    if (declared.type != kNone) {
        parameter.type = declared.type;
        visit.permit(kTypeKeys);
    } else if (type) {
        parameter.type = resolve(Kind::type, *type, declared.path + ".type", type->text);
    }
    parameter.initial_value = visit.text("initial");
    parameter.source = visit.choice("source", kSources, DataSource::telemetered);
    parameter.is_read_only = visit.flag("read_only", false);
    if (const YamlNode* condition = visit.find("valid_if"))
        parameter.valid_if = read_condition(*condition, declared.path + ".valid_if");
    if (const YamlNode* date = visit.find("dated_by"))
        parameter.dated_by = read_reference(*date, declared.path + ".dated_by");
    parameter.date_offset_s = visit.real("date_offset", 0);
    parameter.physical_addresses = visit.texts("addresses");
    parameter.system_name = visit.text("subsystem");
    if (const YamlNode* significance = visit.find("significance"))
        parameter.significance = read_significance(*significance, declared.path + ".significance");
    if (declared.is_entry)
        visit.permit(kEntryKeys);
}

Significance YamlReader::read_significance(const YamlNode& node, const std::string& path) {
    YamlVisit visit(errors_, node, path);
    Significance significance;
    significance.level = visit.choice("level", kAlarmLevels, AlarmLevel::normal);
    significance.reason = visit.text("reason");
    if (const YamlNode* system = visit.find("system")) {
        significance.at_system = names_.find_system(system_, system->text);
        if (significance.at_system == kNone)
            visit.wrong(*system, "system", "no system '" + system->text + "' here or above");
    }
    return significance;
}

void YamlReader::read_container(ContainerIndex index) {
    const Declared& declared = containers_[index];
    system_ = declared.system;
    Container container = database_.containers[index];
    YamlVisit visit(errors_, *declared.node, declared.path);
    read_named(visit, container);
    container.is_abstract = visit.flag("abstract", false);
    container.is_command = visit.flag("command", false);
    if (const YamlNode* base = visit.find("base"))
        container.base = resolve(Kind::container, *base, declared.path + ".base", base->text);
    if (const YamlNode* when = visit.find("when")) {
        container.restriction = read_condition(*when, declared.path + ".when");
        if (!visit.has("base"))
            visit.wrong(*when, "when", "needs a base, whose packets it tells apart");
    }
    if (const YamlNode* size = visit.find("size"))
        container.size_bits = read_integer_value(*size, declared.path + ".size");
    container.expected_period_ns = read_duration_ns(visit, "period");
    if (const YamlNode* next = visit.find("next"))
        container.next = resolve(Kind::container, *next, declared.path + ".next", next->text);
    if (const YamlNode* significance = visit.find("significance"))
        container.significance = read_significance(*significance, declared.path + ".significance");
    std::int64_t skip = 0;
    bool skipping = false;
    for (const YamlNode* item : visit.list("entries")) {
        if (item->kind == YamlNode::Kind::map && item->find("skip")) {
            YamlVisit gap(errors_, *item, declared.path + ".entries");
            skip += gap.integer("skip", 0, -kMostBits, kMostBits);
            skipping = true;
            continue;
        }
        read_entry(*item, declared.path + ".entries", container);
        if (skipping && !container.entries.empty()) {
            Entry& entry = container.entries.back();
            if (entry.location)
                errors_.tell(*item, declared.path + ".entries",
                             "stands behind a skip and has a place of its own; give one of them");
            entry.location = Location{Location::From::previous_entry, skip};
        }
        skip = 0;
        skipping = false;
    }
    database_.containers[index] = std::move(container);
}

void YamlReader::read_entry(const YamlNode& node, const std::string& path, Container& container) {
    Entry entry;
    entry.where = {0, node.line};
    if (node.kind == YamlNode::Kind::scalar) {
        entry.parameter = resolve(Kind::parameter, node, path, node.text);
        container.entries.push_back(std::move(entry));
        return;
    }
    if (node.kind != YamlNode::Kind::map || node.entries.empty())
        return errors_.tell(node, path,
                            "expected the name of a parameter, or a map that defines one");
    const auto& [key, value] = node.entries[0];
    if (defines_parameter(node)) {
        entry.parameter = resolve(Kind::parameter, key, path, "./" + key.text);
        YamlVisit beside(errors_, node, path);
        beside.find(key.text);
        read_entry_options(beside, entry);
        if (value.kind == YamlNode::Kind::map) {
            YamlVisit visit(errors_, value, path + "." + key.text);
            visit.leave(); // read_parameter tells of unknown keys
            read_entry_options(visit, entry);
        }
        if (entry.parameter != kNone && entry.parameter < database_.parameters.size()) {
            const TypeIndex type = database_.parameters[entry.parameter].type;
            if (type < database_.types.size() &&
                std::holds_alternative<ArrayType>(database_.types[type].detail))
                entry.kind = Entry::Kind::array;
        }
        container.entries.push_back(std::move(entry));
        return;
    }
    YamlVisit visit(errors_, node, path);
    const auto named = [&](const char* word, Kind kind) {
        const YamlNode* name = visit.find(word);
        return name ? resolve(kind, *name, path + "." + word, name->text) : kNone;
    };
    const auto segment = [&] {
        entry.segment_bits = visit.integer("bits", 0, 1, kMostBits);
        if (!visit.has("bits"))
            visit.wrong(node, "bits", "required and not given");
        entry.segment_order = static_cast<int>(visit.integer("order", -1, -1, 65'535));
    };
    if (visit.has("parameter")) {
        entry.parameter = named("parameter", Kind::parameter);
    } else if (visit.has("array")) {
        entry.kind = Entry::Kind::array;
        entry.parameter = named("array", Kind::parameter);
        if (const YamlNode* dimensions = visit.find("dimensions"))
            entry.dimensions = read_dimensions(*dimensions, path + ".dimensions");
    } else if (visit.has("container")) {
        entry.kind = Entry::Kind::container;
        entry.container = named("container", Kind::container);
    } else if (visit.has("segment")) {
        entry.kind = Entry::Kind::parameter_segment;
        entry.parameter = named("segment", Kind::parameter);
        segment();
    } else if (visit.has("container_segment")) {
        entry.kind = Entry::Kind::container_segment;
        entry.container = named("container_segment", Kind::container);
        segment();
    } else if (visit.has("stream")) {
        entry.kind = Entry::Kind::stream_segment;
        segment();
    } else if (const YamlNode* reference = visit.find("indirect")) {
        entry.kind = Entry::Kind::indirect;
        entry.reference = read_reference(*reference, path + ".indirect");
        entry.alias_space = visit.text("alias_space");
    } else if (const YamlNode* fixed = visit.find("fixed")) {
        entry.kind = Entry::Kind::fixed_value;
        const auto octets = from_hex(fixed->text);
        if (!octets)
            visit.wrong(*fixed, "fixed", "expected octets in hexadecimal");
        entry.fixed_value = octets.value_or(std::vector<std::uint8_t>{});
        entry.fixed_bits = visit.integer(
            "bits", static_cast<std::int64_t>(entry.fixed_value.size()) * 8, 0, kMostBits);
    } else {
        std::vector<std::string_view> kinds(std::begin(kEntryKinds), std::end(kEntryKinds));
        return errors_.tell(key, path + "." + key.text,
                            "an entry begins with its kind or the name of a new parameter" +
                                suggestion(key.text, kinds));
    }
    read_entry_options(visit, entry);
    container.entries.push_back(std::move(entry));
}

void YamlReader::read_entry_options(YamlVisit& visit, Entry& entry) {
    constexpr std::pair<const char*, Location::From> places[] = {
        {"at", Location::From::container_start},
        {"from_end", Location::From::container_end},
        {"after", Location::From::previous_entry},
        {"before_next", Location::From::next_entry},
    };
    for (const auto& [key, from] : places) {
        const YamlNode* place = visit.find(key);
        if (!place)
            continue;
        if (entry.location)
            visit.wrong(*place, key, "a second place; one of at, from_end, after, before_next");
        entry.location = Location{from, read_integer_value(*place, visit.path() + "." + key)};
    }
    const YamlNode* repeat = visit.find("repeat");
    const YamlNode* gap = visit.find("gap");
    if (repeat || gap) {
        entry.repeat = Repeat{};
        if (repeat)
            entry.repeat->count = read_integer_value(*repeat, visit.path() + ".repeat");
        if (gap)
            entry.repeat->gap_bits = read_integer_value(*gap, visit.path() + ".gap");
    }
    if (const YamlNode* when = visit.find("when"))
        entry.include = read_condition(*when, visit.path() + ".when");
    entry.short_description = visit.text("note");
}

void YamlReader::read_algorithm(AlgorithmIndex index) {
    const Declared& declared = algorithms_[index];
    system_ = declared.system;
    Algorithm algorithm = database_.algorithms[index];
    YamlVisit visit(errors_, *declared.node, declared.path);
    read_named(visit, algorithm);
    if (const YamlNode* math = visit.find("math")) {
        algorithm.kind = Algorithm::Kind::math;
        algorithm.math = read_math(*math, declared.path + ".math");
    } else if (visit.has("expression")) {
        algorithm.kind = Algorithm::Kind::expression;
        algorithm.text = visit.text("expression");
    } else {
        algorithm.kind = Algorithm::Kind::custom;
        algorithm.text = visit.text("code");
    }
    algorithm.language = visit.text("language");
    const auto pairs = [&](const char* key, auto&& action) {
        for (const YamlNode* item : visit.list(key)) {
            if (item->kind == YamlNode::Kind::map)
                for (const auto& [name, value] : item->entries)
                    action(name.text, value);
            else
                action("", *item);
        }
    };
    pairs("inputs", [&](const std::string& name, const YamlNode& value) {
        if (auto reference = read_reference(value, declared.path + ".inputs"))
            algorithm.inputs.push_back({name, std::move(*reference)});
    });
    pairs("outputs", [&](const std::string& name, const YamlNode& value) {
        algorithm.outputs.push_back(
            {name, resolve(Kind::parameter, value, declared.path + ".outputs", value.text)});
    });
    pairs("constants", [&](const std::string& name, const YamlNode& value) {
        algorithm.constants.push_back({name, value.text});
    });
    for (const YamlNode* item : visit.list("triggers")) {
        YamlVisit trigger(errors_, *item, declared.path + ".triggers");
        Trigger each;
        if (const YamlNode* parameter = trigger.find("parameter")) {
            each.parameter =
                resolve_parameter(*parameter, declared.path + ".triggers", parameter->text);
        } else if (const YamlNode* container = trigger.find("container")) {
            each.kind = Trigger::Kind::container_update;
            each.container =
                resolve(Kind::container, *container, declared.path + ".triggers", container->text);
        } else {
            each.kind = Trigger::Kind::periodic;
            each.period_ns = read_duration_ns(trigger, "period");
            if (each.period_ns <= 0)
                trigger.wrong(*item, "", "expected parameter, container or period");
        }
        algorithm.triggers.push_back(std::move(each));
    }
    if (algorithm.kind == Algorithm::Kind::custom)
        database_.diagnostics.push_back(
            {Severity::unsupported,
             {0, declared.key->line},
             declared.path,
             "an algorithm in '" + algorithm.language + "' is kept but cannot be run"});
    database_.algorithms[index] = std::move(algorithm);
}

void YamlReader::read_message(std::uint32_t index) {
    const Declared& declared = messages_[index];
    system_ = declared.system;
    Message& message = database_.messages[index];
    YamlVisit visit(errors_, *declared.node, declared.path);
    read_named(visit, message);
    if (const YamlNode* when = visit.find("when"))
        message.condition = read_condition(*when, declared.path + ".when");
    if (const YamlNode* container = visit.find("container"))
        message.container =
            resolve(Kind::container, *container, declared.path + ".container", container->text);
    else
        visit.wrong(*declared.key, "container", "required and not given");
}

void YamlReader::read_service(const Declared& declared) {
    system_ = declared.system;
    Service service;
    YamlVisit visit(errors_, *declared.node, declared.path);
    read_named(visit, service);
    service.name = declared.key->text;
    service.system = declared.system;
    service.where = {0, declared.key->line};
    for (const YamlNode* item : visit.list("containers"))
        service.containers.push_back(
            resolve(Kind::container, *item, declared.path + ".containers", item->text));
    for (const YamlNode* item : visit.list("messages"))
        service.messages.push_back(
            resolve(Kind::message, *item, declared.path + ".messages", item->text));
    database_.services.push_back(std::move(service));
}

void YamlReader::read_rule(const Declared& declared) {
    system_ = declared.system;
    YamlVisit visit(errors_, *declared.node, declared.path);
    AlarmRule rule;
    rule.name = declared.key->text;
    rule.where = {0, declared.key->line};
    rule.expression = visit.text("if");
    if (const YamlNode* when = visit.find("when"))
        rule.condition = read_condition(*when, declared.path + ".when");
    if (rule.expression.empty() == (rule.condition == kNone))
        visit.wrong(*declared.key, "", "expected either 'if' with an expression or 'when'");
    rule.duration_ns = read_duration_ns(visit, "for");
    rule.level = visit.choice("level", kAlarmLevels, AlarmLevel::warning);
    AlarmDefinition behaviour;
    read_behaviour(visit, behaviour);
    rule.behaviour = behaviour.behaviour;
    database_.alarm_rules.push_back(std::move(rule));
}

Result<void> YamlReader::read_rules_into(const NameTable& names, Database& database) {
    names_ = names;
    database_ = std::move(database);
    for (const auto& [key, value] : root_.entries)
        read_rule({&value, &key, 0, "rules." + key.text});
    database = std::move(database_);
    return errors_ ? fail(errors_.error()) : Result<void>();
}

Result<void> read_yaml_rules(const std::string& text, const NameTable& names, Database& database) {
    const auto tree = parse_yaml(text, "telemetry:rules", kSubject);
    if (!tree)
        return fail(tree.error());
    const auto conditions = database.conditions.size();
    const auto rules = database.alarm_rules.size();
    auto read = YamlReader(*tree, "telemetry:rules").read_rules_into(names, database);
    if (!read) { // none rather than half of one
        database.conditions.resize(conditions);
        database.alarm_rules.resize(rules);
    }
    for (std::size_t i = rules; i < database.alarm_rules.size(); ++i)
        database.alarm_rules[i].where = {};
    return read;
}

Result<void> check_utf8(const std::string& text, const std::string& file) {
    const std::size_t at = find_invalid_utf8(text);
    if (at == std::string::npos)
        return {};
    const auto lines =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return fail(Error{"is not UTF-8 here; save it as such", file, static_cast<int>(lines) + 1});
}

Result<Database> parse_yaml_database(const std::string& text, const std::string& file) {
    if (const auto sound = check_utf8(text, file); !sound)
        return fail(sound.error());
    const auto tree = parse_yaml(text, file, kSubject);
    if (!tree)
        return fail(tree.error());
    return YamlReader(*tree, file).read();
}

Result<Database> load_yaml_database(const std::string& path) {
    const auto text = read_text_file(path, kSubject.most_bytes);
    if (!text)
        return fail(text.error());
    return parse_yaml_database(*text, path);
}

} // namespace telemetry::parameter
