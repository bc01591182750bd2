// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/catalog.h"
#include "telemetry/dsp/demodulator.h"

namespace telemetry::dsp {

std::span<const DemodulatorEntry> demodulators() {
    return {};
}

const DemodulatorEntry* find_demodulator(std::string_view name) {
    return find_in_catalog(demodulators(), name);
}

} // namespace telemetry::dsp
