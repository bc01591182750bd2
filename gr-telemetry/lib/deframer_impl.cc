// SPDX-License-Identifier: GPL-3.0-or-later
#include "deframer_impl.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include <algorithm>
#include <array>

#include "catalog_options.h"
#include "soft_value.h"
#include "stream_clock.h"

namespace gr {
namespace telemetry {

namespace core = ::telemetry;

deframer::sptr deframer::make(const std::string& framing, const settings_map& settings) {
    const auto& entry = entry_or_throw(core::framing::find_deframer(framing), "framing", framing,
                                       core::framing::deframers());
    auto made = value_or_throw(entry.make(read_map(entry.fields, settings)));
    return gnuradio::make_block_sptr<deframer_impl>(
        gnuradio::make_block_sptr<deframer_stage>(entry, std::move(made)));
}

deframer_impl::deframer_impl(std::shared_ptr<deframer_stage> stage)
    : gr::hier_block2("telemetry_deframer", gr::io_signature::make(1, 1, sizeof(float)),
                      gr::io_signature::make(0, 0, 0)),
      d_stage(std::move(stage)) {
    seal(*this, d_stage, std::array{keys::frames()});
}

deframer_stage::deframer_stage(const core::framing::DeframerEntry& entry,
                               std::unique_ptr<core::framing::Deframer> deframer)
    : message_stage("telemetry_deframer_stage", sizeof(float)), d_entry(entry),
      d_deframer(std::move(deframer)) {
    message_port_register_out(keys::frames());
}

void deframer_stage::work_off(const void* items, int count, uint64_t first_offset,
                              std::span<const tag_t> tags) {
    const float* symbols = static_cast<const float*>(items);
    walk(
        count, first_offset, tags, [&](int first, int n) { take(symbols + first, n); },
        [&](std::span<const tag_t> tags_of_item) {
            for (const auto& tag : tags_of_item)
                if (pmt::eq(tag.key, keys::soft_symbols()))
                    if (const auto soft = soft_symbol_tag::from_pmt(tag.value))
                        begin(*soft);
        });
}

void deframer_stage::begin(const soft_symbol_tag& tag) {
    process_block();
    if (tag.after_gap) {
        d_deframer->finish(*this);
        d_deframer->reset();
    }
    if (!d_clock || tag.rate_hz != d_clock_rate) {
        d_clock = std::make_unique<core::SampleClock>(tag.rate_hz);
        d_clock_rate = tag.rate_hz;
        d_anchored = core::kUnknownTime;
    }
    if (tag.anchor_utc_ns != d_anchored) {
        d_clock->anchor(tag.anchor_index, tag.anchor_utc_ns);
        d_anchored = tag.anchor_utc_ns;
    }
    d_block = tag;
}

void deframer_stage::take(const float* symbols, int count) {
    while (count > 0) {
        if (d_block.count == 0) {
            d_block = {.count = 256,
                       .first_position = static_cast<double>(d_untagged),
                       .samples_per_symbol = 1};
            d_untagged += 256;
        }
        const int n =
            static_cast<int>(std::min(static_cast<size_t>(count), d_block.count - d_values.size()));
        for (int i = 0; i < n; ++i)
            d_values.push_back(to_soft(symbols[i]));
        symbols += n;
        count -= n;
        if (d_values.size() == d_block.count)
            process_block();
    }
}

void deframer_stage::process_block() {
    if (!d_values.empty())
        d_deframer->process({.values = d_values,
                             .first_position = d_block.first_position,
                             .samples_per_symbol = d_block.samples_per_symbol,
                             .quality = d_block.quality},
                            *this);
    d_values.clear();
    d_block.count = 0;
}

void deframer_stage::finish() {
    process_block();
    d_deframer->finish(*this);
    d_deframer->reset();
}

void deframer_stage::accept(const core::Frame& frame) noexcept {
    core::Frame timed = frame;
    if (d_clock) {
        timed.utc_ns = d_clock->utc_of(static_cast<double>(frame.sample_index));
        timed.end_utc_ns =
            d_clock->utc_of(static_cast<double>(frame.sample_index + frame.sample_count));
    }
    ++d_frames;
    message_port_pub(keys::frames(), to_pdu(timed, {.station = {},
                                                    .downlink = {},
                                                    .framing = d_entry.name,
                                                    .rx_freq = d_block.rx_freq}));
}

} // namespace telemetry
} // namespace gr
