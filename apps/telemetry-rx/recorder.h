// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <gnuradio/sync_block.h>

#include "sigmf_writer.h"
#include "telemetry/base/back_off.h"

namespace telemetry::rx {

/// Writes the stream it is given as SigMF recordings into a folder. A gap, a new time and a new
/// frequency begin a new capture of the same recording.
///
/// What goes wrong (a full disk, a folder that vanished) is told on message port `events`, the
/// samples are counted as not recorded, and a new recording is tried after a while; reception goes
/// on.
class Recorder final : public gr::sync_block {
public:
    using Pointer = std::shared_ptr<Recorder>;

    /// Makes the folder where needed and begins the first recording, so that a wrong folder is an
    /// error at the start.
    static Result<Pointer> make(const std::string& folder, const SampleFormat& format,
                                double frequency_hz, const std::string& description);
    Recorder(const std::string& folder, const SampleFormat& format, double frequency_hz,
             const std::string& description);

    std::uint64_t recorded() const { return recorded_; } ///< samples; any thread
    std::uint64_t dropped() const { return dropped_; }   ///< samples not recorded; any thread

private:
    bool stop() override;
    int work(int count, gr_vector_const_void_star& inputs, gr_vector_void_star&) override;

    Result<void> begin();
    void heed(const gr::tag_t& tag);
    void take(const float* values, std::int64_t samples);
    void on_failure(const Error& error);

    std::string folder_;
    SampleFormat format_;
    double frequency_hz_;
    std::string description_;
    std::size_t components_;

    std::unique_ptr<SigmfWriter> writer_; ///< none: failed, tried again at next_try_ns_
    BackOff back_off_;
    std::int64_t next_try_ns_ = 0; ///< steady clock
    std::int64_t index_ = 0;       ///< of the next sample, counting lost ones
    std::int64_t first_index_ = 0; ///< of the recording
    UtcNs anchor_utc_ns_ = kUnknownTime;
    std::int64_t anchor_index_ = 0;
    bool new_capture_ = true;
    std::atomic<std::uint64_t> recorded_{0};
    std::atomic<std::uint64_t> dropped_{0};
};

} // namespace telemetry::rx
