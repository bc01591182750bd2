// SPDX-License-Identifier: GPL-3.0-or-later
// Error rates against theory.
#include <algorithm>

#include "fsk_signal.h"
#include "telemetry/dsp/fir.h"

namespace telemetry::dsp::test {
namespace {

constexpr double kRateHz = 48000;

/// Noncoherent detection of orthogonal tones (Proakis, "Digital Communications", 5.4).
double noncoherent_error_rate(double es_n0_db) {
    return 0.5 * std::exp(-std::pow(10, es_n0_db / 10) / 2);
}

/// As a receiver's IF filter, 6 dB down at ±half_width_hz.
std::vector<Iq> if_filtered(std::vector<Iq> iq, double half_width_hz) {
    Fir fir(design_lowpass(0.7 * half_width_hz / kRateHz, 1.3 * half_width_hz / kRateHz, 40), 2);
    const double delay = fir.delay();
    auto* floats = reinterpret_cast<float*>(iq.data());
    fir.process({floats, 2 * iq.size()}, floats);
    iq.erase(iq.begin(), iq.begin() + static_cast<std::ptrdiff_t>(delay));
    return iq;
}

struct Case {
    const char* deviation;
    SampleKind kind;
    double es_n0_db;
    double offset_hz;
    double most; ///< error rate allowed
};

class FskErrorRate : public testing::TestWithParam<Case> {};

TEST_P(FskErrorRate, IsNearTheory) {
    const auto [deviation, kind, es_n0_db, offset_hz, most] = GetParam();
    const Options options{{"baudrate", "9600"}, {"deviation", deviation}};
    const auto bits = random_bits(60000, 1);
    modem::ChannelOptions channel;
    channel.rate_hz = kRateHz;
    channel.symbol_rate_hz = 9600;
    channel.es_n0_db = es_n0_db;
    channel.offset_hz = offset_hz;
    const auto iq = modem::Channel(channel).pass(modulate("FSK", options, bits, kRateHz));
    const auto demodulator = make("FSK", options, kind, kRateHz);
    const bool audio = kind == SampleKind::real;
    const double half_width_hz = std::atof(deviation) + 0.45 * 9600;
    const Received received =
        audio ? receive(*demodulator,
                        modem::to_fm_audio(if_filtered(iq, half_width_hz), kRateHz, 10000))
              : receive(*demodulator, iq);
    const auto result = compare(received, bits, 2.5 + (audio ? 0.5 : 0), 5, 100);
    EXPECT_LT(result.rate(), most);
    EXPECT_EQ(result.missing, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Orthogonal, FskErrorRate, // modulation index 1
    testing::Values(Case{"4800", SampleKind::iq, 8, 0, noncoherent_error_rate(8 - 0.3)},
                    Case{"4800", SampleKind::iq, 9.5, 1800, noncoherent_error_rate(9.5 - 0.3)},
                    Case{"4800", SampleKind::iq, 10.94, -1800, noncoherent_error_rate(10.94 - 0.3)},
                    Case{"4800", SampleKind::real, 9.5, 0, noncoherent_error_rate(9.5 - 0.3)},
                    Case{"4800", SampleKind::real, 10.94, 0, noncoherent_error_rate(10.94 - 0.3)}));

// A discriminator in a narrow channel does better than noncoherent tones of the same power.
INSTANTIATE_TEST_SUITE_P(
    MinimumShift, FskErrorRate,
    testing::Values(Case{"2400", SampleKind::iq, 9, 1000, noncoherent_error_rate(10)},
                    Case{"2400", SampleKind::iq, 11, 0, noncoherent_error_rate(11.5)},
                    Case{"2400", SampleKind::real, 9, 0, noncoherent_error_rate(10)},
                    Case{"2400", SampleKind::real, 11, 0, noncoherent_error_rate(11.5)}));

struct Keying {
    const char* modulation;
    const char* deviation;
    double first_symbol; ///< centre of the first, in symbols: a Gaussian pulse begins earlier
    double most;         ///< error rate allowed at Es/N0 of 9 dB
};

/// The discriminator's channel filter has to suit every index and pulse, from IQ.
class FskChannel : public testing::TestWithParam<Keying> {};

TEST_P(FskChannel, SuitsTheKeying) {
    const auto [modulation, deviation, first_symbol, most] = GetParam();
    const Options options{{"baudrate", "9600"}, {"deviation", deviation}};
    const auto bits = random_bits(60000, 1);
    modem::ChannelOptions channel;
    channel.rate_hz = kRateHz;
    channel.symbol_rate_hz = 9600;
    channel.es_n0_db = 9;
    const auto iq = modem::Channel(channel).pass(modulate(modulation, options, bits, kRateHz));
    const auto demodulator = make(modulation, options, SampleKind::iq, kRateHz);
    const Received received = receive(*demodulator, iq);
    const auto result = compare(received, bits, 5 * first_symbol, 5, 100);
    EXPECT_LT(result.rate(), most);
    EXPECT_EQ(result.missing, 0u); // no symbol slips
    // Even the weakest symbol keeps its sign: 0 would say that nothing is known of it.
    EXPECT_EQ(std::count_if(received.symbols.begin() + 100, received.symbols.end() - 100,
                            [](const Symbol& symbol) { return symbol.value == 0; }),
              0);
}

INSTANTIATE_TEST_SUITE_P(Keyings, FskChannel,
                         testing::Values(Keying{"GMSK", "2400", 2.5, 9e-3},
                                         Keying{"GFSK", "3000", 2.5, 2.4e-3},
                                         Keying{"FSK", "1600", 0.5, 2.5e-2},
                                         Keying{"FSK", "3700", 0.5, 2e-3}));

} // namespace
} // namespace telemetry::dsp::test
