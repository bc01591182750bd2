// SPDX-License-Identifier: GPL-3.0-or-later
// XTCE 1.1 (CCSDS 660.0-B-1), 1.2 (CCSDS 660.0-B-2) and 1.3 files.
#pragma once
#include <string>
#include <string_view>

#include "telemetry/parameter/model.h"

namespace telemetry::parameter {

/// Reads an XTCE file. A database with mistakes is loaded as far as it can be trusted, and each of
/// them, like each thing that is not supported, stands in `diagnostics` with its line; one that is
/// no XML, no XTCE, hostile or circular is an error.
Result<Database> load_xtce(const std::string& path);
Result<Database> parse_xtce(std::string_view text, const std::string& file);

/// The database as an XTCE 1.2 file that reads back to the same model. Where our model holds more
/// than XTCE can say, it stands in AncillaryData whose names begin with "telemetry:".
std::string write_xtce(const Database& database);

} // namespace telemetry::parameter
