// SPDX-License-Identifier: GPL-3.0-or-later
// Catalog entries BPSK, DBPSK and their Manchester variants.
#pragma once
#include <memory>
#include <span>

#include "telemetry/dsp/demodulator.h"

namespace telemetry::dsp {

std::span<const Field> psk_fields();

Result<std::unique_ptr<Demodulator>> make_bpsk(const Settings&, const SampleFormat&);
Result<std::unique_ptr<Demodulator>> make_dbpsk(const Settings&, const SampleFormat&);
Result<std::unique_ptr<Demodulator>> make_bpsk_manchester(const Settings&, const SampleFormat&);
Result<std::unique_ptr<Demodulator>> make_dbpsk_manchester(const Settings&, const SampleFormat&);

} // namespace telemetry::dsp
