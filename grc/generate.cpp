// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the block definitions whose options come from the catalogs:
//
//   generate-grc OUTPUT-FOLDER STATIONS-FOLDER
//
// One definition a block type. A catalog entry's options are parameters that show when the entry is
// chosen; names, ranges, defaults and documentation are those of its fields.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <gnuradio/telemetry/block_catalog.h>
#include <yaml-cpp/yaml.h>

#include "telemetry/base/text.h"
#include "telemetry/dsp/demodulator.h"
#include "telemetry/framing/deframer.h"
#include "telemetry/station/station.h"

namespace {

using telemetry::Field;

/// A demodulator or deframer, as far as GRC is concerned.
struct Entry {
    std::string name;
    std::string aliases;
    std::string summary;
    std::span<const Field> fields;
};

/// A parameter stands for the fields of one name in all the entries where they are alike.
struct Parameter {
    std::string id;
    const Field* field;
    std::vector<std::string> entries;
};

/// Fields that nobody can choose a default for; what is most common shows where to write.
std::string example_of(const Field& field) {
    if (!field.fallback.empty() || field.type == Field::Type::text)
        return std::string(field.fallback);
    if (field.name == "baudrate")
        return "1200";
    if (field.name == "af_carrier")
        return "1700";
    if (field.name == "deviation")
        return "500";
    if (field.type == Field::Type::choice)
        return std::string(telemetry::split(field.choices, '|').front());
    return telemetry::to_text(field.min);
}

bool alike(const Field& a, const Field& b) {
    return a.type == b.type && a.fallback == b.fallback && a.choices == b.choices &&
           a.unit == b.unit;
}

std::string identifier(std::string_view text) {
    std::string id;
    for (const char c : telemetry::to_lower(text))
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            id += c;
        else if (!id.empty() && id.back() != '_')
            id += '_';
    return id;
}

std::vector<Parameter> merge(const std::vector<Entry>& entries) {
    std::vector<Parameter> parameters;
    std::set<std::string> ids;
    for (const Entry& entry : entries)
        for (const Field& field : entry.fields) {
            const auto same =
                std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) {
                    return p.field->name == field.name && alike(*p.field, field);
                });
            if (same != parameters.end()) {
                same->entries.push_back(entry.name);
                continue;
            }
            std::string id(field.name);
            if (!ids.insert(id).second)
                ids.insert(id = identifier(entry.name) + "_" + id);
            parameters.push_back({id, &field, {entry.name}});
        }
    return parameters;
}

std::string title(const Field& field) {
    std::string label(field.name);
    std::replace(label.begin(), label.end(), '_', ' ');
    label[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(label[0])));
    for (const char* acronym : {"af ", "fm ", "crc", "fecf", "rs "})
        if (const auto at = telemetry::to_lower(label).find(acronym); at == 0)
            for (std::size_t i = 0; i < std::char_traits<char>::length(acronym); ++i)
                label[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(label[i])));
    if (!field.unit.empty() && field.unit != "1")
        label += " (" + std::string(field.unit) + ")";
    return label;
}

/// "modulation in ('FSK', 'AFSK')": Mako and Python. Without selector: always.
std::string condition(const char* selector, const std::vector<std::string>& entries) {
    if (!selector)
        return "1";
    std::string text = std::string(selector) + " in (";
    for (const auto& entry : entries)
        text += "'" + entry + "', ";
    return text + ")";
}

const Field* field_of(const Entry& entry, std::string_view name) {
    const auto at = std::find_if(entry.fields.begin(), entry.fields.end(),
                                 [&](const Field& field) { return field.name == name; });
    return at == entry.fields.end() ? nullptr : &*at;
}

void emit_words(YAML::Emitter& out, const char* key, const std::vector<std::string>& words) {
    out << YAML::Key << key << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const auto& word : words)
        out << YAML::DoubleQuoted << word;
    out << YAML::EndSeq;
}

