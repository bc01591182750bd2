// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/viterbi_decoder.h>

#include <atomic>
#include <optional>
#include <vector>

#include "telemetry/base/fields.h"
#include "telemetry/fec/puncturing.h"
#include "telemetry/fec/viterbi.h"

namespace gr {
namespace telemetry {

std::span<const ::telemetry::Field> viterbi_fields();

class viterbi_decoder_impl : public viterbi_decoder,
                             private ::telemetry::Sink<::telemetry::fec::DecodedBits> {
public:
    explicit viterbi_decoder_impl(const ::telemetry::Settings& settings);

    bool start() override;
    void forecast(int noutput_items, gr_vector_int& ninput_items_required) override;
    int general_work(int noutput_items, gr_vector_int& ninput_items,
                     gr_vector_const_void_star& input_items,
                     gr_vector_void_star& output_items) override;

    uint64_t symbols() const override { return d_decided; }
    uint64_t wrong() const override { return d_wrong; }

private:
    void take(const float* symbols, int count);
    void accept(const ::telemetry::fec::DecodedBits& decoded) noexcept override;

    const int64_t d_skip;
    std::optional<::telemetry::fec::Depuncturer> d_depuncturer; // none: nothing is punctured
    ::telemetry::fec::ViterbiStream d_viterbi;
    int64_t d_to_skip = 0;
    bool d_finished = false;
    std::vector<int8_t> d_soft, d_whole;
    std::vector<uint8_t> d_bits; // decided and not handed out yet
    size_t d_handed_out = 0;
    std::atomic<uint64_t> d_decided{0}, d_wrong{0};
};

} // namespace telemetry
} // namespace gr
