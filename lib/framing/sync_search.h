// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "telemetry/fec/bits.h"
#include "telemetry/framing/sync_pattern.h"
#include "telemetry/framing/sync_search_kernel.h"

namespace telemetry::framing {

/// A place where the marker fits.
struct SyncHit {
    std::size_t position; ///< of the marker's first bit
    int errors;           ///< wrong bits
    bool inverted;        ///< it came with its bits inverted
};

/// Finds a sync marker of 8 to 192 bits in packed bits, in either polarity, with some bits wrong.
///
/// Memoryless: who searches a stream keeps the last bits and says where to go on.
class SyncSearch {
public:
    /// `threshold`: wrong bits allowed, less than half of them.
    SyncSearch(const SyncPattern& marker, int threshold, simd::Level limit = simd::chosen_level());

    /// Calls `on_hit(const SyncHit&)` for each position in [begin, end), in order. `bits` hold the
    /// marker's length from end − 1 on.
    template <class OnHit>
    void search(std::span<const std::uint8_t> bits, std::size_t begin, std::size_t end,
                OnHit&& on_hit) const noexcept {
        while (begin < end) {
            std::array<std::uint64_t, kBlockWords> found;
            const std::size_t first = begin / 8 * 8;
            const std::size_t words = look(bits, first, end, found);
            for (std::size_t w = 0; w < words; ++w)
                while (found[w] != 0) {
                    const auto lead = static_cast<std::size_t>(std::countl_zero(found[w]));
                    found[w] &= ~(std::uint64_t{1} << (63 - lead));
                    const std::size_t position = first + 64 * w + lead;
                    SyncHit hit;
                    if (position >= begin && position < end && check(bits, position, hit))
                        on_hit(hit);
                }
            begin = first + 64 * words;
        }
    }

    /// Counts the marker's errors at one position; false when there are too many.
    bool check(std::span<const std::uint8_t> bits, std::size_t position,
               SyncHit& hit) const noexcept;

    /// Bits that differ from the marker at one position.
    int differences(std::span<const std::uint8_t> bits, std::size_t position) const noexcept;

    const SyncPattern& marker() const noexcept { return marker_; }
    int length() const noexcept { return marker_.length; }

private:
    static constexpr std::size_t kBlockWords = 64;

    /// Where the beginning of the marker fits, from bit `first` (of a byte) on; returns the number
    /// of words of `found` filled.
    std::size_t look(std::span<const std::uint8_t> bits, std::size_t first, std::size_t end,
                     std::array<std::uint64_t, kBlockWords>& found) const noexcept;

    SyncPattern marker_;
    int threshold_;
    SyncPlan plan_;
    SyncKernel kernel_;
};

} // namespace telemetry::framing
