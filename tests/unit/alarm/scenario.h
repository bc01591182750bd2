// SPDX-License-Identifier: GPL-3.0-or-later
// A sequence of readings through an engine, and the transitions that come of it as lines of text:
// "2 raised warning unacknowledged". The number is that of the reading.
#pragma once
#include <bit>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "telemetry/alarm/engine.h"

namespace telemetry::alarm {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr UtcNs kStart = 1'700'000'000 * kSecond;

/// Conditions that a test switches by hand.
struct HandConditions final : Conditions {
    std::vector<bool> conditions = std::vector<bool>(8);
    std::vector<bool> rules = std::vector<bool>(8);
    bool update(const parameter::ValueBatch&, std::size_t, std::size_t, UtcNs) noexcept override {
        return true;
    }
    bool holds(parameter::ConditionIndex condition) const noexcept override {
        return condition < conditions.size() && conditions[condition];
    }
    bool rule_holds(std::size_t rule) const noexcept override { return rules[rule]; }
};

/// One packet of one value (or of the elements of one array).
struct Packet {
    std::vector<double> values = {};
    std::string text = {}; ///< instead of values
    UtcNs generation_ns = kStart;
    UtcNs reception_ns = kStart;
    parameter::Feed feed = parameter::Feed::live;
    parameter::Validity validity = parameter::Validity::valid;
    parameter::ItemIndex item = 0;
};

class Scenario {
public:
    explicit Scenario(std::vector<AlarmConfig> alarms, const EngineOptions& options = {})
        : audit_(make_sink<AuditRecord>(Audit{this})), sink_(make_sink<Transition>(Told{this})) {
        auto engine = Engine::create(std::move(alarms), options, conditions, audit_);
        if (!engine)
            throw std::runtime_error(engine.error().message);
        engine_ = std::move(*engine);
    }

    Engine& engine() { return *engine_; }
    Sink<Transition>& sink() { return sink_; }

    void put(const Packet& packet) {
        ++readings_;
        const std::size_t size = packet.text.empty() ? packet.values.size() : 1;
        std::vector<std::uint64_t> values;
        for (const double value : packet.values)
            values.push_back(std::bit_cast<std::uint64_t>(value));
        const std::vector<parameter::ItemIndex> items(size, packet.item);
        std::vector<parameter::Form> forms(size, parameter::Form::real);
        const std::vector<parameter::Validity> validity(size, packet.validity);
        const std::vector<std::uint32_t> packets(size, 0);
        const std::vector<char> pool(packet.text.begin(), packet.text.end());
        if (!packet.text.empty()) {
            values = {packet.text.size()};
            forms = {parameter::Form::text};
        }
        parameter::PacketRecord record;
        record.number = readings_;
        record.generation_ns = packet.generation_ns;
        record.reception_ns = packet.reception_ns;
        record.feed = packet.feed;
        record.value_count = static_cast<std::uint32_t>(size);
        parameter::ValueBatch batch;
        batch.packets = {&record, 1};
        batch.item = items;
        batch.raw = batch.value = values;
        batch.raw_form = batch.value_form = forms;
        batch.validity = validity;
        batch.packet = packets;
        batch.pool = pool;
        engine_->process(batch, sink_);
    }

    /// A number, generated and received `at_s` seconds after the start.
    void put(double value, double at_s = 0) {
        const UtcNs at = kStart + static_cast<std::int64_t>(at_s * 1e9);
        put(Packet{.values = {value}, .generation_ns = at, .reception_ns = at});
    }
    /// Numbers one second after another.
    void put_all(const std::vector<double>& values) {
        for (const double value : values)
            put(value, readings_);
    }
    void put_text(const std::string& text) { put(Packet{.text = text}); }

    void advance(double at_s) {
        engine_->advance(kStart + static_cast<std::int64_t>(at_s * 1e9), sink_);
    }

    Result<void> act(Action::Kind kind, const std::string& value = {}, double until_s = 0) {
        Action action;
        action.kind = kind;
        action.alarm = "P";
        action.person = "ada";
        action.comment = value;
        action.value = value;
        action.at_ns = kStart;
        if (until_s > 0)
            action.until_ns = kStart + static_cast<std::int64_t>(until_s * 1e9);
        return engine_->act(action, sink_);
    }

    using Lines = std::vector<std::string>;
    /// Since the last call.
    Lines told() { return std::exchange(told_, {}); }
    Lines audited() { return std::exchange(audited_, {}); }

    HandConditions conditions;

private:
    struct Told {
        Scenario* owner;
        void operator()(const Transition& transition) const {
            std::string line = std::to_string(owner->readings_) + " " +
                               std::string(name_of(transition.change)) + " " +
                               std::string(name_of(transition.level)) + " " +
                               std::string(name_of(transition.after));
            if (transition.annunciation == Annunciation::silent)
                line += " silent";
            owner->told_.push_back(line);
        }
    };
    struct Audit {
        Scenario* owner;
        void operator()(const AuditRecord& record) const {
            owner->audited_.push_back(std::string(name_of(record.action->kind)) + " by " +
                                      record.action->person +
                                      (record.refusal.empty() ? "" : " refused"));
        }
    };
    int readings_ = 0;
    Lines told_;
    Lines audited_;
    CallSink<AuditRecord, Audit> audit_;
    CallSink<Transition, Told> sink_;
    std::unique_ptr<Engine> engine_;
};

inline parameter::AlarmRange up_to(AlarmLevel level, double max) {
    parameter::AlarmRange range;
    range.level = level;
    range.range.max = max;
    return range;
}

/// Watch above 30, warning 40, distress 50, critical 60, severe 70.
inline AlarmConfig five_levels() {
    AlarmConfig config;
    config.name = "P";
    config.parameter = "P";
    config.item = 0;
    config.definition.limits.ranges = {up_to(AlarmLevel::watch, 30), up_to(AlarmLevel::warning, 40),
                                       up_to(AlarmLevel::distress, 50),
                                       up_to(AlarmLevel::critical, 60),
                                       up_to(AlarmLevel::severe, 70)};
    return config;
}

/// Warning above 40.
inline AlarmConfig one_level() {
    AlarmConfig config = five_levels();
    config.definition.limits.ranges = {up_to(AlarmLevel::warning, 40)};
    return config;
}

} // namespace telemetry::alarm
