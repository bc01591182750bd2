// SPDX-License-Identifier: GPL-3.0-or-later
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "telemetry/base/text.h"
#include "telemetry/station/station.h"
#include "telemetry/station/yaml_tree.h"

namespace {

using namespace telemetry;

enum ExitStatus : int { kFine = 0, kWrong = 1, kUsage = 2, kOutputFailed = 4 };

constexpr const char* kFooter = R"(
Without another task, each FILE is checked. A mistake is told as compilers do,
file:line:column: key: what was expected. A good file is printed with every
option spelled out, in a form that can be read back. A folder stands for all
station files in it, which must not share a name or NORAD id; they are only
checked.

Exit status:
  0  all is well
  1  a file is wrong, or nothing in a SatYAML file can be received
  2  the command line is wrong
  4  the output cannot be written)";

int report(const Error& error) {
    std::cerr << error.to_string() << "\n";
    return kWrong;
}

int check_file(const std::string& file, bool quiet) {
    const auto station = station::load_station(file);
    if (!station)
        return report(station.error());
    if (!quiet)
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
        status = std::max(status, check_file(listing.file, true));
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

int run(int count, char** arguments) {
    CLI::App app{"Checks station files and says what a receiver can do with them.",
                 "telemetry-check"};
    app.set_version_flag("--version", "telemetry-check " TELEMETRY_VERSION);
    app.footer(kFooter);
    app.get_formatter()->column_width(28);
    std::vector<std::string> files;
    std::vector<std::string> folders;
    std::string satyaml;
    bool list = false;
    bool names = false;
    bool reference = false;
    bool quiet = false;
    app.add_option("files", files, "station files, or folders of them")->option_text("FILE...");
    app.add_flag("-q,--quiet", quiet, "check only, print nothing");
    app.add_option("--import-satyaml", satyaml, "print a station file made from this SatYAML file")
        ->option_text("FILE");
    app.add_flag("--list", list, "list modulations, framings and stations");
    app.add_flag("--list-names", names, "list the names of stations, one a line");
    app.add_flag("--reference", reference,
                 "print the reference page of station files, in Markdown");
    app.add_option("--stations", folders, "folder of station files for --list; may be repeated")
        ->option_text("DIR")
        ->allow_extra_args(false);
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& stop) {
        return app.exit(stop) == 0 ? kFine : kUsage;
    }
    const int tasks = !satyaml.empty() + list + names + reference + !files.empty();
    if (tasks != 1) {
        std::cerr
            << "telemetry-check: expected a station file, --import-satyaml, --list or --reference; "
               "see --help\n";
        return kUsage;
    }
    const auto shipped = station::default_station_folders();
    folders.insert(folders.end(), shipped.begin(), shipped.end());
    if (!satyaml.empty())
        return import(satyaml);
    if (list)
        return list_all(folders);
    if (names)
        return list_names(folders);
    if (reference) {
        std::cout << station::reference_page();
        return kFine;
    }
    int status = kFine;
    for (const std::string& file : files)
        status = std::max(status, std::filesystem::is_directory(file) ? check_folder(file)
                                                                      : check_file(file, quiet));
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
