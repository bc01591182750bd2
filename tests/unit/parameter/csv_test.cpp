// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/csv_database.h"

#include <gtest/gtest.h>

#include "telemetry/parameter/csv_table.h"
#include "telemetry/parameter/yaml_database.h"

namespace telemetry::parameter {
namespace {

std::string refusal(const std::string& text) {
    const auto database = parse_csv_database(text, "m.csv");
    return database ? "" : database.error().to_string();
}

TEST(CsvTable, ReadsQuotesCommentsAndAnySeparator) {
    const auto table =
        parse_csv("\xEF\xBB\xBF# made by hand\nname;unit\n\"a;\"\"b\"; V \n\nc;\n", "x.csv");
    ASSERT_TRUE(table) << table.error().to_string();
    ASSERT_EQ(table->rows.size(), 2U);
    EXPECT_EQ(table->rows[0].cells[0].text, "a;\"b");
    EXPECT_EQ(table->rows[0].cells[1].text, "V");
    EXPECT_EQ(table->rows[1].cells[0].line, 5);
    EXPECT_EQ(parse_csv("", "x.csv").error().to_string(),
              "x.csv:1:1: empty; expected a line with the names of the columns");
    EXPECT_EQ(parse_csv("a,b\n\"x\n", "x.csv").error().to_string(),
              "x.csv:2:1: a quote that is not closed; expected '\"'");
    EXPECT_EQ(parse_csv("a,b\n1,2,3\n", "x.csv").error().line, 2);
}

TEST(Csv, ReadsATable) {
    const auto db = parse_csv_database(
        "packet,apid,name,type,bits,unit,calibration,labels,warning,critical,description\n"
        "hk,5,battery,uint,16,V,0 0.001,,3.3..4.2,>3..,Main bus\n"
        "hk,,mode,u8,,,,0=SAFE;1..9=NOMINAL,,,\n"
        "hk,,temp,int,16,degC,0:-40 100:85,,..60,,\n"
        "hk,,load,u8,,,x * 2,,,,\n"
        "tm,6,battery2,float,32,,,,,,\n",
        "sat.csv");
    ASSERT_TRUE(db) << db.error().to_string();
    EXPECT_EQ(db->systems[0].name, "sat");
    ASSERT_EQ(db->containers.size(), 3U);
    const ContainerIndex hk = Dictionary(*db).container("hk");
    ASSERT_NE(hk, kNone);
    EXPECT_EQ(db->containers[hk].entries.size(), 4U);
    EXPECT_EQ(db->containers[db->containers[hk].base].name, "ccsds_space_packet");
    const Condition& when = db->conditions[db->containers[hk].restriction];
    EXPECT_EQ(std::get<std::string>(when.comparison.right), "5");
    const auto type = [&](const char* name) -> const ParameterType& {
        return db->types[db->parameters[Dictionary(*db).parameter(name)].type];
    };
    EXPECT_EQ(std::get<Polynomial>(type("battery").calibrator.formula).coefficients[1], 0.001);
    EXPECT_TRUE(db->alarms[type("battery").alarm].limits.ranges[1].range.min_exclusive);
    EXPECT_EQ(std::get<EnumeratedType>(type("mode").detail).enumerations.size(), 2U);
    EXPECT_EQ(std::get<Spline>(type("temp").calibrator.formula).points[1].calibrated, 85);
    EXPECT_EQ(std::get<Expression>(type("load").calibrator.formula).text, "x * 2");

    std::vector<std::string> lost;
    const std::string written = write_csv_database(*db, lost);
    EXPECT_TRUE(lost.empty()) << lost[0];
    const auto again = parse_csv_database(written, "sat.csv");
    ASSERT_TRUE(again) << again.error().to_string() << "\n" << written;
    EXPECT_EQ(write_yaml_database(*again), write_yaml_database(*db));
}

TEST(Csv, TellsWhereAMistakeIs) {
    EXPECT_EQ(refusal("name,tpye\na,u8\n"),
              "m.csv:1:6: tpye: unknown column; did you mean 'type'?");
    EXPECT_NE(refusal("packet,name,type\np,a,u8\np,b,u99\n").find("m.csv:3:5"), std::string::npos);
    EXPECT_NE(refusal("name,type,warning\na,u8,5\n").find("expected a range such as 3.3..4.2"),
              std::string::npos);
    EXPECT_NE(refusal("name,type,labels\na,u8,OFF\n").find("expected 0=OFF;1=ON"),
              std::string::npos);
    EXPECT_NE(refusal("packet,when,name,type\np,,a,u8\n,a == 1,,\n").find("m.csv:3"),
              std::string::npos);
}

TEST(Csv, SaysLoudlyWhatATableCannotHold) {
    const auto db = parse_yaml_database(R"(
mission: Sat
description: more than a table
types:
  volts: {type: u16, unit: V, calibrations: [{when: n == 1, polynomial: [1, 2]}]}
parameters:
  n: u8
  v: volts
  a: {type: aggregate, members: {x: u8}}
containers:
  c: {period: 5, entries: [n, v, a, {parameter: n, from_end: 8}]}
rules: {r: {if: n > 3}}
)",
                                        "m.yml");
    ASSERT_TRUE(db) << db.error().to_string();
    std::vector<std::string> lost;
    const std::string written = write_csv_database(*db, lost);
    std::string all;
    for (const std::string& each : lost)
        all += each + "\n";
    for (const char* each :
         {"/Sat/c: its size, period", "/Sat/a: its type, an aggregate",
          "/Sat/volts: calibrations that depend", "/Sat/c: the place of an entry", "1 rules over",
          "the names of 1 types", "header and descriptions"})
        EXPECT_NE(all.find(each), std::string::npos) << each << "\nin\n" << all;
    EXPECT_TRUE(parse_csv_database(written, "m.csv")) << written;
}

} // namespace
} // namespace telemetry::parameter
