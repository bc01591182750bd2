// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/model.h"

namespace telemetry::parameter {
namespace {

constexpr std::uint32_t kAmbiguous = kNone;

/// Enters `full` ("/Root/Sub/name") under itself and every shorter ending.
void enter(std::unordered_map<std::string, std::uint32_t>& table, std::string_view full,
           std::uint32_t index) {
    table.insert_or_assign(std::string(full), index);
    for (std::size_t at = full.find('/'); at != std::string_view::npos;
         at = full.find('/', at + 1)) {
        const auto [entry, is_new] = table.try_emplace(std::string(full.substr(at + 1)), index);
        if (!is_new && entry->second != index)
            entry->second = kAmbiguous;
    }
}

void enter_alias(std::unordered_map<std::string, std::uint32_t>& table, const std::string& alias,
                 std::uint32_t index) {
    const auto [entry, is_new] = table.try_emplace(alias, index);
    if (!is_new && entry->second != index && !alias.starts_with('/'))
        entry->second = kAmbiguous;
}

} // namespace

std::string qualified_name(const Database& database, SystemIndex system) {
    std::string name;
    // A parent comes before its child, so each step is to a smaller index.
    for (SystemIndex at = system; at < database.systems.size();) {
        name.insert(0, "/" + database.systems[at].name);
        const SystemIndex parent = database.systems[at].system;
        if (parent >= at)
            break;
        at = parent;
    }
    return name;
}

std::string qualified_name(const Database& database, const Named& named) {
    return qualified_name(database, named.system) + "/" + named.name;
}

std::string to_string(const Database& database, SourcePosition where) {
    if (where.file >= database.files.size())
        return {};
    std::string text = database.files[where.file];
    if (where.line > 0)
        text += ":" + std::to_string(where.line);
    return text;
}

Dictionary::Dictionary(const Database& database) {
    std::vector<std::string> systems;
    systems.reserve(database.systems.size());
    for (SystemIndex i = 0; i < database.systems.size(); ++i)
        systems.push_back(qualified_name(database, i));
    const auto full = [&](const Named& named) {
        return (named.system < systems.size() ? systems[named.system] : std::string()) + "/" +
               named.name;
    };
    parameters_.reserve(4 * database.parameters.size());
    containers_.reserve(4 * database.containers.size());
    for (ParameterIndex i = 0; i < database.parameters.size(); ++i)
        enter(parameters_, full(database.parameters[i]), i);
    for (ContainerIndex i = 0; i < database.containers.size(); ++i)
        enter(containers_, full(database.containers[i]), i);
    for (ParameterIndex i = 0; i < database.parameters.size(); ++i)
        for (const Alias& alias : database.parameters[i].aliases)
            enter_alias(parameters_, alias.name, i);
    for (ContainerIndex i = 0; i < database.containers.size(); ++i)
        for (const Alias& alias : database.containers[i].aliases)
            enter_alias(containers_, alias.name, i);
}

std::uint32_t Dictionary::find(const Table& table, std::string_view name) {
    const auto entry = table.find(std::string(name));
    return entry == table.end() ? kNone : entry->second;
}

} // namespace telemetry::parameter
