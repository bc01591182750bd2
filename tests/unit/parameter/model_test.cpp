// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "telemetry/parameter/model.h"
#include "telemetry/parameter/value.h"

namespace telemetry::parameter {
namespace {

Database two_systems() {
    Database db;
    db.files = {"m.xml"};
    db.systems.push_back({{.name = "Sat", .system = kNone}});
    db.systems.push_back({{.name = "Bus", .system = 0}});
    db.types.push_back({{.name = "u8", .system = 0}});
    db.parameters.push_back({{.name = "v", .system = 0}, 0});
    db.parameters.push_back({{.name = "v", .system = 1}, 0});
    db.parameters.push_back({{.name = "t", .system = 1, .aliases = {{"op", "BUS_TEMP"}}}, 0});
    return db;
}

TEST(Model, NamesAreQualifiedByTheirSystems) {
    const Database db = two_systems();
    EXPECT_EQ(qualified_name(db, db.parameters[1]), "/Sat/Bus/v");
    EXPECT_EQ(qualified_name(db, SystemIndex{0}), "/Sat");
    EXPECT_EQ(to_string(db, {0, 12}), "m.xml:12");
}

TEST(Model, DictionaryFindsByEveryUnambiguousName) {
    const Dictionary names(two_systems());
    EXPECT_EQ(names.parameter("/Sat/v"), 0U);
    EXPECT_EQ(names.parameter("/Sat/Bus/v"), 1U);
    EXPECT_EQ(names.parameter("Bus/v"), 1U);
    EXPECT_EQ(names.parameter("v"), kNone);
    EXPECT_EQ(names.parameter("t"), 2U);
    EXPECT_EQ(names.parameter("BUS_TEMP"), 2U);
    EXPECT_EQ(names.parameter("nothing"), kNone);
}

TEST(Model, CheckFindsWhatPointsNowhere) {
    Database db = two_systems();
    EXPECT_TRUE(check(db).has_value());
    db.parameters[2].type = 7;
    db.parameters[2].where = {0, 33};
    const auto result = check(db);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().to_string(), "m.xml:33: t: refers to no type");
}

TEST(Model, CheckFindsCycles) {
    Database db = two_systems();
    db.containers.push_back({{.name = "A"}, false, 1});
    db.containers.push_back({{.name = "B"}});
    db.containers[1].entries.push_back({.kind = Entry::Kind::container, .container = 0});
    const auto containers = check(db);
    ASSERT_FALSE(containers.has_value());
    EXPECT_NE(containers.error().message.find("part or base of itself"), std::string::npos);

    Database types = two_systems();
    types.types[0].detail = ArrayType{.element = 0};
    EXPECT_FALSE(check(types).has_value());
}

TEST(Model, CheckBoundsSizes) {
    Database db = two_systems();
    db.types[0].encoding = IntegerEncoding{.bits = 65};
    EXPECT_FALSE(check(db).has_value());
    db.types[0].encoding = IntegerEncoding{
        .bits = 16, .layout = {.byte_order = ByteOrder::listed, .significance = {0, 0}}};
    EXPECT_FALSE(check(db).has_value());
    db.types[0].encoding = BinaryEncoding{.size_bits = std::int64_t{1} << 40};
    EXPECT_FALSE(check(db).has_value());
}

TEST(Value, ReadsEveryForm) {
    const std::vector<std::string_view> labels{"OFF", "ON"};
    const std::vector<std::uint32_t> booleans{0, 1};
    const std::string pool = "xyz";
    const ValueBatch batch{.pool = pool, .labels = labels, .boolean_labels = booleans};
    EXPECT_EQ(ValueBatch::to_real(~std::uint64_t{0}, Form::integer), -1.0);
    EXPECT_EQ(ValueBatch::to_real(~std::uint64_t{0}, Form::natural), 18446744073709551615.0);
    EXPECT_EQ(ValueBatch::to_real(std::bit_cast<std::uint64_t>(1.5), Form::real), 1.5);
    EXPECT_EQ(batch.to_text(1, Form::label, 0), "ON");
    EXPECT_EQ(batch.to_text(0, Form::boolean, 0), "OFF");
    EXPECT_EQ(batch.to_text((std::uint64_t{1} << 32) | 2, Form::text, 0), "yz");
    EXPECT_EQ(batch.to_text((std::uint64_t{1} << 32) | 3, Form::text, 0), "");
}

} // namespace
} // namespace telemetry::parameter
