// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/loss.h"

#include <gtest/gtest.h>

#include "message_parts.h"

namespace telemetry::publish {
namespace {

constexpr const char* kA = "tlm1/frame/S/a/";
constexpr const char* kB = "tlm1/event/S/b/";
constexpr const char* kOld = "1000000000000000000-0a";
constexpr const char* kNew = "2000000000000000000-0b"; ///< started in 2033, after all that was sent
constexpr const char* kElder = "900000000000000000-0c";

Message data(const std::string& topic, std::uint64_t number, const std::string& epoch = kOld) {
    return test::message({topic, test::header(epoch, number), "{}"});
}

Message heartbeat(const std::string& topics, const std::string& epoch = kOld) {
    return test::message({std::string(kHeartbeatTopic), test::header(epoch, 1),
                          R"({"interval_ns":1000000000,"final":false,"topics":{)" + topics + "}}"});
}

std::string last(const std::string& topic, std::uint64_t number) {
    return '"' + topic + "\":" + std::to_string(number);
}

class Loss : public testing::Test {
protected:
    LossAccount account{Filter{}};
};

TEST_F(Loss, AJumpIsAGap) {
    account.account(data(kA, 4)); // joined late
    EXPECT_TRUE(account.account(data(kA, 5)).gaps.empty());
    const auto gaps = account.account(data(kA, 9)).gaps;
    ASSERT_EQ(gaps.size(), 1U);
    EXPECT_EQ(gaps[0].topic, kA);
    EXPECT_EQ(gaps[0].epoch, kOld);
    EXPECT_EQ(gaps[0].first, 6U);
    EXPECT_EQ(gaps[0].last, 8U);
    EXPECT_EQ(account.lost(), 3U);
    EXPECT_EQ(account.topics().at(kA).received, 3U);
    EXPECT_EQ(account.topics().at(kA).lost, 3U);
}

TEST_F(Loss, AHeartbeatShowsWhatIsMissingAtTheEnd) {
    account.account(data(kA, 1));
    EXPECT_TRUE(account.account(heartbeat(last(kA, 1))).gaps.empty());
    EXPECT_EQ(account.account(heartbeat(last(kA, 3))).gaps.at(0).count(), 2U);
    EXPECT_TRUE(account.account(heartbeat(last(kA, 3))).gaps.empty()); // told once
    EXPECT_TRUE(account.account(data(kA, 4)).gaps.empty());
}

TEST_F(Loss, AHeartbeatShowsATopicOfWhichNothingCame) {
    account.account(heartbeat(""));
    EXPECT_EQ(account.account(heartbeat(last(kB, 3))).gaps.at(0).count(), 3U);
}

TEST_F(Loss, TheFirstMessageOfATopicThatIsNewToAllCountsFromOne) {
    account.account(heartbeat(last(kA, 7)));
    EXPECT_TRUE(account.account(data(kB, 1)).gaps.empty());
    account.account(heartbeat(last(kA, 7)));
    EXPECT_EQ(account.account(data("tlm1/event/S/c/", 3)).gaps.at(0).count(), 2U);
}

TEST_F(Loss, JoiningLateIsNoLoss) {
    EXPECT_TRUE(account.account(heartbeat(last(kA, 100) + "," + last(kB, 5))).gaps.empty());
    EXPECT_TRUE(account.account(data(kA, 101)).gaps.empty());
    EXPECT_EQ(account.account(data(kB, 7)).gaps.at(0).count(), 1U);
}

TEST_F(Loss, ARestartCountsFromOne) {
    account.account(data(kA, 50));
    const auto finding = account.account(data(kA, 3, kNew));
    EXPECT_TRUE(finding.restarted);
    EXPECT_EQ(finding.gaps.at(0).count(), 2U);
    EXPECT_EQ(account.account(heartbeat(last(kB, 1), kNew)).gaps.at(0).count(), 1U);
    EXPECT_EQ(account.restarts(), 1U);
}

TEST_F(Loss, AnElderPublisherBehindTheSameProxyIsNoRestart) {
    account.account(data(kA, 50));
    const auto finding = account.account(data(kA, 30, kElder));
    EXPECT_FALSE(finding.restarted);
    EXPECT_TRUE(finding.gaps.empty());
    EXPECT_TRUE(account.account(data(kA, 51)).gaps.empty());
}

TEST_F(Loss, OnlyWhatIsWantedCounts) {
    LossAccount frames(Filter{{"frame"}, {"S*"}, {}});
    frames.account(heartbeat(""));
    frames.account(heartbeat(last(kB, 3) + "," + last("tlm1/frame/T/a/", 1)));
    EXPECT_EQ(frames.lost(), 0U);
    frames.account(heartbeat(last(kA, 2)));
    EXPECT_EQ(frames.lost(), 2U);
}

TEST_F(Loss, SaysWhenThePublisherEnds) {
    EXPECT_TRUE(account
                    .account(test::message({std::string(kHeartbeatTopic), test::header(kOld, 1),
                                            R"({"final":true,"topics":{}})"}))
                    .ended);
}

TEST_F(Loss, NonsenseInAHeartbeatIsIgnored) {
    account.account(heartbeat(""));
    const auto finding =
        account.account(heartbeat(R"("":1,"tlm1/":2,"tlm1/frame/S/x/":-1,"tlm1/frame/S/y/":"1")"));
    EXPECT_TRUE(finding.gaps.empty());
    account.account(test::message(
        {std::string(kHeartbeatTopic), test::header(kOld, 1), R"({"topics":[1],"final":1})"}));
    EXPECT_EQ(account.lost(), 0U);
}

TEST_F(Loss, MemoryIsBounded) {
    for (int i = 0; i < 20'000; ++i)
        account.account(data("tlm1/frame/S/" + std::to_string(i) + "/", 1));
    EXPECT_LE(account.topics().size(), 8192U);
    for (int i = 0; i < 1000; ++i)
        account.account(data(kA, 1, std::to_string(i) + "-a"));
}

TEST(Filter, NamesNarrowTheSubscription) {
    EXPECT_EQ(Filter{}.prefixes(), std::vector<std::string>{"tlm1/"});
    EXPECT_EQ((Filter{{"frame", "event"}, {"a b"}, {}}.prefixes()),
              (std::vector<std::string>{"tlm1/frame/a%20b/", "tlm1/event/a%20b/"}));
    EXPECT_EQ((Filter{{"frame"}, {"A*"}, {"x"}}.prefixes()),
              std::vector<std::string>{"tlm1/frame/"});
}

TEST(Filter, WantsByNameAndPattern) {
    const Filter filter{{}, {"AO-*", "[x]"}, {}};
    EXPECT_TRUE(filter.wants({"frame", "AO-73", "1k2"}));
    EXPECT_TRUE(filter.wants({"frame", "x", "1k2"}));
    EXPECT_TRUE(filter.wants({"frame", "[x]", "1k2"})); // a name that looks like a pattern
    EXPECT_FALSE(filter.wants({"frame", "AO", "1k2"}));
    EXPECT_FALSE(filter.wants({"heartbeat", "AO-73", "-"}));
    EXPECT_TRUE((Filter{{"heartbeat"}, {}, {}}.wants({"heartbeat", "-", "-"})));
}

} // namespace
} // namespace telemetry::publish
