// SPDX-License-Identifier: GPL-3.0-or-later
#include "kiss_server.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "telemetry/publish/kiss.h"

namespace telemetry::rx {

Result<std::unique_ptr<KissServer>> KissServer::open(const std::string& text, Reach reach,
                                                     Log& log) {
    const auto address = parse_address(text, "tcp");
    if (!address)
        return fail(Error{address.error().message, "", 0, 0, "kiss"});
    if (!address->loopback && reach == Reach::loopback)
        return fail(
            Error{"'" + text + "' can be reached from the network", "", 0, 0, "allow_remote"});
    auto listener = bind_socket(*address, SOCK_STREAM);
    if (!listener)
        return fail(listener.error());
    if (::listen(listener->get(), 16) != 0)
        return fail("cannot listen on " + address->text + ": " + std::strerror(errno));
    Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake)
        return fail(std::string("cannot make an eventfd: ") + std::strerror(errno));
    return std::make_unique<KissServer>(std::move(*listener), std::move(wake), log);
}

KissServer::KissServer(Descriptor listener, Descriptor wake, Log& log)
    : listener_(std::move(listener)), wake_(std::move(wake)), log_(log),
      address_(bound_address(listener_.get())), thread_([this] { run(); }) {}

KissServer::~KissServer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
    thread_.join();
}

void KissServer::send(std::span<const std::uint8_t> frame) {
    {
        const std::lock_guard lock(mutex_);
        publish::append_kiss(frame, 0, handed_over_);
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

void KissServer::run() {
    using Clock = std::chrono::steady_clock;
    std::vector<pollfd> polled;
    Clock::time_point deadline = Clock::time_point::max();
    while (true) {
        // Without a free descriptor the listener stays readable: look at it again a little later.
        polled.assign(
            {{out_of_descriptors_ ? -1 : listener_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}});
        for (const Client& client : clients_)
            polled.push_back(
                {client.socket.get(),
                 static_cast<short>(client.waiting.empty() ? POLLIN : POLLIN | POLLOUT), 0});
        const bool stopping = deadline != Clock::time_point::max();
        const int timeout_ms = stopping ? 20 : out_of_descriptors_ ? 200 : -1;
        ::poll(polled.data(), polled.size(), timeout_ms);

        take_frames();
        for (std::size_t i = 0; i < clients_.size(); ++i)
            serve(clients_[i], polled[i + 2].revents);
        std::erase_if(clients_, [](const Client& client) { return client.dead; });
        if (polled[0].revents != 0 || out_of_descriptors_)
            accept_clients();

        if (!stopping) {
            const std::lock_guard lock(mutex_);
            if (stopping_)
                deadline = Clock::now() + std::chrono::milliseconds(500);
        } else if (all_sent() || Clock::now() > deadline) {
            return;
        }
    }
}

bool KissServer::all_sent() const {
    for (const Client& client : clients_)
        if (!client.waiting.empty())
            return false;
    return true;
}

void KissServer::accept_clients() {
    while (true) {
        Descriptor socket(
            ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket) {
            const bool out = errno == EMFILE || errno == ENFILE;
            if (out && !out_of_descriptors_)
                log_.note("KISS: no file descriptor left for another client; trying again");
            out_of_descriptors_ = out;
            return;
        }
        if (clients_.size() >= kMostClients) {
            log_.note("KISS: too many clients; one turned away");
            continue;
        }
        Client client{std::move(socket), "client " + std::to_string(clients_.size() + 1), {}};
        log_.detail("KISS: " + client.name + " connected");
        clients_.push_back(std::move(client));
    }
}

void KissServer::take_frames() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
    std::vector<std::uint8_t> bytes;
    {
        const std::lock_guard lock(mutex_);
        bytes.swap(handed_over_);
    }
    for (Client& client : clients_) {
        client.waiting.insert(client.waiting.end(), bytes.begin(), bytes.end());
        if (client.waiting.size() > kMostWaitingBytes) {
            log_.note("KISS: " + client.name + " does not read; disconnected");
            client.dead = true;
        }
    }
}

void KissServer::serve(Client& client, short events) {
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
        std::array<std::uint8_t, 4096> ignored;
        const ssize_t got = ::recv(client.socket.get(), ignored.data(), ignored.size(), 0);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            log_.detail("KISS: " + client.name + " left");
            client.dead = true;
        }
    }
    if (client.dead || client.waiting.empty())
        return;
    const ssize_t sent =
        ::send(client.socket.get(), client.waiting.data(), client.waiting.size(), MSG_NOSIGNAL);
    if (sent > 0)
        client.waiting.erase(client.waiting.begin(), client.waiting.begin() + sent);
    else if (sent < 0 && errno != EAGAIN && errno != EINTR)
        client.dead = true;
}

} // namespace telemetry::rx
