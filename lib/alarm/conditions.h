// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>

#include "telemetry/parameter/value.h"

namespace telemetry::alarm {

/// The present state of the telemetry, as far as contexts, suppression and rules ask for it. The
/// engine feeds it each packet's values before it judges them.
struct Conditions {
    virtual ~Conditions() = default;

    /// Takes the values [first, first + count) of the batch, generated at `generation_ns`. True
    /// when something that a condition or a rule asks for has changed. Values older than the one
    /// known, and those that mean nothing, change nothing.
    virtual bool update(const parameter::ValueBatch& batch, std::size_t first, std::size_t count,
                        UtcNs generation_ns) noexcept = 0;

    /// False as long as a value it asks for has not been seen.
    virtual bool holds(parameter::ConditionIndex condition) const noexcept = 0;

    /// Of Database::alarm_rules.
    virtual bool rule_holds(std::size_t rule) const noexcept = 0;
};

/// For databases without conditions: none ever holds.
struct NoConditions final : Conditions {
    bool update(const parameter::ValueBatch&, std::size_t, std::size_t, UtcNs) noexcept override {
        return false;
    }
    bool holds(parameter::ConditionIndex) const noexcept override { return false; }
    bool rule_holds(std::size_t) const noexcept override { return false; }
};

} // namespace telemetry::alarm
