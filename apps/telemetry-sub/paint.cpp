// SPDX-License-Identifier: GPL-3.0-or-later
#include "paint.h"

namespace telemetry::sub {
namespace {

constexpr char kEscape = '\x1b';

/// Length of the well-formed UTF-8 character at the start of `text`; 0 when there is none
/// (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return follows(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool canonical =
            (first != 0xe0 || byte(1) >= 0xa0) && (first != 0xed || byte(1) < 0xa0);
        return follows(1) && follows(2) && canonical ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool canonical =
            (first != 0xf0 || byte(1) >= 0x90) && (first != 0xf4 || byte(1) < 0x90);
        return follows(1) && follows(2) && follows(3) && canonical ? 4 : 0;
    }
    return 0;
}

/// Length of the escape sequence at the start of `text`, as Paint makes them; 0 when none.
std::size_t escape_length(std::string_view text) {
    if (text.empty() || text[0] != kEscape)
        return 0;
    const std::size_t end = text.find('m');
    return end == std::string_view::npos ? 0 : end + 1;
}

} // namespace

std::string Paint::operator()(Ink ink, std::string_view text) const {
    static constexpr const char* codes[] = {"0", "2", "1", "32", "33", "31", "36"};
    if (colour_ == Colour::off || ink == Ink::plain || text.empty())
        return std::string(text);
    return std::string("\x1b[") + codes[static_cast<std::size_t>(ink)] + "m" + std::string(text) +
           "\x1b[0m";
}

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto first = static_cast<unsigned char>(text[0]);
        const bool control =
            first < 0x20 || first == 0x7f ||
            (first == 0xc2 && length == 2 && static_cast<unsigned char>(text[1]) < 0xa0); // C1
        if (length == 0 || control)
            result += '?';
        else
            result += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result;
}

std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        if (const std::size_t escape = escape_length(text); escape > 0) {
            text.remove_prefix(escape);
            continue;
        }
        width += (static_cast<unsigned char>(text[0]) & 0xc0U) != 0x80U;
        text.remove_prefix(1);
    }
    return width;
}

std::string cut(std::string_view text, std::size_t width) {
    std::string result;
    std::size_t used = 0;
    while (!text.empty()) {
        std::size_t length = escape_length(text);
        if (length == 0) {
            const bool starts = (static_cast<unsigned char>(text[0]) & 0xc0U) != 0x80U;
            used += starts;
            length = 1;
            if (used > width) {
                text.remove_prefix(1);
                continue;
            }
        }
        result += text.substr(0, length);
        text.remove_prefix(length);
    }
    return result;
}

std::string pad(std::string_view text, std::size_t width) {
    const std::size_t used = width_of(text);
    return std::string(text) + std::string(used < width ? width - used : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t width) {
    const std::size_t used = width_of(text);
    return std::string(used < width ? width - used : 0, ' ') + std::string(text);
}

} // namespace telemetry::sub
