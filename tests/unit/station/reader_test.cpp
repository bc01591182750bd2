// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "telemetry/station/station.h"

namespace telemetry::station {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string downlink(const std::string& more = "") {
    return "downlinks:\n  9k6:\n    modulation: FSK\n    baudrate: 9600\n    framing: AX.25 "
           "G3RUH\n" +
           more;
}

std::string error_of(const std::string& text) {
    const auto station = parse_station(text, "s.yml");
    return station ? "no error" : station.error().to_string();
}

TEST(StationReader, ReadsStation) {
    const auto station =
        parse_station("name: Test-1\nnorad: 12345\nalternative_names: [T1, \"Test One\"]\n"
                      "sdr:\n  gain: 20.5\n  antenna: LNAW\n" +
                          downlink("    frequency: 437.5e+6\n"),
                      "s.yml");
    ASSERT_TRUE(station) << station.error().to_string();
    EXPECT_EQ(station->name, "Test-1");
    EXPECT_EQ(station->norad, 12345);
    EXPECT_THAT(station->alternative_names, ElementsAre("T1", "Test One"));
    EXPECT_EQ(station->sdr.real("gain"), 20.5);
    EXPECT_EQ(station->sdr.text("antenna"), "LNAW");
    EXPECT_FALSE(station->sdr.given("ppm"));
    ASSERT_EQ(station->downlinks.size(), 1U);
    const Downlink& found = station->downlinks[0];
    EXPECT_EQ(found.name, "9k6");
    EXPECT_EQ(found.frequency_hz, 437.5e6);
    EXPECT_EQ(found.demodulator->name, "FSK");
    EXPECT_EQ(found.deframer->name, "AX.25 G3RUH");
    EXPECT_EQ(found.settings.real("baudrate"), 9600);
    EXPECT_EQ(found.line, 8);
}

TEST(StationReader, ReadsHowPacketsBecomeParameters) {
    const auto station = parse_station("name: x\ntelemetry:\n  database: hk.xml\n"
                                       "  no_frame_level: warning\npus:\n  event_bits: 8\n" +
                                           downlink(),
                                       "s.yml");
    ASSERT_TRUE(station) << station.error().to_string();
    ASSERT_TRUE(station->telemetry && station->pus);
    EXPECT_EQ(station->telemetry->text("database"), "hk.xml");
    EXPECT_EQ(station->telemetry->text("no_frame_level"), "warning");
    EXPECT_EQ(station->pus->integer("event_bits"), 8);
    const auto again = parse_station(effective_configuration(*station), "again.yml");
    ASSERT_TRUE(again) << again.error().to_string();
    EXPECT_EQ(again->telemetry->text("database"), "hk.xml");
    EXPECT_EQ(again->pus->integer("event_bits"), 8);

    EXPECT_EQ(error_of("name: x\ntelemetry: {}\n" + downlink()),
              "s.yml:2:12: telemetry.database: required and not given; expected the path of a "
              "mission database");
    EXPECT_THAT(error_of("name: x\npus:\n  time_code: cds\n" + downlink()),
                HasSubstr("pus.time_coarse"));
    EXPECT_THAT(error_of("name: x\npus:\n  event_bit: 8\n" + downlink()),
                HasSubstr("s.yml:3:14: pus.event_bit"));
}

TEST(StationReader, LeavesUnknownOpen) {
    const auto station = parse_station("name: x\nalternative_names:\n" + downlink(), "s.yml");
    ASSERT_TRUE(station) << station.error().to_string();
    EXPECT_FALSE(station->norad);
    EXPECT_FALSE(station->downlinks[0].frequency_hz);
}

const char* const kCoded = "name: x\ndownlinks:\n  X band:\n    modulation: BPSK\n"
                           "    baudrate: 10000\n    framing: CCSDS TM\n    frame_size: 892\n"
                           "    rs_interleaving: 4\n";

TEST(StationReader, ReadsPacketLayer) {
    const auto station = parse_station(std::string(kCoded) + "    packets:\n      protocol: AOS\n"
                                                             "      virtual_channels: 6 16\n",
                                       "s.yml");
    ASSERT_TRUE(station) << station.error().to_string();
    ASSERT_TRUE(station->downlinks[0].packets);
    EXPECT_EQ(station->downlinks[0].packets->text("protocol"), "AOS");
    EXPECT_EQ(station->downlinks[0].packets->integer("spacecraft_id"), -1);
    const std::string effective = effective_configuration(*station);
    EXPECT_THAT(effective, HasSubstr("      virtual_channels: 6 16\n"));
    const auto again = parse_station(effective, "again.yml");
    ASSERT_TRUE(again) << again.error().to_string();
    EXPECT_EQ(effective_configuration(*again), effective);

    EXPECT_FALSE(parse_station(kCoded, "s.yml")->downlinks[0].packets);
    const auto empty = parse_station(std::string(kCoded) + "    packets:\n", "s.yml");
    ASSERT_TRUE(empty) << empty.error().to_string();
    EXPECT_EQ(empty->downlinks[0].packets->text("protocol"), "TM");
}

TEST(StationReader, PacketLayerMistakesNameTheirPlace) {
    const auto error = [](const std::string& layer) { return error_of(kCoded + layer); };
    EXPECT_EQ(error("    packets: AOS\n"),
              "s.yml:9:14: downlinks.X band.packets: expected a map with protocol and so on, found "
              "a single value");
    EXPECT_THAT(error("    packets:\n      protokol: AOS\n"),
                HasSubstr("s.yml:10:17: downlinks.X band.packets.protokol: unknown key; did you "
                          "mean 'protocol'?"));
    EXPECT_THAT(error("    packets:\n      insert_zone: 3\n"),
                HasSubstr("s.yml:10:20: downlinks.X band.packets.insert_zone: TM frames have no"));
    EXPECT_THAT(error("    fecf: yes\n    packets: {frame_error_control: crc16}\n"),
                HasSubstr("frame_error_control: the framing has checked and taken off"));
    EXPECT_THAT(error("    packets: {virtual_channels: [1, 2]}\n"), HasSubstr("a single value"));
}

struct Mistake {
    std::string text;
    std::string error;
};

class StationMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(StationMistakes, AreToldWithPlaceAndKey) {
    EXPECT_THAT(error_of(GetParam().text), HasSubstr(GetParam().error));
}

std::string deep(int levels) {
    return std::string(static_cast<std::size_t>(levels), '[');
}

INSTANTIATE_TEST_SUITE_P(
    All, StationMistakes,
    testing::Values(
        Mistake{"", "s.yml:1:1: empty"}, Mistake{"# nothing\n", "s.yml:1:1: empty"},
        Mistake{"- a\n", "s.yml:1:1: expected a map with name and downlinks, found a list"},
        Mistake{"just text", "found a single value"},
        Mistake{downlink(), "s.yml:1:1: name: required and not given"},
        Mistake{"name: x\n", "s.yml:1:1: downlinks: required and not given"},
        Mistake{"name: x\ndownlinks: {}\n",
                "s.yml:2:12: downlinks: is empty; expected a downlink at least"},
        Mistake{"name: x\ndownlinks: [a]\n",
                "s.yml:2:12: downlinks: expected a map of downlinks by name, found a list"},
        Mistake{"name: x\nnoard: 7\n" + downlink(),
                "s.yml:2:1: noard: unknown key; did you mean 'norad'?"},
        Mistake{"name: x\nzebra_colour: 7\n" + downlink(),
                "unknown key; expected one of name, norad"},
        Mistake{"name: x\nnorad: many\n" + downlink(),
                "s.yml:2:8: norad: 'many' is not valid; expected a whole number"},
        Mistake{"name: x\nnorad: -4\n" + downlink(), "norad: '-4' is not valid"},
        Mistake{"name: x\nnorad:\n" + downlink(), "s.yml:2:1: norad: has no value"},
        Mistake{"name: x\nname: y\n" + downlink(), "s.yml:2:1: name: given twice; first in line 1"},
        Mistake{"name: [x]\n" + downlink(),
                "s.yml:1:7: name: expected a single value, found a list"},
        Mistake{"name: x\n" + downlink("    baudrate: 1200\n"),
                "s.yml:7:5: baudrate: given twice; first in line 5"},
        Mistake{"name: x\n" + downlink("    framesize: 3\n"),
                "s.yml:7:16: downlinks.9k6.framesize: unknown key"},
        Mistake{"name: x\n" + downlink("    frequncy: 3\n"), "did you mean 'frequency'?"},
        Mistake{"name: x\n" + downlink("  9K6:\n    modulation: FSK\n"),
                "s.yml:7:3: downlinks.9K6: differs from '9k6' in line 3 by case only"},
        Mistake{"name: x\n" + downlink("  other: FSK\n"),
                "s.yml:7:10: downlinks.other: expected a map"},
        Mistake{"name: x\n" + downlink("  other:\n    framing: AX.25\n"),
                "downlinks.other.modulation: required and not given; expected one of"},
        Mistake{"name: x\n" + downlink("  other:\n    modulation: FSJ\n"),
                "s.yml:8:17: downlinks.other.modulation: 'FSJ' is not known; did you mean 'FSK'?"},
        Mistake{"name: x\n" + downlink("  other:\n    modulation: FSK\n    framing: AX-25\n"),
                "did you mean 'AX.25'?"},
        Mistake{"name: x\n" + downlink("  other:\n    modulation: FSK\n    framing: AX.25\n"),
                "s.yml:7:3: downlinks.other.baudrate: required and not given"},
        Mistake{
            "name: x\n" +
                downlink("  other:\n    modulation: FSK\n    baudrate: fast\n    framing: AX.25\n"),
            "s.yml:9:15: downlinks.other.baudrate: 'fast' is not valid"},
        // What only the deframer or the demodulator can tell.
        Mistake{"name: x\n" + downlink("  tm:\n    modulation: BPSK\n    baudrate: 9600\n"
                                       "    framing: CCSDS TM\n    rs_interleaving: 6\n"
                                       "    frame_size: 3000\n"),
                "s.yml:11:22: downlinks.tm.rs_interleaving: CCSDS has interleaving of"},
        Mistake{"name: x\n" + downlink("  tm:\n    modulation: BPSK\n    baudrate: 9600\n"
                                       "    framing: CCSDS TM\n    frame_size: 3000\n"),
                "s.yml:11:17: downlinks.tm.frame_size: 3000 bytes do not fill 1"},
        Mistake{"name: x\n" + downlink("  a:\n    modulation: AFSK\n    baudrate: 1200\n"
                                       "    af_carrier: 1700\n    deviation: 0\n"
                                       "    framing: AX.25\n"),
                "s.yml:11:16: downlinks.a.deviation: two tones of the same frequency"},
        Mistake{"name: x\nsdr: loud\n" + downlink(), "s.yml:2:6: sdr: expected a map"},
        Mistake{"name: x\nsdr:\n  gian: 3\n" + downlink(),
                "s.yml:3:9: sdr.gian: unknown key; did you mean 'gain'?"},
        Mistake{"name: x\nsdr:\n  gain: much\n" + downlink(),
                "s.yml:3:9: sdr.gain: 'much' is not valid"},
        Mistake{"name: x\nalternative_names: y\n" + downlink(), "expected a list of names"},
        Mistake{"name: x\nalternative_names: [a, A]\n" + downlink(), "'A' is given twice"},
        Mistake{"name: x\nalternative_names: [[a]]\n" + downlink(),
                "expected a name, found a list"},
        Mistake{"name: x\ntransmitters: {}\n", "this is a SatYAML file"},
        Mistake{"name: x\n---\nname: y\n", "a second document"},
        Mistake{"name: {x\n", "not valid YAML"}, Mistake{"name: \"\\q\"\n", "not valid YAML"},
        Mistake{"a: b: c\n", "not valid YAML"}, Mistake{"\tname: x\n", "s.yml:1:"},
        Mistake{"? [a]\n: b\n", "a key must be plain text, not a list"},
        Mistake{"name: *nobody\n", "not valid YAML"}, Mistake{deep(10000), "not valid YAML"},
        Mistake{std::string("na\0me: x\n", 9), "zero byte"},
        Mistake{std::string((1 << 20) + 1, ' '), "larger than 1048576 bytes"}));

TEST(StationReader, AliasesOfTextAreBounded) {
    std::string text = "name: &a " + std::string(100000, 'x') + "\nalternative_names: [";
    for (int k = 0; k < 11; ++k)
        text += k == 0 ? "*a" : ", *a";
    EXPECT_THAT(error_of(text + "]\n"), HasSubstr("s.yml:2:61: its aliases repeat more than"));
}

TEST(StationReader, ManyKeysTakeNoTime) {
    // Pairwise, these would take half a minute each.
    std::string keys, names;
    for (int k = 0; k < 90000; ++k) {
        const std::string name = "k" + std::to_string(k);
        keys += name + ": 1\n";
        names += (k == 0 ? "" : ", ") + name;
    }
    EXPECT_THAT(error_of(keys), HasSubstr("s.yml:1:1: k0: unknown key"));
    EXPECT_EQ(error_of("name: x\nalternative_names: [" + names + "]\n" + downlink()), "no error");
}

TEST(StationReader, TakesWhatSomeInputCanBeReceivedWith) {
    // Each needs a sample rate of its own: its tones, deviation or carrier are far out.
    for (const char* options :
         {"modulation: FSK\n    baudrate: 100\n    deviation: -50000\n",
          "modulation: AFSK\n    baudrate: 50\n    af_carrier: 15000\n    deviation: 85\n",
          "modulation: BPSK\n    baudrate: 1200\n    offset_range: 40000\n",
          "modulation: DBPSK Manchester\n    baudrate: 1000000\n"})
        EXPECT_EQ(
            error_of(std::string("name: x\ndownlinks:\n  a:\n    framing: AX.25\n    ") + options),
            "no error")
            << options;
}

TEST(StationReader, AliasesDoNotUnfold) {
    // Nine levels of ten would be 10⁹ nodes.
    std::string bomb = "a0: &a0 [x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string below = std::string("*a").append(std::to_string(i - 1));
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
        for (int j = 0; j < 9; ++j)
            bomb += ", " + below;
        bomb += "]\n";
    }
    EXPECT_THAT(error_of(bomb), HasSubstr("a0"));
    EXPECT_THAT(error_of("name: &n x\nalternative_names: &l [a]\nsdr: *l\n"),
                HasSubstr("found an alias"));
}

