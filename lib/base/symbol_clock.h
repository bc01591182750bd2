// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <vector>

#include "telemetry/base/items.h"

namespace telemetry {

/// Tells a deframer at which sample a symbol of the past was, and with what quality.
///
/// Each block of soft symbols leaves a mark; between marks positions are linear. Capacity is fixed
/// at construction, so the signal path allocates nothing; symbols older than the oldest mark are
/// extrapolated from it.
class SymbolClock {
public:
    /// `symbols`: the longest look back, in symbols (a frame's length with its sync word).
    /// `least_block`: the least number of symbols that a mark stands for; closer ones are merged.
    explicit SymbolClock(std::size_t symbols, std::size_t least_block = 32);

    /// Call once for each block, before its symbols are used.
    void push(const SoftSymbols& block) noexcept;

    /// Symbols pushed so far; the first symbol of the next block has this number.
    std::int64_t count() const noexcept { return next_symbol_; }

    /// Sample position of symbol `number` (counted from reset).
    double position_of(std::int64_t number) const noexcept;

    /// Fills sample_index, sample_count and quality of a frame of symbols [first, end).
    void stamp(Frame& frame, std::int64_t first, std::int64_t end) const noexcept;

    void reset() noexcept;

private:
    struct Mark {
        std::int64_t symbol;
        double position;
        double samples_per_symbol;
    };
    const Mark& mark_for(std::int64_t number) const noexcept;

    std::vector<Mark> marks_;
    std::size_t count_ = 0;
    std::size_t least_block_;
    std::int64_t next_symbol_ = 0;
    LinkQuality quality_{};
};

} // namespace telemetry
