// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/station_fields.h"

#include "telemetry/station/station.h"

namespace telemetry::station {
namespace {

constexpr Field kStation[] = {
    {.name = "name",
     .type = Field::Type::text,
     .help = "What the station is called; required. It is found by this name, case ignored."},
    {.name = "norad",
     .type = Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 999999999,
     .fallback = "0",
     .help = "NORAD catalogue number; 0: not known or not a satellite."},
};

constexpr Field kDownlink[] = {
    {.name = "frequency",
     .type = Field::Type::real,
     .unit = "Hz",
     .min = 0,
     .max = 1e12,
     .fallback = "0",
     .help = "Nominal carrier frequency; 0: not known."},
    {.name = "modulation",
     .type = Field::Type::text,
     .help = "How the symbols are sent; required. Decides which further keys there are."},
    {.name = "framing",
     .type = Field::Type::text,
     .help = "How frames lie in the symbols; required. Decides which further keys there are."},
};

constexpr Field kSdr[] = {
    {.name = "gain",
     .type = Field::Type::real,
     .unit = "dB",
     .min = -100,
     .max = 200,
     .fallback = "0",
     .help = "Overall gain of the hardware; when not given, its automatic gain control."},
    {.name = "antenna",
     .type = Field::Type::text,
     .help = "Antenna port, by the name the hardware gives it."},
    {.name = "frequency",
     .type = Field::Type::real,
     .unit = "Hz",
     .min = 0,
     .max = 1e12,
     .fallback = "0",
     .help = "Centre frequency to tune to; 0: that of the downlinks."},
    {.name = "ppm",
     .type = Field::Type::real,
     .unit = "1",
     .min = -1000,
     .max = 1000,
     .fallback = "0",
     .help = "Error of the hardware's reference clock in parts per million, to be corrected."},
    {.name = "bandwidth",
     .type = Field::Type::real,
     .unit = "Hz",
     .min = 0,
     .max = 1e10,
     .fallback = "0",
     .help = "Bandwidth of the hardware's analogue filter; 0: chosen by the hardware."},
};

constexpr std::string_view kLevels = "normal|watch|warning|distress|critical|severe";

constexpr Field kTelemetry[] = {
    {.name = "database",
     .type = Field::Type::text,
     .help = "Mission database that describes the packets: XTCE, or our YAML or CSV. A path "
             "relative to this file; required."},
    {.name = "root_container",
     .type = Field::Type::text,
     .help = "Container that every packet begins with; when not given, the database tells."},
    {.name = "alarm_state",
     .type = Field::Type::text,
     .help = "File that keeps the state of the alarms while the receiver is off, relative to this "
             "file; when not given, telemetry-rx is told where, or alarms start as normal."},
    {.name = "limit_sets",
     .type = Field::Type::text,
     .help = "Limits to switch to at run time: NAME=PATH pairs, blanks between. Each PATH is a "
             "mission database (a CSV table will do) of which the alarm limits are taken."},
    {.name = "late_after",
     .type = Field::Type::real,
     .unit = "s",
     .min = 0,
     .max = 1e9,
     .fallback = "300",
     .help = "Packets older than this when received change no alarm: more than the signal's way "
             "takes."},
    {.name = "no_frame_after",
     .type = Field::Type::real,
     .unit = "s",
     .min = 1,
     .max = 1e6,
     .fallback = "120",
     .help = "Link alarm: no good frame for so long in a pass."},
    {.name = "no_frame_level",
     .type = Field::Type::choice,
     .fallback = "normal",
     .choices = kLevels,
     .help = "Level of that alarm; normal: none."},
    {.name = "pass_ends_after",
     .type = Field::Type::real,
     .unit = "s",
     .min = 1,
     .max = 1e6,
     .fallback = "900",
     .help = "A pass begins with a frame (or by request) and ends after so long without any."},
    {.name = "frame_error_rate",
     .type = Field::Type::real,
     .unit = "1",
     .min = 0,
     .max = 1,
     .fallback = "0.1",
     .help = "Link alarm: a greater share of the last hundred frames is bad."},
    {.name = "frame_error_level",
     .type = Field::Type::choice,
     .fallback = "normal",
     .choices = kLevels,
     .help = "Level of that alarm; normal: none."},
    {.name = "least_snr",
     .type = Field::Type::real,
     .unit = "dB",
     .min = -50,
     .max = 100,
     .fallback = "0",
     .help = "Link alarm: frames come with a lower Es/N0."},
    {.name = "snr_level",
     .type = Field::Type::choice,
     .fallback = "normal",
     .choices = kLevels,
     .help = "Level of that alarm; normal: none."},
};

} // namespace

std::span<const Field> telemetry_fields() {
    return kTelemetry;
}
std::span<const Field> station_fields() {
    return kStation;
}
std::span<const Field> downlink_fields() {
    return kDownlink;
}
std::span<const Field> sdr_fields() {
    return kSdr;
}

} // namespace telemetry::station
