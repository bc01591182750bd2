// SPDX-License-Identifier: GPL-3.0-or-later
#include "options.h"

#include <iostream>
#include <thread>
#include <utility>

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

The chain can be entered behind the demodulator with --input-stage; the station
needs one downlink then, or --downlink to choose one. Stages and the formats
(--input-format) of their input, the first one being the default:
  samples  as above
  symbols  soft symbols, positive is 1: s8 (32 is a typical level), f32 (1.0)
  bits     decided symbols: packed (first bit highest), unpacked (bytes 0, 1)
  cadu     what follows the convolutional decoder of a CCSDS framing, with sync
           markers: packed, unpacked
  frames   raw (one after the other, of --frame-size or the framing's
           frame_size; USLP frames may say their length), hex, kiss, pcap,
           jsonl (as written here, with times)
  packets  raw (one after the other), hex, kiss, pcap, jsonl

Without STATION, --modulation, --framing, --protocol and --option say what the
input is, as far as its stage needs it:
  telemetry-decode --input-stage cadu --framing 'CCSDS TM' --protocol AOS \
    --option frame_size=892 --option rs_interleaving=4 cadus.bin
'telemetry-check --reference' lists framings, modulations and their keys.

Output formats:
  jsonl  one JSON object a line: a frame with its time, place and quality; or
         a packet, or an event that tells what is missing or broken
  hex    the bytes of one frame or packet a line
  raw    the bytes of frames or packets, one after the other
  kiss   KISS frames, as TNCs send them
  parameters, parameters-csv, parameters-sqlite
         the values of parameters by a mission database (--database): one JSON
         object or CSV line a value with packet, container, parameter, raw,
         value, unit, time and validity; or an SQLite file with a table
         'parameters' of the same columns
  pcap   with nanoseconds; link type AX25_KISS (202) when every downlink is
         AX.25, else USER0 (147); where the start is unknown, times count
         from 1970

Exit status:
  0  the input was read to its end, with or without frames in it
  2  command line, station or configuration is wrong
  3  the input cannot be read
  4  the output cannot be written)";

template <class T>
struct Named {
    const char* name;
    T value;
};

constexpr Named<InputStage> kInputStages[] = {
    {"samples", InputStage::samples}, {"symbols", InputStage::symbols},
    {"bits", InputStage::bits},       {"cadu", InputStage::cadu},
    {"frames", InputStage::frames},   {"packets", InputStage::packets}};
constexpr Named<OutputStage> kOutputStages[] = {{"frames", OutputStage::frames},
                                                {"packets", OutputStage::packets}};

template <class T, std::size_t N>
std::vector<std::string> names(const Named<T> (&table)[N]) {
    std::vector<std::string> all;
    for (const auto& entry : table)
        all.emplace_back(entry.name);
    return all;
}

template <class T, std::size_t N>
const T* find(const Named<T> (&table)[N], const std::string& name) {
    for (const auto& entry : table)
        if (name == entry.name)
            return &entry.value;
    return nullptr;
}

tl::unexpected<Error> wrong(const char* key, const std::string& message) {
    return fail(Error{.message = message, .key = key});
}

/// What the options ask for together; a lone positional argument is the input.
Result<void> check(Options& options) {
    const station::AdHocLink& link = options.link;
    const bool ad_hoc = !link.modulation.empty() || !link.framing.empty() ||
                        !link.protocol.empty() || !link.options.empty();
    const InputStage stage = options.input_stage;
    if (options.input.empty()) {
        if (options.station.empty() || (stage == InputStage::samples && !ad_hoc))
            return wrong("INPUT", "is required; see --help");
        options.input = std::exchange(options.station, "");
    } else if (ad_hoc) {
        return wrong("STATION", "given together with --modulation, --framing, --protocol or "
                                "--option, which stand in its place");
    }
    if (options.station.empty()) {
        if (stage == InputStage::samples && link.modulation.empty())
            return wrong("--modulation", "samples need it where there is no STATION");
        if (stage < InputStage::frames && link.framing.empty())
            return wrong("--framing", "this input stage needs it where there is no STATION");
        if (!options.receiver.downlinks.empty())
            return wrong("--downlink", "there is no STATION to have one");
    }
    if (options.output_stage != OutputStage::parameters && !options.database.empty())
        return wrong("--database", "serves --format parameters and the like alone");
    if (options.output_stage == OutputStage::parameters && options.database.empty() &&
        options.station.empty())
        return wrong("--database", "is needed for parameters where there is no STATION");
    if (stage == InputStage::packets && options.output_stage == OutputStage::frames)
        return wrong("--output-stage", "packets have left their frames behind");
    if (options.frame_size != 0 && stage != InputStage::frames)
        return wrong("--frame-size", "is for --input-stage frames; give the framing's frame_size");
    if (stage != InputStage::samples && (options.source.iq || options.frequency_hz))
        return wrong(options.source.iq ? "--iq" : "--frequency", "is for samples");
    if (stage >= InputStage::frames && (options.source.rate_hz || options.source.start_utc_ns))
        return wrong(options.source.rate_hz ? "--rate" : "--start-time",
                     "frames and packets have no rate; in jsonl and pcap they bring their times");
    if ((stage == InputStage::symbols || stage == InputStage::bits || stage == InputStage::cadu) &&
        options.source.start_utc_ns && !options.source.rate_hz)
        return wrong("--start-time", "needs --rate, the symbols or bits per second");
    return {};
}

} // namespace

