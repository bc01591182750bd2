// SPDX-License-Identifier: GPL-3.0-or-later
// One kernel body, compiled for several instruction sets: write it once as an always-inline
// function in exact IEEE arithmetic and let thin functions with these attributes contain it.
#pragma once
#include <cstring>

#define TELEMETRY_INLINE [[gnu::always_inline]] inline
#if defined(__x86_64__)
#define TELEMETRY_TARGET_AVX2 [[gnu::target("avx2")]]
#if defined(__clang__)
#define TELEMETRY_TARGET_AVX512 [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq")]]
#else
#define TELEMETRY_TARGET_AVX512                                                                    \
    [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,prefer-vector-width=512")]]
#endif
#endif

namespace telemetry::dsp {

// GCC's vectors: the compiler splits them into what the target has.
using Lanes16 = float __attribute__((vector_size(64)));
using Lanes8 = float __attribute__((vector_size(32)));
using Lanes4 = float __attribute__((vector_size(16)));

TELEMETRY_INLINE void load(const float* from, Lanes16& to) {
    std::memcpy(&to, from, sizeof to);
}
TELEMETRY_INLINE void store(const Lanes16& from, float* to) {
    std::memcpy(to, &from, sizeof from);
}

/// Sum of all lanes: halves are added to halves until one is left.
TELEMETRY_INLINE float sum_of_lanes(const Lanes16& v) {
    const Lanes8 a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                     __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    const Lanes4 b =
        __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
    return (b[0] + b[2]) + (b[1] + b[3]);
}

} // namespace telemetry::dsp
