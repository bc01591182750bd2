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
//                         message[r][e] = s * min(limit, (3 * m + 2) / 4)
//                         total[variable(r, e)] = t[e] + message[r][e]
// Rows of one vector that share a variable (plan.shared) add the change of their message instead.
// NOLINTBEGIN(misc-definitions-in-headers)
#include <bit>
#include <cstdint>

#include "telemetry/fec/ldpc_kernel.h"

namespace telemetry::fec {
namespace {

using Ops = LDPC_OPS;
using Vec = Ops::Vec;
constexpr std::uint32_t kLanes = Ops::kLanes;

LDPC_TARGET std::uint64_t first_bits(std::uint32_t count) noexcept {
    return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

/// Answers of one vector of checks, from what its edges say.
template <int kDegree>
LDPC_TARGET inline void answer(const Vec* t, Vec* out, const Ops::Scale& scale, Vec rows) noexcept {
    Vec signs = t[0];
    for (int e = 1; e < kDegree; ++e)
        signs = Ops::exclusive_or(signs, t[e]);
    Vec least = Ops::magnitude(t[0]);
    Vec second = Ops::fill(127);
    for (int e = 1; e < kDegree; ++e) {
        const Vec a = Ops::magnitude(t[e]);
        second = Ops::lesser(second, Ops::greater(least, a));
        least = Ops::lesser(least, a);
    }
    const Vec usual = Ops::both(rows, Ops::scaled(scale, least));
    const Vec own = Ops::both(rows, Ops::scaled(scale, second));
    for (int e = 0; e < kDegree; ++e) {
        const Vec m = Ops::where_equal(Ops::magnitude(t[e]), least, own, usual);
        out[e] = Ops::signed_by(m, Ops::exclusive_or(signs, t[e]));
    }
}

template <int kDegree>
LDPC_TARGET std::int8_t* rotating_layer(const LdpcPlan& plan, const LdpcPlan::Edge* edges,
                                        const Ops::Scale& scale, std::int8_t* totals,
                                        std::int8_t* messages) noexcept {
    const std::uint32_t mask = plan.circulant - 1;
    const Vec rows = Ops::fill(-1);
    for (std::uint32_t row = 0; row < plan.circulant; row += kLanes) {
        Vec t[kDegree];
        Vec out[kDegree];
        for (int e = 0; e < kDegree; ++e)
            t[e] = Ops::minus(Ops::load(totals + edges[e].read + ((edges[e].offset + row) & mask)),
                              Ops::load(messages + e * kLanes));
        answer<kDegree>(t, out, scale, rows);
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
                                        const Ops::Scale& scale, std::int8_t* totals,
                                        std::int8_t* messages) noexcept {
    const std::uint32_t size = plan.circulant;
    for (std::uint32_t row = 0; row < size; row += kLanes) {
        Vec t[kDegree];
        Vec out[kDegree];
        std::uint32_t offset[kDegree];
        for (int e = 0; e < kDegree; ++e) {
            offset[e] = edges[e].offset + row;
            offset[e] -= offset[e] >= size ? size : 0;
            t[e] = Ops::minus(Ops::load(totals + edges[e].read + offset[e]),
                              Ops::load(messages + e * kLanes));
        }
        // Rows past the last one keep their messages at zero. (Where a circulant is shorter than a
        // vector, they repeat the first ones and must not.)
        const bool partial = row + kLanes > size && size >= kLanes;
        answer<kDegree>(t, out, scale, partial ? Ops::first(size - row) : Ops::fill(-1));
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
    const Ops::Scale scale = Ops::scale(plan.message_limit);
    for (const LdpcPlan::Layer& layer : plan.layers) {
        const LdpcPlan::Edge* const edges =
            plan.edges[static_cast<std::size_t>(state)].data() + layer.first;
        switch (layer.degree) {
        case 3:
            messages = rotating_layer<3>(plan, edges, scale, totals, messages);
            break;
        case 6:
            messages = rotating_layer<6>(plan, edges, scale, totals, messages);
            break;
        case 10:
            messages = rotating_layer<10>(plan, edges, scale, totals, messages);
            break;
        case 18:
            messages = rotating_layer<18>(plan, edges, scale, totals, messages);
            break;
        case 8:
            messages = in_place_layer<8, true>(plan, edges, scale, totals, messages);
            break;
        default:
            messages = in_place_layer<32, false>(plan, edges, scale, totals, messages);
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
    std::uint32_t sum = 0;
    for (; i + kLanes <= count; i += kLanes)
        sum += Ops::sum_of_magnitudes(Ops::load(symbols + i));
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
