// SPDX-License-Identifier: GPL-3.0-or-later
// For any processor: vectors of 16 bytes as the compiler has them, four for the 64 metrics. ARM has
// this, and machines with SSE4.1 and no AVX2, of which only the shuffle would be of use here.
//
// There may be no table lookup in a vector, so that costs are had otherwise. Labels are linear in
// the position: all four vectors have the label pattern of the first one, but for an exclusive or.
// Hence there are but four different vectors of costs for a bit, two and their complements to the
// total. Metrics are kept as 255 less them, since saturation at 0 is max(a, b) − b.
#include <algorithm>
#include <cstdlib>

#include "telemetry/fec/viterbi_k7.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define TARGET
#include "telemetry/fec/viterbi_k7_body.h"

namespace telemetry::fec::viterbi_k7 {
namespace {

using Bytes = std::uint8_t __attribute__((vector_size(16)));
using Pairs = std::uint16_t __attribute__((vector_size(16)));
using Fours = std::uint32_t __attribute__((vector_size(16)));
using Eights = std::uint64_t __attribute__((vector_size(16)));

constexpr std::size_t kLanes = 16;
constexpr std::uint8_t kPositive = 0x80; ///< beside the quantised magnitude

INLINE Bytes greater_of(Bytes a, Bytes b) {
    return a > b ? a : b;
}

INLINE Bytes splat(std::uint32_t four) {
    return reinterpret_cast<Bytes>(Fours{four, four, four, four});
}

/// The highest bit of each byte, of which all bits are the same.
INLINE std::uint64_t mask_of(Bytes flags) {
#if defined(__SSE2__)
    return static_cast<unsigned>(_mm_movemask_epi8(reinterpret_cast<__m128i>(flags)));
#else
    const Bytes places = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    auto x = reinterpret_cast<Eights>(flags & places);
    x |= x >> 32;
    x |= x >> 16;
    x |= x >> 8;
    return (x[0] & 0xff) | (x[1] & 0xff) << 8;
#endif
}

/// The bits in even places.
INLINE std::uint64_t even_bits(std::uint64_t x) {
    x &= 0x5555555555555555;
    x = (x | x >> 1) & 0x3333333333333333;
    x = (x | x >> 2) & 0x0f0f0f0f0f0f0f0f;
    x = (x | x >> 4) & 0x00ff00ff00ff00ff;
    x = (x | x >> 8) & 0x0000ffff0000ffff;
    return (x | x >> 16) & 0x00000000ffffffff;
}

/// Of 96 bits those in even places, and those in odd places.
INLINE std::array<std::uint64_t, 2> deinterleave(std::uint64_t low, std::uint64_t high) {
    return {even_bits(low) | even_bits(high) << 32, even_bits(low >> 1) | even_bits(high >> 1)
                                                                              << 32};
}

/// Costs come out as the symbols: in place of `cost` the first of each pair, in place of `total`
/// the second, each four times the quantised magnitude with kPositive.
void prepare_generic(const std::int8_t* symbols, std::size_t slices, Level& level, Costs* costs,
                     Signs* signs, std::uint32_t* symbols_present) noexcept {
    using SignedBytes = std::int8_t __attribute__((vector_size(16)));
    for (std::size_t slice = 0; slice < slices; ++slice, symbols += 2 * kSlice) {
        Level now;
        for (std::size_t i = 0; i < 2 * kSlice; ++i) {
            now.sum += static_cast<unsigned>(std::abs(symbols[i]));
            now.count += symbols[i] != 0;
        }
        std::array<std::uint64_t, 2> positive{};
        std::array<std::uint64_t, 2> present{};
        for (std::size_t part = 0; part < 2 * kSlice / kLanes; ++part) {
            SignedBytes x;
            std::memcpy(&x, symbols + kLanes * part, sizeof x);
            positive[part / 4] |= mask_of(reinterpret_cast<Bytes>(x > 0)) << (part % 4 * kLanes);
            present[part / 4] |= mask_of(reinterpret_cast<Bytes>(x != 0)) << (part % 4 * kLanes);
        }
        signs[slice] = {deinterleave(positive[0], positive[1]),
                        deinterleave(present[0], present[1])};
        symbols_present[slice] = now.count;
        const std::uint32_t k = factor({level.sum + now.sum, level.count + now.count});
        level = now;
        // Magnitudes from here on are quantised to kMost; the product has 16 bits.
        const auto enough =
            static_cast<std::uint16_t>(k == 0 ? 255 : std::min(256u * kMost / k + 1, 255u));
        const auto k16 = static_cast<std::uint16_t>(k);
        std::array<std::uint8_t, 2 * kSlice> quantised;
        for (std::size_t i = 0; i < 2 * kSlice; ++i) {
            const int x = symbols[i];
            const auto magnitude = std::min(static_cast<std::uint16_t>(x < 0 ? -x : x), enough);
            const auto product = static_cast<std::uint16_t>(magnitude * k16 + 128);
            const auto q = std::min(static_cast<std::uint16_t>(product >> 8),
                                    static_cast<std::uint16_t>(kMost));
            quantised[i] = static_cast<std::uint8_t>(q | (x > 0 ? kPositive : 0));
        }
        for (std::size_t t = 0; t < kSlice; ++t) {
            costs[slice].cost[t] = quantised[2 * t] * 0x01010101u;
            costs[slice].total[t] = quantised[2 * t + 1] * 0x01010101u;
        }
    }
}

/// The metrics of positions 2^T apart, exchanged within a vector.
template <std::size_t T>
INLINE Bytes exchange(Bytes m) {
    if constexpr (T == 0) {
        const auto pairs = reinterpret_cast<Pairs>(m);
        return reinterpret_cast<Bytes>(pairs << 8 | pairs >> 8);
    } else if constexpr (T == 1) {
        const auto pairs = reinterpret_cast<Pairs>(m);
        return reinterpret_cast<Bytes>(
            __builtin_shufflevector(pairs, pairs, 1, 0, 3, 2, 5, 4, 7, 6));
    } else if constexpr (T == 2) {
        const auto fours = reinterpret_cast<Fours>(m);
        return reinterpret_cast<Bytes>(__builtin_shufflevector(fours, fours, 1, 0, 3, 2));
    } else {
        const auto eights = reinterpret_cast<Eights>(m);
        return reinterpret_cast<Bytes>(__builtin_shufflevector(eights, eights, 1, 0));
    }
}

class Acs {
public:
    static constexpr std::size_t kVectors = kStates / kLanes;

