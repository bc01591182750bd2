// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include "telemetry/base/result.h"

namespace telemetry::rx {

/// A file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

private:
    int number_;
};

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
    bool loopback = false;
    std::string text; ///< "127.0.0.1:8001"
};

/// "tcp://127.0.0.1:8001", "127.0.0.1:8001", "[::1]:8001", "localhost:8001" or a bare port, which
/// means 127.0.0.1. `scheme` is "tcp" or "udp"; another one is an error.
Result<Address> parse_address(const std::string& text, const std::string& scheme);

/// The address that a bound socket has, with its port.
std::string bound_address(int socket);

/// A socket of `type` (SOCK_STREAM, SOCK_DGRAM) bound to the address; not blocking.
Result<Descriptor> bind_socket(const Address& address, int type);

} // namespace telemetry::rx
