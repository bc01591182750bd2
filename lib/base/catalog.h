// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <span>
#include <string_view>

#include "telemetry/base/text.h"

namespace telemetry {

/// The entry of a catalog by its name or one of its aliases, case ignored; nullptr when none.
template <class Entry>
const Entry* find_in_catalog(std::span<const Entry> catalog, std::string_view name) {
    for (const Entry& entry : catalog) {
        if (equal_ignoring_case(entry.name, name))
            return &entry;
        if (!entry.aliases.empty())
            for (const auto alias : split(entry.aliases, '|'))
                if (equal_ignoring_case(alias, name))
                    return &entry;
    }
    return nullptr;
}

} // namespace telemetry
