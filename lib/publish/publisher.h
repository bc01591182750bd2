// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "telemetry/base/result.h"
#include "telemetry/publish/trace.h"

namespace telemetry::publish {

struct PublisherOptions {
    std::string endpoint = "tcp://127.0.0.1:5556"; ///< "tcp://127.0.0.1:*": any free port
    /// Binding anything but loopback or a file (ipc) lets the network listen: there is neither
    /// encryption nor authentication, so the user must have asked for it.
    bool allow_remote = false;
    std::size_t queue_messages = 4096;          ///< bound of the queue; beyond it: drop, count
    std::size_t queue_bytes = 64 * 1024 * 1024; ///< the same in bytes of payload, raw and topic
    int subscriber_messages = 4096; ///< ZMQ_SNDHWM: what ZeroMQ holds for each slow subscriber
    std::int64_t heartbeat_ns = 1'000'000'000; ///< interval; 0: none
};

struct PublisherStats {
    std::uint64_t published = 0; ///< handed to ZeroMQ, without heartbeats
    std::uint64_t dropped = 0;   ///< the queue was full
    std::size_t queued = 0;      ///< now
};

/// Sends three-part messages (topic, header, payload; frames have their bytes as a fourth part) on
/// a ZeroMQ PUB socket from a thread of its own. docs/wire-format.md is the format.
///
/// publish() copies into a bounded queue and never waits: when the queue is full the message is
/// dropped and counted, and its sequence number is spent, so that subscribers see the gap.
class Publisher {
public:
    /// Fails when the endpoint is malformed, in use or not permitted, and says which. The error's
    /// key is the option at fault: "endpoint", "allow_remote", or empty when it is none.
    static Result<std::unique_ptr<Publisher>> open(const PublisherOptions& options);
    virtual ~Publisher() = default; ///< sends what is queued (at most 1 s), then closes

    /// Topic is tlm1/<kind>/<station>/<source>/. Any thread. Payload is JSON text. Messages that
    /// come of the same frame share a `trace`; without one each message starts its own. A given
    /// trace with no span gets a new span.
    virtual void publish(std::string_view kind, std::string_view station, std::string_view source,
                         std::string_view payload, std::span<const std::uint8_t> raw = {},
                         const TraceContext& trace = {}) noexcept = 0;

    virtual PublisherStats stats() const noexcept = 0;
    virtual std::string endpoint() const = 0; ///< with the port that was bound
    virtual std::string epoch() const = 0;    ///< tells this publisher from its predecessors
};

} // namespace telemetry::publish
