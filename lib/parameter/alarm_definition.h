// SPDX-License-Identifier: GPL-3.0-or-later
// Alarms as the mission database defines them; lib/alarm evaluates them.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "telemetry/parameter/condition.h"

namespace telemetry::parameter {

/// XTCE's ConcernLevelType, in rising order.
enum class AlarmLevel : std::uint8_t { normal, watch, warning, distress, critical, severe };

/// A range of reals; each end may be left open (infinite).
struct Range {
    double min = -std::numeric_limits<double>::infinity();
    double max = std::numeric_limits<double>::infinity();
    bool min_exclusive = false;
    bool max_exclusive = false;
};

/// A level is reached when the value lies outside its range (XTCE's rangeForm, the default), or
/// inside it.
struct AlarmRange {
    enum class Form : std::uint8_t { outside, inside };
    AlarmLevel level = AlarmLevel::normal;
    Form form = Form::outside;
    Range range = {};
};

/// Text of an enumeration, boolean or string that raises a level.
struct TextAlarm {
    enum class Match : std::uint8_t { exact, pattern }; ///< pattern: ECMAScript, the whole text
    AlarmLevel level = AlarmLevel::normal;
    std::string text;
    Match match = Match::exact;
};

/// A level while a condition holds.
struct ConditionAlarm {
    AlarmLevel level = AlarmLevel::normal;
    ConditionIndex condition = kNone;
};

/// Ranges on the difference to an earlier value.
struct ChangeAlarm {
    enum class Basis : std::uint8_t { per_second, per_sample };
    enum class Scale : std::uint8_t { absolute, percent };
    Basis basis = Basis::per_sample;
    Scale scale = Scale::absolute;
    int span_samples = 1;    ///< compare with the value so many samples ago
    double span_seconds = 0; ///< > 0: with the value so long ago
    std::vector<AlarmRange> ranges = {};
};

/// One set of limits: what holds by default, or in a context.
struct AlarmLimits {
    std::vector<AlarmRange> ranges = {};
    std::vector<TextAlarm> texts = {};
    AlarmLevel default_text_level = AlarmLevel::normal; ///< for texts that are not listed
    std::vector<ConditionAlarm> conditions = {};
    std::vector<ChangeAlarm> changes = {};
    AlgorithmIndex algorithm = kNone; ///< XTCE's CustomAlarm
    int min_violations = 1;           ///< in a row, before the level is raised
    int min_conformances = 1;         ///< in a row, before it is lowered
    std::string name = {};
    SourcePosition where = {};
};

struct ContextLimits {
    ConditionIndex context = kNone;
    AlarmLimits limits = {};
};

/// How an alarm behaves beyond its limits (ISA-18.2); our YAML and CSV forms, and XTCE's
/// AncillaryData of the same names. Durations in ns; 0: off.
struct AlarmBehaviour {
    enum class Latching : std::uint8_t {
        none,
        until_acknowledged,
        until_reset ///< acknowledged, and reset once the process is normal
    };
    double dead_band = 0; ///< in the parameter's unit
    std::int64_t on_delay_ns = 0;
    std::int64_t off_delay_ns = 0;
    std::int64_t expected_period_ns = 0; ///< stale after this long without a value
    std::int64_t expiry_ns = 0;          ///< expired after this long
    AlarmLevel stale_level = AlarmLevel::normal;
    Latching latching = Latching::none;
    ConditionIndex suppressed_while = kNone; ///< suppress by design; kNone: never
};

/// All alarms of a parameter type or a parameter. The first context that holds replaces `limits`.
struct AlarmDefinition {
    AlarmLimits limits = {};
    std::vector<ContextLimits> contexts = {};
    ValueKind kind = ValueKind::calibrated;
    AlarmBehaviour behaviour = {};
    SourcePosition where = {};
};

/// A rule over several parameters: an expression that holds for a duration.
struct AlarmRule {
    std::string name;
    std::string expression;           ///< over qualified names, "batt_v < 6.5 and mode == 'SAFE'"
    ConditionIndex condition = kNone; ///< instead of the expression
    std::int64_t duration_ns = 0;
    AlarmLevel level = AlarmLevel::warning;
    AlarmBehaviour behaviour = {};
    SourcePosition where = {};
};

} // namespace telemetry::parameter
