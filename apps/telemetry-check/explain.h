// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include "telemetry/base/result.h"
#include "telemetry/parameter/model.h"

namespace telemetry::check {

/// One packet of a file, decoded as by hand: which container it is and why, and of each value its
/// bits, its number and what that means. `place` is "FILE" or "FILE:N", N from 0; the packets
/// before it are decoded as well, since conditions may look back.
Result<std::string> explain(const parameter::Database& database, const std::string& place,
                            const std::string& container);

} // namespace telemetry::check
