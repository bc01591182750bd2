// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/simd/level.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "telemetry/base/text.h"

namespace telemetry::simd {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"generic", "sse41",     "avx2",
                                                    "avx512",  "avx512icl", "neon"};

Level best_level() {
    for (const Level level :
         {Level::neon, Level::avx512icl, Level::avx512, Level::avx2, Level::sse41})
        if (supported(level))
            return level;
    return Level::generic;
}

Level read_environment() {
    const Level best = best_level();
    const char* wish = std::getenv("TELEMETRY_SIMD");
    if (!wish || !*wish)
        return best;
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (equal_ignoring_case(kNames[i], wish) && supported(static_cast<Level>(i)))
            return static_cast<Level>(i);
    std::string choices;
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (supported(static_cast<Level>(i)))
            (choices += choices.empty() ? "" : ", ") += kNames[i];
    std::fprintf(stderr, "TELEMETRY_SIMD=%s: not known or not supported here (%s); using %s\n",
                 wish, choices.c_str(), std::string(name_of(best)).c_str());
    return best;
}

} // namespace

std::string_view name_of(Level level) {
    return kNames[static_cast<std::size_t>(level)];
}

bool supported(Level level) {
    if (level == Level::generic)
        return true;
#if defined(__x86_64__)
    if (level == Level::sse41)
        return __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("pclmul");
    if (level == Level::avx2)
        return supported(Level::sse41) && __builtin_cpu_supports("avx2") &&
               __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
    if (level == Level::avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    if (level == Level::avx512icl)
        return supported(Level::avx512) && __builtin_cpu_supports("gfni") &&
               __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
               __builtin_cpu_supports("avx512vpopcntdq") &&
               __builtin_cpu_supports("avx512bitalg") && __builtin_cpu_supports("vpclmulqdq");
#elif defined(__aarch64__)
    if (level == Level::neon)
        return true;
#endif
    return false;
}

Level chosen_level() {
    static const Level level = read_environment();
    return level;
}

} // namespace telemetry::simd
