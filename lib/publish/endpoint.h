// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include "telemetry/base/result.h"

namespace telemetry::publish {

enum class Reach : std::uint8_t {
    local,  ///< loopback addresses and ipc files: this machine alone
    network ///< anything else
};

/// An endpoint to bind, as ZeroMQ wants it ("localhost" becomes 127.0.0.1), and who can reach it.
struct BindEndpoint {
    std::string address;
    Reach reach = Reach::local;
    bool ipv6 = false;
};

/// Accepts tcp://HOST:PORT (PORT may be '*', any free one) and ipc://PATH. For ipc it also makes
/// sure that PATH is free or a dead socket, since ZeroMQ would silently delete whatever is there.
Result<BindEndpoint> parse_bind_endpoint(const std::string& endpoint);

/// Why what the network reaches is not bound unless the user asked for it; key: "allow_remote".
Error not_permitted(const std::string& endpoint);

/// "cannot publish on tcp://…: the address is in use…" for what bind() says. `what`: "publish".
std::string why_not_bound(const std::string& what, const std::string& endpoint, int error);

} // namespace telemetry::publish
