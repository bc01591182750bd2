// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/alarm/json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"

namespace telemetry::alarm {
namespace {

using Json = nlohmann::ordered_json;

Json time(UtcNs ns) {
    return ns == kUnknownTime ? Json() : Json(to_rfc3339(ns));
}
Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}
Json text(std::string_view text) {
    return text.empty() ? Json() : Json(text);
}
/// Texts of packets need not be UTF-8.
std::string line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json reading_json(const Reading& reading) {
    return {{"value", number(reading.value)},
            {"text", text(reading.text)},
            {"packet", reading.packet < 0 ? Json() : Json(reading.packet)},
            {"generation_time", time(reading.generation_ns)},
            {"reception_time", time(reading.reception_ns)}};
}

Json range_json(const parameter::AlarmRange& range) {
    Json json = {{"level", name_of(range.level)},
                 {"min", number(range.range.min)},
                 {"max", number(range.range.max)}};
    if (range.form == parameter::AlarmRange::Form::inside)
        json["inside"] = true;
    if (range.range.min_exclusive)
        json["min_exclusive"] = true;
    if (range.range.max_exclusive)
        json["max_exclusive"] = true;
    return json;
}

/// Throws what parse_action() turns into its error.
[[noreturn]] void refuse(const std::string& why) {
    throw std::runtime_error(why);
}

void check_members(const Json& json, std::span<const std::string_view> known) {
    if (!json.is_object())
        refuse("a JSON object was expected");
    for (const auto& [key, value] : json.items()) {
        if (std::find(known.begin(), known.end(), key) != known.end())
            continue;
        const std::string near(nearest(key, known));
        refuse("'" + key + "' is not known" +
               (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
}

std::string text_of(const Json& json, const char* key) {
    const auto at = json.find(key);
    if (at == json.end() || at->is_null())
        return {};
    if (!at->is_string())
        refuse(std::string("'") + key + "' must be a text");
    return at->get<std::string>();
}

parameter::AlarmRange range_of(const Json& json) {
    constexpr std::array<std::string_view, 6> kKnown = {"level",  "min",           "max",
                                                        "inside", "min_exclusive", "max_exclusive"};
    check_members(json, kKnown);
    parameter::AlarmRange range;
    if (!parse(text_of(json, "level"), range.level))
        refuse("'level' of a range must be one of watch, warning, distress, critical, severe");
    const auto end = [&](const char* key, double missing) {
        const auto at = json.find(key);
        if (at == json.end() || at->is_null())
            return missing;
        if (!at->is_number())
            refuse(std::string("'") + key + "' must be a number or null");
        return at->get<double>();
    };
    const auto flag = [&](const char* key) {
        const auto at = json.find(key);
        if (at != json.end() && !at->is_boolean())
            refuse(std::string("'") + key + "' must be true or false");
        return at != json.end() && at->get<bool>();
    };
    range.range.min = end("min", range.range.min);
    range.range.max = end("max", range.range.max);
    range.range.min_exclusive = flag("min_exclusive");
    range.range.max_exclusive = flag("max_exclusive");
    if (flag("inside"))
        range.form = parameter::AlarmRange::Form::inside;
    return range;
}

} // namespace

std::string to_json(const Transition& transition) {
    Json json = {{"number", transition.number},
                 {"alarm", transition.alarm},
                 {"parameter", text(transition.parameter)},
                 {"change", name_of(transition.change)},
                 {"state_before", name_of(transition.before)},
                 {"state", name_of(transition.after)},
                 {"level_before", name_of(transition.level_before)},
                 {"level", name_of(transition.level)},
                 {"limit", text(transition.limit)}};
    json.update(reading_json(*transition.reading));
    json["time"] = time(transition.at_ns);
    json["since"] = time(transition.since_ns);
    json["violations"] = transition.violations;
    json["annunciate"] = transition.annunciation == Annunciation::audible;
    json["by"] = text(transition.by);
    json["comment"] = text(transition.comment);
    return line(json);
}

std::string to_json(const AuditRecord& record) {
    const Action& action = *record.action;
    Json ranges = Json::array();
    for (const parameter::AlarmRange& range : action.ranges)
        ranges.push_back(range_json(range));
    return line(Json{{"time", time(action.at_ns)},
                     {"person", action.person},
                     {"action", name_of(action.kind)},
                     {"alarm", text(action.alarm)},
                     {"comment", text(action.comment)},
                     {"value", text(action.value)},
                     {"until", time(action.until_ns)},
                     {"ranges", std::move(ranges)},
                     {"before", text(record.before)},
                     {"refused", text(record.refusal)}});
}

std::string to_json(const AlarmStatus& status) {
    Json comments = Json::array();
    for (const AlarmStatus::Comment& comment : status.comments)
        comments.push_back(
            {{"time", time(comment.at_ns)}, {"person", comment.person}, {"text", comment.text}});
    return line(Json{{"alarm", status.name},
                     {"parameter", text(status.parameter)},
                     {"state", name_of(status.state)},
                     {"level", name_of(status.level)},
                     {"worst", name_of(status.worst)},
                     {"limit", text(status.limit)},
                     {"first", reading_json(status.first)},
                     {"latest", reading_json(status.latest)},
                     {"since", time(status.since_ns)},
                     {"until", time(status.until_ns)},
                     {"violations", status.violations},
                     {"acknowledged_by", text(status.acknowledged_by)},
                     {"assigned_to", text(status.assigned_to)},
                     {"comments", std::move(comments)}});
}

Result<Action> parse_action(std::string_view text, UtcNs now) {
    try {
        const Json json = Json::parse(text);
        constexpr std::array<std::string_view, 7> kKnown = {"action", "alarm", "person", "comment",
                                                            "value",  "until", "ranges"};
        check_members(json, kKnown);
        Action action;
        const std::string kind = text_of(json, "action");
        if (!parse(kind, action.kind))
            refuse("'" + kind +
                   "' is no action: acknowledge, reset, shelve, unshelve, remove_from_service, "
                   "return_to_service, comment, assign, override_limits, restore_limits or "
                   "select_limit_set was expected");
        action.alarm = text_of(json, "alarm");
        action.person = text_of(json, "person");
        action.comment = text_of(json, "comment");
        action.value = text_of(json, "value");
        action.at_ns = now;
        if (const std::string until = text_of(json, "until"); !until.empty()) {
            const auto at = from_rfc3339(until);
            if (!at)
                refuse("'until' must be a time such as 2026-01-31T12:00:00Z");
            action.until_ns = *at;
        }
        if (const auto ranges = json.find("ranges"); ranges != json.end()) {
            if (!ranges->is_array())
                refuse("'ranges' must be a list");
            for (const Json& range : *ranges)
                action.ranges.push_back(range_of(range));
        }
        return action;
    } catch (const nlohmann::json::exception& error) {
        return fail(std::string("the request is no JSON: ") + error.what());
    } catch (const std::runtime_error& error) {
        return fail(error.what());
    }
}

} // namespace telemetry::alarm
