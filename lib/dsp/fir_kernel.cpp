// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/fir_kernel.h"

#include "telemetry/dsp/target.h"

namespace telemetry::dsp {
namespace {

template <std::size_t Vectors>
TELEMETRY_INLINE void fir_block(const float* x, const float* taps, std::size_t tap_count,
                                std::size_t stride, float* y) {
    Lanes16 sum[Vectors] = {};
    for (std::size_t j = 0; j < tap_count; ++j)
        for (std::size_t v = 0; v < Vectors; ++v) {
            Lanes16 in;
            load(x + j * stride + 16 * v, in);
            sum[v] += taps[j] * in;
        }
    for (std::size_t v = 0; v < Vectors; ++v)
        store(sum[v], y + 16 * v);
}

TELEMETRY_INLINE void fir_body(const float* x, const float* taps, std::size_t tap_count,
                               std::size_t stride, float* y, std::size_t count) {
    std::size_t i = 0;
    for (; i + 64 <= count; i += 64)
        fir_block<4>(x + i, taps, tap_count, stride, y + i);
    for (; i + 16 <= count; i += 16)
        fir_block<1>(x + i, taps, tap_count, stride, y + i);
    for (; i < count; ++i) {
        float sum = 0;
        for (std::size_t j = 0; j < tap_count; ++j)
            sum += taps[j] * x[i + j * stride];
        y[i] = sum;
    }
}

TELEMETRY_INLINE void bank_body(const float* x, const float* bank, std::size_t row_length,
                                const BankTap* taps, float* y, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const float* in = x + taps[i].start;
        const float* row = bank + taps[i].row * row_length;
        Lanes16 a, b;
        load(in, a);
        load(row, b);
        Lanes16 sum = a * b;
        for (std::size_t j = kBankLanes; j < row_length; j += kBankLanes) {
            load(in + j, a);
            load(row + j, b);
            sum += a * b;
        }
        y[i] = sum_of_lanes(sum);
    }
}

// NOLINTBEGIN(bugprone-macro-parentheses): an attribute cannot stand in parentheses
#define TELEMETRY_FIR_VARIANT(suffix, attribute)                                                   \
    attribute void fir_##suffix(const float* x, const float* taps, std::size_t tap_count,          \
                                std::size_t stride, float* y, std::size_t count) {                 \
        fir_body(x, taps, tap_count, stride, y, count);                                            \
    }                                                                                              \
    attribute void bank_##suffix(const float* x, const float* bank, std::size_t row_length,        \
                                 const BankTap* taps, float* y, std::size_t count) {               \
        bank_body(x, bank, row_length, taps, y, count);                                            \
    }
// NOLINTEND(bugprone-macro-parentheses)

TELEMETRY_FIR_VARIANT(generic, )
#if defined(__x86_64__)
TELEMETRY_FIR_VARIANT(avx2, TELEMETRY_TARGET_AVX2)
TELEMETRY_FIR_VARIANT(avx512, TELEMETRY_TARGET_AVX512)
#endif

constexpr simd::Variant<FirFunction> kFir[] = {
    {simd::Level::generic, fir_generic},
#if defined(__x86_64__)
    {simd::Level::avx2, fir_avx2},
    {simd::Level::avx512, fir_avx512},
#endif
};

constexpr simd::Variant<BankFunction> kBank[] = {
    {simd::Level::generic, bank_generic},
#if defined(__x86_64__)
    {simd::Level::avx2, bank_avx2},
    {simd::Level::avx512, bank_avx512},
#endif
};

} // namespace

std::span<const simd::Variant<FirFunction>> fir_variants() {
    return kFir;
}
std::span<const simd::Variant<BankFunction>> bank_variants() {
    return kBank;
}

} // namespace telemetry::dsp
