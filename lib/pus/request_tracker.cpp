// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/pus/request_tracker.h"

#include <algorithm>

namespace telemetry::pus {
namespace {

using Stage = Verification::Stage;
using Outcome = Verification::Outcome;

bool has(const RequestProgress& progress, Stage stage) {
    return std::any_of(progress.seen.begin(), progress.seen.end(),
                       [&](const auto& seen) { return seen.stage == stage; });
}

} // namespace

void RequestTracker::take(const Verification& report, UtcNs at_ns, UtcNs received_ns,
                          Sink<RequestProgress>& ended) {
    if (ended_.contains(report.request) && !open_.contains(report.request)) {
        // Sequence counts come round: an acceptance is a new request of the same number.
        if (report.stage != Stage::acceptance && report.stage != Stage::routing)
            return;
        if (at_ns <= ended_[report.request].latest_ns)
            return;
        ended_.erase(report.request);
    }
    if (!open_.contains(report.request) && open_.size() >= options_.most_open) {
        const auto oldest =
            std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
                return a.second.heard_ns < b.second.heard_ns;
            });
        finish(oldest, RequestProgress::End::timed_out, ended);
    }
    const auto at = open_.try_emplace(report.request).first;
    RequestProgress& progress = at->second.progress;
    progress.request = report.request;
    const RequestProgress::Seen seen{report.stage, report.outcome, at_ns, report.step.value_or(0)};
    const bool repeated =
        std::any_of(progress.seen.begin(), progress.seen.end(), [&](const auto& earlier) {
            return earlier.stage == seen.stage && earlier.outcome == seen.outcome &&
                   earlier.step == seen.step;
        });
    if (repeated)
        return;
    if (progress.seen.size() >= std::max<std::size_t>(options_.most_seen, 3))
        progress.seen.erase(progress.seen.begin() + 2); // acceptance and start stay
    progress.seen.push_back(seen);
    at->second.heard_ns = std::max(at->second.heard_ns, received_ns);
    at->second.latest_ns = std::max(at->second.latest_ns, at_ns);
    if (report.outcome == Outcome::failure) {
        progress.failure_code = report.failure_code;
        finish(at, RequestProgress::End::failed, ended);
    } else if (report.stage == Stage::completion) {
        finish(at, RequestProgress::End::completed, ended);
    }
}

void RequestTracker::advance(UtcNs now, Sink<RequestProgress>& ended) {
    for (auto at = open_.begin(); at != open_.end();) {
        const auto next = std::next(at);
        if (at->second.heard_ns != kUnknownTime && now - at->second.heard_ns > options_.timeout_ns)
            finish(at, RequestProgress::End::timed_out, ended);
        at = next;
    }
    std::erase_if(ended_, [&](const auto& each) {
        return each.second.heard_ns == kUnknownTime ||
               now - each.second.heard_ns > options_.timeout_ns;
    });
}

void RequestTracker::finish(Requests::iterator at, RequestProgress::End end,
                            Sink<RequestProgress>& ended) {
    RequestProgress progress = std::move(at->second.progress);
    progress.end = end;
    // Progress has no place here: a request may have no steps.
    const Stage last = progress.seen.empty() ? Stage::routing : progress.seen.back().stage;
    for (const Stage stage : {Stage::acceptance, Stage::start})
        if (stage < last && !has(progress, stage))
            progress.inferred.push_back(stage);
    if (ended_.size() >= options_.most_open)
        ended_.erase(ended_.begin());
    ended_[at->first] = {at->second.latest_ns, at->second.heard_ns};
    open_.erase(at);
    ended.accept(progress);
}

} // namespace telemetry::pus
