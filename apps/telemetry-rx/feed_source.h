// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <gnuradio/sync_block.h>

#include "feed.h"
#include "telemetry/base/arrival_clock.h"
#include "telemetry/base/back_off.h"

namespace telemetry::rx {

/// What to do at the end of a feed.
enum class AtEnd : std::uint8_t {
    finish, ///< end the flow graph
    again,  ///< open the feed anew and go on without a gap
    wait    ///< stay, with nothing to do
};

/// When samples are handed on.
enum class Pace : std::uint8_t {
    arrival, ///< as they come
    realtime ///< not before the time that the sample rate gives them
};

struct FeedSourceOptions {
    SampleFormat format;
    AtEnd at_end = AtEnd::finish;
    Pace pace = Pace::arrival;
    bool dated_on_arrival = false;     ///< samples get the time at which they arrive
    UtcNs start_utc_ns = kUnknownTime; ///< of the first sample, for feeds that do not know
    double frequency_hz = 0;           ///< for the rx_freq tag; 0: none
    std::int64_t stall_ns = 0; ///< without samples for so long, the feed counts as gone; 0: never
    std::int64_t retry_first_ns = 1'000'000'000;
    std::int64_t retry_most_ns = 60'000'000'000;
};

/// A feed as a GNU Radio source that outlives it: when it fails or falls silent, event source_lost
/// is sent, it is opened again with back-off (a silent stream just listens on), and when samples
/// come again they carry samples_lost and rx_time tags, so that the chain behind drops its lock and
/// picks up. The flow graph stays as it is all the while.
///
/// How much was lost is told by the feed where it knows; over an outage of a live feed it is the
/// time that passed.
class FeedSource final : public gr::sync_block {
public:
    using Open = std::function<Result<std::unique_ptr<Feed>>()>;
    using Pointer = std::shared_ptr<FeedSource>;

    /// `feed` is null when it could not be opened yet.
    static Pointer make(Open open, std::unique_ptr<Feed> feed, const FeedSourceOptions& options);
    FeedSource(Open open, std::unique_ptr<Feed> feed, const FeedSourceOptions& options);

    /// The stream ends with the samples handed on so far. Any thread.
    void finish() { finishing_ = true; }

    /// Why the stream ended, when that was not its proper end. Ask after the flow graph has ended.
    const std::optional<Error>& failure() const { return failure_; }

private:
    int work(int most, gr_vector_const_void_star&, gr_vector_void_star& outputs) override;

    bool ready_to_read();
    std::size_t allowed_now(std::size_t most);
    int take(const Arrival& arrival);
    int on_silence(float* out, int most);
    int on_loss(const Error& error, float* out, int most);
    int on_end(float* out, int most);
    int flush(float* out, int most);
    void tag_arrival(const Arrival& arrival);
    void tag(const pmt::pmt_t& key, const pmt::pmt_t& value);
    void report(const char* event, const std::string& text);

    Open open_;
    std::unique_ptr<Feed> feed_;
    FeedSourceOptions options_;
    ArrivalClock clock_;
    BackOff back_off_;
    std::atomic<bool> finishing_{false};
    std::optional<Error> failure_;

    std::int64_t begin_ns_ = 0;    ///< steady clock; when work() was first called
    std::int64_t next_try_ns_ = 0; ///< steady clock
    std::int64_t last_ns_ = 0;     ///< steady clock; when samples came last
    std::int64_t paced_ = 0;       ///< samples handed on since begin_ns_
    std::int64_t silence_ = 0;     ///< samples of silence still to hand on
    std::int64_t silenced_ = 0;    ///< handed on since the feed was lost
    bool started_ = false;         ///< samples have come
    bool lost_ = false;            ///< and come no more
    bool ended_ = false;
};

} // namespace telemetry::rx