void emit_parameter(YAML::Emitter& out, const Parameter& parameter, const char* selector) {
    const Field& field = *parameter.field;
    out << YAML::BeginMap;
    out << YAML::Key << "id" << YAML::Value << parameter.id;
    out << YAML::Key << "label" << YAML::Value << title(field);
    std::string fallback = example_of(field);
    switch (field.type) {
    case Field::Type::integer:
        out << YAML::Key << "dtype" << YAML::Value << "int";
        break;
    case Field::Type::real:
        out << YAML::Key << "dtype" << YAML::Value << "real";
        break;
    case Field::Type::flag:
        out << YAML::Key << "dtype" << YAML::Value << "enum";
        emit_words(out, "options", {"true", "false"});
        emit_words(out, "option_labels", {"Yes", "No"});
        fallback = telemetry::equal_ignoring_case(fallback, "true") ||
                           telemetry::equal_ignoring_case(fallback, "yes") ||
                           telemetry::equal_ignoring_case(fallback, "on")
                       ? "true"
                       : "false";
        break;
    case Field::Type::choice: {
        std::vector<std::string> choices;
        for (const auto choice : telemetry::split(field.choices, '|'))
            choices.emplace_back(choice);
        out << YAML::Key << "dtype" << YAML::Value << "enum";
        emit_words(out, "options", choices);
        break;
    }
    case Field::Type::text:
        out << YAML::Key << "dtype" << YAML::Value << "string";
        break;
    }
    out << YAML::Key << "default" << YAML::Value << YAML::DoubleQuoted << fallback;
    const std::string shown = field.fallback.empty() ? "none" : "part";
    out << YAML::Key << "hide" << YAML::Value << YAML::DoubleQuoted
        << (selector ? "${ '" + shown + "' if " + condition(selector, parameter.entries) +
                           " else 'all' }"
                     : shown);
    out << YAML::EndMap;
}

/// Code that passes on what is not a default, so that a default that changes is followed.
std::string settings_code(const std::vector<Parameter>& parameters, const char* selector) {
    std::string code = "{\\\n";
    for (const auto& parameter : parameters) {
        const Field& field = *parameter.field;
        const bool quoted = field.type == Field::Type::flag || field.type == Field::Type::choice;
        std::string given = condition(selector, parameter.entries);
        if (field.type == Field::Type::text)
            given += " and len(" + parameter.id + "()) > 0";
        else if (!field.fallback.empty())
            given += " and str(" + parameter.id + ") != '" + example_of(field) + "'";
        code += "% if " + given + ":\n";
        code += "'" + std::string(field.name) +
                "': " + (quoted ? "'${" + parameter.id + "}'" : "${" + parameter.id + "}") +
                ", \\\n";
        code += "% endif\n";
    }
    return code + "}";
}

std::string documentation(const std::string& introduction, const std::vector<Entry>& entries) {
    std::string text = introduction + "\n";
    for (const Entry& entry : entries) {
        text += "\n" + entry.name;
        if (!entry.aliases.empty()) {
            std::string also = entry.aliases;
            for (std::size_t at = 0; (at = also.find('|', at)) != std::string::npos; at += 2)
                also.replace(at, 1, ", ");
            text += " (also " + also + ")";
        }
        text += ": " + entry.summary + "\n";
        for (const Field& field : entry.fields) {
            text += "    " + std::string(field.name) + ": " + std::string(field.help) +
                    " Expected: " + telemetry::describe_expected(field);
            text +=
                field.fallback.empty() ? ".\n" : "; default " + std::string(field.fallback) + ".\n";
        }
    }
    return text;
}

struct Port {
    const char* domain;
    const char* id;    ///< of message ports
    const char* dtype; ///< of streams
};

void emit_ports(YAML::Emitter& out, const char* key, const std::vector<Port>& ports) {
    out << YAML::Key << key << YAML::Value << YAML::BeginSeq;
    for (const Port& port : ports) {
        out << YAML::BeginMap << YAML::Key << "domain" << YAML::Value << port.domain;
        if (port.id) {
            out << YAML::Key << "id" << YAML::Value << port.id;
            out << YAML::Key << "optional" << YAML::Value << true;
        } else {
            out << YAML::Key << "dtype" << YAML::Value << port.dtype;
        }
        out << YAML::EndMap;
    }
    out << YAML::EndSeq;
}

