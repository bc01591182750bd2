// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/modulator.h"

#include <tuple>

#include <gtest/gtest.h>

#include "signals.h"
#include "telemetry/modem/channel.h"

namespace telemetry::modem {
namespace {

Settings settings_of(std::initializer_list<std::pair<const char*, double>> values) {
    Settings settings;
    for (const auto& [name, value] : values)
        settings.set(name, value, true);
    return settings;
}

std::unique_ptr<Modulator> make(std::string_view modulation, const Settings& settings,
                                double rate_hz) {
    auto modulator = make_modulator(modulation, settings, rate_hz);
    EXPECT_TRUE(modulator) << modulator.error().to_string();
    return std::move(*modulator);
}

std::vector<Iq> modulate(std::string_view modulation, const Settings& settings, double rate_hz,
                         std::span<const std::uint8_t> bits) {
    const auto modulator = make(modulation, settings, rate_hz);
    std::vector<Iq> out;
    modulator->modulate(bits, out);
    modulator->finish(out);
    return out;
}

double frequency_hz(const std::vector<Iq>& signal, std::size_t n, double rate_hz) {
    return std::arg(signal[n + 1] * std::conj(signal[n])) * rate_hz / (2 * std::numbers::pi);
}

class AnyModulation : public testing::TestWithParam<std::tuple<const char*, double>> {};

TEST_P(AnyModulation, HasUnitPower) {
    const auto [name, rate] = GetParam();
    const auto signal = modulate(name, settings_of({{"baudrate", 1200}}), rate, random_bits(5000));
    EXPECT_NEAR(mean_power(signal), 1, 0.03);
}

TEST_P(AnyModulation, IsTheSameHoweverCut) {
    const auto [name, rate] = GetParam();
    const auto settings = settings_of({{"baudrate", 1200}});
    const auto bits = random_bits(300);
    const auto whole = modulate(name, settings, rate, bits);
    const auto modulator = make(name, settings, rate);
    std::vector<Iq> pieces;
    for (std::size_t k = 0; k < bits.size(); k += 7)
        modulator->modulate(std::span(bits).subspan(k, std::min<std::size_t>(7, bits.size() - k)),
                            pieces);
    modulator->finish(pieces);
    EXPECT_EQ(pieces, whole);
}

TEST_P(AnyModulation, LastsAsLongAsItsBits) {
    const auto [name, rate] = GetParam();
    const auto signal = modulate(name, settings_of({{"baudrate", 1200}}), rate, random_bits(2400));
    EXPECT_NEAR(static_cast<double>(signal.size()) / rate, 2, 0.03);
}

INSTANTIATE_TEST_SUITE_P(Modulator, AnyModulation,
                         testing::Combine(testing::Values("FSK", "GFSK", "GMSK", "AFSK", "BPSK",
                                                          "DBPSK", "BPSK Manchester",
                                                          "DBPSK Manchester"),
                                          testing::Values(48000.0, 22050.0, 9999.5)));

TEST(FskModulator, SendsOneAboveAndZeroBelow) {
    const std::vector<std::uint8_t> bits{1, 1, 1, 1, 0, 0, 0, 0};
    const auto signal =
        modulate("FSK", settings_of({{"baudrate", 4800}, {"deviation", 3000}}), 48000, bits);
    EXPECT_EQ(signal.size(), 80U);
    EXPECT_NEAR(frequency_hz(signal, 20, 48000), 3000, 0.1);
    EXPECT_NEAR(frequency_hz(signal, 60, 48000), -3000, 0.1);
}

TEST(FskModulator, DefaultIsAnIndexOfOneHalf) {
    const std::vector<std::uint8_t> bits(8, 1);
    const auto signal =
        modulate("FSK", settings_of({{"baudrate", 9600}, {"deviation", 0}}), 48000, bits);
    EXPECT_NEAR(frequency_hz(signal, 20, 48000), 2400, 0.1);
}

// Phase runs on through symbols, calls and finish(): no step exceeds what the deviation allows.
TEST(FskModulator, PhaseNeverJumps) {
    for (const char* name : {"FSK", "GFSK", "GMSK"}) {
        const auto modulator =
            make(name, settings_of({{"baudrate", 9600}, {"deviation", 2400}}), 44100);
        std::vector<Iq> signal;
        for (std::uint32_t burst = 0; burst < 5; ++burst) {
            modulator->modulate(random_bits(101, burst), signal);
            modulator->finish(signal);
        }
        for (std::size_t n = 0; n + 1 < signal.size(); ++n)
            ASSERT_LT(std::abs(frequency_hz(signal, n, 44100)), 2400.1) << name << ' ' << n;
    }
}

// At a rate that is no multiple of the symbol rate, a million symbols keep time and phase.
TEST(FskModulator, NeitherDriftsNorJitters) {
    const double rate = 48000 * 1.0009765625;
    const auto bits = random_bits(200000);
    const auto signal =
        modulate("FSK", settings_of({{"baudrate", 9600}, {"deviation", 2400}}), rate, bits);
    double turns = 0;
    std::size_t n = 0;
    for (std::size_t k = 0; k < bits.size(); ++k) {
        const double start = static_cast<double>(k) * rate / 9600;
        for (; static_cast<double>(n) < start + rate / 9600 && n < signal.size(); ++n) {
            const double share = (static_cast<double>(n) - start) * 9600 / rate;
            const double expected = turns + (bits[k] != 0 ? 0.25 : -0.25) * share;
            const auto error =
                std::complex<double>(signal[n]) * std::polar(1.0, -2 * std::numbers::pi * expected);
            ASSERT_NEAR(std::arg(error), 0, 1e-5) << k;
        }
        turns += bits[k] != 0 ? 0.25 : -0.25;
        turns -= std::floor(turns);
    }
}

// GSM 05.04: the Gaussian filter narrows the spectrum. At 1.5 symbol rates from the carrier, GMSK
// with BT 0.5 lies more than 20 dB below MSK.
TEST(FskModulator, GaussianFilterNarrowsTheSpectrum) {
    const auto settings = settings_of({{"baudrate", 9600}, {"deviation", 2400}});
    const auto bits = random_bits(20000);
    const double near = 1.5 * 9600 / 96000;
    const double msk = density(modulate("FSK", settings, 96000, bits), near, near + 0.02);
    const double gmsk = density(modulate("GMSK", settings, 96000, bits), near, near + 0.02);
    EXPECT_LT(10 * std::log10(gmsk / msk), -20);
}

TEST(AfskModulator, SendsTonesAsFm) {
    std::vector<std::uint8_t> bits(200, 1);
    bits.resize(400, 0);
    const auto iq = modulate("AFSK", settings_of({{"baudrate", 1200}}), 48000, bits);
    const auto audio = to_fm_audio(iq, 48000, 3000);
    EXPECT_LT(*std::max_element(audio.begin(), audio.end()), 1.0001F);
    const auto crossings = [&](std::size_t from, std::size_t to) {
        int count = 0;
        for (std::size_t n = from; n < to; ++n)
            count += audio[n] < 0 && audio[n + 1] >= 0;
        return count;
    };
    // 0.125 s of mark (1200 Hz), then 0.125 s of space (2200 Hz).
    EXPECT_NEAR(crossings(1000, 7000), 150, 1);
    EXPECT_NEAR(crossings(9000, 15000), 275, 1);
}

/// What a receiver's filter matched to the pulse yields at the symbols' centres.
std::vector<double> matched(const std::vector<Iq>& signal, double rate, double baud,
                            std::size_t count) {
    // A single symbol's pulse, sent alone, is the matched filter.
    const std::vector<std::uint8_t> one{1};
    const auto pulse = modulate("BPSK", settings_of({{"baudrate", baud}}), rate, one);
    std::vector<double> out;
    for (std::size_t k = 0; k < count; ++k) {
        const auto start = static_cast<std::size_t>(static_cast<double>(k) * rate / baud);
        double sum = 0;
        for (std::size_t n = 0; n < pulse.size() && start + n < signal.size(); ++n)
            sum += static_cast<double>(signal[start + n].real()) * pulse[n].real();
        out.push_back(sum * baud / rate);
    }
    return out;
}

TEST(PskModulator, RootRaisedCosineHasNoIntersymbolInterference) {
    const auto bits = random_bits(500);
    const auto signal = modulate("BPSK", settings_of({{"baudrate", 9600}}), 48000, bits);
    const auto symbols = matched(signal, 48000, 9600, bits.size());
    for (std::size_t k = 0; k < bits.size(); ++k)
        ASSERT_NEAR(symbols[k], bits[k] != 0 ? 1 : -1, 0.01) << k;
}

TEST(PskModulator, RootRaisedCosineKeepsItsBand) {
    const auto settings = settings_of({{"baudrate", 9600}});
    const auto signal = modulate("BPSK", settings, 96000, random_bits(20000));
    const double edge = 0.5 * 1.35 * 9600 / 96000;
    EXPECT_LT(10 * std::log10(density(signal, edge + 0.012, 0.5)), -45);
    EXPECT_GT(density(signal, -0.01, 0.01), 5);
}

TEST(PskModulator, RectangularPulsesPutTheEdgeWhereItIs) {
    const std::vector<std::uint8_t> bits{1, 0, 1};
    const auto signal =
        modulate("BPSK", settings_of({{"baudrate", 1000}, {"roll_off", 0}}), 10500, bits);
    double area = 0;
    for (const Iq x : signal) {
        EXPECT_LE(std::abs(x.real()), 1.0001F);
        area += x.real();
    }
    EXPECT_NEAR(area, 10.5, 1e-4);
}

TEST(PskModulator, DifferentialOneChangesThePhase) {
    const std::vector<std::uint8_t> bits{0, 1, 1, 0, 1};
    const auto signal =
        modulate("DBPSK", settings_of({{"baudrate", 1000}, {"roll_off", 0}}), 10000, bits);
    const double expected[] = {1, -1, 1, 1, -1};
    for (std::size_t k = 0; k < 5; ++k)
        EXPECT_NEAR(signal[10 + 10 * k].real(), expected[k], 1e-6) << k;
}

TEST(PskModulator, ManchesterOneRises) {
    const std::vector<std::uint8_t> bits{1, 0};
    const auto signal = modulate("BPSK Manchester",
                                 settings_of({{"baudrate", 1000}, {"roll_off", 0}}), 20000, bits);
    const double expected[] = {-1, 1, 1, -1};
    for (std::size_t k = 0; k < 4; ++k)
        EXPECT_NEAR(signal[10 + 10 * k].real(), expected[k], 1e-6) << k;
}

TEST(MakeModulator, RefusesWhatItCannotDo) {
    const auto unknown = make_modulator("GFSQ", {}, 48000);
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().message.find("did you mean 'GFSK'"), std::string::npos)
        << unknown.error().message;
    EXPECT_FALSE(make_modulator("FSK", settings_of({{"baudrate", 9600}}), 10000));
    EXPECT_FALSE(make_modulator("BPSK Manchester", settings_of({{"baudrate", 9600}}), 30000));
}

} // namespace
} // namespace telemetry::modem
