// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <gtest/gtest.h>

#include "mission.h"
#include "telemetry/parameter/bits.h"
#include "telemetry/parameter/number.h"

namespace telemetry::parameter {
namespace {

TEST(Bits, EveryWidthAtEveryOffset) {
    std::vector<std::uint8_t> octets(24);
    for (std::size_t i = 0; i < octets.size(); ++i)
        octets[i] = static_cast<std::uint8_t>(37 * i + 11);
    for (std::size_t bit = 0; bit < 64; ++bit)
        for (unsigned count = 1; count <= 64; ++count) {
            std::uint64_t expected = 0;
            for (unsigned i = 0; i < count; ++i)
                expected = expected << 1 | (octets[(bit + i) / 8] >> (7 - (bit + i) % 8) & 1U);
            ASSERT_EQ(load_bits(octets, bit, count), expected) << bit << " " << count;
            const auto tight = std::span(octets).first((bit + count + 7) / 8);
            ASSERT_EQ(load_bits(tight, bit, count), expected) << bit << " " << count;
        }
}

TEST(Number, SignedCodings) {
    EXPECT_EQ(sign_extended(0x7ff, 11), -1);
    EXPECT_EQ(sign_extended(0x400, 11), -1024);
    EXPECT_EQ(from_sign_magnitude(0x80000001, 32), -1);
    EXPECT_EQ(from_sign_magnitude(0xffffffff, 32), -2147483647);
    EXPECT_EQ(from_sign_magnitude(0x80000000, 32), 0);
    EXPECT_EQ(from_ones_complement(0xfffffffe, 32), -1);
    EXPECT_EQ(from_ones_complement(0xffffffff, 32), 0);
    EXPECT_EQ(from_ones_complement(0x80000000, 32), -2147483647);
}

TEST(Number, Bcd) {
    EXPECT_EQ(from_bcd(0x1234, 16, 4), 1234U);
    EXPECT_EQ(from_bcd(0x01020304, 32, 8), 1234U);
    EXPECT_EQ(from_bcd(0x1a34, 16, 4), std::nullopt);
    EXPECT_EQ(from_bcd(0x299, 10, 4), 299U);
}

TEST(Number, HalfPrecision) {
    // IEEE 754-2008, 3.6, and the table of binary16 examples that it gives rise to.
    EXPECT_EQ(from_half(0x3c00), 1.0);
    EXPECT_EQ(from_half(0xc000), -2.0);
    EXPECT_EQ(from_half(0x7bff), 65504.0);
    EXPECT_EQ(from_half(0x0400), std::ldexp(1.0, -14));
    EXPECT_EQ(from_half(0x0001), std::ldexp(1.0, -24));
    EXPECT_EQ(from_half(0x3555), 0.333251953125);
    EXPECT_TRUE(std::isinf(from_half(0x7c00)));
    EXPECT_TRUE(std::isnan(from_half(0x7e00)));
}

TEST(Number, Mil1750aAsTheStandardLists) {
    // MIL-STD-1750A, tables II and III.
    EXPECT_EQ(from_mil_1750a(0x7FFFFF7F, 32), 0.9999998807907104 * std::ldexp(1.0, 127));
    EXPECT_EQ(from_mil_1750a(0x4000007F, 32), 0.5 * std::ldexp(1.0, 127));
    EXPECT_EQ(from_mil_1750a(0x50000004, 32), 0.625 * 16);
    EXPECT_EQ(from_mil_1750a(0x40000001, 32), 0.5 * 2);
    EXPECT_EQ(from_mil_1750a(0x40000000, 32), 0.5);
    EXPECT_EQ(from_mil_1750a(0x400000FF, 32), 0.25);
    EXPECT_EQ(from_mil_1750a(0x40000080, 32), 0.5 * std::ldexp(1.0, -128));
    EXPECT_EQ(from_mil_1750a(0x00000000, 32), 0.0);
    EXPECT_EQ(from_mil_1750a(0x80000000, 32), -1.0);
    EXPECT_EQ(from_mil_1750a(0xBFFFFF80, 32), -0.5000001192092896 * std::ldexp(1.0, -128));
    EXPECT_EQ(from_mil_1750a(0x9FFFFF04, 32), -0.7500001192092896 * 16);
    EXPECT_EQ(from_mil_1750a(0x4000007F0000, 48), 0.5 * std::ldexp(1.0, 127));
    EXPECT_EQ(from_mil_1750a(0x400000000000, 48), 0.5);
    EXPECT_EQ(from_mil_1750a(0x400000FF0000, 48), 0.25);
    EXPECT_EQ(from_mil_1750a(0x400000800000, 48), 0.5 * std::ldexp(1.0, -128));
    EXPECT_EQ(from_mil_1750a(0x8000007F0000, 48), -std::ldexp(1.0, 127));
    EXPECT_EQ(from_mil_1750a(0x800000000000, 48), -1.0);
    EXPECT_EQ(from_mil_1750a(0x800000FF0000, 48), -0.5);
    EXPECT_EQ(from_mil_1750a(0x800000800000, 48), -std::ldexp(1.0, -128));
    EXPECT_EQ(from_mil_1750a(0xA00000FF0000, 48), -0.375);
}

TEST(Number, OtherFloats) {
    EXPECT_EQ(from_ibm(0xC276A000, 32), -118.625); // IBM System/360 Principles of Operation
    EXPECT_EQ(from_ibm(0x4110000000000000, 64), 1.0);
    EXPECT_EQ(from_dec(0x40800000, 32), 1.0); // VAX Architecture Reference: 1.0 is 4080h
    EXPECT_EQ(from_dec(0xC1200000, 32), -2.5);
    EXPECT_EQ(from_dec(0, 32), 0.0);
    EXPECT_EQ(from_ti(0x00000000), 1.0); // TMS320C3x User's Guide, 4.3
    EXPECT_EQ(from_ti(0x80000000), 0.0);
    EXPECT_EQ(from_ti(0x01800000), -4.0);
}

TEST(Decode, IntegersOfEveryCodingAndOrder) {
    Mission m;
    const auto coded = [&](const char* name, IntegerCoding coding, int bits,
                           BitLayout layout = {}) {
        return m.parameter(name, m.type(IntegerType{}, IntegerEncoding{coding, bits, layout}));
    };
    const BitLayout little{.byte_order = ByteOrder::least_significant_first};
    const BitLayout mixed{.byte_order = ByteOrder::listed, .significance = {2, 3, 0, 1}};
    const BitLayout reverse{.bit_order = BitOrder::least_significant_first};
    m.container("P", entries({coded("u4", IntegerCoding::unsigned_binary, 4),
                              coded("s4", IntegerCoding::twos_complement, 4),
                              coded("sm", IntegerCoding::sign_magnitude, 8),
                              coded("oc", IntegerCoding::ones_complement, 8),
                              coded("pb", IntegerCoding::packed_bcd, 12),
                              coded("r4", IntegerCoding::unsigned_binary, 4, reverse),
                              coded("le", IntegerCoding::twos_complement, 16, little),
                              coded("mx", IntegerCoding::unsigned_binary, 32, mixed),
                              coded("l12", IntegerCoding::unsigned_binary, 12, little),
                              coded("u64", IntegerCoding::unsigned_binary, 64)}));
    Reception r(m);
    EXPECT_EQ(r.text({0xAF, 0x83, 0xFC, 0x12, 0x31, 0xFE, 0xFF, 0x02, 0x01, 0x04, 0x03,
                      0xCD, 0xAF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xF0}),
              "u4=10 s4=-1 sm=-3 oc=-3 pb=123 r4=8 le=-2 mx=16909060 l12=2765 "
              "u64=18446744073709551615");
    EXPECT_EQ(r.faults(), "bits_left_over");
}

TEST(Decode, FloatsOfEveryCoding) {
    Mission m;
    m.container("P", entries({m.real("h", 16), m.real("f", 32), m.real("d", 64),
                              m.real("m32", 32, FloatCoding::mil_std_1750a),
                              m.real("m48", 48, FloatCoding::mil_std_1750a)}));
    Reception r(m);
    EXPECT_EQ(r.text({0xC0, 0x00, 0x3F, 0x80, 0x00, 0x00, 0x40, 0x09, 0x21, 0xFB, 0x54, 0x44,
                      0x2D, 0x18, 0x50, 0x00, 0x00, 0x04, 0xA0, 0x00, 0x00, 0xFF, 0x00, 0x00}),
              "h=-2 f=1 d=3.1415926535897931 m32=10 m48=-0.375");
    EXPECT_EQ(r.faults(), "");
}

TEST(Decode, BadBcdIsMarked) {
    Mission m;
    m.container("P",
                entries({m.parameter(
                    "b", m.type(IntegerType{}, IntegerEncoding{IntegerCoding::packed_bcd, 8}))}));
    Reception r(m);
    EXPECT_EQ(r.decode({0x3B}).front().validity, Validity::undecodable);
    EXPECT_EQ(r.decode({0x39}).front().value, "39");
}

} // namespace
} // namespace telemetry::parameter
