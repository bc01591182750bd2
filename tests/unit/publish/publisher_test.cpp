// SPDX-License-Identifier: GPL-3.0-or-later
// Read with bare ZeroMQ and JSON, so that the wire and not our own subscriber is what is tested.
#include "telemetry/publish/publisher.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include "telemetry/base/time.h"

namespace telemetry::publish {
namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

PublisherOptions fast_options() {
    PublisherOptions options;
    options.endpoint = "tcp://127.0.0.1:*";
    options.heartbeat_ns = 20'000'000;
    return options;
}

std::unique_ptr<Publisher> open_or_die(const PublisherOptions& options) {
    auto publisher = Publisher::open(options);
    if (!publisher)
        throw std::runtime_error(publisher.error().to_string());
    return std::move(*publisher);
}

class Listener {
public:
    explicit Listener(const std::string& endpoint) : socket_(context_, zmq::socket_type::sub) {
        socket_.set(zmq::sockopt::rcvtimeo, 5000);
        socket_.connect(endpoint);
        socket_.set(zmq::sockopt::subscribe, "tlm1/");
        next(); // a heartbeat: the subscription has arrived
    }

    std::vector<std::string> next() {
        std::vector<zmq::message_t> parts;
        std::vector<std::string> texts;
        if (zmq::recv_multipart(socket_, std::back_inserter(parts)))
            for (const auto& part : parts)
                texts.push_back(part.to_string());
        return texts;
    }

