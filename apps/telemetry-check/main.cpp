// SPDX-License-Identifier: GPL-3.0-or-later
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "database.h"
#include "telemetry/base/text.h"
#include "telemetry/station/station.h"
#include "telemetry/station/yaml_tree.h"

namespace {

using namespace telemetry;

enum ExitStatus : int { kFine = 0, kWrong = 1, kUsage = 2, kOutputFailed = 4 };

constexpr const char* kFooter = R"(
Without another task, each FILE is checked. A mistake is told as compilers do,
file:line:column: key: what was expected. A good station file is printed with
every option spelled out, in a form that can be read back. A folder stands for
all station files in it, which must not share a name or NORAD id; they are only
checked.

A mission database is XTCE (XML), YAML with a `mission`, or a CSV table; see
docs/mission-database.md. What is wrong, doubtful or not supported in it goes to
standard error, one line a thing; its size and its containers are printed.
--explain takes Space Packets as they follow each other in a file, or records of
the container's size; PACKETS:N is the packet with number N, counted from 0.

Exit status:
  0  all is well
  1  a file is wrong, or nothing in a SatYAML file can be received
  2  the command line is wrong
  4  the output cannot be written)";

struct Options {
    std::vector<std::string> files;
    std::vector<std::string> folders;
    std::string satyaml;
    bool list = false;
    bool names = false;
    bool reference = false;
    check::DatabaseTask database;
};

int report(const Error& error) {
    std::cerr << error.to_string() << "\n";
    return kWrong;
}

int check_file(const std::string& file, const check::DatabaseTask& task) {
    if (check::is_database(file) || !task.convert.empty() || !task.explain.empty()) {
        const auto good = check::check_database(file, task);
        return !good ? report(good.error()) : *good ? kFine : kWrong;
    }
    const auto station = station::load_station(file);
    if (!station)
        return report(station.error());
    if (!task.quiet)
        std::cout << station::effective_configuration(*station);
    return kFine;
}

int check_folder(const std::string& folder) {
    const auto listings = station::list_stations(folder);
    if (!listings)
        return report(listings.error());
    if (listings->empty())
        return report(Error{"holds no station file (*.yml)", folder});
    int status = kFine;
    for (const station::StationListing& listing : *listings)
        status = std::max(status, check_file(listing.file, {.quiet = true}));
    for (const Error& duplicate : station::find_duplicates(*listings))
        status = report(duplicate);
    return status;
}

int import(const std::string& file) {
    const auto text = station::read_text_file(file);
    if (!text)
        return report(text.error());
    std::vector<std::string> notes;
    const auto ours = station::import_satyaml(*text, file, notes);
    for (const std::string& note : notes)
        std::cerr << note << "\n";
    if (!ours)
        return report(ours.error());
    std::cout << *ours;
    return kFine;
}

template <class Entry>
void list_catalog(const char* title, std::span<const Entry> catalog) {
    std::cout << title << "\n";
    for (const Entry& entry : catalog)
        std::cout << "  " << entry.name
                  << std::string(entry.name.size() < 22 ? 22 - entry.name.size() : 1, ' ')
                  << entry.summary << "\n";
}

std::vector<station::StationListing> all_stations(const std::vector<std::string>& folders) {
    std::vector<station::StationListing> all;
    for (const std::string& folder : folders) {
        auto listings = station::list_stations(folder);
        if (!listings) {
            report(listings.error());
            continue;
        }
        all.insert(all.end(), listings->begin(), listings->end());
    }
    return all;
}

int list_all(const std::vector<std::string>& folders) {
    list_catalog("Modulations", dsp::demodulators());
    std::cout << "\n";
    list_catalog("Framings", framing::deframers());
    std::cout << "\nStations\n";
    for (const station::StationListing& listing : all_stations(folders)) {
        if (listing.broken) {
            report(*listing.broken);
            continue;
        }
        std::string line = "  " + listing.name;
        if (listing.norad)
            line += " (" + std::to_string(*listing.norad) + ")";
        for (const std::string& other : listing.alternative_names)
            line += ", " + other;
        std::cout << line << "\n";
    }
    return kFine;
}

int list_names(const std::vector<std::string>& folders) {
    for (const station::StationListing& listing : all_stations(folders))
        if (!listing.broken)
            std::cout << listing.name << "\n";
    return kFine;
}

void declare(CLI::App& app, Options& options) {
    app.add_option("files", options.files, "station files, folders of them, or mission databases")
        ->option_text("FILE...");
    app.add_flag("-q,--quiet", options.database.quiet, "check only, print nothing");
    app.add_option("--import-satyaml", options.satyaml,
                   "print a station file made from this SatYAML file")
        ->option_text("FILE");
    app.add_flag("--list", options.list, "list modulations, framings and stations");
    app.add_flag("--list-names", options.names, "list the names of stations, one a line");
    app.add_flag("--reference", options.reference,
                 "print the reference page of station files, in Markdown");
    app.add_option("--stations", options.folders,
                   "folder of station files for --list; may be repeated")
        ->option_text("DIR")
        ->allow_extra_args(false);
    auto* convert = app.add_option("--convert", options.database.convert,
                                   "print a mission database in another form: xtce, yaml or csv")
                        ->option_text("FORM")
                        ->check(CLI::IsMember({"xtce", "yaml", "csv"}));
    auto* explain = app.add_option("--explain", options.database.explain,
                                   "decode a packet of a file by a mission database, bit by bit")
                        ->option_text("PACKETS[:N]")
                        ->excludes(convert);
    app.add_option("--container", options.database.container,
                   "the container that packets begin with, for --explain")
        ->option_text("NAME")
        ->needs(explain);
}

int run(int count, char** arguments) {
    CLI::App app{"Checks station files and mission databases, and says what can be done with them.",
                 "telemetry-check"};
    app.set_version_flag("--version", "telemetry-check " TELEMETRY_VERSION);
    app.footer(kFooter);
    app.get_formatter()->column_width(28);
    Options options;
    declare(app, options);
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& stop) {
        return app.exit(stop) == 0 ? kFine : kUsage;
    }
    const int tasks = !options.satyaml.empty() + options.list + options.names + options.reference +
                      !options.files.empty();
    if (tasks != 1) {
        std::cerr << "telemetry-check: expected a file, --import-satyaml, --list or --reference; "
                     "see --help\n";
        return kUsage;
    }
    const auto shipped = station::default_station_folders();
    options.folders.insert(options.folders.end(), shipped.begin(), shipped.end());
    if (!options.satyaml.empty())
        return import(options.satyaml);
    if (options.list)
        return list_all(options.folders);
    if (options.names)
        return list_names(options.folders);
    if (options.reference) {
        std::cout << station::reference_page();
        return kFine;
    }
    int status = kFine;
    for (const std::string& file : options.files)
        status = std::max(status, std::filesystem::is_directory(file)
                                      ? check_folder(file)
                                      : check_file(file, options.database));
    return status;
}

} // namespace

int main(int count, char** arguments) {
    try {
        const int status = run(count, arguments);
        std::cout.flush();
        if (!std::cout) {
            std::cerr << "telemetry-check: standard output cannot be written\n";
            return kOutputFailed;
        }
        return status;
    } catch (const std::exception& trouble) {
        std::cerr << "telemetry-check: " << trouble.what() << "\n";
        return kWrong;
    }
}
