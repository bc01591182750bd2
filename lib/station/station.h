// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "telemetry/base/fields.h"
#include "telemetry/dsp/demodulator.h"
#include "telemetry/framing/deframer.h"

namespace telemetry::station {

/// One signal of a station. Its options stand side by side in the file, as in SatYAML: the common
/// ones (frequency, modulation, framing), the demodulator's and the deframer's.
struct Downlink {
    std::string name;                                   ///< unique in its station
    std::optional<double> frequency_hz;                 ///< nominal
    const dsp::DemodulatorEntry* demodulator = nullptr; ///< never null after loading
    const framing::DeframerEntry* deframer = nullptr;   ///< never null after loading
    Settings settings;               ///< of downlink_fields(), demodulator and deframer together
    std::optional<Settings> packets; ///< of packet::packet_fields(); none: frames are all there is
    int line = 0;
};

/// Keys that every downlink has: frequency, modulation, framing.
std::span<const Field> downlink_fields();

/// Keys of the optional `sdr:` map: what a receiver needs to set on its hardware for this station.
/// Ask Settings::given() before using one: what is not given is left to the receiver.
std::span<const Field> sdr_fields();

/// Keys of the optional `telemetry:` map: how packets become parameters, and the link's alarms.
/// The optional `pus:` map has the keys of pus::layout_fields().
std::span<const Field> telemetry_fields();

struct Station;

/// Path of the mission database of a station that has a `telemetry` map, from its file's folder.
std::string database_path(const Station& station);

/// A remote station (satellite, balloon, unattended ground station) as one YAML file describes it.
struct Station {
    std::string name;
    std::vector<std::string> alternative_names;
    std::optional<int> norad; ///< NORAD catalogue number
    std::vector<Downlink> downlinks;
    Settings sdr;                      ///< of sdr_fields()
    std::optional<Settings> telemetry; ///< of telemetry_fields(); none: packets are all there is
    std::optional<Settings> pus;       ///< of pus::layout_fields(); none: no PUS packets
    std::string file;
};

/// Reads one station file. Errors name file, line and key.
Result<Station> load_station(const std::string& path);

/// The same from text; `file` is for messages.
Result<Station> parse_station(const std::string& text, const std::string& file);

/// A station by file path, name, alternative name or NORAD id, case ignored, from the first of
/// `folders` that has it. The error lists what is near.
Result<Station> find_station(const std::string& name, const std::vector<std::string>& folders);

/// A station file of a folder, as far as its names could be read.
struct StationListing {
    std::string file;
    std::string name;
    std::vector<std::string> alternative_names;
    std::optional<int> norad;
    std::optional<Error> broken; ///< why it cannot be loaded
};

/// Every *.yml and *.yaml of a folder, by file name. A folder that is not there is an error.
Result<std::vector<StationListing>> list_stations(const std::string& folder);

/// Names and NORAD ids that two files of a folder share: either would be found by chance.
std::vector<Error> find_duplicates(std::span<const StationListing> listings);

/// Where stations are looked for when the user names no folder: $TELEMETRY_STATIONS (colons
/// between), the source tree's apps/stations when run from the build, the installed share folder.
std::vector<std::string> default_station_folders();

/// The station as a YAML file with every option spelled out; parses back to the same station.
std::string effective_configuration(const Station& station);

/// Our YAML made from a SatYAML file; what cannot be expressed is left out and said in `notes`.
Result<std::string> import_satyaml(const std::string& text, const std::string& file,
                                   std::vector<std::string>& notes);

/// The reference page of everything a station file may hold, in Markdown, from the field tables of
/// all catalog entries.
std::string reference_page();

} // namespace telemetry::station
