// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/frame_synchronizer.h>

#include <atomic>
#include <memory>
#include <vector>

#include "message_stage.h"
#include "telemetry/base/fields.h"
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
    void take_bits(const uint8_t* bits, int count);
    void accept(const ::telemetry::framing::LocatedFrame& frame) noexcept override;

    const symbol_type d_type;
    const int64_t d_period; // bits from marker to marker
    ::telemetry::framing::FrameSynchronizer d_synchronizer;
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
