// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "telemetry/base/result.h"

namespace telemetry::publish {

struct ResponderOptions {
    std::string endpoint = "tcp://127.0.0.1:5557"; ///< "tcp://127.0.0.1:*": any free port
    /// As of PublisherOptions: whoever reaches the address may ask, and change what requests
    /// change.
    bool allow_remote = false;
    std::int64_t longest_request = 1 << 20; ///< bytes; the sender of a longer one is disconnected
};

/// Answers requests on a ZeroMQ REP socket from a thread of its own: one part in, one part out,
/// JSON both. docs/wire-format.md says which requests there are.
///
/// A request that is nested more than 32 deep is refused here: it reaches nobody's recursion.
///
/// A client that goes away or never reads its answer costs that answer; the others are served.
class Responder {
public:
    /// Called from the responder's thread, one request at a time. Returns the answer. What it
    /// throws becomes an answer with the member "error".
    using Answer = std::function<std::string(std::string_view request)>;

    static Result<std::unique_ptr<Responder>> open(const ResponderOptions& options, Answer answer);
    virtual ~Responder() = default; ///< the request in hand is answered first

    virtual std::string endpoint() const = 0; ///< with the port that was bound
    virtual std::uint64_t answered() const noexcept = 0;
};

/// Asks one responder and waits for its answer.
class Requester {
public:
    static Result<std::unique_ptr<Requester>> open(const std::string& endpoint);
    virtual ~Requester() = default;

    /// Fails when no answer comes in time; the next request starts afresh.
    virtual Result<std::string> ask(std::string_view request, std::int64_t timeout_ns) = 0;
};

} // namespace telemetry::publish
