// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "telemetry/modem/modulator.h"

namespace telemetry::modem {

// TM synchronisation and channel coding (CCSDS 131.0-B-5), as the deframers of the same names read
// it: `frame_size` bytes before parity, and the options that the names leave open.
Result<std::unique_ptr<Framer>> make_ccsds_uncoded_framer(const Settings& settings);
Result<std::unique_ptr<Framer>> make_ccsds_reed_solomon_framer(const Settings& settings);
Result<std::unique_ptr<Framer>> make_ccsds_concatenated_framer(const Settings& settings);

} // namespace telemetry::modem
