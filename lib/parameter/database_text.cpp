// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/database_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "telemetry/parameter/time_notation.h"

namespace telemetry::parameter {

std::string number_text(double value) {
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value < 0 ? "-INF" : "INF";
    char buffer[32];
    const auto [end, trouble] = std::to_chars(std::begin(buffer), std::end(buffer), value);
    return trouble == std::errc{} ? std::string(std::begin(buffer), end) : "0";
}

std::string_view name_of(AlarmLevel level) {
    switch (level) {
    case AlarmLevel::normal:
        return "normal";
    case AlarmLevel::watch:
        return "watch";
    case AlarmLevel::warning:
        return "warning";
    case AlarmLevel::distress:
        return "distress";
    case AlarmLevel::critical:
        return "critical";
    case AlarmLevel::severe:
        return "severe";
    }
    return "";
}

std::string_view name_of(Comparator comparator) {
    switch (comparator) {
    case Comparator::equal:
        return "==";
    case Comparator::not_equal:
        return "!=";
    case Comparator::less:
        return "<";
    case Comparator::less_or_equal:
        return "<=";
    case Comparator::greater:
        return ">";
    case Comparator::greater_or_equal:
        return ">=";
    }
    return "";
}

std::string_view name_of(Charset charset) {
    switch (charset) {
    case Charset::ascii:
        return "US-ASCII";
    case Charset::latin_1:
        return "ISO-8859-1";
    case Charset::windows_1252:
        return "Windows-1252";
    case Charset::utf_8:
        return "UTF-8";
    case Charset::utf_16:
        return "UTF-16";
    case Charset::utf_16_be:
        return "UTF-16BE";
    case Charset::utf_16_le:
        return "UTF-16LE";
    case Charset::utf_32:
        return "UTF-32";
    case Charset::utf_32_be:
        return "UTF-32BE";
    case Charset::utf_32_le:
        return "UTF-32LE";
    }
    return "";
}

std::string_view name_of(AlarmBehaviour::Latching latching) {
    constexpr std::string_view names[] = {"none", "until_acknowledged", "until_reset"};
    return names[static_cast<std::size_t>(latching)];
}

std::vector<AncillaryData> behaviour_texts(const AlarmDefinition& alarm,
                                           const std::vector<AncillaryData>& given,
                                           const std::string& suppressed_while) {
    const AlarmBehaviour& behaviour = alarm.behaviour;
    std::vector<AncillaryData> texts;
    const auto add = [&](const std::string& key, std::string text) {
        const std::string name = "telemetry:" + key;
        if (std::none_of(given.begin(), given.end(),
                         [&](const AncillaryData& each) { return each.name == name; }))
            texts.push_back({name, std::move(text)});
    };
    const auto duration = [&](const std::string& key, std::int64_t ns) {
        if (ns != 0)
            add(key, to_duration_text(static_cast<double>(ns) / 1e9));
    };
    if (behaviour.dead_band != 0)
        add("dead_band", number_text(behaviour.dead_band));
    duration("on_delay", behaviour.on_delay_ns);
    duration("off_delay", behaviour.off_delay_ns);
    duration("expected_period", behaviour.expected_period_ns);
    duration("expiry", behaviour.expiry_ns);
    if (behaviour.stale_level != AlarmLevel::normal)
        add("stale_level", std::string(name_of(behaviour.stale_level)));
    if (behaviour.latching != AlarmBehaviour::Latching::none)
        add("latching", std::string(name_of(behaviour.latching)));
    if (!suppressed_while.empty())
        add("suppressed_while", suppressed_while);
    if (alarm.kind == ValueKind::raw)
        add("on", "raw");
    return texts;
}

Paths::Paths(const Database& database) : database_(database) {
    for (SystemIndex i = 0; i < database.systems.size(); ++i)
        systems_.push_back(qualified_name(database, i));
}

std::string Paths::of(const Named& named, SystemIndex from) const {
    if (named.system == from || named.system >= systems_.size())
        return named.name;
    return systems_[named.system] + "/" + named.name;
}

std::string Paths::of(const ParameterReference& reference, SystemIndex from) const {
    std::string path = parameter(reference.parameter, from);
    for (const PathStep& step : reference.path)
        path += step.member.empty() ? "[" + std::to_string(step.index) + "]" : "." + step.member;
    return path;
}

std::string Paths::parameter(ParameterIndex index, SystemIndex from) const {
    return index < database_.parameters.size() ? of(database_.parameters[index], from) : "";
}

std::string Paths::container(ContainerIndex index, SystemIndex from) const {
    return index < database_.containers.size() ? of(database_.containers[index], from) : "";
}

std::string Paths::type(TypeIndex index, SystemIndex from) const {
    return index < database_.types.size() ? of(database_.types[index], from) : "";
}

} // namespace telemetry::parameter
