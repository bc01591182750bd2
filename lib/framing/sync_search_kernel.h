// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "telemetry/framing/sync_pattern.h"
#include "telemetry/simd/level.h"

namespace telemetry::framing {

/// What the search kernel counts: differences between the beginning of a marker and the bits at
/// every position, 64 positions and more at once.
///
/// Bit-slice: x_j, the stream moved by j, holds the j-th bit of every position's window; those that
/// differ from the marker's are summed by carry-save adders (Harley and Seal), so that a digit of
/// all the sums is one vector, and compared with the limits digit by digit. That costs some 3.5
/// operations on a vector for each bit of the marker, for 512 positions where a funnel shift and a
/// population count make 8 or 16.
///
/// The kernel sees a prefix of up to 192 bits in groups of 64, chosen so long that chance seldom
/// passes it; hits are verified by counting over the whole marker. A position whose first bits
/// alone have too many errors for either polarity cannot be a hit, so nothing is lost.
struct SyncPlan {
    static constexpr int kGroupBits = 64;
    static constexpr int kChunk = 8; ///< bits added up at once
    static constexpr int kDigits = 8;

    /// Up to 64 bits of the marker, sorted: those of a chunk are all zeros or all ones, but for the
    /// first chunk.
    struct Group {
        int chunks = 0;
        std::array<std::uint64_t, kGroupBits> left{};  ///< by how much x_j is moved
        std::array<std::uint64_t, kGroupBits> right{}; ///< 64 − left
        std::array<std::uint64_t, kChunk> first{};     ///< all ones where a bit of chunk 0 is a one
        std::array<std::uint8_t, kGroupBits / kChunk> ones{}; ///< by chunk; 0 for the first one
    };

    int groups = 0;
    std::array<Group, 3> group{};
    int digits = 0;
    /// Bits of the most errors, and of one less than the least that mean an inverted marker.
    std::array<std::uint64_t, kDigits> most{};
    std::array<std::uint64_t, kDigits> least_but_one{};

    SyncPlan(const SyncPattern& marker, int threshold);
};

/// Sets bit 63 − b of hits[w] where the prefix fits at bit 64 w + b. `words` is a multiple of
/// kSyncKernelWords; 8 (words + plan.groups) bytes are read.
using SyncKernel = void (*)(const std::uint8_t* bytes, std::size_t words, const SyncPlan& plan,
                            std::uint64_t* hits) noexcept;
inline constexpr std::size_t kSyncKernelWords = 8;

SyncKernel sync_kernel(simd::Level limit);

} // namespace telemetry::framing
