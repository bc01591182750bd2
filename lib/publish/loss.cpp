// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/loss.h"

#include <algorithm>

namespace telemetry::publish {
namespace {

// The publisher is not trusted with our memory.
constexpr std::size_t kEpochsMax = 16;
constexpr std::size_t kTopicsMax = 8192;

template <class Map>
bool has_room(const Map& map, const std::string& key, std::size_t max) {
    return map.size() < max || map.contains(key);
}

} // namespace

LossAccount::Epoch& LossAccount::epoch_of(const Message& message, Finding& finding) {
    const auto at = epochs_.find(message.header.epoch);
    if (at != epochs_.end())
        return at->second;
    if (epochs_.size() >= kEpochsMax)
        epochs_.erase(epochs_.begin()); // epochs sort by age
    Epoch& epoch = epochs_[message.header.epoch];
    // Without any earlier message this subscriber may just have joined. Behind a proxy several
    // publishers share a connection: one that is older than what was heard of another is no
    // restart, and was joined late.
    if (heard_ns_ != kUnknownTime && start_of_epoch(message.header.epoch) > heard_ns_) {
        epoch.complete = true;
        finding.restarted = true;
        ++restarts_;
    }
    return epoch;
}

void LossAccount::report(Gap gap, Finding& finding) {
    lost_ += gap.count();
    if (has_room(counts_, gap.topic, kTopicsMax))
        counts_[gap.topic].lost += gap.count();
    finding.gaps.push_back(std::move(gap));
}

void LossAccount::account_heartbeat(Epoch& epoch, const Message& message, Finding& finding) {
    const auto topics = message.payload.find("topics");
    if (topics == message.payload.end() || !topics->is_object())
        return;
    for (const auto& [text, json] : topics->items()) {
        const auto topic = parse_topic(text);
        if (!topic || !filter_.wants(*topic) || !json.is_number_unsigned() ||
            !has_room(epoch.last, text, kTopicsMax))
            continue;
        const auto number = std::min(json.get<std::uint64_t>(), kSequenceMax);
        const auto [at, unknown] = epoch.last.emplace(text, epoch.complete ? 0 : number);
        if (number > at->second)
            report({message.header.epoch, text, at->second + 1, number}, finding);
        at->second = std::max(at->second, number);
    }
    epoch.complete = true;
    const auto final = message.payload.find("final");
    finding.ended = final != message.payload.end() && *final == true;
}

LossAccount::Finding LossAccount::account(const Message& message) {
    Finding finding;
    Epoch& epoch = epoch_of(message, finding);
    heard_ns_ = std::max(heard_ns_, message.header.sent_ns);
    if (message.topic.kind == kHeartbeatKind) {
        account_heartbeat(epoch, message, finding);
        return finding;
    }
    const std::string& topic = message.topic_text;
    if (has_room(counts_, topic, kTopicsMax))
        ++counts_[topic].received;
    if (!has_room(epoch.last, topic, kTopicsMax))
        return finding;
    const std::uint64_t number = message.header.sequence;
    const auto [at, unknown] = epoch.last.emplace(topic, epoch.complete ? 0 : number - 1);
    if (number > at->second + 1)
        report({message.header.epoch, topic, at->second + 1, number - 1}, finding);
    at->second = std::max(at->second, number);
    return finding;
}

} // namespace telemetry::publish
