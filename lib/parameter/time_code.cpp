// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/time_code.h"

#include <array>
#include <cmath>
#include <limits>

namespace telemetry::parameter {
namespace {

__extension__ using Wide = __int128;
__extension__ using WideUnsigned = unsigned __int128;

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86400;

/// TAI − UTC from each date on: IERS Bulletin C.
struct LeapSecond {
    std::int64_t utc_s;
    int tai_minus_utc_s;
};
constexpr std::array<LeapSecond, 28> kLeapSeconds{{
    {63072000, 10},   {78796800, 11},   {94694400, 12},   {126230400, 13},  {157766400, 14},
    {189302400, 15},  {220924800, 16},  {252460800, 17},  {283996800, 18},  {315532800, 19},
    {362793600, 20},  {394329600, 21},  {425865600, 22},  {489024000, 23},  {567993600, 24},
    {631152000, 25},  {662688000, 26},  {709948800, 27},  {741484800, 28},  {773020800, 29},
    {820454400, 30},  {867715200, 31},  {915148800, 32},  {1136073600, 33}, {1230768000, 34},
    {1341100800, 35}, {1435708800, 36}, {1483228800, 37},
}};

std::int64_t narrow(Wide ns) noexcept {
    if (ns > std::numeric_limits<std::int64_t>::max() ||
        ns <= std::numeric_limits<std::int64_t>::min())
        return kUnknownTime;
    return static_cast<std::int64_t>(ns);
}

std::uint64_t big_endian(std::span<const std::uint8_t> octets) noexcept {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : octets)
        value = value << 8 | octet;
    return value;
}

/// A binary fraction of a second, in up to 10 octets, to the nearest nanosecond.
std::int64_t fraction_ns(std::span<const std::uint8_t> octets) noexcept {
    std::uint64_t fraction = 0; // in units of 2^-64
    for (std::size_t i = 0; i < 8; ++i)
        fraction = fraction << 8 | (i < octets.size() ? octets[i] : 0U);
    const WideUnsigned scaled = static_cast<WideUnsigned>(fraction) * kNsPerSecond;
    return static_cast<std::int64_t>((scaled + (WideUnsigned{1} << 63)) >> 64);
}

Elapsed carried(std::int64_t seconds, std::int64_t ns) noexcept {
    return {seconds + ns / kNsPerSecond, ns % kNsPerSecond};
}

std::optional<DecodedTime> decode_cuc(TimeFormat format,
                                      std::span<const std::uint8_t> octets) noexcept {
    DecodedTime time;
    if (format.has_p_field) {
        if (octets.empty())
            return std::nullopt;
        const int code = octets[0] >> 4 & 7;
        if (code != 1 && code != 2)
            return std::nullopt;
        time.agency_epoch = code == 2;
        format.coarse_octets = (octets[0] >> 2 & 3) + 1;
        format.fine_octets = octets[0] & 3;
        time.octets = 1;
        if ((octets[0] & 0x80) != 0) {
            if (octets.size() < 2)
                return std::nullopt;
            format.coarse_octets += octets[1] >> 5 & 3;
            format.fine_octets += octets[1] >> 2 & 7;
            time.octets = 2;
        }
    }
    const auto coarse = static_cast<std::size_t>(format.coarse_octets);
    const auto fine = static_cast<std::size_t>(format.fine_octets);
    if (coarse > 7 || octets.size() < time.octets + coarse + fine)
        return std::nullopt;
    const auto code = octets.subspan(time.octets);
    time.elapsed = carried(static_cast<std::int64_t>(big_endian(code.first(coarse))),
                           fraction_ns(code.subspan(coarse, fine)));
    time.octets += coarse + fine;
    return time;
}

std::optional<DecodedTime> decode_cds(TimeFormat format,
                                      std::span<const std::uint8_t> octets) noexcept {
    DecodedTime time;
    if (format.has_p_field) {
        if (octets.empty() || (octets[0] >> 4 & 7) != 4 || (octets[0] & 3) == 3)
            return std::nullopt;
        time.agency_epoch = (octets[0] & 8) != 0;
        format.coarse_octets = (octets[0] & 4) != 0 ? 3 : 2;
        format.fine_octets = (octets[0] & 3) * 2;
        time.octets = 1;
    }
    const auto days = static_cast<std::size_t>(format.coarse_octets);
    const auto fine = static_cast<std::size_t>(format.fine_octets);
    if (days > 7 || octets.size() < time.octets + days + 4 + fine)
        return std::nullopt;
    const auto code = octets.subspan(time.octets);
    const auto day = static_cast<std::int64_t>(big_endian(code.first(days)));
    const auto ms = static_cast<std::int64_t>(big_endian(code.subspan(days, 4)));
    const auto part = static_cast<std::int64_t>(big_endian(code.subspan(days + 4, fine)));
    if (day > std::numeric_limits<std::int64_t>::max() / kSecondsPerDay - kSecondsPerDay)
        return std::nullopt;
    const std::int64_t below_ms_ns = fine == 4 ? (part + 500) / 1000 : part * 1000;
    time.elapsed = carried(day * kSecondsPerDay + ms / 1000, ms % 1000 * 1'000'000 + below_ms_ns);
    time.octets += days + 4 + fine;
    return time;
}

std::optional<Elapsed> from_wide(Wide ns) noexcept {
    Wide seconds = ns / kNsPerSecond;
    Wide rest = ns % kNsPerSecond;
    if (rest < 0) {
        rest += kNsPerSecond;
        --seconds;
    }
    if (seconds > std::numeric_limits<std::int64_t>::max() ||
        seconds < std::numeric_limits<std::int64_t>::min())
        return std::nullopt;
    return Elapsed{static_cast<std::int64_t>(seconds), static_cast<std::int64_t>(rest)};
}

/// The value when it is a whole number that a double holds exactly.
std::optional<std::int64_t> whole(double value) noexcept {
    constexpr double kExact = 9007199254740992.0;
    if (std::abs(value) > kExact || value != std::floor(value))
        return std::nullopt;
    return static_cast<std::int64_t>(value);
}

} // namespace

