// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/mission_requests.h"

#include <array>
#include <cmath>
#include <stdexcept>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "telemetry/alarm/json.h"
#include "telemetry/base/text.h"
#include "telemetry/base/time.h"

namespace telemetry::station {
namespace {

using Json = nlohmann::ordered_json;
using parameter::Form;

Json time(UtcNs ns) {
    return ns == kUnknownTime ? Json() : Json(to_rfc3339(ns));
}

Json value_json(Form form, std::uint64_t bits, const std::string& text) {
    switch (form) {
    case Form::none:
        return {};
    case Form::integer:
        return static_cast<std::int64_t>(bits);
    case Form::natural:
        return bits;
    case Form::real: {
        const double real = parameter::ValueBatch::to_real(bits, form);
        return std::isfinite(real) ? Json(real) : Json();
    }
    case Form::boolean:
        return text.empty() ? Json(bits != 0) : Json(text);
    case Form::label:
    case Form::text:
        return text;
    case Form::bytes:
        return to_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    case Form::time:
        return time(static_cast<UtcNs>(bits));
    case Form::duration:
        return parameter::ValueBatch::to_real(bits, form);
    }
    return {};
}

Json dictionary(const Json& request, const ParameterChain& chain) {
    const std::string match = request.value("match", "");
    Json parameters = Json::array();
    for (const parameter::Item& item : chain.program().items()) {
        if (item.name.find(match) == std::string::npos)
            continue;
        Json each = {{"name", item.name}, {"unit", item.unit}};
        if (item.parameter < chain.database().parameters.size())
            each["description"] = chain.database().parameters[item.parameter].short_description;
        parameters.push_back(std::move(each));
    }
    Json containers = Json::array();
    for (parameter::ContainerIndex i = 0; i < chain.database().containers.size(); ++i) {
        const std::string name(chain.program().container_name(i));
        if (name.find(match) != std::string::npos)
            containers.push_back(name);
    }
    return {{"parameters", std::move(parameters)}, {"containers", std::move(containers)}};
}

Json values(const Json& request, const ParameterChain& chain, const parameter::LastValues& latest) {
    const auto items = chain.program().items();
    const auto of = [&](parameter::ItemIndex i) {
        const parameter::LastValues::Entry& entry = latest[i];
        const bool seen = entry.raw_form != Form::none || entry.value_form != Form::none;
        return Json{{"parameter", items[i].name},
                    {"raw", value_json(entry.raw_form, entry.raw, entry.raw_text)},
                    {"value", value_json(entry.value_form, entry.value, entry.text)},
                    {"unit", items[i].unit},
                    {"validity", seen ? Json(parameter::name_of(entry.validity)) : Json()},
                    {"generation_time", time(entry.generation_ns)},
                    {"reception_time", time(entry.reception_ns)},
                    {"packet", seen ? Json(entry.packet) : Json()},
                    {"container", entry.container == parameter::kNone
                                      ? Json()
                                      : Json(chain.program().container_name(entry.container))}};
    };
    Json list = Json::array();
    if (request.contains("parameters")) {
        std::unordered_map<std::string_view, parameter::ItemIndex> by_name;
        for (parameter::ItemIndex i = 0; i < items.size(); ++i)
            by_name.emplace(items[i].name, i);
        if (request.at("parameters").size() > items.size())
            throw std::runtime_error("more parameters are asked for than there are");
        for (const Json& wanted : request.at("parameters")) {
            const std::string name = wanted.get<std::string>();
            const auto at = by_name.find(name);
            if (at == by_name.end())
                throw std::runtime_error("no parameter is named '" + name + "'");
            list.push_back(of(at->second));
        }
    } else {
        for (parameter::ItemIndex i = 0; i < items.size(); ++i)
            if (latest[i].raw_form != Form::none || latest[i].value_form != Form::none)
                list.push_back(of(i));
    }
    return {{"values", std::move(list)}};
}

Json alarms(const Json& request, const ParameterChain& chain) {
    Json list = Json::array();
    if (request.contains("alarm")) {
        const std::string name = request.at("alarm").get<std::string>();
        const auto status = chain.alarms().status(name);
        if (!status)
            throw std::runtime_error("no alarm is named '" + name + "'");
        list.push_back(Json::parse(alarm::to_json(*status)));
    } else {
        for (const alarm::AlarmStatus& status : chain.alarms().active())
            list.push_back(Json::parse(alarm::to_json(status)));
    }
    return {{"limit_set", chain.alarms().limit_set()}, {"alarms", std::move(list)}};
}

Json act(Json request, ParameterChain& chain, UtcNs now) {
    request.erase("request");
    const auto action = alarm::parse_action(request.dump(), now);
    if (!action)
        throw std::runtime_error(action.error().message);
    if (const auto done = chain.act(*action); !done)
        throw std::runtime_error(done.error().message);
    return {{"done", true}};
}

Json status(const ParameterChain& chain) {
    Json faults = Json::object();
    for (std::size_t i = 0; i < parameter::kDecodeFaults; ++i)
        faults[std::string(parameter::name_of(static_cast<parameter::DecodeFault>(i)))] =
            chain.counts().faults[i];
    const alarm::EngineCounts& counts = chain.alarms().counts();
    Json correlation;
    if (const auto& fit = chain.time_correlation())
        correlation = {{"offset_s", static_cast<double>(fit->offset_ns) * 1e-9},
                       {"spacecraft_time", time(fit->at_ns)},
                       {"drift_ppm", fit->drift_ppm},
                       {"residual_s", fit->residual_ns * 1e-9},
                       {"pairs", fit->pairs},
                       {"outliers", fit->outliers}};
    return {{"packets", chain.counts().packets},
            {"time_correlation", std::move(correlation)},
            {"values", chain.counts().values},
            {"faults", std::move(faults)},
            {"alarms",
             {{"readings", counts.readings},
              {"replayed", counts.replayed},
              {"late", counts.late},
              {"early", counts.early},
              {"out_of_order", counts.out_of_order},
              {"invalid", counts.invalid},
              {"transitions", counts.transitions}}}};
}

Json answer(std::string_view text, ParameterChain& chain, const parameter::LastValues& latest,
            UtcNs now) {
    constexpr int kMostDepth = 32; // writing JSON recurses
    const Json request = Json::parse(text, [](int depth, Json::parse_event_t, Json&) {
        if (depth > kMostDepth)
            throw std::runtime_error("the request is nested too deeply");
        return true;
    });
    if (!request.is_object() || !request.contains("request"))
        throw std::runtime_error("an object with the member 'request' was expected");
    const std::string kind = request.at("request").get<std::string>();
    if (kind == "dictionary")
        return dictionary(request, chain);
    if (kind == "values")
        return values(request, chain, latest);
    if (kind == "alarms")
        return alarms(request, chain);
    if (kind == "act")
        return act(request, chain, now);
    if (kind == "status")
        return status(chain);
    if (kind == "begin_pass" || kind == "end_pass") {
        if (kind == "begin_pass")
            chain.begin_pass(now);
        else
            chain.end_pass(now);
        return {{"done", true}};
    }
    constexpr std::array<std::string_view, 7> kKinds = {
        "dictionary", "values", "alarms", "act", "status", "begin_pass", "end_pass"};
    const std::string near(nearest(kind, kKinds));
    throw std::runtime_error("'" + kind + "' is no request" +
                             (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

} // namespace

std::string answer_request(std::string_view request, ParameterChain& chain,
                           const parameter::LastValues& latest, UtcNs now) {
    Json reply;
    try {
        reply = answer(request, chain, latest, now);
    } catch (const std::exception& error) {
        reply = {{"error", error.what()}};
    }
    return reply.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace telemetry::station
