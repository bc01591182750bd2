// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <span>

#include "telemetry/dsp/demodulator.h"

namespace telemetry::dsp {

std::span<const Field> afsk_fields();

/// Frequency-shift keying of an audio tone (Bell 202 and its like) that itself modulates an FM
/// carrier: from the receiver's audio, or from IQ.
Result<std::unique_ptr<Demodulator>> make_afsk(const Settings& settings,
                                               const SampleFormat& format);

} // namespace telemetry::dsp
