// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/name_table.h"

#include <algorithm>
#include <functional>

#include "telemetry/base/text.h"

namespace telemetry::parameter {

std::size_t NameTable::Hash::operator()(const Key& key) const {
    return std::hash<std::string_view>{}(key.name) * 31 +
           (std::size_t{key.system} * 8 + static_cast<std::size_t>(key.kind)) * 0x9E3779B97F4A7C15U;
}

SystemIndex NameTable::add_system(std::string_view name, SystemIndex parent) {
    const auto index = static_cast<SystemIndex>(systems_.size());
    systems_.push_back({name, parent});
    if (parent != kNone)
        children_.try_emplace(Key{name, parent, Kind::type}, index);
    return index;
}

bool NameTable::declare(Kind kind, SystemIndex system, std::string_view name, std::uint32_t index) {
    return names_.try_emplace(Key{name, system, kind}, index).second;
}

SystemIndex NameTable::child(SystemIndex parent, std::string_view name) const {
    if (name.empty() || name == ".")
        return parent;
    if (name == "..")
        return systems_[parent].parent;
    const auto found = children_.find(Key{name, parent, Kind::type});
    return found == children_.end() ? kNone : found->second;
}

std::uint32_t NameTable::look(Kind kind, SystemIndex at, const std::vector<std::string_view>& path,
                              std::size_t first) const {
    for (std::size_t i = first; i + 1 < path.size(); ++i) {
        at = child(at, path[i]);
        if (at == kNone)
            return kNone;
    }
    const auto found = names_.find(Key{path.back(), at, kind});
    return found == names_.end() ? kNone : found->second;
}

template <class Look>
std::uint32_t NameTable::search(SystemIndex from, std::string_view reference,
                                Look look_from) const {
    const std::vector<std::string_view> path = split(reference, '/');
    if (systems_.empty() || reference.empty())
        return kNone;
    if (path.size() > 1 && path[0].empty()) { // absolute
        if (path[1] == systems_[0].name)
            if (const std::uint32_t found = look_from(0, path, 2); found != kNone)
                return found;
        return look_from(0, path, 1);
    }
    if (path[0] == "." || path[0] == "..")
        return look_from(from, path, 0);
    for (SystemIndex at = from; at != kNone; at = systems_[at].parent)
        if (const std::uint32_t found = look_from(at, path, 0); found != kNone)
            return found;
    if (path.size() > 1 && path[0] == systems_[0].name)
        return look_from(0, path, 1);
    return kNone;
}

std::uint32_t NameTable::find(Kind kind, SystemIndex from, std::string_view reference) const {
    return search(from, reference, [&](SystemIndex at, const auto& path, std::size_t first) {
        return first < path.size() ? look(kind, at, path, first) : kNone;
    });
}

SystemIndex NameTable::find_system(SystemIndex from, std::string_view reference) const {
    return search(from, reference, [&](SystemIndex at, const auto& path, std::size_t first) {
        for (std::size_t i = first; i < path.size() && at != kNone; ++i)
            at = child(at, path[i]);
        return at;
    });
}

std::string NameTable::path_of(SystemIndex system) const {
    std::string path;
    for (; system != kNone; system = systems_[system].parent)
        path.insert(0, "/" + std::string(systems_[system].name));
    return path;
}

std::string NameTable::suggest(Kind kind, SystemIndex from, std::string_view reference) const {
    const std::string_view plain = reference.substr(reference.rfind('/') + 1);
    SystemIndex elsewhere = kNone;
    std::vector<std::string_view> candidates;
    for (const auto& [key, index] : names_) {
        if (key.kind != kind)
            continue;
        if (key.name == plain && (elsewhere == kNone || key.system < elsewhere))
            elsewhere = key.system;
        bool visible = false;
        for (SystemIndex at = from; at != kNone && !visible; at = systems_[at].parent)
            visible = at == key.system;
        if (visible)
            candidates.push_back(key.name);
    }
    if (elsewhere != kNone)
        return "; there is one in " + path_of(elsewhere);
    std::sort(candidates.begin(), candidates.end()); // the same message on every run
    const std::string_view near = nearest(plain, candidates);
    return near.empty() ? "" : "; did you mean '" + std::string(near) + "'?";
}

} // namespace telemetry::parameter
