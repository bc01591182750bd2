// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/tags.h>

#include <cstdint>
#include <optional>
#include <span>

#include "telemetry/base/items.h"
#include "telemetry/base/sample_clock.h"

namespace gr {
namespace telemetry {

//! By how much rx_time may run ahead of the samples before it is a gap: drivers that stamp by the
//! host's clock jitter by less, and an overflow loses more.
constexpr double kGapToleranceS = 1e-3;

/*!
 * \brief Understands the tags of a sample stream: gaps, times, rates.
 *
 * Items of a stream are numbered without gaps; samples, as the core counts them, are not: what was
 * lost counts. This class knows the number of lost samples, so index() of an item is its number
 * plus what was lost before.
 */
class stream_clock {
public:
    stream_clock(double rate, double gap_tolerance_s)
        : d_rate(rate), d_tolerance(gap_tolerance_s), d_clock(rate) {}

    //! What the tags on one item say.
    struct news {
        int64_t lost = 0;                            //!< samples missing before this item
        std::optional<::telemetry::UtcNs> time = {}; //!< of this item
        std::optional<double> rate = {};             //!< only when it differs
    };
    news read(std::span<const tag_t> tags_of_item);

    void advance(int64_t items) { d_index += items; }
    void anchor(::telemetry::UtcNs time) { d_clock.anchor(d_index, time); }
    int64_t index() const { return d_index; } //!< of the next item
    ::telemetry::UtcNs utc_of(int64_t index) const {
        return d_clock.utc_of(static_cast<double>(index));
    }
    double rate() const { return d_rate; }
    std::optional<double> frequency() const { return d_frequency; } //!< the last rx_freq, Hz

private:
    double d_rate;
    double d_tolerance;
    ::telemetry::SampleClock d_clock;
    int64_t d_index = 0;
    std::optional<double> d_frequency;
};

//! Calls take(first, count) for runs of items without tags inside and read(tags) for each item that
//! has tags, in the order of the stream.
template <class Take, class Read>
void walk(int count, uint64_t first_offset, std::span<const tag_t> tags, Take take, Read read) {
    int done = 0;
    while (!tags.empty()) {
        size_t same = 1;
        while (same < tags.size() && tags[same].offset == tags[0].offset)
            ++same;
        const int at = static_cast<int>(tags[0].offset - first_offset);
        if (at > done)
            take(done, at - done);
        read(tags.first(same));
        done = at;
        tags = tags.subspan(same);
    }
    if (count > done)
        take(done, count - done);
}

} // namespace telemetry
} // namespace gr
