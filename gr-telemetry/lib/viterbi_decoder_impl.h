// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/viterbi_decoder.h>

#include <atomic>
#include <memory>
#include <vector>

#include "telemetry/base/fields.h"
#include "telemetry/fec/node_synchronizer.h"

namespace gr {
namespace telemetry {

std::span<const ::telemetry::Field> viterbi_fields();

using decoded_sink = ::telemetry::Sink<::telemetry::fec::SynchronizedBits>;

//! Line symbols to bits, the pairing found or told.
class bit_source {
public:
    virtual ~bit_source() = default;
    virtual void reset() = 0;
    virtual void process(std::span<const int8_t> symbols, decoded_sink& sink) = 0;
    virtual void finish(decoded_sink& sink) = 0;
};

class viterbi_decoder_impl : public viterbi_decoder, private decoded_sink {
public:
    explicit viterbi_decoder_impl(std::unique_ptr<bit_source> source);

    bool start() override;
    void forecast(int noutput_items, gr_vector_int& ninput_items_required) override;
    int general_work(int noutput_items, gr_vector_int& ninput_items,
                     gr_vector_const_void_star& input_items,
                     gr_vector_void_star& output_items) override;

    uint64_t symbols() const override { return d_decided; }
    uint64_t wrong() const override { return d_wrong; }

private:
    void take(const float* symbols, int count);
    void accept(const ::telemetry::fec::SynchronizedBits& found) noexcept override;

    const std::unique_ptr<bit_source> d_source;
    bool d_finished = false;
    std::vector<int8_t> d_soft;
    std::vector<uint8_t> d_bits; // decided and not handed out yet
    size_t d_handed_out = 0;
    std::atomic<uint64_t> d_decided{0}, d_wrong{0};
};

} // namespace telemetry
} // namespace gr
