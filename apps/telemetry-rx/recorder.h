// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gnuradio/sync_block.h>

#include "sigmf_writer.h"
#include "telemetry/base/back_off.h"

namespace telemetry::rx {

/// What to do when the disk is slower than the samples.
enum class WhenFull : std::uint8_t {
    wait, ///< a file can be read more slowly
    drop  ///< a live source cannot: what is not recorded is counted
};

/// Writes the stream it is given as SigMF recordings into a folder. A gap, a new time and a new
/// frequency begin a new capture of the same recording.
///
/// A thread of its own writes, from a bounded queue: a disk that stalls must not hold up reception,
/// which shares the source's buffer.
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
                                double frequency_hz, const std::string& description,
                                WhenFull when_full);
    Recorder(const std::string& folder, const SampleFormat& format, double frequency_hz,
             const std::string& description, WhenFull when_full);
    ~Recorder() override;

    std::uint64_t recorded() const { return recorded_; } ///< samples; any thread
    std::uint64_t dropped() const { return dropped_; }   ///< samples not recorded; any thread

private:
    /// Consecutive samples, and what a capture that begins with them would say.
    struct Chunk {
        std::vector<float> values;
        std::int64_t index = 0; ///< of the first sample, counting lost ones
        UtcNs utc_ns = kUnknownTime;
        double frequency_hz = 0;
        double rate_hz = 0;
        bool new_capture = false;
    };

    bool start() override;
    bool stop() override;
    int work(int count, gr_vector_const_void_star& inputs, gr_vector_void_star&) override;

    // The flow graph's thread.
    void heed(const gr::tag_t& tag);
    void take(const float* values, std::int64_t samples);
    void finish_writing();

    // The writing thread.
    void run();
    void write(const Chunk& chunk);
    Result<void> write_now(const Chunk& chunk);
    Result<void> begin(std::int64_t index, double rate_hz);
    void on_failure(const Error& error);

    const std::string folder_;
    const SampleKind kind_;
    const std::string description_;
    const std::size_t components_;
    const WhenFull when_full_;

    double rate_hz_;
    double frequency_hz_;
    std::int64_t index_ = 0; ///< of the next sample, counting lost ones
    UtcNs anchor_utc_ns_ = kUnknownTime;
    std::int64_t anchor_index_ = 0;
    bool new_capture_ = true;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Chunk> queue_;
    std::size_t queued_values_ = 0;
    bool finishing_ = false;
    std::thread thread_;

    std::unique_ptr<SigmfWriter> writer_; ///< none: failed, tried again at next_try_ns_
    BackOff back_off_;
    std::int64_t next_try_ns_ = 0; ///< steady clock
    std::int64_t first_index_ = 0; ///< of the recording
    std::int64_t next_index_ = 0;  ///< behind what is written
    std::atomic<std::uint64_t> recorded_{0};
    std::atomic<std::uint64_t> dropped_{0};
};

} // namespace telemetry::rx
