// SPDX-License-Identifier: GPL-3.0-or-later
#include "fsk_signal.h"

namespace telemetry::dsp::test {
namespace {

constexpr double kRateHz = 48000;

modem::ChannelOptions channel_options(double es_n0_db, double baudrate_hz,
                                      double rate_hz = kRateHz) {
    modem::ChannelOptions options;
    options.rate_hz = rate_hz;
    options.symbol_rate_hz = baudrate_hz;
    options.es_n0_db = es_n0_db;
    return options;
}

/// Audio sample n is the step of phase from sample n − 1 to n: half a sample early.
constexpr double kAudioDelay = 0.5;

/// Centre of symbol 0 as the modulator sends rectangular pulses: sample n is the phase at time n.
double first_centre(double samples_per_symbol) {
    return samples_per_symbol / 2;
}

struct Rate {
    const char* baudrate;
    double rate_hz;
    SampleKind kind;
};

class FskRates : public testing::TestWithParam<Rate> {};

TEST_P(FskRates, SymbolsAreWhereTheyAreSaidToBe) {
    const auto [baudrate, rate_hz, kind] = GetParam();
    const double baudrate_hz = std::atof(baudrate), step = rate_hz / baudrate_hz;
    const Options options{{"baudrate", baudrate}, {"deviation", std::to_string(baudrate_hz / 4)}};
    const auto bits = random_bits(600, 2);
    const auto iq = modulate("FSK", options, bits, rate_hz);
    const auto demodulator = make("FSK", options, kind, rate_hz);
    const bool audio = kind == SampleKind::real;
    const Received received = audio
                                  ? receive(*demodulator, modem::to_fm_audio(iq, rate_hz, rate_hz))
                                  : receive(*demodulator, iq);
    const auto result =
        compare(received, bits, first_centre(step) + (audio ? kAudioDelay : 0), step);
    EXPECT_EQ(result.errors, 0u);
    EXPECT_EQ(result.missing, 0u);
    // Of a symbol; at the ends there is data on one side only.
    EXPECT_LT(result.worst_position / step, 0.06);
}

INSTANTIATE_TEST_SUITE_P(
    Rates, FskRates,
    testing::Values(Rate{"9600", 48000, SampleKind::real}, Rate{"9600", 48000, SampleKind::iq},
                    Rate{"20000", 48000, SampleKind::real}, Rate{"19200", 48000, SampleKind::real},
                    Rate{"4800", 44100, SampleKind::real}, Rate{"1200", 48000, SampleKind::iq},
                    Rate{"1200", 2e6, SampleKind::iq}, Rate{"1234.5", 250000, SampleKind::real}));

/// Bursts of 200 symbols at any phase and offset between which an FM receiver hears only noise.
TEST(FskBursts, AreReceivedFromTheirFirstSymbol) {
    const Options options{{"baudrate", "9600"}, {"deviation", "2400"}};
    std::vector<Iq> iq;
    std::vector<double> starts;
    std::vector<std::vector<std::uint8_t>> sent;
    std::mt19937 random(3);
    for (int burst = 0; burst < 25; ++burst) {
        iq.resize(iq.size() + 1000 + random() % 1000);
        starts.push_back(static_cast<double>(iq.size()));
        sent.push_back(random_bits(200, random()));
        auto samples = modulate("FSK", options, sent.back(), kRateHz);
        const double offset_hz = static_cast<double>(random() % 2000) - 1000;
        for (std::size_t n = 0; n < samples.size(); ++n)
            samples[n] *= std::polar(
                1.0f, static_cast<float>(2 * M_PI * offset_hz / kRateHz * static_cast<double>(n)));
        iq.insert(iq.end(), samples.begin(), samples.end());
    }
    iq.resize(iq.size() + 2000);
    iq = modem::Channel(channel_options(18, 9600)).pass(iq);
    for (const SampleKind kind : {SampleKind::real, SampleKind::iq}) {
        const auto demodulator = make("FSK", options, kind, kRateHz);
        const bool audio = kind == SampleKind::real;
        const Received received =
            audio ? receive(*demodulator, modem::to_fm_audio(iq, kRateHz, 10000))
                  : receive(*demodulator, iq);
        std::size_t errors = 0, early = 0;
        for (std::size_t burst = 0; burst < sent.size(); ++burst) {
            const double first = starts[burst] + first_centre(5) + (audio ? kAudioDelay : 0);
            errors += compare(received, sent[burst], first, 5).errors;
            const std::vector<std::uint8_t> head(sent[burst].begin(), sent[burst].begin() + 16);
            early += compare(received, head, first, 5).errors;
        }
        EXPECT_LE(errors, 25u) << "of 5000 bits";
        EXPECT_LE(early, 12u) << "of 400 bits";
    }
}

class FskClock : public testing::TestWithParam<double> {};

TEST_P(FskClock, IsFollowed) {
    const Options options{{"baudrate", "9600"}, {"deviation", "2400"}};
    const auto bits = random_bits(6000, 4);
    auto channel = channel_options(20, 9600);
    channel.clock_error_ppm = GetParam();
    const auto iq = modem::Channel(channel).pass(modulate("FSK", options, bits, kRateHz));
    const auto demodulator = make("FSK", options, SampleKind::iq, kRateHz);
    const Received received = receive(*demodulator, iq);
    const double step = 5 / (1 + GetParam() * 1e-6);
    const auto result = compare(received, bits, first_centre(step), step);
    EXPECT_LE(result.errors, 4u); // the last symbols end in the resampled channel's tail
    const LinkQuality& late = received.qualities[received.qualities.size() * 3 / 4];
    EXPECT_NEAR(late.symbol_rate_error_ppm, GetParam(), 40);
}

INSTANTIATE_TEST_SUITE_P(Ppm, FskClock,
                         testing::Values(-8000.0, -2500.0, -1000.0, 0.0, 300.0, 2500.0, 8000.0));

/// HDLC flags in NRZI spend seven of eight symbols on one level; then a long run of one symbol.
TEST(FskAudio, UnbalancedDataDoesNotMoveTheCentre) {
    const Options options{{"baudrate", "1200"}, {"deviation", "600"}, {"offset_range", "1000"}};
    std::vector<std::uint8_t> bits;
    for (int flag = 0; flag < 60; ++flag)
        for (const int bit : {0, 1, 1, 1, 1, 1, 1, 0}) {
            const std::uint8_t last = bits.empty() ? 1 : bits.back();
            bits.push_back(bit ? last : static_cast<std::uint8_t>(1 - last));
        }
    const auto data = random_bits(300, 9);
    bits.insert(bits.end(), data.begin(), data.end());
    bits.insert(bits.end(), 150, 1);
    bits.insert(bits.end(), data.begin(), data.end());
    auto channel = channel_options(15, 1200);
    channel.offset_hz = 900;
    channel.drift_hz_per_s = -300;
    const auto iq = modem::Channel(channel).pass(modulate("FSK", options, bits, kRateHz));
    const auto demodulator = make("FSK", options, SampleKind::iq, kRateHz);
    const auto result = compare(receive(*demodulator, iq), bits, first_centre(40), 40);
    EXPECT_LE(result.errors, 1u);
}

TEST(FskAudio, LevelPolarityAndOffsetDoNotMatter) {
    const Options options{{"baudrate", "9600"}, {"deviation", "2400"}};
    const auto bits = random_bits(1000, 4);
    const auto iq =
        modem::Channel(channel_options(25, 9600)).pass(modulate("GMSK", options, bits, kRateHz));
    const auto audio = modem::to_fm_audio(iq, kRateHz, 10000);
    const auto demodulator = make("GMSK", options, SampleKind::real, kRateHz);
    const Received straight = receive(*demodulator, audio);
    for (const float gain : {1e-3f, -1.0f, 300.0f}) {
        auto changed = audio;
        for (float& x : changed)
            x = gain * (x + 0.6f);
        const Received got = receive(*demodulator, changed);
        ASSERT_EQ(got.symbols.size(), straight.symbols.size());
        std::size_t different = 0;
        for (std::size_t i = 0; i < got.symbols.size(); ++i)
            different +=
                (got.symbols[i].value * (gain > 0 ? 1 : -1) > 0) != (straight.symbols[i].value > 0);
        EXPECT_LE(different, 4u) << gain; // the step at either end
    }
}

TEST(FskQuality, SaysWhatTheSignalIs) {
    const Options options{{"baudrate", "9600"}, {"deviation", "3000"}};
    const auto bits = random_bits(4000, 4);
    auto channel = channel_options(20, 9600);
    channel.offset_hz = 700;
    channel.gain = 0.1;
    const auto iq = modem::Channel(channel).pass(modulate("FSK", options, bits, kRateHz));
    const auto demodulator = make("FSK", options, SampleKind::iq, kRateHz);
    const LinkQuality quality = receive(*demodulator, iq).qualities[10];
    EXPECT_TRUE(quality.locked);
    EXPECT_NEAR(quality.carrier_offset_hz, 700, 60);
    EXPECT_NEAR(quality.signal_level_db, -20, 0.5);
    EXPECT_NEAR(quality.symbol_rate_error_ppm, 0, 400);
    EXPECT_GT(quality.snr_db, 10);

    const auto from_audio = make("FSK", options, SampleKind::real, kRateHz);
    const LinkQuality audio =
        receive(*from_audio, modem::to_fm_audio(iq, kRateHz, 12345)).qualities[10];
    EXPECT_NEAR(audio.carrier_offset_hz, 700, 120);
    const auto unknown = make("FSK", {{"baudrate", "9600"}}, SampleKind::real, kRateHz);
    EXPECT_TRUE(std::isnan(
        receive(*unknown, modem::to_fm_audio(iq, kRateHz, 12345)).qualities[10].carrier_offset_hz));
}

/// Tones have no mean, so that of the FM receiver's audio is the carrier's offset.
TEST(AfskQuality, CarrierOffsetIsToldFromIq) {
    const Options options{{"baudrate", "1200"}, {"af_carrier", "1700"}, {"deviation", "500"}};
    for (const double offset_hz : {0.0, 700.0, -1200.0}) {
        auto channel = channel_options(25, 1200);
        channel.offset_hz = offset_hz;
        const auto iq =
            modem::Channel(channel).pass(modulate("AFSK", options, random_bits(3000, 11), kRateHz));
        const auto demodulator = make("AFSK", options, SampleKind::iq, kRateHz);
        double sum = 0, locked = 0;
        auto sink = make_sink<SoftSymbols>([&](const SoftSymbols& block) {
            if (!block.quality.locked)
                return;
            sum += block.quality.carrier_offset_hz;
            locked += 1;
        });
        Samples samples;
        samples.iq = iq;
        demodulator->process(samples, sink);
        demodulator->finish(sink);
        ASSERT_GT(locked, 10);
        EXPECT_NEAR(sum / locked, offset_hz, 25);
    }
}

/// Each burst has its own carrier; what is said of its symbols must be that, although they leave
/// long after the carrier tracker has gone on to noise and the next burst.
TEST(FskQuality, CarrierOffsetIsThatOfTheBurst) {
    const Options options{{"baudrate", "9600"}, {"deviation", "2400"}};
    struct Burst {
        double begin, end, offset_hz;
    };
    std::vector<Burst> bursts;
    std::vector<Iq> iq;
    std::mt19937 random(5);
    for (int k = 0; k < 30; ++k) {
        iq.resize(iq.size() + 3000 + random() % 4000);
        const auto samples = modulate("GMSK", options, random_bits(500, random()), kRateHz);
        const double offset_hz = static_cast<double>(random() % 4000) - 2000;
        bursts.push_back({static_cast<double>(iq.size()),
                          static_cast<double>(iq.size() + samples.size()), offset_hz});
        for (std::size_t n = 0; n < samples.size(); ++n)
            iq.push_back(samples[n] *
                         std::polar(1.0f, static_cast<float>(2 * M_PI * offset_hz / kRateHz *
                                                             static_cast<double>(n))));
    }
    iq = modem::Channel(channel_options(16, 9600)).pass(iq); // the last burst ends the input
    const auto demodulator = make("GMSK", options, SampleKind::iq, kRateHz);
    std::size_t blocks = 0, locked = 0;
    double squares = 0;
    auto sink = make_sink<SoftSymbols>([&](const SoftSymbols& block) {
        const double middle = block.first_position + block.samples_per_symbol *
                                                         static_cast<double>(block.values.size()) /
                                                         2;
        for (const Burst& burst : bursts) {
            if (middle < burst.begin || middle > burst.end)
                continue;
            ++blocks;
            if (!block.quality.locked)
                continue;
            ++locked;
            const double error_hz = block.quality.carrier_offset_hz - burst.offset_hz;
            squares += error_hz * error_hz;
        }
    });
    Samples samples;
    samples.iq = iq;
    demodulator->process(samples, sink);
    demodulator->finish(sink);
    EXPECT_GT(locked, blocks * 3 / 4);
    EXPECT_LT(std::sqrt(squares / static_cast<double>(locked)), 150);
}

TEST(FskLevel, OfACleanSymbolIs32) {
    const Options options{{"baudrate", "9600"}, {"deviation", "2400"}};
    const auto bits = random_bits(2000, 6);
    const auto demodulator = make("FSK", options, SampleKind::real, kRateHz);
    const Received received = receive(
        *demodulator, modem::to_fm_audio(modulate("FSK", options, bits, kRateHz), kRateHz, 10000));
    double sum = 0;
    for (std::size_t i = 100; i < 1900; ++i)
        sum += std::abs(received.symbols[i].value);
    EXPECT_NEAR(sum / 1800, 32, 3);
}

TEST(Afsk, BellTonesFromAudioAndFromIq) {
    const Options options{{"baudrate", "1200"}, {"af_carrier", "1700"}, {"deviation", "500"}};
    const auto bits = random_bits(2000, 7);
    auto channel = channel_options(30, 1200);
    channel.offset_hz = 1500;
    const auto iq = modem::Channel(channel).pass(modulate("AFSK", options, bits, kRateHz));
    for (const SampleKind kind : {SampleKind::iq, SampleKind::real}) {
        const auto demodulator = make("AFSK", options, kind, kRateHz);
        const bool audio = kind == SampleKind::real;
        const Received received =
            audio ? receive(*demodulator, modem::to_fm_audio(iq, kRateHz, 10000))
                  : receive(*demodulator, iq);
        const auto result =
            compare(received, bits, first_centre(40) + (audio ? kAudioDelay : 0), 40);
        EXPECT_LE(result.errors, 1u);
        EXPECT_LT(result.worst_position, 4);
    }
}

TEST(Afsk, MinimumShiftTonesFromAudio) {
    const Options options{{"baudrate", "4800"}, {"af_carrier", "3600"}, {"deviation", "-1200"}};
    const auto bits = random_bits(3000, 7);
    const auto iq =
        modem::Channel(channel_options(30, 4800)).pass(modulate("AFSK", options, bits, kRateHz));
    const auto demodulator = make("AFSK", options, SampleKind::real, kRateHz);
    const auto result = compare(receive(*demodulator, modem::to_fm_audio(iq, kRateHz, 10000)), bits,
                                first_centre(10) + kAudioDelay, 10);
    EXPECT_LE(std::min(result.errors, result.bits - result.errors), 3u);
}

/// Else a line of a station file could ask for all memory there is.
TEST(FskLimits, WhatTakesTooMuchIsRefused) {
    using Given = std::initializer_list<std::pair<const char*, const char*>>;
    const auto refused = [](const char* name, Given given, SampleKind kind,
                            double rate_hz) -> std::string {
        const auto* entry = find_demodulator(name);
        const auto made = entry->make(*read_settings_from(entry->fields, given), {kind, rate_hz});
        return made ? "" : made.error().key;
    };
    const SampleKind iq = SampleKind::iq, real = SampleKind::real;
    EXPECT_EQ(refused("FSK", {{"baudrate", "1"}}, iq, 2e10), "baudrate");
    EXPECT_EQ(refused("FSK", {{"baudrate", "1"}}, real, 2e10), "baudrate");
    EXPECT_EQ(refused("FSK", {{"baudrate", "1"}, {"deviation", "400000"}}, iq, 1e6), "baudrate");
    EXPECT_EQ(refused("FSK", {{"baudrate", "20"}, {"deviation", "-400000"}}, iq, 1e6), "deviation");
    EXPECT_EQ(refused("FSK", {{"baudrate", "20"}, {"offset_range", "400000"}}, iq, 1e6),
              "offset_range");
    EXPECT_EQ(refused("FSK", {{"baudrate", "20"}, {"deviation", "20480"}}, iq, 1e6), "");
    EXPECT_EQ(refused("FSK", {{"baudrate", "1200"}}, iq, 61.44e6), "");
    const auto afsk = [&](const char* baudrate, const char* carrier, const char* deviation) {
        return refused("AFSK",
                       {{"baudrate", baudrate}, {"af_carrier", carrier}, {"deviation", deviation}},
                       iq, 4e6);
    };
    EXPECT_EQ(afsk("1", "1700", "500"), "baudrate");
    EXPECT_EQ(afsk("100", "1000000", "-200000"), "deviation");
    EXPECT_EQ(afsk("1000", "1", "500"), "deviation");
    EXPECT_EQ(afsk("1000000", "10", "10"), "af_carrier");
    EXPECT_EQ(afsk("1200", "1700", "500"), "");
}

} // namespace
} // namespace telemetry::dsp::test
