// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/packet_splitter.h>

#include <atomic>
#include <vector>

#include "message_stage.h"

namespace gr {
namespace telemetry {

class splitter_stage : public message_stage {
public:
    explicit splitter_stage(size_t packet_size);

    uint64_t packets() const { return d_packets; }
    uint64_t bytes_skipped() const { return d_skipped; }

private:
    void work_off(const void* items, int count, uint64_t first_offset,
                  std::span<const tag_t> tags) override;
    void finish() override;
    //! Octets at the front that are worked off: of a packet, or of none; 0: too few to tell.
    size_t take_one(std::span<const uint8_t> bytes);

    const size_t d_packet_size; // 0: as headers say
    std::vector<uint8_t> d_bytes;
    uint64_t d_position = 0; // of d_bytes in the stream
    std::atomic<uint64_t> d_packets{0}, d_skipped{0};
};

class packet_splitter_impl : public packet_splitter {
public:
    explicit packet_splitter_impl(std::shared_ptr<splitter_stage> stage);
    uint64_t packets() const override { return d_stage->packets(); }
    uint64_t bytes_skipped() const override { return d_stage->bytes_skipped(); }

private:
    const std::shared_ptr<splitter_stage> d_stage;
};

} // namespace telemetry
} // namespace gr
