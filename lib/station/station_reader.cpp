// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <set>

#include "telemetry/base/text.h"
#include "telemetry/packet/packet_settings.h"
#include "telemetry/pus/layout.h"
#include "telemetry/station/ad_hoc.h"
#include "telemetry/station/station.h"
#include "telemetry/station/station_fields.h"
#include "telemetry/station/yaml_tree.h"

namespace telemetry::station {
namespace {

using Kind = YamlNode::Kind;

/// Checks and copies one document; every error says where in the file.
class Reader {
public:
    explicit Reader(const std::string& file) : file_(file) {}

    Result<Station> read(const YamlNode& root) const;

private:
    tl::unexpected<Error> wrong(const YamlNode& at, const std::string& key,
                                const std::string& message) const {
        return fail(Error{message, file_, at.line, at.column, key});
    }
    tl::unexpected<Error> wrong_kind(const YamlNode& at, const std::string& key,
                                     const std::string& expected) const {
        return wrong(at, key, "expected " + expected + ", found " + std::string(name_of(at.kind)));
    }

    Result<std::vector<KeyText>> values_of(const YamlNode& map, const std::string& path) const;
    Result<std::vector<std::string>> names(const YamlNode& list) const;
    Result<Settings> settings_of(const YamlNode* given, const std::string& key,
                                 std::span<const Field> fields) const;
    Result<Downlink> downlink(const YamlNode& name, const YamlNode& map) const;
    Result<void> packets(const YamlNode& name, const YamlNode& map, Downlink& downlink) const;
    tl::unexpected<Error> wrong_downlink(const Error& error, const YamlNode& name,
                                         const YamlNode& map) const;
    template <class Entry>
    Result<const Entry*> entry(const YamlNode& map, const std::string& path, const char* key,
                               std::span<const Entry> catalog,
                               const Entry* (*find)(std::string_view)) const;

