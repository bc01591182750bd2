// SPDX-License-Identifier: GPL-3.0-or-later
// Error rates against theory, with offsets, drift and clock errors.
#include "psk_signal.h"

namespace telemetry::dsp::psk_test {
namespace {

struct Case {
    const char* name;
    const char* baudrate;
    SampleFormat format;
    double es_n0_db;
    double offset_hz;
    double drift_hz_per_s;
    double clock_error_ppm;
    std::size_t bits;
    double loss_db; ///< allowed, of which 0.1 for how few errors there are
};

double symbol_rate(const Case& c) {
    return std::atof(c.baudrate);
}

double measured(const Case& c) {
    const double carrier_hz = symbol_rate(c) <= 2400 ? 1500 : 12000;
    const auto bits = random_bits(c.bits, 7);
    modem::ChannelOptions channel;
    channel.rate_hz = c.format.rate_hz;
    // The real part of complex noise over the whole band has both sidebands' noise.
    const bool real = c.format.kind == SampleKind::real;
    channel.es_n0_db = c.es_n0_db + (real ? 10 * std::log10(2.0) : 0);
    channel.symbol_rate_hz = symbol_rate(c);
    channel.offset_hz = c.offset_hz;
    channel.drift_hz_per_s = c.drift_hz_per_s;
    channel.clock_error_ppm = c.clock_error_ppm;
    channel.phase_rad = 1;
    channel.gain = 0.1;
    channel.seed = 3;
    const auto iq =
        modem::Channel(channel).pass(modulated(c.name, bits, c.baudrate, c.format.rate_hz));
    const auto demodulator = make(c.name, {{"baudrate", c.baudrate}}, c.format);
    const Received received =
        real ? receive(*demodulator, modem::to_real_carrier(iq, c.format.rate_hz, carrier_hz))
             : receive(*demodulator, iq);
    return best_match(received, bits).rate();
}

class PskErrorRate : public ::testing::TestWithParam<Case> {};

TEST_P(PskErrorRate, IsThatOfTheory) {
    const Case& c = GetParam();
    double theory = bpsk_error_rate(c.es_n0_db - c.loss_db);
    if (std::string_view(c.name).front() == 'D')
        theory = 2 * theory * (1 - theory);
    EXPECT_LT(measured(c), theory)
        << "at " << c.es_n0_db << " dB, without loss " << bpsk_error_rate(c.es_n0_db);
}

constexpr SampleFormat kIq{SampleKind::iq, 48000}, kReal{SampleKind::real, 48000};

INSTANTIATE_TEST_SUITE_P(
    Bpsk, PskErrorRate,
    ::testing::Values(Case{"BPSK", "9600", kIq, 0, 0, 0, 0, 60000, 0.25},
                      Case{"BPSK", "9600", kIq, 2, 2900, -30, 0, 60000, 0.25},
                      Case{"BPSK", "9600", kIq, 4, -2900, 30, 40, 60000, 0.2},
                      Case{"BPSK", "9600", kIq, 6.79, 0, 0, 0, 120000, 0.25},
                      Case{"BPSK", "9600", kReal, 0, 2900, 0, 0, 60000, 0.25},
                      Case{"BPSK", "9600", kReal, 6.79, -2900, 0, 0, 120000, 0.25},
                      Case{"BPSK", "9600", kIq, 6, 200, 0, 15000, 60000, 0.25},
                      Case{"BPSK", "9600", kIq, 6, 200, 0, -15000, 60000, 0.25},
                      Case{"BPSK", "1200", kReal, 2, 600, -60, 0, 20000, 0.3},
                      Case{"BPSK", "1200", kReal, 5, -600, 60, 1000, 20000, 0.2},
                      Case{"BPSK", "1200", kIq, -1, -2900, 100, -1000, 20000, 0.3},
                      Case{"BPSK", "9600", {SampleKind::iq, 19200}, 5, 1000, 0, 100, 60000, 0.2},
                      Case{"BPSK", "1200", {SampleKind::iq, 250000}, 5, 1000, 0, 100, 10000, 0.3},
                      Case{"DBPSK", "1200", kReal, 2, 100, 0, 100, 20000, 0.3},
                      Case{"DBPSK", "9600", kIq, 6.79, 100, 0, 100, 60000, 0.2},
                      Case{"BPSK Manchester", "2400", kIq, 4, 300, 0, 100, 40000, 0.25},
                      Case{"DBPSK Manchester", "1200", kIq, 4, -300, 10, 100, 20000, 0.3}),
    [](const auto& test) {
        const Case& c = test.param;
        std::string text = std::string(c.name) + "_" + c.baudrate + "_" +
                           (c.format.kind == SampleKind::real ? "real" : "iq") + "_" +
                           std::to_string(test.index);
        for (char& character : text)
            if (character == ' ')
                character = '_';
        return text;
    });

} // namespace
} // namespace telemetry::dsp::psk_test
