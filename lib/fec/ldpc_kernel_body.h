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
// where differences are clipped as well. Where rows of one vector share variables (plan.shared),
// the even rows come first, then the odd ones, and both add the change of their message to the
// total.
// NOLINTBEGIN(misc-definitions-in-headers)
#include <array>
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

/// Gives `write` the answers of one vector of checks to what its edges say, edge after edge.
/// `limit` is 63, or zero in lanes that have no check. The least magnitude of the other edges is
/// found in one of two ways.
template <int kDegree, class Write, class Operations = Ops> // only one of the ways is compiled
LDPC_TARGET inline void answer(const Vec* t, Vec limit, const Write& write) noexcept {
    constexpr int kPart = kEighths<kDegree>;
    const Ops::Table table = Ops::table<kPart>();
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
        Vec before = limit;
        LDPC_UNROLL
        for (int e = 0; e < kDegree; ++e) {
            const Vec least = e + 1 < kDegree ? Ops::lesser(before, behind[e + 1]) : before;
            before = Ops::lesser(before, a[e]);
            write(e, t[e],
                  Ops::signed_by(Ops::looked_up<kPart>(table, least),
                                 Ops::exclusive_or(signs, t[e])));
        }
    } else {
        // The least of all and, for the edge that has it, the second.
        Vec least = a[0];
        Vec second = Ops::fill(-1);
        LDPC_UNROLL
        for (int e = 1; e < kDegree; ++e) {
            second = Ops::lesser(second, Operations::greater(least, a[e]));
            least = Ops::lesser(least, a[e]);
        }
        const Vec usual = Ops::looked_up<kPart>(table, Ops::lesser(least, limit));
        const Vec own = Ops::looked_up<kPart>(table, Ops::lesser(second, limit));
        LDPC_UNROLL
        for (int e = 0; e < kDegree; ++e)
            write(e, t[e],
                  Ops::signed_by(Operations::where_equal(a[e], least, own, usual),
                                 Ops::exclusive_or(signs, t[e])));
    }
}

struct RotatingWriter {
    const LdpcPlan::Edge* edges;
    std::int8_t* totals;
    std::int8_t* messages;
    std::uint32_t row;
    std::uint32_t size;

    LDPC_TARGET void operator()(int e, Vec said, Vec message) const noexcept {
        Ops::store(messages + e * static_cast<int>(kLanes), message);
        const Vec total = Ops::plus(said, message);
        std::int8_t* const at = totals + edges[e].write;
        Ops::store(at + row, total);
        if (row == 0)
            Ops::store(at + size, total);
    }
};

template <int kDegree>
LDPC_TARGET std::int8_t* rotating_layer(const LdpcPlan& plan, const LdpcPlan::Edge* edges,
                                        std::int8_t* totals, std::int8_t* messages) noexcept {
    const std::uint32_t size = plan.circulant;
    const Vec limit = Ops::fill(kLargest);
    for (std::uint32_t row = 0; row < size; row += kLanes) {
        Vec t[kDegree];
        LDPC_UNROLL
        for (int e = 0; e < kDegree; ++e)
            t[e] = Ops::minus(
                Ops::load(totals + edges[e].read + ((edges[e].offset + row) & (size - 1))),
                Ops::load(messages + e * static_cast<int>(kLanes)));
        answer<kDegree>(t, limit, RotatingWriter{edges, totals, messages, row, size});
        messages += kDegree * kLanes;
    }
    return messages;
}

template <bool kShared>
struct InPlaceWriter {
    const LdpcPlan::Edge* edges;
    const std::uint32_t* offsets;
    std::int8_t* totals;
    std::int8_t* messages;
    std::uint32_t size;
    Vec active; ///< of kShared

    LDPC_TARGET void operator()(int e, Vec said, Vec message) const noexcept {
        std::int8_t* const kept = messages + e * static_cast<int>(kLanes);
        std::int8_t* const at = totals + edges[e].read + offsets[e];
        Vec total = Ops::plus(said, message);
        if constexpr (kShared) {
            const Vec change = Ops::both(active, Ops::minus(message, Ops::load(kept)));
            message = Ops::plus(Ops::load(kept), change);
            total = Ops::plus(Ops::load(at), change);
        }
        Ops::store(kept, message);
        Ops::store(at, total);
        if (kShared && offsets[e] < kLanes)
            Ops::store(at + size, total);
        if (kShared && offsets[e] + kLanes > size)
            Ops::store(at - size, total);
    }
};

/// Circulants of one block that share variables are an odd number of columns apart: even and odd
/// checks never share one.
constexpr std::array<std::int8_t, 65> kEverySecond = [] {
    std::array<std::int8_t, 65> lanes{};
    for (std::size_t i = 0; i < lanes.size(); i += 2)
        lanes[i] = -1;
    return lanes;
}();

template <int kDegree, bool kShared>
LDPC_TARGET std::int8_t* in_place_layer(const LdpcPlan& plan, const LdpcPlan::Edge* edges,
                                        std::uint32_t first_repeat, std::int8_t* totals,
                                        std::int8_t* messages) noexcept {
    const std::uint32_t size = plan.circulant;
    const LdpcPlan::Repeat* repeats = plan.repeats.data() + first_repeat;
    for (std::uint32_t row = 0; row < size; row += kLanes) {
        for (int turn = 0; turn < (kShared ? 2 : 1); ++turn) {
            Vec t[kDegree];
            std::uint32_t offsets[kDegree];
            LDPC_UNROLL
            for (int e = 0; e < kDegree; ++e) {
                const std::uint32_t offset = edges[e].offset + row;
                offsets[e] = offset - (offset >= size ? size : 0);
                t[e] = Ops::minus(Ops::load(totals + edges[e].read + offsets[e]),
                                  Ops::load(messages + e * static_cast<int>(kLanes)));
            }
            // Rows past the last one keep their messages at zero. (Where a circulant is shorter
            // than a vector, they repeat the first ones and must not.)
            const bool partial = row + kLanes > size && size >= kLanes;
            const Vec limit = partial ? Ops::both(Ops::first(size - row), Ops::fill(kLargest))
                                      : Ops::fill(kLargest);
            answer<kDegree>(t, limit,
                            InPlaceWriter<kShared>{edges, offsets, totals, messages, size,
                                                   Ops::load(kEverySecond.data() + turn)});
        }
        messages += kDegree * kLanes;
        for (; !kShared && repeats->row == row; ++repeats)
            Ops::store(totals + repeats->to, Ops::load(totals + repeats->from));
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
            messages = in_place_layer<8, true>(plan, edges, layer.first_repeat, totals, messages);
            break;
        default:
            messages = in_place_layer<32, false>(plan, edges, layer.first_repeat, totals, messages);
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
