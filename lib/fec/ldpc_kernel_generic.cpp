// SPDX-License-Identifier: GPL-3.0-or-later
// 32 lanes in two vectors of 16 bytes, which every common machine has, in the portable notation of
// GCC and Clang.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace telemetry::fec {
namespace {

struct PlainOps {
    static constexpr std::uint32_t kLanes = 32;
    static constexpr bool kManyTables = false; ///< looked_up() for every edge, not every check
    using Half = std::int8_t __attribute__((vector_size(16)));
    using HalfUnsigned = std::uint8_t __attribute__((vector_size(16)));
    struct Vec {
        Half low;
        Half high;
    };
    struct Table {};
    using Sums = std::uint32_t;

    static Vec load(const std::int8_t* from) noexcept {
        Vec v;
        std::memcpy(&v, from, kLanes);
        return v;
    }
    static void store(std::int8_t* to, const Vec& v) noexcept { std::memcpy(to, &v, kLanes); }
    static Vec fill(int value) noexcept {
        const Half half = Half{} + static_cast<std::int8_t>(value);
        return {half, half};
    }
    /// All ones in the first `count` lanes, zeros in the others.
    static Vec first(std::uint32_t count) noexcept {
        std::array<std::int8_t, kLanes> lanes;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            lanes[i] = i < count ? -1 : 0;
        return load(lanes.data());
    }
    /// Saturating.
    static Vec plus(const Vec& a, const Vec& b) noexcept {
        return {plus(a.low, b.low), plus(a.high, b.high)};
    }
    static Vec minus(const Vec& a, const Vec& b) noexcept {
        return {minus(a.low, b.low), minus(a.high, b.high)};
    }
    static Vec exclusive_or(const Vec& a, const Vec& b) noexcept {
        return {a.low ^ b.low, a.high ^ b.high};
    }
    static Vec both(const Vec& a, const Vec& b) noexcept {
        return {a.low & b.low, a.high & b.high};
    }
    /// Up to 128, an unsigned number.
    static Vec magnitude(const Vec& a) noexcept {
        return {signed_by(a.low, a.low), signed_by(a.high, a.high)};
    }
    /// Of unsigned numbers.
    static Vec lesser(const Vec& a, const Vec& b) noexcept {
        return {less(a.low, b.low) ? a.low : b.low, less(a.high, b.high) ? a.high : b.high};
    }
    static Vec greater(const Vec& a, const Vec& b) noexcept {
        return {less(a.low, b.low) ? b.low : a.low, less(a.high, b.high) ? b.high : a.high};
    }
    template <int kEighths>
    static Table table() noexcept {
        return {};
    }
    /// kEighths / 8, rounded down, of numbers up to 63: 7 a / 8 is a - (a + 7) / 8, and 6 a / 8 is
    /// a - (a + 3) / 4.
    template <int kEighths>
    static Vec looked_up(const Table&, const Vec& a) noexcept {
        static_assert(kEighths == 6 || kEighths == 7);
        constexpr int kShift = kEighths == 7 ? 3 : 2;
        constexpr std::int8_t kRound = (1 << kShift) - 1;
        return {a.low - ((a.low + kRound) >> kShift), a.high - ((a.high + kRound) >> kShift)};
    }
    static Vec where_equal(const Vec& a, const Vec& b, const Vec& then, const Vec& other) noexcept {
        return {a.low == b.low ? then.low : other.low, a.high == b.high ? then.high : other.high};
    }
    /// `a` with a minus where `sign` is negative.
    static Vec signed_by(const Vec& a, const Vec& sign) noexcept {
        return {signed_by(a.low, sign.low), signed_by(a.high, sign.high)};
    }
    /// Lane 0 lowest.
    static std::uint64_t sign_bits(const Vec& a) noexcept {
        std::array<std::uint64_t, kLanes / 8> eights;
        std::memcpy(eights.data(), &a, kLanes);
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < eights.size(); ++i)
            bits |= ((eights[i] >> 7 & 0x0101010101010101) * 0x0102040810204080 >> 56) << 8 * i;
        return bits;
    }
    static std::uint64_t nonzero_bits(const Vec& a) noexcept {
        return sign_bits({a.low != 0, a.high != 0});
    }
    static Sums no_sums() noexcept { return 0; }
    static Sums add_magnitudes(Sums sums, const Vec& a) noexcept {
        std::array<std::uint8_t, kLanes> lanes;
        const Vec magnitudes = magnitude(a);
        std::memcpy(lanes.data(), &magnitudes, kLanes);
        for (const std::uint8_t lane : lanes)
            sums += lane;
        return sums;
    }
    static std::uint32_t total(Sums sums) noexcept { return sums; }
    /// clip(round(a × gain / 128)).
    static Vec amplified(const Vec& a, int gain, int limit) noexcept {
        std::array<std::int8_t, kLanes> lanes;
        std::memcpy(lanes.data(), &a, kLanes);
        for (std::int8_t& lane : lanes)
            lane = static_cast<std::int8_t>(std::clamp((lane * gain + 64) >> 7, -limit, limit));
        return load(lanes.data());
    }

private:
    static Half less(Half a, Half b) noexcept {
        return reinterpret_cast<HalfUnsigned>(a) < reinterpret_cast<HalfUnsigned>(b);
    }
    /// The end of the range on `a`'s side.
    static Half extreme(Half a) noexcept { return (a >> 7) ^ 127; }
    // Sums of unsigned numbers wrap around, of signed ones they may not.
    static Half wrapped_sum(Half a, Half b) noexcept {
        return reinterpret_cast<Half>(reinterpret_cast<HalfUnsigned>(a) +
                                      reinterpret_cast<HalfUnsigned>(b));
    }
    static Half wrapped_difference(Half a, Half b) noexcept {
        return reinterpret_cast<Half>(reinterpret_cast<HalfUnsigned>(a) -
                                      reinterpret_cast<HalfUnsigned>(b));
    }
    static Half signed_by(Half a, Half sign) noexcept {
        return sign < 0 ? wrapped_difference(Half{}, a) : a;
    }
    static Half plus(Half a, Half b) noexcept {
        const Half sum = wrapped_sum(a, b);
        return ((a ^ sum) & (b ^ sum)) < 0 ? extreme(a) : sum;
    }
    static Half minus(Half a, Half b) noexcept {
        const Half difference = wrapped_difference(a, b);
        return ((a ^ b) & (a ^ difference)) < 0 ? extreme(a) : difference;
    }
};

} // namespace
} // namespace telemetry::fec

#define LDPC_TARGET
#define LDPC_OPS PlainOps
#include "telemetry/fec/ldpc_kernel_body.h"

namespace telemetry::fec {
const LdpcKernel kLdpcKernelGeneric = {kLanes,      magnitude, scale, place,    iterate,
                                       unsatisfied, collect,   pack,  differing};
} // namespace telemetry::fec
