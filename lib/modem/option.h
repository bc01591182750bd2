// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>

#include "telemetry/base/fields.h"

namespace telemetry::modem {

// The transmit side takes the settings of the receive side's tables. It reads what it needs from
// them and leaves the rest; an option that a table does not have takes the fallback here.

/// An integer or real option.
double number_or(const Settings& settings, std::string_view name, double fallback);

/// A choice or text option.
std::string text_or(const Settings& settings, std::string_view name, std::string_view fallback);

/// A flag.
bool flag_or(const Settings& settings, std::string_view name, bool fallback);

} // namespace telemetry::modem
