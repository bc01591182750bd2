// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/deframer.h>

#include <atomic>
#include <memory>
#include <vector>

#include "message_stage.h"
#include "soft_symbol_tag.h"
#include "telemetry/base/sample_clock.h"
#include "telemetry/framing/deframer.h"

namespace gr {
namespace telemetry {

/// Feeds a Deframer with whole blocks of a demodulator, as in one chain, however the scheduler cut
/// the stream of symbols.
class deframer_stage : public message_stage, private ::telemetry::Sink<::telemetry::Frame> {
public:
    deframer_stage(const ::telemetry::framing::DeframerEntry& entry,
                   std::unique_ptr<::telemetry::framing::Deframer> deframer);

    uint64_t frames() const { return d_frames; }

private:
    void work_off(const void* items, int count, uint64_t first_offset,
                  std::span<const tag_t> tags) override;
    void finish() override;
    void take(const float* symbols, int count);
    void begin(const soft_symbol_tag& tag);
    void process_block();
    void accept(const ::telemetry::Frame& frame) noexcept override;

    const ::telemetry::framing::DeframerEntry& d_entry;
    const std::unique_ptr<::telemetry::framing::Deframer> d_deframer;
    soft_symbol_tag d_block;      // the block that is being gathered
    std::vector<int8_t> d_values; // of it, so far
    int64_t d_untagged = 0;       // symbols taken that no tag spoke of
    std::unique_ptr<::telemetry::SampleClock> d_clock;
    double d_clock_rate = 0;
    ::telemetry::UtcNs d_anchored = ::telemetry::kUnknownTime;
    std::atomic<uint64_t> d_frames{0};
};

class deframer_impl : public deframer {
public:
    explicit deframer_impl(std::shared_ptr<deframer_stage> stage);
    uint64_t frames() const override { return d_stage->frames(); }

private:
    const std::shared_ptr<deframer_stage> d_stage;
};

} // namespace telemetry
} // namespace gr
