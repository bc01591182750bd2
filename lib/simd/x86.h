// SPDX-License-Identifier: GPL-3.0-or-later
// The intrinsics of x86. Include this, not <immintrin.h>: g++ 12 takes the registers that its own
// header leaves undefined on purpose for a mistake (PR 105593).
#pragma once
#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#else
#include <immintrin.h>
#endif
#endif
