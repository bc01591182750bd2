// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "telemetry/station/station.h"

namespace telemetry::station {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// What a SatYAML file of today looks like, with anchors, data and transports.
constexpr const char* kSatyaml = R"(name: TESTSAT-1
alternative_names:
  - TS-1
norad: 43210
telemetry_servers:
  - SatNOGS
data:
  &tlm Telemetry:
    telemetry: ax25
  &unknown Other:
    unknown
transports:
  &kiss KISS:
    protocol: KISS
    data:
    - *tlm
transmitters:
  9k6 FSK downlink:
    frequency: 437.300e+6
    modulation: FSK
    baudrate: 9600
    deviation: 4800
    framing: AX.25 G3RUH
    data:
    - *tlm
  1k2 AFSK downlink:
    frequency: 437.300e+6
    modulation: AFSK
    baudrate: 1200
    af_carrier: 1700
    deviation: 500
    framing: AX.25
    additional_data:
      a: *unknown
  4k8 GEOSCAN downlink:
    frequency: 437.300e+6
    modulation: FSK
    baudrate: 4800
    framing: GEOSCAN
    frame size: 74
    transports:
    - *kiss
)";

struct Imported {
    Result<std::string> text;
    std::vector<std::string> notes;
};

Imported import(const std::string& satyaml) {
    std::vector<std::string> notes;
    auto text = import_satyaml(satyaml, "sat.yml", notes);
    return {std::move(text), std::move(notes)};
}

TEST(SatyamlImport, MakesStation) {
    const auto [text, notes] = import(kSatyaml);
    ASSERT_TRUE(text) << text.error().to_string();
    const auto station = parse_station(*text, "ours.yml");
    ASSERT_TRUE(station) << station.error().to_string();
    EXPECT_EQ(station->name, "TESTSAT-1");
    EXPECT_EQ(station->norad, 43210);
    EXPECT_THAT(station->alternative_names, testing::ElementsAre("TS-1"));
    ASSERT_EQ(station->downlinks.size(), 2U);
    EXPECT_EQ(station->downlinks[0].name, "9k6 FSK downlink");
    EXPECT_EQ(station->downlinks[0].frequency_hz, 437.3e6);
    EXPECT_EQ(station->downlinks[0].settings.real("deviation"), 4800);
    EXPECT_EQ(station->downlinks[1].settings.real("af_carrier"), 1700);
    EXPECT_THAT(notes, testing::ElementsAre(
                           "sat.yml:36:5: downlink '4k8 GEOSCAN downlink' is left out: its framing "
                           "'GEOSCAN' is not known"));
}

std::string ccsds(const std::string& framing, const std::string& more = "", int frame_size = 223) {
    return "name: x\nnorad: 1\ntransmitters:\n  a:\n    frequency: 436.2e+6\n    modulation: BPSK\n"
           "    baudrate: 9600\n    framing: " +
           framing + "\n    frame size: " + std::to_string(frame_size) + "\n" + more;
}

TEST(SatyamlImport, MapsCcsdsOptions) {
    const auto [text, notes] =
        import(ccsds("CCSDS Concatenated",
                     "    RS basis: dual\n    RS interleaving: 4\n    precoding: differential\n"
                     "    convolutional: CCSDS\n    scrambler: CCSDS\n",
                     892));
    ASSERT_TRUE(text) << text.error().to_string();
    EXPECT_THAT(notes, IsEmpty()) << notes[0];
    const auto station = parse_station(*text, "ours.yml");
    ASSERT_TRUE(station) << station.error().to_string();
    const Settings& settings = station->downlinks[0].settings;
    EXPECT_EQ(settings.integer("frame_size"), 892);
    EXPECT_EQ(settings.text("rs_basis"), "dual");
    EXPECT_EQ(settings.text("precoding"), "differential");
}

TEST(SatyamlImport, UnderstandsOldFramingNames) {
    const auto [text, notes] = import(ccsds("CCSDS Concatenated dual differential"));
    ASSERT_TRUE(text) << text.error().to_string();
    EXPECT_THAT(*text, HasSubstr("framing: CCSDS Concatenated\n"));
    EXPECT_THAT(*text, HasSubstr("rs_basis: dual\n"));
    EXPECT_THAT(*text, HasSubstr("precoding: differential\n"));
}

