// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/viterbi_k7.h"

#include <algorithm>
#include <cstdlib>

#define TARGET
#include "telemetry/fec/viterbi_k7_body.h"

namespace telemetry::fec::viterbi_k7 {
namespace {

void prepare_generic(const std::int8_t* symbols, std::size_t slices, Level& level, Costs* costs,
                     Signs* signs, std::uint32_t* symbols_present) noexcept {
    for (std::size_t slice = 0; slice < slices; ++slice, symbols += 2 * kSlice) {
        Level now;
        Signs s{};
        for (std::size_t i = 0; i < 2 * kSlice; ++i) {
            const int x = symbols[i];
            now.sum += static_cast<unsigned>(std::abs(x));
            now.count += x != 0;
            s.positive[i & 1] |= static_cast<std::uint64_t>(x > 0) << (i >> 1);
            s.present[i & 1] |= static_cast<std::uint64_t>(x != 0) << (i >> 1);
        }
        const std::uint32_t k = factor({level.sum + now.sum, level.count + now.count});
        level = now;
        symbols_present[slice] = now.count;
        signs[slice] = s;
        for (std::size_t t = 0; t < kSlice; ++t) {
            std::array<std::array<std::uint32_t, 2>, 2> wrong{}; // [which symbol][sent]
            for (std::size_t i = 0; i < 2; ++i) {
                const int x = symbols[2 * t + i];
                const std::uint32_t q = std::min<std::uint32_t>(
                    (static_cast<std::uint32_t>(std::abs(x)) * k + 128) >> 8, kMost);
                wrong[i][x > 0 ? 0 : 1] = q;
            }
            std::uint32_t cost = 0;
            for (unsigned o = 0; o < 4; ++o)
                cost |= (wrong[0][o >> 1] + wrong[1][o & 1]) << (8 * o);
            costs[slice].cost[t] = cost;
            costs[slice].total[t] = ((cost & 0xff) + (cost >> 24)) * 0x01010101u;
        }
    }
}

template <std::size_t Phase>
std::uint64_t step(std::array<std::uint8_t, kStates>& metrics, const std::uint8_t* labels,
                   std::uint32_t cost, std::uint32_t total) noexcept {
    constexpr std::size_t kDistance = std::size_t{1} << Phase;
    const std::array<std::uint8_t, 4> costs = {
        static_cast<std::uint8_t>(cost), static_cast<std::uint8_t>(cost >> 8),
        static_cast<std::uint8_t>(cost >> 16), static_cast<std::uint8_t>(cost >> 24)};
    std::array<std::uint8_t, kStates> next;
    std::uint64_t decisions = 0;
    for (std::size_t p = 0; p < kStates; ++p) {
        const unsigned own_cost = costs[labels[p]];
        const unsigned own = std::min(metrics[p] + own_cost, 255U);
        const unsigned partner =
            std::min(metrics[p ^ kDistance] + ((total & 0xff) - own_cost), 255U);
        decisions |= static_cast<std::uint64_t>(partner <= own) << p;
        next[p] = static_cast<std::uint8_t>(std::min(own, partner));
    }
    metrics = next;
    return decisions;
}

struct Acs {
    std::array<std::uint8_t, kStates> m;
    const Labels& labels;

    void period(const Costs& costs, std::size_t t, std::uint64_t* decisions) {
        const std::uint32_t* const cost = costs.cost.data() + t;
        const std::uint32_t* const total = costs.total.data() + t;
        decisions[0] = step<0>(m, labels.of[0].data(), cost[0], total[0]);
        decisions[1] = step<1>(m, labels.of[1].data(), cost[1], total[1]);
        decisions[2] = step<2>(m, labels.of[2].data(), cost[2], total[2]);
        decisions[3] = step<3>(m, labels.of[3].data(), cost[3], total[3]);
        decisions[4] = step<4>(m, labels.of[4].data(), cost[4], total[4]);
        decisions[5] = step<5>(m, labels.of[5].data(), cost[5], total[5]);
        if (*std::min_element(m.begin(), m.end()) >= kRenormalise)
            for (auto& metric : m)
                metric = static_cast<std::uint8_t>(metric - kRenormalise);
    }

    std::uint8_t least() const {
        return static_cast<std::uint8_t>(std::min_element(m.begin(), m.end()) - m.begin());
    }

    template <std::size_t T>
    static std::uint64_t lowest_to(std::uint64_t x) {
        return (x & 1) << T;
    }
};

void advance_generic(std::uint8_t* metrics, const Labels& labels, const Costs* costs,
                     std::size_t slices, std::uint64_t* decisions, std::uint8_t* best,
                     const Trace& trace) noexcept {
    Acs acs{{}, labels};
    std::copy_n(metrics, kStates, acs.m.begin());
    advance_and_trace<Acs, 4>(acs, costs, slices, decisions, best, trace);
    std::copy(acs.m.begin(), acs.m.end(), metrics);
}

void compare_generic(const Encoder& encoder, const std::uint64_t* words, const Signs* signs,
                     std::size_t slices, std::uint64_t before, std::uint64_t* wrong,
                     std::uint64_t* suspect, std::size_t& count) noexcept {
    compare_words(encoder, words, signs, slices, before, wrong, suspect, count);
}

void pack_generic(const std::uint64_t* words, std::size_t slices, std::uint8_t* bytes) noexcept {
    pack_words(words, slices, bytes);
}

constexpr std::array kVariants = {
    simd::Variant<const Kernels*>{simd::Level::generic, &kGeneric},
#if defined(__x86_64__)
    simd::Variant<const Kernels*>{simd::Level::avx2, &kAvx2},
    simd::Variant<const Kernels*>{simd::Level::avx512, &kAvx512},
#endif
};

} // namespace

const Kernels kGeneric{&prepare_generic, &advance_generic, &compare_generic, &pack_generic};

Kernels choose(simd::Level limit) {
    return *simd::choose<const Kernels*>(kVariants, limit);
}

} // namespace telemetry::fec::viterbi_k7
