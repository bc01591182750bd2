// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "telemetry/publish/filter.h"
#include "telemetry/publish/message.h"

namespace telemetry::publish {

/// Messages `first` to `last` of a topic never came.
struct Gap {
    std::string epoch;
    std::string topic;
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    std::uint64_t count() const { return last - first + 1; }
};

struct TopicCounts {
    std::uint64_t received = 0;
    std::uint64_t lost = 0;
};

/// Proves that nothing was lost between a publisher and this subscriber, or says what was.
///
/// Within an epoch the numbers of a topic rise by one and arrive in order, so a jump is a gap. A
/// heartbeat states the last number of every topic at its place in the stream: it shows gaps at
/// the end and topics of which nothing came. What was sent before the subscriber joined is not
/// loss: the first message or heartbeat that mentions a topic sets where counting begins. After
/// the first heartbeat, an unknown topic must be new, so it counts from 1; so does a publisher that
/// started after this subscriber had heard another on the same connection (a restart).
class LossAccount {
public:
    explicit LossAccount(Filter filter) : filter_(std::move(filter)) {}

    struct Finding {
        std::vector<Gap> gaps;
        bool restarted = false; ///< the publisher was replaced by a new one
        bool ended = false;     ///< the publisher says goodbye
    };

    /// Call with every message of one connection, heartbeats included, in order of arrival.
    Finding account(const Message& message);

    const std::map<std::string, TopicCounts>& topics() const { return counts_; } ///< all epochs
    std::uint64_t lost() const { return lost_; }
    std::uint64_t restarts() const { return restarts_; }

private:
    struct Epoch {
        bool complete = false; ///< every topic it has is known: unknown ones start from 1
        std::map<std::string, std::uint64_t> last; ///< number accounted for, by topic
    };

    Epoch& epoch_of(const Message& message, Finding& finding);
    void account_heartbeat(Epoch& epoch, const Message& message, Finding& finding);
    void report(Gap gap, Finding& finding);

    Filter filter_;
    std::map<std::string, Epoch> epochs_;
    std::map<std::string, TopicCounts> counts_;
    UtcNs heard_ns_ = kUnknownTime; ///< the latest send time
    std::uint64_t lost_ = 0;
    std::uint64_t restarts_ = 0;
};

} // namespace telemetry::publish
