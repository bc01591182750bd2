// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace telemetry::sub {

enum class Ink : std::uint8_t { plain, dim, bold, green, yellow, red, cyan };

/// Colours text for a terminal (ECMA-48 SGR), or leaves it alone.
class Paint {
public:
    enum class Colour : std::uint8_t { off, on };
    explicit Paint(Colour colour) : colour_(colour) {}
    std::string operator()(Ink ink, std::string_view text) const;

private:
    Colour colour_;
};

/// Names and texts come from afar: control characters, which could command the terminal, become
/// '?', and so do bytes that are not UTF-8.
std::string printable(std::string_view text);

/// Characters, not bytes, for aligning columns; escape sequences count nothing.
std::size_t width_of(std::string_view text);

/// Cut to so many characters, escape sequences kept whole; `pad` fills up with spaces.
std::string cut(std::string_view text, std::size_t width);
std::string pad(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);

} // namespace telemetry::sub
