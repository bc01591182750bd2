// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include <dlfcn.h>

#include "telemetry/base/text.h"
#include "telemetry/station/station.h"
#include "telemetry/station/yaml_tree.h"

namespace telemetry::station {
namespace {

namespace fs = std::filesystem;

bool is_station_file(const fs::path& path) {
    return path.extension() == ".yml" || path.extension() == ".yaml";
}

/// The names only, so that one file's unknown framing does not hide the others.
StationListing read_listing(const std::string& path) {
    StationListing listing;
    listing.file = path;
    const auto text = read_text_file(path);
    const Result<YamlNode> tree =
        text ? parse_yaml(*text, path) : Result<YamlNode>(fail(text.error()));
    if (!tree) {
        listing.broken = tree.error();
        return listing;
    }
    const YamlNode* name = tree->find("name");
    if (!name || name->kind != YamlNode::Kind::scalar) {
        listing.broken = Error{"required and not given; expected the station's name", path,
                               tree->line, tree->column, "name"};
        return listing;
    }
    listing.name = name->text;
    if (const YamlNode* others = tree->find("alternative_names"))
        for (const YamlNode& other : others->items)
            if (other.kind == YamlNode::Kind::scalar)
                listing.alternative_names.push_back(other.text);
    if (const YamlNode* norad = tree->find("norad")) {
        int number = 0;
        const char* end = norad->text.data() + norad->text.size();
        if (std::from_chars(norad->text.data(), end, number).ptr == end && number > 0)
            listing.norad = number;
    }
    return listing;
}

bool answers_to(const StationListing& listing, std::string_view name) {
    if (equal_ignoring_case(listing.name, name))
        return true;
    for (const std::string& other : listing.alternative_names)
        if (equal_ignoring_case(other, name))
            return true;
    return listing.norad && std::to_string(*listing.norad) == name;
}

/// The folder of the library or program that this code is in, links resolved.
fs::path own_folder() {
    Dl_info info{};
    if (!dladdr(reinterpret_cast<const void*>(&own_folder), &info) || !info.dli_fname)
        return {};
    std::error_code trouble;
    const fs::path path = fs::canonical(info.dli_fname, trouble);
    return trouble ? fs::path() : path.parent_path();
}

std::string folder_list(const std::vector<std::string>& folders) {
    std::string list;
    for (const std::string& folder : folders)
        list += (list.empty() ? "" : ", ") + folder;
    return list.empty() ? "no folder at all" : list;
}

} // namespace

Result<std::vector<StationListing>> list_stations(const std::string& folder) {
    std::error_code trouble;
    std::vector<std::string> paths;
    for (fs::directory_iterator at(folder, trouble), end; !trouble && at != end;
         at.increment(trouble))
        if (is_station_file(at->path()))
            paths.push_back(at->path().string());
    if (trouble)
        return fail(Error{"cannot be listed: " + trouble.message(), folder});
    std::sort(paths.begin(), paths.end());
    std::vector<StationListing> listings;
    listings.reserve(paths.size());
    for (const std::string& path : paths)
        listings.push_back(read_listing(path));
    return listings;
}

std::vector<Error> find_duplicates(std::span<const StationListing> listings) {
    std::vector<Error> errors;
    for (std::size_t i = 0; i < listings.size(); ++i) {
        const StationListing& one = listings[i];
        if (one.broken)
            continue;
        std::vector<std::string> names = one.alternative_names;
        names.push_back(one.name);
        if (one.norad)
            names.push_back(std::to_string(*one.norad));
        for (std::size_t j = 0; j < i; ++j)
            for (const std::string& name : names)
                if (!listings[j].broken && answers_to(listings[j], name))
                    errors.push_back(
                        {"'" + name + "' is also a station of " + listings[j].file, one.file});
    }
    return errors;
}

Result<Station> find_station(const std::string& name, const std::vector<std::string>& folders) {
    if (name.find('/') != std::string::npos || is_station_file(name))
        return load_station(name);

    std::vector<std::string> known;
    std::string broken;
    for (const std::string& folder : folders) {
        const auto listings = list_stations(folder);
        if (!listings)
            return fail(listings.error());
        const StationListing* found = nullptr;
        for (const StationListing& listing : *listings) {
            if (listing.broken) {
                broken.append("\n").append(listing.broken->to_string());
                continue;
            }
            known.push_back(listing.name);
            known.insert(known.end(), listing.alternative_names.begin(),
                         listing.alternative_names.end());
            if (!answers_to(listing, name))
                continue;
            if (found)
                return fail(
                    Error{"'" + name + "' is also a station of " + found->file, listing.file});
            found = &listing;
        }
        if (found)
            return load_station(found->file);
    }

    std::string message = "no station is called '" + name + "'";
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    const auto near = nearest(name, candidates);
    if (!near.empty())
        message += "; did you mean '" + std::string(near) + "'?";
    else
        message += " (a name, an alternative name or a NORAD id) in " + folder_list(folders);
    if (!broken.empty())
        message += "\nfiles that could not be read:" + broken;
    return fail(std::move(message));
}

std::vector<std::string> default_station_folders() {
    std::vector<std::string> folders;
    if (const char* given = std::getenv("TELEMETRY_STATIONS"))
        for (const auto folder : split(given, ':'))
            if (!folder.empty())
                folders.emplace_back(folder);
    // Upwards from the library: build/lib in a source tree, lib or lib/<machine> when installed.
    fs::path base = own_folder();
    for (int level = 0; level < 4 && !base.empty() && base != base.root_path(); ++level) {
        base = base.parent_path();
        for (const char* below : {"apps/stations", "share/telemetry/stations"}) {
            std::error_code trouble;
            if (fs::is_directory(base / below, trouble)) {
                folders.push_back((base / below).string());
                return folders;
            }
        }
    }
    return folders;
}

} // namespace telemetry::station
