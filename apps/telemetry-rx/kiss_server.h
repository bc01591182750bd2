// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "address.h"
#include "log.h"

namespace telemetry::rx {

/// Frames to any number of TCP clients in KISS, as a TNC would send them. What clients send is
/// read and thrown away: there is no transmitter.
///
/// One thread serves all sockets. A client that does not read has a bounded queue and is
/// disconnected when it is full: half a frame left out would corrupt what follows, and waiting
/// would hold up the others.
class KissServer {
public:
    /// Fails when the address is malformed (the error's key is "kiss"), not loopback without leave
    /// ("allow_remote"), or in use (none).
    enum class Reach : std::uint8_t { loopback, network };
    static Result<std::unique_ptr<KissServer>> open(const std::string& address, Reach reach,
                                                    Log& log);
    ~KissServer(); ///< sends what is queued, for at most half a second

    KissServer(Descriptor listener, Descriptor wake, Log& log);
    KissServer(const KissServer&) = delete;
    KissServer& operator=(const KissServer&) = delete;

    void send(std::span<const std::uint8_t> frame); ///< any thread; never waits
    std::string address() const { return address_; }

private:
    struct Client {
        Descriptor socket;
        std::string name;
        std::vector<std::uint8_t> waiting; ///< bytes not sent yet
        bool dead = false;
    };

    void run();
    void accept_clients();
    void take_frames();
    void serve(Client& client, short events);
    bool all_sent() const;

    static constexpr std::size_t kMostWaitingBytes = 1 << 20; ///< for each client
    static constexpr std::size_t kMostClients = 64;

    Descriptor listener_;
    Descriptor wake_;
    Log& log_;
    std::string address_;

    std::mutex mutex_;
    std::vector<std::uint8_t> handed_over_; ///< KISS bytes for all clients
    bool stopping_ = false;

    std::vector<Client> clients_;
    bool out_of_descriptors_ = false; ///< accept() failed for want of one
    std::thread thread_;
};

} // namespace telemetry::rx