    Acs(const std::uint8_t* metrics, const Labels& labels) {
        load(metrics);
        for (std::size_t t = 0; t < kPeriod; ++t) {
            const auto& label = labels.of[t];
            for (std::size_t i = 0; i < kLanes; ++i) {
                first_[t][i] = label[i] & 2 ? 0xff : 0;
                second_[t][i] = label[i] & 1 ? 0xff : 0;
            }
            for (std::size_t v = 0; v < kVectors; ++v)
                pattern_[t][v] = label[kLanes * v] ^ label[0];
        }
    }

    void load(const std::uint8_t* metrics) {
        std::memcpy(m_, metrics, sizeof m_);
        for (auto& m : m_)
            m = ~m;
    }

    void store(std::uint8_t* metrics) const {
        for (std::size_t v = 0; v < kVectors; ++v) {
            const Bytes m = ~m_[v];
            std::memcpy(metrics + kLanes * v, &m, sizeof m);
        }
    }

    INLINE void period(const Costs& costs, std::size_t t, std::uint64_t* decisions) {
        const std::uint32_t* const first = costs.cost.data() + t;
        const std::uint32_t* const second = costs.total.data() + t;
        step<0>(first[0], second[0], decisions);
        step<1>(first[1], second[1], decisions);
        step<2>(first[2], second[2], decisions);
        step<3>(first[3], second[3], decisions);
        step<4>(first[4], second[4], decisions);
        step<5>(first[5], second[5], decisions);
        const Bytes limit = splat((255 - kRenormalise) * 0x01010101u);
        if (mask_of(reinterpret_cast<Bytes>(greatest() > limit)) == 0)
            for (auto& m : m_)
                m += splat(kRenormalise * 0x01010101u);
    }

