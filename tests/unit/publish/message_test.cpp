// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/message.h"

#include <random>

#include <gtest/gtest.h>

#include "message_parts.h"

namespace telemetry::publish {
namespace {

using test::header;
using test::parse;

constexpr const char* kTopic = "tlm1/frame/AO-73/1k2/";

TEST(Message, ReadsAllParts) {
    const auto message = parse({kTopic, header("1-a", 7), R"({"b":1,"a":2})", "\xff"});
    ASSERT_TRUE(message) << message.error().to_string();
    EXPECT_EQ(message->topic, (Topic{"frame", "AO-73", "1k2"}));
    EXPECT_EQ(message->header.epoch, "1-a");
    EXPECT_EQ(message->header.sequence, 7U);
    EXPECT_EQ(message->header.sent_ns, 1767323045000000006);
    EXPECT_EQ(message->raw, "\xff");
    EXPECT_EQ(to_json_line(*message), R"({"topic":"tlm1/frame/AO-73/1k2/","header":)" +
                                          header("1-a", 7) +
                                          R"(,"payload":{"b":1,"a":2},"raw":"ff"})");
}

TEST(Message, KeepsOtherContentAsBytes) {
    std::string text = header("1-a", 1);
    text.replace(text.find("application/json"), 16, "application/x-protobuf");
    const auto message = parse({kTopic, text, "\x01\x02"});
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->payload.is_null());
    EXPECT_EQ(message->payload_bytes, "\x01\x02");
    EXPECT_NE(to_json_line(*message).find(R"("payload":null,"raw":null,"payload_hex":"0102")"),
              std::string::npos);
}

TEST(Message, SaysWhatIsMalformed) {
    const std::string good = header("1-a", 1);
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string text = good;
        return text.replace(text.find(from), from.size(), to);
    };
    const std::string deep = R"({"a":)" + std::string(100'000, '[');
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{}, "0 parts"},
        {{kTopic, good}, "2 parts"},
        {{kTopic, good, "{}", "", ""}, "5 parts"},
        {{"tlm1/frame/", good, "{}"}, "topic"},
        {{kTopic, "", "{}"}, "header: not JSON"},
        {{kTopic, "[]", "{}"}, "header: not a JSON object"},
        {{kTopic, std::string(20'000, ' ') + good, "{}"}, "header: longer"},
        {{kTopic, with("\"version\":1", "\"version\":2"), "{}"}, "version 2"},
        {{kTopic, with("\"version\":1", "\"version\":\"1\""), "{}"}, "no version"},
        {{kTopic, with("application/json", ""), "{}"}, "content_type"},
        {{kTopic, with("1-a", ""), "{}"}, "epoch"},
        {{kTopic, with("1-a", "\\u001b[2J"), "{}"}, "epoch"},
        {{kTopic, with("1-a", std::string(65, 'a')), "{}"}, "epoch"},
        {{kTopic, with("\"sequence\":1", "\"sequence\":0"), "{}"}, "sequence"},
        {{kTopic, with("\"sequence\":1", "\"sequence\":-1"), "{}"}, "sequence"},
        {{kTopic, with("\"sequence\":1", "\"sequence\":1.5"), "{}"}, "sequence"},
        {{kTopic, with("\"sequence\":1", "\"sequence\":18446744073709551615"), "{}"}, "sequence"},
        {{kTopic, with("2026-01", "2026-13"), "{}"}, "sent"},
        {{kTopic, good, "{"}, "payload: not JSON"},
        {{kTopic, good, "{\"a\":\"\xff\"}"}, "payload: not JSON"},
        {{kTopic, good, "1"}, "payload: not a JSON object"},
        {{kTopic, good, deep}, "payload: JSON nested deeper"},
    };
    for (const auto& [parts, why] : cases) {
        const auto message = parse(parts);
        ASSERT_FALSE(message) << why;
        EXPECT_NE(message.error().message.find(why), std::string::npos) << message.error().message;
    }
}

TEST(Message, BracketsInStringsAreNoDepth) {
    EXPECT_TRUE(
        parse({kTopic, header("1-a", 1), R"({"a":"\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["})"}));
}

TEST(Message, SurvivesDamage) {
    std::mt19937 random(1);
    const std::vector<std::string> good = {kTopic, header("1-a", 1), R"({"a":[1,{"b":null}]})"};
    for (int i = 0; i < 20'000; ++i) {
        auto parts = good;
        for (unsigned k = random() % 4; k <= 4; ++k) {
            std::string& part = parts[random() % parts.size()];
            part[random() % part.size()] = static_cast<char>(random());
        }
        if (const auto message = parse(parts)) {
            EXPECT_FALSE(to_json_line(*message).empty());
        }
    }
}

TEST(Epoch, SaysWhenThePublisherStarted) {
    EXPECT_EQ(start_of_epoch("1767323045000000006-0a"), 1767323045000000006);
    for (const char* text : {"", "-", "a-1", "12", "99999999999999999999-1"})
        EXPECT_EQ(start_of_epoch(text), kUnknownTime) << text;
}

} // namespace
} // namespace telemetry::publish
