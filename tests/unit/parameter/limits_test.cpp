// SPDX-License-Identifier: GPL-3.0-or-later
// Databases that ask for more than any machine has, in a few lines: each must be refused or cut off
// within a fraction of a second, and without memory.
#include <chrono>

#include <gtest/gtest.h>

#include "mission.h"
#include "telemetry/parameter/database_check.h"
#include "telemetry/parameter/yaml_database.h"

namespace telemetry::parameter {
namespace {

/// Generous: sanitizers and a busy machine are slow, and what is tested against takes for ever.
constexpr std::chrono::seconds kSoon{10};

class Limits : public ::testing::Test {
protected:
    void TearDown() override { EXPECT_LT(std::chrono::steady_clock::now() - begin_, kSoon); }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

TypeIndex doubled_aggregate(Mission& m, int levels) {
    TypeIndex type = m.type(IntegerType{.is_signed = false}, IntegerEncoding{.bits = 8});
    for (int i = 0; i < levels; ++i)
        type = m.type(
            AggregateType{.members = {{.name = "a", .type = type}, {.name = "b", .type = type}}},
            {});
    return type;
}

/// Each container holds the next one twice.
ContainerIndex doubled_container(Mission& m, Entry leaf, int levels) {
    ContainerIndex container = m.container("L", {std::move(leaf)});
    for (int i = 0; i < levels; ++i)
        container = m.container("C" + std::to_string(i), {inner(container), inner(container)});
    return container;
}

TEST_F(Limits, ContainersThatDoubleWithoutABit) {
    Mission m;
    const auto id = m.natural("id", 8);
    Entry leaf = entry(m.natural("leaf", 8));
    leaf.include = m.when(id, "255");
    const auto bomb = doubled_container(m, leaf, 33);
    m.container("Root", {entry(id), inner(bomb)});
    Reception r(m);
    EXPECT_EQ(r.text({7, 7}), "id=7");
    EXPECT_EQ(r.faults(), "limit_reached");
}

TEST_F(Limits, ASizeOfContainersThatDouble) {
    Mission m;
    // Nothing, at a place of its own: no run of fields takes it in.
    const Entry nothing{.kind = Entry::Kind::fixed_value,
                        .location = Location{.from = Location::From::container_end,
                                             .offset_bits = std::int64_t{0}}};
    doubled_container(m, nothing, 60);
    Reception r(m, {.root = "C59"});
    EXPECT_TRUE(r.program);
}

TEST_F(Limits, AggregatesThatDouble) {
    Mission m;
    m.parameter("bomb", doubled_aggregate(m, 40));
    EXPECT_TRUE(fixed_bits(m.db, m.db.parameters.front().type));
    m.container("Root", entries({0}));
    const auto program = compile(m.db);
    ASSERT_FALSE(program);
    EXPECT_NE(program.error().to_string().find("bomb: with it the members of parameters"),
              std::string::npos)
        << program.error().to_string();
}

TEST_F(Limits, BitsOfAggregatesSaturate) {
    Mission m;
    EXPECT_EQ(fixed_bits(m.db, doubled_aggregate(m, 10)), 8 * 1024);
    EXPECT_FALSE(fixed_bits(m.db, doubled_aggregate(m, 62)));
}

TEST_F(Limits, LongChains) {
    for (const bool of_containers : {true, false}) {
        Mission m;
        TypeIndex type = m.type(IntegerType{.is_signed = false}, IntegerEncoding{.bits = 8});
        ContainerIndex container = m.container("Root", {});
        for (int i = 0; i < 100'000; ++i)
            if (of_containers)
                container = m.container("C" + std::to_string(i), {}, container);
            else
                type = m.type(AggregateType{.members = {{.name = "a", .type = type}}}, {});
        m.parameter("p", type);
        const auto program = compile(m.db);
        ASSERT_FALSE(program);
        EXPECT_NE(program.error().to_string().find("nests too deeply"), std::string::npos);
    }
}

TEST_F(Limits, AsDeepAsIsPossible) {
    Mission m;
    ContainerIndex container = m.container("Root", entries({m.natural("v", 8)}));
    for (int i = 0; i < 64; ++i)
        container = m.container("C" + std::to_string(i), {}, container);
    Reception r(m);
    EXPECT_EQ(r.text({9}), "v=9");
    EXPECT_EQ(r.container(), "/S/C63");
    EXPECT_EQ(r.faults(), "");
}

TEST_F(Limits, ABinaryValueTakenAgainAndAgain) {
    Mission m;
    constexpr std::int64_t kOctets = 60'000;
    const auto blob =
        m.parameter("blob", m.type(BinaryType{}, BinaryEncoding{.size_bits = 8 * kOctets}));
    Entry again = entry(blob);
    again.repeat = Repeat{.count = std::int64_t{1} << 20, .gap_bits = -8 * kOctets};
    m.container("Root", {again});
    struct Batches final : Sink<ValueBatch> {
        void accept(const ValueBatch& batch) noexcept override { values += batch.size(); }
        std::size_t values = 0;
    } batches;
    struct Events final : Sink<DecodeEvent> {
        void accept(const DecodeEvent& event) noexcept override { fault = event.fault; }
        DecodeFault fault = DecodeFault::container_not_found;
    } events;
    auto program = compile(m.db);
    ASSERT_TRUE(program);
    Decoder decoder(*program, events);
    const std::vector<std::uint8_t> octets(kOctets);
    decoder.process({.bytes = octets}, batches);
    decoder.finish(batches);
    EXPECT_GT(batches.values, 100U);
    EXPECT_LT(batches.values, 1000U);
    EXPECT_EQ(events.fault, DecodeFault::limit_reached);
}

TEST_F(Limits, SegmentsThatNeverMakeAWhole) {
    Mission m;
    const auto whole = m.parameter(
        "whole", m.type(BinaryType{}, BinaryEncoding{.size_bits = std::int64_t{1} << 30}));
    Entry piece{.kind = Entry::Kind::parameter_segment, .parameter = whole, .segment_bits = 8};
    piece.repeat = Repeat{.count = std::int64_t{1} << 20, .gap_bits = -8};
    m.container("Root", {piece});
    Reception r(m);
    EXPECT_EQ(r.text({1, 2}), "");
    EXPECT_EQ(r.faults(), "limit_reached");
}

} // namespace
} // namespace telemetry::parameter
