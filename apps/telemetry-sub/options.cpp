// SPDX-License-Identifier: GPL-3.0-or-later
#include "options.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <map>
#include <string_view>

#include <CLI/CLI.hpp>

#include "paint.h"

namespace telemetry::sub {
namespace {

constexpr const char* kFooter = R"(Examples:
  telemetry-sub                                   all that the local receiver publishes
  telemetry-sub --kind frame --station DELPHINI-1 frames of one station
  telemetry-sub --station 'GOMX*' --kind event    events, stations by pattern
  telemetry-sub --connect tcp://rx1:5556 --connect tcp://rx2:5556
  telemetry-sub --kind frame | jq -r .raw         frames as hex, one a line
  telemetry-sub --ask alarms                      what is not normal, from a receiver's --control
  telemetry-sub --ask '{"request": "act", "action": "acknowledge", "alarm": "/Sat/t",
      "person": "ada"}'                           see "Requests" in the wire format
  telemetry-sub --count 10 --seconds 60 --fail-on-loss --output frames.jsonl

On a terminal: one line for each frame and event, and below them the state of every downlink.
Elsewhere, or with --format jsonl: one JSON object a line with topic, header, payload and raw (hex).
What was lost, which publisher restarted, and a summary at the end go to standard error.

Exit status: 0 good, 1 loss with --fail-on-loss, 2 wrong usage, 3 fewer than --count in --seconds,
4 no answer, or one that says what was wrong.)";

/// A kind that no message has today may come with a newer publisher, or be a slip of the pen.
void warn_of_unknown_kinds(const std::vector<std::string>& kinds) {
    constexpr std::array<std::string_view, 8> known = {"frame", "packet", "parameter", "alarm",
                                                       "audit", "metric", "event",     "heartbeat"};
    for (const std::string& kind : kinds)
        if (kind.find_first_of("*?[") == std::string::npos &&
            std::find(known.begin(), known.end(), kind) == known.end())
            std::cerr << "telemetry-sub: --kind " << printable(kind)
                      << " is none of frame, packet, parameter, alarm, audit, metric, event and "
                         "heartbeat; waiting for it nevertheless\n";
}

} // namespace

Options read_options(int argc, char** argv) {
    Options options;
    CLI::App app("Shows, filters and stores what telemetry receivers publish over ZeroMQ.",
                 "telemetry-sub");
    app.footer(kFooter);
    app.set_version_flag("--version", "telemetry-sub " TELEMETRY_VERSION);
    auto& subscriber = options.subscriber;
    app.add_option("-c,--connect", subscriber.endpoints,
                   "publisher to listen to, tcp://HOST:PORT or ipc://PATH; may be repeated")
        ->type_name("ENDPOINT")
        ->allow_extra_args(false)
        ->capture_default_str();
    app.add_option(
           "-k,--kind", subscriber.filter.kinds,
           "frame, packet, parameter, alarm, audit, metric, event or heartbeat; may be repeated; "
           "all but heartbeat if none")
        ->type_name("KIND")
        ->allow_extra_args(false);
    app.add_option("-s,--station", subscriber.filter.stations,
                   "station, a name or pattern (* ? [..]); may be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    app.add_option("--source", subscriber.filter.sources,
                   "downlink or other source, a name or pattern; may be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    static const std::map<std::string, Format> formats = {{"text", Format::text},
                                                          {"jsonl", Format::jsonl}};
    app.add_option_function<std::string>(
           "-f,--format", [&](const std::string& text) { options.format = formats.at(text); },
           "text, or jsonl: JSON Lines (default: text on a terminal, else jsonl)")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"text", "jsonl"}));
    app.add_option("-o,--output", options.output, "write to this file, not to standard output")
        ->type_name("FILE");
    app.add_option("--bytes", options.dump_bytes,
                   "bytes of a frame shown in text, behind an AX.25 header")
        ->type_name("N")
        ->check(CLI::Range(0, 65536))
        ->capture_default_str();
    app.add_option("--color", options.colour, "auto, always or never")
        ->type_name("WHEN")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    app.add_option("-n,--count", options.count, "stop after this many messages")
        ->type_name("N")
        ->check(CLI::Range(1, std::numeric_limits<int>::max()));
    app.add_option("--seconds", options.seconds, "stop after this time")
        ->type_name("S")
        ->check(CLI::Range(0.001, 1e9));
    app.add_option("--ask", options.ask,
                   "ask a receiver and print its answer: alarms, values, dictionary, status, or a "
                   "request in JSON")
        ->type_name("REQUEST");
    app.add_option("--control", options.control, "receiver to ask")
        ->type_name("ENDPOINT")
        ->capture_default_str();
    app.add_flag("--fail-on-loss", options.fail_on_loss,
                 "exit with status 1 when messages were lost");
    app.add_flag("-q,--quiet", options.quiet, "no notes and no summary on standard error");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? exit_good : exit_usage);
    }
    if (!options.quiet)
        warn_of_unknown_kinds(subscriber.filter.kinds);
    return options;
}

} // namespace telemetry::sub
