// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/vocabulary.h"

#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace telemetry::publish {
namespace {

bool well_formed(std::string_view name) {
    return name.starts_with("telemetry.") &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.") == std::string_view::npos;
}

TEST(Vocabulary, NamesAreLowerCaseAndDotted) {
    for (const MetricName& metric : metrics::all)
        EXPECT_TRUE(well_formed(metric.name)) << metric.name;
    for (const EventName& event : events::all)
        EXPECT_TRUE(well_formed(event.name)) << event.name;
}

// The tables of the document are these rows, each once, and no others.
TEST(Vocabulary, IsWhatTheDocumentSays) {
    std::ifstream file(TELEMETRY_DOCS "/wire-format.md");
    std::stringstream text;
    text << file.rdbuf();
    const std::string document = text.str();
    const auto expect_row = [&](const std::string& row) {
        EXPECT_NE(document.find("\n" + row + "\n"), std::string::npos) << row;
    };
    for (const MetricName& metric : metrics::all)
        expect_row("| `" + std::string(metric.name) + "` | `" + std::string(metric.unit) + "` | " +
                   (metric.type == MetricType::counter ? "counter" : "gauge") + " | " +
                   std::string(metric.help) + " |");
    for (const EventName& event : events::all)
        expect_row("| `" + std::string(event.name) + "` | " + std::string(name_of(event.severity)) +
                   " | " + std::string(event.help) + " |");
    std::size_t rows = 0;
    for (std::size_t at = 0; (at = document.find("\n| `telemetry.", at)) != std::string::npos; ++at)
        ++rows;
    EXPECT_EQ(rows, metrics::all.size() + events::all.size());
}

} // namespace
} // namespace telemetry::publish
