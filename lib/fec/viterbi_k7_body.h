// SPDX-License-Identifier: GPL-3.0-or-later
// What the variants of viterbi_k7.h have in common, compiled by each for its own instruction set:
// TARGET is the function attribute for it. Not to be included elsewhere.
#include <bit>
#include <cstddef>
#include <cstring>
#include <utility>

#include "telemetry/fec/viterbi_k7.h"

#define INLINE __attribute__((always_inline)) inline

namespace telemetry::fec::viterbi_k7 {
namespace {

/// The low six bits of each of eight bytes in a row.
TARGET INLINE std::uint64_t six_of_each(const std::uint8_t* bytes) {
    std::uint64_t x = 0;
    for (std::size_t i = 0; i < 8; ++i)
        x |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
    x = (x & 0x003f003f003f003f) | (x & 0x3f003f003f003f00) >> 2;
    x = (x & 0x00000fff00000fff) | (x & 0x0fff00000fff0000) >> 4;
    return (x & 0x0000000000ffffff) | (x & 0x00ffffff00000000) >> 8;
}

/// Traces N groups back, side by side: a step has to wait for the one before it in its own group
/// only. One period at a time, so that it can go on in the shadow of other work.
template <class Acs, std::size_t N>
class Tracer {
public:
    TARGET INLINE Tracer(const std::uint64_t* decisions, const std::uint8_t* best,
                         std::size_t look_ahead, std::uint64_t* words, std::uint8_t* begins)
        : decisions_(decisions), left_((2 + look_ahead) * kSlice), words_(words), begins_(begins) {
        for (std::size_t n = 0; n < N; ++n)
            p_[n] = best[2 * n];
    }

    TARGET INLINE void period() {
        left_ -= kPeriod;
        const std::uint64_t* const d = decisions_ + left_;
        --place_;
        for (std::size_t n = 0; n < N; ++n)
            path_[n][place_] = static_cast<std::uint8_t>(p_[n]);
        step<5>(d);
        step<4>(d);
        step<3>(d);
        step<2>(d);
        step<1>(d);
        step<0>(d);
        if (place_ == 0) {
            place_ = kSlice / kPeriod;
            if (left_ < 2 * kSlice)
                store();
        }
    }

    TARGET INLINE bool done() const { return left_ == 0; }

private:
    template <std::size_t T>
    TARGET INLINE void step(const std::uint64_t* d) {
        step_each<T>(d, std::make_index_sequence<N>());
    }
    template <std::size_t T, std::size_t... n>
    TARGET INLINE void step_each(const std::uint64_t* d, std::index_sequence<n...>) {
        ((p_[n] ^= Acs::template lowest_to<T>(d[n * 2 * kSlice + T] >> p_[n])), ...);
    }

    TARGET INLINE void store() {
        const std::size_t slice = left_ / kSlice;
        for (std::size_t n = 0; n < N; ++n)
            words_[2 * n + slice] = six_of_each(path_[n]);
        if (slice == 0)
            for (std::size_t n = 0; n < N; ++n)
                begins_[n] = static_cast<std::uint8_t>(p_[n]);
    }

