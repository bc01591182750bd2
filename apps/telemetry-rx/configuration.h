// SPDX-License-Identifier: GPL-3.0-or-later
// What telemetry-rx was told to do: from a receiver file (YAML), from options, or both; an option
// outweighs the file.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/base/fields.h"
#include "telemetry/station/station.h"

namespace telemetry::rx {

/// A kind of source. Its fields are the keys of `source:` in a receiver file and, with '-' for '_',
/// options of the command line.
struct SourceEntry {
    std::string_view name;    ///< `type:` of the file
    std::string_view prefix;  ///< "zmq:": how INPUT on the command line tells the type
    std::string_view subject; ///< the field that the rest of INPUT sets
    std::string_view summary; ///< one sentence
    std::span<const Field> fields;
};
std::span<const SourceEntry> source_entries();

/// Keys of `output:`.
std::span<const Field> output_fields();

/// Keys at the top of a receiver file.
std::span<const Field> receiver_fields();

struct StationChoice {
    std::string name;
    std::vector<std::string> downlinks; ///< empty: all
    int line = 0;

    bool chooses(std::string_view downlink) const;
};

struct Configuration {
    const SourceEntry* source = nullptr;
    Settings source_settings;
    Settings output;
    Settings receiver;
    std::vector<StationChoice> stations;
    std::vector<std::string> station_folders; ///< empty: the default ones
    std::string file;                         ///< receiver file; empty: none
};

/// What the command line says. The keys of the lists are field names.
struct CommandLine {
    std::string file;
    std::optional<std::string> first; ///< argument; STATION, or INPUT where --station tells that
    std::vector<std::string> stations;
    std::vector<std::string> downlinks;
    std::vector<std::string> station_folders;
    std::optional<std::string> input;
    std::vector<KeyText> source;
    std::vector<KeyText> output;
    std::vector<KeyText> receiver;
};

/// Reads the receiver file if one is named, lays the command line over it and checks all.
Result<Configuration> load_configuration(const CommandLine& command_line);

/// The same from text; `file` is for messages.
Result<Configuration> parse_configuration(const std::string& text, const std::string& file,
                                          const CommandLine& command_line);

/// The stations of a configuration, in its order; a downlink that a station has not is an error.
Result<std::vector<station::Station>> load_stations(const Configuration& configuration);

/// A receiver file with every option spelled out; parses back to the same configuration.
std::string effective_configuration(const Configuration& configuration);

} // namespace telemetry::rx
