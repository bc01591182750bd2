// SPDX-License-Identifier: GPL-3.0-or-later
// LinkQuality against what the channel was told, over a grid of Es/N0, of signals without end and
// of bursts.
#include "fsk_signal.h"
#include "telemetry/dsp/symbol_snr.h"

namespace telemetry::dsp::test {
namespace {

constexpr double kRateHz = 48000;
constexpr double kGrid[] = {5, 8, 10, 12, 15, 18, 20, 25, 30};

struct Interval {
    double begin, end; ///< samples
};

struct Means {
    double snr_db = 0, level_db = 0, worst_db = 0; ///< worst: a block's distance from the truth
    int blocks = 0;
};

/// Over the blocks of which the middle lies in one of the intervals.
Means means_of(Demodulator& demodulator, const Samples& samples,
               const std::vector<Interval>& signal, double es_n0_db) {
    Means means;
    double power = 0;
    auto sink = make_sink<SoftSymbols>([&](const SoftSymbols& block) {
        const double middle = block.first_position + block.samples_per_symbol *
                                                         static_cast<double>(block.values.size()) /
                                                         2;
        bool within = false;
        for (const Interval& i : signal)
            within |= middle > i.begin && middle < i.end;
        if (!within || !block.quality.locked || !std::isfinite(block.quality.snr_db))
            return;
        const double snr_db = block.quality.snr_db;
        ++means.blocks;
        means.snr_db += snr_db;
        means.worst_db = std::max(means.worst_db, std::abs(snr_db - es_n0_db));
        power += std::pow(10, static_cast<double>(block.quality.signal_level_db) / 10);
    });
    demodulator.process(samples, sink);
    demodulator.finish(sink);
    means.snr_db /= means.blocks;
    means.level_db = 10 * std::log10(power / means.blocks);
    return means;
}

/// How the signal gets to the demodulator.
enum class Path { iq, real_carrier };

struct Case {
    const char* modulation;
    const char* baudrate;
    const char* deviation; ///< nullptr: has none
    const char* carrier;   ///< of a real one
    Path path;
    std::size_t burst; ///< bits; 0: no bursts
    double least_db;   ///< where this signal is received at all
    double at_30_db;   ///< least of what is reported at 30 dB
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.modulation << ' ' << c.baudrate << (c.path == Path::iq ? " IQ" : " real")
         << (c.burst ? " bursts" : "");
}

class Snr : public testing::TestWithParam<Case> {
protected:
    Means measured(double es_n0_db) const;
};

Means Snr::measured(double es_n0_db) const {
    const Case& c = GetParam();
    const bool real = c.path == Path::real_carrier;
    Options sent{{"baudrate", c.baudrate}};
    if (c.deviation)
        sent.push_back({"deviation", c.deviation});
    Options received = sent;
    if (real)
        received.push_back({"af_carrier", c.carrier});
    const bool afsk = std::string_view(c.modulation) == "AFSK";
    const double baudrate_hz = std::atof(c.baudrate), step = kRateHz / baudrate_hz;
    std::vector<Iq> iq;
    std::vector<Interval> intervals;
    for (unsigned n = 0; n < (c.burst ? 6u : 1u); ++n) {
        if (c.burst)
            iq.resize(iq.size() + static_cast<std::size_t>(1000 * step));
        const auto begin = static_cast<double>(iq.size());
        const auto samples = modulate(afsk ? "FSK" : c.modulation, sent,
                                      random_bits(c.burst ? c.burst : 5000, n + 1), kRateHz);
        iq.insert(iq.end(), samples.begin(), samples.end());
        intervals.push_back(
            {begin + 100 * step, static_cast<double>(iq.size()) - (c.burst ? 100 : 1000) * step});
    }
    iq.resize(iq.size() + static_cast<std::size_t>(1000 * step));
    modem::ChannelOptions channel;
    channel.rate_hz = kRateHz;
    channel.symbol_rate_hz = baudrate_hz;
    channel.es_n0_db = es_n0_db;
    channel.gain = 0.1;
    channel.offset_hz = afsk ? 0 : 0.02 * baudrate_hz;
    channel.noise_for = real ? modem::NoiseFor::real_carrier : modem::NoiseFor::iq;
    iq = modem::Channel(channel).pass(iq);
    const auto demodulator =
        make(c.modulation, received, real ? SampleKind::real : SampleKind::iq, kRateHz);
    const auto audio =
        real ? modem::to_real_carrier(iq, kRateHz, std::atof(c.carrier)) : std::vector<float>{};
    Samples samples;
    if (real)
        samples.real = audio;
    else
        samples.iq = iq;
    return means_of(*demodulator, samples, intervals, es_n0_db);
}

TEST_P(Snr, IsEsN0) {
    const Case& c = GetParam();
    double last = -100;
    for (const double es_n0_db : kGrid) {
        if (es_n0_db < c.least_db)
            continue;
        const Means means = measured(es_n0_db);
        ASSERT_GE(means.blocks, 3) << es_n0_db;
        EXPECT_GT(means.snr_db, last + (es_n0_db > 20 ? 1.5 : 1.0)) << es_n0_db;
        last = means.snr_db;
        if (es_n0_db <= 20) {
            EXPECT_NEAR(means.snr_db, es_n0_db, 1);
            EXPECT_LT(means.worst_db, es_n0_db < 8 ? 6 : 3) << es_n0_db;
        }
        if (c.burst == 0) {
            // Unit power and noise of the whole band, a hundredth of it, half of a real carrier.
            const double step = kRateHz / std::atof(c.baudrate);
            const bool real = c.path == Path::real_carrier;
            const double noise = step / std::pow(10, es_n0_db / 10) / (real ? 2 : 1);
            EXPECT_NEAR(means.level_db, 10 * std::log10((1 + noise) * (real ? 0.5 : 1)) - 20, 0.6);
        }
    }
    EXPECT_GT(last, c.at_30_db);
    EXPECT_LT(last, 33.5);
}

INSTANTIATE_TEST_SUITE_P(Fsk, Snr,
                         testing::Values(Case{"FSK", "9600", "2400", "", Path::iq, 0, 5, 28},
                                         Case{"FSK", "9600", "3000", "", Path::iq, 0, 5, 28},
                                         Case{"GMSK", "9600", "2400", "", Path::iq, 0, 10, 26},
                                         Case{"GFSK", "4800", "1500", "", Path::iq, 0, 8, 26},
                                         Case{"FSK", "9600", "4800", "", Path::iq, 0, 5, 28},
                                         Case{"FSK", "9600", "4000", "", Path::iq, 0, 5, 28},
                                         Case{"FSK", "4800", "4800", "", Path::iq, 0, 5, 28},
                                         Case{"FSK", "9600", "2400", "", Path::iq, 900, 10, 26},
                                         Case{"GMSK", "9600", "2400", "", Path::iq, 900, 12, 25},
                                         Case{"FSK", "9600", "4800", "", Path::iq, 900, 8, 25}));

INSTANTIATE_TEST_SUITE_P(
    Afsk, Snr,
    testing::Values(Case{"AFSK", "1200", "500", "1700", Path::real_carrier, 0, 5, 26},
                    Case{"AFSK", "1200", "600", "2000", Path::real_carrier, 0, 5, 28},
                    Case{"AFSK", "4800", "1200", "3600", Path::real_carrier, 0, 8, 26}));

INSTANTIATE_TEST_SUITE_P(
    Psk, Snr,
    testing::Values(Case{"BPSK", "4800", nullptr, "12000", Path::iq, 0, 5, 28},
                    Case{"BPSK", "4800", nullptr, "12000", Path::real_carrier, 600, 5, 28},
                    Case{"DBPSK", "4800", nullptr, "12000", Path::iq, 600, 5, 28},
                    Case{"DBPSK", "4800", nullptr, "12000", Path::real_carrier, 0, 5, 28},
                    Case{"BPSK Manchester", "4800", nullptr, "12000", Path::iq, 600, 5, 28},
                    Case{"DBPSK Manchester", "4800", nullptr, "12000", Path::real_carrier, 0, 5,
                         28}));

/// What an FM receiver's audio means: Es/N0 of antipodal symbols that decide as well.
TEST(SnrOfAudio, IsThatOfAntipodalSymbolsInWhiteNoise) {
    const auto bits = random_bits(5000, 1);
    const auto demodulator =
        make("FSK", {{"baudrate", "4800"}, {"deviation", "1200"}}, SampleKind::real, kRateHz);
    for (const double es_n0_db : kGrid) {
        std::mt19937 random(2);
        std::normal_distribution<double> noise(0,
                                               std::sqrt(10 / 2.0 / std::pow(10, es_n0_db / 10)));
        std::vector<float> audio;
        for (const std::uint8_t bit : bits)
            for (int n = 0; n < 10; ++n)
                audio.push_back(static_cast<float>(0.1 * ((bit ? 1 : -1) + noise(random))));
        Samples samples;
        samples.real = audio;
        const Means means = means_of(*demodulator, samples, {{1000, 49000}}, es_n0_db);
        demodulator->reset();
        EXPECT_NEAR(means.snr_db, es_n0_db, es_n0_db > 20 ? 1.5 : 0.5);
    }
}

/// Of FM audio with an IF filter: it rises all the way.
TEST(SnrOfAudio, RisesWithTheSignal) {
    const Options options{{"baudrate", "9600"}, {"deviation", "2400"}};
    const auto iq = modulate("FSK", options, random_bits(5000, 1), kRateHz);
    double last = 0;
    for (const double es_n0_db : kGrid) {
        modem::ChannelOptions channel;
        channel.es_n0_db = es_n0_db;
        std::vector<float> audio;
        modem::FmReceiver(kRateHz, 10000, 13440).receive(modem::Channel(channel).pass(iq), audio);
        Samples samples;
        samples.real = audio;
        const auto demodulator = make("FSK", options, SampleKind::real, kRateHz);
        const Means means = means_of(*demodulator, samples, {{500, 24500}}, es_n0_db);
        EXPECT_GT(means.snr_db, last + 1.2) << es_n0_db;
        last = means.snr_db;
    }
    EXPECT_GT(last, 24);
}

TEST(SignalToScatter, IsCorrectedForWrongDecisions) {
    for (const double ratio : {0.5, 1.0, 2.0, 6.0, 20.0, 1000.0}) {
        std::mt19937 random(3);
        std::normal_distribution<double> noise(0, 1 / std::sqrt(ratio));
        std::vector<float> symbols;
        for (int n = 0; n < 40000; ++n)
            symbols.push_back(static_cast<float>((random() >> 31 ? 1 : -1) + noise(random)));
        SymbolMoments moments;
        moments.add(symbols);
        EXPECT_NEAR(10 * std::log10(signal_to_scatter(moments) / ratio), 0, ratio < 2 ? 0.7 : 0.15)
            << ratio;
    }
    SymbolMoments nothing;
    EXPECT_TRUE(std::isfinite(signal_to_scatter(nothing)));
}

} // namespace
} // namespace telemetry::dsp::test
