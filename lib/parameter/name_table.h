// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "telemetry/parameter/condition.h"

namespace telemetry::parameter {

/// Finds things by XTCE's NameReferenceType: a path like that of a file through the systems.
///
/// "/Root/Sub/x" is absolute, "../x" and "./x" start from the system that refers, and any other is
/// looked for there and then in each system above, as a variable is in nested blocks. A path may
/// begin with the root's own name, for the standard's examples do.
class NameTable {
public:
    enum class Kind : std::uint8_t { type, parameter, container, algorithm, command, message };

    /// Parents before children; returns nothing new for a name that the parent has already.
    SystemIndex add_system(std::string_view name, SystemIndex parent);

    /// False when the system has one of that name and kind already.
    bool declare(Kind kind, SystemIndex system, std::string_view name, std::uint32_t index);

    /// kNone when there is none.
    std::uint32_t find(Kind kind, SystemIndex from, std::string_view reference) const;
    SystemIndex find_system(SystemIndex from, std::string_view reference) const;

    /// What a person may have meant: "; did you mean 'x'?" or "; it is in /A/B", or nothing.
    std::string suggest(Kind kind, SystemIndex from, std::string_view reference) const;

private:
    struct Key {
        std::string_view name;
        SystemIndex system;
        Kind kind;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const;
    };
    struct System {
        std::string_view name;
        SystemIndex parent;
    };

    SystemIndex child(SystemIndex parent, std::string_view name) const;
    std::uint32_t look(Kind kind, SystemIndex at, const std::vector<std::string_view>& path,
                       std::size_t first) const;
    template <class Look>
    std::uint32_t search(SystemIndex from, std::string_view reference, Look look_from) const;
    std::string path_of(SystemIndex system) const;

    std::vector<System> systems_;
    std::unordered_map<Key, std::uint32_t, Hash> names_;
    std::unordered_map<Key, std::uint32_t, Hash> children_; ///< kind is of no account
};

} // namespace telemetry::parameter