TEST(SatyamlImport, BasisIsConventionalUnlessSaid) {
    EXPECT_THAT(*import(ccsds("CCSDS Concatenated differential")).text,
                HasSubstr("rs_basis: conventional\n"));
    EXPECT_THAT(*import(ccsds("CCSDS Reed-Solomon")).text, HasSubstr("rs_basis: conventional\n"));
    EXPECT_THAT(import(ccsds("CCSDS Reed-Solomon")).notes,
                testing::ElementsAre(HasSubstr("sat.yml:5:5: downlink 'a': 'RS basis' is not "
                                               "given; taken as conventional")));
    const auto [text, notes] = import(ccsds("CCSDS Reed-Solomon", "    RS basis: dual\n"));
    ASSERT_TRUE(text) << text.error().to_string();
    EXPECT_THAT(*text, HasSubstr("rs_basis: dual\n"));
    EXPECT_THAT(notes, IsEmpty());
}

TEST(SatyamlImport, NumbersStayPlain) {
    const auto [text, notes] =
        import("name: -1 sat\nnorad: 1\ntransmitters:\n  a:\n    frequency: 4e8\n"
               "    modulation: FSK\n    baudrate: 9600\n    deviation: -500\n"
               "    framing: AX.25\n");
    ASSERT_TRUE(text) << text.error().to_string();
    EXPECT_THAT(*text, HasSubstr("name: -1 sat\n"));
    EXPECT_THAT(*text, HasSubstr("    deviation: -500\n"));
    const auto station = parse_station(*text, "ours.yml");
    ASSERT_TRUE(station) << station.error().to_string();
    EXPECT_EQ(station->name, "-1 sat");
    EXPECT_EQ(station->downlinks[0].settings.real("deviation"), -500);
}

TEST(SatyamlImport, LeavesOutWhatNoDeframerTakes) {
    const auto [text, notes] =
        import(ccsds("CCSDS Reed-Solomon", "    RS basis: dual\n    RS interleaving: 6\n"));
    EXPECT_FALSE(text);
    EXPECT_THAT(notes, testing::ElementsAre(HasSubstr("downlinks.a.rs_interleaving: CCSDS has")));
}

TEST(SatyamlImport, SaysWhatIsLeftOut) {
    const auto [text, notes] =
        import("name: x\nnorad: 1\ntransmitters:\n  a:\n    frequency: 4e8\n    modulation: FSK\n"
               "    baudrate: 9600\n    framing: AX.25\n    colour: red\n"
               "  b:\n    modulation: 16APSK\n    framing: AX.25\n"
               "  c: *nothing\n");
    EXPECT_FALSE(text); // an alias to nothing is not YAML
    const auto [better, said] =
        import("name: x\nnorad: 1\ntransmitters:\n  a:\n    frequency: 4e8\n"
               "    modulation: FSK\n    baudrate: 9600\n    framing: AX.25\n"
               "    colour: red\n  b:\n    modulation: 16APSK\n    framing: AX.25\n  c: text\n"
               "  d:\n    modulation: FSK\n    baudrate: -3\n    framing: AX.25\n");
    ASSERT_TRUE(better) << better.error().to_string();
    ASSERT_EQ(said.size(), 5U);
    EXPECT_THAT(said[0], HasSubstr("'colour' has no counterpart"));
    EXPECT_THAT(said[1], HasSubstr("its modulation '16APSK' is not known"));
    EXPECT_THAT(said[2], HasSubstr("downlink 'c' is left out: expected a map"));
    EXPECT_THAT(said[3], HasSubstr("'baudrate' is left out: '-3' is not valid"));
    EXPECT_THAT(said[4], HasSubstr("downlink 'd' is left out"));
}

TEST(SatyamlImport, FailsWhenNothingIsLeft) {
    const auto [text, notes] = import("name: x\ntransmitters:\n  b:\n    modulation: 16APSK\n");
    ASSERT_FALSE(text);
    EXPECT_THAT(text.error().to_string(), HasSubstr("none of them can be received"));
    EXPECT_THAT(import("name: x\n").text.error().to_string(), HasSubstr("transmitters: required"));
    EXPECT_THAT(import("[]").text.error().to_string(), HasSubstr("expected a SatYAML map"));
    EXPECT_THAT(import("transmitters: {}").text.error().to_string(), HasSubstr("name: required"));
    EXPECT_THAT(import("name: x\ndownlinks: {}").text.error().to_string(),
                HasSubstr("station file already"));
}

} // namespace
} // namespace telemetry::station
