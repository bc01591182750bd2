// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/time_notation.h"

#include <charconv>
#include <cmath>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"

namespace telemetry::parameter {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::optional<int> parse_digit_pair(std::string_view text, int most) {
    int value = 0;
    const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (trouble != std::errc{} || end != text.data() + text.size() || value < 0 || value > most)
        return std::nullopt;
    return value;
}

} // namespace

std::optional<Epoch> parse_epoch(std::string_view text) {
    Epoch epoch;
    epoch.text = std::string(text);
    if (text == "TAI") { // 1958-01-01T00:00:00 TAI
        epoch.scale = TimeScale::tai;
        epoch.ns = -378'691'200 * kSecond;
        return epoch;
    }
    if (text == "GPS") { // 1980-01-06T00:00:00 UTC
        epoch.scale = TimeScale::gps;
        epoch.ns = 315'964'800 * kSecond;
        return epoch;
    }
    if (text == "J2000") { // 2000-01-01T12:00:00 TT
        epoch.scale = TimeScale::tai;
        epoch.ns = 946'727'935 * kSecond + 816'000'000;
        return epoch;
    }
    if (text == "UNIX" || text == "POSIX")
        return epoch;
    std::string full(text);
    if (full.size() == 10)
        full += "T00:00:00";
    if (full.find_first_of("Zz+", 10) == std::string::npos &&
        full.find('-', std::min<std::size_t>(full.size(), 10)) == std::string::npos)
        full += "Z";
    const auto ns = from_rfc3339(full);
    if (!ns)
        return std::nullopt;
    epoch.ns = *ns;
    return epoch;
}

std::optional<TimeFormat> parse_time_code(std::string_view text) {
    TimeFormat format;
    const std::size_t colon = text.find(':');
    std::string_view name = text.substr(0, colon);
    if (name.ends_with("+p")) {
        format.has_p_field = true;
        name.remove_suffix(2);
    }
    int coarse_most = 0;
    int fine_most = 0;
    if (name == "linear" || name == "timeval") {
        format.code = name == "linear" ? TimeCode::linear : TimeCode::timeval;
        if (format.has_p_field || colon != std::string_view::npos)
            return std::nullopt;
        return format;
    }
    if (name == "cuc") {
        format.code = TimeCode::cuc;
        coarse_most = 7;
        fine_most = 10;
    } else if (name == "cds") {
        format.code = TimeCode::cds;
        format.coarse_octets = 2;
        coarse_most = 3;
        fine_most = 4;
    } else {
        return std::nullopt;
    }
    if (colon == std::string_view::npos)
        return format.has_p_field ? std::optional(format) : std::nullopt;
    const auto sizes = split(text.substr(colon + 1), ',');
    if (sizes.size() > 2)
        return std::nullopt;
    const auto coarse = parse_digit_pair(sizes[0], coarse_most);
    const auto fine = sizes.size() == 2 ? parse_digit_pair(sizes[1], fine_most) : 0;
    if (!coarse || !fine || *coarse < (format.code == TimeCode::cds ? 2 : 1) ||
        (format.code == TimeCode::cds && *fine % 2 != 0))
        return std::nullopt;
    format.coarse_octets = *coarse;
    format.fine_octets = *fine;
    return format;
}

std::string to_text(const TimeFormat& format) {
    const std::string sizes =
        ":" + std::to_string(format.coarse_octets) + "," + std::to_string(format.fine_octets);
    const std::string p = format.has_p_field ? "+p" : "";
    switch (format.code) {
    case TimeCode::linear:
        return "linear";
    case TimeCode::timeval:
        return "timeval";
    case TimeCode::cuc:
        return "cuc" + p + sizes;
    case TimeCode::cds:
        return "cds" + p + sizes;
    }
    return "";
}

std::optional<double> parse_duration_s(std::string_view text) {
    bool negative = false;
    if (text.starts_with('-')) {
        negative = true;
        text.remove_prefix(1);
    }
    const bool is_duration = text.starts_with('P');
    if (is_duration)
        text.remove_prefix(1);
    if (text.empty())
        return std::nullopt;
    double total = 0;
    bool in_time = !is_duration;
    while (!text.empty()) {
        if (is_duration && text[0] == 'T' && !in_time) {
            in_time = true;
            text.remove_prefix(1);
            continue;
        }
        double value = 0;
        const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (trouble != std::errc{} || value < 0 || !std::isfinite(value))
            return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (!is_duration)
            return text.empty() ? std::optional(negative ? -value : value) : std::nullopt;
        if (text.empty())
            return std::nullopt;
        const char unit = text[0];
        text.remove_prefix(1);
        if (!in_time && unit == 'D')
            total += value * 86400;
        else if (in_time && unit == 'H')
            total += value * 3600;
        else if (in_time && unit == 'M')
            total += value * 60;
        else if (in_time && unit == 'S')
            total += value;
        else
            return std::nullopt;
    }
    return negative ? -total : total;
}

std::string to_duration_text(double seconds) {
    char buffer[32];
    const auto [end, trouble] =
        std::to_chars(std::begin(buffer), std::end(buffer), std::abs(seconds));
    if (trouble != std::errc{})
        return "PT0S";
    // xs:duration knows no exponent.
    std::string number(std::begin(buffer), end);
    if (number.find('e') != std::string::npos) {
        const auto [fixed_end, fixed_trouble] = std::to_chars(
            std::begin(buffer), std::end(buffer), std::abs(seconds), std::chars_format::fixed);
        number = fixed_trouble == std::errc{} ? std::string(std::begin(buffer), fixed_end) : "0";
    }
    return (seconds < 0 ? "-PT" : "PT") + number + "S";
}

} // namespace telemetry::parameter
