// SPDX-License-Identifier: GPL-3.0-or-later
// Ten minutes of white noise through every demodulator with every deframer behind it: nothing
// comes out that no check vouches for, and with these seeds nothing that one does.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "telemetry/station/receiver.h"

namespace telemetry::station {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kSeconds = 5; // the signal path runs some twenty times slower there
#else
constexpr int kSeconds = 600;
#endif
constexpr double kRateHz = 48000;

/// Sum of four uniform variates of one 64-bit draw: near enough to Gaussian, the same everywhere.
class Noise {
public:
    explicit Noise(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}

    float operator()() {
        // splitmix64 (Steele, Lea, Flood 2014)
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        int sum = 0;
        for (int part = 0; part < 4; ++part)
            sum += static_cast<std::int16_t>(z >> 16 * part);
        return static_cast<float>(sum) / 200000.0f;
    }

private:
    std::uint64_t state_;
};

struct FrameCounter final : Observer {
    int confirmed = 0;
    int unconfirmed = 0;
    std::string first;

    void on_frame(const Frame& frame, int downlink) noexcept override {
        ++(frame.confirmed ? confirmed : unconfirmed);
        if (first.empty())
            first = "downlink " + std::to_string(downlink) + ", " +
                    std::to_string(frame.bytes.size()) + " bytes at sample " +
                    std::to_string(frame.sample_index);
    }
    void on_event(const Event&) noexcept override {}
};

/// The entry's default for every field, and something usual for those that have none.
Settings usual_settings(std::span<const Field> first, std::span<const Field> second, int baudrate) {
    const std::pair<std::string_view, std::string> usual[] = {
        {"baudrate", std::to_string(baudrate)},
        {"af_carrier", "1700"},
        {"deviation", "500"},
        {"frame_size", "223"},
    };
    std::vector<KeyText> given;
    for (const auto table : {first, second})
        for (const Field& field : table)
            for (const auto& [key, text] : usual)
                if (field.name == key && field.fallback.empty() &&
                    std::none_of(given.begin(), given.end(),
                                 [&](const KeyText& g) { return g.key == field.name; }))
                    given.push_back({std::string(key), text, 0, 0});
    auto settings = read_settings({first, second}, given);
    EXPECT_TRUE(settings) << (settings ? "" : settings.error().to_string());
    return settings ? *settings : Settings{};
}

struct Case {
    std::string modulation;
    int baudrate;
    SampleKind kind;
};

class NoiseYieldsNothing : public ::testing::TestWithParam<Case> {};

TEST_P(NoiseYieldsNothing, ForTenMinutes) {
    const auto& [modulation, baudrate, kind] = GetParam();
    const auto* demodulator = dsp::find_demodulator(modulation);
    ASSERT_NE(demodulator, nullptr);
    Station station;
    station.name = "noise";
    for (const auto& deframer : framing::deframers()) {
        Downlink downlink;
        downlink.name = deframer.name;
        downlink.demodulator = demodulator;
        downlink.deframer = &deframer;
        downlink.settings = usual_settings(demodulator->fields, deframer.fields, baudrate);
        station.downlinks.push_back(downlink);
    }

    FrameCounter frames;
    const SampleFormat format{kind, kRateHz};
    auto receiver = Receiver::make(station, format, frames);
    ASSERT_TRUE(receiver) << receiver.error().to_string();

    Noise noise(static_cast<std::uint64_t>(baudrate) + (kind == SampleKind::iq));
    std::vector<float> real(kind == SampleKind::real ? 48000 : 0);
    std::vector<Iq> iq(kind == SampleKind::iq ? 48000 : 0);
    for (std::int64_t second = 0; second < kSeconds; ++second) {
        for (float& sample : real)
            sample = noise();
        for (Iq& sample : iq)
            sample = {noise(), noise()};
        (*receiver)->process({second * 48000, real, iq});
    }
    (*receiver)->finish();
    EXPECT_EQ(frames.unconfirmed, 0) << frames.first;
    EXPECT_EQ(frames.confirmed, 0) << frames.first;
}

std::vector<Case> all_cases() {
    std::vector<Case> cases;
    for (const auto& demodulator : dsp::demodulators())
        for (const int baudrate : {1200, 9600})
            for (const SampleKind kind : {SampleKind::real, SampleKind::iq})
                // Tones 500 Hz off 1700 Hz carry 1200 Bd, not 9600.
                if (demodulator.name != "AFSK" || baudrate == 1200)
                    cases.push_back({std::string(demodulator.name), baudrate, kind});
    return cases;
}

std::string name_of_case(const ::testing::TestParamInfo<Case>& info) {
    std::string name = info.param.modulation + std::to_string(info.param.baudrate) +
                       (info.param.kind == SampleKind::iq ? "Iq" : "Real");
    name.erase(std::remove_if(name.begin(), name.end(), [](char c) { return !std::isalnum(c); }),
               name.end());
    return name;
}

INSTANTIATE_TEST_SUITE_P(Catalog, NoiseYieldsNothing, ::testing::ValuesIn(all_cases()),
                         name_of_case);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(NoiseYieldsNothing);

} // namespace
} // namespace telemetry::station
