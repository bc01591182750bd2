// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/database_open.h"

#include <fstream>
#include <string_view>

#include "telemetry/base/text.h"
#include "telemetry/parameter/csv_database.h"
#include "telemetry/parameter/xtce.h"
#include "telemetry/parameter/yaml_database.h"

namespace telemetry::parameter {
namespace {

/// XML begins with '<', behind a byte order mark and white space; UTF-16 has zeros between.
bool looks_like_xml(std::string_view begin) {
    for (const char c : begin) {
        if (c == '<')
            return true;
        if (std::string_view("\xEF\xBB\xBF\xFE\xFF \t\r\n").find(c) == std::string_view::npos &&
            c != '\0')
            return false;
    }
    return false;
}

} // namespace

Result<Database> open_database(const std::string& path) {
    char begin[256] = {};
    std::ifstream file(path, std::ios::binary);
    file.read(begin, sizeof begin);
    const std::string lower = to_lower(path);
    const bool is_table = lower.ends_with(".csv") || lower.ends_with(".tsv");
    if (looks_like_xml({begin, static_cast<std::size_t>(file.gcount())}) || lower.ends_with(".xml"))
        return load_xtce(path);
    return is_table ? load_csv_database(path) : load_yaml_database(path);
}

} // namespace telemetry::parameter
