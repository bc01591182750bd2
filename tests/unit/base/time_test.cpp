// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/time.h"

#include <limits>

#include <gtest/gtest.h>

namespace telemetry {
namespace {

TEST(Time, Rfc3339KnownValues) {
    EXPECT_EQ(to_rfc3339(0), "1970-01-01T00:00:00.000000000Z");
    EXPECT_EQ(to_rfc3339(-1), "1969-12-31T23:59:59.999999999Z");
    // 1234567890 s is 2009-02-13T23:31:30Z.
    EXPECT_EQ(to_rfc3339(1234567890'000000001), "2009-02-13T23:31:30.000000001Z");
    EXPECT_EQ(from_rfc3339("2009-02-13T23:31:30.000000001Z"), 1234567890'000000001);
    EXPECT_EQ(from_rfc3339("2009-02-14T01:01:30.5+01:30"), 1234567890'500000000);
    EXPECT_EQ(from_rfc3339("2000-02-29 00:00:00Z"), 951782400'000000000);
}

TEST(Time, Rfc3339RefusesWhatIsNot) {
    for (const char* text :
         {"", "2009-02-13", "2009-02-13T23:31:30", "2009-02-30T00:00:00Z", "2009-02-13T24:00:00Z",
          "2009-02-13T23:31:30.Z", "2009-02-13T23:31:30Zx", "9999-01-01T00:00:00Z",
          "2009-02-13T23:31:30+0100"})
        EXPECT_FALSE(from_rfc3339(text)) << text;
}

TEST(Time, SumsOutOfRangeAreUnknown) {
    constexpr UtcNs most = std::numeric_limits<UtcNs>::max();
    EXPECT_EQ(time_after(5, 2.6), 8);
    EXPECT_EQ(time_after(most - 5, 5), most);
    EXPECT_EQ(time_after(most - 5, 6), kUnknownTime);
    EXPECT_EQ(time_after(-most, -5), kUnknownTime);
    EXPECT_EQ(time_after(kUnknownTime, 5), kUnknownTime);
    EXPECT_EQ(time_after(0, std::numeric_limits<double>::quiet_NaN()), kUnknownTime);
    EXPECT_EQ(moved_time(10, 4, 100), 106);
    EXPECT_EQ(moved_time(10, 4, most - 5), kUnknownTime);
    EXPECT_EQ(moved_time(most, -4, 0), kUnknownTime);
    EXPECT_EQ(moved_time(kUnknownTime, 4, 0), kUnknownTime);
}

} // namespace
} // namespace telemetry
