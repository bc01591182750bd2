// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/catalog.h"
#include "telemetry/dsp/afsk.h"
#include "telemetry/dsp/demodulator.h"
#include "telemetry/dsp/fsk.h"
#include "telemetry/dsp/psk_demodulator.h"

namespace telemetry::dsp {

std::span<const DemodulatorEntry> demodulators() {
    static const DemodulatorEntry kCatalog[] = {
        {"FSK", "GFSK|GMSK|MSK|2FSK", "Two-level frequency-shift keying, any pulse shape",
         fsk_fields(), make_fsk},
        {"AFSK", "", "Two audio tones on an FM carrier", afsk_fields(), make_afsk},
        {"BPSK", "", "Binary phase-shift keying, coherent", psk_fields(), make_bpsk},
        {"DBPSK", "", "BPSK whose bit 1 is a change of phase", psk_fields(), make_dbpsk},
        {"BPSK Manchester", "", "BPSK with two opposite symbols a bit", psk_fields(),
         make_bpsk_manchester},
        {"DBPSK Manchester", "", "DBPSK with two opposite symbols a bit", psk_fields(),
         make_dbpsk_manchester},
    };
    return kCatalog;
}

const DemodulatorEntry* find_demodulator(std::string_view name) {
    return find_in_catalog(demodulators(), name);
}

} // namespace telemetry::dsp
