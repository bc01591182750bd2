// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include "telemetry/parameter/model.h"

namespace telemetry::parameter {

/// Reads a mission database in any of its forms, told by what the file begins with and its name's
/// ending: XTCE (XML), our YAML, or a CSV table (.csv, .tsv).
Result<Database> open_database(const std::string& path);

} // namespace telemetry::parameter
