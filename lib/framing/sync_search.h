// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>

namespace telemetry::framing {

/// Finds a sync word of up to 64 bits in soft symbols, in either polarity, with some bits wrong.
///
/// On signs alone: a 32-bit word with 4 errors allowed is found in all but 1e-5 of cases at a bit
/// error rate of 1e-2 and 93 % at 6e-2, where no frame behind it could be saved; a soft correlation
/// would need a level to compare with, and cost more than the rest of the deframer.
class SyncSearch {
public:
    SyncSearch(std::uint64_t word, int length, int threshold);

    struct Hit {
        int errors;
        bool inverted;
    };

    /// Looks at symbols until one completes a sync word; returns how many it looked at. `found` is
    /// false when none did. Goes on where the last call stopped.
    std::size_t next(std::span<const std::int8_t> symbols, bool& found, Hit& hit) noexcept;

    int length() const noexcept { return length_; }

    void reset() noexcept;

    /// What a variant of the search loop works on.
    struct State {
        std::uint64_t last = 0; ///< signs of the last symbols, the latest lowest
        std::uint64_t word = 0;
        std::uint64_t mask = 0;
        int most = 0;    ///< errors allowed
        int least = 0;   ///< differences from which the inverted word is meant
        int missing = 0; ///< symbols until `last` is full
        int errors = 0;  ///< differences at a hit
    };
    using Find = std::size_t (*)(const std::int8_t*, std::size_t, State&) noexcept;

private:
    int length_;
    State state_;
    Find find_;
};

} // namespace telemetry::framing
