// SPDX-License-Identifier: GPL-3.0-or-later
// Plain loops over 32 lanes, which compilers turn into the vectors of any machine.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace telemetry::fec {
namespace {

struct PlainOps {
    static constexpr std::uint32_t kLanes = 32;
    struct Vec {
        std::array<std::int8_t, kLanes> lane;
    };
    struct Scale {
        std::int8_t limit;
    };

    static Scale scale(std::int8_t limit) noexcept { return {limit}; }

    static Vec load(const std::int8_t* from) noexcept {
        Vec v;
        std::memcpy(v.lane.data(), from, kLanes);
        return v;
    }
    static void store(std::int8_t* to, const Vec& v) noexcept {
        std::memcpy(to, v.lane.data(), kLanes);
    }
    static Vec fill(int value) noexcept {
        Vec v;
        v.lane.fill(static_cast<std::int8_t>(value));
        return v;
    }
    /// All ones in the first `count` lanes, zeros in the others.
    static Vec first(std::uint32_t count) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] = i < count ? -1 : 0;
        return v;
    }
    static Vec plus(const Vec& a, const Vec& b) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] = static_cast<std::int8_t>(a.lane[i] + b.lane[i]);
        return v;
    }
    static Vec minus(const Vec& a, const Vec& b) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] = static_cast<std::int8_t>(a.lane[i] - b.lane[i]);
        return v;
    }
    static Vec exclusive_or(const Vec& a, const Vec& b) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] = static_cast<std::int8_t>(a.lane[i] ^ b.lane[i]);
        return v;
    }
    static Vec both(const Vec& a, const Vec& b) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] = static_cast<std::int8_t>(a.lane[i] & b.lane[i]);
        return v;
    }
    static Vec magnitude(const Vec& a) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] = static_cast<std::int8_t>(a.lane[i] < 0 ? -a.lane[i] : a.lane[i]);
        return v;
    }
    static Vec lesser(const Vec& a, const Vec& b) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] = std::min(a.lane[i], b.lane[i]);
        return v;
    }
    static Vec greater(const Vec& a, const Vec& b) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] = std::max(a.lane[i], b.lane[i]);
        return v;
    }
    /// Three quarters, rounded, up to the limit; of magnitudes.
    static Vec scaled(const Scale& scale, const Vec& a) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] = std::min(scale.limit, static_cast<std::int8_t>((3 * a.lane[i] + 2) >> 2));
        return v;
    }
    static Vec where_equal(const Vec& a, const Vec& b, const Vec& then, const Vec& other) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] = a.lane[i] == b.lane[i] ? then.lane[i] : other.lane[i];
        return v;
    }
    /// `a` with a minus where `sign` is negative.
    static Vec signed_by(const Vec& a, const Vec& sign) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] = static_cast<std::int8_t>(sign.lane[i] < 0 ? -a.lane[i] : a.lane[i]);
        return v;
    }
    static std::uint64_t sign_bits(const Vec& a) noexcept {
        std::uint64_t bits = 0;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            bits |= static_cast<std::uint64_t>(a.lane[i] < 0) << i;
        return bits;
    }
    static std::uint64_t nonzero_bits(const Vec& a) noexcept {
        std::uint64_t bits = 0;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            bits |= static_cast<std::uint64_t>(a.lane[i] != 0) << i;
        return bits;
    }
    static std::uint32_t sum_of_magnitudes(const Vec& a) noexcept {
        std::uint32_t sum = 0;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            sum += static_cast<std::uint32_t>(a.lane[i] < 0 ? -a.lane[i] : a.lane[i]);
        return sum;
    }
    /// clip(round(a × gain / 128)).
    static Vec amplified(const Vec& a, int gain, int limit) noexcept {
        Vec v;
        for (std::uint32_t i = 0; i < kLanes; ++i)
            v.lane[i] =
                static_cast<std::int8_t>(std::clamp((a.lane[i] * gain + 64) >> 7, -limit, limit));
        return v;
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
