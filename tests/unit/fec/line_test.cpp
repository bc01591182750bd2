// SPDX-License-Identifier: GPL-3.0-or-later
// Line codes, HDLC bits and the convolutional encoder.
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <random>

#include "telemetry/fec/bits.h"
#include "telemetry/fec/convolutional.h"
#include "telemetry/fec/hdlc.h"
#include "telemetry/fec/line_code.h"

namespace telemetry::fec {
namespace {

std::vector<std::uint8_t> random_bits(std::size_t count) {
    std::mt19937 random(7);
    std::vector<std::uint8_t> bits(count);
    for (auto& bit : bits)
        bit = random() & 1;
    return bits;
}

std::uint64_t word_at(const std::vector<std::uint8_t>& bits, std::size_t at) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 64; ++i)
        word = word << 1 | bits[at + i];
    return word;
}

TEST(LineCode, DataIsInTheChanges) {
    DifferentialEncoder mark(Transition::on_one);
    DifferentialEncoder space(Transition::on_zero);
    std::string mark_levels;
    std::string space_levels;
    for (const std::uint8_t bit : {1, 1, 0, 0, 1, 0}) {
        mark_levels += static_cast<char>('0' + mark.encode(bit));
        space_levels += static_cast<char>('0' + space.encode(bit));
    }
    EXPECT_EQ(mark_levels, "100011");
    EXPECT_EQ(space_levels, "001001");
}

TEST(LineCode, DecodersTakeEitherPolarity) {
    const auto bits = random_bits(64 * 10);
    for (const Transition transition : {Transition::on_one, Transition::on_zero})
        for (const std::uint8_t invert : {0, 1}) {
            DifferentialEncoder encoder(transition);
            DifferentialDecoder by_bit(transition);
            DifferentialDecoder by_word(transition);
            std::vector<std::uint8_t> levels;
            for (const auto bit : bits)
                levels.push_back(encoder.encode(bit) ^ invert);
            for (std::size_t i = 0; i < bits.size(); ++i) {
                const auto bit = by_bit.decode(levels[i]);
                if (i > 0) {
                    ASSERT_EQ(bit, bits[i]);
                }
            }
            for (std::size_t at = 0; at < bits.size(); at += 64)
                ASSERT_EQ((by_word.decode_word(word_at(levels, at)) ^ word_at(bits, at)) &
                              (at == 0 ? ~std::uint64_t{0} >> 1 : ~std::uint64_t{0}),
                          0u);
        }
}

TEST(Hdlc, StuffsAndChecks) {
    // "123456789" with the catalogue's check value 0x906e behind, low byte first.
    std::vector<std::uint8_t> bits;
    const std::array<std::uint8_t, 9> digits = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
    hdlc_encode(digits, bits);
    std::vector<std::uint8_t> plain;
    append_bits_lsb(digits, plain);
    append_bits_lsb(std::array<std::uint8_t, 2>{0x6e, 0x90}, plain);
    EXPECT_EQ(bits, plain); // nothing to stuff in these
    bits.clear();
    hdlc_encode(std::array<std::uint8_t, 2>{0xff, 0x3f}, bits);
    EXPECT_EQ(std::vector<std::uint8_t>(bits.begin(), bits.begin() + 18),
              (std::vector<std::uint8_t>{1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0}));
}

TEST(Convolutional, ImpulseResponseIsTheGenerator) {
    ConvolutionalEncoder encoder(kConvolutionalCcsdsUninverted);
    std::vector<std::uint8_t> symbols;
    encoder.encode(std::array<std::uint8_t, 1>{1}, symbols);
    encoder.terminate(symbols);
    // 171 and 133 octal side by side
    EXPECT_EQ(symbols, (std::vector<std::uint8_t>{1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1}));
}

TEST(Convolutional, CodesHaveNames) {
    EXPECT_EQ(find_convolutional_code("nasa-dsn")->outputs()[0].inverted, 1U);
    EXPECT_FALSE(find_convolutional_code("none"));
    EXPECT_FALSE(find_convolutional_code("CCSDS "));
}

TEST(Convolutional, VectorsOfGnuRadio) {
    std::ifstream file(TELEMETRY_VECTORS "/fec/convolutional.txt");
    std::string name, bits, symbols;
    int vectors = 0;
    while (std::getline(file, name) && std::getline(file, bits) && std::getline(file, symbols)) {
        ++vectors;
        const auto found = find_convolutional_code(name);
        ASSERT_TRUE(found) << name;
        const ConvolutionalCode& code = *found;
        std::vector<std::uint8_t> data;
        for (const char bit : bits)
            data.push_back(bit == '1');
        std::vector<std::uint8_t> coded;
        ConvolutionalEncoder(code).encode(data, coded);
        std::string text;
        for (const auto symbol : coded)
            text += symbol ? '1' : '0';
        EXPECT_EQ(text, symbols) << name;
    }
    EXPECT_EQ(vectors, 4);
}

TEST(Convolutional, InversionAndOrder) {
    const auto bits = random_bits(100);
    std::vector<std::uint8_t> ccsds, dsn;
    ConvolutionalEncoder(kConvolutionalCcsds).encode(bits, ccsds);
    ConvolutionalEncoder(kConvolutionalNasaDsn).encode(bits, dsn);
    for (std::size_t i = 0; i < ccsds.size(); i += 2) {
        EXPECT_EQ(ccsds[i], dsn[i + 1]);
        EXPECT_EQ(ccsds[i + 1], dsn[i]);
    }
}

} // namespace
} // namespace telemetry::fec