std::int64_t utc_to_tai(UtcNs utc) noexcept {
    if (utc == kUnknownTime)
        return kUnknownTime;
    std::int64_t offset_s = 0;
    for (const LeapSecond& leap : kLeapSeconds)
        if (utc >= leap.utc_s * kNsPerSecond)
            offset_s = leap.tai_minus_utc_s;
    return narrow(Wide{utc} + offset_s * kNsPerSecond);
}

UtcNs tai_to_utc(std::int64_t tai_ns) noexcept {
    if (tai_ns == kUnknownTime)
        return kUnknownTime;
    std::int64_t offset_s = 0;
    for (const LeapSecond& leap : kLeapSeconds)
        if (tai_ns >= (leap.utc_s + leap.tai_minus_utc_s) * kNsPerSecond)
            offset_s = leap.tai_minus_utc_s;
    return narrow(Wide{tai_ns} - offset_s * kNsPerSecond);
}

std::int64_t to_ns(Elapsed elapsed) noexcept {
    return narrow(Wide{elapsed.seconds} * kNsPerSecond + elapsed.ns);
}

UtcNs instant_after(const Epoch& epoch, Elapsed elapsed) noexcept {
    const Wide since = Wide{elapsed.seconds} * kNsPerSecond + elapsed.ns;
    if (epoch.scale == TimeScale::utc)
        return narrow(epoch.ns + since);
    return tai_to_utc(narrow(utc_to_tai(epoch.ns) + since));
}

std::optional<Elapsed> linear_time(const TimeFormat& format, std::int64_t number) noexcept {
    const auto tick = whole(format.scale * format.unit_s * static_cast<double>(kNsPerSecond));
    const auto offset = whole(format.offset * format.unit_s * static_cast<double>(kNsPerSecond));
    if (tick && offset)
        return from_wide(Wide{number} * *tick + *offset);
    return linear_time(format, static_cast<double>(number));
}

std::optional<Elapsed> linear_time(const TimeFormat& format, double number) noexcept {
    const double seconds = (number * format.scale + format.offset) * format.unit_s;
    if (!(std::abs(seconds) < 1e18))
        return std::nullopt;
    const double floor = std::floor(seconds);
    const auto ns = static_cast<std::int64_t>(
        std::nearbyint((seconds - floor) * static_cast<double>(kNsPerSecond)));
    return carried(static_cast<std::int64_t>(floor), ns);
}

std::size_t octets_of(const TimeFormat& format) noexcept {
    const auto coarse = static_cast<std::size_t>(format.coarse_octets);
    const auto fine = static_cast<std::size_t>(format.fine_octets);
    switch (format.code) {
    case TimeCode::cuc:
        return coarse + fine;
    case TimeCode::cds:
        return coarse + 4 + fine;
    case TimeCode::timeval:
        return 8;
    case TimeCode::linear:
        break;
    }
    return 0;
}

std::optional<DecodedTime> decode_time(const TimeFormat& format,
                                       std::span<const std::uint8_t> octets) noexcept {
    switch (format.code) {
    case TimeCode::cuc:
        return decode_cuc(format, octets);
    case TimeCode::cds:
        return decode_cds(format, octets);
    case TimeCode::timeval:
        if (octets.size() < 8)
            return std::nullopt;
        return DecodedTime{
            .elapsed = carried(static_cast<std::int64_t>(big_endian(octets.first(4))),
                               static_cast<std::int64_t>(big_endian(octets.subspan(4, 4))) * 1000),
            .octets = 8};
    case TimeCode::linear:
        break;
    }
    return std::nullopt;
}

} // namespace telemetry::parameter
