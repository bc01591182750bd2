// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/yaml_database.h"

#include <gtest/gtest.h>

#include "shared_files.h"
#include "telemetry/parameter/xtce.h"

namespace telemetry::parameter {
namespace {

Database read(const std::string& text) {
    auto database = parse_yaml_database(text, "m.yml");
    EXPECT_TRUE(database) << database.error().to_string();
    if (!database)
        return {};
    // Written, in both forms, it reads back to the same.
    const std::string yaml = write_yaml_database(*database);
    const auto again = parse_yaml_database(yaml, "again.yml");
    EXPECT_TRUE(again) << again.error().to_string() << "\n" << yaml;
    EXPECT_EQ(again ? write_yaml_database(*again) : "", yaml);
    const std::string xtce = write_xtce(*database);
    const auto from_xtce = parse_xtce(xtce, "again.xml");
    EXPECT_TRUE(from_xtce) << from_xtce.error().to_string() << "\n" << xtce;
    EXPECT_EQ(from_xtce ? write_xtce(*from_xtce) : "", xtce);
    return std::move(*database);
}

std::string refusal(const std::string& text) {
    const auto database = parse_yaml_database(text, "m.yml");
    return database ? "" : database.error().to_string();
}

constexpr const char* kSmall = R"(
mission: Sat
containers:
  header:
    abstract: true
    entries:
      - version: u3
      - apid: u11
      - skip: 2
  hk:
    description: Housekeeping
    base: header
    when: apid == 5 and (version != 7 or raw(apid) >= 0x3)
    period: 2
    entries:
      - battery: {type: u16, unit: V, scale: 0.001, warning: [3.3, 4.2], critical: {above: 3, max: ~}}
      - mode: {type: u8, labels: {0: SAFE, 1..9: NOMINAL}}
      - heater: bool
      - temps: {type: i16le, repeat: 4, gap: 8, spline: [[0, -40], [100, 85]]}
      - parameter: battery
        at: 64
        when: mode == NOMINAL
parameters:
  soc: {type: f64, source: derived, unit: "%"}
algorithms:
  charge: {expression: (b - 3) / 1.2, inputs: [{b: battery}], outputs: [soc]}
rules:
  low: {if: battery < 3.2 and mode == 1, for: 10, level: distress, latching: true}
)";

TEST(Yaml, XtceKeepsWhatItHasNoWordsFor) {
    const std::string text = std::string(kSmall) + R"(
  safe: {when: mode == SAFE and charge_state < 2, for: PT5M, level: critical}
systems:
  Bus:
    types:
      t: {type: u8, warning: [1, 9], alarm: {on: raw, suppressed_while: mode == SAFE, latching: until_reset, off_delay: 3}}
    parameters: {p: t, charge_state: u8}
)";
    // The rule is in the root system, from where Bus' parameters are a path.
    std::string sound = text;
    sound.replace(sound.find("charge_state <"), 12, "Bus/charge_state");
    const Database db = read(sound);
    const auto back = parse_xtce(write_xtce(db), "m.xml");
    ASSERT_TRUE(back) << back.error().to_string();
    EXPECT_TRUE(back->diagnostics.empty());
    ASSERT_EQ(back->alarm_rules.size(), 2U);
    EXPECT_EQ(back->alarm_rules[0].expression, "battery < 3.2 and mode == 1");
    EXPECT_EQ(back->alarm_rules[0].behaviour.latching,
              AlarmBehaviour::Latching::until_acknowledged);
    EXPECT_NE(back->alarm_rules[1].condition, kNone);
    EXPECT_EQ(back->alarm_rules[1].duration_ns, 300'000'000'000);
    const AlarmDefinition& alarm =
        back->alarms[back->types[back->parameters[Dictionary(*back).parameter("p")].type].alarm];
    EXPECT_EQ(alarm.kind, ValueKind::raw);
    EXPECT_EQ(alarm.behaviour.latching, AlarmBehaviour::Latching::until_reset);
    ASSERT_NE(alarm.behaviour.suppressed_while, kNone);
    EXPECT_EQ(back->conditions[alarm.behaviour.suppressed_while].comparison.left.parameter,
              Dictionary(*back).parameter("mode"));
}

TEST(Yaml, ReadsASmallMission) {
    const Database db = read(kSmall);
    ASSERT_EQ(db.containers.size(), 2U);
    ASSERT_EQ(db.parameters.size(), 7U);
    const auto parameter = [&](const std::string& name) -> const Parameter& {
        const ParameterIndex index = Dictionary(db).parameter(name);
        EXPECT_NE(index, kNone) << name;
        return db.parameters[index];
    };
    const ParameterType& battery = db.types[parameter("battery").type];
    EXPECT_EQ(std::get<FloatType>(battery.detail).bits, 64);
    EXPECT_EQ(std::get<IntegerEncoding>(battery.encoding).bits, 16);
    EXPECT_EQ(std::get<Polynomial>(battery.calibrator.formula).coefficients,
              (std::vector<double>{0, 0.001}));
    EXPECT_EQ(battery.units[0].text, "V");
    const auto& ranges = db.alarms[battery.alarm].limits.ranges;
    ASSERT_EQ(ranges.size(), 2U);
    EXPECT_TRUE(ranges[1].range.min_exclusive);
    EXPECT_EQ(ranges[1].level, AlarmLevel::critical);
    const auto& mode = std::get<EnumeratedType>(db.types[parameter("mode").type].detail);
    EXPECT_EQ(mode.enumerations[1].max_value, 9);
    EXPECT_TRUE(std::holds_alternative<BooleanType>(db.types[parameter("heater").type].detail));
    const Container& hk = db.containers[1];
    EXPECT_EQ(hk.base, 0U);
    EXPECT_EQ(hk.expected_period_ns, 2'000'000'000);
    ASSERT_EQ(hk.entries.size(), 5U);
    EXPECT_EQ(std::get<std::int64_t>(hk.entries[3].repeat->count), 4);
    EXPECT_EQ(hk.entries[4].location->from, Location::From::container_start);
    const Condition& when = db.conditions[hk.restriction];
    EXPECT_EQ(when.kind, Condition::Kind::all_of);
    EXPECT_EQ(when.operands[1].operands[1].comparison.left.kind, ValueKind::raw);
    EXPECT_EQ(parameter("soc").source, DataSource::derived);
    ASSERT_EQ(db.alarm_rules.size(), 1U);
    EXPECT_EQ(db.alarm_rules[0].duration_ns, 10'000'000'000);
    EXPECT_EQ(db.algorithms[0].inputs[0].name, "b");
}

TEST(Yaml, ReadsEveryKindOfTypeAndEntry) {
    const Database db = read(R"(
mission: Sat
types:
  u8: {type: unsigned, raw: u8}
  name: {type: string, size: 64, end: "00", charset: UTF-16LE, characters: [1, 4]}
  pascal: {type: string, leading_size: 8, max: 256}
  blob: {type: binary, size: raw(n) * 8 - 16}
  chosen: {type: binary, size: {lookup: [{when: n == 1, value: 8}, {when: n == 2, value: 16}], default: 24}}
  point: {type: aggregate, members: {x: i16, y: ./u8, z: {type: f32, unit: m}}}
  grid: {type: array, of: point, dimensions: [3, {start: 1, end: n}]}
  odd: {type: u32, order: [2, 3, 0, 1], bit_order: lsb}
  signs: {type: integer, raw: sm12, bits: 16, valid_raw: [-5, 5]}
  met: {type: time, raw: u48, code: "cuc:4,2", epoch: TAI}
  age: {type: duration, raw: u32, tick: 0.001}
  later: {type: time, raw: u16, offset_from: stamp}
  flow:
    type: f32
    calibrations: [{when: n > 3, math: [x, 2, "*", {ref: "raw(n)@-1"}, +]}]
    expression: x * 2 + 1
    alarm:
      violations: 3
      ranges: [{level: watch, inside: true, min: 1, max: 2}]
      changes: [{per: second, percent: true, seconds: 5, warning: [~, 10]}]
      contexts: [{when: n == 1, severe: [0, 9], conformances: 2}]
      on: raw
      dead_band: 0.5
      on_delay: PT1M
      latching: true
      suppressed_while: n == 0
parameters:
  n: ./u8
  stamp: met
  p: point
  g: grid
  b: blob
  s: {type: name, initial: abc, valid_if: n != 3, aliases: [{ID: "77"}], read_only: true}
containers:
  part: {entries: [n]}
  all:
    size: 800
    entries:
      - container: part
      - n
      - {parameter: p, before_next: 4}
      - array: g
      - {segment: b, bits: 8, order: 1}
      - {indirect: n, alias_space: ID}
      - {fixed: f0a0, bits: 12}
      - {parameter: s, from_end: n * 2 + 8, note: the last}
)");
    ASSERT_EQ(db.containers.size(), 2U);
    EXPECT_EQ(db.containers[1].entries.size(), 8U);
    const auto type = [&](const std::string& name) -> const ParameterType& {
        for (const ParameterType& each : db.types)
            if (each.name == name)
                return each;
        ADD_FAILURE() << name;
        return db.types[0];
    };
    const auto& blob = std::get<BinaryEncoding>(type("blob").encoding);
    const auto& size = std::get<DynamicValue>(blob.size_bits);
    EXPECT_EQ(size.slope, 8);
    EXPECT_EQ(size.intercept, -16);
    EXPECT_EQ(size.reference.kind, ValueKind::raw);
    EXPECT_EQ(std::get<DiscreteLookup>(std::get<BinaryEncoding>(type("chosen").encoding).size_bits)
                  .fallback,
              24);
    EXPECT_EQ(std::get<AggregateType>(type("point").detail).members.size(), 3U);
    EXPECT_EQ(type("point_z").units[0].text, "m");
    EXPECT_EQ(std::get<IntegerEncoding>(type("odd").encoding).layout.byte_order, ByteOrder::listed);
    EXPECT_EQ(std::get<AbsoluteTimeType>(type("met").detail).format.code, TimeCode::cuc);
    EXPECT_EQ(std::get<Expression>(type("flow").calibrator.formula).text, "x * 2 + 1");
    const AlarmDefinition& alarm = db.alarms[type("flow").alarm];
    EXPECT_EQ(alarm.behaviour.on_delay_ns, 60'000'000'000);
    EXPECT_EQ(alarm.kind, ValueKind::raw);
    EXPECT_EQ(alarm.limits.changes[0].span_seconds, 5);
    EXPECT_EQ(alarm.contexts[0].limits.min_conformances, 2);
    const auto& from_end =
        std::get<DynamicValue>(db.containers[1].entries[7].location->offset_bits);
    EXPECT_EQ(from_end.intercept, 8);
}

TEST(Yaml, TellsWhereAMistakeIsAndWhatWasMeant) {
    const auto small = [](const std::string& entry) {
        return "mission: S\ncontainers:\n  c:\n    entries:\n      - " + entry + "\n";
    };
    EXPECT_EQ(refusal("containers: {}\n"),
              "m.yml:1:1: mission: required and not given; expected the mission's name");
    EXPECT_EQ(refusal("mission: S\nconatiners: {}\n"),
              "m.yml:2:1: conatiners: unknown key; did you mean 'containers'?");
    EXPECT_EQ(refusal(small("volt: {type: u16, untis: V}")),
              "m.yml:5:27: containers.c.entries.volt.untis: unknown key; did you mean 'unit'?");
    EXPECT_NE(refusal(small("volt: {type: flot}")).find("m.yml:5:22: containers.c.entries.volt"),
              std::string::npos);
    EXPECT_NE(refusal(small("{parameter: nope}")).find("no parameter 'nope'"), std::string::npos);
    EXPECT_NE(refusal(small("v: {type: u8, when: v = 1}")).find("expected ==, !=, <"),
              std::string::npos);
    EXPECT_NE(refusal(small("v: {type: u8, when: vv == 1}")).find("did you mean 'v'?"),
              std::string::npos);
    EXPECT_NE(refusal(small("v: {type: u65}")).find("no type 'u65' here or above"),
              std::string::npos);
    EXPECT_NE(refusal(small("v: {type: u8, warning: [5, 1]}")).find("minimum lies above"),
              std::string::npos);
    EXPECT_NE(refusal(small("v: u8\n      - v: u8")).find("already in this system"),
              std::string::npos);
    EXPECT_NE(refusal(small("v: {type: u8, polynomial: [1], scale: 2}")).find("second calibration"),
              std::string::npos);
    EXPECT_NE(
        refusal("mission: S\ncontainers:\n  a: {base: b}\n  b: {base: a}\n").find("base of itself"),
        std::string::npos);
    EXPECT_NE(refusal("mission: [\n").find("not valid YAML"), std::string::npos);
}

TEST(Yaml, BoundsConditions) {
    std::string deep(5000, '(');
    EXPECT_NE(refusal("mission: S\ncontainers: {a: {entries: [p: u8]}, b: {base: a, when: '" +
                      deep + "'}}\n")
                  .find("fewer parentheses"),
              std::string::npos);
}

TEST(Yaml, HoldsAllThatXtceDatabasesHold) {
    for (const char* name : {"packets/bogussat/BogusSAT-1.xml", "packets/bogussat/UnitTests.xml",
                             "packets/jpss/xtce.xml"}) {
        const auto path = shared_file(name);
        if (!path)
            GTEST_SKIP() << "skipped: no " << name;
        const auto database = load_xtce(*path);
        ASSERT_TRUE(database) << database.error().to_string();
        const auto again = parse_yaml_database(write_yaml_database(*database), "again.yml");
        ASSERT_TRUE(again) << again.error().to_string();
        EXPECT_EQ(write_xtce(*again), write_xtce(*database)) << name;
    }
}

} // namespace
} // namespace telemetry::parameter
