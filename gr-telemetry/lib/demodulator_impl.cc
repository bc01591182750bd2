// SPDX-License-Identifier: GPL-3.0-or-later
#include "demodulator_impl.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>

#include <algorithm>

#include "catalog_options.h"
#include "end_of_stream.h"

namespace gr {
namespace telemetry {

namespace core = ::telemetry;

demodulator::sptr demodulator::make(const std::string& modulation, const settings_map& settings,
                                    double samp_rate, sample_type type) {
    const auto& entry = entry_or_throw(core::dsp::find_demodulator(modulation), "modulation",
                                       modulation, core::dsp::demodulators());
    return gnuradio::make_block_sptr<demodulator_impl>(entry, read_map(entry.fields, settings),
                                                       samp_rate, type);
}

demodulator_impl::demodulator_impl(const core::dsp::DemodulatorEntry& entry,
                                   const core::Settings& settings, double samp_rate,
                                   sample_type type)
    : gr::block("telemetry_demodulator",
                gr::io_signature::make(
                    1, 1, type == sample_type::COMPLEX ? sizeof(gr_complex) : sizeof(float)),
                gr::io_signature::make(1, 1, sizeof(float))),
      d_entry(entry), d_settings(settings), d_type(type), d_clock(samp_rate, kGapToleranceS),
      d_stage(value_or_throw(make_stage(samp_rate))) {
    set_tag_propagation_policy(TPP_DONT);
}

core::Result<std::unique_ptr<core::dsp::Demodulator>>
demodulator_impl::make_stage(double rate) const {
    return d_entry.make(
        d_settings,
        {d_type == sample_type::COMPLEX ? core::SampleKind::iq : core::SampleKind::real, rate});
}

bool demodulator_impl::start() {
    // What follows is another stream; what the last one left behind was not asked for any more.
    if (d_finished || d_clock.index() > 0)
        d_after_gap = true;
    d_finished = false;
    if (d_stage)
        d_stage->reset();
    d_symbols.clear();
    d_blocks.clear();
    d_handed_out = d_blocks_handed_out = 0;
    return gr::block::start();
}

void demodulator_impl::forecast(int, gr_vector_int& ninput_items_required) {
    const bool symbols_wait = d_handed_out < d_symbols.size();
    ninput_items_required[0] = symbols_wait || input_has_ended(*this) ? 0 : 1;
}

int demodulator_impl::general_work(int noutput_items, gr_vector_int& ninput_items,
                                   gr_vector_const_void_star& input_items,
                                   gr_vector_void_star& output_items) {
    if (d_handed_out == d_symbols.size()) {
        d_symbols.clear();
        d_blocks.clear();
        d_handed_out = d_blocks_handed_out = 0;
        const int count = ninput_items[0];
        if (count > 0) {
            demodulate(input_items[0], count);
            consume_each(count);
        } else if (!d_finished) {
            d_finished = true;
            if (d_stage)
                d_stage->finish(*this);
        } else {
            return WORK_DONE;
        }
    }
    return hand_out(static_cast<float*>(output_items[0]), noutput_items);
}

void demodulator_impl::demodulate(const void* items, int count) {
    const uint64_t first = nitems_read(0);
    get_tags_in_range(d_tags, 0, first, first + static_cast<uint64_t>(count));
    std::stable_sort(d_tags.begin(), d_tags.end(), tag_t::offset_compare);
    const size_t item_size = input_signature()->sizeof_stream_item(0);
    walk(
        count, first, d_tags,
        [&](int at, int n) {
            take(static_cast<const char*>(items) + static_cast<size_t>(at) * item_size, n);
        },
        [&](std::span<const tag_t> tags_of_item) { heed(d_clock.read(tags_of_item)); });
}

void demodulator_impl::heed(const stream_clock::news& news) {
    if (news.lost > 0 || news.rate) {
        if (d_stage) {
            d_stage->finish(*this);
            d_stage->reset();
        }
        d_after_gap = true;
    }
    if (news.rate) {
        auto stage = make_stage(*news.rate);
        if (!stage)
            d_logger->error("the source's rate is now {} Hz: {}", *news.rate,
                            stage.error().to_string());
        d_stage = stage ? std::move(*stage) : nullptr;
    }
    // A time told at the old rate cannot be extrapolated with the new one.
    if (news.time || news.rate) {
        d_anchor_index = d_clock.index();
        d_anchor_utc_ns = d_clock.utc_of(d_anchor_index);
    }
}

void demodulator_impl::take(const void* items, int count) {
    if (d_stage) {
        core::Samples samples{.first_index = d_clock.index()};
        if (d_type == sample_type::COMPLEX)
            samples.iq = {static_cast<const core::Iq*>(items), static_cast<size_t>(count)};
        else
            samples.real = {static_cast<const float*>(items), static_cast<size_t>(count)};
        d_stage->process(samples, *this);
    }
    d_clock.advance(count);
}

void demodulator_impl::accept(const core::SoftSymbols& symbols) noexcept {
    if (symbols.values.empty())
        return;
    const soft_symbol_tag tag{.count = symbols.values.size(),
                              .first_position = symbols.first_position,
                              .samples_per_symbol = symbols.samples_per_symbol,
                              .quality = symbols.quality,
                              .after_gap = d_after_gap,
                              .rate_hz = d_clock.rate(),
                              .anchor_index = d_anchor_index,
                              .anchor_utc_ns = d_anchor_utc_ns,
                              .rx_freq = d_clock.frequency()};
    d_after_gap = false;
    d_blocks.emplace_back(d_symbols.size(), tag.to_pmt());
    for (const int8_t value : symbols.values)
        d_symbols.push_back(static_cast<float>(value) / kCleanSymbol);
}

int demodulator_impl::hand_out(float* out, int noutput_items) {
    const size_t count =
        std::min(d_symbols.size() - d_handed_out, static_cast<size_t>(noutput_items));
    const size_t end = d_handed_out + count;
    std::copy_n(d_symbols.begin() + static_cast<ptrdiff_t>(d_handed_out), count, out);
    while (d_blocks_handed_out < d_blocks.size() && d_blocks[d_blocks_handed_out].first < end) {
        const auto& [at, tag] = d_blocks[d_blocks_handed_out++];
        add_item_tag(0, nitems_written(0) + (at - d_handed_out), keys::soft_symbols(), tag,
                     alias_pmt());
    }
    d_handed_out = end;
    return static_cast<int>(count);
}

} // namespace telemetry
} // namespace gr
