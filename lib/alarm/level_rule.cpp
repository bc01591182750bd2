// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/alarm/level_rule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace telemetry::alarm {
namespace {

using parameter::AlarmRange;
using parameter::ChangeAlarm;
using parameter::Range;

/// std::regex recurses once a character: a text from a hostile packet must not exhaust the stack.
constexpr std::size_t kLongestMatched = 1024;

double seconds_between(UtcNs from, UtcNs to) {
    if (from == kUnknownTime || to == kUnknownTime)
        return 0;
    std::int64_t ns = 0;
    if (__builtin_sub_overflow(to, from, &ns)) // times of packets are whatever their bits say
        return (static_cast<double>(to) - static_cast<double>(from)) * 1e-9;
    return static_cast<double>(ns) * 1e-9;
}

std::string shortest(double value) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

bool below(double value, const Range& range) {
    return range.min_exclusive ? value <= range.min : value < range.min;
}
bool above(double value, const Range& range) {
    return range.max_exclusive ? value >= range.max : value > range.max;
}

/// `margin` > 0 makes the alarm's region wider: how far the value must be back to leave it.
bool violates(double value, const AlarmRange& alarm, double margin) {
    Range range = alarm.range;
    if (alarm.form == AlarmRange::Form::outside) {
        if (margin > 0) {
            // A dead band wider than half the range leaves its middle, or nothing would be normal.
            const double middle = range.min / 2 + range.max / 2;
            range.min =
                std::isfinite(middle) ? std::min(range.min + margin, middle) : range.min + margin;
            range.max =
                std::isfinite(middle) ? std::max(range.max - margin, middle) : range.max - margin;
        }
        return below(value, range) || above(value, range);
    }
    range.min -= margin;
    range.max += margin;
    return !below(value, range) && !above(value, range);
}

/// The most severe of the ranges that `value` violates, when above what `verdict` has.
void judge_ranges(double value, const std::vector<AlarmRange>& ranges, AlarmLevel present,
                  double dead_band, LevelRule::Cause cause, LevelRule::Verdict& verdict) {
    if (std::isnan(value))
        return;
    for (const AlarmRange& alarm : ranges) {
        const double margin = alarm.level <= present ? dead_band : 0;
        if (alarm.level > verdict.level && violates(value, alarm, margin)) {
            verdict.level = alarm.level;
            verdict.cause = cause;
            verdict.range = alarm;
            verdict.value = value;
        }
    }
}

} // namespace

void ChangeHistory::keep(const Point& point, int samples, double seconds) {
    points_.push_back(point);
    // The oldest goes when neither rule needs it: another one is old enough, and enough are left.
    std::size_t excess = 0;
    while (points_.size() - excess > 1 &&
           points_.size() - excess > static_cast<std::size_t>(samples) + 1 &&
           seconds_between(points_[excess + 1].at_ns, point.at_ns) >= seconds)
        ++excess;
    if (points_.size() > kMost)
        excess = std::max(excess, points_.size() - kMost);
    points_.erase(points_.begin(), points_.begin() + static_cast<std::ptrdiff_t>(excess));
}

std::optional<ChangeHistory::Point> ChangeHistory::samples_ago(int samples) const {
    const auto back = static_cast<std::size_t>(samples);
    if (samples < 1 || points_.size() < back)
        return std::nullopt;
    return points_[points_.size() - back];
}

std::optional<ChangeHistory::Point> ChangeHistory::seconds_ago(double seconds, UtcNs now) const {
    for (auto point = points_.rbegin(); point != points_.rend(); ++point)
        if (seconds_between(point->at_ns, now) >= seconds)
            return *point;
    return std::nullopt;
}

Result<LevelRule> LevelRule::compile(const parameter::AlarmLimits& limits) {
    LevelRule rule;
    rule.limits_ = limits;
    rule.limits_.min_violations = std::max(1, limits.min_violations);
    rule.limits_.min_conformances = std::max(1, limits.min_conformances);
    for (const parameter::TextAlarm& text : limits.texts) {
        rule.patterns_.emplace_back();
        if (text.match != parameter::TextAlarm::Match::pattern)
            continue;
        try {
            rule.patterns_.back().emplace(text.text, std::regex::ECMAScript | std::regex::optimize);
        } catch (const std::regex_error& error) {
            return fail("'" + text.text + "' is not a regular expression: " + error.what());
        }
    }
    for (const ChangeAlarm& change : limits.changes) {
        rule.samples_back_ = std::max(rule.samples_back_, change.span_samples);
        rule.seconds_back_ = std::max(rule.seconds_back_, change.span_seconds);
    }
    bool outside = true;
    for (const AlarmRange& alarm : limits.ranges) {
        outside = outside && alarm.form == AlarmRange::Form::outside;
        const Range& range = alarm.range;
        const double infinity = std::numeric_limits<double>::infinity();
        rule.low_ = std::max(rule.low_,
                             range.min_exclusive ? std::nextafter(range.min, infinity) : range.min);
        rule.high_ = std::min(rule.high_, range.max_exclusive ? std::nextafter(range.max, -infinity)
                                                              : range.max);
    }
    rule.plain_ = outside && limits.texts.empty() && limits.conditions.empty() &&
                  limits.changes.empty() && limits.default_text_level == AlarmLevel::normal;
    return rule;
}

