// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/endpoint.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace telemetry::publish {
namespace {

TEST(Endpoint, KnowsWhoCanReachIt) {
    for (const char* text : {"tcp://127.0.0.1:5556", "tcp://127.9.9.9:*", "tcp://[::1]:1",
                             "tcp://lo:65535", "ipc:///nowhere/at/all"}) {
        const auto endpoint = parse_bind_endpoint(text);
        ASSERT_TRUE(endpoint) << endpoint.error().to_string();
        EXPECT_EQ(endpoint->reach, Reach::local) << text;
    }
    for (const char* text : {"tcp://*:5556", "tcp://0.0.0.0:5556", "tcp://10.0.0.1:1",
                             "tcp://[::]:5556", "tcp://eth0:5556", "tcp://128.0.0.1:5"}) {
        const auto endpoint = parse_bind_endpoint(text);
        ASSERT_TRUE(endpoint) << endpoint.error().to_string();
        EXPECT_EQ(endpoint->reach, Reach::network) << text;
    }
    EXPECT_EQ(parse_bind_endpoint("tcp://localhost:7")->address, "tcp://127.0.0.1:7");
}

TEST(Endpoint, RefusesMalformedOnesByName) {
    for (const char* text : {"", "5556", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:",
                             "tcp://:5556", "tcp://127.0.0.1:0", "tcp://127.0.0.1:65536",
                             "tcp://127.0.0.1:5x", "udp://127.0.0.1:5", "inproc://a", "ipc://"}) {
        const auto endpoint = parse_bind_endpoint(text);
        ASSERT_FALSE(endpoint) << text;
        EXPECT_NE(endpoint.error().message.find(text), std::string::npos);
    }
    EXPECT_FALSE(parse_bind_endpoint("ipc://" + std::string(200, 'a')));
}

TEST(Endpoint, NeverDeletesAFile) {
    const auto path =
        std::filesystem::temp_directory_path() / ("telemetry-endpoint-" + std::to_string(getpid()));
    std::ofstream(path) << "precious";
    EXPECT_FALSE(parse_bind_endpoint("ipc://" + path.string()));
    EXPECT_TRUE(std::filesystem::remove(path));
}

} // namespace
} // namespace telemetry::publish
