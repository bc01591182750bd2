// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "telemetry/simd/level.h"

namespace telemetry::fec {

/// Takes the stuffed zeros out of HDLC's bits (ISO/IEC 13239, 4.3.1: a zero after five ones) and
/// puts bytes together. Words have the first bit in the lowest place.
///
/// Where a zero is stuffed is seen for 64 bits at once; what is left of them is moved together by
/// a parallel bit extract (BMI2), or one gap at a time: there is one in 64 bits on average.
class HdlcDestuffer {
public:
    explicit HdlcDestuffer(simd::Level limit = simd::chosen_level());

    struct Outcome {
        std::size_t bits; ///< without the stuffed ones; as many as `bytes` hold are written,
                          ///< rounded up to whole bytes
        bool broken_off;  ///< there are more than five ones in a row
    };

    /// Bits [first, first + count) of `words`. Reads whole words, up to the one behind.
    Outcome operator()(const std::uint64_t* words, std::size_t first, std::size_t count,
                       std::span<std::uint8_t> bytes) const noexcept {
        return kernel_(words, first, count, bytes.data(), bytes.size());
    }

    using Kernel = Outcome (*)(const std::uint64_t* words, std::size_t first, std::size_t count,
                               std::uint8_t* bytes, std::size_t size) noexcept;

private:
    Kernel kernel_;
};

} // namespace telemetry::fec
