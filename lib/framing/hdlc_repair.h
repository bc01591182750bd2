// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/fec/crc.h"
#include "telemetry/fec/hdlc_destuff.h"
#include "telemetry/framing/hdlc_spans.h"

namespace telemetry::framing {

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

    HdlcRepair(HdlcScrambling scrambling, std::size_t longest_bits, simd::Level limit);

    struct Outcome {
        std::span<const std::uint8_t> frame = {}; ///< without FCS; empty: beyond repair
        int inverted = 0;
    };

    /// `symbols` between the flags of a span whose CRC is wrong, and its bits: those of `words`
    /// from `first` on, the first one lowest. The frame lives until the next attempt.
    Outcome attempt(std::span<const std::int8_t> symbols, const std::uint64_t* words,
                    std::size_t first) noexcept;

private:
    void invert(std::size_t symbol) noexcept;
    std::span<const std::uint8_t> check(std::size_t length) noexcept;

    HdlcScrambling scrambling_;
    fec::Crc fcs_;
    fec::HdlcDestuffer destuff_;
    std::vector<std::uint64_t> bits_;
    std::vector<std::uint8_t> bytes_;
};

} // namespace telemetry::framing