TEST(StationWriter, EffectiveConfigurationReadsBack) {
    const auto station =
        parse_station("name: \"Odd: #1 'x' \\\"y\\\" \\\\ \\t\"\nnorad: 0x5\n"
                      "alternative_names: [\"null\", \"- a\", Irazú, \"\\x01\", \" lead\"]\n"
                      "sdr: {gain: 1e1}\n"
                      "downlinks:\n  \"a: b\":\n    modulation: gfsk\n    baudrate: 4.8e3\n"
                      "    framing: ax.25\n    frequency: 145.9e6\n",
                      "s.yml");
    ASSERT_TRUE(station) << station.error().to_string();
    const std::string text = effective_configuration(*station);
    const auto again = parse_station(text, "t.yml");
    ASSERT_TRUE(again) << again.error().to_string() << "\n" << text;
    EXPECT_EQ(again->name, station->name);
    EXPECT_EQ(again->norad, station->norad);
    EXPECT_EQ(again->alternative_names, station->alternative_names);
    EXPECT_EQ(again->downlinks[0].name, "a: b");
    EXPECT_EQ(again->downlinks[0].frequency_hz, 145.9e6);
    EXPECT_EQ(again->downlinks[0].settings.real("baudrate"), 4800);
    EXPECT_TRUE(again->sdr.given("gain"));
    EXPECT_FALSE(again->sdr.given("ppm"));
    EXPECT_EQ(effective_configuration(*again), text);
}

} // namespace
} // namespace telemetry::station
