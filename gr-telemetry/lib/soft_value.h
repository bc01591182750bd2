// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "soft_symbol_tag.h"

namespace gr {
namespace telemetry {

//! A soft symbol as the core has it: not a number is erased, and there is no −128.
inline int8_t to_soft(float symbol) {
    const float scaled = symbol * kCleanSymbol;
    return std::isnan(scaled)
               ? int8_t{0}
               : static_cast<int8_t>(std::lrint(std::clamp(scaled, -127.0f, 127.0f)));
}

} // namespace telemetry
} // namespace gr
