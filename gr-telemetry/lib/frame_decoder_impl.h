// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/frame_decoder.h>

#include <atomic>
#include <memory>

#include "frame_codec.h"
#include "pdu_block.h"

namespace gr {
namespace telemetry {

class frame_decoder_impl : public frame_decoder, public pdu_block {
public:
    frame_decoder_impl(const std::string& name, std::unique_ptr<frame_codec> codec);

    uint64_t decoded() const override { return d_decoded; }
    uint64_t failed() const override { return d_failed; }

private:
    void take(const pmt::pmt_t& message);

    const std::unique_ptr<frame_codec> d_codec;
    std::atomic<uint64_t> d_decoded{0}, d_failed{0};
};

} // namespace telemetry
} // namespace gr
