// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>

#include "telemetry/modem/modulator.h"

namespace telemetry::modem {

/// CCSDS TM frames in LDPC or turbo code words, behind the marker of the code (131.0-B-5 section
/// 9).
Result<std::unique_ptr<Framer>> make_ldpc_framer(const Settings& settings);
Result<std::unique_ptr<Framer>> make_turbo_framer(const Settings& settings);

} // namespace telemetry::modem
