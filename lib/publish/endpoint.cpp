// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/endpoint.h"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

namespace telemetry::publish {
namespace {

tl::unexpected<Error> malformed(const std::string& endpoint, const std::string& why) {
    return fail(Error{"endpoint '" + endpoint + "': " + why, "", 0, 0, "endpoint"});
}

constexpr std::string_view kTcp = "tcp://";
constexpr std::string_view kIpc = "ipc://";

bool valid_port(std::string_view text) {
    if (text == "*")
        return true;
    int port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

Reach reach_of_host(const std::string& host) {
    if (host == "lo")
        return Reach::local;
    if (in_addr v4{}; inet_pton(AF_INET, host.c_str(), &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127 ? Reach::local : Reach::network;
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        in6_addr v6{};
        if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6) == 1)
            return IN6_IS_ADDR_LOOPBACK(&v6) ? Reach::local : Reach::network;
    }
    return Reach::network;
}

Result<BindEndpoint> parse_tcp(const std::string& endpoint) {
    const std::string rest = endpoint.substr(kTcp.size());
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string::npos || colon == 0 || !valid_port(rest.substr(colon + 1)))
        return malformed(endpoint, "expected tcp://HOST:PORT with PORT 1 to 65535 or '*'");
    std::string host = rest.substr(0, colon);
    if (host == "localhost") // ZeroMQ resolves no names when it binds
        host = "127.0.0.1";
    return BindEndpoint{std::string(kTcp) + host + rest.substr(colon), reach_of_host(host),
                        host.front() == '['};
}

/// Somebody accepts connections there.
bool answers(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    const bool connected =
        ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return connected;
}

Result<BindEndpoint> parse_ipc(const std::string& endpoint) {
    const std::string path = endpoint.substr(kIpc.size());
    if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path))
        return malformed(endpoint, "expected ipc://PATH with a PATH of 1 to " +
                                       std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                                       " characters");
    struct stat status {};
    if (path != "*" && path.front() != '@' && ::stat(path.c_str(), &status) == 0) {
        if (!S_ISSOCK(status.st_mode))
            return fail("endpoint '" + endpoint + "': there is already a file of that name");
        if (answers(path))
            return fail("endpoint '" + endpoint + "' is in use by another program");
    }
    return BindEndpoint{endpoint, Reach::local, false};
}

} // namespace

Result<BindEndpoint> parse_bind_endpoint(const std::string& endpoint) {
    if (endpoint.starts_with(kTcp))
        return parse_tcp(endpoint);
    if (endpoint.starts_with(kIpc))
        return parse_ipc(endpoint);
    return malformed(endpoint, "expected tcp://HOST:PORT or ipc://PATH");
}

Error not_permitted(const std::string& endpoint) {
    return {"endpoint '" + endpoint +
                "' can be reached from the network, without encryption or authentication; bind a "
                "loopback address such as tcp://127.0.0.1:5556, or set allow_remote",
            "", 0, 0, "allow_remote"};
}

std::string why_not_bound(const std::string& what, const std::string& endpoint, int error) {
    const std::string cannot = "cannot " + what + " on " + endpoint + ": ";
    if (error == EADDRINUSE)
        return cannot + "the address is in use, perhaps by another receiver; choose another port, "
                        "or '*' for any free one";
    if (error == ENODEV || error == EADDRNOTAVAIL)
        return cannot + "this machine has no such address";
    return cannot + zmq_strerror(error);
}

} // namespace telemetry::publish