void emit_sample_parameters(YAML::Emitter& out) {
    out << YAML::BeginMap << YAML::Key << "id" << YAML::Value << "samp_rate" << YAML::Key << "label"
        << YAML::Value << "Sample rate (Hz)" << YAML::Key << "dtype" << YAML::Value << "real"
        << YAML::Key << "default" << YAML::Value << "samp_rate" << YAML::EndMap;
    out << YAML::BeginMap << YAML::Key << "id" << YAML::Value << "type" << YAML::Key << "label"
        << YAML::Value << "Samples" << YAML::Key << "dtype" << YAML::Value << "enum";
    emit_words(out, "options", {"float", "complex"});
    emit_words(out, "option_labels", {"Float (audio of an FM or USB receiver)", "Complex (IQ)"});
    out << YAML::Key << "default" << YAML::Value << "complex" << YAML::Key << "hide" << YAML::Value
        << "part" << YAML::EndMap;
}

void emit_head(YAML::Emitter& out, const char* id, const char* label) {
    out << YAML::BeginMap;
    out << YAML::Key << "id" << YAML::Value << id;
    out << YAML::Key << "label" << YAML::Value << label;
    out << YAML::Key << "category" << YAML::Value << YAML::SingleQuoted << "[Telemetry]";
    out << YAML::Key << "flags" << YAML::Value << YAML::Flow << YAML::BeginSeq << "python"
        << YAML::EndSeq;
}

void emit_tail(YAML::Emitter& out, const std::string& make, const std::string& text) {
    out << YAML::Key << "templates" << YAML::Value << YAML::BeginMap;
    out << YAML::Key << "imports" << YAML::Value << "from gnuradio import telemetry";
    out << YAML::Key << "make" << YAML::Value << YAML::Literal << make;
    out << YAML::EndMap;
    out << YAML::Key << "documentation" << YAML::Value << YAML::Literal << text;
    out << YAML::Key << "file_format" << YAML::Value << 1;
    out << YAML::EndMap;
}

void emit_selector(YAML::Emitter& out, const char* selector, const char* label,
                   const std::vector<Entry>& entries) {
    std::vector<std::string> names, labels;
    for (const Entry& entry : entries) {
        names.push_back(entry.name);
        labels.push_back(entry.aliases.empty()
                             ? entry.name
                             : entry.name + " (" +
                                   std::string(telemetry::split(entry.aliases, '|').front()) +
                                   "…)");
    }
    out << YAML::BeginMap << YAML::Key << "id" << YAML::Value << selector << YAML::Key << "label"
        << YAML::Value << label << YAML::Key << "dtype" << YAML::Value << "enum";
    emit_words(out, "options", names);
    emit_words(out, "option_labels", labels);
    out << YAML::EndMap;
}

void emit_asserts(YAML::Emitter& out, const std::vector<Entry>& entries,
                  const std::vector<Parameter>& parameters, const char* selector) {
    out << YAML::Key << "asserts" << YAML::Value << YAML::BeginSeq;
    for (const auto& parameter : parameters)
        for (const Entry& entry : entries) {
            const Field* field = field_of(entry, parameter.field->name);
            const bool named = std::find(parameter.entries.begin(), parameter.entries.end(),
                                         entry.name) != parameter.entries.end();
            if (!named || !field ||
                (field->type != Field::Type::integer && field->type != Field::Type::real))
                continue;
            out << YAML::DoubleQuoted
                << "${ " +
                       (selector ? std::string(selector) + " != '" + entry.name + "' or " : "") +
                       telemetry::to_text(field->min) + " <= " + parameter.id +
                       " <= " + telemetry::to_text(field->max) + " }";
        }
    out << YAML::EndSeq;
}

std::string catalog_block(const char* id, const char* label, const char* selector,
                          const char* selector_label, const std::vector<Entry>& entries,
                          const std::string& introduction, bool takes_samples) {
    const auto parameters = merge(entries);
    YAML::Emitter out;
    emit_head(out, id, label);
    out << YAML::Key << "parameters" << YAML::Value << YAML::BeginSeq;
    emit_selector(out, selector, selector_label, entries);
    for (const auto& parameter : parameters)
        emit_parameter(out, parameter, selector);
    if (takes_samples)
        emit_sample_parameters(out);
    out << YAML::EndSeq;
    emit_ports(out, "inputs", {{"stream", nullptr, takes_samples ? "${ type }" : "float"}});
    if (takes_samples)
        emit_ports(out, "outputs", {{"stream", nullptr, "float"}});
    else
        emit_ports(out, "outputs", {{"message", "frames", nullptr}});
    emit_asserts(out, entries, parameters, selector);
    const std::string name = std::string(id).substr(std::string("telemetry_").size());
    const std::string make = "telemetry." + name + "('${" + selector + "}', " +
                             settings_code(parameters, selector) +
                             (takes_samples ? ", ${samp_rate}, '${type}')" : ")");
    emit_tail(out, make, documentation(introduction, entries));
    return out.c_str();
}

