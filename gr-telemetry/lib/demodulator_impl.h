// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/demodulator.h>

#include <memory>
#include <vector>

#include "soft_symbol_tag.h"
#include "stream_clock.h"
#include "telemetry/dsp/demodulator.h"

namespace gr {
namespace telemetry {

class demodulator_impl : public demodulator, private ::telemetry::Sink<::telemetry::SoftSymbols> {
public:
    demodulator_impl(const ::telemetry::dsp::DemodulatorEntry& entry,
                     const ::telemetry::Settings& settings, double samp_rate, sample_type type);

    bool start() override;
    void forecast(int noutput_items, gr_vector_int& ninput_items_required) override;
    int general_work(int noutput_items, gr_vector_int& ninput_items,
                     gr_vector_const_void_star& input_items,
                     gr_vector_void_star& output_items) override;

private:
    ::telemetry::Result<std::unique_ptr<::telemetry::dsp::Demodulator>>
    make_stage(double rate) const;
    void demodulate(const void* items, int count);
    void heed(const stream_clock::news& news);
    void take(const void* items, int count);
    void accept(const ::telemetry::SoftSymbols& block) noexcept override;
    int hand_out(float* out, int noutput_items);

    const ::telemetry::dsp::DemodulatorEntry& d_entry;
    const ::telemetry::Settings d_settings;
    const sample_type d_type;
    stream_clock d_clock;
    std::unique_ptr<::telemetry::dsp::Demodulator> d_stage; // none: the rate is impossible
    bool d_after_gap = false;
    bool d_finished = false;
    int64_t d_anchor_index = 0;
    ::telemetry::UtcNs d_anchor_utc_ns = ::telemetry::kUnknownTime;

    // Demodulated and not handed out yet. Block tags stand at positions in d_symbols.
    std::vector<float> d_symbols;
    std::vector<std::pair<size_t, pmt::pmt_t>> d_blocks;
    size_t d_handed_out = 0;
    size_t d_blocks_handed_out = 0;
    std::vector<tag_t> d_tags;
};

} // namespace telemetry
} // namespace gr
