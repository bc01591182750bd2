// SPDX-License-Identifier: GPL-3.0-or-later
// Mission databases: whatever the text, an error, or a database that is sound, can be compiled or
// not, and, unless it has mistakes, reads back to the same from every form it is written in.
#include <cstdlib>
#include <string>
#include <vector>

#include "telemetry/parameter/csv_database.h"
#include "telemetry/parameter/database_check.h"
#include "telemetry/parameter/program.h"
#include "telemetry/parameter/xtce.h"
#include "telemetry/parameter/yaml_database.h"

using namespace telemetry;
using namespace telemetry::parameter;

namespace {

/// What is written reads back to what is written the same.
template <class Read, class Write>
void expect_fixed(const Database& database, Read read, Write write) {
    const std::string text = write(database);
    const auto again = read(text, "again");
    if (!again || write(*again) != text)
        std::abort();
}

Result<Database> parse(const std::string& text) {
    if (text.starts_with('<'))
        return parse_xtce(text, "fuzz.xml");
    if (text.starts_with(','))
        return parse_csv_database(text.substr(1), "fuzz.csv");
    return parse_yaml_database(text, "fuzz.yml");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto database = parse({reinterpret_cast<const char*>(data), size});
    if (!database || !check(*database))
        return 0;
    (void)cross_check(*database);
    (void)compile(*database);
    for (const Diagnostic& each : database->diagnostics)
        if (each.severity == Diagnostic::Severity::error)
            return 0; // as far as it can be trusted, and no further
    expect_fixed(*database, parse_yaml_database, write_yaml_database);
    expect_fixed(*database, parse_xtce, write_xtce);
    std::vector<std::string> lost;
    (void)write_csv_database(*database, lost);
    return 0;
}
