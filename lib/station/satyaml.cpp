// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <optional>

#include "telemetry/base/text.h"
#include "telemetry/station/station.h"
#include "telemetry/station/station_fields.h"
#include "telemetry/station/station_writer.h"
#include "telemetry/station/yaml_tree.h"

namespace telemetry::station {
namespace {

using Kind = YamlNode::Kind;

/// What tells gr-satellites where data go, not how it is sent.
constexpr std::string_view kSilent[] = {"data", "transports", "additional_data"};

/// What a framing's name implies, unless the transmitter says otherwise. Older SatYAML files name
/// basis and precoding there, where no "dual" means the conventional basis; ours defaults to dual.
struct TheirFraming {
    std::string_view name;
    std::string_view framing;
    std::string_view implied; ///< "key=value|…"
};
constexpr TheirFraming kTheirFramings[] = {
    {"CCSDS Reed-Solomon", "CCSDS Reed-Solomon", "rs_basis=conventional"},
    {"CCSDS Reed-Solomon dual", "CCSDS Reed-Solomon", "rs_basis=dual"},
    {"CCSDS Reed-Solomon differential", "CCSDS Reed-Solomon",
     "rs_basis=conventional|precoding=differential"},
    {"CCSDS Reed-Solomon dual differential", "CCSDS Reed-Solomon",
     "rs_basis=dual|precoding=differential"},
    {"CCSDS Concatenated", "CCSDS Concatenated", "rs_basis=conventional"},
    {"CCSDS Concatenated dual", "CCSDS Concatenated", "rs_basis=dual"},
    {"CCSDS Concatenated differential", "CCSDS Concatenated",
     "rs_basis=conventional|precoding=differential"},
    {"CCSDS Concatenated dual differential", "CCSDS Concatenated",
     "rs_basis=dual|precoding=differential"},
};

/// "RS basis" is our rs_basis.
std::string our_key(std::string_view theirs) {
    std::string key = to_lower(theirs);
    std::replace(key.begin(), key.end(), ' ', '_');
    return key;
}

class Importer {
public:
    Importer(std::string file, std::vector<std::string>& notes)
        : file_(std::move(file)), notes_(notes) {}

    Result<std::string> run(const YamlNode& root);

private:
    tl::unexpected<Error> wrong(const YamlNode& at, const std::string& key,
                                const std::string& message) const {
        return fail(Error{message, file_, at.line, at.column, key});
    }
    void note(const YamlNode& at, const std::string& text) {
        notes_.push_back(Error{text, file_, at.line, at.column}.to_string());
    }

    std::string head(const YamlNode& root) const;
    std::optional<std::string> transmitter(const std::string& name, const YamlNode& map);
    void option(std::string& out, const std::string& name, const YamlNode& key,
                const YamlNode& value, std::span<const Field> demodulator,
                std::span<const Field> deframer);

