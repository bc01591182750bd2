// SPDX-License-Identifier: GPL-3.0-or-later
#include "stream_clock.h"

#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include <algorithm>
#include <cmath>

namespace gr {
namespace telemetry {

stream_clock::news stream_clock::read(std::span<const tag_t> tags_of_item) {
    // Drivers report the rate that they set with rounding errors.
    constexpr double same_rate = 1e-6;
    // Up to here indices are exact as double, and far from where int64_t ends.
    constexpr int64_t last_index = int64_t{1} << 52;
    // A time further ahead is a device's clock that was set, not a gap.
    constexpr double longest_gap_s = 86400;

    news result;
    const auto lose = [&](int64_t count) {
        const auto room = std::max<int64_t>(0, last_index - d_index - result.lost);
        result.lost += std::clamp<int64_t>(count, 0, room);
    };
    for (const auto& tag : tags_of_item) {
        if (pmt::eq(tag.key, keys::samples_lost()) && pmt::is_integer(tag.value))
            lose(pmt::to_long(tag.value));
        else if (pmt::eq(tag.key, keys::samples_lost()) && pmt::is_uint64(tag.value))
            lose(static_cast<int64_t>(
                std::min(pmt::to_uint64(tag.value), static_cast<uint64_t>(last_index))));
        else if (pmt::eq(tag.key, keys::rx_time()))
            result.time = from_rx_time(tag.value);
        else if (pmt::eq(tag.key, keys::rx_freq()) && pmt::is_real(tag.value))
            d_frequency = pmt::to_double(tag.value);
        else if (pmt::eq(tag.key, keys::rx_rate()) && pmt::is_real(tag.value)) {
            const double rate = pmt::to_double(tag.value);
            if (std::isfinite(rate) && rate > 0 && std::abs(rate - d_rate) > same_rate * d_rate)
                result.rate = rate;
        }
    }

    if (result.time) {
        const auto expected = utc_of(d_index + result.lost);
        if (expected != ::telemetry::kUnknownTime) {
            int64_t ahead_ns = 0;
            const bool far = __builtin_sub_overflow(*result.time, expected, &ahead_ns);
            const double ahead_s = static_cast<double>(ahead_ns) * 1e-9;
            if (!far && ahead_s > d_tolerance && ahead_s < longest_gap_s)
                lose(std::llround(ahead_s * d_rate));
        }
    }
    d_index += result.lost;
    if (result.rate) {
        const auto now = utc_of(d_index);
        d_rate = *result.rate;
        d_clock = ::telemetry::SampleClock(d_rate);
        if (now != ::telemetry::kUnknownTime)
            d_clock.anchor(d_index, now);
    }
    if (result.time)
        d_clock.anchor(d_index, *result.time);
    return result;
}

} // namespace telemetry
} // namespace gr
