// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/fields.h"

#include <gtest/gtest.h>

namespace telemetry {
namespace {

using enum Field::Type;
constexpr Field kFields[] = {
    {.name = "baudrate", .type = real, .unit = "Bd", .min = 1, .max = 1e7, .help = "Symbol rate."},
    {.name = "rs_interleaving", .type = integer, .unit = "1", .min = 1, .max = 8, .fallback = "1"},
    {.name = "rs_basis", .type = choice, .fallback = "dual", .choices = "none|conventional|dual"},
    {.name = "randomizer", .type = flag, .fallback = "true"},
};

TEST(Fields, DefaultsFillWhatIsNotGiven) {
    const auto s = read_settings_from(kFields, {{"baudrate", "9.6e3"}});
    ASSERT_TRUE(s) << s.error().to_string();
    EXPECT_EQ(s->real("baudrate"), 9600);
    EXPECT_EQ(s->integer("rs_interleaving"), 1);
    EXPECT_EQ(s->text("rs_basis"), "dual");
    EXPECT_TRUE(s->flag("randomizer"));
    EXPECT_TRUE(s->given("baudrate"));
    EXPECT_FALSE(s->given("rs_basis"));
}

TEST(Fields, ErrorsNameLineKeyAndWhatIsNear) {
    const KeyText bad_key[] = {{"baudrat", "9600", 7, 3}};
    auto s = read_settings({kFields}, bad_key, "x.yml");
    ASSERT_FALSE(s);
    EXPECT_EQ(s.error().to_string(), "x.yml:7:3: baudrat: unknown key; did you mean 'baudrate'?");

    const KeyText bad_value[] = {{"baudrate", "9600", 1, 1}, {"rs_basis", "duel", 2, 1}};
    s = read_settings({kFields}, bad_value, "x.yml");
    ASSERT_FALSE(s);
    EXPECT_EQ(s.error().to_string(), "x.yml:2:1: rs_basis: 'duel' is not valid; expected one of "
                                     "none, conventional, dual; did you mean 'dual'?");

    const KeyText twice[] = {{"baudrate", "9600", 1, 1}, {"baudrate", "1200", 4, 1}};
    s = read_settings({kFields}, twice, "x.yml");
    ASSERT_FALSE(s);
    EXPECT_EQ(s.error().line, 4);

    s = read_settings_from(kFields, {});
    ASSERT_FALSE(s);
    EXPECT_EQ(s.error().key, "baudrate");
    for (const char* value : {"0", "1e8", "nan", "inf", "", "9600x", "-5"})
        EXPECT_FALSE(read_settings_from(kFields, {{"baudrate", value}})) << value;
    EXPECT_FALSE(read_settings_from(kFields, {{"baudrate", "1"}, {"rs_interleaving", "1.5"}}));
}

} // namespace
} // namespace telemetry
