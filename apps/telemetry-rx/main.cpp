// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <deque>
#include <exception>

#include <CLI/CLI.hpp>

#include "configuration.h"
#include "log.h"
#include "session.h"

namespace {

using namespace telemetry;
using namespace telemetry::rx;

constexpr int kFailed = 1;
constexpr int kWrongUse = 2;

constexpr const char* kDescription =
    "Receives telemetry continuously: samples from a file, a stream or radio hardware go through\n"
    "GNU Radio; frames, metrics and events are published on ZeroMQ.";

constexpr const char* kExamples = R"(INPUT is a file, '-' for standard input, or one of
  zmq:tcp://HOST:PORT   a ZeroMQ stream, as GNU Radio's PUB and PUSH sinks send it
  udp://HOST:PORT       a UDP stream
  soapy:ARGUMENTS       radio hardware: soapy:driver=rtlsdr

Examples:
  telemetry-rx AISAT recording.wav
      plays a recording and publishes its frames on tcp://127.0.0.1:5556
  telemetry-rx AISAT soapy:driver=rtlsdr --rate 250000 --gain 40 --record passes
      receives from hardware, and keeps what it receives as SigMF in the folder passes
  rtl_fm ... | telemetry-rx GOMX-3 - --input-format s16 --rate 48000 --kiss 8001
      takes the audio of another program, and serves frames to KISS clients on port 8001
  telemetry-rx AISAT zmq:tcp://127.0.0.1:5555 --rate 48000 --payload cf32
  telemetry-rx --config receiver.yml --check
      checks a receiver file and prints what would be done

Exit status: 0 the source ended or a signal came, 1 something failed, 2 wrong use or configuration.)";

std::string option_name(std::string_view field) {
    std::string name = "--" + std::string(field);
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

/// Options of the command line made from a table of fields. Two kinds of source may share a field.
class FieldOptions {
public:
    FieldOptions(CLI::App& app, std::string group) : app_(app), group_(std::move(group)) {}

    void add(std::span<const Field> fields) {
        for (const Field& field : fields) {
            if (app_.get_option_no_throw(option_name(field.name)))
                continue;
            Given& given = given_.emplace_back();
            given.field = &field;
            std::string help(field.help);
            if (!field.fallback.empty() && field.type != Field::Type::flag)
                help += " Default: " + std::string(field.fallback) + ".";
            given.option = field.type == Field::Type::flag
                               ? app_.add_flag(option_name(field.name), given.flag, help)
                               : app_.add_option(option_name(field.name), given.text, help);
            given.option->group(group_);
            if (field.type == Field::Type::choice) {
                std::string choices(field.choices);
                given.option->type_name(choices);
            } else if (field.type != Field::Type::flag) {
                given.option->type_name(field.unit.empty() || field.unit == "1"
                                            ? (field.type == Field::Type::text ? "TEXT" : "N")
                                            : std::string(field.unit));
            }
        }
    }

    std::vector<KeyText> given() const {
        std::vector<KeyText> entries;
        for (const Given& given : given_)
            if (given.option->count() > 0)
                entries.push_back({std::string(given.field->name),
                                   given.field->type == Field::Type::flag ? "true" : given.text});
        return entries;
    }

private:
    struct Given {
        const Field* field = nullptr;
        CLI::Option* option = nullptr;
        std::string text;
        bool flag = false;
    };
    CLI::App& app_;
    std::string group_;
    std::deque<Given> given_; // CLI11 keeps pointers into it
};

int report(const Error& error, int status) {
    std::fprintf(stderr, "telemetry-rx: %s\n", error.to_string().c_str());
    return status;
}

int run(int argc, char** argv) {
    CLI::App app(kDescription, "telemetry-rx");
    app.set_version_flag("--version", "telemetry-rx " TELEMETRY_VERSION);
    app.footer(kExamples);
    app.get_formatter()->column_width(34);

    CommandLine command_line;
    std::string station;
    std::string input;
    bool check = false;
    bool quiet = false;
    bool verbose = false;
    auto* station_option =
        app.add_option("STATION", station, "Station: a file, a name or alias, or a NORAD id")
            ->type_name("");
    auto* input_option =
        app.add_option("INPUT", input, "Where its samples come from; see below")->type_name("");
    app.add_option("-c,--config", command_line.file, "Receiver file; options outweigh it")
        ->type_name("FILE");
    // Each takes one value: what follows it is STATION or INPUT.
    app.add_option("--station", command_line.stations,
                   "A station, or a further one; may be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    app.add_option("--downlink", command_line.downlinks,
                   "Only this downlink of the station; may be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    app.add_option("--stations", command_line.station_folders,
                   "Folder of station files; may be repeated")
        ->type_name("DIR")
        ->allow_extra_args(false);
    app.add_flag("--check", check, "Check the configuration, print it whole and end");
    auto* quiet_flag = app.add_flag("-q,--quiet", quiet, "Say nothing but errors");
    app.add_flag("-v,--verbose", verbose, "Tell every lock and discarded frame")
        ->excludes(quiet_flag);

    FieldOptions source(app, "Source");
    for (const SourceEntry& entry : source_entries())
        source.add(entry.fields);
    FieldOptions output(app, "Output");
    output.add(output_fields());
    FieldOptions receiver(app, "Receiver");
    receiver.add(receiver_fields());

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return app.exit(asked);
    } catch (const CLI::ParseError& problem) {
        app.exit(problem);
        return kWrongUse;
    }
    if (station_option->count() > 0)
        command_line.first = station;
    if (input_option->count() > 0)
        command_line.input = input;
    command_line.source = source.given();
    command_line.output = output.given();
    command_line.receiver = receiver.given();

    const auto configuration = load_configuration(command_line);
    if (!configuration)
        return report(configuration.error(), kWrongUse);
    auto stations = load_stations(*configuration);
    if (!stations)
        return report(stations.error(), kWrongUse);
    if (check) {
        std::fputs(effective_configuration(*configuration).c_str(), stdout);
        return 0;
    }

    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file-size limit is an error of the recorder's write

    Log log(quiet ? Verbosity::quiet : verbose ? Verbosity::verbose : Verbosity::normal);
    auto session = Session::make(*configuration, std::move(*stations), log);
    if (!session)
        return report(session.error(), session.error().key.empty() ? kFailed : kWrongUse);
    return (*session)->run();
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "telemetry-rx: %s\n", problem.what());
        return kFailed;
    }
}
