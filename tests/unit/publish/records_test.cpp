// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/records.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace telemetry::publish {
namespace {

using Json = nlohmann::json;

TEST(Records, FrameRoundsAndKeepsUnknownsNull) {
    const std::vector<std::uint8_t> bytes = {0xca, 0xfe};
    Frame frame;
    frame.bytes = bytes;
    frame.sample_index = 5;
    frame.quality.snr_db = 0.57F;
    EXPECT_EQ(frame_json(frame, {"S", "9k6", "AX.25"}),
              R"({"frame":"cafe","confirmed":false,"station":"S","downlink":"9k6",)"
              R"("framing":"AX.25","time":null,"end_time":null,"sample_index":5,)"
              R"("sample_count":0,"snr_db":0.57,"carrier_offset_hz":null,)"
              R"("symbol_rate_error_ppm":null,"sync_errors":0,"corrected":0})");
}

TEST(Records, MetricsCarryUnitsAndAttributes) {
    const Attribute confirmed[] = {{"confirmed", true}};
    const Measurement measurements[] = {
        {metrics::link_snr, kUnknown},
        {metrics::frames_received, std::int64_t{7}, confirmed},
    };
    EXPECT_EQ(metrics_json(1'000'000'000, kUnknownTime, measurements),
              R"({"time":"1970-01-01T00:00:01.000000000Z","start_time":null,"metrics":[)"
              R"({"name":"telemetry.link.snr","type":"gauge","unit":"dB","value":null,)"
              R"("attributes":{}},{"name":"telemetry.frames.received","type":"counter",)"
              R"("unit":"{frame}","value":7,"attributes":{"confirmed":true}}]})");
}

TEST(Records, EventsSurviveAnyText) {
    const Attribute attributes[] = {{"reason", "crc"}, {"count", std::int64_t{2}}, {"f", 0.5}};
    const auto json = Json::parse(
        event_json(events::frame_discarded, kUnknownTime, "bad \xff \"text\"\n", attributes));
    EXPECT_EQ(json["name"], "telemetry.frame.discarded");
    EXPECT_EQ(json["severity"], "warn");
    EXPECT_EQ(json["severity_number"], 13);
    EXPECT_EQ(json["attributes"], (Json{{"reason", "crc"}, {"count", 2}, {"f", 0.5}}));
    EXPECT_EQ(json["time"], nullptr);
}

} // namespace
} // namespace telemetry::publish
