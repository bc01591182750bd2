// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cmath>
#include <string>
#include <string_view>

#include "telemetry/base/fields.h"

namespace telemetry::dsp {

/// Filters and buffers are as long as these ratios say. Nothing real comes near them (61.44 Msps
/// are 51200 samples a symbol of 1200 Bd), and without them a line of a station file would ask for
/// gigabytes.
inline constexpr double kMostSamplesPerSymbol = 65536;
inline constexpr double kMostSymbolRates = 1024; ///< that a deviation or carrier offset may be

/// An error unless there are 2 to kMostSamplesPerSymbol samples a symbol.
inline Result<void> check_samples_per_symbol(double rate_hz, double symbol_rate_hz) {
    const double least = 2 * symbol_rate_hz, most = kMostSamplesPerSymbol * symbol_rate_hz;
    if (rate_hz >= least && rate_hz <= most)
        return {};
    return fail(Error{.message = (rate_hz > most
                                      ? "takes " + to_text(most) + " samples a second at most"
                                      : "needs " + to_text(least) + " samples a second at least") +
                                 "; the input has " + to_text(rate_hz),
                      .key = "baudrate"});
}

/// An error when `hz`, of either sign, is more than kMostSymbolRates.
inline Result<void> check_symbol_rates(std::string_view key, double hz, double symbol_rate_hz) {
    const double most = kMostSymbolRates * symbol_rate_hz;
    if (std::abs(hz) <= most)
        return {};
    return fail(Error{
        .message = "at most 1024 times the symbol rate can be received: " + to_text(most) + " Hz",
        .key = std::string(key)});
}

} // namespace telemetry::dsp
