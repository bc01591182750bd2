// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <span>

#include "telemetry/base/fields.h"

namespace telemetry::station {

/// The single values at the top of a station file; beside them stand the lists and maps
/// alternative_names, downlinks and sdr.
std::span<const Field> station_fields();

} // namespace telemetry::station
