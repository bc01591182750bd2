// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/subscriber.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

#include <zmq.hpp>

namespace telemetry::publish {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPartsMax = 5; ///< one more than allowed, to see that it is too many

using Clock = std::chrono::steady_clock;

struct Connection {
    std::string endpoint;
    zmq::socket_t socket;
    LossAccount account;
    Clock::time_point heard = {};
    std::chrono::nanoseconds patience{0}; ///< silence that is no longer normal; 0: not known
};

/// Some heartbeats may be late; a publisher without regular ones may be silent for ever.
std::chrono::nanoseconds patience_with(const Message& heartbeat) {
    constexpr std::int64_t interval_max_ns = 3'600'000'000'000;
    const auto interval = heartbeat.payload.find("interval_ns");
    if (interval == heartbeat.payload.end() || !interval->is_number_unsigned())
        return 0ns;
    const auto ns = interval->get<std::uint64_t>();
    return ns == 0 || ns > interval_max_ns
               ? 0ns
               : std::max<std::chrono::nanoseconds>(
                     5s, std::chrono::nanoseconds(static_cast<std::int64_t>(3 * ns)));
}

class ZmqSubscriber final : public Subscriber {
public:
    explicit ZmqSubscriber(const SubscriberOptions& options) : options_(options) {
        for (const std::string& endpoint : options.endpoints)
            connections_.push_back({endpoint, connect(endpoint), LossAccount(options.filter)});
        for (Connection& connection : connections_)
            items_.push_back({connection.socket.handle(), 0, ZMQ_POLLIN, 0});
    }

    bool receive(std::chrono::milliseconds timeout, SubscriberSink& sink) override {
        try {
            zmq::poll(items_, timeout);
        } catch (const zmq::error_t& error) {
            if (error.num() == EINTR)
                return false;
            throw;
        }
        bool any = false;
        for (std::size_t i = 0; i < items_.size(); ++i)
            if (items_[i].revents & ZMQ_POLLIN)
                any |= receive_one(connections_[i], sink);
        if (!any)
            renew_silent_connections();
        return any;
    }

    SubscriberStats stats() const override {
        SubscriberStats stats = stats_;
        for (const Connection& connection : connections_) {
            stats.lost += connection.account.lost();
            stats.restarts += connection.account.restarts();
            for (const auto& [topic, counts] : connection.account.topics()) {
                stats.topics[topic].received += counts.received;
                stats.topics[topic].lost += counts.lost;
            }
        }
        return stats;
    }

private:
    zmq::socket_t connect(const std::string& endpoint) {
        zmq::socket_t socket(context_, zmq::socket_type::sub);
        socket.set(zmq::sockopt::rcvhwm, options_.queue_messages);
        socket.set(zmq::sockopt::maxmsgsize, options_.part_bytes_max);
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::ipv6, endpoint.find('[') != std::string::npos ? 1 : 0);
        try {
            socket.connect(endpoint);
        } catch (const zmq::error_t& error) {
            throw std::runtime_error("cannot connect to '" + endpoint + "': " + error.what() +
                                     "; expected tcp://HOST:PORT or ipc://PATH");
        }
        // Subscriptions are sent in this order. With heartbeats last, the first heartbeat proves
        // that the others stand, and loss is counted from there.
        for (const std::string& prefix : options_.filter.prefixes())
            socket.set(zmq::sockopt::subscribe, prefix);
        socket.set(zmq::sockopt::subscribe, kHeartbeatTopic);
        return socket;
    }

    /// ZeroMQ gives a connection up for good when the other side breaks its protocol or sends a
    /// part that is too long, and may not notice a peer that vanished. Heartbeats tell.
    void renew_silent_connections() {
        const auto now = Clock::now();
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            Connection& connection = connections_[i];
            if (connection.patience.count() == 0 || now - connection.heard < connection.patience)
                continue;
            connection.socket = connect(connection.endpoint);
            connection.heard = now;
            items_[i].socket = connection.socket.handle();
        }
    }

    bool receive_one(Connection& connection, SubscriberSink& sink) {
        std::array<zmq::message_t, kPartsMax> messages;
        std::array<std::string_view, kPartsMax> parts;
        std::size_t count = 0;
        for (bool more = true; more;) {
            zmq::message_t surplus;
            zmq::message_t& message = count < kPartsMax ? messages[count] : surplus;
            if (!connection.socket.recv(message, zmq::recv_flags::dontwait))
                return false;
            more = message.more();
            if (count < kPartsMax) {
                parts[count] = message.to_string_view();
                ++count;
            }
        }
        const auto message = parse_message(std::span(parts).first(count));
        if (message) {
            account(connection, *message, sink);
        } else {
            ++stats_.malformed;
            sink.on_malformed(connection.endpoint, message.error().message);
        }
        return true;
    }

    void account(Connection& connection, const Message& message, SubscriberSink& sink) {
        const bool heartbeat = message.topic.kind == kHeartbeatKind;
        const bool wanted = options_.filter.wants(message.topic);
        connection.heard = Clock::now();
        if (heartbeat)
            connection.patience = patience_with(message);
        stats_.heartbeats += heartbeat;
        stats_.received += wanted;
        if (!heartbeat && !wanted)
            return;
        const auto finding = connection.account.account(message);
        if (finding.restarted)
            sink.on_restart(connection.endpoint);
        for (const Gap& gap : finding.gaps)
            sink.on_gap(connection.endpoint, gap);
        if (wanted)
            sink.on_message(message);
        if (finding.ended)
            sink.on_end(connection.endpoint);
    }

    const SubscriberOptions options_;
    zmq::context_t context_;
    std::vector<Connection> connections_;
    std::vector<zmq::pollitem_t> items_;
    SubscriberStats stats_;
};

} // namespace

Result<std::unique_ptr<Subscriber>> Subscriber::open(const SubscriberOptions& options) {
    try {
        return std::make_unique<ZmqSubscriber>(options);
    } catch (const std::exception& error) {
        return fail(error.what());
    }
}

} // namespace telemetry::publish
