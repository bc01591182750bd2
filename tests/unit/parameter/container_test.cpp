// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "mission.h"

namespace telemetry::parameter {
namespace {

using From = Location::From;

TEST(Containers, InheritanceByComparison) {
    Mission m;
    const auto id = m.natural("id", 8);
    const auto root = m.container("Root", entries({id}));
    m.db.containers[root].is_abstract = true;
    for (int i = 0; i < 5; ++i)
        m.container("C" + std::to_string(i), entries({m.natural("v" + std::to_string(i), 8)}), root,
                    m.when(id, std::to_string(10 + i)));
    Reception r(m);
    EXPECT_EQ(r.text({12, 7}), "id=12 v2=7");
    EXPECT_EQ(r.container(), "/S/C2");
    EXPECT_EQ(r.text({14, 9}), "id=14 v4=9");
    EXPECT_EQ(r.text({15, 9}), "id=15");
    EXPECT_EQ(r.faults(), "container_not_found");
    EXPECT_EQ(r.container(), "/S/Root");
}

TEST(Containers, RestrictionsOfEveryKind) {
    Mission m;
    const auto a = m.natural("a", 8);
    const auto b = m.natural("b", 8);
    const auto root = m.container("Root", entries({a, b}));
    m.db.containers[root].is_abstract = true;
    // a == 1 and b < 5
    m.container("List", {}, root,
                m.condition({.kind = Condition::Kind::all_of,
                             .operands = {Mission::compare(a, "1"),
                                          Mission::compare(b, "5", Comparator::less)}}));
    // a == 1 and (b == 9 or b >= 200)
    m.container(
        "Boolean", {}, root,
        m.condition({.kind = Condition::Kind::all_of,
                     .operands = {Mission::compare(a, "0x1"),
                                  {.kind = Condition::Kind::any_of,
                                   .operands = {Mission::compare(b, "9"),
                                                Mission::compare(
                                                    b, "200", Comparator::greater_or_equal)}}}}));
    // a == b
    m.container("Reference", {}, root,
                m.condition({.comparison = {.left = {.parameter = a},
                                            .right = ParameterReference{.parameter = b}}}));
    Reception r(m);
    const auto container_of = [&](std::uint8_t x, std::uint8_t y) {
        r.decode({x, y});
        return r.container();
    };
    EXPECT_EQ(container_of(1, 4), "/S/List");
    EXPECT_EQ(container_of(1, 9), "/S/Boolean");
    EXPECT_EQ(container_of(1, 200), "/S/Boolean");
    EXPECT_EQ(container_of(1, 6), "/S/Root");
    EXPECT_EQ(container_of(7, 7), "/S/Reference");
}

TEST(Containers, ABranchThatEndsNowhereIsWithdrawn) {
    Mission m;
    const auto a = m.natural("a", 8);
    const auto b = m.natural("b", 8);
    const auto root = m.container("Root", entries({a}));
    const auto first = m.container("First", entries({b}), root, m.when(a, "1"));
    m.db.containers[root].is_abstract = m.db.containers[first].is_abstract = true;
    m.container("Under", {}, first, m.when(b, "1"));
    m.container("Second", entries({m.natural("c", 4), m.natural("d", 4)}), root, m.when(a, "1"));
    Reception r(m);
    EXPECT_EQ(r.text({1, 1}), "a=1 b=1");
    EXPECT_EQ(r.container(), "/S/Under");
    EXPECT_EQ(r.text({1, 0x23}), "a=1 c=2 d=3");
    EXPECT_EQ(r.container(), "/S/Second");
}

TEST(Containers, AWithdrawnBranchLeavesNothingBehind) {
    Mission m;
    const auto a = m.natural("a", 8);
    const auto b = m.natural("b", 8);
    const auto sum = m.parameter("sum", m.type(FloatType{}, {}));
    m.db.parameters[sum].source = DataSource::derived;
    Algorithm copy;
    copy.name = "Sum";
    copy.system = 0;
    copy.kind = Algorithm::Kind::math;
    copy.math = {{.kind = MathToken::Kind::reference, .reference = {.parameter = b}}};
    copy.outputs = {{"", sum}};
    m.db.algorithms.push_back(copy);
    const auto root = m.container("Root", entries({a}));
    const auto first = m.container("First", entries({b}), root, m.when(a, "1"));
    m.db.containers[root].is_abstract = m.db.containers[first].is_abstract = true;
    m.container("Under", {}, first, m.when(b, "1"));
    Entry only = entry(m.natural("c", 8));
    only.include = m.when(b, "35");
    m.container("Second", {only}, root, m.when(a, "1"));
    Reception r(m);
    EXPECT_EQ(r.text({1, 1}), "a=1 b=1 sum=1");
    // First was tried with b = 35 and withdrawn: b is 1 still, and nothing is derived from it.
    EXPECT_EQ(r.text({1, 35}), "a=1");
    EXPECT_EQ(r.container(), "/S/Second");
}

TEST(Containers, AConcreteContainerNeedsNoChild) {
    Mission m;
    const auto a = m.natural("a", 8);
    const auto root = m.container("Root", entries({a}));
    m.container("Child", entries({m.natural("b", 8)}), root, m.when(a, "1"));
    Reception r(m);
    EXPECT_EQ(r.text({2}), "a=2");
    EXPECT_EQ(r.faults(), "");
    EXPECT_EQ(r.text({1, 3}), "a=1 b=3");
}

TEST(Containers, EntriesInEntries) {
    Mission m;
    const auto record = m.container("Record", entries({m.natural("x", 4), m.natural("y", 12)}));
    Entry four = inner(record);
    four.repeat = Repeat{.count = std::int64_t{2}, .gap_bits = std::int64_t{8}};
    m.container("P", {inner(record), four});
    Reception r(m);
    EXPECT_EQ(r.text({0x11, 0x23, 0x21, 0x23, 0xff, 0x31, 0x23}), "x=1 y=291 x=2 y=291 x=3 y=291");
    EXPECT_EQ(r.faults(), "");
}

TEST(Containers, RepeatsThatThePacketCounts) {
    Mission m;
    const auto n = m.natural("n", 8);
    Entry repeated = entry(m.natural("v", 8));
    repeated.repeat = Repeat{.count = value_of(n, 2, -1)};
    m.container("P", {entry(n), repeated, entry(m.natural("end", 8))});
    Reception r(m);
    EXPECT_EQ(r.text({2, 7, 8, 9, 1}), "n=2 v=7 v=8 v=9 end=1");
    EXPECT_EQ(r.text({0, 1}), "n=0 end=1");
    EXPECT_EQ(r.text({200, 1, 2}), "n=200 v=1 v=2");
    EXPECT_EQ(r.faults(), "packet_too_short");
}

TEST(Containers, IncludeConditions) {
    Mission m;
    const auto flag = m.natural("flag", 8);
    Entry optional = entry(m.natural("opt", 8));
    optional.include = m.when(flag, "1", Comparator::equal);
    m.container("P", {entry(flag), optional, entry(m.natural("end", 8))});
    Reception r(m);
    EXPECT_EQ(r.text({1, 2, 3}), "flag=1 opt=2 end=3");
    EXPECT_EQ(r.text({0, 3}), "flag=0 end=3");
}

TEST(Containers, Locations) {
    Mission m;
    const auto at = [&](const char* name, From from, std::int64_t bits) {
        Entry e = entry(m.natural(name, 8));
        e.location = Location{from, bits};
        return e;
    };
    m.container("P", {at("second", From::container_start, 8), at("first", From::container_start, 0),
                      at("fourth", From::previous_entry, 16), at("last", From::container_end, 8),
                      entry(m.natural("fifth", 8)), at("again", From::previous_entry, -8)});
    Reception r(m);
    EXPECT_EQ(r.text({1, 2, 3, 4, 5, 6, 7}), "second=2 first=1 fourth=4 fifth=5 again=5 last=7");
    EXPECT_EQ(r.faults(), "");
    r.decode({1, 2, 3});
    EXPECT_EQ(r.faults(), "packet_too_short");
}

TEST(Containers, LocationFromTheNextEntry) {
    Mission m;
    Entry before = entry(m.natural("before", 8));
    before.location = Location{From::next_entry, std::int64_t{8}};
    Entry last = entry(m.natural("last", 8));
    last.location = Location{From::container_end, std::int64_t{8}};
    m.container("P", {before, last});
    Reception r(m);
    EXPECT_EQ(r.text({1, 2, 3}), "before=2 last=3");
}

TEST(Containers, DynamicLocation) {
    Mission m;
    const auto offset = m.natural("offset", 8);
    Entry e = entry(m.natural("v", 8));
    e.location = Location{From::container_start, value_of(offset, 8)};
    m.container("P", {entry(offset), e});
    Reception r(m);
    EXPECT_EQ(r.text({2, 8, 9}), "offset=2 v=9");
    EXPECT_EQ(r.text({99, 8, 9}), "offset=99");
    EXPECT_EQ(r.faults(), "packet_too_short");
}

TEST(Containers, ATrailerInTheBaseLeavesThePlaceForTheChild) {
    Mission m;
    const auto id = m.natural("id", 8);
    Entry crc = entry(m.natural("crc", 16));
    crc.location = Location{From::container_end, std::int64_t{16}};
    const auto root = m.container("Root", {entry(id), crc});
    m.container("Child", entries({m.natural("v", 8)}), root, m.when(id, "1"));
    Reception r(m);
    EXPECT_EQ(r.text({1, 5, 0xAB, 0xCD}), "id=1 v=5 crc=43981");
    EXPECT_EQ(r.faults(), "");
    EXPECT_EQ(r.text({1, 5, 0, 0xAB, 0xCD}), "id=1 v=5 crc=43981");
}

TEST(Containers, ATrailerFollowsAContentOfHalfAnOctet) {
    Mission m;
    const auto id = m.natural("id", 8);
    Entry crc = entry(m.natural("crc", 16));
    crc.location = Location{From::container_end, std::int64_t{16}};
    const auto root = m.container("Root", {entry(id), crc});
    m.container("Child", entries({m.natural("v", 4)}), root, m.when(id, "1"));
    Reception r(m);
    EXPECT_EQ(r.text({1, 0x5A, 0xBC, 0xD0}), "id=1 v=5 crc=43981");
    EXPECT_EQ(Reception(m, {.root = "Child"}).program->fixed_packet_bits(), 28);
    const auto outer = m.container("Outer", {inner(0), entry(m.natural("after", 8))});
    ASSERT_EQ(outer, 2U);
    EXPECT_EQ(Reception(m, {.root = "Outer"}).text({2, 0, 9, 7}), "id=2 crc=9 after=7");
}

TEST(Containers, ATrailerMayTellWhatThePacketIs) {
    Mission m;
    const auto id = m.natural("id", 8);
    Entry last = entry(id);
    last.location = Location{From::container_end, std::int64_t{8}};
    const auto root = m.container("Root", {last});
    m.container("Child", entries({m.natural("v", 8)}), root, m.when(id, "1"));
    EXPECT_EQ(Reception(m).text({5, 1}), "id=1 v=5");
}

TEST(Containers, SegmentsBecomeOneParameter) {
    Mission m;
    const auto whole = m.natural("whole", 16);
    const auto between = m.natural("between", 8);
    const auto part = [&](std::int64_t bits, int order) {
        return Entry{.kind = Entry::Kind::parameter_segment,
                     .parameter = whole,
                     .segment_bits = bits,
                     .segment_order = order};
    };
    m.container("P", {part(12, 1), entry(between), part(4, 0)});
    Reception r(m);
    EXPECT_EQ(r.text({0xAB, 0xC1, 0x2D}), "between=18 whole=55996"); // DABCh
    EXPECT_EQ(r.faults(), "");
}

TEST(Containers, IndirectEntries) {
    Mission m;
    const auto id = m.natural("id", 8);
    const auto a = m.natural("a", 8);
    const auto b = m.natural("b", 16);
    m.db.parameters[a].aliases = {{"op", "17"}};
    m.db.parameters[b].aliases = {{"op", "18"}};
    Entry indirect{.kind = Entry::Kind::indirect,
                   .reference = ParameterReference{.parameter = id},
                   .alias_space = "op"};
    m.container("P", {entry(id), indirect});
    Reception r(m);
    EXPECT_EQ(r.text({17, 5}), "id=17 a=5");
    EXPECT_EQ(r.text({18, 1, 0}), "id=18 b=256");
    EXPECT_EQ(r.text({19, 1, 0}), "id=19");
    EXPECT_EQ(r.faults(), "reference_unknown");
}

TEST(Containers, SizesOfContainers) {
    Mission m;
    const auto length = m.natural("length", 8);
    const auto block = m.container("Block", entries({length, m.natural("v", 8)}));
    m.db.containers[block].size_bits = std::int64_t{32};
    m.container("P", {inner(block), entry(m.natural("after", 8))});
    Reception r(m);
    EXPECT_EQ(r.text({1, 2, 3, 4, 5}), "length=1 v=2 after=5");
    EXPECT_EQ(r.faults(), "");
    EXPECT_EQ(r.text({1, 2, 3}), "");
    EXPECT_EQ(r.faults(), "packet_too_short");
}

TEST(Containers, Aggregates) {
    Mission m;
    const auto u4 = m.type(IntegerType{.is_signed = false}, IntegerEncoding{.bits = 4});
    AggregateType pair;
    pair.members = {{"hi", u4}, {"lo", u4}};
    const auto pair_type = m.type(pair, {});
    const auto p = m.parameter("p", pair_type);
    const auto child =
        m.container("Child", {}, 1,
                    m.condition({.comparison = {.left = {.parameter = p, .path = {{"lo"}}},
                                                .right = std::string("2")}}));
    m.container("Root", {entry(p)});
    ASSERT_EQ(child, 0U);
    Reception r(m);
    EXPECT_EQ(r.text({0x12}), "p.hi=1 p.lo=2");
    EXPECT_EQ(r.container(), "/S/Child");
    r.decode({0x13});
    EXPECT_EQ(r.container(), "/S/Root");
}

TEST(Containers, ArraysOfSeveralDimensions) {
    Mission m;
    const auto u8 = m.type(IntegerType{.is_signed = false}, IntegerEncoding{.bits = 8});
    ArrayType matrix{.element = u8,
                     .dimensions = {{.end = std::int64_t{1}}, {.end = std::int64_t{2}}}};
    const auto fixed = m.parameter("m", m.type(matrix, {}));
    const auto n = m.natural("n", 8);
    ArrayType vector{.element = u8, .dimensions = {{.end = value_of(n, 1, -1)}}};
    const auto dynamic = m.parameter("v", m.type(vector, {}));
    m.container("P", entries({fixed, n, dynamic}));
    Reception r(m);
    EXPECT_EQ(r.text({1, 2, 3, 4, 5, 6, 2, 8, 9}),
              "m[0][0]=1 m[0][1]=2 m[0][2]=3 m[1][0]=4 m[1][1]=5 m[1][2]=6 n=2 v[0]=8 v[1]=9");
    EXPECT_EQ(r.text({1, 2, 3, 4, 5, 6, 0}).substr(50), "m[1][2]=6 n=0");
}

TEST(Containers, ArraysOfAggregatesOfArrays) {
    Mission m;
    const auto u8 = m.type(IntegerType{.is_signed = false}, IntegerEncoding{.bits = 8});
    const auto two = m.type(ArrayType{.element = u8, .dimensions = {{.end = std::int64_t{1}}}}, {});
    AggregateType cell;
    cell.members = {{"id", u8}, {"v", two}};
    const auto cell_type = m.type(cell, {});
    const auto cells = m.parameter(
        "c", m.type(ArrayType{.element = cell_type, .dimensions = {{.end = std::int64_t{1}}}}, {}));
    m.container("P", entries({cells}));
    Reception r(m);
    EXPECT_EQ(r.text({1, 2, 3, 4, 5, 6}),
              "c[0].id=1 c[0].v[0]=2 c[0].v[1]=3 c[1].id=4 c[1].v[0]=5 c[1].v[1]=6");
}

TEST(Containers, PartOfAnArray) {
    Mission m;
    const auto u8 = m.type(IntegerType{.is_signed = false}, IntegerEncoding{.bits = 8});
    const auto a = m.parameter("a", m.type(ArrayType{.element = u8, .dimension_count = 1}, {}));
    m.container("P", {{.kind = Entry::Kind::array,
                       .parameter = a,
                       .dimensions = {{.start = std::int64_t{2}, .end = std::int64_t{3}}}}});
    Reception r(m);
    EXPECT_EQ(r.text({7, 8}), "a[2]=7 a[3]=8");
}

TEST(Containers, ShortPacketsKeepWhatTheyHold) {
    Mission m;
    m.container("P", entries({m.natural("a", 8), m.natural("b", 16), m.natural("c", 8)}));
    Reception r(m);
    EXPECT_EQ(r.text({1, 2}), "a=1");
    EXPECT_EQ(r.faults(), "packet_too_short");
    EXPECT_EQ(r.events.front().bits, 16);
    EXPECT_EQ(r.text({}), "");
    EXPECT_EQ(r.faults(), "packet_too_short");
}

TEST(Containers, HostileCountsAreBounded) {
    Mission m;
    const auto n = m.natural("n", 32);
    const auto empty = m.container("Empty", {});
    Entry repeated = inner(empty);
    repeated.repeat = Repeat{.count = value_of(n)};
    const auto u1 = m.type(IntegerType{.is_signed = false}, IntegerEncoding{.bits = 1});
    const auto array = m.parameter(
        "v", m.type(ArrayType{.element = u1, .dimensions = {{.end = value_of(n)}}}, {}));
    m.container("P", {entry(n), repeated, entry(array)});
    Reception r(m, {}, {.most_values = 1000});
    EXPECT_EQ(r.text({0xff, 0xff, 0xff, 0xff}), "n=4294967295");
    EXPECT_EQ(r.faults(), "limit_reached");
}

TEST(Containers, TelecommandsOfTheirOwnAreNoTelemetry) {
    Mission m;
    const auto id = m.natural("id", 8);
    const auto command = m.container("Command", entries({id}));
    m.container("Fire", {}, command, m.when(id, "9"));
    m.db.containers[command].is_command = true;
    const auto root = m.container("Root", entries({id}));
    m.db.containers[root].is_abstract = true;
    m.container("Child", {}, root, m.when(id, "1"));
    Reception r(m);
    r.decode({9});
    EXPECT_EQ(r.faults(), "container_not_found");
    r.decode({1});
    EXPECT_EQ(r.container(), "/S/Child");
}

TEST(Containers, RootByName) {
    Mission m;
    const auto id = m.natural("id", 8);
    const auto root = m.container("Root", entries({id}));
    m.container("Child", entries({m.natural("a", 8)}), root, m.when(id, "1"));
    m.container("Loose", entries({m.natural("b", 8)}));
    EXPECT_EQ(Reception(m).text({1, 2}), "id=1 a=2");
    EXPECT_EQ(Reception(m, {.root = "Loose"}).text({3}), "b=3");
    EXPECT_EQ(Reception(m, {.root = "Child"}).text({9, 2}), "id=9 a=2");
    EXPECT_FALSE(compile(m.db, {.root = "Nothing"}).has_value());
}

} // namespace
} // namespace telemetry::parameter
