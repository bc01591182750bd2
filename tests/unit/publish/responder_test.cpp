// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/responder.h"

#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <zmq.hpp>

namespace telemetry::publish {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::unique_ptr<Responder> open_responder(Responder::Answer answer) {
    auto responder = Responder::open({.endpoint = "tcp://127.0.0.1:*", .longest_request = 1000},
                                     std::move(answer));
    if (!responder)
        throw std::runtime_error(responder.error().to_string());
    return std::move(*responder);
}

std::string echo(std::string_view request) {
    return "<" + std::string(request) + ">";
}

TEST(Responder, AnswersWhatItIsAsked) {
    const auto responder = open_responder(echo);
    const auto requester = *Requester::open(responder->endpoint());
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(requester->ask(std::to_string(i), 5 * kSecond).value(),
                  "<" + std::to_string(i) + ">");
    EXPECT_EQ(responder->answered(), 10U);
}

TEST(Responder, WhatIsThrownIsAnAnswer) {
    const auto responder = open_responder(
        [](std::string_view) -> std::string { throw std::runtime_error("not today"); });
    const auto requester = *Requester::open(responder->endpoint());
    EXPECT_EQ(requester->ask("x", 5 * kSecond).value(), R"({"error":"not today"})");
}

TEST(Responder, WhatIsNestedTooDeeplyIsRefused) {
    const auto responder = open_responder(echo);
    const auto requester = *Requester::open(responder->endpoint());
    const std::string deep = std::string(32, '[') + "1" + std::string(32, ']');
    EXPECT_EQ(requester->ask(deep, 5 * kSecond).value(), "<" + deep + ">");
    EXPECT_EQ(requester->ask("[" + deep, 5 * kSecond).value(),
              R"({"error":"the request is nested too deeply"})");
    const std::string text = R"({"a":"\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["})";
    EXPECT_EQ(requester->ask(text, 5 * kSecond).value(), "<" + text + ">");
}

TEST(Responder, ServesOthersWhenAClientNeverReads) {
    const auto responder = open_responder(echo);
    zmq::context_t context;
    zmq::socket_t deaf(context, zmq::socket_type::dealer);
    deaf.set(zmq::sockopt::linger, 0);
    deaf.connect(responder->endpoint());
    for (int i = 0; i < 3000; ++i) {
        deaf.send(zmq::message_t(), zmq::send_flags::sndmore);
        deaf.send(zmq::str_buffer("ask"), zmq::send_flags::none);
    }
    const auto requester = *Requester::open(responder->endpoint());
    EXPECT_EQ(requester->ask("me too", 20 * kSecond).value(), "<me too>");
}

TEST(Responder, SeveralPartsAreRefusedAndLongOnesDisconnected) {
    const auto responder = open_responder(echo);
    zmq::context_t context;
    zmq::socket_t client(context, zmq::socket_type::req);
    client.set(zmq::sockopt::linger, 0);
    client.set(zmq::sockopt::rcvtimeo, 5000);
    client.connect(responder->endpoint());
    client.send(zmq::str_buffer("a"), zmq::send_flags::sndmore);
    client.send(zmq::str_buffer("b"), zmq::send_flags::none);
    zmq::message_t answer;
    ASSERT_TRUE(client.recv(answer));
    EXPECT_EQ(answer.to_string(), R"({"error":"one part was expected"})");

    const auto requester = *Requester::open(responder->endpoint());
    EXPECT_FALSE(requester->ask(std::string(2000, 'x'), kSecond / 5));
    EXPECT_EQ(requester->ask("short", 5 * kSecond).value(), "<short>");
}

TEST(Responder, NobodyThereIsAnErrorInTime) {
    const auto requester = *Requester::open("tcp://127.0.0.1:1");
    EXPECT_FALSE(requester->ask("x", kSecond / 20));
}

TEST(Responder, APortInUseAndTheNetworkAreRefused) {
    const auto responder = open_responder(echo);
    const auto second = Responder::open({.endpoint = responder->endpoint()}, echo);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("in use"), std::string::npos);
    const auto remote = Responder::open({.endpoint = "tcp://0.0.0.0:*"}, echo);
    ASSERT_FALSE(remote);
    EXPECT_EQ(remote.error().key, "allow_remote");
}

} // namespace
} // namespace telemetry::publish