/// A block with options of its own: "type" as input stands for soft symbols or bits.
std::string step_block(const gr::telemetry::block_entry& block) {
    const std::vector<Entry> entry = {
        {std::string(block.label), "", std::string(block.summary), block.fields}};
    const auto parameters = merge(entry);
    const bool typed = block.input == "type";
    const std::string label(block.label);
    const std::string id = "telemetry_" + std::string(block.id);
    const std::string input(block.input);
    const std::string output(block.output);
    YAML::Emitter out;
    emit_head(out, id.c_str(), label.c_str());
    out << YAML::Key << "parameters" << YAML::Value << YAML::BeginSeq;
    if (typed) {
        out << YAML::BeginMap << YAML::Key << "id" << YAML::Value << "type" << YAML::Key << "label"
            << YAML::Value << "Symbols" << YAML::Key << "dtype" << YAML::Value << "enum";
        emit_words(out, "options", {"float", "byte"});
        emit_words(out, "option_labels", {"Float (soft)", "Byte (0 or 1)"});
        out << YAML::EndMap;
    }
    for (const auto& parameter : parameters)
        emit_parameter(out, parameter, nullptr);
    out << YAML::EndSeq;
    if (input == "frames")
        emit_ports(out, "inputs", {{"message", "frames", nullptr}});
    else
        emit_ports(out, "inputs", {{"stream", nullptr, typed ? "${ type }" : input.c_str()}});
    if (output == "packets")
        emit_ports(out, "outputs",
                   {{"message", "packets", nullptr}, {"message", "events", nullptr}});
    else if (output == "frames")
        emit_ports(out, "outputs", {{"message", "frames", nullptr}});
    else
        emit_ports(out, "outputs", {{"stream", nullptr, output.c_str()}});
    emit_asserts(out, entry, parameters, nullptr);
    emit_tail(out,
              "telemetry." + std::string(block.id) + "(" + (typed ? "'${type}', **" : "**") +
                  settings_code(parameters, nullptr) + ")",
              documentation("A step of the chain, for those who build their own.", entry));
    return out.c_str();
}

