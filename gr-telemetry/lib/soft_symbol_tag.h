// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <pmt/pmt.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "telemetry/base/items.h"

namespace gr {
namespace telemetry {

//! The level of a clean symbol in the core, which is ±1 on the ports.
constexpr float kCleanSymbol = 32;

//! What the `soft_symbols` tag says of the block of symbols that it begins: all that a deframer
//! needs to work as if it were in one chain with the demodulator.
struct soft_symbol_tag {
    size_t count = 0;          //!< symbols in this block
    double first_position = 0; //!< as in SoftSymbols, counted as sample_index is
    double samples_per_symbol = 0;
    ::telemetry::LinkQuality quality = {};
    bool after_gap = false;   //!< samples are missing before this block
    double rate_hz = 0;       //!< of the samples
    int64_t anchor_index = 0; //!< a sample of which the time is known
    ::telemetry::UtcNs anchor_utc_ns = ::telemetry::kUnknownTime;
    std::optional<double> rx_freq = {};

    pmt::pmt_t to_pmt() const;
    static std::optional<soft_symbol_tag> from_pmt(const pmt::pmt_t& value);
};

} // namespace telemetry
} // namespace gr
