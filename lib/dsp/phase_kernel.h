// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <span>

#include "telemetry/simd/level.h"

namespace telemetry::dsp {

/// y[n] = angle of z[n + 1]·conj(z[n]) in radians, −π…π, z = i + jq; 0 where a product is 0.
/// Good to 2e-5 rad: a polynomial of our own, so that every machine gives the same bits.
using PhaseStepFunction = void (*)(const float* i, const float* q, float* y, std::size_t count);

std::span<const simd::Variant<PhaseStepFunction>> phase_step_variants();

} // namespace telemetry::dsp
