// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/publisher.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <zmq.hpp>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"
#include "telemetry/publish/endpoint.h"
#include "telemetry/publish/topic.h"

namespace telemetry::publish {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLingerMs = 1000;
constexpr std::size_t kTopicsMax = 4096; ///< a heartbeat names them all

using LastNumbers = std::map<std::string, std::uint64_t, std::less<>>; ///< by topic

struct Item {
    const std::string* topic = nullptr; ///< key of the publisher's map: lives as long as it does
    std::uint64_t sequence = 0;
    TraceContext trace;
    std::string payload;
    std::vector<std::uint8_t> raw;

    std::size_t bytes() const { return payload.size() + raw.size() + topic->size(); }
};

/// Start time first, so that epochs sort by age; random digits for two publishers of one instant.
std::string make_epoch() {
    const TraceContext random = new_trace();
    return std::to_string(utc_now()) + "-" + to_hex(std::span(random.trace_id).first(4));
}

/// One thread owns the socket and takes the whole queue at a time. The last number of every topic
/// is read in the same critical section, so that the heartbeat sent after that batch states exactly
/// what stands before it on the wire, drops included, however busy the queue is.
class ZmqPublisher final : public Publisher {
public:
    ZmqPublisher(const PublisherOptions& options, zmq::context_t context, zmq::socket_t socket)
        : options_(options), epoch_(make_epoch()), context_(std::move(context)),
          socket_(std::move(socket)), endpoint_(socket_.get(zmq::sockopt::last_endpoint)),
          thread_([this] { run(); }) {}

