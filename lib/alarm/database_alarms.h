// SPDX-License-Identifier: GPL-3.0-or-later
// The alarms of a mission database, ready for the engine.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "telemetry/alarm/engine.h"
#include "telemetry/parameter/model.h"
#include "telemetry/parameter/program.h"

namespace telemetry::alarm {

/// One alarm for each parameter (and each member of an aggregate) whose database definition, or
/// that of its type, has limits; named like the item: "/Sat/Bus/v". Beside it "<name>#stale" where
/// a period is expected and its level is not normal. Then "rule:<name>" for each rule.
std::vector<AlarmConfig> alarm_configs(const parameter::Database& database,
                                       const parameter::Program& program);

/// Conditions and rules of a database over the latest values.
///
/// Only values that a condition or rule refers to are kept, as many of each as the oldest instance
/// asked for. A comparison with a value that has not come yet does not hold.
class DatabaseConditions final : public Conditions {
public:
    /// What cannot be evaluated (an unknown name in a rule, a custom algorithm, another language)
    /// never holds and is told in problems().
    DatabaseConditions(const parameter::Database& database, const parameter::Program& program);
    ~DatabaseConditions() override;

    bool update(const parameter::ValueBatch& batch, std::size_t first, std::size_t count,
                UtcNs generation_ns) noexcept override;
    bool holds(parameter::ConditionIndex condition) const noexcept override;
    bool rule_holds(std::size_t rule) const noexcept override;

    const std::vector<std::string>& problems() const { return problems_; }

private:
    struct State;
    std::unique_ptr<State> state_;
    std::vector<std::string> problems_;
};

} // namespace telemetry::alarm
