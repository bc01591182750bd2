// SPDX-License-Identifier: GPL-3.0-or-later
// Run-time choice of kernel variant, in Volk's manner: a kernel is `name.h` with a table of
// variants, one function each behind a target attribute; no file is compiled with -m flags.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace telemetry::simd {

/// Instruction sets that variants are written for, in rising order of preference.
enum class Level : std::uint8_t {
    generic,
    sse41,     ///< with PCLMULQDQ (Westmere and later)
    avx2,      ///< with FMA and BMI2
    avx512,    ///< F, BW, VL, DQ
    avx512icl, ///< and GFNI, VBMI, VBMI2, VPOPCNTDQ, BITALG, VPCLMULQDQ (Ice Lake and later)
    neon
};

std::string_view name_of(Level level);

/// True when this machine can run kernels of `level`.
bool supported(Level level);

/// The best supported level, or what TELEMETRY_SIMD=generic|sse41|avx2|avx512|avx512icl|neon asks
/// for where the machine has it (an unknown or unsupported wish falls back to the best, said once
/// on stderr).
Level chosen_level();

/// One row of a kernel's table.
template <class Function>
struct Variant {
    Level level;
    Function function;
};

/// The variant of the highest level not above `limit` that the machine supports. A table has a
/// generic variant, in front.
template <class Function>
Function choose(std::span<const Variant<Function>> table, Level limit = chosen_level()) {
    Function best = table.front().function;
    for (const auto& variant : table)
        if (variant.level <= limit && supported(variant.level))
            best = variant.function;
    return best;
}

} // namespace telemetry::simd
