// SPDX-License-Identifier: GPL-3.0-or-later
// The state of all alarms as JSON, for the next start of the program.
#include <nlohmann/json.hpp>

#include <cmath>
#include <stdexcept>

#include "telemetry/alarm/engine.h"

namespace telemetry::alarm {
namespace {

using Json = nlohmann::json;
constexpr int kVersion = 1;

// JSON has neither NaN nor infinity: null stands for "none" and for an open end.
Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}
double number(const Json& json, double missing) {
    return json.is_null() ? missing : json.get<double>();
}
Json time(UtcNs ns) {
    return ns == kUnknownTime ? Json() : Json(ns);
}
/// A float that is out of range would be cast all the same.
template <class Integer>
Integer whole(const Json& json) {
    if (!json.is_number_integer())
        throw std::runtime_error(json.dump() + " is no whole number");
    return json.get<Integer>();
}
UtcNs time(const Json& json) {
    return json.is_null() ? kUnknownTime : whole<std::int64_t>(json);
}

AlarmLevel level(const Json& json) {
    AlarmLevel level = AlarmLevel::normal;
    if (!parse(json.get<std::string>(), level))
        throw std::runtime_error("'" + json.get<std::string>() + "' is no alarm level");
    return level;
}

Json reading_json(const Reading& reading) {
    return {{"value", number(reading.value)},
            {"text", reading.text},
            {"packet", reading.packet},
            {"generation_ns", time(reading.generation_ns)},
            {"reception_ns", time(reading.reception_ns)}};
}
Reading reading(const Json& json) {
    return {number(json.at("value"), kUnknown), json.at("text").get<std::string>(),
            whole<std::int64_t>(json.at("packet")), time(json.at("generation_ns")),
            time(json.at("reception_ns"))};
}

Json range_json(const parameter::AlarmRange& range) {
    return {{"level", name_of(range.level)},
            {"inside", range.form == parameter::AlarmRange::Form::inside},
            {"min", number(range.range.min)},
            {"max", number(range.range.max)},
            {"min_exclusive", range.range.min_exclusive},
            {"max_exclusive", range.range.max_exclusive}};
}
parameter::AlarmRange range(const Json& json) {
    parameter::AlarmRange range;
    range.level = level(json.at("level"));
    range.form = json.at("inside").get<bool>() ? parameter::AlarmRange::Form::inside
                                               : parameter::AlarmRange::Form::outside;
    range.range.min = number(json.at("min"), range.range.min);
    range.range.max = number(json.at("max"), range.range.max);
    range.range.min_exclusive = json.at("min_exclusive").get<bool>();
    range.range.max_exclusive = json.at("max_exclusive").get<bool>();
    return range;
}

} // namespace

std::string Engine::save() const {
    Json alarms = Json::array();
    for (const Alarm& alarm : alarms_) {
        const Standing& s = alarm.standing;
        if (state_of(alarm) == AlarmState::normal && s.overridden.empty() && s.comments.empty() &&
            s.assigned_to.empty())
            continue;
        Json comments = Json::array();
        for (const AlarmStatus::Comment& comment : s.comments)
            comments.push_back({{"at_ns", time(comment.at_ns)},
                                {"person", comment.person},
                                {"text", comment.text}});
        Json overridden = Json::array();
        for (const parameter::AlarmRange& each : s.overridden)
            overridden.push_back(range_json(each));
        alarms.push_back({{"name", alarm.config.name},
                          {"level", name_of(s.level)},
                          {"latched", name_of(s.latched)},
                          {"worst", name_of(s.worst)},
                          {"acknowledged", s.acknowledged},
                          {"shelved", s.shelved},
                          {"out_of_service", s.out_of_service},
                          {"limit", s.limit},
                          {"first", reading_json(s.first)},
                          {"latest", reading_json(s.latest)},
                          {"since_ns", time(s.since_ns)},
                          {"until_ns", time(s.until_ns)},
                          {"violations", s.violations},
                          {"acknowledged_by", s.acknowledged_by},
                          {"assigned_to", s.assigned_to},
                          {"comments", std::move(comments)},
                          {"overridden", std::move(overridden)}});
    }
    return Json{{"version", kVersion},
                {"next_number", next_number_},
                {"limit_set", limit_set_},
                {"alarms", std::move(alarms)}}
        .dump(1, ' ', false, Json::error_handler_t::replace); // texts of packets may be no UTF-8
}

Result<std::vector<std::string>> Engine::restore(std::string_view snapshot) {
    std::vector<std::string> unknown;
    std::vector<std::pair<Alarm*, Standing>> read;
    std::string limit_set;
    std::uint64_t next_number = 0;
    try {
        const Json json = Json::parse(snapshot);
        if (whole<int>(json.at("version")) != kVersion)
            return fail("the alarm state is of version " + json.at("version").dump() +
                        "; this program reads version " + std::to_string(kVersion));
        next_number = whole<std::uint64_t>(json.at("next_number"));
        limit_set = json.at("limit_set").get<std::string>();
        for (const Json& each : json.at("alarms")) {
            Standing s;
            s.level = level(each.at("level"));
            s.latched = level(each.at("latched"));
            s.worst = level(each.at("worst"));
            s.acknowledged = each.at("acknowledged").get<bool>();
            s.shelved = each.at("shelved").get<bool>();
            s.out_of_service = each.at("out_of_service").get<bool>();
            s.limit = each.at("limit").get<std::string>();
            s.first = reading(each.at("first"));
            s.latest = reading(each.at("latest"));
            s.since_ns = time(each.at("since_ns"));
            s.until_ns = time(each.at("until_ns"));
            s.violations = whole<int>(each.at("violations"));
            s.acknowledged_by = each.at("acknowledged_by").get<std::string>();
            s.assigned_to = each.at("assigned_to").get<std::string>();
            for (const Json& comment : each.at("comments"))
                s.comments.push_back({time(comment.at("at_ns")),
                                      comment.at("person").get<std::string>(),
                                      comment.at("text").get<std::string>()});
            for (const Json& limit : each.at("overridden"))
                s.overridden.push_back(range(limit));
            const auto at = by_name_.find(each.at("name").get<std::string>());
            if (at == by_name_.end())
                unknown.push_back(each.at("name").get<std::string>());
            else
                read.emplace_back(&alarms_[at->second], std::move(s));
        }
    } catch (const std::exception& error) {
        return fail(std::string("no alarm state: ") + error.what());
    }
    if (!limit_set.empty() && !select_limit_set(limit_set))
        unknown.push_back("limit set " + limit_set);
    for (auto& [alarm, standing] : read) {
        const auto ranges = standing.overridden;
        alarm->standing = std::move(standing);
        alarm->direction = Direction::none;
        if (!ranges.empty())
            static_cast<void>(override_limits(*alarm, ranges)); // ranges always compile
        set_bounds_of(*alarm);
    }
    next_number_ = std::max(next_number_, next_number);
    return unknown;
}

} // namespace telemetry::alarm
