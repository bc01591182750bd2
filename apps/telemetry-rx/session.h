// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gnuradio/telemetry/station_receiver.h>
#include <gnuradio/top_block.h>

#include "configuration.h"
#include "kiss_server.h"
#include "log.h"
#include "mission.h"
#include "recorder.h"
#include "reporter.h"
#include "source_block.h"
#include "telemetry/publish/publisher.h"
#include "telemetry/publish/responder.h"

namespace telemetry::rx {

/// One life of the receiver: builds the flow graph, runs it, and ends it so that nothing that was
/// received is lost.
///
///     source ─┬─ [shift] ─ station_receiver ─┐ frames, events, metrics
///             ├─ [shift] ─ station_receiver ─┼─ reporter ─ publisher, KISS server, log
///             └─ recorder                   ─┘
class Session {
public:
    /// `stations` are those of the configuration. An error with a key is one of configuration;
    /// other errors lie outside of it.
    static Result<std::unique_ptr<Session>> make(const Configuration& configuration,
                                                 std::vector<station::Station> stations, Log& log);

    /// Until the source ends or SIGTERM or SIGINT comes. Yields the exit status.
    int run();

private:
    Session(const Configuration& configuration, Log& log)
        : configuration_(configuration), log_(log) {}

    Result<void> open_outputs();
    Result<void> open_missions();
    std::string answer(std::string_view request);
    Result<void> build();
    Result<void> add_station(const station::Station& station, const StationChoice& choice);
    std::string station_names() const;
    void announce();
    struct Reading {
        std::uint64_t samples = 0;
        std::int64_t at_ns = 0; ///< steady clock
    };
    Reading measure(const Reading& since);
    int wind_up(bool forced);

    const Configuration& configuration_;
    Log& log_;
    std::vector<station::Station> stations_;
    SourceBlock source_;
    std::unique_ptr<publish::Publisher> publisher_;
    std::unique_ptr<KissServer> kiss_;
    std::vector<std::unique_ptr<Mission>> missions_; ///< of stations with a mission database
    std::unique_ptr<publish::Responder> responder_;  ///< asks the missions: ends before them
    Reporter::Pointer reporter_;
    std::vector<gr::telemetry::station_receiver::sptr> receivers_;
    Recorder::Pointer recorder_; ///< none: not asked for
    gr::top_block_sptr top_;
    Reading begin_;
};

} // namespace telemetry::rx
