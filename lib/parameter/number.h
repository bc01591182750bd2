// SPDX-License-Identifier: GPL-3.0-or-later
// Encoded numbers as machine numbers.
#pragma once
#include <cstdint>
#include <optional>

namespace telemetry::parameter {

std::int64_t from_sign_magnitude(std::uint64_t value, unsigned bits) noexcept;
std::int64_t from_ones_complement(std::uint64_t value, unsigned bits) noexcept;
/// Decimal digits of `digit_bits` (4 or 8) each; nothing when one is above 9.
std::optional<std::uint64_t> from_bcd(std::uint64_t value, unsigned bits,
                                      unsigned digit_bits) noexcept;

/// IEEE 754 binary16.
double from_half(std::uint64_t value) noexcept;

/// MIL-STD-1750A, clause 4.1.4: a two's complement mantissa as a fraction, times 2 to a two's
/// complement exponent. 32 bits: 24 and 8; 48 bits: the mantissa's lower 16 follow the exponent.
/// 16 bits (not of the standard, but in use): 10 and 6.
double from_mil_1750a(std::uint64_t value, unsigned bits) noexcept;

/// IBM System/360, 32 or 64 bits: sign, exponent of 16 in excess 64, fraction.
double from_ibm(std::uint64_t value, unsigned bits) noexcept;
/// DEC F (32 bits) and D (64): sign, exponent in excess 128, fraction below a hidden 0.1 (binary).
double from_dec(std::uint64_t value, unsigned bits) noexcept;
/// TI TMS320C3x, 32 bits: two's complement exponent, sign, fraction. Its sign bit is worth −2.
double from_ti(std::uint64_t value) noexcept;

} // namespace telemetry::parameter
