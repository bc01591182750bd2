// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/responder.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>

#include <nlohmann/json.hpp>
#include <zmq.hpp>

#include "telemetry/publish/endpoint.h"

namespace telemetry::publish {
namespace {

constexpr int kLingerMs = 500;
constexpr auto kLookAround = std::chrono::milliseconds(100); ///< how soon the end is noticed

/// Whether JSON opens so many objects and arrays within each other that who walks through it could
/// run out of stack. No request needs more than a few.
bool is_too_deep(std::string_view json) {
    constexpr int kMostDepth = 32;
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (in_text) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kMostDepth)
                return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

class ZmqResponder final : public Responder {
public:
    ZmqResponder(zmq::context_t context, zmq::socket_t socket, Answer answer)
        : answer_(std::move(answer)), context_(std::move(context)), socket_(std::move(socket)),
          endpoint_(socket_.get(zmq::sockopt::last_endpoint)), thread_([this] { run(); }) {}

    ~ZmqResponder() override {
        stopping_.store(true);
        thread_.join();
    }

    std::string endpoint() const override { return endpoint_; }
    std::uint64_t answered() const noexcept override { return answered_.load(); }

private:
    void run() noexcept {
        sigset_t all; // signals are for the program's own threads
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
        while (!stopping_.load()) {
            try {
                serve_one();
            } catch (const std::exception&) {
                // Out of memory, or a client that is gone: the next request is served.
            }
        }
        socket_.close();
        context_.close();
    }

    void serve_one() {
        zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
        if (zmq::poll(&item, 1, kLookAround) == 0)
            return;
        zmq::message_t request;
        if (!socket_.recv(request, zmq::recv_flags::dontwait))
            return;
        const bool one_part = !request.more();
        for (zmq::message_t rest; socket_.get(zmq::sockopt::rcvmore) != 0;)
            static_cast<void>(socket_.recv(rest, zmq::recv_flags::dontwait));
        const std::string answer =
            one_part ? answer_to(request.to_string_view()) : error("one part was expected");
        socket_.send(zmq::const_buffer(answer.data(), answer.size()), zmq::send_flags::dontwait);
        answered_.fetch_add(1);
    }

    std::string answer_to(std::string_view request) {
        if (is_too_deep(request))
            return error("the request is nested too deeply");
        try {
            return answer_(request);
        } catch (const std::exception& problem) {
            return error(problem.what());
        }
    }
    static std::string error(const char* why) {
        return nlohmann::json{{"error", why}}.dump(-1, ' ', false,
                                                   nlohmann::json::error_handler_t::replace);
    }

    const Answer answer_;
    zmq::context_t context_;
    zmq::socket_t socket_;
    const std::string endpoint_;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::uint64_t> answered_ = 0;
    std::thread thread_; ///< last: starts when all else is there
};

class ZmqRequester final : public Requester {
public:
    explicit ZmqRequester(std::string endpoint) : endpoint_(std::move(endpoint)) { connect(); }

    Result<std::string> ask(std::string_view request, std::int64_t timeout_ns) override {
        try {
            socket_.send(zmq::const_buffer(request.data(), request.size()),
                         zmq::send_flags::dontwait);
            zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
            if (zmq::poll(&item, 1, std::chrono::milliseconds(timeout_ns / 1'000'000)) > 0) {
                zmq::message_t answer;
                if (socket_.recv(answer, zmq::recv_flags::dontwait))
                    return answer.to_string();
            }
        } catch (const zmq::error_t& problem) {
            connect();
            return fail("cannot ask " + endpoint_ + ": " + problem.what());
        }
        connect(); // a REQ socket without its answer cannot be used again
        return fail("no answer from " + endpoint_);
    }

private:
    void connect() {
        socket_ = zmq::socket_t(context_, zmq::socket_type::req);
        socket_.set(zmq::sockopt::linger, 0);
        socket_.connect(endpoint_);
    }

    std::string endpoint_;
    zmq::context_t context_;
    zmq::socket_t socket_;
};

} // namespace

Result<std::unique_ptr<Responder>> Responder::open(const ResponderOptions& options, Answer answer) {
    const auto endpoint = parse_bind_endpoint(options.endpoint);
    if (!endpoint)
        return fail(endpoint.error());
    if (endpoint->reach == Reach::network && !options.allow_remote)
        return fail(not_permitted(options.endpoint));
    try {
        zmq::context_t context(1);
        zmq::socket_t socket(context, zmq::socket_type::rep);
        socket.set(zmq::sockopt::linger, kLingerMs);
        socket.set(zmq::sockopt::ipv6, endpoint->ipv6 ? 1 : 0);
        socket.set(zmq::sockopt::maxmsgsize, options.longest_request);
        socket.bind(endpoint->address);
        return std::make_unique<ZmqResponder>(std::move(context), std::move(socket),
                                              std::move(answer));
    } catch (const zmq::error_t& error) {
        return fail(why_not_bound("answer requests", options.endpoint, error.num()));
    }
}

Result<std::unique_ptr<Requester>> Requester::open(const std::string& endpoint) {
    try {
        return std::make_unique<ZmqRequester>(endpoint);
    } catch (const zmq::error_t& error) {
        return fail("cannot connect to " + endpoint + ": " + zmq_strerror(error.num()));
    }
}

} // namespace telemetry::publish
