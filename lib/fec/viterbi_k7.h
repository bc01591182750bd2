// SPDX-License-Identifier: GPL-3.0-or-later
// Kernels of the K=7 rate 1/2 trellis whose polynomials have both their first and last tap, which
// all in use have.
//
// The 64 path metrics stay where they are: position p at bit t of a period of six has in its bit i
// the last data bit of phase i. Bit t replaces bit t of the position, so that the two predecessors
// of p are p itself and p ^ 2^t, and the six swaps of a period are all there is to permute:
//
//   own     = metric[p]       + cost[t][label[t][p]]
//   partner = metric[p ^ 2^t] + total[t] − cost[t][label[t][p]]     (its label is the complement)
//   decision[p] = partner <= own;  metric[p] = min(own, partner)
//
// A symbol quantised to q costs |q| where the other sign was sent: 31 levels lose 3 % of the bit
// errors at 3 dB against no quantisation at all. The least metric grows by no more than kMost a
// bit, since one of the two branches costs at most half the total. Every six bits 6 kMost are taken
// off when all metrics have them, so that the least one stays below 12 kMost = 180. Sums saturate
// at 255: that touches only paths that are worse than the best by 75 at the very least, and by some
// 155, the weight of ten wholly wrong symbols, in any signal.
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "telemetry/simd/level.h"

namespace telemetry::fec::viterbi_k7 {

constexpr std::size_t kStates = 64;
constexpr std::size_t kSlice = 48; ///< bits
constexpr std::size_t kPeriod = 6; ///< bits
constexpr int kMost = 15;
/// What keeps a path from starting in another state: six bits lead from state 0 to all.
constexpr std::uint8_t kNotHere = 12 * kMost + 1;
constexpr std::uint8_t kRenormalise = 6 * kMost;
/// Symbols are clipped at kClip / 8 of their mean magnitude, where the error rate is least.
constexpr unsigned kClip = 15;

struct Labels {
    alignas(64) std::array<std::array<std::uint8_t, kStates>, kPeriod> of;
};

/// Costs of a slice: byte o of a word is the cost of sending the pair o (first symbol higher);
/// and the total in all four bytes. (The generic variant has something else there.)
struct Costs {
    alignas(64) std::array<std::uint32_t, kSlice> cost;
    alignas(64) std::array<std::uint32_t, kSlice> total;
};

/// Signs of a slice, the first in the lowest place.
struct Signs {
    std::array<std::uint64_t, 2> positive;
    std::array<std::uint64_t, 2> present; ///< not 0
};

/// Sum of magnitudes and number of symbols not 0, of the slice before.
struct Level {
    std::uint32_t sum = 0;
    std::uint32_t count = 0;
};

/// Factor for magnitudes, in 1/256, that clips at the right level.
inline std::uint32_t factor(const Level& level) noexcept {
    return level.sum == 0 ? 0 : 256u * 8u * kMost * level.count / (kClip * level.sum);
}

/// Both outputs: all ones or none for each tap, the oldest bit's first, in 48 bits.
struct Encoder {
    std::array<std::array<std::uint64_t, 7>, 2> taps;
    std::array<std::uint64_t, 2> inverted;
};

/// Groups of two slices to be traced back, beginning `look_ahead` slices behind each, at best[0],
/// best[2] …; `decisions` and `words` are those of the first group.
struct Trace {
    const std::uint64_t* decisions = nullptr;
    const std::uint8_t* best = nullptr;
    std::size_t look_ahead = 1;
    std::size_t groups = 0;
    std::uint64_t* words = nullptr; ///< two a group
    std::uint8_t* begins = nullptr; ///< the position where each group begins
};

struct Kernels {
    /// Symbols to costs and signs.
    void (*prepare)(const std::int8_t* symbols, std::size_t slices, Level& level, Costs* costs,
                    Signs* signs, std::uint32_t* symbols_present) noexcept;
    /// `metrics`: 64, `decisions`: 48 a slice, `best`: the position of the least metric at the end
    /// of each slice, the lowest one of equals. Meanwhile traces what is there already.
    void (*advance)(std::uint8_t* metrics, const Labels& labels, const Costs* costs,
                    std::size_t slices, std::uint64_t* decisions, std::uint8_t* best,
                    const Trace& trace) noexcept;
    /// `before`: the six bits in front. `wrong`: two words a slice, where the symbols' signs are
    /// not what is sent; `suspect`: where one of them is not. Adds the wrong ones to `count`.
    void (*compare)(const Encoder& encoder, const std::uint64_t* words, const Signs* signs,
                    std::size_t slices, std::uint64_t before, std::uint64_t* wrong,
                    std::uint64_t* suspect, std::size_t& count) noexcept;
    /// Words of 48 bits to bytes whose first bit is the highest; two bytes more are written.
    void (*pack)(const std::uint64_t* words, std::size_t slices, std::uint8_t* bytes) noexcept;
};

Kernels choose(simd::Level limit);

extern const Kernels kGeneric;
#if defined(__x86_64__)
extern const Kernels kAvx2;
extern const Kernels kAvx512;
#endif

} // namespace telemetry::fec::viterbi_k7
