// SPDX-License-Identifier: GPL-3.0-or-later
// Our own form of a mission database: YAML that a person can write (docs/mission-database.md).
#pragma once
#include <string>

#include "telemetry/parameter/model.h"
#include "telemetry/parameter/name_table.h"

namespace telemetry::parameter {

/// Any mistake is an error that names line, key, what was expected and what is near: unlike XTCE,
/// these files have no other readers to please.
Result<Database> load_yaml_database(const std::string& path);
Result<Database> parse_yaml_database(const std::string& text, const std::string& file);

/// Nothing, or an error with the line that is not UTF-8.
Result<void> check_utf8(const std::string& text, const std::string& file);

/// Reads back to the same model.
std::string write_yaml_database(const Database& database);

/// The map under `rules` alone, for other forms to carry: read into a database whose names are
/// known, and written; empty where there are none.
Result<void> read_yaml_rules(const std::string& text, const NameTable& names, Database& database);
std::string write_yaml_rules(const Database& database);
inline constexpr std::string_view kRulesName = "telemetry:rules"; ///< of XTCE's AncillaryData

} // namespace telemetry::parameter
