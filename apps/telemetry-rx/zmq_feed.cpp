// SPDX-License-Identifier: GPL-3.0-or-later
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
                const std::span bytes(message.data<std::byte>(), message.size());
                if (payload_.append(bytes) != 0 && !remarked_) {
                    remarked_ = true;
                    arrival.remark = "a message of " + std::to_string(message.size()) +
                                     " bytes holds no whole number of samples; is `payload` right?";
                }
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
    zmq::context_t context_;
    zmq::socket_t socket_;
    Payload payload_;
    double rate_hz_;
    std::optional<double> frequency_hz_;
    bool remarked_ = false;
};

/// Messages that may wait; at a usual 4 to 64 KiB each this bounds the memory.
constexpr int kMostWaiting = 1000;

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
        socket.set(zmq::sockopt::linger, 0);
        if (!pull)
            socket.set(zmq::sockopt::subscribe, "");
        if (settings.text("attach") == "bind")
            socket.bind(endpoint);
        else
            socket.connect(endpoint);
        return std::make_unique<ZmqFeed>(std::move(context), std::move(socket), settings);
    } catch (const zmq::error_t& problem) {
        return fail(Error{"'" + endpoint + "': " + problem.what() +
                              "; expected tcp://host:port or ipc://path",
                          "", 0, 0, "endpoint"});
    }
}

} // namespace telemetry::rx