    std::string file_;
};

constexpr std::string_view kStructure[] = {"alternative_names", "downlinks", "sdr", "telemetry",
                                           "pus"};
constexpr std::string_view kPackets = "packets"; ///< the packet layer of a downlink

/// The entries of a map whose values are single.
Result<std::vector<KeyText>> Reader::values_of(const YamlNode& map, const std::string& path) const {
    std::vector<KeyText> values;
    for (const auto& [key, value] : map.entries) {
        if (value.kind == Kind::null)
            return wrong(key, path + key.text, "has no value");
        if (value.kind != Kind::scalar)
            return wrong_kind(value, path + key.text, "a single value");
        values.push_back({key.text, value.text, value.line, value.column});
    }
    return values;
}

Result<std::vector<std::string>> Reader::names(const YamlNode& list) const {
    std::vector<std::string> result;
    std::set<std::string> known; // without case
    if (list.kind == Kind::null)
        return result;
    if (list.kind != Kind::list)
        return wrong_kind(list, "alternative_names", "a list of names");
    for (const YamlNode& item : list.items) {
        if (item.kind != Kind::scalar || item.text.empty())
            return wrong_kind(item, "alternative_names", "a name");
        if (!known.insert(to_lower(item.text)).second)
            return wrong(item, "alternative_names", "'" + item.text + "' is given twice");
        result.push_back(item.text);
    }
    return result;
}

template <class Entry>
Result<const Entry*> Reader::entry(const YamlNode& map, const std::string& path, const char* key,
                                   std::span<const Entry> catalog,
                                   const Entry* (*find)(std::string_view)) const {
    std::vector<std::string_view> known;
    std::string list;
    for (const Entry& candidate : catalog) {
        known.push_back(candidate.name);
        list += (list.empty() ? "" : ", ") + std::string(candidate.name);
        if (!candidate.aliases.empty())
            for (const auto alias : split(candidate.aliases, '|'))
                known.push_back(alias);
    }
    const YamlNode* value = map.find(key);
    if (!value || value->kind == Kind::null)
        return wrong(map, path + key, "required and not given; expected one of " + list);
    if (value->kind != Kind::scalar)
        return wrong_kind(*value, path + key, "one of " + list);
    if (const Entry* found = find(value->text))
        return found;
    const auto near = nearest(value->text, known);
    return wrong(*value, path + key,
                 "'" + value->text + "' is not known; " +
                     (near.empty() ? "expected one of " + list
                                   : "did you mean '" + std::string(near) + "'?"));
}

/// Whether some input exists that the downlink can be received from: what only its deframer or
/// demodulator can judge is an error of the file, not one that waits for the first recording.
Result<void> check_makes(const Downlink& downlink) {
    if (const auto made = downlink.deframer->make(downlink.settings); !made)
        return fail(made.error());
    // A low rate costs least; a high one leaves room for any deviation or carrier there is.
    Error error;
    for (const double samples_per_symbol : {4, 16, 64, 256, 1024, 4096}) {
        const double rate_hz = samples_per_symbol * downlink.settings.real("baudrate");
        const auto made = downlink.demodulator->make(downlink.settings, {SampleKind::iq, rate_hz});
        if (made)
            return {};
        error = made.error();
    }
    return fail(std::move(error));
}

/// `error` with the place of the key that it names, which stands in the downlink's map or not.
tl::unexpected<Error> Reader::wrong_downlink(const Error& error, const YamlNode& name,
                                             const YamlNode& map) const {
    const YamlNode* value = map.find(error.key);
    const YamlNode& at = value ? *value : name;
    return wrong(at, "downlinks." + name.text + (error.key.empty() ? "" : "." + error.key),
                 error.message);
}

Result<Downlink> Reader::downlink(const YamlNode& name, const YamlNode& map) const {
    const std::string path = "downlinks." + name.text + ".";
    if (name.text.empty())
        return wrong(name, "downlinks", "a downlink needs a name");
    if (map.kind != Kind::map)
        return wrong_kind(map, "downlinks." + name.text,
                          "a map with modulation, framing and so on");

    Downlink result;
    result.name = name.text;
    result.line = name.line;
    const auto demodulator = entry<dsp::DemodulatorEntry>(
        map, path, "modulation", dsp::demodulators(), dsp::find_demodulator);
    if (!demodulator)
        return fail(demodulator.error());
    const auto deframer = entry<framing::DeframerEntry>(map, path, "framing", framing::deframers(),
                                                        framing::find_deframer);
    if (!deframer)
        return fail(deframer.error());
    result.demodulator = *demodulator;
    result.deframer = *deframer;

    YamlNode single = map; // without the packet layer
    std::erase_if(single.entries, [](const auto& entry) { return entry.first.text == kPackets; });
    auto values = values_of(single, path);
    if (!values)
        return fail(values.error());
    auto settings = read_settings(
        {downlink_fields(), result.demodulator->fields, result.deframer->fields}, *values, file_);
    if (!settings) {
        Error error = settings.error();
        error.key = path + error.key;
        if (error.line == 0) {
            error.line = name.line;
            error.column = name.column;
        }
        return fail(std::move(error));
    }
    result.settings = std::move(*settings);
    if (result.settings.real("frequency") > 0)
        result.frequency_hz = result.settings.real("frequency");
    if (const auto checked = check_makes(result); !checked)
        return wrong_downlink(checked.error(), name, map);
    if (const YamlNode* layer = map.find(kPackets))
        if (const auto read = packets(name, *layer, result); !read)
            return fail(read.error());
    return result;
}

Result<void> Reader::packets(const YamlNode& name, const YamlNode& map, Downlink& downlink) const {
    const std::string path = "downlinks." + name.text + "." + std::string(kPackets);
    YamlNode none; // every key has a default
    none.kind = Kind::map;
    const YamlNode& given = map.kind == Kind::null ? none : map;
    if (given.kind != Kind::map)
        return wrong_kind(map, path, "a map with protocol and so on");
    const auto values = values_of(given, path + ".");
    if (!values)
        return fail(values.error());
    auto settings = read_settings({packet::packet_fields()}, *values, file_);
    if (!settings) {
        Error error = settings.error();
        error.key = path + "." + error.key;
        return fail(std::move(error));
    }
    downlink.packets = std::move(*settings);
    if (const auto checked = check_packets(downlink); !checked) {
        const YamlNode* value = given.find(checked.error().key);
        const YamlNode& at = value ? *value : map;
        return wrong(at.line != 0 ? at : name, path + "." + checked.error().key,
                     checked.error().message);
    }
    return {};
}

/// The options of a map of single values; those of an empty one when `given` is null.
Result<Settings> Reader::settings_of(const YamlNode* given, const std::string& key,
                                     std::span<const Field> fields) const {
    std::vector<KeyText> texts;
    if (given && given->kind != Kind::null) {
        if (given->kind != Kind::map)
            return wrong_kind(*given, key,
                              "a map with " + std::string(fields[0].name) + ", " +
                                  std::string(fields[1].name) + " and so on");
        auto values = values_of(*given, key + ".");
        if (!values)
            return fail(values.error());
        texts = std::move(*values);
    }
    auto settings = read_settings({fields}, texts, file_);
    if (!settings) {
        Error error = settings.error();
        error.key = key + "." + error.key;
        return fail(std::move(error));
    }
    return settings;
}

Result<Station> Reader::read(const YamlNode& root) const {
    if (root.kind != Kind::map)
        return wrong_kind(root, "", "a map with name and downlinks");

    YamlNode single = root; // without the lists and maps
    std::erase_if(single.entries, [](const auto& entry) {
        return std::find(std::begin(kStructure), std::end(kStructure), entry.first.text) !=
               std::end(kStructure);
    });
    for (const auto& [key, value] : single.entries) {
        std::vector<std::string_view> known(std::begin(kStructure), std::end(kStructure));
        for (const Field& field : station_fields())
            known.push_back(field.name);
        if (std::find(known.begin(), known.end(), key.text) != known.end())
            continue;
        if (key.text == "transmitters")
            return wrong(
                key, key.text,
                "this is a SatYAML file; convert it with telemetry-check --import-satyaml");
        const auto near = nearest(key.text, known);
        return wrong(key, key.text,
                     near.empty() ? "unknown key; expected one of name, norad, alternative_names, "
                                    "downlinks, sdr, telemetry, pus"
                                  : "unknown key; did you mean '" + std::string(near) + "'?");
    }

    Station station;
    station.file = file_;
    const auto values = values_of(single, "");
    if (!values)
        return fail(values.error());
    const auto settings = read_settings({station_fields()}, *values, file_);
    if (!settings)
        return fail(settings.error());
    station.name = settings->text("name");
    if (station.name.empty())
        return wrong(root, "name", "required and not given; expected the station's name");
    if (settings->integer("norad") != 0)
        station.norad = static_cast<int>(settings->integer("norad"));

    if (const YamlNode* list = root.find("alternative_names")) {
        auto result = names(*list);
        if (!result)
            return fail(result.error());
        station.alternative_names = std::move(*result);
    }

    auto sdr = settings_of(root.find("sdr"), "sdr", sdr_fields());
    if (!sdr)
        return fail(sdr.error());
    station.sdr = std::move(*sdr);
    if (const YamlNode* given = root.find("telemetry")) {
        auto telemetry = settings_of(given, "telemetry", telemetry_fields());
        if (!telemetry)
            return fail(telemetry.error());
        if (telemetry->text("database").empty())
            return wrong(*given, "telemetry.database",
                         "required and not given; expected the path of a mission database");
        station.telemetry = std::move(*telemetry);
    }
    if (const YamlNode* given = root.find("pus")) {
        auto pus = settings_of(given, "pus", pus::layout_fields());
        if (!pus)
            return fail(pus.error());
        if (const auto layout = pus::read_layout(*pus); !layout) {
            const YamlNode* value = given->find(layout.error().key);
            return wrong(value ? *value : *given, "pus." + layout.error().key,
                         layout.error().message);
        }
        station.pus = std::move(*pus);
    }

    const YamlNode* downlinks = root.find("downlinks");
    if (!downlinks)
        return wrong(root, "downlinks",
                     "required and not given; expected a map of downlinks by name");
    if (downlinks->kind != Kind::map)
        return wrong_kind(*downlinks, "downlinks", "a map of downlinks by name");
    if (downlinks->entries.empty())
        return wrong(*downlinks, "downlinks", "is empty; expected a downlink at least");
    std::map<std::string, const YamlNode*> known; // without case
    for (const auto& [name, map] : downlinks->entries) {
        const auto [other, fresh] = known.emplace(to_lower(name.text), &name);
        if (!fresh)
            return wrong(name, "downlinks." + name.text,
                         "differs from '" + other->second->text + "' in line " +
                             std::to_string(other->second->line) + " by case only");
        auto result = downlink(name, map);
        if (!result)
            return fail(result.error());
        if (station.telemetry && !result->packets)
            result->packets =
                *read_settings_from(packet::packet_fields(), {{"protocol", "packet"}});
        station.downlinks.push_back(std::move(*result));
    }
    return station;
}

} // namespace

Result<Station> parse_station(const std::string& text, const std::string& file) {
    const auto tree = parse_yaml(text, file);
    if (!tree)
        return fail(tree.error());
    return Reader(file).read(*tree);
}

Result<Station> load_station(const std::string& path) {
    const auto text = read_text_file(path);
    if (!text)
        return fail(text.error());
    return parse_station(*text, path);
}

} // namespace telemetry::station