    std::string file_;
    std::vector<std::string>& notes_;
};

const Field* find_field(std::span<const Field> fields, std::string_view name) {
    const auto at =
        std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
    return at == fields.end() ? nullptr : &*at;
}

std::string Importer::head(const YamlNode& root) const {
    std::string out = "name: " + yaml_text(root.find("name")->text) + "\n";
    if (const YamlNode* norad = root.find("norad"); norad && norad->kind == Kind::scalar)
        out += "norad: " + yaml_text(norad->text) + "\n";
    if (const YamlNode* names = root.find("alternative_names"); names && !names->items.empty()) {
        out += "alternative_names:\n";
        for (const YamlNode& name : names->items)
            if (name.kind == Kind::scalar)
                out += "  - " + yaml_text(name.text) + "\n";
    }
    return out;
}

/// One option that is not frequency, modulation or framing.
void Importer::option(std::string& out, const std::string& name, const YamlNode& key,
                      const YamlNode& value, std::span<const Field> demodulator,
                      std::span<const Field> deframer) {
    if (std::find(std::begin(kSilent), std::end(kSilent), key.text) != std::end(kSilent))
        return;
    const std::string ours = our_key(key.text);
    const Field* field = find_field(demodulator, ours);
    if (!field)
        field = find_field(deframer, ours);
    if (!field) {
        note(key, "downlink '" + name + "': '" + key.text + "' has no counterpart and is left out");
        return;
    }
    if (value.kind != Kind::scalar) {
        note(value,
             "downlink '" + name + "': '" + key.text + "' is not a single value and is left out");
        return;
    }
    const KeyText given{ours, value.text, value.line, value.column};
    const auto checked = read_settings({std::span<const Field>(field, 1)}, {&given, 1}, file_);
    if (!checked) {
        note(value,
             "downlink '" + name + "': '" + key.text + "' is left out: " + checked.error().message);
        return;
    }
    out += "    " + ours + ": " + yaml_text(value.text) + "\n";
}

std::optional<std::string> Importer::transmitter(const std::string& name, const YamlNode& map) {
    const auto text_of = [&](const char* key) -> std::string {
        const YamlNode* value = map.find(key);
        return value && value->kind == Kind::scalar ? value->text : "";
    };
    const std::string modulation = text_of("modulation");
    const auto* demodulator = dsp::find_demodulator(modulation);
    if (!demodulator) {
        note(map, "downlink '" + name + "' is left out: its modulation '" + modulation +
                      "' is not known");
        return std::nullopt;
    }
    std::string framing = text_of("framing");
    std::string_view implied;
    for (const TheirFraming& theirs : kTheirFramings)
        if (equal_ignoring_case(theirs.name, framing)) {
            framing = theirs.framing;
            implied = theirs.implied;
            break;
        }
    const auto* deframer = framing::find_deframer(framing);
    if (!deframer) {
        note(map,
             "downlink '" + name + "' is left out: its framing '" + framing + "' is not known");
        return std::nullopt;
    }

    std::string out = "  " + yaml_text(name) + ":\n";
    if (const std::string frequency = text_of("frequency"); !frequency.empty())
        out += "    frequency: " + yaml_text(frequency) + "\n";
    out += "    modulation: " + yaml_text(demodulator->name) + "\n";
    out += "    framing: " + yaml_text(deframer->name) + "\n";
    for (const auto& [key, value] : map.entries)
        if (!find_field(downlink_fields(), key.text))
            option(out, name, key, value, demodulator->fields, deframer->fields);
    if (implied.empty())
        return out;
    for (const auto pair : split(implied, '|')) {
        const auto parts = split(pair, '=');
        const bool said =
            std::any_of(map.entries.begin(), map.entries.end(),
                        [&](const auto& entry) { return our_key(entry.first.text) == parts[0]; });
        if (said)
            continue;
        out += "    " + std::string(parts[0]) + ": " + std::string(parts[1]) + "\n";
        if (pair == "rs_basis=conventional")
            note(map, "downlink '" + name +
                          "': 'RS basis' is not given; taken as conventional, as older files mean "
                          "it. If nothing is received, try dual");
    }
    return out;
}

Result<std::string> Importer::run(const YamlNode& root) {
    if (root.kind != Kind::map)
        return wrong(root, "", "expected a SatYAML map, found " + std::string(name_of(root.kind)));
    const YamlNode* name = root.find("name");
    if (!name || name->kind != Kind::scalar || name->text.empty())
        return wrong(root, "name", "required and not given; expected the satellite's name");
    const YamlNode* transmitters = root.find("transmitters");
    if (!transmitters || transmitters->kind != Kind::map)
        return wrong(root, "transmitters",
                     root.find("downlinks")
                         ? "required and not given; this is a station file already"
                         : "required and not given; expected a map of transmitters");
    std::string downlinks;
    for (const auto& [key, map] : transmitters->entries) {
        if (map.kind != Kind::map) {
            note(map, "downlink '" + key.text + "' is left out: expected a map, found " +
                          std::string(name_of(map.kind)));
            continue;
        }
        const auto made = transmitter(key.text, map);
        if (!made)
            continue;
        // One that our reader would refuse is left out as a whole, and said why.
        const auto read = parse_station("name: x\ndownlinks:\n" + *made, file_);
        if (read)
            downlinks += *made;
        else
            note(map, "downlink '" + key.text + "' is left out: " + read.error().key + ": " +
                          read.error().message);
    }
    if (downlinks.empty())
        return wrong(*transmitters, "transmitters", "none of them can be received; see the notes");
    const std::string out = head(root) + "downlinks:\n" + downlinks;
    if (const auto read = parse_station(out, file_); !read) {
        Error error = read.error();
        error.line = error.column = 0; // of our text, not of theirs
        return fail(std::move(error));
    }
    return out;
}

} // namespace

Result<std::string> import_satyaml(const std::string& text, const std::string& file,
                                   std::vector<std::string>& notes) {
    const auto tree = parse_yaml(text, file);
    if (!tree)
        return fail(tree.error());
    return Importer(file, notes).run(*tree);
}

} // namespace telemetry::station
