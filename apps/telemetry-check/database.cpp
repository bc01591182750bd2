// SPDX-License-Identifier: GPL-3.0-or-later
#include "database.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <set>
#include <vector>

#include "explain.h"
#include "telemetry/base/text.h"
#include "telemetry/parameter/condition_text.h"
#include "telemetry/parameter/csv_database.h"
#include "telemetry/parameter/database_check.h"
#include "telemetry/parameter/database_open.h"
#include "telemetry/parameter/program.h"
#include "telemetry/parameter/xtce.h"
#include "telemetry/parameter/yaml_database.h"

namespace telemetry::check {
namespace {

using namespace parameter;
using Severity = Diagnostic::Severity;

constexpr const char* kSeverities[] = {"note", "unsupported", "warning", "error"};
constexpr const char* kTypes[] = {"integer",       "float",        "string",    "boolean",
                                  "enumerated",    "binary",       "aggregate", "array",
                                  "absolute time", "relative time"};

/// What reader, cross-check and compiler have to say, each thing once, in the order of the files.
std::vector<Diagnostic> all_diagnostics(const Database& database) {
    std::vector<Diagnostic> all = database.diagnostics;
    if (const auto sound = parameter::check(database); sound) {
        const auto doubts = cross_check(database);
        all.insert(all.end(), doubts.begin(), doubts.end());
    }
    std::set<std::tuple<std::uint32_t, int, Severity>> told;
    for (const Diagnostic& each : all)
        told.emplace(each.where.file, each.where.line, each.severity);
    if (const auto program = compile(database))
        for (const Diagnostic& each : (*program)->diagnostics())
            if (each.where.line == 0 ||
                !told.contains({each.where.file, each.where.line, each.severity}))
                all.push_back(each);
    std::stable_sort(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::pair(a.where.file, a.where.line) < std::pair(b.where.file, b.where.line);
    });
    return all;
}

void print(const Diagnostic& diagnostic, const Database& database) {
    const std::string place = to_string(database, diagnostic.where);
    std::cerr << (place.empty() ? database.files.empty() ? "" : database.files.front() : place)
              << ": " << kSeverities[static_cast<std::size_t>(diagnostic.severity)] << ": "
              << (diagnostic.element.empty() ? "" : diagnostic.element + ": ") << diagnostic.message
              << "\n";
}

std::string count_of(std::size_t count, const std::string& thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

void print_sum(const Database& database) {
    std::array<std::size_t, std::variant_size_v<TypeDetail>> types{};
    for (const ParameterType& type : database.types)
        ++types[type.detail.index()];
    std::string kinds;
    for (std::size_t i = 0; i < types.size(); ++i)
        if (types[i] != 0)
            kinds += (kinds.empty() ? "" : ", ") + std::to_string(types[i]) + " " + kTypes[i];
    std::size_t telemetered = 0;
    for (const Parameter& parameter : database.parameters)
        telemetered += parameter.source == DataSource::telemetered ? 1 : 0;
    std::size_t abstract = 0;
    for (const Container& container : database.containers)
        abstract += container.is_abstract ? 1 : 0;
    std::cout << (database.systems.empty() ? "" : database.systems.front().name) << ": "
              << count_of(database.systems.size(), "system") << "\n"
              << "  " << count_of(database.types.size(), "type") << ": " << kinds << "\n"
              << "  " << count_of(database.parameters.size(), "parameter") << ", " << telemetered
              << " telemetered\n"
              << "  " << count_of(database.containers.size(), "container") << ", " << abstract
              << " abstract\n";
    const auto more = [](std::size_t count, const char* thing) {
        if (count != 0)
            std::cout << "  " << count_of(count, thing) << "\n";
    };
    more(database.alarms.size(), "alarm definition");
    more(database.alarm_rules.size(), "alarm rule");
    more(database.algorithms.size(), "algorithm");
    more(database.messages.size(), "message");
    more(database.services.size(), "service");
}

/// The containers by inheritance, each once; what is in none of them but held by others says so.
class Tree {
public:
    explicit Tree(const Database& database)
        : db_(database), paths_(database), children_(database.containers.size()),
          holders_(database.containers.size()) {
        for (ContainerIndex i = 0; i < db_.containers.size(); ++i) {
            if (db_.containers[i].base != kNone)
                children_[db_.containers[i].base].push_back(i);
            for (const Entry& entry : db_.containers[i].entries)
                if (entry.container != kNone)
                    holders_[entry.container].insert(i);
        }
    }

    void print() const {
        std::cout << "\nContainers\n";
        for (ContainerIndex i = 0; i < db_.containers.size(); ++i)
            if (db_.containers[i].base == kNone)
                print(i, 1);
    }

private:
    void print(ContainerIndex index, std::size_t depth) const {
        const Container& container = db_.containers[index];
        std::string line(2 * depth, ' ');
        line += container.base == kNone
                    ? qualified_name(db_, container)
                    : paths_.container(index, db_.containers[container.base].system);
        line += container.is_abstract ? " (abstract)" : "";
        line += ": " +
                (container.entries.size() == 1
                     ? std::string("1 entry")
                     : std::to_string(container.entries.size()) + " entries") +
                size_of(container);
        if (container.restriction != kNone)
            line += ", when " +
                    to_text(db_.conditions[container.restriction], db_, paths_, container.system);
        std::size_t named = 0;
        for (const ContainerIndex holder : holders_[index]) {
            if (++named > 3)
                break;
            line += (named == 1 ? ", in " : " and ") + paths_.container(holder, container.system);
        }
        if (holders_[index].size() > 3)
            line += " and " + std::to_string(holders_[index].size() - 3) + " more";
        std::cout << line << "\n";
        for (const ContainerIndex child : children_[index])
            print(child, depth + 1);
    }

    /// Of its own entries, where they follow each other and no packet has a say.
    std::string size_of(const Container& container) const {
        std::int64_t sum = 0;
        for (const Entry& entry : container.entries) {
            const auto bits = entry.kind == Entry::Kind::parameter && !entry.location &&
                                      !entry.repeat && entry.include == kNone
                                  ? fixed_bits(db_, db_.parameters[entry.parameter].type)
                                  : std::nullopt;
            if (!bits)
                return "";
            sum += *bits;
        }
        return " of " + std::to_string(sum) + " bits";
    }

    const Database& db_;
    Paths paths_;
    std::vector<std::vector<ContainerIndex>> children_;
    std::vector<std::set<ContainerIndex>> holders_;
};

std::string converted(const Database& database, const std::string& form) {
    if (form == "xtce")
        return write_xtce(database);
    if (form == "yaml")
        return write_yaml_database(database);
    std::vector<std::string> lost;
    std::string table = write_csv_database(database, lost);
    for (const std::string& each : lost)
        std::cerr << "telemetry-check: not in the table: " << each << "\n";
    return table;
}

} // namespace

bool is_database(const std::string& file) {
    const std::string lower = to_lower(file);
    if (lower.ends_with(".xml") || lower.ends_with(".csv") || lower.ends_with(".tsv"))
        return true;
    std::ifstream in(file, std::ios::binary);
    std::string begin(1 << 16, '\0');
    in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    begin.resize(static_cast<std::size_t>(in.gcount()));
    const std::size_t first = begin.find_first_not_of("\xEF\xBB\xBF\xFE\xFF \t\r\n");
    if (first != std::string::npos && begin[first] == '<')
        return true;
    for (const std::string_view line : split(begin, '\n'))
        if (line.starts_with("mission:") || line.starts_with("\xEF\xBB\xBFmission:"))
            return true;
    return false;
}

Result<bool> check_database(const std::string& file, const DatabaseTask& task) {
    const auto database = open_database(file);
    if (!database)
        return tl::unexpected(database.error());
    if (auto sound = parameter::check(*database); !sound)
        return tl::unexpected(sound.error());
    const auto diagnostics = all_diagnostics(*database);
    const bool is_aside = !task.convert.empty() || !task.explain.empty();
    bool good = true;
    for (const Diagnostic& each : diagnostics) {
        good = good && each.severity != Severity::error;
        const bool is_note = each.severity == Severity::note;
        const bool is_doubt = is_note || each.severity == Severity::warning;
        if (!(is_doubt && is_aside) && !(is_note && task.quiet))
            print(each, *database);
    }
    if (!task.explain.empty()) {
        const auto text = explain(*database, task.explain, task.container);
        if (!text)
            return tl::unexpected(text.error());
        std::cout << *text;
    } else if (!task.convert.empty()) {
        std::cout << converted(*database, task.convert);
    } else if (!task.quiet) {
        print_sum(*database);
        Tree(*database).print();
    }
    return good;
}

} // namespace telemetry::check
