// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/channel.h"

#include <limits>

#include <gtest/gtest.h>

#include "signals.h"

namespace telemetry::modem {
namespace {

constexpr double kNoNoise = std::numeric_limits<double>::infinity();

TEST(Gaussian, HasTheMomentsAndTailsOfANormalDistribution) {
    Gaussian gaussian(7);
    const int count = 500000;
    double sum = 0;
    double square = 0;
    double fourth = 0;
    double cross = 0;
    int beyond_three = 0;
    for (int k = 0; k < count; ++k) {
        const auto z = gaussian();
        for (const double x : {z.real(), z.imag()}) {
            sum += x;
            square += x * x;
            fourth += x * x * x * x;
            beyond_three += std::abs(x) > 3;
        }
        cross += z.real() * z.imag();
    }
    const double n = 2.0 * count;
    EXPECT_NEAR(sum / n, 0, 4e-3);
    EXPECT_NEAR(square / n, 1, 6e-3);
    EXPECT_NEAR(fourth / n, 3, 0.05);
    EXPECT_NEAR(cross / count, 0, 6e-3);
    EXPECT_NEAR(beyond_three / n, 0.0026998, 2e-4);
}

// The values of this seed on the machine where they were first made: another machine, compiler or
// sanitizer build has the same.
TEST(Gaussian, IsTheSameEverywhere) {
    Gaussian gaussian(1);
    const auto first = gaussian();
    const auto second = gaussian();
    EXPECT_EQ(first.real(), 0x1.00089818436f2p+1);
    EXPECT_EQ(first.imag(), 0x1.261ce9a570677p-3);
    EXPECT_EQ(second.real(), 0x1.0076b6a53a5aep+0);
    EXPECT_EQ(second.imag(), -0x1.889b44ad1ab2bp-1);
}

TEST(Channel, NoisePowerIsThatOfEsN0) {
    ChannelOptions options;
    options.es_n0_db = 3;
    options.rate_hz = 48000;
    options.symbol_rate_hz = 1200;
    Channel channel(options);
    const auto noise = channel.pass(std::vector<Iq>(200000));
    const double expected = 48000 / 1200.0 / std::pow(10.0, 0.3);
    EXPECT_NEAR(mean_power(noise) / expected, 1, 0.01);
}

TEST(Channel, NoiseForARealCarrierIsHalf) {
    ChannelOptions options;
    options.es_n0_db = 0;
    options.rate_hz = options.symbol_rate_hz = 1;
    options.noise_for = NoiseFor::real_carrier;
    EXPECT_NEAR(mean_power(Channel(options).pass(std::vector<Iq>(200000))), 0.5, 0.005);
}

TEST(Channel, SameSeedSameNoiseHoweverCut) {
    ChannelOptions options;
    options.es_n0_db = 5;
    options.offset_hz = 123;
    options.drift_hz_per_s = -4;
    options.clock_error_ppm = 80;
    options.fade_depth_db = 6;
    const std::vector<Iq> signal(5000, Iq(1, 0));
    Channel whole(options);
    auto at_once = whole.pass(signal);
    const auto rest = whole.finish();
    at_once.insert(at_once.end(), rest.begin(), rest.end());

    Channel cut(options);
    std::vector<Iq> pieces;
    for (std::size_t k = 0; k < signal.size();) {
        const std::size_t size = std::min<std::size_t>(1 + k % 37, signal.size() - k);
        for (const Iq x : cut.pass({signal.begin() + static_cast<std::ptrdiff_t>(k),
                                    signal.begin() + static_cast<std::ptrdiff_t>(k + size)}))
            pieces.push_back(x);
        k += size;
    }
    for (const Iq x : cut.finish())
        pieces.push_back(x);
    EXPECT_EQ(pieces, at_once);

    options.seed = 2;
    EXPECT_NE(Channel(options).pass(signal)[0], at_once[0]);
}

TEST(Channel, TurnsByOffsetAndDrift) {
    ChannelOptions options;
    options.es_n0_db = kNoNoise;
    options.offset_hz = 1000;
    options.drift_hz_per_s = 50;
    options.phase_rad = 0.3;
    const auto out = Channel(options).pass(std::vector<Iq>(48001, Iq(1, 0)));
    EXPECT_NEAR(std::arg(out[0]), 0.3, 1e-6);
    const auto frequency = [&](std::size_t n) {
        return std::arg(out[n + 1] * std::conj(out[n])) * 48000 / (2 * std::numbers::pi);
    };
    EXPECT_NEAR(frequency(0), 1000, 0.1);
    EXPECT_NEAR(frequency(47999), 1050, 0.1);
    EXPECT_NEAR(mean_power(out), 1, 1e-6);
}

TEST(Channel, WandersAboutItsOffset) {
    ChannelOptions options;
    options.es_n0_db = kNoNoise;
    options.offset_hz = 100;
    options.wander_hz = 500;
    options.wander_period_s = 1;
    const auto out = Channel(options).pass(std::vector<Iq>(48001, Iq(1, 0)));
    const auto frequency = [&](std::size_t n) {
        return std::arg(out[n + 1] * std::conj(out[n])) * 48000 / (2 * std::numbers::pi);
    };
    EXPECT_NEAR(frequency(0), 100, 1);
    EXPECT_NEAR(frequency(12000), 600, 1);
    EXPECT_NEAR(frequency(36000), -400, 1);
}

TEST(Channel, ClockErrorSpeedsSymbolsUp) {
    ChannelOptions options;
    options.es_n0_db = kNoNoise;
    options.clock_error_ppm = 1000;
    std::vector<Iq> tone(100000);
    for (std::size_t n = 0; n < tone.size(); ++n)
        tone[n] = Iq(std::polar(1.0, 2 * std::numbers::pi * 0.3 * static_cast<double>(n)));
    Channel channel(options);
    auto out = channel.pass(tone);
    const auto rest = channel.finish();
    out.insert(out.end(), rest.begin(), rest.end());
    EXPECT_NEAR(static_cast<double>(out.size()), 100000 / 1.001, 1.5);
    for (std::size_t n = 100; n + 100 < out.size(); n += 97) {
        const auto expected =
            std::polar(1.0, 2 * std::numbers::pi * 0.3 * 1.001 * static_cast<double>(n));
        ASSERT_NEAR(std::abs(std::complex<double>(out[n]) - expected), 0, 2e-3) << n;
    }
}

TEST(Channel, FadesAndDropsOut) {
    ChannelOptions options;
    options.es_n0_db = kNoNoise;
    options.fade_depth_db = 20;
    options.fade_period_s = 1;
    options.dropout_s = 0.1;
    options.dropout_period_s = 0.9;
    const auto out = Channel(options).pass(std::vector<Iq>(48000, Iq(1, 0)));
    EXPECT_NEAR(std::abs(out[0]), 1, 1e-6);
    EXPECT_NEAR(std::abs(out[24000]), 0.1, 1e-4);
    EXPECT_GT(std::abs(out[38000]), 0.1);
    EXPECT_EQ(std::abs(out[40000]), 0);
    EXPECT_GT(std::abs(out[44000]), 0.1);
}

TEST(FmReceiver, YieldsFrequencyOverFullScale) {
    std::vector<Iq> tone(2000);
    for (std::size_t n = 0; n < tone.size(); ++n)
        tone[n] = Iq(std::polar(0.2, 2 * std::numbers::pi * 2500 / 48000 * static_cast<double>(n)));
    const auto audio = to_fm_audio(tone, 48000, 5000);
    ASSERT_EQ(audio.size(), tone.size());
    EXPECT_NEAR(audio[1], 0.5, 1e-5);
    std::vector<float> filtered;
    FmReceiver receiver(48000, 5000, 12000);
    receiver.receive(std::span(tone).first(700), filtered);
    receiver.receive(std::span(tone).subspan(700), filtered);
    ASSERT_EQ(filtered.size(), tone.size());
    EXPECT_NEAR(filtered[1999], 0.5, 1e-4);
}

TEST(FmReceiver, FilterKeepsNoiseOutsideAway) {
    std::vector<Iq> tone(20000);
    for (std::size_t n = 0; n < tone.size(); ++n)
        tone[n] =
            Iq(std::polar(1.0, 2 * std::numbers::pi * 9000 / 48000 * static_cast<double>(n))) +
            Iq(0.1F, 0);
    std::vector<float> audio;
    FmReceiver(48000, 1000, 10000).receive(tone, audio);
    EXPECT_NEAR(audio[19999], 0, 0.1) << "the carrier in the pass band wins";
}

TEST(RealCarrier, MovesUpAndTakesTheRealPart) {
    const auto out = to_real_carrier(std::vector<Iq>(48, Iq(0, 1)), 48000, 12000);
    EXPECT_NEAR(out[0], 0, 1e-6);
    EXPECT_NEAR(out[1], -1, 1e-6);
    EXPECT_NEAR(out[3], 1, 1e-6);
}

} // namespace
} // namespace telemetry::modem
