// SPDX-License-Identifier: GPL-3.0-or-later
#include "configuration.h"

#include <algorithm>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "telemetry/base/text.h"
#include "telemetry/station/yaml_tree.h"

namespace telemetry::rx {
namespace {

using station::YamlNode;

constexpr std::string_view kTopKeys[] = {"name", "source", "stations", "station_folders", "output"};
constexpr std::string_view kStationKeys[] = {"station", "downlinks"};

/// What a receiver file says, not yet checked against the tables.
struct Draft {
    std::optional<KeyText> type; ///< of the source
    std::vector<KeyText> source;
    std::vector<KeyText> output;
    std::vector<KeyText> receiver;
    std::vector<StationChoice> stations;
    std::vector<std::string> station_folders;
};

Error error_at(const YamlNode& node, const std::string& file, std::string key,
               std::string message) {
    return {std::move(message), file, node.line, node.column, std::move(key)};
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
    const auto near = nearest(word, candidates);
    if (!near.empty())
        return "; did you mean '" + std::string(near) + "'?";
    std::string message = "; expected one of";
    for (const auto candidate : candidates)
        message += (candidate == candidates.front() ? " " : ", ") + std::string(candidate);
    return message;
}

Result<std::vector<KeyText>> read_section(const YamlNode& node, const std::string& section,
                                          const std::string& file) {
    std::vector<KeyText> entries;
    if (node.kind == YamlNode::Kind::null)
        return entries;
    if (node.kind != YamlNode::Kind::map)
        return fail(error_at(node, file, section,
                             "expected a map, not " + std::string(name_of(node.kind))));
    for (const auto& [key, value] : node.entries) {
        if (value.kind != YamlNode::Kind::scalar && value.kind != YamlNode::Kind::null)
            return fail(
                error_at(value, file, section + "." + key.text,
                         "expected a single value, not " + std::string(name_of(value.kind))));
        entries.push_back({key.text, value.text, key.line, key.column});
    }
    return entries;
}

Result<std::vector<std::string>> read_names(const YamlNode& node, const std::string& key,
                                            const std::string& file) {
    if (node.kind == YamlNode::Kind::scalar)
        return std::vector{node.text};
    if (node.kind != YamlNode::Kind::list)
        return fail(error_at(node, file, key, "expected a name or a list of names"));
    std::vector<std::string> names;
    for (const YamlNode& item : node.items) {
        if (item.kind != YamlNode::Kind::scalar)
            return fail(error_at(item, file, key, "expected a name"));
        names.push_back(item.text);
    }
    return names;
}

Result<StationChoice> read_station(const YamlNode& node, const std::string& file) {
    StationChoice choice{{}, {}, node.line};
    if (node.kind == YamlNode::Kind::scalar) {
        choice.name = node.text;
        return choice;
    }
    if (node.kind != YamlNode::Kind::map)
        return fail(error_at(node, file, "stations", "expected a station's name"));
    for (const auto& [key, value] : node.entries) {
        if (std::ranges::find(kStationKeys, key.text) == std::end(kStationKeys))
            return fail(error_at(key, file, "stations." + key.text,
                                 "unknown key" + did_you_mean(key.text, kStationKeys)));
        auto names = read_names(value, "stations." + key.text, file);
        if (!names)
            return fail(names.error());
        if (key.text == "downlinks")
            choice.downlinks = std::move(*names);
        else if (names->size() == 1)
            choice.name = names->front();
    }
    if (choice.name.empty())
        return fail(error_at(node, file, "stations.station", "required and not given"));
    return choice;
}

Result<std::vector<StationChoice>> read_stations(const YamlNode& node, const std::string& file) {
    std::vector<StationChoice> stations;
    const std::span<const YamlNode> entries =
        node.kind == YamlNode::Kind::list ? std::span(node.items) : std::span(&node, 1);
    for (const YamlNode& entry : entries) {
        auto choice = read_station(entry, file);
        if (!choice)
            return fail(choice.error());
        stations.push_back(std::move(*choice));
    }
    return stations;
}

Result<Draft> read_draft(const YamlNode& root, const std::string& file) {
    Draft draft;
    if (root.kind == YamlNode::Kind::null)
        return draft;
    if (root.kind != YamlNode::Kind::map)
        return fail(error_at(root, file, "", "expected a map with source, stations and output"));
    const auto put = [](auto& target, auto result) -> std::optional<Error> {
        if (!result)
            return result.error();
        target = std::move(*result);
        return std::nullopt;
    };
    for (const auto& [key, value] : root.entries) {
        std::optional<Error> problem;
        if (key.text == "name") {
            if (value.kind != YamlNode::Kind::scalar)
                return fail(error_at(value, file, key.text, "expected a single value"));
            draft.receiver.push_back({key.text, value.text, key.line, key.column});
        } else if (key.text == "source") {
            problem = put(draft.source, read_section(value, key.text, file));
        } else if (key.text == "output") {
            problem = put(draft.output, read_section(value, key.text, file));
        } else if (key.text == "stations") {
            problem = put(draft.stations, read_stations(value, file));
        } else if (key.text == "station_folders") {
            problem = put(draft.station_folders, read_names(value, key.text, file));
        } else {
            problem =
                error_at(key, file, key.text, "unknown key" + did_you_mean(key.text, kTopKeys));
        }
        if (problem)
            return fail(std::move(*problem));
    }
    const auto type = std::ranges::find(draft.source, "type", &KeyText::key);
    if (type != draft.source.end()) {
        draft.type = *type;
        draft.source.erase(type);
    }
    return draft;
}

/// `over` replaces what `entries` says for the same key.
void lay_over(std::vector<KeyText>& entries, const std::vector<KeyText>& over) {
    for (const KeyText& entry : over) {
        std::erase_if(entries, [&](const KeyText& old) { return old.key == entry.key; });
        entries.push_back(entry);
    }
}

const SourceEntry* find_source(std::string_view name) {
    for (const SourceEntry& entry : source_entries())
        if (equal_ignoring_case(entry.name, name))
            return &entry;
    return nullptr;
}

/// INPUT of the command line: a prefix tells the type, anything else is a file.
const SourceEntry& source_of_input(std::string_view input) {
    for (const SourceEntry& entry : source_entries())
        if (input.starts_with(entry.prefix))
            return entry;
    return source_entries().front();
}

std::string option_name(std::string key) {
    std::replace(key.begin(), key.end(), '_', '-');
    return "--" + key;
}

/// The kind of source that options tell where INPUT does not: --path is a file's, --device
/// hardware's. --endpoint tells none, since two kinds have one.
const SourceEntry* source_of_options(const std::vector<KeyText>& options) {
    const SourceEntry* found = nullptr;
    for (const SourceEntry& entry : source_entries())
        if (std::ranges::find(options, entry.subject, &KeyText::key) != options.end()) {
            if (found)
                return nullptr;
            found = &entry;
        }
    return found;
}

Error no_source(const CommandLine& command_line, const std::string& file) {
    std::string message = "no source: ";
    if (command_line.first)
        message += "'" + *command_line.first + "' is taken for the station; ";
    message +=
        "name an INPUT after the station, as in 'telemetry-rx AISAT pass.wav', give --path or "
        "--device, or name a receiver file with 'source: {type: ...}', type one of";
    for (const SourceEntry& entry : source_entries())
        message += " " + std::string(entry.name);
    return {message, file};
}

/// Errors about an option name the option, those about a file its section.
Result<Settings> check(std::span<const Field> fields, const std::vector<KeyText>& given,
                       const std::string& file, const std::string& section) {
    auto settings = read_settings({fields}, given, file);
    if (settings)
        return settings;
    Error error = settings.error();
    const bool from_file = error.line > 0;
    if (from_file) {
        if (!section.empty())
            error.key = section + "." + error.key;
    } else {
        error.file.clear();
        error.key = option_name(error.key);
    }
    return fail(std::move(error));
}

Result<Configuration> assemble(Draft draft, const std::string& file, CommandLine command_line) {
    Configuration configuration;
    configuration.file = file;
    if (!draft.type && !command_line.input)
        configuration.source = source_of_options(command_line.source);
    // With the station told by --station, an argument alone is what is still missing.
    if (command_line.first && !command_line.input && !command_line.stations.empty() &&
        !draft.type && !configuration.source)
        command_line.input = std::exchange(command_line.first, std::nullopt);
    if (command_line.first)
        command_line.stations.insert(command_line.stations.begin(), *command_line.first);

    if (draft.type) {
        configuration.source = find_source(draft.type->text);
        if (!configuration.source) {
            std::vector<std::string_view> names;
            for (const SourceEntry& entry : source_entries())
                names.push_back(entry.name);
            return fail(Error{"'" + draft.type->text + "' is no kind of source" +
                                  did_you_mean(draft.type->text, names),
                              file, draft.type->line, draft.type->column, "source.type"});
        }
    }
    if (command_line.input) {
        const SourceEntry& entry = source_of_input(*command_line.input);
        if (configuration.source != &entry)
            draft.source.clear();
        configuration.source = &entry;
        std::string_view rest = *command_line.input;
        // "udp://host:port" is an address as it stands.
        if (rest.starts_with(entry.prefix) && !rest.substr(entry.prefix.size()).starts_with("//"))
            rest.remove_prefix(entry.prefix.size());
        lay_over(draft.source, {{std::string(entry.subject), std::string(rest)}});
    }
    if (!configuration.source)
        return fail(no_source(command_line, file));
    lay_over(draft.source, command_line.source);
    lay_over(draft.output, command_line.output);
    lay_over(draft.receiver, command_line.receiver);

    auto source = check(configuration.source->fields, draft.source, file, "source");
    if (!source)
        return fail(source.error());
    configuration.source_settings = std::move(*source);
    const std::string subject(configuration.source->subject);
    if (configuration.source_settings.text(subject).empty())
        return fail(Error{"required and not given", file, 0, 0, "source." + subject});

    auto output = check(output_fields(), draft.output, file, "output");
    if (!output)
        return fail(output.error());
    configuration.output = std::move(*output);
    auto receiver = check(receiver_fields(), draft.receiver, file, "");
    if (!receiver)
        return fail(receiver.error());
    configuration.receiver = std::move(*receiver);

    configuration.station_folders = std::move(draft.station_folders);
    if (!command_line.station_folders.empty())
        configuration.station_folders = command_line.station_folders;
    configuration.stations = std::move(draft.stations);
    if (!command_line.stations.empty()) {
        configuration.stations.clear();
        for (const std::string& name : command_line.stations)
            configuration.stations.push_back({name, {}, 0});
    }
    if (configuration.stations.empty())
        return fail(
            Error{"no station: name one, or list them under 'stations:' of a receiver file", file});
    if (!command_line.downlinks.empty()) {
        if (configuration.stations.size() != 1)
            return fail(Error{"works with one station only; list the downlinks in a receiver file",
                              "", 0, 0, "--downlink"});
        configuration.stations.front().downlinks = command_line.downlinks;
    }
    return configuration;
}

void write_settings(YAML::Emitter& out, std::span<const Field> fields, const Settings& settings) {
    for (const Field& field : fields) {
        const std::string name(field.name);
        out << YAML::Key << name << YAML::Value;
        for (const auto& entry : settings.entries()) {
            if (entry.name != name)
                continue;
            if (std::holds_alternative<std::string>(entry.value))
                out << YAML::DoubleQuoted << to_text(entry.value) << YAML::Auto;
            else
                out << to_text(entry.value);
        }
    }
}

} // namespace

Result<Configuration> parse_configuration(const std::string& text, const std::string& file,
                                          const CommandLine& command_line) {
    const auto tree = station::parse_yaml(text, file);
    if (!tree)
        return fail(tree.error());
    auto draft = read_draft(*tree, file);
    if (!draft)
        return fail(draft.error());
    return assemble(std::move(*draft), file, command_line);
}

Result<Configuration> load_configuration(const CommandLine& command_line) {
    if (command_line.file.empty())
        return assemble({}, "", command_line);
    const auto text = station::read_text_file(command_line.file);
    if (!text)
        return fail(text.error());
    return parse_configuration(*text, command_line.file, command_line);
}

bool StationChoice::chooses(std::string_view downlink) const {
    return downlinks.empty() || std::ranges::any_of(downlinks, [&](const std::string& chosen) {
               return equal_ignoring_case(chosen, downlink);
           });
}

Result<std::vector<station::Station>> load_stations(const Configuration& configuration) {
    const auto folders = configuration.station_folders.empty() ? station::default_station_folders()
                                                               : configuration.station_folders;
    std::vector<station::Station> stations;
    for (const StationChoice& choice : configuration.stations) {
        auto station = station::find_station(choice.name, folders);
        if (!station) {
            Error error = station.error();
            if (error.file.empty() && choice.line > 0) {
                error.file = configuration.file;
                error.line = choice.line;
                error.key = "stations";
            }
            return fail(std::move(error));
        }
        std::vector<std::string_view> names;
        for (const auto& downlink : station->downlinks)
            names.push_back(downlink.name);
        for (const std::string& name : choice.downlinks)
            if (std::ranges::none_of(names, [&](std::string_view known) {
                    return equal_ignoring_case(known, name);
                }))
                return fail(Error{"station " + station->name + " has no downlink '" + name + "'" +
                                      did_you_mean(name, names),
                                  choice.line > 0 ? configuration.file : "", choice.line, 0,
                                  "downlinks"});
        stations.push_back(std::move(*station));
    }
    return stations;
}

std::string effective_configuration(const Configuration& configuration) {
    YAML::Emitter out;
    out << YAML::BeginMap;
    write_settings(out, receiver_fields(), configuration.receiver);
    out << YAML::Key << "source" << YAML::Value << YAML::BeginMap;
    out << YAML::Key << "type" << YAML::Value << std::string(configuration.source->name);
    write_settings(out, configuration.source->fields, configuration.source_settings);
    out << YAML::EndMap;
    out << YAML::Key << "stations" << YAML::Value << YAML::BeginSeq;
    for (const StationChoice& station : configuration.stations) {
        out << YAML::BeginMap << YAML::Key << "station" << YAML::Value << station.name;
        if (!station.downlinks.empty())
            out << YAML::Key << "downlinks" << YAML::Value << YAML::Flow << station.downlinks;
        out << YAML::EndMap;
    }
    out << YAML::EndSeq;
    if (!configuration.station_folders.empty())
        out << YAML::Key << "station_folders" << YAML::Value << configuration.station_folders;
    out << YAML::Key << "output" << YAML::Value << YAML::BeginMap;
    write_settings(out, output_fields(), configuration.output);
    out << YAML::EndMap << YAML::EndMap;
    return std::string(out.c_str()) + "\n";
}

} // namespace telemetry::rx
