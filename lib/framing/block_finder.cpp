// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/block_finder.h"

#include <cstring>

namespace telemetry::framing {

BlockFinder::BlockFinder(const SyncPattern& marker, int threshold, std::size_t block_bits)
    : search_(marker, threshold), block_bits_(static_cast<std::int64_t>(block_bits)),
      keep_((block_bits + static_cast<std::size_t>(marker.length) + 127) / 64 * 64),
      capacity_(4 * keep_ + (1U << 16)), bits_(capacity_ / 8 + 8) {
    reset();
}

void BlockFinder::reset() noexcept {
    base_ = 0;
    used_ = 0;
    searched_ = 0;
    held_ = 0;
    taken_ = -block_bits_;
}

std::size_t BlockFinder::make_room() noexcept {
    const std::size_t drop = (used_ - std::min(used_, keep_)) / 64 * 64;
    std::memmove(bits_.data(), bits_.data() + drop / 8, (used_ + 7) / 8 - drop / 8);
    base_ += static_cast<std::int64_t>(drop);
    used_ -= drop;
    searched_ -= std::min(searched_, drop);
    return drop;
}

void BlockFinder::propose(const Block& block) noexcept {
    if (overlaps_taken(block))
        return;
    for (Block& known : std::span(blocks_).first(held_))
        if (known.start == block.start && known.inverted == block.inverted) {
            known.sync_errors = std::min(known.sync_errors, block.sync_errors);
            known.predicted = known.predicted && block.predicted;
            known.keep = std::max(known.keep, block.keep);
            return;
        }
    // Full only when the input is made so: then the least likely one gives way.
    if (held_ == blocks_.size()) {
        const auto worst =
            std::max_element(blocks_.begin(), blocks_.end(), [](const auto& a, const auto& b) {
                return a.sync_errors < b.sync_errors;
            });
        if (worst->sync_errors < block.sync_errors)
            return;
        std::copy(worst + 1, blocks_.end(), worst);
        --held_;
    }
    const auto end = blocks_.begin() + static_cast<std::ptrdiff_t>(held_);
    const auto at = std::upper_bound(blocks_.begin(), end, block, [](const auto& a, const auto& b) {
        return a.start < b.start;
    });
    std::copy_backward(at, end, end + 1);
    *at = block;
    ++held_;
}

int BlockFinder::marker_errors(const Block& block) const noexcept {
    const std::int64_t first = index_of(block.start) - search_.length();
    if (first < 0)
        return block.sync_errors;
    const int differences = search_.differences(std::span(bits_).first((used_ + 7) / 8),
                                                static_cast<std::size_t>(first));
    return block.inverted ? search_.length() - differences : differences;
}

void BlockFinder::copy(const Block& block, std::span<std::uint8_t> bytes) const noexcept {
    fec::copy_bits(std::span(bits_).first((used_ + 7) / 8),
                   static_cast<std::size_t>(index_of(block.start)), bytes);
    if (block.inverted)
        fec::invert_bits(bytes);
}

} // namespace telemetry::framing
