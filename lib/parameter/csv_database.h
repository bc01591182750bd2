// SPDX-License-Identifier: GPL-3.0-or-later
// Mission databases as a table: a line a parameter, for people with a spreadsheet.
#pragma once
#include <string>
#include <vector>

#include "telemetry/parameter/model.h"

namespace telemetry::parameter {

/// Columns by their names in the first line, in any order (docs/mission-database.md): packet, apid,
/// name, type, bits, offset, unit, calibration, labels, limits and so on. An unknown column, a type
/// that is none and a malformed value are errors with line and column.
Result<Database> load_csv_database(const std::string& path);
Result<Database> parse_csv_database(const std::string& text, const std::string& file);

/// A table can hold flat packets of scalar parameters with plain calibrations and limits. What it
/// cannot hold is told of in `lost`, one line a thing, and left out.
std::string write_csv_database(const Database& database, std::vector<std::string>& lost);

} // namespace telemetry::parameter
