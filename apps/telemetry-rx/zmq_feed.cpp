// SPDX-License-Identifier: GPL-3.0-or-later
#include <utility>

#include <zmq.hpp>

#include "feed.h"
#include "payload.h"

namespace telemetry::rx {
namespace {

/// The stream that GNU Radio's ZeroMQ PUB and PUSH sinks send: messages of bare samples.
///
/// Not GNU Radio's own source block: a message that holds no whole number of samples ends its
/// thread with an exception and leaves the flow graph hanging, and it cannot tell that nothing
/// arrives any more. libzmq connects again by itself when the sender comes back.
class ZmqFeed final : public Feed {
public:
    ZmqFeed(zmq::context_t context, zmq::socket_t socket, const Settings& settings)
        : context_(std::move(context)), socket_(std::move(socket)),
          payload_(settings.text("payload")), rate_hz_(settings.real("rate")) {
        if (settings.real("frequency") > 0)
            frequency_hz_ = settings.real("frequency");
    }

    SampleFormat format() const override { return {payload_.kind(), rate_hz_}; }
    std::optional<double> frequency_hz() const override { return frequency_hz_; }

    Result<Arrival> read(float* out, std::size_t most, std::int64_t patience_ns) override {
        Arrival arrival;
        if (payload_.held() == 0) {
            try {
                socket_.set(zmq::sockopt::rcvtimeo, static_cast<int>(patience_ns / 1'000'000));
                zmq::message_t message;
                if (!socket_.recv(message))
                    return arrival;
                take(message, arrival);
            } catch (const zmq::error_t& problem) {
                if (problem.num() == EINTR)
                    return arrival;
                return fail(std::string("cannot receive: ") + problem.what());
            }
        }
        arrival.samples = payload_.take(out, most);
        if (arrival.samples > 0)
            arrival.state = Arrival::State::samples;
        return arrival;
    }

private:
    void take(const zmq::message_t& message, Arrival& arrival) {
        const std::span bytes(message.data<std::byte>(), message.size());
        // A key in front of the samples is a part of its own. Which part holds samples, and that
        // tags are not among them, cannot be told from the bytes.
        if (message.more() || within_parts_) {
            within_parts_ = message.more();
            remark_once(arrival, "a message of several parts is left out; let the sender send bare "
                                 "samples, without key or tags");
        } else if (bytes.size() % payload_.sample_bytes() != 0) {
            remark_once(arrival, "a message of " + std::to_string(bytes.size()) +
                                     " bytes holds no whole number of samples and is left out; is "
                                     "`payload` right, and does the sender send no tags?");
        } else {
            payload_.append(bytes);
        }
    }

    void remark_once(Arrival& arrival, const std::string& text) {
        if (!std::exchange(remarked_, true))
            arrival.remark = text;
    }

    zmq::context_t context_;
    zmq::socket_t socket_;
    Payload payload_;
    double rate_hz_;
    std::optional<double> frequency_hz_;
    bool within_parts_ = false; ///< the last part had a further one behind it
    bool remarked_ = false;
};

/// Messages that may wait; at a usual 4 to 64 KiB each this bounds the memory.
constexpr int kMostWaiting = 1000;

/// A larger message is not read: a second of the fastest hardware is not sent in one.
constexpr std::int64_t kMostMessageBytes = 16 << 20;

} // namespace

Result<std::unique_ptr<Feed>> open_zmq_feed(const Settings& settings) {
    if (!(settings.real("rate") > 0))
        return fail(Error{"a stream does not tell its sample rate; give it", "", 0, 0, "rate"});
    const std::string& endpoint = settings.text("endpoint");
    try {
        zmq::context_t context;
        const bool pull = settings.text("socket") == "pull";
        zmq::socket_t socket(context, pull ? zmq::socket_type::pull : zmq::socket_type::sub);
        socket.set(zmq::sockopt::rcvhwm, kMostWaiting);
        socket.set(zmq::sockopt::maxmsgsize, kMostMessageBytes);
        socket.set(zmq::sockopt::linger, 0);
        if (!pull)
            socket.set(zmq::sockopt::subscribe, "");
        if (settings.text("attach") == "bind")
            socket.bind(endpoint);
        else
            socket.connect(endpoint);
        return std::make_unique<ZmqFeed>(std::move(context), std::move(socket), settings);
    } catch (const zmq::error_t& problem) {
        if (problem.num() != EINVAL && problem.num() != EPROTONOSUPPORT)
            return fail("'" + endpoint + "': " + problem.what());
        return fail(Error{"'" + endpoint + "': " + problem.what() +
                              "; expected tcp://host:port or ipc://path",
                          "", 0, 0, "endpoint"});
    }
}

} // namespace telemetry::rx
