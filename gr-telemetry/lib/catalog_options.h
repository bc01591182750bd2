// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/types.h>

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/base/fields.h"
#include "telemetry/base/text.h"

namespace gr {
namespace telemetry {

//! The value, or std::invalid_argument with the error's text. For make() only.
template <class T>
T value_or_throw(::telemetry::Result<T> result) {
    if (!result)
        throw std::invalid_argument(result.error().to_string());
    return std::move(*result);
}

inline ::telemetry::Settings read_map(std::span<const ::telemetry::Field> fields,
                                      const settings_map& settings) {
    std::vector<::telemetry::KeyText> given;
    for (const auto& [key, text] : settings)
        given.push_back({key, text});
    return value_or_throw(::telemetry::read_settings({fields}, given));
}

//! The entry, or std::invalid_argument that says what is near or what there is.
template <class Entry>
const Entry& entry_or_throw(const Entry* entry, const char* kind, std::string_view name,
                            std::span<const Entry> catalog) {
    if (entry)
        return *entry;
    std::vector<std::string_view> names;
    for (const Entry& candidate : catalog)
        names.push_back(candidate.name);
    std::string message = "no " + std::string(kind) + " '" + std::string(name) + "'";
    if (const auto near = ::telemetry::nearest(name, names); !near.empty()) {
        message += "; did you mean '" + std::string(near) + "'?";
    } else {
        message += "; there are";
        for (const auto candidate : names)
            message += (candidate == names.front() ? " " : ", ") + std::string(candidate);
    }
    throw std::invalid_argument(message);
}

} // namespace telemetry
} // namespace gr
