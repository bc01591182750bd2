// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>

namespace telemetry::station {

/// A key or value as it must stand in YAML to be read back as this text: plain where that is safe,
/// else in double quotes.
std::string yaml_text(std::string_view text);

} // namespace telemetry::station
