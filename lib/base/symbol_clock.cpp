// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/symbol_clock.h"

#include <algorithm>
#include <cmath>

namespace telemetry {

SymbolClock::SymbolClock(std::size_t symbols, std::size_t least_block)
    : marks_(symbols / std::max<std::size_t>(least_block, 1) + 2), least_block_(least_block) {}

void SymbolClock::push(const SoftSymbols& block) noexcept {
    if (block.values.empty())
        return;
    const Mark* last = count_ ? &marks_[(count_ - 1) % marks_.size()] : nullptr;
    if (!last || next_symbol_ - last->symbol >= static_cast<std::int64_t>(least_block_)) {
        marks_[count_ % marks_.size()] = {next_symbol_, block.first_position,
                                          block.samples_per_symbol};
        ++count_;
    }
    next_symbol_ += static_cast<std::int64_t>(block.values.size());
    quality_ = block.quality;
}

const SymbolClock::Mark& SymbolClock::mark_for(std::int64_t number) const noexcept {
    const std::size_t kept = std::min(count_, marks_.size());
    for (std::size_t age = 1; age < kept; ++age) {
        const Mark& mark = marks_[(count_ - age) % marks_.size()];
        if (mark.symbol <= number)
            return mark;
    }
    return marks_[(count_ - kept) % marks_.size()];
}

double SymbolClock::position_of(std::int64_t number) const noexcept {
    if (count_ == 0)
        return 0;
    const Mark& mark = mark_for(number);
    return mark.position + static_cast<double>(number - mark.symbol) * mark.samples_per_symbol;
}

void SymbolClock::stamp(Frame& frame, std::int64_t first, std::int64_t end) const noexcept {
    frame.sample_index = std::llround(position_of(first));
    frame.sample_count = std::llround(position_of(end)) - frame.sample_index;
    frame.quality = quality_;
}

void SymbolClock::reset() noexcept {
    count_ = 0;
    next_symbol_ = 0;
    quality_ = {};
}

} // namespace telemetry
