// SPDX-License-Identifier: GPL-3.0-or-later
// The packets of xtcetools' example mission, with the values that its tests expect. See
// tests/vectors/parameter/README.md.
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>

#include <gtest/gtest.h>

#include "mission.h"
#include "shared_files.h"
#include "telemetry/base/text.h"
#include "telemetry/parameter/xtce.h"
#include "telemetry/parameter/yaml_database.h"

namespace telemetry::parameter {
namespace {

const std::string kFolder = "packets/bogussat/";

std::vector<std::uint8_t> octets_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct Seen {
    std::string item;
    std::string value;
    double number = 0;
    std::uint32_t first_bit = 0;
    std::uint32_t bits = 0;
};

/// The values of packets, by names without their system.
class Packets {
public:
    Packets(const Database& database, const std::string& root) {
        auto compiled = compile(database, {.root = root});
        EXPECT_TRUE(compiled) << (compiled ? "" : compiled.error().to_string());
        if (!compiled)
            return;
        program_ = *compiled;
        decoder_ = std::make_unique<Decoder>(program_, events_);
    }

    std::vector<Seen> decode(std::span<const std::uint8_t> octets) {
        seen_.clear();
        faults.clear();
        container.clear();
        decoder_->process({.bytes = octets, .space = packet::parse_space_header(octets)}, batches_);
        decoder_->finish(batches_);
        return seen_;
    }
    const DecodeCounts& counts() const { return decoder_->counts(); }

    std::string container;
    std::string faults;

private:
    static std::string short_name(std::string_view name) {
        return std::string(name.substr(name.rfind('/') + 1));
    }
    void take(const ValueBatch& batch) {
        container = short_name(program_->container_name(batch.packets.back().container));
        for (std::size_t i = 0; i < batch.size(); ++i)
            seen_.push_back({short_name(program_->item_name(
                                 batch.item[i], batch.element.empty() ? 0 : batch.element[i])),
                             in_words(batch, batch.value[i], batch.value_form[i], batch.item[i]),
                             batch.real(i), batch.first_bit[i], batch.bit_count[i]});
    }
    struct Events final : Sink<DecodeEvent> {
        explicit Events(Packets& packets) : to(packets) {}
        void accept(const DecodeEvent& event) noexcept override {
            to.faults += name_of(event.fault);
        }
        Packets& to;
    } events_{*this};
    struct Batches final : Sink<ValueBatch> {
        explicit Batches(Packets& packets) : to(packets) {}
        void accept(const ValueBatch& batch) noexcept override { to.take(batch); }
        Packets& to;
    } batches_{*this};

