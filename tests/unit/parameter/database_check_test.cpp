// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/database_check.h"

#include <gtest/gtest.h>

#include "telemetry/parameter/yaml_database.h"

namespace telemetry::parameter {
namespace {

/// "line: what" of each doubt, a line each.
std::string doubts(const std::string& text) {
    const auto database = parse_yaml_database("mission: M\n" + text, "m.yml");
    EXPECT_TRUE(database) << database.error().to_string();
    std::string out;
    if (database)
        for (const Diagnostic& each : cross_check(*database))
            out +=
                std::to_string(each.where.line) + ": " + each.element + ": " + each.message + "\n";
    return out;
}

TEST(DatabaseCheck, NothingToSayOfAGoodOne) {
    EXPECT_EQ(doubts(R"(containers:
  header: {abstract: true, entries: [id: u8]}
  a: {base: header, when: id == 1, entries: [{mode: {type: u2, labels: {0: OFF, 1..3: ON}}}]}
  b: {base: header, when: id == 2 and mode == ON, entries: [mode]}
)"),
              "");
}

TEST(DatabaseCheck, LabelsThatOverlapOrNeverCome) {
    const std::string text = doubts(R"(containers:
  a:
    entries:
      - mode: {type: u2, labels: {0..2: OFF, 2: ON, 7: LOST}}
)");
    EXPECT_NE(text.find("the enumerations 'OFF' and 'ON' overlap at 2"), std::string::npos) << text;
    EXPECT_NE(text.find("'LOST' can never come: 7 does not fit into 2 bits"), std::string::npos)
        << text;
}

TEST(DatabaseCheck, ComparisonsThatCanNeverHold) {
    const std::string text = doubts(R"(containers:
  header: {abstract: true, entries: [id: u8, mode: {type: u8, labels: {0: OFF, 1: NOMINAL}}]}
  a: {base: header, when: id == 256}
  b: {base: header, when: mode == NOMINEL}
  c: {base: header, when: id == ten}
)");
    EXPECT_NE(text.find("id: can never be 256: its 8 bits reach from 0 to 255"), std::string::npos)
        << text;
    EXPECT_NE(
        text.find("mode: is compared with 'NOMINEL', which is none of its labels; did you mean "
                  "'NOMINAL'?"),
        std::string::npos)
        << text;
    EXPECT_NE(text.find("id: is a number, and compared with 'ten'"), std::string::npos) << text;
}

TEST(DatabaseCheck, ContainersThatNoPacketIsOrThatAreAlike) {
    const std::string text = doubts(R"(containers:
  header: {abstract: true, entries: [id: u8]}
  a: {base: header, when: id == 1}
  b: {base: header, when: id == 1}
  c: {base: a, when: id == 2}
  d: {abstract: true}
)");
    EXPECT_NE(text.find("b: cannot be told from a: both are meant when id == 1"), std::string::npos)
        << text;
    EXPECT_NE(text.find("c: no packet can be one: id would be 2 and 1"), std::string::npos) << text;
    EXPECT_NE(text.find("d: is abstract and nothing extends it"), std::string::npos) << text;
}

TEST(DatabaseCheck, SizesThatCannotBe) {
    const std::string text = doubts(R"(parameters:
  lost: u8
types:
  bare: {type: integer}
containers:
  a: {size: 16, entries: [x: u8, y: u16]}
  b: {size: 16, entries: [{z: u8, at: 9}, {w: {type: u8, at: 1}}]}
)");
    EXPECT_NE(text.find("a: its entries take 24 bits, and it has 16"), std::string::npos) << text;
    EXPECT_NE(text.find("b: z ends at bit 17, behind the container's 16"), std::string::npos)
        << text;
    EXPECT_NE(text.find("lost: is telemetered, and in no container"), std::string::npos) << text;
}

} // namespace
} // namespace telemetry::parameter
