// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace telemetry {

/// Lower-case hex, two digits a byte.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// Hex with optional white space between digits; nothing when malformed or of odd length.
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// The candidate with the least edit distance to `word` (case ignored), or empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// ASCII lower case, so that names compare independently of locale.
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

std::vector<std::string_view> split(std::string_view text, char separator);

} // namespace telemetry
