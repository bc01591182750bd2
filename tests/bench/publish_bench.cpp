// SPDX-License-Identifier: GPL-3.0-or-later
// Speed of publishing and receiving, in messages a second.
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "telemetry/publish/publisher.h"
#include "telemetry/publish/records.h"
#include "telemetry/publish/subscriber.h"

namespace {

using namespace telemetry;
using namespace telemetry::publish;
using namespace std::chrono_literals;

const std::vector<std::uint8_t> frame_bytes(256, 0x5a);

std::string payload() {
    Frame frame;
    frame.bytes = frame_bytes;
    return frame_json(frame, {"AO-73", "1k2 BPSK", "AX.25"});
}

std::unique_ptr<Publisher> open_publisher() {
    PublisherOptions options;
    options.endpoint = "tcp://127.0.0.1:*";
    options.heartbeat_ns = 10'000'000;
    options.queue_messages = 65536;
    options.subscriber_messages = 65536;
    return std::move(*Publisher::open(options));
}

struct Nothing final : SubscriberSink {
    void on_message(const Message&) override {}
    void on_gap(const std::string&, const Gap&) override {}
    void on_restart(const std::string&) override {}
    void on_end(const std::string&) override {}
    void on_malformed(const std::string&, const std::string&) override {}
};

void frame_to_json(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(payload());
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(frame_to_json);

/// What the signal path pays; the queue may drop.
void publish_call(benchmark::State& state) {
    const auto publisher = open_publisher();
    const std::string json = payload();
    for (auto _ : state)
        publisher->publish("frame", "AO-73", "1k2 BPSK", json, frame_bytes);
    state.SetItemsProcessed(state.iterations());
    state.counters["dropped"] = static_cast<double>(publisher->stats().dropped);
}
BENCHMARK(publish_call);

/// From publish() to a subscriber in another thread that has read and checked each message.
void publish_and_receive(benchmark::State& state) {
    const auto publisher = open_publisher();
    SubscriberOptions options;
    options.endpoints = {publisher->endpoint()};
    const auto subscriber = std::move(*Subscriber::open(options));
    Nothing sink;
    while (subscriber->stats().heartbeats == 0)
        subscriber->receive(10ms, sink);
    const std::string json = payload();
    constexpr std::uint64_t batch = 10'000;
    std::uint64_t sent = 0;
    for (auto _ : state) {
        std::thread sender([&] {
            for (std::uint64_t i = 0; i < batch; ++i)
                publisher->publish("frame", "AO-73", "1k2 BPSK", json, frame_bytes);
        });
        sent += batch;
        for (auto stats = subscriber->stats(); stats.received + stats.lost < sent;
             stats = subscriber->stats())
            for (int i = 0; i < 100 && subscriber->receive(10ms, sink); ++i) {
            }
        sender.join();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(sent));
    state.counters["lost"] = static_cast<double>(subscriber->stats().lost);
}
BENCHMARK(publish_and_receive)->Unit(benchmark::kMillisecond)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
