// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>

#include "options.h"
#include "run.h"
#include "telemetry/base/text.h"
#include "telemetry/packet/packet_settings.h"
#include "telemetry/station/ad_hoc.h"

namespace telemetry::decode {

Result<int> single_downlink(const Options& options, const station::Station& station) {
    const auto& wanted = options.receiver.downlinks;
    std::string names;
    int found = -1;
    int count = 0;
    for (std::size_t i = 0; i < station.downlinks.size(); ++i) {
        const std::string& name = station.downlinks[i].name;
        names += (names.empty() ? "'" : ", '") + name + "'";
        if (!wanted.empty() && std::none_of(wanted.begin(), wanted.end(), [&](const auto& word) {
                return equal_ignoring_case(word, name);
            }))
            continue;
        found = static_cast<int>(i);
        ++count;
    }
    if (count == 1)
        return found;
    return fail(
        Error{.message = count == 0 ? "has no such downlink; it has " + names
                                    : "this input stage needs one downlink; choose one of " + names,
              .file = station.file,
              .key = "--downlink"});
}

int close(const Run& run, int status) {
    if (run.parameters != nullptr)
        if (const auto finished = run.parameters->finish(); !finished)
            return refuse(finished.error(), kOutputFailed);
    if (const auto closed = run.output.close(); !closed)
        return refuse(closed.error(), kOutputFailed);
    return status;
}

std::string sum(const Printer& printer, const Run& run) {
    std::string text = std::to_string(printer.frames()) + " frames (" +
                       std::to_string(printer.confirmed()) + " confirmed)";
    const auto& downlinks = run.station.downlinks;
    if (std::any_of(downlinks.begin(), downlinks.end(),
                    [](const auto& downlink) { return downlink.packets.has_value(); }))
        text += ", " + std::to_string(printer.packets()) + " packets, " +
                std::to_string(printer.faults()) + " link events";
    if (run.parameters != nullptr)
        text += ", " + run.parameters->sum();
    return text;
}

namespace {

Result<station::Station> find_station(const Options& options) {
    if (!options.station.empty())
        return station::find_station(options.station, options.folders);
    station::AdHocLink link = options.link;
    if (options.input_stage == InputStage::packets && link.protocol.empty())
        link.protocol = "TM"; // of no consequence, but there is a packet layer
    // A database describes each segment by itself.
    constexpr std::string_view kJoin = "packets.join_segments";
    if (!options.database.empty() && !link.protocol.empty() &&
        std::none_of(link.options.begin(), link.options.end(),
                     [&](const auto& option) { return option.key == kJoin; }))
        link.options.push_back({.key = std::string(kJoin), .text = "no"});
    auto made = station::ad_hoc_station(link);
    if (!made) {
        Error error = made.error();
        const bool option = error.key != "modulation" && error.key != "framing";
        error.key = (option ? "--option " : "--") + error.key;
        return fail(std::move(error));
    }
    return made;
}

/// Whether packets can come of it.
Result<void> check_packet_layer(const Options& options, const station::Station& station) {
    if (options.output_stage == OutputStage::frames ||
        std::any_of(station.downlinks.begin(), station.downlinks.end(),
                    [](const auto& downlink) { return downlink.packets.has_value(); }))
        return {};
    return fail(Error{.message = station.file.empty()
                                     ? "packets need --protocol TM, AOS or USLP"
                                     : "none of its downlinks has a `packets` section, which says "
                                       "what the frames carry",
                      .file = station.file,
                      .key = station.file.empty() ? "--output-stage" : "downlinks"});
}

/// The database that the station names, when none is given.
Result<void> take_database_of(const station::Station& station, Options& options) {
    if (options.output_stage != OutputStage::parameters || !options.database.empty())
        return {};
    if (!station.telemetry)
        return fail(Error{.message = "is needed for parameters: the station file names none "
                                     "(`telemetry:` with `database:`)",
                          .file = station.file,
                          .key = "--database"});
    options.database = station::database_path(station);
    if (options.container.empty())
        options.container = station.telemetry->text("root_container");
    return {};
}

int run(Options options) {
    auto station = find_station(options);
    if (!station)
        return refuse(station.error(), kUsage);
    if (const auto taken = take_database_of(*station, options); !taken)
        return refuse(taken.error(), kUsage);
    if (options.input_stage == InputStage::packets)
        for (station::Downlink& downlink : station->downlinks)
            if (!downlink.packets)
                downlink.packets = *read_settings({packet::packet_fields()}, {});
    if (const auto checked = check_packet_layer(options, *station); !checked)
        return refuse(checked.error(), kUsage);
    // SQLite writes its file itself.
    auto output = Output::open(options.format == "parameters-sqlite" ? "-" : options.output);
    if (!output)
        return refuse(output.error(), kOutputFailed);
    std::unique_ptr<ParameterOutput> parameters;
    if (options.output_stage == OutputStage::parameters) {
        auto opened = ParameterOutput::open(options, *output);
        if (!opened)
            return refuse(opened.error(), kUsage);
        parameters = std::move(*opened);
    }
    const Run all{options, *station, *output, parameters.get()};
    switch (options.input_stage) {
    case InputStage::samples:
        return run_samples(all);
    case InputStage::symbols:
    case InputStage::bits:
    case InputStage::cadu:
        return run_symbols(all);
    case InputStage::frames:
    case InputStage::packets:
        break;
    }
    return run_records(all);
}

} // namespace
} // namespace telemetry::decode

int main(int count, char** arguments) {
    using namespace telemetry::decode;
    std::signal(SIGPIPE, SIG_IGN); // a reader that goes away is a failed write like any other
    try {
        Options options;
        if (const auto status = read_options(count, arguments, options))
            return *status;
        return run(std::move(options));
    } catch (const std::exception& trouble) {
        std::cerr << "telemetry-decode: " << trouble.what() << "\n";
        return kInputFailed;
    }
}