    std::shared_ptr<const Program> program_;
    std::unique_ptr<Decoder> decoder_;
    std::vector<Seen> seen_;
};

/// Our own description, as YAML and as the XTCE that is made of it.
std::vector<Database> descriptions() {
    const auto yaml =
        load_yaml_database(std::string(TELEMETRY_VECTORS) + "/parameter/bogussat.yml");
    EXPECT_TRUE(yaml) << yaml.error().to_string();
    if (!yaml)
        return {};
    const auto xtce = parse_xtce(write_xtce(*yaml), "bogussat.xml");
    EXPECT_TRUE(xtce) << xtce.error().to_string();
    EXPECT_TRUE(xtce->diagnostics.empty());
    return {*yaml, *xtce};
}

struct Expected {
    std::string root;
    std::string container;
    std::vector<std::vector<std::string>> values; ///< item, first bit, bits, value
};

std::map<std::string, Expected> expectations() {
    std::ifstream in(std::string(TELEMETRY_VECTORS) + "/parameter/bogussat_values.csv");
    std::map<std::string, Expected> files;
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        const auto cells = split(line, ',');
        Expected& file = files[std::string(cells[0])];
        file.root = cells[1];
        file.container = cells[2];
        file.values.emplace_back(cells.begin() + 3, cells.end());
    }
    return files;
}

void expect_same(const Seen& seen, const std::vector<std::string>& expected) {
    EXPECT_EQ(seen.item, expected[0]);
    EXPECT_EQ(std::to_string(seen.first_bit), expected[1]) << seen.item;
    EXPECT_EQ(std::to_string(seen.bits), expected[2]) << seen.item;
    double number = 0;
    const char* end = expected[3].data() + expected[3].size();
    if (std::from_chars(expected[3].data(), end, number).ptr == end)
        EXPECT_NEAR(seen.number, number, std::abs(number) * 1e-6) << seen.item;
    else
        EXPECT_EQ(seen.value, expected[3]) << seen.item;
}

TEST(BogusSat, EveryContainerFile) {
    if (!shared_file(kFolder))
        GTEST_SKIP() << "skipped: no shared packets; set TELEMETRY_SHARED";
    const auto files = expectations();
    ASSERT_EQ(files.size(), 10U);
    for (const Database& database : descriptions())
        for (const auto& [name, expected] : files) {
            SCOPED_TRACE(name);
            Packets packets(database, expected.root);
            const auto seen =
                packets.decode(octets_of(*shared_file(kFolder + "Container-" + name + ".bin")));
            EXPECT_EQ(packets.container, expected.container);
            ASSERT_EQ(seen.size(), expected.values.size());
            for (std::size_t i = 0; i < seen.size(); ++i)
                expect_same(seen[i], expected.values[i]);
        }
}

TEST(BogusSat, APacketThatNoContainerAllows) {
    const auto file = shared_file(kFolder + "Container-CCSDS_SpacePacket1-Bad.bin");
    if (!file)
        GTEST_SKIP() << "skipped: no shared packets; set TELEMETRY_SHARED";
    for (const Database& database : descriptions()) {
        Packets packets(database, "CCSDS_Packet");
        EXPECT_EQ(packets.decode(octets_of(*file)).size(), 7U); // the header, which all have
        EXPECT_EQ(packets.container, "CCSDS_Packet");
        EXPECT_EQ(packets.faults, "container_not_found");
    }
}

TEST(BogusSat, SixtyThousandPackets) {
    const auto file = shared_file(kFolder + "Container-10000Packets.bin");
    if (!file)
        GTEST_SKIP() << "skipped: no shared packets; set TELEMETRY_SHARED";
    const auto databases = descriptions();
    ASSERT_FALSE(databases.empty());
    Packets packets(databases[0], "CCSDS_Packet");
    const auto octets = octets_of(*file);
    std::span<const std::uint8_t> rest = octets;
    std::map<std::string, int> containers;
    while (!rest.empty()) {
        const std::size_t length = packet::packet_extent(rest).total;
        ASSERT_GT(length, 0U);
        ASSERT_LE(length, rest.size());
        packets.decode(rest.first(length));
        ++containers[packets.container + packets.faults];
        rest = rest.subspan(length);
    }
    const std::map<std::string, int> expected{{"CCSDS_SpacePacket1", 10000},
                                              {"CCSDS_SpacePacket3", 10000},
                                              {"ECSS_Service_1_Subservice_1", 10000},
                                              {"ECSS_Service_1_Subservice_2", 10000},
                                              {"ECSS_SpacePacket2", 20000}};
    EXPECT_EQ(containers, expected);
    EXPECT_EQ(packets.counts().packets, 60000U);
}

TEST(BogusSat, SensorHistoryOfTheDatabaseItself) {
    const auto database_file = shared_file(kFolder + "BogusSAT-1.xml");
    const auto file = shared_file(kFolder + "Container-SensorHistoryBuffer.bin");
    if (!database_file || !file)
        GTEST_SKIP() << "skipped: no shared packets; set TELEMETRY_SHARED";
    const auto database = load_xtce(*database_file);
    ASSERT_TRUE(database) << database.error().to_string();
    Packets packets(*database, "SensorHistoryBuffer");
    const auto seen = packets.decode(octets_of(*file));
    ASSERT_EQ(seen.size(), 20U);
    const char* expected[4][5] = {{"1009888245", "HIGH", "HIGH", "45", "10"},
                                  {"1009846800", "LOW", "LOW", "15", "7.5"},
                                  {"1009847700", "OFF", "OFF", "5", "10"},
                                  {"1009848600", "HIGH", "HIGH", "0", "10"}};
    const char* names[] = {"SensorTime", "SunSensorMode", "EarthSensorMode", "SunSensorLevel",
                           "EarthSensorLevel"};
    const int firsts[] = {0, 64, 72, 80, 96};
    for (std::size_t i = 0; i < seen.size(); ++i) {
        EXPECT_EQ(seen[i].item, names[i % 5]);
        EXPECT_EQ(seen[i].first_bit, 112 * (i / 5) + firsts[i % 5]);
        if (i % 5 == 0)
            EXPECT_NEAR(seen[i].number, std::stod(expected[i / 5][0]), 1e-6);
        else
            EXPECT_EQ(seen[i].value, expected[i / 5][i % 5]) << seen[i].item;
    }
}

/// What one parameter's bits alone mean. Not Float_MathOpCal_9, whose angles xtcetools takes for
/// degrees; we have radians.
struct Example {
    const char* parameter;
    const char* octets;
    double value;
};

TEST(BogusSat, ValuesOfSingleParameters) {
    const auto file = shared_file(kFolder + "BogusSAT-1.xml");
    if (!file)
        GTEST_SKIP() << "skipped: no shared packets; set TELEMETRY_SHARED";
    const auto database = load_xtce(*file);
    ASSERT_TRUE(database) << database.error().to_string();
    const Example examples[] = {
        {"Basic_MilFloat16", "6344", 12.40625},
        {"Basic_MilFloat16", "9f04", -12.125},
        {"Basic_MilFloat32", "997ae105", -25.630001068115234},
        {"Basic_MilFloat48", "69a3b50754ab", 105.63948563742451},
        {"Quadratic_Demo", "0002", 0},
        {"Quadratic_Demo", "0003", 7},
        {"Quadratic_Demo", "001f", 1015},
        {"Float_MathOpCal_1", "40800000", 3.25},
        {"Float_MathOpCal_2", "3fc999999999999a", -129.18948482560202},
        {"Float_MathOpCal_2", "4014000000000000", 168.01731131998037},
        {"Float_MathOpCal_7", "0000000000000000", 64},
        {"Float_MathOpCal_8", "0000000000000000", 2.718281828459045},
        {"Spline_Demo", "c008000000000000", 2},
        {"Spline_Demo", "bff0000000000000", 3},
        {"Spline_Demo", "c000000000000000", 2.5},
    };
    for (const Example& example : examples) {
        const ParameterIndex parameter = Dictionary(*database).parameter(example.parameter);
        ASSERT_NE(parameter, kNone) << example.parameter;
        Database alone = *database;
        Container container;
        container.name = "Alone";
        container.system = 0;
        container.entries = {entry(parameter)};
        alone.containers = {container};
        alone.algorithms.clear();
        Packets packets(alone, "Alone");
        const auto seen = packets.decode(*from_hex(example.octets));
        ASSERT_EQ(seen.size(), 1U) << example.parameter;
        EXPECT_NEAR(seen[0].number, example.value, std::abs(example.value) * 1e-12)
            << example.parameter << " " << example.octets;
    }
}

} // namespace
} // namespace telemetry::parameter