    ~ZmqPublisher() override {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

    void publish(std::string_view kind, std::string_view station, std::string_view source,
                 std::string_view payload, std::span<const std::uint8_t> raw,
                 const TraceContext& trace) noexcept override {
        try {
            const std::string topic = make_topic(kind, station, source);
            Item item;
            item.trace = trace.span_id == TraceContext{}.span_id ? new_span(trace) : trace;
            item.payload = payload;
            item.raw.assign(raw.begin(), raw.end());
            if (!enqueue(topic, std::move(item)))
                dropped_.fetch_add(1, std::memory_order_relaxed);
        } catch (...) { // out of memory
            dropped_.fetch_add(1, std::memory_order_relaxed);
        }
    }

    PublisherStats stats() const noexcept override {
        return {published_.load(std::memory_order_relaxed),
                dropped_.load(std::memory_order_relaxed),
                queued_messages_.load(std::memory_order_relaxed)};
    }
    std::string endpoint() const override { return endpoint_; }
    std::string epoch() const override { return epoch_; }

private:
    bool enqueue(const std::string& topic, Item&& item) {
        if (topic.size() > kTopicLengthMax)
            return false;
        bool was_empty = false;
        {
            const std::lock_guard lock(mutex_);
            auto at = last_.find(topic);
            if (at == last_.end()) {
                if (last_.size() >= kTopicsMax)
                    return false;
                at = last_.emplace(topic, 0).first;
            }
            item.topic = &at->first;
            item.sequence = ++at->second; // spent even if there is no room
            const std::size_t bytes = item.bytes();
            if (queued_messages_.load(std::memory_order_relaxed) >= options_.queue_messages ||
                queued_bytes_.load(std::memory_order_relaxed) + bytes > options_.queue_bytes)
                return false;
            was_empty = queue_.empty();
            queue_.push_back(std::move(item));
            queued_messages_.fetch_add(1, std::memory_order_relaxed);
            queued_bytes_.fetch_add(bytes, std::memory_order_relaxed);
        }
        if (was_empty)
            wake_.notify_one();
        return true;
    }

    void run() noexcept {
        sigset_t all; // signals are for the program's own threads
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
        try {
            send_all();
        } catch (const std::exception&) {
            // Out of memory or a dead context: messages are dropped and counted from here on.
        }
        socket_.close();
        context_.close(); // waits for the linger time at most
    }

    void send_all() {
        const bool beats = options_.heartbeat_ns > 0;
        auto next_beat = Clock::now() + std::chrono::nanoseconds(options_.heartbeat_ns);
        std::vector<Item> batch;
        LastNumbers sent;
        for (bool stopping = false; !stopping;) {
            batch.clear();
            bool beat = false;
            {
                std::unique_lock lock(mutex_);
                const auto due = [this] { return stopping_ || !queue_.empty(); };
                if (beats)
                    wake_.wait_until(lock, next_beat, due);
                else
                    wake_.wait(lock, due);
                stopping = stopping_;
                batch.swap(queue_);
                beat = beats && (stopping || Clock::now() >= next_beat);
                if (beat)
                    sent = last_;
            }
            for (const Item& item : batch) {
                send(item);
                published_.fetch_add(1, std::memory_order_relaxed);
                queued_messages_.fetch_sub(1, std::memory_order_relaxed);
                queued_bytes_.fetch_sub(item.bytes(), std::memory_order_relaxed);
            }
            if (beat) {
                send_heartbeat(sent, stopping);
                next_beat = Clock::now() + std::chrono::nanoseconds(options_.heartbeat_ns);
            }
        }
    }

    void send(const Item& item) {
        const std::string header = make_header(item.sequence, item.trace);
        send_part(*item.topic, true);
        send_part(header, true);
        send_part(item.payload, !item.raw.empty());
        if (!item.raw.empty())
            send_part({reinterpret_cast<const char*>(item.raw.data()), item.raw.size()}, false);
    }

    void send_heartbeat(const LastNumbers& sent, bool last) {
        send_part(kHeartbeatTopic, true);
        send_part(make_header(++heartbeats_, new_trace()), true);
        std::string payload = "{\"interval_ns\":" + std::to_string(options_.heartbeat_ns) +
                              ",\"final\":" + (last ? "true" : "false") +
                              ",\"dropped\":" + std::to_string(dropped_.load()) + ",\"topics\":{";
        const char* comma = "";
        for (const auto& [topic, number] : sent) { // percent-encoded: needs no escape in JSON
            payload += comma;
            payload += '"' + topic + "\":" + std::to_string(number);
            comma = ",";
        }
        send_part(payload + "}}", false);
    }

    std::string make_header(std::uint64_t sequence, const TraceContext& trace) const {
        return "{\"version\":1,\"content_type\":\"application/json\",\"epoch\":\"" + epoch_ +
               "\",\"sequence\":" + std::to_string(sequence) + ",\"sent\":\"" +
               to_rfc3339(utc_now()) + "\",\"traceparent\":\"" + to_traceparent(trace) + "\"}";
    }

    /// A PUB socket never blocks: what a subscriber has no room for is lost to that subscriber.
    void send_part(std::string_view part, bool more) {
        const auto flags =
            zmq::send_flags::dontwait | (more ? zmq::send_flags::sndmore : zmq::send_flags::none);
        while (true) {
            try {
                static_cast<void>(socket_.send(zmq::const_buffer(part.data(), part.size()), flags));
                return;
            } catch (const zmq::error_t& error) {
                if (error.num() != EINTR)
                    throw;
            }
        }
    }

    const PublisherOptions options_;
    const std::string epoch_;
    zmq::context_t context_;
    zmq::socket_t socket_;
    const std::string endpoint_;

    std::mutex mutex_; ///< of the next four; held for a few lines only, never while sending
    std::condition_variable wake_;
    std::vector<Item> queue_;
    LastNumbers last_;
    bool stopping_ = false;

    std::atomic<std::size_t> queued_messages_ = 0; ///< with those of the batch being sent
    std::atomic<std::size_t> queued_bytes_ = 0;
    std::atomic<std::uint64_t> published_ = 0;
    std::atomic<std::uint64_t> dropped_ = 0;
    std::uint64_t heartbeats_ = 0;

    std::thread thread_; ///< last: starts when all else is there
};

} // namespace

Result<std::unique_ptr<Publisher>> Publisher::open(const PublisherOptions& options) {
    const auto endpoint = parse_bind_endpoint(options.endpoint);
    if (!endpoint)
        return fail(endpoint.error());
    if (endpoint->reach == Reach::network && !options.allow_remote)
        return fail(not_permitted(options.endpoint));
    if (options.queue_messages == 0 || options.queue_bytes == 0 || options.subscriber_messages < 1)
        return fail("the publisher's queues need room for one message at least");
    try {
        zmq::context_t context(1);
        zmq::socket_t socket(context, zmq::socket_type::pub);
        socket.set(zmq::sockopt::sndhwm, options.subscriber_messages); // counts only before bind
        socket.set(zmq::sockopt::linger, kLingerMs);
        socket.set(zmq::sockopt::ipv6, endpoint->ipv6 ? 1 : 0);
        socket.bind(endpoint->address);
        return std::make_unique<ZmqPublisher>(options, std::move(context), std::move(socket));
    } catch (const zmq::error_t& error) {
        return fail(why_not_bound("publish", options.endpoint, error.num()));
    }
}

} // namespace telemetry::publish
