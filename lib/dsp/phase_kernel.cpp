// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/phase_kernel.h"

#include <numbers>

#include "telemetry/dsp/target.h"

namespace telemetry::dsp {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;

/// atan2 of sixteen: arctangent of min/max on 0…1 (odd minimax polynomial), then unfolded.
TELEMETRY_INLINE void angle(const Lanes16& re, const Lanes16& im, Lanes16& result) {
    const Lanes16 abs_re = re < 0.0f ? -re : re, abs_im = im < 0.0f ? -im : im;
    const Lanes16 large = abs_re > abs_im ? abs_re : abs_im;
    const Lanes16 small = abs_re > abs_im ? abs_im : abs_re;
    const Lanes16 one = Lanes16{} + 1.0f;
    const Lanes16 t = small / (large > 0.0f ? large : one);
    const Lanes16 u = t * t;
    Lanes16 p = Lanes16{} - 0.01172120f;
    p = p * u + 0.05265332f;
    p = p * u - 0.11643287f;
    p = p * u + 0.19354346f;
    p = p * u - 0.33262347f;
    p = p * u + 0.99997726f;
    Lanes16 a = p * t;
    a = abs_im > abs_re ? kPi / 2 - a : a;
    a = re < 0.0f ? kPi - a : a;
    result = im < 0.0f ? -a : a;
}

TELEMETRY_INLINE void phase_step_block(const float* i, const float* q, float* y) {
    Lanes16 i0, i1, q0, q1, a;
    load(i, i0);
    load(i + 1, i1);
    load(q, q0);
    load(q + 1, q1);
    angle(i1 * i0 + q1 * q0, q1 * i0 - i1 * q0, a);
    store(a, y);
}

TELEMETRY_INLINE void phase_step_body(const float* i, const float* q, float* y, std::size_t count) {
    std::size_t n = 0;
    for (; n + 16 <= count; n += 16)
        phase_step_block(i + n, q + n, y + n);
    if (n == count)
        return;
    float last_i[17] = {}, last_q[17] = {}, last_y[16];
    for (std::size_t k = 0; k <= count - n; ++k) {
        last_i[k] = i[n + k];
        last_q[k] = q[n + k];
    }
    phase_step_block(last_i, last_q, last_y);
    for (std::size_t k = 0; k < count - n; ++k)
        y[n + k] = last_y[k];
}

void phase_step_generic(const float* i, const float* q, float* y, std::size_t count) {
    phase_step_body(i, q, y, count);
}
#if defined(__x86_64__)
TELEMETRY_TARGET_AVX2 void phase_step_avx2(const float* i, const float* q, float* y,
                                           std::size_t count) {
    phase_step_body(i, q, y, count);
}
TELEMETRY_TARGET_AVX512 void phase_step_avx512(const float* i, const float* q, float* y,
                                               std::size_t count) {
    phase_step_body(i, q, y, count);
}
#endif

constexpr simd::Variant<PhaseStepFunction> kPhaseStep[] = {
    {simd::Level::generic, phase_step_generic},
#if defined(__x86_64__)
    {simd::Level::avx2, phase_step_avx2},
    {simd::Level::avx512, phase_step_avx512},
#endif
};

} // namespace

std::span<const simd::Variant<PhaseStepFunction>> phase_step_variants() {
    return kPhaseStep;
}

} // namespace telemetry::dsp
