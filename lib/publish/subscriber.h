// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "telemetry/base/result.h"
#include "telemetry/publish/filter.h"
#include "telemetry/publish/loss.h"
#include "telemetry/publish/message.h"

namespace telemetry::publish {

struct SubscriberOptions {
    std::vector<std::string> endpoints = {"tcp://127.0.0.1:5556"};
    Filter filter = {};
    int queue_messages = 65536;                     ///< ZMQ_RCVHWM of each connection
    std::int64_t part_bytes_max = 16 * 1024 * 1024; ///< ZMQ_MAXMSGSIZE: longer cuts the connection
};

/// Takes what a subscriber receives. `endpoint` is as given in the options.
struct SubscriberSink {
    virtual ~SubscriberSink() = default;
    virtual void on_message(const Message& message) = 0; ///< one that the filter wants
    virtual void on_gap(const std::string& endpoint, const Gap& gap) = 0;
    virtual void on_restart(const std::string& endpoint) = 0;
    virtual void on_end(const std::string& endpoint) = 0; ///< the publisher closed down in order
    virtual void on_malformed(const std::string& endpoint, const std::string& why) = 0;
};

struct SubscriberStats {
    std::uint64_t received = 0; ///< well formed and wanted
    std::uint64_t malformed = 0;
    std::uint64_t heartbeats = 0;
    std::uint64_t lost = 0;
    std::uint64_t restarts = 0;
    std::map<std::string, TopicCounts> topics; ///< over all endpoints
};

/// Receives from any number of publishers, one connection and one loss account each. For one
/// thread. ZeroMQ reconnects by itself, and a publisher that is not there yet is waited for.
class Subscriber {
public:
    /// Fails when an endpoint is malformed, and says which.
    static Result<std::unique_ptr<Subscriber>> open(const SubscriberOptions& options);
    virtual ~Subscriber() = default;

    /// Waits for something to arrive and gives the sink the first of it; true when there was any.
    virtual bool receive(std::chrono::milliseconds timeout, SubscriberSink& sink) = 0;

    virtual SubscriberStats stats() const = 0;
};

} // namespace telemetry::publish
