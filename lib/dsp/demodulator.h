// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "telemetry/base/fields.h"
#include "telemetry/base/items.h"
#include "telemetry/base/stage.h"

namespace telemetry::dsp {

/// Samples → soft symbols of one channel.
///
/// Any sample rate from 2 samples a symbol up is taken; resampling is inside. Samples of the other
/// kind than the one it was made for are a caller's bug. A sample that is not finite counts as 0.
/// Blocks are yielded at boundaries that do not depend on how the input was chunked, at least one
/// for every 1024 symbols' time, so that sinks see time pass.
using Demodulator = Stage<Samples, SoftSymbols>;

/// One line of the catalog.
struct DemodulatorEntry {
    std::string_view name;    ///< as in `modulation:` of a station file: "FSK"
    std::string_view aliases; ///< "GFSK|GMSK"
    std::string_view summary; ///< one sentence
    std::span<const Field> fields;
    Result<std::unique_ptr<Demodulator>> (*make)(const Settings&, const SampleFormat&);
};

std::span<const DemodulatorEntry> demodulators();

/// By name or alias, case ignored; nullptr when there is none.
const DemodulatorEntry* find_demodulator(std::string_view name);

} // namespace telemetry::dsp
