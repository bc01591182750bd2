// SPDX-License-Identifier: GPL-3.0-or-later
// GF(256) as the GFNI instructions have it: polynomials modulo x^8+x^4+x^3+x+1. All fields of 256
// elements are alike, so one of another polynomial is mapped to this one, bit matrix by vector.
#pragma once
#include <array>
#include <cstdint>

namespace telemetry::fec::gf256 {

struct Tables {
    std::array<std::uint8_t, 510> exp{};  ///< powers of 3; twice, so that sums of logs need no mod
    std::array<std::uint16_t, 256> log{}; ///< of all but 0
};

constexpr Tables make_tables() {
    Tables tables;
    unsigned element = 1;
    for (unsigned i = 0; i < 255; ++i) {
        tables.exp[i] = tables.exp[i + 255] = static_cast<std::uint8_t>(element);
        tables.log[element] = static_cast<std::uint16_t>(i);
        element ^= element << 1;
        if (element & 0x100)
            element ^= 0x11b;
    }
    return tables;
}
inline constexpr Tables kTables = make_tables();

constexpr std::uint8_t multiply(std::uint8_t a, std::uint8_t b) {
    return a && b ? kTables.exp[static_cast<std::size_t>(kTables.log[a] + kTables.log[b])] : 0;
}
/// `a` is not 0.
constexpr std::uint8_t inverse(std::uint8_t a) {
    return kTables.exp[255U - kTables.log[a]];
}
/// `a` is not 0; the exponent may be negative.
constexpr std::uint8_t power(std::uint8_t a, int exponent) {
    const int log = kTables.log[a] * (exponent % 255) % 255;
    return kTables.exp[static_cast<std::size_t>(log < 0 ? log + 255 : log)];
}

/// A linear map of bytes: the images of the bits, lowest first.
using BitMatrix = std::array<std::uint8_t, 8>;

constexpr std::uint8_t apply(const BitMatrix& matrix, std::uint8_t value) {
    std::uint8_t image = 0;
    for (unsigned bit = 0; bit < 8; ++bit)
        if (value >> bit & 1)
            image ^= matrix[bit];
    return image;
}

/// As GF2P8AFFINEQB takes it: the row of output bit i in byte 7 − i.
constexpr std::uint64_t affine_operand(const BitMatrix& matrix) {
    std::uint64_t operand = 0;
    for (unsigned out = 0; out < 8; ++out)
        for (unsigned in = 0; in < 8; ++in)
            operand |= std::uint64_t{matrix[in] >> out & 1U} << (8 * (7 - out) + in);
    return operand;
}

/// What x, the root of `polynomial` (with its leading term: 0x187), is in this field.
constexpr std::uint8_t root_of(unsigned polynomial) {
    for (unsigned candidate = 2; candidate < 256; ++candidate) {
        std::uint8_t sum = 0;
        for (int bit = 8; bit >= 0; --bit)
            sum = static_cast<std::uint8_t>(multiply(sum, static_cast<std::uint8_t>(candidate)) ^
                                            (polynomial >> bit & 1));
        if (sum == 0)
            return static_cast<std::uint8_t>(candidate);
    }
    return 0;
}

} // namespace telemetry::fec::gf256
