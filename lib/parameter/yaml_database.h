// SPDX-License-Identifier: GPL-3.0-or-later
// Our own form of a mission database: YAML that a person can write (docs/mission-database.md).
#pragma once
#include <string>

#include "telemetry/parameter/model.h"

namespace telemetry::parameter {

/// Any mistake is an error that names line, key, what was expected and what is near: unlike XTCE,
/// these files have no other readers to please.
Result<Database> load_yaml_database(const std::string& path);
Result<Database> parse_yaml_database(const std::string& text, const std::string& file);

/// Reads back to the same model.
std::string write_yaml_database(const Database& database);

} // namespace telemetry::parameter
