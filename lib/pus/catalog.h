// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <vector>

#include "telemetry/parameter/model.h"
#include "telemetry/pus/reader.h"

namespace telemetry::pus {

/// The on-board parameters of a mission database: those with an alias of name space "PUS" (or "ID")
/// that is a number, decimal or 0x…. Of integers, floats, booleans and enumerations with a plain
/// encoding; a parameter whose encoding reports cannot carry is named in `left_out`.
struct Catalog {
    OnBoardParameters parameters;
    std::vector<std::string> left_out; ///< "name: why"
};
Catalog on_board_parameters(const parameter::Database& database);

} // namespace telemetry::pus
