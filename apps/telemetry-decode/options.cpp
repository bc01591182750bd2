// SPDX-License-Identifier: GPL-3.0-or-later
#include "options.h"

#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>

#include "telemetry/base/time.h"
#include "telemetry/station/station.h"

namespace telemetry::decode {
namespace {

constexpr const char* kFooter = R"(
STATION is a station file (a path with '/' or ending in .yml), a name, an
alternative name or a NORAD id, case ignored. Stations are looked for in the
folders given with --stations, then in those of $TELEMETRY_STATIONS (colons
between) and in the shipped folder.

INPUT is a file of samples, or '-' for standard input. Its format follows from
its name: .wav (also .flac, .ogg, .au, .aiff; one channel holds real samples,
two hold I and Q), .sigmf-meta or .sigmf-data, and .cf32 .ci16 .ci8 .cu8 .f32
.s16 for raw samples, which need --rate. Anything else needs --input-format.

IQ samples whose centre frequency is known (SigMF, --frequency) may hold the
downlinks anywhere: each is looked for at the frequency that its station file
states. Otherwise the downlink is taken to be at the centre.

Output formats:
  jsonl  one JSON object a frame, with its time, place and quality
  hex    the bytes of one frame a line
  kiss   KISS frames, as TNCs send them
  pcap   with nanoseconds; link type AX25_KISS (202) when every downlink is
         AX.25, else USER0 (147); where the start is unknown, times count
         from 1970

Exit status:
  0  the input was read to its end, with or without frames in it
  2  command line, station or configuration is wrong
  3  the input cannot be read
  4  the output cannot be written)";

} // namespace

std::optional<int> read_options(int count, char** arguments, Options& options) {
    CLI::App app{
        "Finds the frames in a recording of a station's downlinks, as fast as the machine allows. "
        "The same input gives the same output, however many jobs there are.",
        "telemetry-decode"};
    app.set_version_flag("--version", "telemetry-decode " TELEMETRY_VERSION);
    app.footer(kFooter);
    app.get_formatter()->column_width(28);

    app.add_option("STATION", options.station, "whose downlinks to receive")
        ->required()
        ->option_text(" ");
    app.add_option("INPUT", options.input, "samples to read")->required()->option_text(" ");
    app.add_option("-f,--format", options.format, "jsonl, kiss, hex or pcap [jsonl]")
        ->check(CLI::IsMember({"jsonl", "kiss", "hex", "pcap"}))
        ->option_text("FORMAT");
    app.add_option("-o,--output", options.output,
                   "file to write; it appears when it is complete ['-': standard output]")
        ->option_text("FILE");
    app.add_option("--stations", options.folders, "folder of station files; may be repeated")
        ->option_text("DIR")
        ->allow_extra_args(false);
    app.add_option("--downlink", options.receiver.downlinks,
                   "receive this downlink of the station only; may be repeated")
        ->option_text("NAME")
        ->allow_extra_args(false);
    app.add_flag("--iq", options.source.iq,
                 "two channels, or numbers that take turns, are I and Q");
    double rate_hz = 0;
    const auto* rate =
        app.add_option("--rate", rate_hz, "samples per second of raw input")->option_text("HZ");
    app.add_option("--input-format", options.source.format,
                   "wav, sigmf, cf32, ci16, ci8, cu8, f32 or s16")
        ->option_text("FORMAT");
    double frequency_hz = 0;
    const auto* frequency =
        app.add_option(
               "--frequency", frequency_hz,
               "what IQ samples are centred on, where a SigMF recording does not say it; 0: "
               "the downlink")
            ->option_text("HZ");
    std::string start;
    const auto* start_time =
        app.add_option("--start-time", start,
                       "time of the first sample, such as 2026-01-31T12:00:00.25Z")
            ->option_text("TIME");
    const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    options.receiver.threads = cores;
    app.add_option("-j,--jobs", options.receiver.threads,
                   "downlinks to work on at once [one a core]")
        ->check(CLI::Range(1, 1024))
        ->option_text("N");
    app.add_flag("-v,--verbose", options.verbose,
                 "say on stderr what happens on the way, and sum up");

    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& stop) {
        return app.exit(stop) == 0 ? kDone : kUsage;
    }
    if (rate->count() != 0)
        options.source.rate_hz = rate_hz;
    if (frequency->count() != 0)
        options.frequency_hz = frequency_hz;
    if (start_time->count() != 0) {
        options.source.start_utc_ns = from_rfc3339(start);
        if (!options.source.start_utc_ns) {
            std::cerr << "telemetry-decode: --start-time: '" << start
                      << "' is not a time; expected one such as 2026-01-31T12:00:00.25Z\n";
            return kUsage;
        }
    }
    const auto shipped = station::default_station_folders();
    options.folders.insert(options.folders.end(), shipped.begin(), shipped.end());
    return std::nullopt;
}

} // namespace telemetry::decode