int refuse(const Error& error, ExitStatus status) {
    std::cerr << "telemetry-decode: " << error.to_string() << "\n";
    return status;
}

void remark(const std::string& text) {
    std::cerr << "telemetry-decode: " << text << "\n";
}

std::optional<int> read_options(int count, char** arguments, Options& options) {
    CLI::App app{"Finds the frames, packets and parameters in a recording of a station's "
                 "downlinks, as fast as the "
                 "machine allows. "
                 "The same input gives the same output, however many jobs there are.",
                 "telemetry-decode"};
    app.set_version_flag("--version", "telemetry-decode " TELEMETRY_VERSION);
    app.footer(kFooter);
    app.get_formatter()->column_width(28);

    app.add_option("STATION", options.station, "whose downlinks to receive")->option_text(" ");
    app.add_option("INPUT", options.input, "what to read")->option_text(" ");
    std::string input_stage = "samples";
    app.add_option("--input-stage", input_stage,
                   "what the input is made of: samples, symbols, bits, cadu, frames or packets "
                   "[samples]")
        ->check(CLI::IsMember(names(kInputStages)))
        ->option_text("STAGE");
    std::string output_stage;
    app.add_option("--output-stage", output_stage,
                   "what is written: frames or packets [frames; of packets, packets]")
        ->check(CLI::IsMember(names(kOutputStages)))
        ->option_text("STAGE");
    app.add_option("--modulation", options.link.modulation, "without STATION: the modulation")
        ->option_text("NAME");
    app.add_option("--framing", options.link.framing, "without STATION: the framing")
        ->option_text("NAME");
    app.add_option("--protocol", options.link.protocol,
                   "without STATION: what the frames are: TM, AOS or USLP")
        ->option_text("NAME");
    std::vector<std::string> pairs;
    app.add_option("--option", pairs,
                   "without STATION: a key of modulation or framing, or packets.KEY; may be "
                   "repeated")
        ->option_text("KEY=VALUE")
        ->allow_extra_args(false);
    app.add_option("--frame-size", options.frame_size, "bytes of each frame in raw input of frames")
        ->check(CLI::Range(1, 65536))
        ->option_text("N");
    const auto* format =
        app.add_option("-f,--format", options.format,
                       "jsonl, kiss, hex, pcap or raw; with --database parameters, "
                       "parameters-csv or parameters-sqlite [jsonl; with --database parameters]")
            ->check(CLI::IsMember({"jsonl", "kiss", "hex", "pcap", "raw", "parameters",
                                   "parameters-csv", "parameters-sqlite"}))
            ->option_text("FORMAT");
    app.add_option("--database", options.database,
                   "mission database (XTCE, YAML or CSV) that says what the packets hold; the one "
                   "that the station file names where not given")
        ->option_text("FILE");
    app.add_option("--container", options.container,
                   "what each packet begins with, where the database does not tell")
        ->option_text("NAME");
    app.add_flag("--qualified-names", options.qualified_names,
                 "parameters and containers with their systems (/Sat/Bus/V) even where the name "
                 "alone tells them");
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
        app.add_option("--rate", rate_hz, "samples, symbols or bits per second of raw input")
            ->option_text("HZ");
    app.add_option("--input-format", options.source.format,
                   "of samples: wav, sigmf, cf32, ci16, ci8, cu8, f32 or s16; of other stages: "
                   "see below")
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
    options.input_stage = *find(kInputStages, input_stage);
    options.output_stage = output_stage.empty() ? options.input_stage == InputStage::packets
                                                      ? OutputStage::packets
                                                      : OutputStage::frames
                                                : *find(kOutputStages, output_stage);
    if (!options.database.empty() && format->count() == 0)
        options.format = "parameters";
    if (options.format.starts_with("parameters"))
        options.output_stage = OutputStage::parameters;
    for (const std::string& pair : pairs) {
        const auto equals = pair.find('=');
        if (equals == 0 || equals == std::string::npos)
            return refuse(Error{.message = "'" + pair + "' is not valid; expected KEY=VALUE",
                                .key = "--option"},
                          kUsage);
        options.link.options.push_back({pair.substr(0, equals), pair.substr(equals + 1)});
    }
    if (const auto checked = check(options); !checked)
        return refuse(checked.error(), kUsage);
    const auto shipped = station::default_station_folders();
    options.folders.insert(options.folders.end(), shipped.begin(), shipped.end());
    return std::nullopt;
}

} // namespace telemetry::decode
