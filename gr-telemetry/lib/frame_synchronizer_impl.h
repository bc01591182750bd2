// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/frame_synchronizer.h>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "message_stage.h"
#include "soft_symbol_tag.h"
#include "telemetry/base/fields.h"
#include "telemetry/base/sample_clock.h"
#include "telemetry/base/symbol_clock.h"
#include "telemetry/framing/frame_synchronizer.h"

namespace gr {
namespace telemetry {

std::span<const ::telemetry::Field> synchronizer_fields();

class synchronizer_stage : public message_stage,
                           private ::telemetry::Sink<::telemetry::framing::LocatedFrame> {
public:
    synchronizer_stage(const ::telemetry::framing::FrameSynchronizerOptions& options,
                       symbol_type type);

    uint64_t frames() const { return d_frames; }
    bool locked() const { return d_locked; }

private:
    void work_off(const void* items, int count, uint64_t first_offset,
                  std::span<const tag_t> tags) override;
    void finish() override;
    void begin(const soft_symbol_tag& tag);
    void take(const void* items, int count);
    void reset();
    void take_bits(const uint8_t* bits, int count);
    void accept(const ::telemetry::framing::LocatedFrame& frame) noexcept override;

    const symbol_type d_type;
    const int64_t d_period; // bits from marker to marker
    ::telemetry::framing::FrameSynchronizer d_synchronizer;
    ::telemetry::SymbolClock d_symbols;              // which samples they were
    soft_symbol_tag d_block;                         // where the next symbols are
    std::optional<::telemetry::SampleClock> d_clock; // none: nobody told
    std::vector<int8_t> d_soft;
    std::vector<uint8_t> d_packed;
    unsigned d_byte = 0; // bits that fill no byte yet
    int d_byte_bits = 0;
    std::atomic<uint64_t> d_frames{0};
    std::atomic<bool> d_locked{false};
};

class frame_synchronizer_impl : public frame_synchronizer {
public:
    frame_synchronizer_impl(std::shared_ptr<synchronizer_stage> stage, symbol_type type);
    uint64_t frames() const override { return d_stage->frames(); }
    bool locked() const override { return d_stage->locked(); }

private:
    const std::shared_ptr<synchronizer_stage> d_stage;
};

} // namespace telemetry
} // namespace gr
