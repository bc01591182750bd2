// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/subscriber.h"

#include <thread>

#include <gtest/gtest.h>

#include "telemetry/publish/publisher.h"

namespace telemetry::publish {
namespace {

using namespace std::chrono_literals;

struct Recorder final : SubscriberSink {
    void on_message(const Message& message) override { messages.push_back(message); }
    void on_gap(const std::string&, const Gap& gap) override { gaps.push_back(gap); }
    void on_restart(const std::string&) override { ++restarts; }
    void on_end(const std::string&) override { ++ends; }
    void on_malformed(const std::string&, const std::string&) override { ++malformed; }

    std::vector<Message> messages;
    std::vector<Gap> gaps;
    int restarts = 0;
    int ends = 0;
    int malformed = 0;
};

std::unique_ptr<Publisher> open_publisher(PublisherOptions options = {},
                                          const std::string& endpoint = "tcp://127.0.0.1:*") {
    options.endpoint = endpoint;
    options.heartbeat_ns = 20'000'000;
    for (int attempt = 0; attempt < 100; ++attempt) {
        if (auto publisher = Publisher::open(options))
            return std::move(*publisher);
        std::this_thread::sleep_for(20ms); // the port of a predecessor is not free at once
    }
    throw std::runtime_error("no publisher");
}

std::unique_ptr<Subscriber> open_subscriber(const std::string& endpoint,
                                            const Filter& filter = {}) {
    return std::move(*Subscriber::open({.endpoints = {endpoint}, .filter = filter}));
}

template <class Done>
bool receive_until(Subscriber& subscriber, Recorder& recorder, Done done) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!done()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        subscriber.receive(50ms, recorder);
    }
    return true;
}

void join(Subscriber& subscriber, Recorder& recorder) {
    const auto heartbeats = subscriber.stats().heartbeats;
    ASSERT_TRUE(receive_until(subscriber, recorder,
                              [&] { return subscriber.stats().heartbeats > heartbeats; }));
}

TEST(Subscriber, ReceivesWhatItWantsAndProvesIt) {
    const auto publisher = open_publisher();
    const auto subscriber = open_subscriber(publisher->endpoint(), {{"frame"}, {"S"}, {}});
    Recorder recorder;
    join(*subscriber, recorder);
    for (int i = 0; i < 1000; ++i) {
        publisher->publish("frame", "S", "a", "{}");
        publisher->publish("frame", "SS", "a", "{}");
        publisher->publish("metric", "S", "a", "{}");
    }
    ASSERT_TRUE(
        receive_until(*subscriber, recorder, [&] { return recorder.messages.size() == 1000; }));
    join(*subscriber, recorder);
    EXPECT_TRUE(recorder.gaps.empty());
    EXPECT_EQ(subscriber->stats().received, 1000U);
    EXPECT_EQ(subscriber->stats().lost, 0U);
}

TEST(Subscriber, CountsExactlyWhatAFullQueueDropped) {
    PublisherOptions options;
    options.queue_messages = 8;
    const auto publisher = open_publisher(options);
    const auto subscriber = open_subscriber(publisher->endpoint());
    Recorder recorder;
    join(*subscriber, recorder);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 3; ++thread)
        threads.emplace_back([&publisher, thread] {
            for (int i = 0; i < 5000; ++i)
                publisher->publish("event", "S", std::to_string(thread), "{}");
        });
    for (std::thread& thread : threads)
        thread.join();
    ASSERT_TRUE(receive_until(*subscriber, recorder, [&] {
        const auto stats = subscriber->stats();
        return stats.received + stats.lost == 15'000;
    }));
    EXPECT_EQ(subscriber->stats().lost, publisher->stats().dropped);
    EXPECT_GT(publisher->stats().dropped, 0U);
}

TEST(Subscriber, SeesARestart) {
    auto publisher = open_publisher();
    const std::string endpoint = publisher->endpoint();
    const auto subscriber = open_subscriber(endpoint);
    Recorder recorder;
    join(*subscriber, recorder);
    publisher->publish("frame", "S", "a", "{}");
    publisher.reset();
    ASSERT_TRUE(receive_until(*subscriber, recorder, [&] { return recorder.ends == 1; }));
    EXPECT_EQ(recorder.messages.size(), 1U);
    publisher = open_publisher({}, endpoint);
    publisher->publish("frame", "S", "a", "{}"); // before the subscriber is back: lost, and said
    ASSERT_TRUE(receive_until(*subscriber, recorder, [&] { return recorder.restarts == 1; }));
    publisher->publish("frame", "S", "a", "{}");
    ASSERT_TRUE(receive_until(*subscriber, recorder, [&] {
        return subscriber->stats().received + subscriber->stats().lost == 3;
    }));
}

TEST(Subscriber, ListensToSeveral) {
    const auto first = open_publisher();
    const auto second = open_publisher();
    const auto subscriber =
        std::move(*Subscriber::open({.endpoints = {first->endpoint(), second->endpoint()}}));
    Recorder recorder;
    ASSERT_TRUE(receive_until(*subscriber, recorder, [&] {
        first->publish("frame", "S", "a", "{}");
        second->publish("frame", "T", "a", "{}");
        return subscriber->stats().topics.size() == 2;
    }));
    EXPECT_EQ(recorder.restarts, 0);
    EXPECT_EQ(subscriber->stats().lost, 0U);
}

TEST(Subscriber, NamesABadEndpoint) {
    const auto subscriber = Subscriber::open({.endpoints = {"tcp://127.0.0.1:5556", "nonsense"}});
    ASSERT_FALSE(subscriber);
    EXPECT_NE(subscriber.error().message.find("'nonsense'"), std::string::npos);
}

} // namespace
} // namespace telemetry::publish
