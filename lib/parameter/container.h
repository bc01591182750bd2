// SPDX-License-Identifier: GPL-3.0-or-later
// Containers: how parameters lie in packets, as data.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "telemetry/parameter/type.h"

namespace telemetry::parameter {

/// Where an entry begins.
struct Location {
    enum class From : std::uint8_t {
        previous_entry, ///< the end of the entry before it; the default
        container_start,
        container_end, ///< so many bits before the end
        next_entry     ///< so many bits before the start of the entry after it
    };
    From from = From::previous_entry;
    IntegerValue offset_bits = std::int64_t{0};
};

struct Repeat {
    IntegerValue count = std::int64_t{1};
    IntegerValue gap_bits = std::int64_t{0}; ///< between one and the next
};

struct Entry {
    enum class Kind : std::uint8_t {
        parameter,
        parameter_segment, ///< `segment_bits` of it; segments in `segment_order` make it whole
        container,
        container_segment,
        stream_segment,
        indirect, ///< the parameter whose alias in `alias_space` is what `reference` says
        array,
        fixed_value ///< of command containers: `fixed_bits` with the value `fixed_value`
    };
    Kind kind = Kind::parameter;
    ParameterIndex parameter = kNone; ///< parameter, parameter_segment, array
    ContainerIndex container = kNone; ///< container, container_segment
    std::optional<Location> location = {};
    std::optional<Repeat> repeat = {};
    ConditionIndex include = kNone;
    std::int64_t segment_bits = 0;
    int segment_order = -1; ///< −1: in the order of the entries
    std::optional<ParameterReference> reference = {};
    std::string alias_space = {};
    std::vector<Dimension> dimensions = {}; ///< array: the part that is here; empty: all
    std::vector<std::uint8_t> fixed_value = {};
    std::int64_t fixed_bits = 0;
    std::string short_description = {};
    SourcePosition where = {};
};

/// How much harm a thing can do, as XTCE's SignificanceType says it.
struct Significance {
    AlarmLevel level = AlarmLevel::normal;
    std::string reason = {};
    SystemIndex at_system = kNone;
};

/// A packet or a part of one. A container inherits its base's entries, in front of its own, where
/// `restriction` holds.
struct Container : Named {
    bool is_abstract = false;
    ContainerIndex base = kNone;
    ConditionIndex restriction = kNone; ///< of the base; kNone with a base: always
    std::vector<Entry> entries = {};
    std::optional<IntegerValue> size_bits = {};
    std::int64_t expected_period_ns = 0; ///< DefaultRateInStream; 0: not stated
    ContainerIndex next = kNone;         ///< XTCE's NextContainer
    bool is_command = false;             ///< of CommandMetaData
    Significance significance = {};
};

} // namespace telemetry::parameter
