// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/fec/bits.h"
#include "telemetry/framing/sync_search.h"

namespace telemetry::framing {

/// Blocks of one length behind sync markers in packed bits. Keeps the last bits and follows every
/// marker in either polarity until its block is there, as Candidates does with soft symbols: a
/// chance marker in front of or inside a block costs nothing but a look. Numbers count bits from
/// reset().
class BlockFinder {
public:
    struct Block {
        std::int64_t start = 0; ///< number of its first bit, behind the marker
        int sync_errors = 0;
        bool inverted = false;
        bool predicted = false; ///< no marker was seen; one should be there
        int keep = 0;           ///< frames that the place is kept for, if this one is none
    };
    enum class Verdict : std::uint8_t {
        reject, ///< no block here
        taken   ///< one was here for certain; nothing else can overlap it
    };

    BlockFinder(const SyncPattern& marker, int threshold, std::size_t block_bits);

    void reset() noexcept;

    /// Bits that fit behind those held. When there is no room: make some.
    std::size_t room() const noexcept { return capacity_ - used_; }
    std::size_t used() const noexcept { return used_; }
    std::size_t capacity() const noexcept { return capacity_; }
    /// Lets go of the oldest bits; returns how many, a multiple of 64.
    std::size_t make_room() noexcept;

    /// The bits held, packed; new ones are put here.
    std::uint8_t* bits() noexcept { return bits_.data(); }

    /// `count` bits were put behind. `examine(const Block&)` gets each block when its last bit is
    /// there, and returns a Verdict.
    template <class Examine>
    void advance(std::size_t count, Examine&& examine) noexcept {
        used_ += count;
        const auto length = static_cast<std::size_t>(search_.length());
        const std::size_t end = used_ + 1 - std::min(used_ + 1, length);
        if (searched_ < end) {
            const std::size_t from = searched_;
            searched_ = end;
            search_.search(std::span(bits_).first((used_ + 7) / 8), from, end,
                           [&](const SyncHit& hit) {
                               const std::int64_t start =
                                   base_ + static_cast<std::int64_t>(hit.position + length);
                               settle(start - 1, examine);
                               propose({start, hit.errors, hit.inverted});
                           });
        }
        settle(base_ + static_cast<std::int64_t>(used_), examine);
    }

    /// A marker found by other means.
    void propose(const Block& block) noexcept;

    /// Wrong bits in the marker in front of a block that is being examined.
    int marker_errors(const Block& block) const noexcept;

    /// A block that is being examined, upright.
    void copy(const Block& block, std::span<std::uint8_t> bytes) const noexcept;

    /// Where bit number `bit` is held; negative when no more.
    std::int64_t index_of(std::int64_t bit) const noexcept { return bit - base_; }

private:
    bool overlaps_taken(const Block& block) const noexcept {
        return block.start >= taken_ && block.start < taken_ + block_bits_;
    }

    template <class Examine>
    void settle(std::int64_t now, Examine& examine) noexcept {
        while (held_ > 0 && blocks_[0].start + block_bits_ <= now) {
            const Block block = blocks_[0];
            std::copy(blocks_.begin() + 1, blocks_.begin() + static_cast<std::ptrdiff_t>(held_),
                      blocks_.begin());
            --held_;
            if (block.start < base_ || examine(block) == Verdict::reject)
                continue;
            taken_ = block.start;
            held_ = static_cast<std::size_t>(
                std::remove_if(blocks_.begin(),
                               blocks_.begin() + static_cast<std::ptrdiff_t>(held_),
                               [&](const Block& other) { return overlaps_taken(other); }) -
                blocks_.begin());
        }
    }

    SyncSearch search_;
    std::int64_t block_bits_;
    std::size_t keep_;
    std::size_t capacity_;
    std::vector<std::uint8_t> bits_;
    std::int64_t base_ = 0; ///< number of the first bit held
    std::size_t used_ = 0;
    std::size_t searched_ = 0;        ///< the first place where a marker was not looked for yet
    std::array<Block, 512> blocks_{}; ///< in the order of their starts
    std::size_t held_ = 0;
    std::int64_t taken_ = 0; ///< start of the last block taken
};

} // namespace telemetry::framing
