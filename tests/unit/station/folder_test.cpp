// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "telemetry/base/text.h"
#include "telemetry/station/station.h"

namespace telemetry::station {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kDownlinks =
    "downlinks:\n  9k6:\n    modulation: FSK\n    baudrate: 9600\n    framing: AX.25 G3RUH\n";

class StationFolder : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/telemetry-stations-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        folder_ = name;
    }
    void TearDown() override { fs::remove_all(folder_); }

    void add(const std::string& file, const std::string& text) const {
        std::ofstream(folder_ / file) << text;
    }
    std::string name_found(const std::string& name) const {
        const auto station = find_station(name, {folder_.string()});
        return station ? station->name : station.error().to_string();
    }

    fs::path folder_;
};

TEST_F(StationFolder, FindsByNameAliasAndNumber) {
    add("b.yml", std::string("name: Beta\nnorad: 200\nalternative_names: [B-Sat]\n") + kDownlinks);
    add("a.yaml", std::string("name: Alpha\nnorad: 100\n") + kDownlinks);
    add("notes.txt", "not a station");
    EXPECT_EQ(name_found("beta"), "Beta");
    EXPECT_EQ(name_found("b-SAT"), "Beta");
    EXPECT_EQ(name_found("100"), "Alpha");
    EXPECT_EQ(name_found((folder_ / "b.yml").string()), "Beta");
    EXPECT_THAT(name_found("Alfa"), HasSubstr("did you mean 'Alpha'?"));
    EXPECT_THAT(name_found("nothing like it"), HasSubstr("in " + folder_.string()));
    EXPECT_THAT(name_found("./missing.yml"),
                HasSubstr("./missing.yml: cannot be read: No such file"));
    EXPECT_THAT(name_found(folder_.string() + "/"), HasSubstr("is a directory"));
}

TEST_F(StationFolder, EarlierFolderWins) {
    add("a.yml", std::string("name: Alpha\nnorad: 1\n") + kDownlinks);
    const fs::path other = folder_ / "other";
    fs::create_directory(other);
    std::ofstream(other / "z.yml") << "name: ALPHA\nnorad: 2\n" << kDownlinks;
    EXPECT_EQ(find_station("alpha", {folder_.string(), other.string()})->norad, 1);
    EXPECT_EQ(find_station("alpha", {other.string(), folder_.string()})->norad, 2);
}

TEST_F(StationFolder, BrokenFileDoesNotHideOthers) {
    add("a.yml", "name: [");
    add("b.yml", std::string("name: Beta\n") + kDownlinks);
    add("c.yml", "name: Gamma\ndownlinks: {x: {modulation: FSK, framing: none such}}\n");
    EXPECT_EQ(name_found("Beta"), "Beta");
    EXPECT_THAT(name_found("Gamma"), HasSubstr("c.yml:2:"));
    EXPECT_THAT(name_found("Alpha Centauri"), HasSubstr("a.yml:1:"));
}

TEST_F(StationFolder, DuplicatesAreErrors) {
    add("a.yml", std::string("name: Alpha\nnorad: 7\n") + kDownlinks);
    add("b.yml", std::string("name: Beta\nalternative_names: [ALPHA]\n") + kDownlinks);
    add("c.yml", std::string("name: Gamma\nnorad: 7\n") + kDownlinks);
    EXPECT_THAT(name_found("alpha"),
                HasSubstr("b.yml: 'alpha' is also a station of " + (folder_ / "a.yml").string()));
    EXPECT_EQ(name_found("beta"), "Beta");
    const auto listings = list_stations(folder_.string());
    ASSERT_TRUE(listings);
    EXPECT_EQ(find_duplicates(*listings).size(), 2U);
}

TEST_F(StationFolder, MissingFolderIsAnError) {
    const auto station = find_station("x", {"/nowhere/at/all"});
    ASSERT_FALSE(station);
    EXPECT_THAT(station.error().to_string(), HasSubstr("/nowhere/at/all: cannot be listed"));
}

TEST_F(StationFolder, EnvironmentNamesFolders) {
    ASSERT_EQ(setenv("TELEMETRY_STATIONS", "/one::/two", 1), 0);
    const auto folders = default_station_folders();
    unsetenv("TELEMETRY_STATIONS");
    ASSERT_GE(folders.size(), 2U);
    EXPECT_EQ(folders[0], "/one");
    EXPECT_EQ(folders[1], "/two");
}

/// Every shipped file is good, says what it means, and answers to its names.
TEST(ShippedStations, Conform) {
    const std::string folder = TELEMETRY_SHIPPED_STATIONS;
    const auto listings = list_stations(folder);
    ASSERT_TRUE(listings) << listings.error().to_string();
    EXPECT_GE(listings->size(), 34U);
    for (const Error& duplicate : find_duplicates(*listings))
        ADD_FAILURE() << duplicate.to_string();
    for (const StationListing& listing : *listings) {
        const auto station = load_station(listing.file);
        if (!station) {
            ADD_FAILURE() << station.error().to_string();
            continue;
        }
        // File names are the station's, in lower case with dashes.
        std::string name;
        for (const char c : to_lower(station->name)) {
            const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (word || (!name.empty() && name.back() != '-'))
                name += word ? c : '-';
        }
        EXPECT_EQ(fs::path(listing.file).stem(), name);

        const std::string text = effective_configuration(*station);
        const auto again = parse_station(text, "effective");
        ASSERT_TRUE(again) << again.error().to_string() << "\n" << text;
        EXPECT_EQ(effective_configuration(*again), text);
        for (const std::string& alias : station->alternative_names)
            EXPECT_EQ(find_station(alias, {folder})->name, station->name);
        if (station->norad) {
            EXPECT_EQ(find_station(std::to_string(*station->norad), {folder})->name, station->name);
        }

        for (const Downlink& downlink : station->downlinks) {
            for (const SampleKind kind : {SampleKind::real, SampleKind::iq}) {
                const auto demodulator =
                    downlink.demodulator->make(downlink.settings, {kind, 48000.0});
                EXPECT_TRUE(demodulator) << listing.file << ": " << downlink.name << ": "
                                         << demodulator.error().to_string();
            }
            const auto deframer = downlink.deframer->make(downlink.settings);
            EXPECT_TRUE(deframer) << listing.file << ": " << downlink.name << ": "
                                  << deframer.error().to_string();
        }
    }
}

} // namespace
} // namespace telemetry::station
