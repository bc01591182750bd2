// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "telemetry/modem/modulator.h"

namespace telemetry::modem {

/// What the name of a framing implies where its settings do not say.
struct CcsdsDefaults {
    std::string_view convolutional;
    std::string_view rs_basis;
};

/// TM synchronisation and channel coding (CCSDS 131.0-B-5), as the deframers of the same names read
/// it: `frame_size` bytes before parity, FECF included, and the codes that the settings choose.
Result<std::unique_ptr<Framer>> make_ccsds_framer(const Settings& settings,
                                                  const CcsdsDefaults& defaults);

} // namespace telemetry::modem