    const std::uint64_t* decisions_;
    std::size_t left_; ///< bits to go back over
    std::size_t place_ = kSlice / kPeriod;
    std::uint64_t* words_;
    std::uint8_t* begins_;
    std::uint64_t p_[N];
    std::uint8_t path_[N][kSlice / kPeriod]; ///< positions at the ends of periods, of a slice
};

template <class Acs, std::size_t N>
TARGET INLINE void trace_groups(const Trace& trace, std::size_t from) {
    for (; from + N <= trace.groups; from += N)
        for (Tracer<Acs, N> tracer(trace.decisions + from * 2 * kSlice, trace.best + 2 * from,
                                   trace.look_ahead, trace.words + 2 * from, trace.begins + from);
             !tracer.done();)
            tracer.period();
    if constexpr (N > 1)
        trace_groups<Acs, N / 2>(trace, from);
}

/// Add-compare-select, which keeps the vector units busy, and meanwhile what is to be traced, which
/// keeps the others busy. `Acs` has period(costs, t, decisions); least(), the position of the least
/// metric; and lowest_to<T>(x), the lowest bit of x in place T.
template <class Acs, std::size_t N>
TARGET INLINE void advance_and_trace(Acs& acs, const Costs* costs, std::size_t slices,
                                     std::uint64_t* decisions, std::uint8_t* best,
                                     const Trace& trace) {
    std::size_t slice = 0;
    std::size_t group = 0;
    // N groups are traced while 2 N slices come.
    const std::size_t share = (2 + trace.look_ahead) * kPeriod;
    for (; slice + 2 * N <= slices && group + N <= trace.groups && share <= kSlice; group += N) {
        Tracer<Acs, N> tracer(trace.decisions + group * 2 * kSlice, trace.best + 2 * group,
                              trace.look_ahead, trace.words + 2 * group, trace.begins + group);
        std::size_t due = 0;
        for (const std::size_t end = slice + 2 * N; slice < end; ++slice) {
            for (std::size_t t = 0; t < kSlice; t += kPeriod, decisions += kPeriod) {
                acs.period(costs[slice], t, decisions);
                due += share * 4 / N;
                if (due >= kSlice) {
                    due -= kSlice;
                    tracer.period();
                }
            }
            best[slice] = acs.least();
        }
    }
    for (; slice < slices; ++slice) {
        for (std::size_t t = 0; t < kSlice; t += kPeriod, decisions += kPeriod)
            acs.period(costs[slice], t, decisions);
        best[slice] = acs.least();
    }
    trace_groups<Acs, 8>(trace, group);
}

/// The bits of each byte the other way round: the first bit in the highest place.
TARGET INLINE std::uint64_t first_highest(std::uint64_t word) {
    word = (word >> 1 & 0x5555555555555555) | (word & 0x5555555555555555) << 1;
    word = (word >> 2 & 0x3333333333333333) | (word & 0x3333333333333333) << 2;
    return (word >> 4 & 0x0f0f0f0f0f0f0f0f) | (word & 0x0f0f0f0f0f0f0f0f) << 4;
}

/// What the encoder sends for the words, against the signs: slices independent of each other, so
/// that they go side by side in vectors.
TARGET INLINE void compare_words(const Encoder& encoder, const std::uint64_t* words,
                                 const Signs* signs, std::size_t slices, std::uint64_t before,
                                 std::uint64_t* wrong, std::uint64_t* suspect, std::size_t& count) {
    for (std::size_t i = 0; i < slices; ++i) {
        const std::uint64_t data =
            words[i] << kPeriod | (i == 0 ? before : words[i - 1] >> (kSlice - kPeriod));
        std::uint64_t first = encoder.inverted[0];
        std::uint64_t second = encoder.inverted[1];
        for (std::size_t tap = 0; tap <= kPeriod; ++tap) {
            first ^= data >> tap & encoder.taps[0][tap];
            second ^= data >> tap & encoder.taps[1][tap];
        }
        first = (first ^ signs[i].positive[0]) & signs[i].present[0];
        second = (second ^ signs[i].positive[1]) & signs[i].present[1];
        wrong[2 * i] = first;
        wrong[2 * i + 1] = second;
        suspect[i] = first | second;
    }
    for (std::size_t i = 0; i < 2 * slices; ++i)
        count += static_cast<std::size_t>(std::popcount(wrong[i]));
}

TARGET INLINE void pack_words(const std::uint64_t* words, std::size_t slices, std::uint8_t* bytes) {
    for (std::size_t i = 0; i < slices; ++i) {
        std::uint64_t word = first_highest(words[i]);
        if constexpr (std::endian::native == std::endian::big)
            word = __builtin_bswap64(word);
        std::memcpy(bytes + kSlice / 8 * i, &word, sizeof word);
    }
}

} // namespace
} // namespace telemetry::fec::viterbi_k7
