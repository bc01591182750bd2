// SPDX-License-Identifier: GPL-3.0-or-later
// Sums of products. Every variant adds in the same order, so all give the same bits.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "telemetry/simd/level.h"

namespace telemetry::dsp {

/// y[i] = Σ_j taps[j] · x[i + j·stride], j rising, i < count. Vectorised over outputs. A stride of
/// 2 filters interleaved complex samples (count in floats) with real taps.
using FirFunction = void (*)(const float* x, const float* taps, std::size_t tap_count,
                             std::size_t stride, float* y, std::size_t count);

/// Row length of a filter bank and of the sums in `BankFunction`.
inline constexpr std::size_t kBankLanes = 16;

/// One output of a filter bank: which row of it, applied from where.
struct BankTap {
    std::uint32_t start = 0; ///< index of the first sample
    std::uint32_t row = 0;
};

/// y[i] = Σ_j bank[row_i·row_length + j] · x[start_i + j]. row_length is a multiple of kBankLanes.
/// Sixteen partial sums, lane l over the j ≡ l (mod 16), then halves are added to halves.
using BankFunction = void (*)(const float* x, const float* bank, std::size_t row_length,
                              const BankTap* taps, float* y, std::size_t count);

std::span<const simd::Variant<FirFunction>> fir_variants();
std::span<const simd::Variant<BankFunction>> bank_variants();

} // namespace telemetry::dsp
