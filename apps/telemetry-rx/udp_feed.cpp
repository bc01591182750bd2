// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <poll.h>

#include "address.h"
#include "feed.h"
#include "payload.h"

namespace telemetry::rx {
namespace {

/// What GNU Radio's UDP sink can put in front of each datagram.
enum class Header : std::uint8_t {
    none,
    sequence,         ///< uint64 number
    sequence_and_size ///< uint64 number, int16 length, padding to 16 bytes
};

std::size_t size_of(Header header) {
    switch (header) {
    case Header::none:
        return 0;
    case Header::sequence:
        return 8;
    case Header::sequence_and_size:
        return 16;
    }
    return 0;
}

/// A UDP stream of our own making, since GNU Radio's block listens on every interface, spins while
/// nothing arrives, and tells of lost datagrams only on the terminal.
///
/// Lost datagrams are told from the sequence numbers; without them, from the kernel's count of what
/// the socket's buffer could not take (SO_RXQ_OVFL). A lost datagram counts for as many samples as
/// the last one had.
class UdpFeed final : public Feed {
public:
    UdpFeed(Descriptor socket, const Settings& settings)
        : socket_(std::move(socket)), payload_(settings.text("payload")),
          rate_hz_(settings.real("rate")) {
        if (settings.real("frequency") > 0)
            frequency_hz_ = settings.real("frequency");
        if (settings.text("header") != "none")
            header_ =
                settings.text("header") == "seq" ? Header::sequence : Header::sequence_and_size;
    }

    SampleFormat format() const override { return {payload_.kind(), rate_hz_}; }
    std::optional<double> frequency_hz() const override { return frequency_hz_; }

    Result<Arrival> read(float* out, std::size_t most, std::int64_t patience_ns) override {
        Arrival arrival;
        if (payload_.held() == 0) {
            pollfd input{socket_.get(), POLLIN, 0};
            if (::poll(&input, 1, static_cast<int>(patience_ns / 1'000'000)) <= 0)
                return arrival;
            if (auto received = receive(arrival); !received)
                return fail(received.error());
        }
        // A gap can only be told before the samples that follow it, so one read stays within one
        // datagram.
        arrival.samples = payload_.take(out, most);
        if (arrival.samples > 0) {
            arrival.state = Arrival::State::samples;
            arrival.lost_before = std::exchange(lost_, 0);
        }
        return arrival;
    }

private:
    Result<void> receive(Arrival& arrival) {
        iovec part{buffer_.data(), buffer_.size()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint32_t))> control{};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t count = ::recvmsg(socket_.get(), &message, 0);
        if (count < 0) {
            if (errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED)
                return {};
            return fail(std::string("cannot receive: ") + std::strerror(errno));
        }
        std::uint32_t overflow = overflow_;
        for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
            if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
                std::memcpy(&overflow, CMSG_DATA(c), sizeof overflow);

        const std::size_t header_bytes = size_of(header_);
        std::span<const std::byte> bytes(buffer_.data(), static_cast<std::size_t>(count));
        if (bytes.size() < header_bytes) {
            remark_once(arrival, "a datagram is shorter than its header; is `header` right?");
            return {};
        }
        std::int64_t lost = overflow - overflow_;
        overflow_ = overflow;
        if (header_ != Header::none) {
            std::uint64_t sequence = 0;
            std::memcpy(&sequence, bytes.data(), sizeof sequence);
            bytes = bytes.subspan(header_bytes);
            if (is_late(sequence))
                return {};
            lost = lost_datagrams(sequence, arrival);
        }
        if (lost > 0)
            lost_ += lost * static_cast<std::int64_t>(datagram_samples_);
        if (payload_.append(bytes) != 0)
            remark_once(arrival,
                        "a datagram holds no whole number of samples; is `payload` right?");
        datagram_samples_ = bytes.size() / payload_.sample_bytes();
        return {};
    }

    /// Overtaken on the way by one whose coming counted this one as lost; its samples can no longer
    /// be put where they belong.
    bool is_late(std::uint64_t sequence) const {
        return numbered_ && sequence < next_sequence_ && next_sequence_ - sequence <= kMostLate;
    }

    std::int64_t lost_datagrams(std::uint64_t sequence, Arrival& arrival) {
        const std::uint64_t expected = std::exchange(next_sequence_, sequence + 1);
        if (!numbered_ || sequence == expected) {
            numbered_ = true;
            return 0;
        }
        // Numbers that jump back, or far ahead, are a sender that began anew, not a loss.
        if (sequence < expected || sequence - expected > kMostLost) {
            arrival.remark = "the sender began to count anew";
            return 0;
        }
        return static_cast<std::int64_t>(sequence - expected);
    }

    void remark_once(Arrival& arrival, std::string_view text) {
        if (remarked_)
            return;
        remarked_ = true;
        arrival.remark = text;
    }

    static constexpr std::uint64_t kMostLost = 1'000'000;
    static constexpr std::uint64_t kMostLate = 64;

    Descriptor socket_;
    Payload payload_;
    double rate_hz_;
    std::optional<double> frequency_hz_;
    Header header_ = Header::none;
    std::array<std::byte, 65536> buffer_{};
    std::size_t datagram_samples_ = 0; ///< of the last datagram
    std::int64_t lost_ = 0;            ///< samples, before those in payload_
    std::uint32_t overflow_ = 0;
    std::uint64_t next_sequence_ = 0;
    bool numbered_ = false;
    bool remarked_ = false;
};

constexpr int kSocketBufferBytes = 8 << 20;

} // namespace

Result<std::unique_ptr<Feed>> open_udp_feed(const Settings& settings) {
    if (!(settings.real("rate") > 0))
        return fail(Error{"a stream does not tell its sample rate; give it", "", 0, 0, "rate"});
    const auto address = parse_address(settings.text("endpoint"), "udp");
    if (!address)
        return fail(Error{address.error().message, "", 0, 0, "endpoint"});
    auto socket = bind_socket(*address, SOCK_DGRAM);
    if (!socket)
        return fail(socket.error());
    const int yes = 1;
    ::setsockopt(socket->get(), SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof yes);
    ::setsockopt(socket->get(), SOL_SOCKET, SO_RCVBUF, &kSocketBufferBytes,
                 sizeof kSocketBufferBytes);
    return std::make_unique<UdpFeed>(std::move(*socket), settings);
}

} // namespace telemetry::rx
