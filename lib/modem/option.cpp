// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/option.h"

#include <variant>

namespace telemetry::modem {
namespace {

const Settings::Value* find(const Settings& settings, std::string_view name) {
    for (const auto& entry : settings.entries())
        if (entry.name == name)
            return &entry.value;
    return nullptr;
}

} // namespace

double number_or(const Settings& settings, std::string_view name, double fallback) {
    const auto* value = find(settings, name);
    if (value == nullptr)
        return fallback;
    if (const auto* integer = std::get_if<std::int64_t>(value))
        return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(value))
        return *real;
    return fallback;
}

std::string text_or(const Settings& settings, std::string_view name, std::string_view fallback) {
    const auto* value = find(settings, name);
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
    return text == nullptr ? std::string(fallback) : *text;
}

bool flag_or(const Settings& settings, std::string_view name, bool fallback) {
    const auto* value = find(settings, name);
    const auto* flag = value == nullptr ? nullptr : std::get_if<bool>(value);
    return flag == nullptr ? fallback : *flag;
}

} // namespace telemetry::modem