std::string station_block(const std::vector<std::string>& stations) {
    YAML::Emitter out;
    emit_head(out, "telemetry_station_receiver", "Station Receiver");
    out << YAML::Key << "parameters" << YAML::Value << YAML::BeginSeq;

    out << YAML::BeginMap << YAML::Key << "id" << YAML::Value << "station" << YAML::Key << "label"
        << YAML::Value << "Station" << YAML::Key << "dtype" << YAML::Value << "string";
    emit_words(out, "options", stations);
    if (!stations.empty())
        out << YAML::Key << "default" << YAML::Value << YAML::DoubleQuoted << stations.front();
    out << YAML::EndMap;
    emit_sample_parameters(out);

    const auto plain = [&](const char* id, const char* label, const char* dtype,
                           const char* fallback, const char* hide) {
        out << YAML::BeginMap << YAML::Key << "id" << YAML::Value << id << YAML::Key << "label"
            << YAML::Value << label << YAML::Key << "dtype" << YAML::Value << dtype << YAML::Key
            << "default" << YAML::Value << YAML::DoubleQuoted << fallback << YAML::Key << "hide"
            << YAML::Value << YAML::DoubleQuoted << hide;
        out << YAML::EndMap;
    };
    plain("downlinks", "Downlinks (all: empty)", "raw", "[]",
          "${ 'part' if len(downlinks) == 0 else 'none' }");
    plain("start_time", "Time of first sample", "string", "",
          "${ 'part' if start_time == '' else 'none' }");
    plain("metrics_interval", "Metrics every (s)", "real", "1.0", "part");
    plain("gap_tolerance", "Gap tolerance (s)", "real", "1e-3", "part");
    plain("center_frequency", "Centre frequency (Hz)", "real", "0",
          "${ 'part' if center_frequency == 0 else 'none' }");
    plain("threads", "Threads", "int", "1", "part");
    plain("folders", "Station folders (usual: empty)", "raw", "[]", "part");
    out << YAML::EndSeq;

    emit_ports(out, "inputs", {{"stream", nullptr, "${ type }"}});
    emit_ports(out, "outputs",
               {{"message", "frames", nullptr},
                {"message", "packets", nullptr},
                {"message", "events", nullptr},
                {"message", "metrics", nullptr}});
    out << YAML::Key << "asserts" << YAML::Value << YAML::BeginSeq;
    for (const char* rule : {"${ samp_rate > 0 }", "${ metrics_interval >= 0 }",
                             "${ gap_tolerance >= 0 }", "${ threads >= 1 }"})
        out << YAML::DoubleQuoted << rule;
    out << YAML::EndSeq;
    emit_tail(out,
              "telemetry.station_receiver(${station}, ${samp_rate}, '${type}', "
              "downlinks=${downlinks}, folders=${folders}, threads=${threads}, "
              "metrics_interval=${metrics_interval}, start_time=${start_time}, "
              "gap_tolerance=${gap_tolerance}, center_frequency=${center_frequency})",
              "The whole chain of a station: all its downlinks on the same samples, frames out.\n"
              "\n"
              "Station: one of the list, or any name, alternative name, NORAD id or path of a "
              "station file.\n"
              "Downlinks: a list of names, to receive only these.\n"
              "Time of first sample: RFC 3339 (2026-11-23T01:29:48Z), now, or empty: not known. "
              "rx_time tags are heeded in any case.\n"
              "Centre frequency: of complex samples; each downlink is then received at the "
              "frequency that its station states. 0: every downlink is at the centre.\n"
              "Gap tolerance: rx_time may run ahead of the samples by as much before samples are "
              "taken as lost.\n"
              "\n"
              "frames: PDUs, (dictionary of the frame's quality . bytes).\n"
              "packets: PDUs, of downlinks whose station file has a packets section.\n"
              "events, metrics: dictionaries.\n"
              "docs/gnuradio.md has the tables of all keys.\n");
    return out.c_str();
}

template <class CatalogEntry>
std::vector<Entry> entries_of(std::span<const CatalogEntry> catalog) {
    std::vector<Entry> entries;
    for (const CatalogEntry& entry : catalog)
        entries.push_back({std::string(entry.name), std::string(entry.aliases),
                           std::string(entry.summary), entry.fields});
    return entries;
}

void write(const std::string& folder, const std::string& id, const std::string& text) {
    const std::string path = folder + "/" + id + ".block.yml";
    std::ofstream file(path);
    file << text << '\n';
    file.close();
    if (!file)
        throw std::runtime_error(path + ": cannot be written");
}

} // namespace

int main(int argc, char** argv) try {
    if (argc != 3) {
        std::fprintf(stderr, "usage: generate-grc OUTPUT-FOLDER STATIONS-FOLDER\n");
        return 2;
    }
    const auto listings = telemetry::station::list_stations(argv[2]);
    if (!listings)
        throw std::runtime_error(listings.error().to_string());
    std::vector<std::string> stations;
    for (const auto& listing : *listings)
        if (!listing.name.empty())
            stations.push_back(listing.name);
    write(argv[1], "telemetry_station_receiver", station_block(stations));
    write(argv[1], "telemetry_demodulator",
          catalog_block("telemetry_demodulator", "Demodulator", "modulation", "Modulation",
                        entries_of(telemetry::dsp::demodulators()),
                        "Samples to soft symbols (positive: bit 1; a clean signal: ±1), with tags "
                        "that tell a deframer their place and quality.",
                        true));
    write(argv[1], "telemetry_deframer",
          catalog_block("telemetry_deframer", "Deframer", "framing", "Framing",
                        entries_of(telemetry::framing::deframers()),
                        "Soft symbols to frames: PDUs (dictionary of the frame's quality . bytes). "
                        "Either polarity.",
                        false));
    for (const auto& block : gr::telemetry::step_blocks())
        write(argv[1], "telemetry_" + std::string(block.id), step_block(block));
    return 0;
} catch (const std::exception& problem) {
    std::fprintf(stderr, "generate-grc: %s\n", problem.what());
    return 1;
}