    INLINE std::uint8_t least() const {
        const Bytes any = greatest();
        std::uint8_t most = 0;
        for (std::size_t i = 0; i < kLanes; ++i)
            most = std::max(most, static_cast<std::uint8_t>(any[i]));
        const Bytes wanted = splat(most * 0x01010101u);
        std::uint64_t where = 0;
        for (std::size_t v = 0; v < kVectors; ++v)
            where |= mask_of(reinterpret_cast<Bytes>(m_[v] == wanted)) << (kLanes * v);
        return static_cast<std::uint8_t>(std::countr_zero(where));
    }

    template <std::size_t T>
    INLINE static std::uint64_t lowest_to(std::uint64_t x) {
        return (x & 1) << T;
    }

private:
    INLINE Bytes greatest() const {
        return greater_of(greater_of(m_[0], m_[1]), greater_of(m_[2], m_[3]));
    }

    template <std::size_t T>
    INLINE void step(std::uint32_t first, std::uint32_t second, std::uint64_t* decisions) {
        const Bytes magnitudes = splat(kMost * 0x01010101u);
        const Bytes q0 = splat(first) & magnitudes;
        const Bytes q1 = splat(second) & magnitudes;
        const Bytes wrong0 = q0 & (first_[T] ^ sign(first));
        const Bytes wrong1 = q1 & (second_[T] ^ sign(second));
        // By what is exclusive-ored to the labels: 00, 01, 10, 11.
        const Bytes total = q0 + q1;
        const Bytes as_is = wrong0 + wrong1;
        const Bytes other_second = wrong0 + (q1 ^ wrong1);
        const Bytes costs[4] = {as_is, other_second, total - other_second, total - as_is};
        Bytes next[kVectors];
        std::uint64_t word = 0;
        for (std::size_t v = 0; v < kVectors; ++v) {
            const Bytes from = T < 4 ? exchange<T>(m_[v]) : m_[v ^ (T == 4 ? 1U : 2U)];
            const Bytes own = less(m_[v], costs[pattern_[T][v]]);
            const Bytes partner = less(from, costs[pattern_[T][v] ^ 3]);
            next[v] = greater_of(own, partner);
            word |= mask_of(reinterpret_cast<Bytes>(next[v] == partner)) << (kLanes * v);
        }
        std::copy(std::begin(next), std::end(next), std::begin(m_));
        decisions[T] = word;
    }

    /// a − b, at least 0.
    INLINE static Bytes less(Bytes a, Bytes b) { return greater_of(a, b) - b; }

    /// All ones for a positive symbol.
    INLINE static Bytes sign(std::uint32_t symbol) { return splat(symbol & kPositive ? ~0u : 0); }

    Bytes m_[kVectors]; ///< 255 less the metrics
    Bytes first_[kPeriod];
    Bytes second_[kPeriod];
    std::uint8_t pattern_[kPeriod][kVectors];
};

void advance_generic(std::uint8_t* metrics, const Labels& labels, const Costs* costs,
                     std::size_t slices, std::uint64_t* decisions, std::uint8_t* best,
                     const Trace& trace) noexcept {
    Acs acs(metrics, labels);
    advance_and_trace<Acs, 4>(acs, costs, slices, decisions, best, trace);
    acs.store(metrics);
}

void compare_generic(const Encoder& encoder, const std::uint64_t* words, const Signs* signs,
                     std::size_t slices, std::uint64_t before, std::uint64_t* wrong,
                     std::uint64_t* suspect, std::size_t& count) noexcept {
    compare_words(encoder, words, signs, slices, before, wrong, suspect, count);
}

void pack_generic(const std::uint64_t* words, std::size_t slices, std::uint8_t* bytes) noexcept {
    pack_words(words, slices, bytes);
}

} // namespace

const Kernels kGeneric{&prepare_generic, &advance_generic, &compare_generic, &pack_generic};

} // namespace telemetry::fec::viterbi_k7
