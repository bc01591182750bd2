// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/fec/crc.h"

namespace telemetry::framing {

/// What stands between line and HDLC bits.
enum class HdlcScrambling : std::uint8_t { none, g3ruh };

/// Takes the stuffed zeros out and packs bytes, least significant bit first. Nothing when the
/// length is no whole number of bytes or too long, or when there are six ones in a row.
std::span<const std::uint8_t> hdlc_destuff(std::span<const std::uint8_t> bits,
                                           std::span<std::uint8_t> bytes) noexcept;

/// How many of the twelve characters of the first two addresses could be call signs (upper case,
/// digits, space, '-', shifted left by one). Noise has two of them.
int callsign_characters(std::span<const std::uint8_t> frame) noexcept;

/// Inverts the one or two least certain symbols of a span between two flags until its CRC is right,
/// the soft-decision way to use a CRC (Chase 1972, algorithm 2 with few patterns).
///
/// A wrong symbol upsets two bits behind the NRZI decoder and six behind the descrambler, and one
/// more for each stuffed zero that comes or goes; all that is redone for each pattern. Each pattern
/// passes the CRC by chance with 2^-16, so there are few patterns, they may touch only symbols of
/// less than half of the usual magnitude, and the result must have the addresses of AX.25.
class HdlcRepair {
public:
    static constexpr std::size_t kSymbols = 10; ///< singles and pairs of these: 55 patterns

    HdlcRepair(HdlcScrambling scrambling, std::size_t longest_bits);

    struct Outcome {
        std::span<const std::uint8_t> frame; ///< in `bytes`, without FCS; empty: beyond repair
        int inverted = 0;
    };

    /// `symbols` and `bits` (both between the flags, one bit a symbol) of a span whose CRC is
    /// wrong.
    Outcome attempt(std::span<const std::int8_t> symbols, std::span<const std::uint8_t> bits,
                    std::span<std::uint8_t> bytes) noexcept;

private:
    void invert(std::size_t symbol) noexcept;
    std::span<const std::uint8_t> check(std::size_t length, std::span<std::uint8_t> bytes) noexcept;

    HdlcScrambling scrambling_;
    fec::Crc fcs_;
    std::vector<std::uint8_t> bits_;
};

} // namespace telemetry::framing
