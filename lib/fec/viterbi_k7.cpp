// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/viterbi_k7.h"

namespace telemetry::fec::viterbi_k7 {
namespace {

constexpr std::array kVariants = {
    simd::Variant<const Kernels*>{simd::Level::generic, &kGeneric},
#if defined(__x86_64__)
    simd::Variant<const Kernels*>{simd::Level::avx2, &kAvx2},
    simd::Variant<const Kernels*>{simd::Level::avx512, &kAvx512},
#endif
};

} // namespace

Kernels choose(simd::Level limit) {
    return *simd::choose<const Kernels*>(kVariants, limit);
}

} // namespace telemetry::fec::viterbi_k7
