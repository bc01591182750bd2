// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/base/items.h"

namespace telemetry::app {

/// How one sample lies in a file or stream: the names that GNU Radio users know.
struct RawFormat {
    std::string_view name;
    std::string_view sigmf; ///< core:datatype
    SampleKind kind;
    int bytes; ///< a sample
};

/// nullptr when there is none of that name.
const RawFormat* find_raw_format(std::string_view name);

/// Appends the samples in that format, little-endian.
void encode(const RawFormat& format, std::span<const Iq> iq, std::span<const float> real,
            std::vector<std::uint8_t>& bytes);

} // namespace telemetry::app
