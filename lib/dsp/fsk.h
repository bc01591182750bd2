// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <span>

#include "telemetry/dsp/demodulator.h"

namespace telemetry::dsp {

std::span<const Field> fsk_fields();

/// Frequency-shift keying of two levels with any pulse shape (FSK, GFSK, GMSK, MSK), from IQ or
/// from the audio of an FM receiver, whose level, polarity and offset may be anything.
Result<std::unique_ptr<Demodulator>> make_fsk(const Settings& settings, const SampleFormat& format);

} // namespace telemetry::dsp
