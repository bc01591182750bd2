// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <gnuradio/block.h>

#include "log.h"
#include "telemetry/base/items.h"
#include "telemetry/publish/publisher.h"
#include "telemetry/publish/records.h"

namespace telemetry::rx {

class KissServer;
class Mission;

/// Where everything that the blocks of the flow graph tell comes together: frames, packets, events
/// and metrics go on to the publisher, the KISS server and the log.
///
/// A block, since that is how GNU Radio delivers messages, but without a say in the flow of
/// samples. Its own thread ends as soon as one of the blocks that it listens to has ended, so
/// work_off_queues() must follow when the flow graph is done.
class Reporter final : public gr::block {
public:
    using Pointer = std::shared_ptr<Reporter>;

    /// `publisher` and `kiss` may be null; all must outlive this. `missions`: of the stations that
    /// have a mission database.
    static Pointer make(publish::Publisher* publisher, KissServer* kiss,
                        std::span<const std::unique_ptr<Mission>> missions, Log& log);
    Reporter(publish::Publisher* publisher, KissServer* kiss,
             std::span<const std::unique_ptr<Mission>> missions, Log& log);

    void work_off_queues();

    /// An event of the program itself. Any thread.
    void report(const publish::EventName& event, const std::string& text,
                std::span<const publish::Attribute> attributes = {});

    /// Metrics of the receiver as a whole.
    void measure(std::span<const publish::Measurement> measurements);

    std::uint64_t frames() const { return frames_; }

private:
    Mission* mission_of(std::string_view station) const;
    void on_frame(const pmt::pmt_t& message);
    void on_packet(const pmt::pmt_t& message);
    void on_event(const pmt::pmt_t& message);
    void on_metrics(const pmt::pmt_t& message);

    publish::Publisher* publisher_;
    KissServer* kiss_;
    std::span<const std::unique_ptr<Mission>> missions_;
    Log& log_;
    UtcNs start_utc_ns_;
    std::uint64_t frames_ = 0;
};

} // namespace telemetry::rx
