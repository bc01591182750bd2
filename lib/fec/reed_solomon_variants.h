// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "telemetry/fec/reed_solomon_kernel.h"

namespace telemetry::fec {

extern const RsKernel kRsGeneric;
#if defined(__x86_64__)
extern const RsKernel kRsAvx2;
extern const RsKernel kRsGfni;
void rs_remainders_avx2(const RsTables& tables, const RsBlock& data, std::uint8_t* out);
#endif

} // namespace telemetry::fec
