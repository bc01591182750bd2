// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/alarm/alarm.h"
#include "telemetry/alarm/conditions.h"
#include "telemetry/base/result.h"

namespace telemetry::alarm {

/// Values of the past that change alarms compare with: those of one alarm, oldest first.
class ChangeHistory {
public:
    struct Point {
        double value;
        UtcNs at_ns;
    };
    /// Keeps what is needed to look back over `samples` values and `seconds`, at most kMost points.
    void keep(const Point& point, int samples, double seconds);
    void clear() { points_.clear(); }

    /// The value so many readings ago; nothing when there are fewer.
    std::optional<Point> samples_ago(int samples) const;
    /// The latest value that is at least so old.
    std::optional<Point> seconds_ago(double seconds, UtcNs now) const;

private:
    static constexpr std::size_t kMost = 4096; ///< memory stays bounded whatever the limits ask for
    std::vector<Point> points_;
};

/// One set of limits, ready to be asked: reading → level (XTCE 1.2, NumericAlarmType,
/// EnumerationAlarmType, StringAlarmType, BooleanAlarmType).
///
/// Of all that is violated the most severe level counts. With a dead band, a level that is in force
/// is left only when the value is back inside its limit by that much.
class LevelRule {
public:
    static Result<LevelRule> compile(const parameter::AlarmLimits& limits);

    /// What the level comes from. Put into words only where somebody is told.
    enum class Cause : std::uint8_t {
        none,
        range,
        change,
        change_per_second,
        text,
        condition,
        rule,     ///< of Conditions, not of a LevelRule
        staleness ///< likewise
    };
    struct Verdict {
        AlarmLevel level = AlarmLevel::normal;
        Cause cause = Cause::none;
        parameter::AlarmRange range = {}; ///< of range and changes
        double value = 0; ///< that violates it; of staleness: seconds without a value
        std::string text = {};
    };
    static std::string describe(const Verdict& verdict); ///< "above 40"; empty when normal
    static std::string describe(const parameter::AlarmRange& range); ///< "warning outside -5 to 40"

    /// `present`: the level in force, for the dead band.
    Verdict judge(const Reading& reading, const Conditions& conditions,
                  const ChangeHistory& history, AlarmLevel present, double dead_band) const;

    /// Numbers in [low, high] are normal whatever else is known, when is_plain().
    bool is_plain() const { return plain_; }
    double low() const { return low_; }
    double high() const { return high_; }

    bool looks_back() const { return !limits_.changes.empty(); }
    void remember(const Reading& reading, ChangeHistory& history) const;

    int min_violations() const { return limits_.min_violations; }
    int min_conformances() const { return limits_.min_conformances; }

private:
    void judge_text(const Reading& reading, Verdict& verdict) const;
    void judge_changes(const Reading& reading, const ChangeHistory& history, AlarmLevel present,
                       double dead_band, Verdict& verdict) const;

    parameter::AlarmLimits limits_;
    std::vector<std::optional<std::regex>> patterns_; ///< beside limits_.texts
    int samples_back_ = 0;
    double seconds_back_ = 0;
    bool plain_ = false;
    double low_ = -std::numeric_limits<double>::infinity();
    double high_ = std::numeric_limits<double>::infinity();
};

} // namespace telemetry::alarm
