// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/receiver.h"

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"

namespace {
std::atomic<long> allocations{0};
}

// Counted for the test that nothing is allocated in the steady state.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size ? size : 1))
        return memory;
    throw std::bad_alloc();
}
// Algorithms that can do without memory ask this way, and free what they got like all else.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size ? size : 1);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace telemetry::station {
namespace {

using test::FakeDownlink;
using test::Recorder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr SampleFormat kFormat{SampleKind::real, 1000.0}; // a block is 20 samples

std::vector<float> join(std::initializer_list<std::vector<float>> parts) {
    std::vector<float> all;
    for (const auto& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

std::vector<std::string> frames_of(const std::vector<std::string>& lines) {
    std::vector<std::string> frames;
    for (const std::string& line : lines)
        if (line.rfind("frame ", 0) == 0)
            frames.push_back(line);
    return frames;
}

/// Frames, discards and rubbish with pauses between, from a fixed seed.
std::vector<float> long_signal() {
    std::mt19937 random(1);
    std::vector<float> signal;
    for (int i = 0; i < 200; ++i) {
        const auto pause = test::silence(random() % 300);
        signal.insert(signal.end(), pause.begin(), pause.end());
        std::vector<int> bytes(random() % 90);
        for (int& byte : bytes)
            byte = static_cast<int>(random() % 64);
        auto frame = test::frame_samples(bytes);
        if (i % 5 == 0)
            frame.back() = 1.02F; // discarded
        if (i % 7 == 0)
            frame[frame.size() / 2] = std::numeric_limits<float>::infinity();
        signal.insert(signal.end(), frame.begin(), frame.end());
    }
    return signal;
}

TEST(Receiver, ReportsFrameWithPlaceAndTime) {
    Recorder recorder;
    auto receiver = *Receiver::make(test::fake_station({{}}), kFormat, recorder);
    receiver->anchor_time(0, 1'000'000'000);
    const auto signal =
        join({test::silence(5), test::frame_samples({1, 2, 3}), test::silence(100)});
    receiver->process({.first_index = 0, .real = signal});
    EXPECT_THAT(recorder.frames,
                ElementsAre("frame 010203 at 5+5 of 0 1970-01-01T00:00:01.005000000Z"));
    EXPECT_EQ(receiver->samples(), signal.size());
}

TEST(Receiver, ReportsOnlyWhenBlockIsComplete) {
    Recorder recorder;
    auto receiver = *Receiver::make(test::fake_station({{}}), kFormat, recorder);
    const auto signal = join({test::frame_samples({1, 2, 3}), test::silence(100)});
    receiver->process({.first_index = 0, .real = {signal.data(), 19}});
    EXPECT_THAT(recorder.frames, IsEmpty());
    receiver->process({.first_index = 19, .real = {signal.data() + 19, 1}});
    EXPECT_EQ(recorder.frames.size(), 1U);
}

TEST(Receiver, ChunksDoNotMatter) {
    const auto signal = long_signal();
    const Station station = test::fake_station({{"a"}, {"b", 30}, {"c", 7, false, 2}});
    const auto whole = test::receive(station, signal, signal.size());
    EXPECT_GT(frames_of(whole).size(), 100U);
    for (const std::size_t chunk : {1U, 7U, 19U, 20U, 21U, 1000U, 4096U})
        EXPECT_EQ(test::receive(station, signal, chunk), whole) << "chunk " << chunk;
}

TEST(Receiver, ThreadsDoNotMatter) {
    const auto signal = long_signal();
    std::vector<FakeDownlink> downlinks;
    for (int i = 0; i < 7; ++i)
        downlinks.push_back({std::string(1, static_cast<char>('a' + i)), i * 3, i % 2 == 0, i % 3});
    const Station station = test::fake_station(downlinks);
    const auto alone = test::receive(station, signal, 5000, 1);
    for (const int threads : {2, 3, 8, 100})
        for (const std::size_t chunk : {64U, 5000U})
            EXPECT_EQ(test::receive(station, signal, chunk, threads), alone)
                << threads << " threads";
}

TEST(Receiver, GapFinishesAndReports) {
    Recorder recorder;
    auto receiver = *Receiver::make(test::fake_station({{"late", 50}}), kFormat, recorder);
    const auto signal =
        join({test::silence(3), test::frame_samples({9}), test::silence(4), {1.0F, 0.05F}});
    receiver->process({.first_index = 0, .real = signal});
    receiver->process({.first_index = 500, .real = signal});
    receiver->finish();
    EXPECT_THAT(recorder.lines,
                ElementsAre("frame 09 at 3+3 of 0", "frame_discarded at 12 of 0 x1 interrupted",
                            "samples_lost at 500 of -1 x488", "frame 09 at 503+3 of 0",
                            "frame_discarded at 512 of 0 x1 interrupted"));
    EXPECT_EQ(receiver->samples_lost(), 488);
    EXPECT_EQ(receiver->samples(), 2 * signal.size());
}

TEST(Receiver, ContinuesAfterFinish) {
    Recorder recorder;
    auto receiver = *Receiver::make(test::fake_station({{}}), kFormat, recorder);
    const auto signal = test::frame_samples({4});
    receiver->process({.first_index = 0, .real = signal});
    receiver->finish();
    receiver->finish();
    receiver->process({.first_index = 3, .real = signal});
    receiver->finish();
    EXPECT_THAT(recorder.frames, ElementsAre("frame 04 at 0+3 of 0", "frame 04 at 3+3 of 0"));
    EXPECT_EQ(receiver->samples_lost(), 0);
}

TEST(Receiver, StartsAtAnyIndex) {
    Recorder recorder;
    auto receiver = *Receiver::make(test::fake_station({{}}), kFormat, recorder);
    receiver->process({.first_index = 12345, .real = test::frame_samples({4})});
    receiver->finish();
    EXPECT_THAT(recorder.lines, ElementsAre("frame 04 at 12345+3 of 0"));
}

TEST(Receiver, CountsSamplesThatAreNotFinite) {
    auto signal = test::silence(60);
    signal[21] = std::numeric_limits<float>::quiet_NaN();
    signal[22] = -std::numeric_limits<float>::infinity();
    signal[45] = std::numeric_limits<float>::infinity();
    for (const std::size_t chunk : {1U, 60U})
        EXPECT_THAT(
            test::receive(test::fake_station({{}}), signal, chunk),
            ElementsAre("samples_invalid at 20 of -1 x2", "samples_invalid at 40 of -1 x1"));
}

TEST(Receiver, TellsOfInvalidSamplesOnceASecond) {
    const std::vector<float> signal(2500, std::numeric_limits<float>::quiet_NaN());
    EXPECT_THAT(test::receive(test::fake_station({{}}), signal, 64),
                ElementsAre("samples_invalid at 0 of -1 x20", "samples_invalid at 20 of -1 x1000",
                            "samples_invalid at 1020 of -1 x1000",
                            "samples_invalid at 2020 of -1 x480"));
}

TEST(Receiver, MergesDuplicatesForTheBetter) {
    const auto signal = join({test::frame_samples({1, 2}), test::silence(80)});
    // Confirmed beats unconfirmed, fewer corrections beat more, the earlier downlink beats the
    // later.
    EXPECT_THAT(frames_of(test::receive(test::fake_station({{"a", 0, false}, {"b", 1, true}}),
                                        signal, 100)),
                ElementsAre("frame 0102 at 0+4 of 1"));
    EXPECT_THAT(frames_of(test::receive(test::fake_station({{"a", 0, true, 5}, {"b", 1, true, 4}}),
                                        signal, 100)),
                ElementsAre("frame 0102 at 0+4 of 1"));
    EXPECT_THAT(
        frames_of(test::receive(test::fake_station({{"a", 0}, {"b", 1}, {"c", 2}}), signal, 100)),
        ElementsAre("frame 0102 at 0+4 of 0"));
}

TEST(Receiver, DropsTwinThatComesBlocksLater) {
    Recorder recorder;
    auto receiver =
        *Receiver::make(test::fake_station({{"slow", 70}, {"quick", 0}}), kFormat, recorder);
    const auto signal = join({test::frame_samples({1, 2}), test::silence(200)});
    receiver->process({.first_index = 0, .real = signal});
    EXPECT_THAT(recorder.frames, ElementsAre("frame 0102 at 0+4 of 1"));
    EXPECT_EQ(receiver->status()[0].duplicates, 1U);
    EXPECT_EQ(receiver->status()[1].duplicates, 0U);
    EXPECT_EQ(receiver->status()[0].counts.frames, 1U);
}

TEST(Receiver, KeepsRepeatedAndDifferentFrames) {
    // The same bytes sent twice are two frames, from one downlink or seen by two.
    const auto signal = join({test::frame_samples({1}), test::frame_samples({1}),
                              test::frame_samples({2}), test::silence(80)});
    EXPECT_EQ(frames_of(test::receive(test::fake_station({{"a"}}), signal, 100)).size(), 3U);
    EXPECT_EQ(frames_of(test::receive(test::fake_station({{"a"}, {"b", 33}}), signal, 100)).size(),
              3U);
}

TEST(Receiver, LockHasHysteresis) {
    // One block of signal is no lock yet; a short pause does not end one.
    const auto carrier = std::vector<float>(200, 0.1F);
    const auto signal = join({test::silence(100), std::vector<float>(20, 0.1F), test::silence(100),
                              carrier, test::silence(100), carrier, test::silence(400)});
    EXPECT_THAT(test::receive(test::fake_station({{}}), signal, 64),
                ElementsAre("lock_acquired at 220 of 0 x1", "lock_lost at 720 of 0 x1"));
}

TEST(Receiver, LockEndsWithTheSignal) {
    EXPECT_THAT(test::receive(test::fake_station({{}}), std::vector<float>(100, 0.1F), 100),
                ElementsAre("lock_acquired at 0 of 0 x1", "lock_lost at 100 of 0 x1"));
}

TEST(Receiver, DiscardsAreToldOnceASecond) {
    auto signal = test::silence(2000);
    for (std::size_t i = 0; i < signal.size(); i += 100)
        signal[i] = 1.02F;
    const auto lines = test::receive(test::fake_station({{}}), signal, 64);
    EXPECT_THAT(lines, ElementsAre("frame_discarded at 20 of 0 x1 crc",
                                   "frame_discarded at 1020 of 0 x10 crc",
                                   "frame_discarded at 2000 of 0 x9 crc"));
}

TEST(Receiver, SharesDemodulatorsWithEqualSettings) {
    Recorder recorder;
    const int before = test::demodulators_made();
    const auto receiver =
        Receiver::make(test::fake_station({{"a", 5}, {"b", 5, false}, {"c", 6}, {"d", 5, true, 3}}),
                       kFormat, recorder);
    ASSERT_TRUE(receiver);
    EXPECT_EQ(test::demodulators_made() - before, 2);
}

TEST(Receiver, SelectsDownlinks) {
    Recorder recorder;
    ReceiverOptions options;
    options.downlinks = {"B"};
    auto receiver = *Receiver::make(test::fake_station({{"a"}, {"b"}}), kFormat, recorder, options);
    receiver->process({.first_index = 0, .real = test::frame_samples({1})});
    receiver->finish();
    EXPECT_THAT(recorder.frames, ElementsAre("frame 01 at 0+3 of 1"));
    EXPECT_EQ(receiver->status().size(), 2U);
    EXPECT_EQ(receiver->status()[0].symbols, 0U);

    options.downlinks = {"x"};
    const auto wrong =
        Receiver::make(test::fake_station({{"a"}, {"b"}}), kFormat, recorder, options);
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().to_string(), HasSubstr("no downlink 'x'; it has 'a', 'b'"));
}

TEST(Receiver, RefusesRatesThatMakeNoSense) {
    Recorder recorder;
    for (const double rate : {0.0, -1.0, std::nan("")})
        EXPECT_FALSE(Receiver::make(test::fake_station({{}}), {SampleKind::real, rate}, recorder));
}

TEST(Receiver, AllocatesNothingInTheSteadyState) {
    struct Silent final : Observer {
        void on_frame(const Frame&, int) noexcept override { ++frames; }
        void on_event(const Event&) noexcept override {}
        int frames = 0;
    } observer;
    auto receiver = *Receiver::make(test::fake_station({{"a"}, {"b", 30}}), kFormat, observer);
    const auto signal = long_signal();
    std::int64_t index = 0;
    const auto pass = [&] {
        for (std::size_t at = 0; at < signal.size(); at += 999) {
            const std::size_t count = std::min<std::size_t>(999, signal.size() - at);
            receiver->process({.first_index = index, .real = {signal.data() + at, count}});
            index += static_cast<std::int64_t>(count);
        }
    };
    pass();
    pass();
    const int frames = observer.frames;
    const long before = allocations;
    pass();
    EXPECT_EQ(allocations, before);
    EXPECT_GT(observer.frames, frames);
}

} // namespace
} // namespace telemetry::station
