// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/two_level.h"

#include "telemetry/dsp/target.h"

namespace telemetry::dsp {
namespace {

constexpr int kIterations = 4;
constexpr std::size_t kVectors = kLevelWindow / 16;
constexpr float kCount = static_cast<float>(kLevelWindow);

TELEMETRY_INLINE float scatter_body(const float* symbols, float center, float amplitude) {
    Lanes16 sum = {};
    for (std::size_t v = 0; v < kVectors; ++v) {
        Lanes16 x;
        load(symbols + 16 * v, x);
        x -= center;
        x = (x < 0.0f ? -x : x) - amplitude;
        sum += x * x;
    }
    return sum_of_lanes(sum) / kCount;
}

TELEMETRY_INLINE void two_level_body(const float* symbols, TwoLevels& fit) {
    Lanes16 x[kVectors], total = {};
    for (std::size_t v = 0; v < kVectors; ++v) {
        load(symbols + 16 * v, x[v]);
        total += x[v];
    }
    const float sum = sum_of_lanes(total);
    float center = sum / kCount, amplitude = 0;
    for (int i = 0; i < kIterations; ++i) {
        Lanes16 upper = {}, members = {};
        for (std::size_t v = 0; v < kVectors; ++v) {
            const Lanes16 zero = {};
            upper += x[v] > center ? x[v] : zero;
            members += x[v] > center ? zero + 1.0f : zero;
        }
        const float count = sum_of_lanes(members), above = sum_of_lanes(upper);
        if (count == 0 || count == kCount)
            break;
        const float high = above / count, low = (sum - above) / (kCount - count);
        center = (high + low) / 2;
        amplitude = (high - low) / 2;
    }
    fit = {center, amplitude, scatter_body(symbols, center, amplitude)};
}

// NOLINTBEGIN(bugprone-macro-parentheses): an attribute cannot stand in parentheses
#define TELEMETRY_TWO_LEVEL_VARIANT(suffix, attribute)                                             \
    attribute void two_level_##suffix(const float* symbols, TwoLevels& fit) {                      \
        two_level_body(symbols, fit);                                                              \
    }                                                                                              \
    attribute float scatter_##suffix(const float* symbols, float center, float amplitude) {        \
        return scatter_body(symbols, center, amplitude);                                           \
    }
// NOLINTEND(bugprone-macro-parentheses)

TELEMETRY_TWO_LEVEL_VARIANT(generic, )
#if defined(__x86_64__)
TELEMETRY_TWO_LEVEL_VARIANT(avx2, TELEMETRY_TARGET_AVX2)
TELEMETRY_TWO_LEVEL_VARIANT(avx512, TELEMETRY_TARGET_AVX512)
#endif

constexpr simd::Variant<TwoLevelFunction> kTwoLevel[] = {
    {simd::Level::generic, two_level_generic},
#if defined(__x86_64__)
    {simd::Level::avx2, two_level_avx2},
    {simd::Level::avx512, two_level_avx512},
#endif
};

constexpr simd::Variant<ScatterFunction> kScatter[] = {
    {simd::Level::generic, scatter_generic},
#if defined(__x86_64__)
    {simd::Level::avx2, scatter_avx2},
    {simd::Level::avx512, scatter_avx512},
#endif
};

} // namespace

std::span<const simd::Variant<TwoLevelFunction>> two_level_variants() {
    return kTwoLevel;
}
std::span<const simd::Variant<ScatterFunction>> scatter_variants() {
    return kScatter;
}

} // namespace telemetry::dsp
