// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include "psk_signal.h"
#include "telemetry/dsp/psk_symbols.h"

namespace telemetry::dsp::psk_test {
namespace {

constexpr double kRate = 48000;
constexpr SampleFormat kIq{SampleKind::iq, kRate}, kReal{SampleKind::real, kRate};

std::vector<Iq> noise(std::size_t count, unsigned seed, float level = 0.1f) {
    std::mt19937 random(seed);
    std::vector<Iq> out(count);
    // Twelve uniform numbers: Gaussian enough, the same on every machine.
    const auto gaussian = [&] {
        float sum = -6;
        for (int n = 0; n < 12; ++n)
            sum += static_cast<float>(random()) / 4294967296.0f;
        return sum * level;
    };
    for (Iq& x : out) {
        const float i = gaussian();
        x = {i, gaussian()};
    }
    return out;
}

std::vector<float> real_part(const std::vector<Iq>& iq) {
    std::vector<float> out;
    for (const Iq& x : iq)
        out.push_back(x.real());
    return out;
}

/// Bursts of `bits` with pauses between them, each at another offset, phase and timing.
struct Bursts {
    std::vector<Iq> samples;
    std::vector<double> first; ///< sample position of the first symbol's centre of each
    std::vector<std::vector<std::uint8_t>> bits;
};

Bursts bursts(double es_n0_db, std::size_t count, std::size_t length, std::size_t preamble) {
    Bursts out;
    out.samples = noise(7000, 99, 0.0f);
    // Where the modulator puts the centre of the first symbol: the peak of a lone pulse.
    const auto pulse = modulated("BPSK", {1}, "9600", kRate);
    std::size_t centre = 0;
    for (std::size_t n = 0; n < pulse.size(); ++n)
        if (std::abs(pulse[n]) > std::abs(pulse[centre]))
            centre = n;
    for (std::size_t b = 0; b < count; ++b) {
        auto bits = random_bits(preamble + length, static_cast<unsigned>(b) + 1);
        for (std::size_t n = 0; n < preamble; ++n)
            bits[n] = n & 1;
        modem::ChannelOptions channel;
        channel.rate_hz = kRate;
        channel.es_n0_db = 200;
        channel.symbol_rate_hz = 9600;
        channel.offset_hz = -2000 + 700.0 * static_cast<double>(b);
        channel.phase_rad = 2.0 * static_cast<double>(b);
        const auto signal = modem::Channel(channel).pass(modulated("BPSK", bits, "9600", kRate));
        out.first.push_back(static_cast<double>(out.samples.size() + centre));
        out.samples.insert(out.samples.end(), signal.begin(), signal.end());
        out.samples.resize(out.samples.size() + 1801 + 613 * b);
        out.bits.push_back(bits);
    }
    out.samples.resize(out.samples.size() + 3000);
    const float sigma =
        static_cast<float>(std::sqrt(kRate / 9600 / std::pow(10, es_n0_db / 10) / 2));
    const auto added = noise(out.samples.size(), 5, sigma);
    for (std::size_t n = 0; n < out.samples.size(); ++n)
        out.samples[n] = 0.1f * (out.samples[n] + added[n]);
    return out;
}

/// The value nearest to a sample position.
std::size_t index_at(const Received& received, double position) {
    std::size_t best = 0;
    for (std::size_t n = 0; n < received.positions.size(); ++n)
        if (std::abs(received.positions[n] - position) <
            std::abs(received.positions[best] - position))
            best = n;
    return best;
}

TEST(Psk, BurstsAreRightFromTheEndOfTheirPreambleOn) {
    const Bursts sent = bursts(12, 6, 400, 30);
    const auto demodulator = make("BPSK", {{"baudrate", "9600"}}, kIq);
    const Received received = receive(*demodulator, sent.samples);
    for (std::size_t b = 0; b < sent.bits.size(); ++b) {
        const std::size_t first = index_at(received, sent.first[b]);
        EXPECT_NEAR(received.positions[first + 200], sent.first[b] + 200 * 5, 0.3) << "burst " << b;
        const Match match = compare(received.values, sent.bits[b], first + 30, first + 430,
                                    -static_cast<int>(first));
        EXPECT_EQ(match.bits, 400);
        EXPECT_EQ(match.errors, 0) << "burst " << b;
    }
}

TEST(Psk, TheResultDoesNotDependOnTheChunks) {
    const Bursts sent = bursts(6, 2, 700, 30);
    const auto audio = modem::to_real_carrier(sent.samples, kRate, 12000);
    for (const char* name : {"BPSK", "DBPSK", "BPSK Manchester", "DBPSK Manchester"}) {
        const auto once = make(name, {{"baudrate", "4800"}}, kIq);
        const Received expected = receive(*once, sent.samples);
        const auto real_once = make(name, {{"baudrate", "4800"}}, kReal);
        const Received real_expected = receive(*real_once, audio);
        ASSERT_GT(expected.values.size(), 500u);
        for (const std::size_t chunk : {1u, 7u, 1000u, 4097u}) {
            const auto demodulator = make(name, {{"baudrate", "4800"}}, kIq);
            const Received got = receive(*demodulator, sent.samples, chunk);
            EXPECT_EQ(got.values, expected.values) << name << " " << chunk;
            EXPECT_EQ(got.positions, expected.positions) << name << " " << chunk;
            EXPECT_EQ(got.blocks, expected.blocks) << name << " " << chunk;
            const auto real = make(name, {{"baudrate", "4800"}}, kReal);
            EXPECT_EQ(receive(*real, audio, chunk).values, real_expected.values) << name << chunk;
        }
    }
}

TEST(Psk, ResetIsAsNewAndPositionsStartAnywhere) {
    const Bursts sent = bursts(8, 2, 500, 30);
    for (const char* name : {"BPSK", "DBPSK Manchester"}) {
        const auto fresh = make(name, {{"baudrate", "9600"}}, {SampleKind::iq, 2 * kRate});
        const Received expected = receive(*fresh, sent.samples);
        const auto used = make(name, {{"baudrate", "9600"}}, {SampleKind::iq, 2 * kRate});
        receive(*used, noise(5000, 8));
        used->reset();
        const Received got = receive(*used, sent.samples, 0, 1000);
        EXPECT_EQ(got.values, expected.values);
        ASSERT_EQ(got.positions.size(), expected.positions.size());
        for (std::size_t n = 0; n < got.positions.size(); ++n)
            EXPECT_NEAR(got.positions[n], expected.positions[n] + 1000, 1e-6);
    }
}

TEST(Psk, EverySymbolUpToTheLastComesOut) {
    const auto bits = random_bits(2000, 4);
    for (const std::size_t cut : {0u, 1u, 200u}) {
        auto signal = modulated("BPSK", bits, "9600", kRate);
        signal.resize(signal.size() - cut);
        const auto demodulator = make("BPSK", {{"baudrate", "9600"}}, kIq);
        const Received received = receive(*demodulator, signal);
        EXPECT_EQ(best_match(received, bits).errors, 0);
        EXPECT_NEAR(received.positions.back(), static_cast<double>(signal.size()) - 1, 5.5);
        EXPECT_LE(received.positions.back(), static_cast<double>(signal.size()));
        for (std::size_t n = 1; n < received.positions.size(); ++n)
            EXPECT_NEAR(received.positions[n] - received.positions[n - 1], 5, 0.2) << n;
    }
}

TEST(Psk, NoiseIsNotLockedAndASignalIs) {
    for (const char* baudrate : {"9600", "1200"}) {
        const auto input = noise(400000, 17);
        const auto from_iq = make("BPSK", {{"baudrate", baudrate}}, kIq);
        EXPECT_LT(receive(*from_iq, input).locked_share(), 0.02) << baudrate;
        const auto from_real = make("BPSK", {{"baudrate", baudrate}}, kReal);
        EXPECT_LT(receive(*from_real, real_part(input)).locked_share(), 0.02) << baudrate;
    }
}

TEST(Psk, TellsWhatItKnowsOfTheSignal) {
    for (const double es_n0_db : {2.0, 10.0}) {
        modem::ChannelOptions channel;
        channel.rate_hz = kRate;
        channel.es_n0_db = es_n0_db;
        channel.symbol_rate_hz = 9600;
        channel.offset_hz = -777;
        channel.clock_error_ppm = 800;
        const auto signal =
            modem::Channel(channel).pass(modulated("BPSK", random_bits(30000, 2), "9600", kRate));
        const auto demodulator = make("BPSK", {{"baudrate", "9600"}}, kIq);
        const Received received = receive(*demodulator, signal);
        EXPECT_GT(received.locked_share(), 0.97);
        const LinkQuality& quality = received.quality[received.quality.size() * 3 / 4];
        EXPECT_NEAR(quality.snr_db, es_n0_db, 1);
        EXPECT_NEAR(quality.carrier_offset_hz, -777, 20);
        EXPECT_NEAR(quality.symbol_rate_error_ppm, 800, 150);
    }
}

TEST(Psk, OddInputDoesNoHarm) {
    const auto bits = random_bits(4000, 6);
    const auto clean = modulated("BPSK", bits, "9600", kRate);
    std::vector<Iq> odd(20000);
    const float nan = std::numeric_limits<float>::quiet_NaN(),
                infinity = std::numeric_limits<float>::infinity();
    for (std::size_t n = 0; n < odd.size(); ++n)
        odd[n] = n < 4000    ? Iq{1e30f, -1e38f}
                 : n < 8000  ? Iq{0.5f, 0.5f}                                        // DC
                 : n < 12000 ? std::polar(0.5f, 0.3f * static_cast<float>(n % 1000)) // tone
                 : n < 12010 ? Iq{nan, infinity}
                             : Iq{};
    odd.insert(odd.end(), clean.begin(), clean.end());
    const std::size_t hole = odd.size() - clean.size() / 2;
    odd[hole] = {nan, nan};
    odd[hole + 1] = {-infinity, infinity};
    const auto demodulator = make("BPSK", {{"baudrate", "9600"}}, kIq);
    const Received received = receive(*demodulator, odd);
    Match best;
    best.errors = -1;
    const std::size_t begin = index_at(received, 20000 + 500), end = received.values.size() - 30;
    for (int lag = -4200; lag < -3800; ++lag) {
        const Match match = compare(received.values, bits, begin, end, lag);
        if (match.bits > 3000 && (best.errors < 0 || match.errors < best.errors))
            best = match;
    }
    EXPECT_GE(best.errors, 0);
    EXPECT_LE(best.errors, 3);
    const auto real = make("DBPSK Manchester", {{"baudrate", "1200"}}, kReal);
    std::vector<float> audio(9000, nan);
    audio.insert(audio.end(), 9000, 1.0f);
    EXPECT_LT(receive(*real, audio).locked_share(), 1.1);
}

TEST(Psk, ADcOffsetDoesNotHideTheSignal) {
    const auto bits = random_bits(20000, 6);
    modem::ChannelOptions channel;
    channel.rate_hz = kRate;
    channel.es_n0_db = 8;
    channel.symbol_rate_hz = 9600;
    channel.offset_hz = 900;
    auto signal = modem::Channel(channel).pass(modulated("BPSK", bits, "9600", kRate));
    std::vector<Iq> with_dc(40000);
    with_dc.insert(with_dc.end(), signal.begin(), signal.end());
    for (Iq& x : with_dc)
        x += Iq{1.0f, -0.5f};
    const auto demodulator = make("BPSK", {{"baudrate", "9600"}}, kIq);
    const Received received = receive(*demodulator, with_dc);
    const std::size_t begin = index_at(received, 40000 + 500);
    Match best;
    best.errors = -1;
    for (int lag = -8100; lag < -7900; ++lag) {
        const Match match = compare(received.values, bits, begin, received.values.size() - 40, lag);
        if (best.errors < 0 || match.errors < best.errors)
            best = match;
    }
    EXPECT_LT(best.rate(), 1e-3);
}

TEST(Psk, WrongSettingsAreRefused) {
    const DemodulatorEntry* entry = find_demodulator("bpsk");
    ASSERT_NE(entry, nullptr);
    const auto refused = [&](Given given, SampleFormat format) -> std::string {
        const auto made = entry->make(*read_settings_from(entry->fields, given), format);
        return made ? "" : made.error().key;
    };
    EXPECT_EQ(refused({{"baudrate", "9600"}}, {SampleKind::iq, 19199}), "baudrate");
    EXPECT_EQ(refused({{"baudrate", "9600"}}, {SampleKind::iq, 19200}), "");
    EXPECT_EQ(refused({{"baudrate", "9600"}}, {SampleKind::real, 24000}), "af_carrier");
    EXPECT_EQ(refused({{"baudrate", "9600"}, {"af_carrier", "3000"}}, kReal), "af_carrier");
    EXPECT_EQ(refused({{"baudrate", "9600"}, {"offset_range", "30000"}}, kIq), "offset_range");
    EXPECT_EQ(refused({{"baudrate", "10"}}, {SampleKind::iq, 655360}), "");
    EXPECT_EQ(refused({{"baudrate", "10"}}, {SampleKind::iq, 2e10}), "baudrate");
    EXPECT_EQ(refused({{"baudrate", "10"}, {"offset_range", "10241"}}, kIq), "offset_range");
    EXPECT_FALSE(read_settings_from(entry->fields, {}).has_value());
}

TEST(Psk, RootRaisedCosineIsOne) {
    const auto taps = design_root_raised_cosine(4, 0.35, 6);
    ASSERT_EQ(taps.size(), 49u);
    double energy = 0, neighbour = 0;
    for (std::size_t n = 0; n < taps.size(); ++n) {
        energy += static_cast<double>(taps[n]) * taps[n];
        if (n >= 4)
            neighbour += static_cast<double>(taps[n]) * taps[n - 4];
    }
    EXPECT_LT(std::abs(neighbour / energy), 0.01);
}

} // namespace
} // namespace telemetry::dsp::psk_test
