// SPDX-License-Identifier: GPL-3.0-or-later
// Mission databases: checked, summed up, turned from one form into another, tried on a packet.
#pragma once
#include <string>

#include "telemetry/base/result.h"

namespace telemetry::check {

struct DatabaseTask {
    bool quiet = false;
    std::string convert = {};   ///< "xtce", "yaml" or "csv": print it in this form
    std::string explain = {};   ///< "FILE" or "FILE:N": explain a packet of this file
    std::string container = {}; ///< that packets begin with; empty: found by the decoder
};

/// By its contents: XML, a table, or YAML with a `mission`.
bool is_database(const std::string& file);

/// Diagnostics go to standard error, what was asked for to standard output. False: there are
/// mistakes.
Result<bool> check_database(const std::string& file, const DatabaseTask& task);

} // namespace telemetry::check
