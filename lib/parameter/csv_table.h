// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/base/result.h"

namespace telemetry::parameter {

struct CsvCell {
    std::string text; ///< without quotes and white space around it
    int line = 0;
    int column = 0; ///< of its first character, from 1
};

struct CsvRow {
    std::vector<CsvCell> cells;
};

struct CsvTable {
    CsvRow header;
    std::vector<CsvRow> rows; ///< without empty lines and those that begin with '#'
};

/// RFC 4180 with ',', ';' or tab between the cells, whichever the first line has most of. A line
/// with more cells than the header, an open quote, and no header at all are errors.
Result<CsvTable> parse_csv(std::string_view text, const std::string& file);

/// A cell as a line holds it.
std::string csv_cell(std::string_view text);

} // namespace telemetry::parameter