    std::vector<std::string> next_on(const std::string& topic) {
        while (true) {
            auto parts = next();
            if (parts.empty() || parts[0] == topic)
                return parts;
        }
    }

private:
    zmq::context_t context_;
    zmq::socket_t socket_;
};

TEST(Publisher, SendsTopicHeaderPayloadAndRaw) {
    const auto publisher = open_or_die(fast_options());
    Listener listener(publisher->endpoint());
    const std::vector<std::uint8_t> raw = {0, 1, 255};
    const TraceContext trace = new_trace();
    const auto before = utc_now();
    publisher->publish("frame", "AO-73", "1k2", R"({"a":1})", raw, trace);
    publisher->publish("event", "AO-73", "1k2", "{}", {}, TraceContext{trace.trace_id, {}});

    const auto frame = listener.next_on("tlm1/frame/AO-73/1k2/");
    ASSERT_EQ(frame.size(), 4U);
    EXPECT_EQ(frame[2], R"({"a":1})");
    EXPECT_EQ(frame[3], std::string("\0\1\xff", 3));
    const Json header = Json::parse(frame[1]);
    EXPECT_EQ(header["version"], 1);
    EXPECT_EQ(header["content_type"], "application/json");
    EXPECT_EQ(header["epoch"], publisher->epoch());
    EXPECT_EQ(header["sequence"], 1);
    EXPECT_EQ(header["traceparent"], to_traceparent(trace));
    const auto sent = from_rfc3339(header["sent"].get<std::string>());
    ASSERT_TRUE(sent);
    EXPECT_GE(*sent, before);
    EXPECT_LE(*sent, utc_now());

    const auto event = listener.next_on("tlm1/event/AO-73/1k2/");
    ASSERT_EQ(event.size(), 3U);
    const auto event_trace =
        from_traceparent(Json::parse(event[1])["traceparent"].get<std::string>());
    ASSERT_TRUE(event_trace);
    EXPECT_EQ(event_trace->trace_id, trace.trace_id);
    EXPECT_NE(event_trace->span_id, trace.span_id);
}

TEST(Publisher, HeartbeatStatesWhatStandsBeforeIt) {
    const auto publisher = open_or_die(fast_options());
    Listener listener(publisher->endpoint());
    std::thread other([&] {
        for (int i = 0; i < 2000; ++i)
            publisher->publish("event", "S", "b", "{}");
    });
    for (int i = 0; i < 2000; ++i) {
        publisher->publish("metric", "S", "a", "{}");
        if (i % 500 == 0)
            std::this_thread::sleep_for(15ms); // so that heartbeats fall between
    }
    other.join();

    std::map<std::string, std::uint64_t> seen;
    while (seen["tlm1/metric/S/a/"] < 2000 || seen["tlm1/event/S/b/"] < 2000) {
        const auto parts = listener.next();
        ASSERT_GE(parts.size(), 3U);
        const auto sequence = Json::parse(parts[1])["sequence"].get<std::uint64_t>();
        if (parts[0] != "tlm1/heartbeat/-/-/") {
            EXPECT_EQ(sequence, ++seen[parts[0]]);
            continue;
        }
        const Json heartbeat = Json::parse(parts[2]);
        for (const auto& [topic, number] : heartbeat["topics"].items())
            EXPECT_EQ(number, seen[topic]) << topic;
    }
}

TEST(Publisher, FinalHeartbeatClosesTheAccount) {
    auto publisher = open_or_die(fast_options());
    Listener listener(publisher->endpoint());
    for (int i = 0; i < 100; ++i)
        publisher->publish("event", "S", "b", "{}");
    publisher.reset();
    int events = 0;
    for (auto parts = listener.next(); !parts.empty(); parts = listener.next()) {
        if (parts[0] != "tlm1/heartbeat/-/-/") {
            ++events;
            continue;
        }
        const Json heartbeat = Json::parse(parts[2]);
        if (!heartbeat["final"])
            continue;
        EXPECT_EQ(heartbeat["topics"]["tlm1/event/S/b/"], 100);
        EXPECT_EQ(events, 100);
        return;
    }
    FAIL() << "no final heartbeat";
}

TEST(Publisher, FullQueueDropsCountsAndSpendsTheNumber) {
    PublisherOptions options = fast_options();
    options.queue_bytes = 1000;
    const auto publisher = open_or_die(options);
    Listener listener(publisher->endpoint());
    publisher->publish("frame", "S", "a", std::string(2000, ' ')); // cannot ever fit
    publisher->publish("frame", "S", "a", "{}");
    EXPECT_EQ(publisher->stats().dropped, 1U);
    const auto parts = listener.next_on("tlm1/frame/S/a/");
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(Json::parse(parts[1])["sequence"], 2);
}

TEST(Publisher, NeverWaitsForASubscriberThatNeverReads) {
    PublisherOptions options = fast_options();
    options.queue_messages = 64;
    options.subscriber_messages = 64;
    const auto publisher = open_or_die(options);
    zmq::context_t context;
    zmq::socket_t deaf(context, zmq::socket_type::sub);
    deaf.set(zmq::sockopt::rcvhwm, 1);
    deaf.set(zmq::sockopt::rcvbuf, 4096);
    deaf.set(zmq::sockopt::subscribe, "tlm1/");
    deaf.connect(publisher->endpoint());
    std::this_thread::sleep_for(100ms);

    const std::string payload(20'000, ' ');
    const auto start = std::chrono::steady_clock::now();
    auto longest = 0ns;
    for (int i = 0; i < 5000; ++i) { // 100 MB: far beyond what the two bounds allow to be held
        const auto before = std::chrono::steady_clock::now();
        publisher->publish("frame", "S", "a", payload);
        longest =
            std::max<std::chrono::nanoseconds>(longest, std::chrono::steady_clock::now() - before);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
    EXPECT_LT(longest, 2s); // generous: the machine may be busy, a blocked send would last for ever
    while (publisher->stats().queued > 0)
        std::this_thread::sleep_for(1ms);
    const auto stats = publisher->stats();
    EXPECT_EQ(stats.published + stats.dropped, 5000U);
    deaf.set(zmq::sockopt::linger, 0);
}

TEST(Publisher, ClosesInTimeWithADeafSubscriber) {
    auto publisher = open_or_die(fast_options());
    zmq::context_t context;
    zmq::socket_t deaf(context, zmq::socket_type::sub);
    deaf.set(zmq::sockopt::rcvhwm, 1);
    deaf.set(zmq::sockopt::subscribe, "");
    deaf.connect(publisher->endpoint());
    std::this_thread::sleep_for(100ms);
    for (int i = 0; i < 1000; ++i)
        publisher->publish("frame", "S", "a", std::string(20'000, ' '));
    const auto start = std::chrono::steady_clock::now();
    publisher.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(Publisher, SaysThatThePortIsInUse) {
    const auto first = open_or_die(fast_options());
    PublisherOptions options;
    options.endpoint = first->endpoint();
    const auto second = Publisher::open(options);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find(options.endpoint), std::string::npos);
    EXPECT_NE(second.error().message.find("in use"), std::string::npos);
}

TEST(Publisher, SaysThatAnIpcFileIsInUse) {
    PublisherOptions options = fast_options();
    options.endpoint = "ipc://*";
    const auto first = open_or_die(options);
    options.endpoint = first->endpoint();
    const auto second = Publisher::open(options);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("in use"), std::string::npos);
}

TEST(Publisher, BindsTheNetworkOnlyWhenAllowed) {
    PublisherOptions options = fast_options();
    options.endpoint = "tcp://0.0.0.0:*";
    const auto refused = Publisher::open(options);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("0.0.0.0"), std::string::npos);
    options.endpoint = "tcp://nowhere9:*";
    options.allow_remote = true;
    EXPECT_FALSE(Publisher::open(options));
}

TEST(Publisher, EpochsDiffer) {
    EXPECT_NE(open_or_die(fast_options())->epoch(), open_or_die(fast_options())->epoch());
}

} // namespace
} // namespace telemetry::publish
