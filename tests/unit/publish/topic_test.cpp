// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/topic.h"

#include <gtest/gtest.h>

#include "telemetry/publish/trace.h"

namespace telemetry::publish {
namespace {

TEST(Topic, NamesArePercentEncoded) {
    EXPECT_EQ(make_topic("frame", "AO-73", "1k2"), "tlm1/frame/AO-73/1k2/");
    EXPECT_EQ(make_topic("frame", "a/b c", "\xc3\xa9\n"), "tlm1/frame/a%2Fb%20c/%C3%A9%0A/");
    EXPECT_EQ(make_topic("heartbeat", "", ""), kHeartbeatTopic);
}

TEST(Topic, ReadsWhatItWrites) {
    for (const Topic& topic : {Topic{"frame", "FUNcube-1 (AO-73)", "9k6"}, Topic{"m", "%", "~"},
                               Topic{"event", "\xe6\x98\x9f", "a/b"}})
        EXPECT_EQ(parse_topic(make_topic(topic.kind, topic.station, topic.source)), topic);
}

TEST(Topic, RefusesWhatIsNone) {
    for (const char* text :
         {"", "/", "tlm1/", "tlm1/frame/a/b", "tlm1/frame/a/", "tlm1/frame/a/b/c/", "tlm1//a/b/",
          "tlm2/frame/a/b/", "tlm1/frame/a%/b/", "tlm1/frame/a%2/b/", "tlm1/frame/a%zz/b/",
          "tlm1/frame/a b/c/", "tlm1/frame/a% 2/c/"})
        EXPECT_FALSE(parse_topic(text)) << text;
    EXPECT_FALSE(parse_topic("tlm1/frame/" + std::string(kTopicLengthMax, 'a') + "/b/"));
}

TEST(Trace, FreshOnesDifferAndReadBack) {
    const TraceContext first = new_trace();
    const TraceContext second = new_trace();
    EXPECT_NE(first.trace_id, second.trace_id);
    const std::string text = to_traceparent(first);
    EXPECT_EQ(text.size(), 55U);
    EXPECT_EQ(from_traceparent(text), first);
    const TraceContext span = new_span(first);
    EXPECT_EQ(span.trace_id, first.trace_id);
    EXPECT_NE(span.span_id, first.span_id);
}

// The example of W3C Trace Context, level 1, section 3.2.2, and what it forbids.
TEST(Trace, FollowsTheRecommendation) {
    const auto trace = from_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    ASSERT_TRUE(trace);
    EXPECT_EQ(trace->trace_id[0], 0x4b);
    EXPECT_EQ(trace->span_id[7], 0xb7);
    for (const char* text : {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                             "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"})
        EXPECT_FALSE(from_traceparent(text)) << text;
}

} // namespace
} // namespace telemetry::publish
