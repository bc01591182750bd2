// SPDX-License-Identifier: GPL-3.0-or-later
#include "soft_symbol_tag.h"

#include <cmath>

#include "dictionary.h"

namespace gr {
namespace telemetry {

pmt::pmt_t soft_symbol_tag::to_pmt() const {
    dictionary dict;
    dict.add_count("count", static_cast<int64_t>(count));
    dict.add_real("first_position", first_position);
    dict.add_real("samples_per_symbol", samples_per_symbol);
    dict.add_quality(quality);
    dict.add_flag("after_gap", after_gap);
    dict.add_real("rate_hz", rate_hz);
    if (anchor_utc_ns != ::telemetry::kUnknownTime) {
        dict.add_count("anchor_index", anchor_index);
        dict.add_count("anchor_utc_ns", anchor_utc_ns);
    }
    if (rx_freq)
        dict.add_real("rx_freq", *rx_freq);
    return dict.get();
}

std::optional<soft_symbol_tag> soft_symbol_tag::from_pmt(const pmt::pmt_t& value) {
    soft_symbol_tag tag;
    const auto count = count_of(value, "count", 0);
    tag.first_position = real_of(value, "first_position", NAN);
    tag.samples_per_symbol = real_of(value, "samples_per_symbol", 0);
    tag.rate_hz = real_of(value, "rate_hz", 0);
    if (count < 1 || !std::isfinite(tag.first_position) || !(tag.samples_per_symbol > 0) ||
        !(tag.rate_hz > 0))
        return std::nullopt;
    tag.count = static_cast<size_t>(count);
    tag.quality = quality_of(value);
    tag.after_gap = flag_of(value, "after_gap");
    tag.anchor_index = count_of(value, "anchor_index", 0);
    tag.anchor_utc_ns = count_of(value, "anchor_utc_ns", ::telemetry::kUnknownTime);
    if (const double frequency = real_of(value, "rx_freq", NAN); std::isfinite(frequency))
        tag.rx_freq = frequency;
    return tag;
}

} // namespace telemetry
} // namespace gr
