// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/equalizer.h"

#include <algorithm>
#include <cmath>

#include "telemetry/dsp/target.h"

namespace telemetry::dsp {
namespace {

constexpr std::size_t kTaps = kEqualizerTaps;
constexpr std::size_t kMiddle = kTaps / 2;
static_assert(kMiddle == 3);

/// Tap j lies (j − 3)/2 symbols after the symbol.
TELEMETRY_INLINE void load_taps(const float* on, const float* mid, float center, float scale,
                                Lanes16 (&x)[kTaps]) {
    const float* const from[kTaps] = {mid - 2, on - 1, mid - 1, on, mid, on + 1, mid + 1};
    for (std::size_t j = 0; j < kTaps; ++j) {
        load(from[j], x[j]);
        x[j] = (x[j] - center) * scale;
    }
}

TELEMETRY_INLINE void accumulate_body(const float* on, const float* mid, float center, float scale,
                                      NormalEquations& sums) {
    Lanes16 x[kTaps];
    load_taps(on, mid, center, scale, x);
    const Lanes16 one = Lanes16{} + 1.0f;
    const Lanes16 decision = x[kMiddle] > 0.0f ? one : -one;
    std::size_t at = 0;
    for (std::size_t j = 0; j < kTaps; ++j) {
        for (std::size_t k = j; k < kTaps; ++k)
            sums.products[at++] = sum_of_lanes(x[j] * x[k]);
        sums.targets[j] = sum_of_lanes(x[j] * decision);
    }
}

TELEMETRY_INLINE void equalize_body(const float* on, const float* mid, float center, float scale,
                                    const EqualizerWeights& weights, float* out) {
    Lanes16 x[kTaps], sum = {};
    load_taps(on, mid, center, scale, x);
    for (std::size_t j = 0; j < kTaps; ++j)
        sum += weights[j] * x[j];
    store(sum, out);
}

// NOLINTBEGIN(bugprone-macro-parentheses): an attribute cannot stand in parentheses
#define TELEMETRY_EQUALIZER_VARIANT(suffix, attribute)                                             \
    attribute void accumulate_##suffix(const float* on, const float* mid, float center,            \
                                       float scale, NormalEquations& sums) {                       \
        accumulate_body(on, mid, center, scale, sums);                                             \
    }                                                                                              \
    attribute void equalize_##suffix(const float* on, const float* mid, float center, float scale, \
                                     const EqualizerWeights& weights, float* out) {                \
        equalize_body(on, mid, center, scale, weights, out);                                       \
    }
// NOLINTEND(bugprone-macro-parentheses)

TELEMETRY_EQUALIZER_VARIANT(generic, )
#if defined(__x86_64__)
TELEMETRY_EQUALIZER_VARIANT(avx2, TELEMETRY_TARGET_AVX2)
TELEMETRY_EQUALIZER_VARIANT(avx512, TELEMETRY_TARGET_AVX512)
#endif

constexpr simd::Variant<AccumulateFunction> kAccumulate[] = {
    {simd::Level::generic, accumulate_generic},
#if defined(__x86_64__)
    {simd::Level::avx2, accumulate_avx2},
    {simd::Level::avx512, accumulate_avx512},
#endif
};

constexpr simd::Variant<EqualizeFunction> kEqualize[] = {
    {simd::Level::generic, equalize_generic},
#if defined(__x86_64__)
    {simd::Level::avx2, equalize_avx2},
    {simd::Level::avx512, equalize_avx512},
#endif
};

} // namespace

std::span<const simd::Variant<AccumulateFunction>> accumulate_variants() {
    return kAccumulate;
}
std::span<const simd::Variant<EqualizeFunction>> equalize_variants() {
    return kEqualize;
}

void NormalEquations::add(const NormalEquations& other, float weight) {
    for (std::size_t i = 0; i < products.size(); ++i)
        products[i] += weight * other.products[i];
    for (std::size_t j = 0; j < kTaps; ++j)
        targets[j] += weight * other.targets[j];
}

EqualizerWeights solve(const NormalEquations& sums, float pull) {
    // Cholesky: the matrix is positive definite, since the pull is on its diagonal.
    float matrix[kTaps][kTaps], vector[kTaps];
    std::size_t at = 0;
    for (std::size_t j = 0; j < kTaps; ++j) {
        for (std::size_t k = j; k < kTaps; ++k)
            matrix[k][j] = sums.products[at++];
        matrix[j][j] += pull;
        vector[j] = sums.targets[j] + (j == kMiddle ? pull : 0.0f);
    }
    for (std::size_t j = 0; j < kTaps; ++j) {
        for (std::size_t k = 0; k < j; ++k)
            matrix[j][j] -= matrix[j][k] * matrix[j][k];
        matrix[j][j] = std::sqrt(std::max(matrix[j][j], 1e-6f * pull));
        for (std::size_t i = j + 1; i < kTaps; ++i) {
            for (std::size_t k = 0; k < j; ++k)
                matrix[i][j] -= matrix[i][k] * matrix[j][k];
            matrix[i][j] /= matrix[j][j];
        }
    }
    EqualizerWeights weights;
    for (std::size_t j = 0; j < kTaps; ++j) {
        for (std::size_t k = 0; k < j; ++k)
            vector[j] -= matrix[j][k] * vector[k];
        vector[j] /= matrix[j][j];
    }
    for (std::size_t j = kTaps; j-- > 0;) {
        for (std::size_t k = j + 1; k < kTaps; ++k)
            vector[j] -= matrix[k][j] * vector[k];
        vector[j] /= matrix[j][j];
        weights[j] = vector[j];
    }
    return weights;
}

} // namespace telemetry::dsp