LevelRule::Verdict LevelRule::judge(const Reading& reading, const Conditions& conditions,
                                    const ChangeHistory& history, AlarmLevel present,
                                    double dead_band) const {
    Verdict verdict;
    judge_ranges(reading.value, limits_.ranges, present, dead_band, Cause::range, verdict);
    judge_text(reading, verdict);
    judge_changes(reading, history, present, dead_band, verdict);
    for (const parameter::ConditionAlarm& alarm : limits_.conditions)
        if (alarm.level > verdict.level && conditions.holds(alarm.condition))
            verdict = {alarm.level, Cause::condition};
    return verdict;
}

std::string LevelRule::describe(const Verdict& verdict) {
    const AlarmRange& alarm = verdict.range;
    std::string crossed;
    if (alarm.form == AlarmRange::Form::inside)
        crossed = "inside " + shortest(alarm.range.min) + " to " + shortest(alarm.range.max);
    else if (verdict.value - alarm.range.min < alarm.range.max - verdict.value) // the nearer end
        crossed =
            (alarm.range.min_exclusive ? "at or below " : "below ") + shortest(alarm.range.min);
    else
        crossed =
            (alarm.range.max_exclusive ? "at or above " : "above ") + shortest(alarm.range.max);
    switch (verdict.cause) {
    case Cause::none:
        return {};
    case Cause::range:
        return crossed;
    case Cause::change:
        return "change " + crossed;
    case Cause::change_per_second:
        return "change per second " + crossed;
    case Cause::text:
        return "is " + verdict.text;
    case Cause::condition:
        return "its condition holds";
    case Cause::rule:
        return "its rule holds";
    case Cause::staleness:
        return "no value for " + shortest(verdict.value) + " s";
    }
    return {};
}

std::string LevelRule::describe(const AlarmRange& range) {
    return std::string(name_of(range.level)) +
           (range.form == AlarmRange::Form::inside ? " inside " : " outside ") +
           shortest(range.range.min) + " to " + shortest(range.range.max);
}

void LevelRule::judge_text(const Reading& reading, Verdict& verdict) const {
    if (limits_.texts.empty() && limits_.default_text_level == AlarmLevel::normal)
        return;
    for (std::size_t i = 0; i < limits_.texts.size(); ++i) {
        const parameter::TextAlarm& alarm = limits_.texts[i];
        const bool matches = patterns_[i] ? reading.text.size() <= kLongestMatched &&
                                                std::regex_match(reading.text, *patterns_[i])
                                          : reading.text == alarm.text;
        if (!matches)
            continue;
        if (alarm.level > verdict.level)
            verdict = {alarm.level, Cause::text, {}, 0, reading.text};
        return; // the first that matches, as the database lists them
    }
    if (limits_.default_text_level > verdict.level)
        verdict = {limits_.default_text_level, Cause::text, {}, 0, reading.text};
}

void LevelRule::judge_changes(const Reading& reading, const ChangeHistory& history,
                              AlarmLevel present, double dead_band, Verdict& verdict) const {
    for (const ChangeAlarm& alarm : limits_.changes) {
        const auto from = alarm.span_seconds > 0
                              ? history.seconds_ago(alarm.span_seconds, reading.generation_ns)
                              : history.samples_ago(alarm.span_samples);
        if (!from)
            continue;
        double change = reading.value - from->value;
        if (alarm.scale == ChangeAlarm::Scale::percent)
            change *= 100 / std::abs(from->value);
        if (alarm.basis == ChangeAlarm::Basis::per_second) {
            const double elapsed = seconds_between(from->at_ns, reading.generation_ns);
            if (elapsed <= 0)
                continue;
            change /= elapsed;
        }
        judge_ranges(change, alarm.ranges, present, dead_band,
                     alarm.basis == ChangeAlarm::Basis::per_second ? Cause::change_per_second
                                                                   : Cause::change,
                     verdict);
    }
}

void LevelRule::remember(const Reading& reading, ChangeHistory& history) const {
    if (!std::isnan(reading.value))
        history.keep({reading.value, reading.generation_ns}, samples_back_, seconds_back_);
}

} // namespace telemetry::alarm
