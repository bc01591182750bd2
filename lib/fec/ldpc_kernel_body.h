// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels of LdpcDecoder, written once over a vector type. Included once in the file of each
// variant, with
//   LDPC_TARGET  attributes of every function
//   LDPC_OPS     a class of vector operations: see ldpc_kernel_generic.cpp for what they do
// so that everything is inlined into functions of that variant's instruction set.
//
// One layer, in scalar words:
//   for each row r of the layer
//       for each edge e:  t[e] = total[variable(r, e)] - message[r][e]
//       for each edge e:  m    = min over other edges f of |t[f]|
//                         s    = product over other edges f of sign(t[f])
//                         message[r][e] = s * min(63, m) * kEighths<degree> / 8, rounded down
//                         total[variable(r, e)] = clip(t[e] + message[r][e])
// where differences are clipped as well. Rows of one vector that share a variable (plan.shared) add
// the change of their message to the total, one edge after the other.
// NOLINTBEGIN(misc-definitions-in-headers)
#include <bit>
#include <cstdint>

#include "telemetry/fec/ldpc_kernel.h"

#if defined(__clang__)
#define LDPC_UNROLL _Pragma("unroll")
#else
#define LDPC_UNROLL _Pragma("GCC unroll 32")
#endif

namespace telemetry::fec {
namespace {

using Ops = LDPC_OPS;
using Vec = Ops::Vec;
constexpr std::uint32_t kLanes = Ops::kLanes;
constexpr int kLargest = 63; ///< magnitude that a check sees
/// What a check believes of it: the more variables, the more it overestimates the least.
template <int kDegree>
constexpr int kEighths = kDegree == 3 ? 7 : 6;

LDPC_TARGET std::uint64_t first_bits(std::uint32_t count) noexcept {
    return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

/// Answers of one vector of checks, from what its edges say. `limit` is 63, or zero in lanes that
/// have no check. The least magnitude of the other edges is found in one of two ways.
template <int kDegree, class Operations = Ops> // a parameter: only one of the ways is compiled
LDPC_TARGET inline void answer(const Vec* t, Vec* out, Vec limit) noexcept {
    const Ops::Table table = Ops::table<kEighths<kDegree>>();
    Vec signs = t[0];
    Vec a[kDegree];
    LDPC_UNROLL
    for (int e = 1; e < kDegree; ++e)
        signs = Ops::exclusive_or(signs, t[e]);
    LDPC_UNROLL
    for (int e = 0; e < kDegree; ++e)
        a[e] = Ops::magnitude(t[e]);
    if constexpr (Operations::kManyTables) {
        // Of all edges before, and of all behind.
        Vec behind[kDegree];
        behind[kDegree - 1] = Ops::lesser(a[kDegree - 1], limit);
        LDPC_UNROLL
        for (int e = kDegree - 2; e > 0; --e)
            behind[e] = Ops::lesser(behind[e + 1], a[e]);
        Vec before = Ops::lesser(a[0], limit);
        out[0] = behind[1];
        LDPC_UNROLL
        for (int e = 1; e < kDegree - 1; ++e) {
            out[e] = Ops::lesser(before, behind[e + 1]);
            before = Ops::lesser(before, a[e]);
        }
        out[kDegree - 1] = before;
        LDPC_UNROLL
        for (int e = 0; e < kDegree; ++e)
            out[e] = Ops::signed_by(Ops::looked_up<kEighths<kDegree>>(table, out[e]),
                                    Ops::exclusive_or(signs, t[e]));
    } else {
        // The least of all and, for the edge that has it, the second.
        Vec least = a[0];
        Vec second = Ops::fill(-1);
        LDPC_UNROLL
        for (int e = 1; e < kDegree; ++e) {
            second = Ops::lesser(second, Operations::greater(least, a[e]));
            least = Ops::lesser(least, a[e]);
        }
        const Vec usual = Ops::looked_up<kEighths<kDegree>>(table, Ops::lesser(least, limit));
        const Vec own = Ops::looked_up<kEighths<kDegree>>(table, Ops::lesser(second, limit));
        LDPC_UNROLL
        for (int e = 0; e < kDegree; ++e)
            out[e] = Ops::signed_by(Operations::where_equal(a[e], least, own, usual),
                                    Ops::exclusive_or(signs, t[e]));
    }
}

template <int kDegree>
LDPC_TARGET std::int8_t* rotating_layer(const LdpcPlan& plan, const LdpcPlan::Edge* edges,
                                        std::int8_t* totals, std::int8_t* messages) noexcept {
    const std::uint32_t mask = plan.circulant - 1;
    const Vec limit = Ops::fill(kLargest);
    for (std::uint32_t row = 0; row < plan.circulant; row += kLanes) {
        Vec t[kDegree];
        Vec out[kDegree];
        LDPC_UNROLL
        for (int e = 0; e < kDegree; ++e)
            t[e] = Ops::minus(Ops::load(totals + edges[e].read + ((edges[e].offset + row) & mask)),
                              Ops::load(messages + e * kLanes));
        answer<kDegree>(t, out, limit);
        LDPC_UNROLL
        for (int e = 0; e < kDegree; ++e) {
            Ops::store(messages + e * kLanes, out[e]);
            const Vec total = Ops::plus(t[e], out[e]);
            Ops::store(totals + edges[e].write + row, total);
            if (row == 0)
                Ops::store(totals + edges[e].write + plan.circulant, total);
        }
        messages += kDegree * kLanes;
    }
    return messages;
}

template <int kDegree, bool kShared>
LDPC_TARGET std::int8_t* in_place_layer(const LdpcPlan& plan, const LdpcPlan::Edge* edges,
                                        std::int8_t* totals, std::int8_t* messages) noexcept {
    const std::uint32_t size = plan.circulant;
    for (std::uint32_t row = 0; row < size; row += kLanes) {
        Vec t[kDegree];
        Vec out[kDegree];
        std::uint32_t offset[kDegree];
        LDPC_UNROLL
        for (int e = 0; e < kDegree; ++e) {
            offset[e] = edges[e].offset + row;
            offset[e] -= offset[e] >= size ? size : 0;
            t[e] = Ops::minus(Ops::load(totals + edges[e].read + offset[e]),
                              Ops::load(messages + e * kLanes));
        }
        // Rows past the last one keep their messages at zero. (Where a circulant is shorter than a
        // vector, they repeat the first ones and must not.)
        const bool partial = row + kLanes > size && size >= kLanes;
        answer<kDegree>(t, out,
                        partial ? Ops::both(Ops::first(size - row), Ops::fill(kLargest))
                                : Ops::fill(kLargest));
        LDPC_UNROLL
        for (int e = 0; e < kDegree; ++e) {
            std::int8_t* const at = totals + edges[e].read + offset[e];
            const Vec total =
                kShared
                    ? Ops::plus(Ops::load(at), Ops::minus(out[e], Ops::load(messages + e * kLanes)))
                    : Ops::plus(t[e], out[e]);
            Ops::store(messages + e * kLanes, out[e]);
            Ops::store(at, total);
            if (offset[e] < kLanes)
                Ops::store(at + size, total);
            if (offset[e] + kLanes > size)
                Ops::store(at - size, total);
        }
        messages += kDegree * kLanes;
    }
    return messages;
}

LDPC_TARGET void iterate(const LdpcPlan& plan, int state, std::int8_t* totals,
                         std::int8_t* messages) noexcept {
    for (const LdpcPlan::Layer& layer : plan.layers) {
        const LdpcPlan::Edge* const edges =
            plan.edges[static_cast<std::size_t>(state)].data() + layer.first;
        switch (layer.degree) {
        case 3:
            messages = rotating_layer<3>(plan, edges, totals, messages);
            break;
        case 6:
            messages = rotating_layer<6>(plan, edges, totals, messages);
            break;
        case 10:
            messages = rotating_layer<10>(plan, edges, totals, messages);
            break;
        case 18:
            messages = rotating_layer<18>(plan, edges, totals, messages);
            break;
        case 8:
            messages = in_place_layer<8, true>(plan, edges, totals, messages);
            break;
        default:
            messages = in_place_layer<32, false>(plan, edges, totals, messages);
        }
    }
}

LDPC_TARGET int unsatisfied(const LdpcPlan& plan, int state, const std::int8_t* totals) noexcept {
    int count = 0;
    for (const LdpcPlan::Layer& layer : plan.layers) {
        const LdpcPlan::Edge* const edges =
            plan.checks[static_cast<std::size_t>(state)].data() + layer.first;
        for (std::uint32_t row = 0; row < plan.circulant; row += kLanes) {
            Vec sum = Ops::fill(0);
            for (std::uint32_t e = 0; e < layer.degree; ++e) {
                std::uint32_t offset = edges[e].offset + row;
                offset -= offset >= plan.circulant ? plan.circulant : 0;
                sum = Ops::exclusive_or(sum, Ops::load(totals + edges[e].read + offset));
            }
            count += std::popcount(Ops::sign_bits(sum) & first_bits(plan.circulant - row));
        }
    }
    return count;
}

LDPC_TARGET void place(const LdpcPlan& plan, const std::int8_t* variables,
                       std::int8_t* totals) noexcept {
    for (const LdpcPlan::Edge& column : plan.natural[0]) {
        std::int8_t* const to = totals + column.read;
        for (std::uint32_t row = 0; row < plan.circulant; row += kLanes)
            Ops::store(to + row, Ops::load(variables + row));
        for (std::uint32_t row = plan.circulant; row < plan.circulant + kLanes;
             row += plan.circulant)
            Ops::store(to + row, Ops::load(variables));
        variables += plan.circulant;
    }
}

LDPC_TARGET void collect(const LdpcPlan& plan, int state, const std::int8_t* totals,
                         std::int8_t* variables) noexcept {
    for (const LdpcPlan::Edge& column : plan.natural[static_cast<std::size_t>(state)]) {
        for (std::uint32_t row = 0; row < plan.circulant; row += kLanes) {
            std::uint32_t offset = column.offset + row;
            offset -= offset >= plan.circulant ? plan.circulant : 0;
            Ops::store(variables + row, Ops::load(totals + column.read + offset));
        }
        variables += plan.circulant;
    }
}

LDPC_TARGET void pack(const std::int8_t* variables, std::size_t count,
                      std::uint64_t* words) noexcept {
    for (std::size_t i = 0; i < count; i += 64) {
        std::uint64_t word = 0;
        for (std::size_t lane = 0; lane < 64; lane += kLanes)
            word |= Ops::sign_bits(Ops::load(variables + i + lane)) << lane;
        words[i / 64] = word;
    }
}

LDPC_TARGET int differing(const std::int8_t* symbols, const std::int8_t* variables,
                          std::size_t count) noexcept {
    int sum = 0;
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        const Vec s = Ops::load(symbols + i);
        const Vec same = Ops::exclusive_or(s, Ops::load(variables + i));
        sum += std::popcount(~Ops::sign_bits(same) & Ops::nonzero_bits(s) & first_bits(kLanes));
    }
    for (; i < count; ++i)
        sum += symbols[i] != 0 && (symbols[i] < 0) == (variables[i] < 0);
    return sum;
}

LDPC_TARGET std::uint32_t magnitude(const std::int8_t* symbols, std::size_t count) noexcept {
    std::size_t i = 0;
    Ops::Sums sums = Ops::no_sums();
    for (; i + kLanes <= count; i += kLanes)
        sums = Ops::add_magnitudes(sums, Ops::load(symbols + i));
    std::uint32_t sum = Ops::total(sums);
    for (; i < count; ++i)
        sum += static_cast<std::uint32_t>(symbols[i] < 0 ? -symbols[i] : symbols[i]);
    return sum;
}

LDPC_TARGET void scale(const std::int8_t* symbols, std::size_t count, int gain, int limit,
                       std::int8_t* variables) noexcept {
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
        Ops::store(variables + i, Ops::amplified(Ops::load(symbols + i), gain, limit));
    for (; i < count; ++i) {
        const int v = (symbols[i] * gain + 64) >> 7;
        variables[i] = static_cast<std::int8_t>(v > limit ? limit : v < -limit ? -limit : v);
    }
}

} // namespace
} // namespace telemetry::fec
// NOLINTEND(misc-definitions-in-headers)
