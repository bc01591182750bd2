// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "telemetry/base/stage.h"
#include "telemetry/pus/report.h"

namespace telemetry::pus {

/// What is known of one request, from its verification reports.
struct RequestProgress {
    struct Seen {
        Verification::Stage stage = Verification::Stage::acceptance;
        Verification::Outcome outcome = Verification::Outcome::success;
        UtcNs at_ns = kUnknownTime;
        std::uint64_t step = 0; ///< of progress
    };
    enum class End : std::uint8_t {
        open,
        completed,
        failed,   ///< a stage failed
        timed_out ///< no report for too long
    };
    RequestId request = {};
    std::vector<Seen> seen; ///< in the order of arrival
    End end = End::open;
    std::optional<std::uint64_t> failure_code = {};
    /// Stages that must have been passed, as a later one was seen, but whose report was not.
    std::vector<Verification::Stage> inferred;
};

/// Verification reports → requests from begin to end. A request ends with its completion report,
/// with a failure report, or when nothing came of it for a time. The same report again (a repeated
/// downlink) is left out.
class RequestTracker {
public:
    struct Options {
        std::int64_t timeout_ns = 3'600'000'000'000;
        std::size_t most_open = 4096; ///< the one longest without news ends as timed out
        std::size_t most_seen = 256;  ///< reports kept of a request; the first two always
    };
    explicit RequestTracker(const Options& options) : options_(options) {}

    /// `at_ns`: when the report was made, by the spacecraft's clock, which tells a repeated report
    /// from that of a later request; `received_ns`: by the clock of advance(), for the timeout.
    /// `ended` is told of a request once, when it has ended.
    void take(const Verification& report, UtcNs at_ns, UtcNs received_ns,
              Sink<RequestProgress>& ended);
    void advance(UtcNs now, Sink<RequestProgress>& ended);

    std::size_t open() const { return open_.size(); }

private:
    struct Open {
        RequestProgress progress;
        UtcNs latest_ns = kUnknownTime; ///< when a report was made
        UtcNs heard_ns = kUnknownTime;  ///< when one was received
    };
    struct Ended {
        UtcNs latest_ns = kUnknownTime;
        UtcNs heard_ns = kUnknownTime;
    };
    using Requests = std::map<RequestId, Open>;
    void finish(Requests::iterator at, RequestProgress::End end, Sink<RequestProgress>& ended);

    Options options_;
    Requests open_;
    std::map<RequestId, Ended> ended_; ///< lately, so that their repeated reports are known
};

} // namespace telemetry::pus
