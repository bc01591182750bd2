// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/turbo_kernel.h"

#include <bit>
#include <cstring>
#include <utility>

#include "telemetry/simd/x86.h"

namespace telemetry::fec {
namespace {

/// log 2 in the units of state metrics, rounded.
constexpr std::uint16_t kLog2 = (2 * kTurboNat * 6931 + 5000) / 10000;
/// Steps between normalisations.
constexpr std::size_t kNormalised = 16;

struct Transition {
    std::size_t from;
    std::size_t to;
};

/// The trellis of a component encoder with the forward connections `Taps` (5 bits, the highest for
/// what goes into the register); the backward one is 10011.
template <unsigned... Taps>
struct Code {
    static constexpr std::size_t kParities = sizeof...(Taps);
    static constexpr std::size_t kParityPatterns = std::size_t{1} << kParities;

    /// Output bits of the branch from `from` on which `in` goes into the register.
    static constexpr std::size_t pattern(std::size_t from, std::size_t in) {
        const std::size_t content = in << 4 | from;
        const auto parity = [&](std::size_t taps) {
            return static_cast<std::size_t>(std::popcount(content & taps)) & 1;
        };
        std::size_t outputs = parity(0b10011);
        ((outputs = outputs << 1 | parity(Taps)), ...);
        return outputs;
    }

    static constexpr std::array<std::size_t, 8> kPattern = [] {
        std::array<std::size_t, 8> patterns{};
        for (std::size_t j = 0; j < 8; ++j)
            patterns[j] = pattern(2 * j, 0);
        return patterns;
    }();

    static constexpr auto kTransitions = [] {
        std::array<std::array<Transition, 16 / kParityPatterns>, 2 * kParityPatterns> table{};
        std::array<std::size_t, 2 * kParityPatterns> filled{};
        for (std::size_t from = 0; from < kTurboStates; ++from)
            for (std::size_t in = 0; in < 2; ++in) {
                const std::size_t outputs = pattern(from, in);
                table[outputs][filled[outputs]++] = {from, in << 3 | from >> 1};
            }
        return table;
    }();
};

using CodeOne = Code<0b11011>;
using CodeTwoThree = Code<0b10101, 0b11111>;
using CodeOneTwoThree = Code<0b11011, 0b10101, 0b11111>;
using CodeOneThree = Code<0b11011, 0b11111>;

// NOLINTBEGIN(bugprone-suspicious-include): one body, compiled for each instruction set
namespace generic {
using Vector = std::uint16_t __attribute__((vector_size(16)));
#define TURBO_TARGET
inline Vector average(const Vector& a, const Vector& b) {
    return (a | b) - ((a ^ b) >> 1);
}
#include "turbo_kernel.inc"
#undef TURBO_TARGET
} // namespace generic

#if defined(__x86_64__)
namespace avx2 {
using Vector = std::uint16_t __attribute__((vector_size(32)));
#define TURBO_TARGET [[gnu::target("avx2")]]
TURBO_TARGET inline Vector average(const Vector& a, const Vector& b) {
    return reinterpret_cast<Vector>(
        _mm256_avg_epu16(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
}
#include "turbo_kernel.inc"
#undef TURBO_TARGET
} // namespace avx2

namespace avx512 {
using Vector = std::uint16_t __attribute__((vector_size(64)));
#define TURBO_TARGET [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq")]]
TURBO_TARGET inline Vector average(const Vector& a, const Vector& b) {
    return reinterpret_cast<Vector>(
        _mm512_avg_epu16(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
#include "turbo_kernel.inc"
#undef TURBO_TARGET
} // namespace avx512
#endif
// NOLINTEND(bugprone-suspicious-include)

template <class C>
TurboPass choose(simd::Level limit) {
    static constexpr std::array kVariants = {
        simd::Variant<TurboPass>{simd::Level::generic, &generic::pass<C>},
#if defined(__x86_64__)
        simd::Variant<TurboPass>{simd::Level::avx2, &avx2::pass<C>},
        simd::Variant<TurboPass>{simd::Level::avx512, &avx512::pass<C>},
#endif
    };
    return simd::choose<TurboPass>(kVariants, limit);
}

constexpr std::array kDecide = {
    simd::Variant<TurboDecide>{simd::Level::generic, &generic::decide},
#if defined(__x86_64__)
    simd::Variant<TurboDecide>{simd::Level::avx2, &avx2::decide},
    simd::Variant<TurboDecide>{simd::Level::avx512, &avx512::decide},
#endif
};

} // namespace

TurboPass choose_turbo_pass(TurboParity parity, simd::Level limit) {
    switch (parity) {
    case TurboParity::one:
        return choose<CodeOne>(limit);
    case TurboParity::two_three:
        return choose<CodeTwoThree>(limit);
    case TurboParity::one_two_three:
        return choose<CodeOneTwoThree>(limit);
    case TurboParity::one_three:
        return choose<CodeOneThree>(limit);
    }
    return choose<CodeOne>(limit);
}

TurboDecide choose_turbo_decide(simd::Level limit) {
    return simd::choose<TurboDecide>(kDecide, limit);
}

} // namespace telemetry::fec
