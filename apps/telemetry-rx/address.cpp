// SPDX-License-Identifier: GPL-3.0-or-later
#include "address.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <unistd.h>

namespace telemetry::rx {
namespace {

std::string to_text(const sockaddr_storage& storage) {
    char text[INET6_ADDRSTRLEN] = "";
    if (storage.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
        ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
        return "[" + std::string(text) + "]:" + std::to_string(ntohs(v6.sin6_port));
    }
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return std::string(text) + ":" + std::to_string(ntohs(v4.sin_port));
}

bool is_loopback(const sockaddr_storage& storage) {
    if (storage.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr);
    return (ntohl(reinterpret_cast<const sockaddr_in&>(storage).sin_addr.s_addr) >> 24) == 127;
}

} // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

Descriptor::~Descriptor() {
    if (number_ >= 0)
        ::close(number_);
}

Result<Address> parse_address(const std::string& text, const std::string& scheme) {
    std::string rest = text;
    if (const auto colon = rest.find("://"); colon != std::string::npos) {
        if (rest.substr(0, colon) != scheme)
            return fail("'" + text + "': expected " + scheme + "://host:port");
        rest = rest.substr(colon + 3);
    }
    std::string host = "127.0.0.1";
    std::string port = rest;
    if (const auto colon = rest.rfind(':'); colon != std::string::npos) {
        host = rest.substr(0, colon);
        port = rest.substr(colon + 1);
        if (host.size() > 2 && host.front() == '[' && host.back() == ']')
            host = host.substr(1, host.size() - 2);
        else if (host == "*")
            host = "0.0.0.0";
    }
    if (host.empty() || port.empty() || port.find_first_not_of("0123456789") != std::string::npos ||
        port.size() > 5 || std::stoi(port) > 65535)
        return fail("'" + text + "' is no address; expected " + scheme +
                    "://host:port with a port of 0 to 65535");

    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = scheme == "udp" ? SOCK_DGRAM : SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (const int problem = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); problem != 0)
        return fail("'" + text + "': " + ::gai_strerror(problem));
    Address address;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    address.length = found->ai_addrlen;
    ::freeaddrinfo(found);
    address.loopback = is_loopback(address.storage);
    address.text = to_text(address.storage);
    return address;
}

std::string bound_address(int socket) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &length);
    return to_text(storage);
}

Result<Descriptor> bind_socket(const Address& address, int type) {
    Descriptor socket(::socket(address.storage.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return fail("cannot make a socket for " + address.text + ": " + std::strerror(errno));
    // A server that is started again must not wait for the connections of its predecessor to be
    // forgotten. (For datagrams the same option would let two receivers share a port.)
    const int yes = 1;
    if (type == SOCK_STREAM)
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length) !=
        0)
        return fail("cannot listen on " + address.text + ": " + std::strerror(errno));
    return socket;
}

} // namespace telemetry::rx
