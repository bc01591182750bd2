// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/number.h"

#include <cmath>
#include <limits>

#include "telemetry/parameter/bits.h"

namespace telemetry::parameter {

std::int64_t from_sign_magnitude(std::uint64_t value, unsigned bits) noexcept {
    const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
    const auto magnitude = static_cast<std::int64_t>(value & (sign - 1));
    return (value & sign) != 0 ? -magnitude : magnitude;
}

std::int64_t from_ones_complement(std::uint64_t value, unsigned bits) noexcept {
    const std::int64_t number = sign_extended(value, bits);
    return number < 0 ? number + 1 : number;
}

std::optional<std::uint64_t> from_bcd(std::uint64_t value, unsigned bits,
                                      unsigned digit_bits) noexcept {
    std::uint64_t number = 0;
    // A number whose width is no multiple of a digit's begins with a shorter digit.
    unsigned left = bits;
    while (left > 0) {
        const unsigned part = left % digit_bits == 0 ? digit_bits : left % digit_bits;
        left -= part;
        const std::uint64_t digit = value >> left & ((std::uint64_t{1} << part) - 1);
        if (digit > 9)
            return std::nullopt;
        number = number * 10 + digit;
    }
    return number;
}

double from_half(std::uint64_t value) noexcept {
    const int exponent = static_cast<int>(value >> 10 & 0x1fU);
    const auto fraction = static_cast<double>(value & 0x3ffU);
    double magnitude = 0;
    if (exponent == 0)
        magnitude = std::ldexp(fraction, -24);
    else if (exponent == 31)
        magnitude = fraction == 0 ? std::numeric_limits<double>::infinity()
                                  : std::numeric_limits<double>::quiet_NaN();
    else
        magnitude = std::ldexp(fraction + 1024, exponent - 25);
    return (value & 0x8000U) != 0 ? -magnitude : magnitude;
}

double from_mil_1750a(std::uint64_t value, unsigned bits) noexcept {
    if (bits == 16)
        return std::ldexp(static_cast<double>(sign_extended(value >> 6, 10)),
                          static_cast<int>(sign_extended(value, 6)) - 9);
    if (bits == 32)
        return std::ldexp(static_cast<double>(sign_extended(value >> 8, 24)),
                          static_cast<int>(sign_extended(value, 8)) - 23);
    const std::uint64_t mantissa = value >> 24 << 16 | (value & 0xffffU);
    return std::ldexp(static_cast<double>(sign_extended(mantissa, 40)),
                      static_cast<int>(sign_extended(value >> 16, 8)) - 39);
}

double from_ibm(std::uint64_t value, unsigned bits) noexcept {
    const unsigned fraction_bits = bits - 8;
    const auto fraction = static_cast<double>(value & ((std::uint64_t{1} << fraction_bits) - 1));
    const int exponent = static_cast<int>(value >> fraction_bits & 0x7fU) - 64;
    const double magnitude = std::ldexp(fraction, 4 * exponent - static_cast<int>(fraction_bits));
    return (value >> (bits - 1) & 1U) != 0 ? -magnitude : magnitude;
}

double from_dec(std::uint64_t value, unsigned bits) noexcept {
    const unsigned fraction_bits = bits - 9;
    const int exponent = static_cast<int>(value >> fraction_bits & 0xffU);
    const bool negative = (value >> (bits - 1) & 1U) != 0;
    if (exponent == 0) // a set sign is the reserved operand
        return negative ? std::numeric_limits<double>::quiet_NaN() : 0.0;
    const std::uint64_t hidden = std::uint64_t{1} << fraction_bits;
    const auto fraction = static_cast<double>((value & (hidden - 1)) | hidden);
    const double magnitude =
        std::ldexp(fraction, exponent - 128 - static_cast<int>(fraction_bits) - 1);
    return negative ? -magnitude : magnitude;
}

double from_ti(std::uint64_t value) noexcept {
    const auto exponent = static_cast<int>(sign_extended(value >> 24, 8));
    if (exponent == -128)
        return 0.0;
    const bool negative = (value >> 23 & 1U) != 0;
    const double fraction = std::ldexp(static_cast<double>(value & 0x7fffffU), -23);
    return std::ldexp((negative ? -2.0 : 1.0) + fraction, exponent);
}

} // namespace telemetry::parameter
