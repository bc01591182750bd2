// SPDX-License-Identifier: GPL-3.0-or-later
// Packets through a small mission database to values, alarms, PUS reports and answers.
#include "telemetry/station/parameter_chain.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"
#include "telemetry/parameter/xtce.h"

namespace telemetry::station {
namespace {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;

constexpr UtcNs kStart = 1'700'000'000'000'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;

/// APID 1: mode (8 bits, enumeration), temperature (16 bits, 0.1 K a bit). In mode SAFE the limit
/// is 80, else 40; three violations in SAFE.
constexpr const char* kDatabase =
    R"(<SpaceSystem name="Sat" xmlns="http://www.omg.org/spec/XTCE/20180204">
<TelemetryMetaData>
 <ParameterTypeSet>
  <IntegerParameterType name="u3"><IntegerDataEncoding sizeInBits="3"/></IntegerParameterType>
  <IntegerParameterType name="u11"><IntegerDataEncoding sizeInBits="11"/></IntegerParameterType>
  <IntegerParameterType name="u2"><IntegerDataEncoding sizeInBits="2"/></IntegerParameterType>
  <IntegerParameterType name="u16"><IntegerDataEncoding sizeInBits="16"/></IntegerParameterType>
  <EnumeratedParameterType name="modes"><IntegerDataEncoding sizeInBits="8"/>
   <EnumerationList><Enumeration value="0" label="IDLE"/><Enumeration value="1" label="SAFE"/></EnumerationList>
   <DefaultAlarm><EnumerationAlarmList><EnumerationAlarm alarmLevel="watch" enumerationLabel="SAFE"/></EnumerationAlarmList></DefaultAlarm>
  </EnumeratedParameterType>
  <FloatParameterType name="celsius"><UnitSet><Unit>Cel</Unit></UnitSet>
   <IntegerDataEncoding sizeInBits="16" encoding="twosComplement"><DefaultCalibrator><PolynomialCalibrator>
     <Term coefficient="0" exponent="0"/><Term coefficient="0.1" exponent="1"/></PolynomialCalibrator></DefaultCalibrator></IntegerDataEncoding>
   <DefaultAlarm><StaticAlarmRanges><WarningRange maxInclusive="40"/><CriticalRange maxInclusive="60"/></StaticAlarmRanges></DefaultAlarm>
   <ContextAlarmList><ContextAlarm minViolations="3"><StaticAlarmRanges><SevereRange maxInclusive="80"/></StaticAlarmRanges>
     <ContextMatch><Comparison parameterRef="mode" value="SAFE"/></ContextMatch></ContextAlarm></ContextAlarmList>
  </FloatParameterType>
 </ParameterTypeSet>
 <ParameterSet>
  <Parameter parameterTypeRef="u3" name="version"/><Parameter parameterTypeRef="u2" name="flags"/>
  <Parameter parameterTypeRef="u11" name="apid"/><Parameter parameterTypeRef="u16" name="sequence"/>
  <Parameter parameterTypeRef="u16" name="length"/>
  <Parameter parameterTypeRef="modes" name="mode"/>
  <Parameter parameterTypeRef="celsius" name="temperature"/>
 </ParameterSet>
 <ContainerSet>
  <SequenceContainer name="Packet" abstract="true"><EntryList>
   <ParameterRefEntry parameterRef="version"/><ParameterRefEntry parameterRef="flags"/><ParameterRefEntry parameterRef="apid"/>
   <ParameterRefEntry parameterRef="sequence"/><ParameterRefEntry parameterRef="length"/></EntryList></SequenceContainer>
  <SequenceContainer name="HK"><EntryList><ParameterRefEntry parameterRef="mode"/><ParameterRefEntry parameterRef="temperature"/></EntryList>
   <BaseContainer containerRef="Packet"><RestrictionCriteria><Comparison parameterRef="apid" value="1"/></RestrictionCriteria></BaseContainer>
  </SequenceContainer>
 </ContainerSet>
</TelemetryMetaData></SpaceSystem>)";

struct Recorder final : ParameterObserver {
    void on_values(const parameter::ValueBatch& values) noexcept override {
        count += values.size();
    }
    void on_transition(const alarm::Transition& transition) noexcept override {
        transitions.push_back(std::string(transition.alarm) + " " +
                              std::string(alarm::name_of(transition.change)) + " " +
                              std::string(alarm::name_of(transition.level)));
    }
    void on_audit(const alarm::AuditRecord&) noexcept override { ++audits; }
    void on_report(const pus::Message& message, UtcNs) noexcept override {
        reports.push_back(std::to_string(message.header.service) + "," +
                          std::to_string(message.header.subtype));
    }
    void on_request(const pus::RequestProgress& progress) noexcept override {
        requests += progress.end == pus::RequestProgress::End::completed;
    }
    void on_remark(const PacketRemark& remark) noexcept override {
        remarks.push_back(std::string(remark.kind) + " " + std::to_string(remark.count));
    }
    std::size_t count = 0;
    Lines transitions;
    Lines reports;
    Lines remarks;
    int audits = 0;
    int requests = 0;
};

class Chain : public testing::Test {
protected:
    std::unique_ptr<ParameterChain> open(ParameterChainOptions options = {}) {
        auto database = parameter::parse_xtce(kDatabase, "test.xml");
        if (!database)
            throw std::runtime_error(database.error().to_string());
        auto chain = ParameterChain::make(std::move(*database), options, recorder);
        if (!chain)
            throw std::runtime_error(chain.error().to_string());
        return std::move(*chain);
    }
    static void put(ParameterChain& chain, const std::string& hex, int second = 0) {
        const auto bytes = from_hex(hex);
        packet::Packet packet;
        packet.bytes = *bytes;
        packet.space = packet::parse_space_header(*bytes);
        packet.origin.utc_ns = kStart + second * kSecond;
        chain.take(packet);
        chain.flush();
    }
    Recorder recorder;
};

TEST_F(Chain, ValuesAndAlarmsWithTheirContext) {
    const auto chain = open();
    put(*chain, "0001 c000 0002 00 00c8", 1); // 20.0, IDLE
    put(*chain, "0001 c001 0002 00 019a", 2); // 41.0
    put(*chain, "0001 c002 0002 01 019a", 3); // SAFE: fine by its limits
    put(*chain, "0001 c003 0002 01 0352", 4); // 85.0, once
    put(*chain, "0001 c004 0002 01 0352", 5);
    put(*chain, "0001 c005 0002 01 0352", 6); // three times
    EXPECT_EQ(recorder.count, 6U * 7);
    EXPECT_EQ(recorder.transitions,
              (Lines{"/Sat/temperature raised warning", "/Sat/mode raised watch",
                     "/Sat/temperature returned normal", "/Sat/temperature raised severe"}));
    EXPECT_TRUE(recorder.remarks.empty());
}

TEST_F(Chain, PacketsNobodyDescribedAreToldNowAndThen) {
    const auto chain = open();
    for (int second = 0; second < 130; ++second)
        put(*chain, "0007 c000 0002 00 00c8", second);
    put(*chain, "0001 c000 0002 00 00c8", 130);
    EXPECT_EQ(recorder.remarks,
              (Lines{"container_not_found 1", "container_not_found 60", "container_not_found 60"}));
    EXPECT_EQ(chain->counts().packets, 131U);
    EXPECT_FALSE(recorder.count == 0);
}

TEST_F(Chain, RequestsAreAnswered) {
    const auto chain = open();
    put(*chain, "0001 c001 0002 00 019a", 2);
    const auto ask = [&](const std::string& request) {
        return Json::parse(chain->answer(request, kStart + 10 * kSecond));
    };
    EXPECT_EQ(ask(R"({"request":"dictionary","match":"temp"})")["parameters"][0]["unit"], "Cel");
    const Json value =
        ask(R"({"request":"values","parameters":["/Sat/temperature"]})")["values"][0];
    EXPECT_EQ(value["raw"], 410);
    EXPECT_NEAR(value["value"].get<double>(), 41, 1e-9);
    EXPECT_EQ(value["validity"], "valid");
    EXPECT_EQ(ask(R"({"request":"values"})")["values"].size(), 7U);
    EXPECT_EQ(ask(R"({"request":"alarms"})")["alarms"][0]["alarm"], "/Sat/temperature");
    EXPECT_EQ(ask(R"({"request":"act","action":"acknowledge","alarm":"/Sat/temperature",)"
                  R"("person":"ada"})")["done"],
              true);
    EXPECT_EQ(ask(R"({"request":"alarms"})")["alarms"][0]["acknowledged_by"], "ada");
    EXPECT_EQ(recorder.audits, 1);
    EXPECT_EQ(ask(R"({"request":"status"})")["packets"], 1);
    EXPECT_EQ(ask(R"({"request":"alarm"})")["error"],
              "'alarm' is no request; did you mean 'alarms'?");
    EXPECT_TRUE(ask("{").contains("error"));
    const std::string deep(500'000, '[');
    EXPECT_TRUE(
        ask(R"({"request":"act","x":)" + deep + std::string(500'000, ']') + "}").contains("error"));
    EXPECT_TRUE(ask(R"({"request":"values","parameters":[5]})").contains("error"));
    EXPECT_TRUE(ask(R"({"request":"act","action":"acknowledge"})").contains("error"));
}

TEST_F(Chain, AlarmsSurviveARestart) {
    const auto file = std::filesystem::path(testing::TempDir()) / "alarms.json";
    std::filesystem::remove(file);
    ParameterChainOptions options;
    options.alarm_state_file = file;
    {
        const auto chain = open(options);
        put(*chain, "0001 c001 0002 00 019a", 2);
    }
    recorder = {};
    const auto chain = open(options);
    put(*chain, "0001 c002 0002 00 019a", 3);
    EXPECT_TRUE(recorder.transitions.empty());
    put(*chain, "0001 c003 0002 00 00c8", 4);
    EXPECT_EQ(recorder.transitions, (Lines{"/Sat/temperature returned normal"}));

    std::ofstream(file) << "rubbish";
    auto database = parameter::parse_xtce(kDatabase, "test.xml");
    const auto broken = ParameterChain::make(std::move(*database), options, recorder);
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().file, file.string());
    std::filesystem::remove(file);
}

TEST_F(Chain, OfAStationWithLimitSets) {
    namespace fs = std::filesystem;
    const fs::path folder = fs::path(testing::TempDir()) / "limit_sets";
    fs::create_directories(folder);
    std::ofstream(folder / "sat.xml") << kDatabase;
    std::ofstream(folder / "eclipse.csv") << "packet,name,type,severe\nHK,temperature,u16,..10\n";
    const auto station_of = [&](const std::string& sets) {
        std::ofstream(folder / "sat.yml")
            << "name: Sat\ntelemetry:\n  database: sat.xml\n  limit_sets: " << sets
            << "\ndownlinks:\n  a:\n    modulation: FSK\n    baudrate: 9600\n    framing: AX.25\n";
        return *load_station((folder / "sat.yml").string());
    };
    const Station station = station_of("eclipse=eclipse.csv");
    const auto chain = open_parameter_chain(station, "", parameter::Feed::live, recorder);
    ASSERT_TRUE(chain) << chain.error().to_string();
    put(**chain, "0001 c000 0002 00 00c8", 1); // 20.0
    EXPECT_TRUE(recorder.transitions.empty());
    EXPECT_EQ((*chain)->answer(R"({"request":"act","action":"select_limit_set","value":"eclipse",)"
                               R"("person":"ada"})",
                               kStart),
              R"({"done":true})");
    put(**chain, "0001 c001 0002 00 00c8", 2);
    EXPECT_EQ(recorder.transitions, (Lines{"/Sat/temperature raised severe"}));

    const auto refused =
        open_parameter_chain(station_of("eclipse"), "", parameter::Feed::live, recorder);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().key, "telemetry.limit_sets");
    fs::remove_all(folder);
}

TEST_F(Chain, ReplayedDataFiresNothing) {
    ParameterChainOptions options;
    options.feed = parameter::Feed::replayed;
    const auto chain = open(options);
    put(*chain, "0001 c001 0002 00 019a", 2);
    EXPECT_EQ(recorder.count, 7U);
    EXPECT_TRUE(recorder.transitions.empty());
}

TEST_F(Chain, PusReportsAndRequests) {
    ParameterChainOptions options;
    const auto settings = read_settings_from(pus::layout_fields(), {});
    options.pus = *pus::read_layout(*settings);
    const auto chain = open(options);
    const std::string head = "0923 c000 0010 20 01 ";
    const std::string tail = " 0005 0042 00000010 4000 1923c00a";
    for (const char* subtype : {"01", "03", "07"})
        put(*chain, head + subtype + tail);
    EXPECT_EQ(recorder.reports, (Lines{"1,1", "1,3", "1,7"}));
    EXPECT_EQ(recorder.requests, 1);
    // Time packets, one at 16 s and one at 26 s after 1958, received 10 s apart.
    put(*chain, "0000 c000 0006 00 00000010 0000", 0);
    put(*chain, "0000 c001 0006 00 0000001a 0000", 10);
    const Json status = Json::parse(chain->answer(R"({"request":"status"})", kStart));
    EXPECT_EQ(status["time_correlation"]["pairs"], 2);
    EXPECT_NEAR(status["time_correlation"]["drift_ppm"].get<double>(), 0, 1e-6);
    EXPECT_EQ(chain->answer(R"({"request":"begin_pass"})", kStart), R"({"done":true})");

    put(*chain, "0923 c000 0001 20 01");
    EXPECT_EQ(recorder.remarks.back(), "pus_too_short 1");
}

} // namespace
} // namespace telemetry::station
