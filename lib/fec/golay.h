// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>

namespace telemetry::fec {

/// The extended binary Golay code (24,12,8): 12 parity bits in front, 12 data bits behind, the
/// arrangement of GOMspace's radios (CCSDS has none). Rate 1/2, corrects any 3 errors of 24.
///
/// Generator: the symmetric bordered circulant matrix of Morelos-Zaragoza, "The Art of Error
/// Correcting Coding", section 2.2.3.
std::uint32_t golay24_encode(unsigned data);

struct GolayWord {
    bool valid = false;
    unsigned data = 0; ///< 12 bits
    int errors = 0;    ///< wrong bits in the received word
};

/// Hard decision: valid when a code word is within 3 bits.
GolayWord golay24_decode(std::uint32_t word) noexcept;

/// Soft decision (symbols as everywhere: positive = 1): the code word of greatest correlation, of
/// all 4096. Some 2 dB better than hard decision. Always finds one; `errors` tells how far it is.
GolayWord golay24_decode_soft(std::span<const std::int8_t, 24> symbols) noexcept;

} // namespace telemetry::fec
