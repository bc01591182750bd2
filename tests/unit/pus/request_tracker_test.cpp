// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/pus/request_tracker.h"

#include <gtest/gtest.h>

namespace telemetry::pus {
namespace {

using Stage = Verification::Stage;
using Outcome = Verification::Outcome;
using End = RequestProgress::End;

constexpr std::int64_t kSecond = 1'000'000'000;

struct Fixture : testing::Test {
    void take(int number, Stage stage, int second, Outcome outcome = Outcome::success,
              std::optional<std::uint64_t> step = {}) {
        Verification report{stage, outcome, {}, step, {}, {}};
        report.request.sequence_count = number;
        if (outcome == Outcome::failure)
            report.failure_code = 42;
        tracker.take(report, second * kSecond, second * kSecond, sink);
    }
    std::vector<RequestProgress> ended;
    struct Keep {
        std::vector<RequestProgress>* list;
        void operator()(const RequestProgress& progress) const { list->push_back(progress); }
    };
    CallSink<RequestProgress, Keep> sink{Keep{&ended}};
    RequestTracker tracker{{.timeout_ns = 100 * kSecond, .most_open = 4}};
};
using Requests = Fixture;

TEST_F(Requests, TimesOutByReceptionWhateverTheSpacecraftsClockSays) {
    Verification report{Stage::acceptance, Outcome::success, {}, {}, {}, {}};
    tracker.take(report, 5 * kSecond, 1'000'000 * kSecond, sink);
    tracker.advance(1'000'050 * kSecond, sink);
    EXPECT_TRUE(ended.empty());
    tracker.advance(1'000'101 * kSecond, sink);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].end, End::timed_out);
}

TEST_F(Requests, AnEndlessProgressIsBounded) {
    take(1, Stage::acceptance, 1);
    take(1, Stage::start, 2);
    for (int step = 0; step < 1000; ++step)
        take(1, Stage::progress, 3 + step, Outcome::success, static_cast<std::uint64_t>(step));
    take(1, Stage::completion, 2000);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].seen.size(), 256U);
    EXPECT_TRUE(ended[0].inferred.empty());
}

TEST_F(Requests, FromAcceptanceToCompletion) {
    take(1, Stage::acceptance, 1);
    take(1, Stage::start, 2);
    take(1, Stage::progress, 3, Outcome::success, 1);
    take(1, Stage::progress, 4, Outcome::success, 2);
    EXPECT_TRUE(ended.empty());
    take(1, Stage::completion, 5);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].end, End::completed);
    EXPECT_EQ(ended[0].seen.size(), 5U);
    EXPECT_TRUE(ended[0].inferred.empty());
    EXPECT_EQ(tracker.open(), 0U);
}

TEST_F(Requests, StagesThatWereNotSeenAreInferred) {
    take(1, Stage::completion, 5);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].inferred, (std::vector{Stage::acceptance, Stage::start}));
}

TEST_F(Requests, AFailureEndsIt) {
    take(1, Stage::acceptance, 1, Outcome::failure);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].end, End::failed);
    EXPECT_EQ(ended[0].failure_code, 42U);
    EXPECT_TRUE(ended[0].inferred.empty());
}

TEST_F(Requests, RepeatedReportsAreLeftOut) {
    take(1, Stage::acceptance, 1);
    take(1, Stage::acceptance, 2);
    take(1, Stage::completion, 3);
    take(1, Stage::completion, 4);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].seen.size(), 2U);
}

TEST_F(Requests, ANewRequestOfTheSameNumber) {
    take(1, Stage::completion, 3);
    take(1, Stage::acceptance, 1000);
    take(1, Stage::completion, 1001);
    EXPECT_EQ(ended.size(), 2U);
}

TEST_F(Requests, SilenceEndsThem) {
    take(1, Stage::acceptance, 1);
    tracker.advance(101 * kSecond, sink);
    EXPECT_TRUE(ended.empty());
    tracker.advance(102 * kSecond, sink);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].end, End::timed_out);
}

TEST_F(Requests, TheOpenOnesAreBounded) {
    for (int number = 0; number < 10; ++number)
        take(number, Stage::acceptance, number);
    EXPECT_EQ(tracker.open(), 4U);
    EXPECT_EQ(ended.size(), 6U);
    EXPECT_EQ(ended[0].request.sequence_count, 0);
}

} // namespace
} // namespace telemetry::pus
