// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>

#include "telemetry/simd/level.h"

namespace telemetry::fec {

/// What stands between the levels on the line and HDLC's bits, besides NRZI.
enum class HdlcScrambling : std::uint8_t { none, g3ruh };

/// Packed levels on the line → packed bits of HDLC: NRZI, then G3RUH's descrambler where asked for,
/// and marks where six ones in a row come to an end, as flags do.
///
/// All three are sums and products of the stream with itself some bits later, so 64 bits cost a few
/// shifts, in lanes of a vector where there are some. Words here have the first bit in the lowest
/// place, as HDLC sends its bytes.
class HdlcLine {
public:
    static constexpr std::size_t kMaxWords = 64;

    explicit HdlcLine(HdlcScrambling scrambling, simd::Level limit = simd::chosen_level());

    /// Takes the levels of `words` × 64 symbols, packed with the first one in the highest place of
    /// each byte; `words` up to kMaxWords. Of these, `whole` (0 or more) are done with; the others
    /// are to come again.
    void decode(const std::uint8_t* levels, std::size_t words, std::size_t whole,
                std::uint64_t* bits, std::uint64_t* ends) noexcept {
        kernel_(levels, words, whole, history_, bits, ends);
    }

    void reset() noexcept { history_ = {}; }

    /// The words before, of the streams that the kernel makes one of another.
    struct History {
        std::uint64_t levels = 0;
        std::uint64_t nrzi = 0;
        std::uint64_t bits = 0;
        std::uint64_t two = 0;  ///< second of two ones in a row
        std::uint64_t four = 0; ///< fourth of four
    };
    using Kernel = void (*)(const std::uint8_t* levels, std::size_t words, std::size_t whole,
                            History& history, std::uint64_t* bits, std::uint64_t* ends) noexcept;

private:
    Kernel kernel_;
    History history_;
};

} // namespace telemetry::fec
