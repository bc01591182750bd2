// SPDX-License-Identifier: GPL-3.0-or-later
// The remainder of a message by a polynomial of degree 64.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "telemetry/simd/level.h"

namespace telemetry::fec {

/// A remainder is kept with its highest power in the highest bit, a reflected one in the lowest.
struct CrcConstants {
    bool reflected;
    /// [n][byte]: the remainder of a byte with n zero bytes behind.
    std::array<std::array<std::uint64_t, 256>, 8> slices;
    /// Factors that move the two halves of 128 message bits forward by so many bits: the half in
    /// the low quadword first.
    using Fold = std::array<std::uint64_t, 2>;
    Fold by_2048;
    Fold by_512;
    alignas(64) std::array<Fold, 4> to_one; ///< by 384, 256, 128 bits and not at all
};

/// For x^64 plus `poly` (written like a remainder that is not reflected).
CrcConstants crc_constants(std::uint64_t poly, bool reflected);

/// The remainder after `size` bytes more.
using CrcFunction = std::uint64_t (*)(const CrcConstants& constants, std::uint64_t remainder,
                                      const std::uint8_t* bytes, std::size_t size);

std::span<const simd::Variant<CrcFunction>> crc_variants();

} // namespace telemetry::fec
