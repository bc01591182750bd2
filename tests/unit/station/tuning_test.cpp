// SPDX-License-Identifier: GPL-3.0-or-later
// Several downlinks out of one capture that is wider than each.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "telemetry/modem/channel.h"
#include "telemetry/modem/modulator.h"
#include "telemetry/station/receiver.h"

namespace telemetry::station {
namespace {

constexpr double kRateHz = 250000;
constexpr double kCenterHz = 437.4e6;
constexpr char kStation[] = R"(
name: TWIN
downlinks:
  low:
    frequency: 437.32e6
    modulation: FSK
    baudrate: 9600
    framing: AX100 ASM+Golay
  high:
    frequency: 437.465e6
    modulation: BPSK
    baudrate: 4800
    framing: AX100 ASM+Golay
  outside:
    frequency: 437.6e6
    modulation: FSK
    baudrate: 9600
    framing: AX100 ASM+Golay
)";

std::vector<Iq> burst(const Downlink& downlink, std::uint8_t fill) {
    auto framer = modem::make_framer(downlink.deframer->name, downlink.settings);
    auto modulator = modem::make_modulator(downlink.demodulator->name, downlink.settings, kRateHz);
    EXPECT_TRUE(framer && modulator);
    std::vector<std::uint8_t> bits;
    const std::vector<std::uint8_t> bytes(60, fill);
    (*framer)->idle(400, bits);
    (*framer)->frame(bytes, bits);
    (*framer)->idle(100, bits);
    std::vector<Iq> signal;
    (*modulator)->modulate(bits, signal);
    (*modulator)->finish(signal);
    const double turn = 2 * std::numbers::pi * (*downlink.frequency_hz - kCenterHz) / kRateHz;
    for (std::size_t n = 0; n < signal.size(); ++n)
        signal[n] *= std::polar(1.0f, static_cast<float>(std::remainder(
                                          turn * static_cast<double>(n), 2 * std::numbers::pi)));
    return signal;
}

struct Found final : Observer {
    std::vector<std::pair<int, std::uint8_t>> frames;
    std::vector<float> offsets;
    void on_frame(const Frame& frame, int downlink) noexcept override {
        frames.emplace_back(downlink, frame.bytes[0]);
        offsets.push_back(frame.quality.carrier_offset_hz);
    }
    void on_event(const Event&) noexcept override {}
};

class Tuning : public testing::Test {
protected:
    void SetUp() override {
        auto parsed = parse_station(kStation, "twin.yml");
        ASSERT_TRUE(parsed) << parsed.error().to_string();
        station_ = *parsed;
        iq_ = burst(station_.downlinks[0], 0x11);
        const auto other = burst(station_.downlinks[1], 0x22);
        iq_.resize(std::max(iq_.size(), other.size()) + 100000);
        for (std::size_t n = 0; n < other.size(); ++n)
            iq_[n] += other[n];
    }

    Found receive(std::optional<double> center_hz, std::size_t chunk) const {
        Found found;
        const auto receiver =
            Receiver::make(station_, {SampleKind::iq, kRateHz}, found,
                           {.downlinks = {}, .threads = 1, .center_hz = center_hz});
        EXPECT_TRUE(receiver) << receiver.error().to_string();
        for (std::size_t at = 0; at < iq_.size(); at += chunk)
            (*receiver)->process({static_cast<std::int64_t>(at),
                                  {},
                                  std::span(iq_).subspan(at, std::min(chunk, iq_.size() - at))});
        (*receiver)->finish();
        return found;
    }

    Station station_;
    std::vector<Iq> iq_;
};

TEST_F(Tuning, EachDownlinkIsFoundAtItsFrequency) {
    const Found found = receive(kCenterHz, 65536);
    ASSERT_EQ(found.frames.size(), 2u);
    std::vector<std::pair<int, std::uint8_t>> frames = found.frames;
    std::sort(frames.begin(), frames.end());
    EXPECT_EQ(frames[0], std::pair(0, std::uint8_t{0x11}));
    EXPECT_EQ(frames[1], std::pair(1, std::uint8_t{0x22}));
    // The carrier offset counts from where the downlink should be, not from the centre.
    for (std::size_t i = 0; i < found.frames.size(); ++i)
        EXPECT_NEAR(found.offsets[i], 0, found.frames[i].first == 1 ? 20 : 2400);
    EXPECT_EQ(receive(kCenterHz, 777).frames, found.frames);
}

TEST_F(Tuning, WithoutACentreNothingIsMoved) {
    EXPECT_TRUE(receive({}, 65536).frames.empty());
}

TEST_F(Tuning, WhatLiesOutsideIsLeftOutAndAllOutsideIsAnError) {
    Found found;
    const SampleFormat format{SampleKind::iq, kRateHz};
    const auto receiver = Receiver::make(station_, format, found,
                                         {.downlinks = {}, .threads = 1, .center_hz = kCenterHz});
    ASSERT_TRUE(receiver);
    EXPECT_EQ((*receiver)->left_out(), std::vector<int>{2});
    const auto none = Receiver::make(station_, format, found,
                                     {.downlinks = {}, .threads = 1, .center_hz = 145.8e6});
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().to_string().find("145.800000 MHz"), std::string::npos);
    // Audio has no frequency.
    EXPECT_TRUE(Receiver::make(station_, {SampleKind::real, 48000}, found,
                               {.downlinks = {}, .threads = 1, .center_hz = 145.8e6}));
}

} // namespace
} // namespace telemetry::station
