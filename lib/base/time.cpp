// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/time.h"

#include <chrono>
#include <cmath>
#include <cstdio>

namespace telemetry {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size())
        return std::nullopt;
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9')
            return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

} // namespace

std::string to_rfc3339(UtcNs time) {
    using namespace std::chrono;
    std::int64_t seconds = time / kSecond;
    std::int64_t fraction = time % kSecond;
    if (fraction < 0) {
        fraction += kSecond;
        --seconds;
    }
    const sys_seconds point{std::chrono::seconds{seconds}};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const hh_mm_ss clock{point - day};
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%09dZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(fraction));
    return text;
}

std::optional<UtcNs> from_rfc3339(std::string_view text) {
    using namespace std::chrono;
    const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2),
               hour = digits(text, 11, 2), minute = digits(text, 14, 2),
               second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second || text[4] != '-' ||
        text[7] != '-' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
        text[13] != ':' || text[16] != ':')
        return std::nullopt;
    const year_month_day date{std::chrono::year{*year},
                              std::chrono::month{static_cast<unsigned>(*month)},
                              std::chrono::day{static_cast<unsigned>(*day)}};
    // 60 is a leap second; POSIX time has none, so it is the next minute's first.
    if (!date.ok() || *year < 1678 || *year > 2261 || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;

    std::size_t at = 19;
    std::int64_t fraction = 0;
    if (at < text.size() && text[at] == '.') {
        ++at;
        const std::size_t start = at;
        std::int64_t weight = kSecond / 10;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
            fraction += weight * (text[at] - '0');
            weight /= 10;
            ++at;
        }
        if (at == start)
            return std::nullopt;
    }

    std::int64_t offset_s = 0;
    if (at + 1 == text.size() && (text[at] == 'Z' || text[at] == 'z')) {
        // UTC
    } else if (at + 6 == text.size() && (text[at] == '+' || text[at] == '-') &&
               text[at + 3] == ':') {
        const auto hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
        if (!hours || !minutes || *hours > 23 || *minutes > 59)
            return std::nullopt;
        offset_s = (*hours * 60 + *minutes) * 60 * (text[at] == '-' ? -1 : 1);
    } else {
        return std::nullopt;
    }
    const std::int64_t day_number = sys_days{date}.time_since_epoch().count();
    const std::int64_t seconds =
        day_number * 86400 + *hour * 3600 + *minute * 60 + *second - offset_s;
    return seconds * kSecond + fraction;
}

UtcNs time_after(UtcNs time, double ns) {
    UtcNs sum = 0;
    if (time == kUnknownTime || !(std::abs(ns) < 0x1p63) ||
        __builtin_add_overflow(time, std::llround(ns), &sum))
        return kUnknownTime;
    return sum;
}

UtcNs moved_time(UtcNs moved, UtcNs from, UtcNs to) {
    std::int64_t distance = 0;
    UtcNs sum = 0;
    if (moved == kUnknownTime || from == kUnknownTime || to == kUnknownTime ||
        __builtin_sub_overflow(moved, from, &distance) ||
        __builtin_add_overflow(to, distance, &sum))
        return kUnknownTime;
    return sum;
}

UtcNs utc_now() {
    using namespace std::chrono;
    return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

std::int64_t steady_ns() {
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

} // namespace telemetry
