// SPDX-License-Identifier: GPL-3.0-or-later
// From raw to engineering values.
#include <gtest/gtest.h>

#include "mission.h"
#include "telemetry/base/time.h"
#include "telemetry/parameter/infix.h"
#include "telemetry/parameter/time_code.h"
#include "telemetry/parameter/time_notation.h"

namespace telemetry::parameter {
namespace {

MathToken number(double x) {
    return {.kind = MathToken::Kind::number, .number = x};
}
MathToken this_parameter() {
    return {.kind = MathToken::Kind::this_parameter};
}
MathToken operation(MathOperator op) {
    return {.kind = MathToken::Kind::operation, .operation = op};
}
MathToken reference(ParameterIndex p) {
    return {.kind = MathToken::Kind::reference, .reference = {.parameter = p}};
}

TEST(Calibrators, Polynomial) {
    Mission m;
    m.container("P", entries({m.calibrated("lin", 8, {.formula = Polynomial{{-100, 0.5}}}),
                              m.calibrated("cub", 8, {.formula = Polynomial{{1, 0, 0, 2}}}),
                              m.calibrated("con", 8, {.formula = Polynomial{{2.5}}}),
                              m.calibrated("none", 8, {.formula = Polynomial{}})}));
    Reception r(m);
    EXPECT_EQ(r.text({100, 3, 9, 9}), "lin=-50 cub=55 con=2.5 none=9");
    EXPECT_EQ(r.values[3].validity, Validity::not_calibrated);
    EXPECT_EQ(r.values[0].raw, "100");
}

TEST(Calibrators, SplineOfOrderOne) {
    Mission m;
    const Spline spline{.points = {{10, 0}, {20, 100}, {40, 110}}};
    Spline open = spline;
    open.extrapolate = true;
    m.container("P", entries({m.calibrated("a", 8, {.formula = spline}),
                              m.calibrated("b", 8, {.formula = open})}));
    Reception r(m);
    EXPECT_EQ(r.text({15, 15}), "a=50 b=50");
    EXPECT_EQ(r.text({40, 40}), "a=110 b=110");
    EXPECT_EQ(r.text({30, 60}), "a=105 b=120");
    EXPECT_EQ(r.text({10, 0}), "a=0 b=-100");
    r.decode({5, 41});
    EXPECT_EQ(r.values[0].validity, Validity::not_calibrated);
    EXPECT_EQ(r.values[1].validity, Validity::valid);
}

TEST(Calibrators, SplineOfOrderZero) {
    Mission m;
    m.container("P", entries({m.calibrated(
                         "a", 8, {.formula = Spline{.points = {{10, 1}, {20, 2}}, .order = 0}})}));
    Reception r(m);
    EXPECT_EQ(r.text({10}), "a=1");
    EXPECT_EQ(r.text({19}), "a=1");
    EXPECT_EQ(r.text({20}), "a=2");
}

TEST(Calibrators, MathOperation) {
    Mission m;
    // ln(1.234 x) / ln 2 · 64
    const MathOperation log{number(1.234),
                            this_parameter(),
                            operation(MathOperator::multiply),
                            operation(MathOperator::natural_log),
                            number(2),
                            operation(MathOperator::natural_log),
                            operation(MathOperator::divide),
                            number(64),
                            operation(MathOperator::multiply)};
    const MathOperation divided{this_parameter(), number(0), operation(MathOperator::divide)};
    m.container("P", entries({m.calibrated("a", 8, {.formula = log}),
                              m.calibrated("b", 8, {.formula = divided})}));
    Reception r(m);
    EXPECT_NEAR(std::stod(r.decode({5, 1})[0].value), 168.01731131998036, 1e-12);
    EXPECT_EQ(r.values[1].validity, Validity::not_calibrated);
}

TEST(Calibrators, MathOfOtherParameters) {
    Mission m;
    const auto other = m.natural("other", 8);
    m.container("P", entries({other, m.calibrated("a", 8,
                                                  {.formula = MathOperation{
                                                       reference(other), this_parameter(),
                                                       operation(MathOperator::swap),
                                                       operation(MathOperator::subtract)}})}));
    Reception r(m);
    EXPECT_EQ(r.text({3, 10}), "other=3 a=7");
}

TEST(Calibrators, MalformedMathIsReported) {
    Mission m;
    m.container(
        "P",
        entries({m.calibrated("a", 8, {.formula = MathOperation{operation(MathOperator::add)}})}));
    const auto program = compile(m.db);
    ASSERT_TRUE(program.has_value());
    ASSERT_EQ((*program)->diagnostics().size(), 1U);
    EXPECT_EQ((*program)->diagnostics()[0].severity, Diagnostic::Severity::error);
    EXPECT_EQ(Reception(m).decode({1})[0].validity, Validity::not_calibrated);
}

TEST(Calibrators, Expression) {
    Mission m;
    const auto mode = m.natural("mode", 8);
    m.container(
        "P",
        entries({mode, m.calibrated(
                           "a", 8, {.formula = Expression{"mode == 1 ? x * 0.1 - 4 : sqrt(x)"}})}));
    Reception r(m);
    EXPECT_EQ(r.text({1, 100}), "mode=1 a=6");
    EXPECT_EQ(r.text({2, 100}), "mode=2 a=10");
}

TEST(Calibrators, ContextsComeFirst) {
    Mission m;
    const auto mode = m.natural("mode", 8);
    ParameterType t;
    t.detail = FloatType{};
    t.encoding = IntegerEncoding{};
    t.calibrator.formula = Polynomial{{0, 1}};
    t.context_calibrators = {
        {m.when(mode, "1"), {.formula = Polynomial{{0, 10}}}},
        {m.when(mode, "2", Comparator::greater_or_equal), {.formula = Polynomial{{0, 100}}}}};
    m.container("P", entries({mode, m.parameter("a", m.type(t))}));
    Reception r(m);
    EXPECT_EQ(r.text({0, 7}), "mode=0 a=7");
    EXPECT_EQ(r.text({1, 7}), "mode=1 a=70");
    EXPECT_EQ(r.text({3, 7}), "mode=3 a=700");
}

TEST(Values, Enumerations) {
    Mission m;
    EnumeratedType e;
    e.enumerations = {{0, 0, "OFF"}, {1, 1, "ON"}, {2, 5, "FAILED"}};
    EnumeratedType sparse;
    sparse.enumerations = {{-5, -1, "NEG"}, {1000000, 2000000, "BIG"}};
    m.container(
        "P", entries({m.parameter("a", m.type(e, IntegerEncoding{})),
                      m.parameter("b", m.type(sparse, IntegerEncoding{
                                                          .coding = IntegerCoding::twos_complement,
                                                          .bits = 32}))}));
    Reception r(m);
    EXPECT_EQ(r.text({1, 0xff, 0xff, 0xff, 0xff}), "a=ON b=NEG");
    EXPECT_EQ(r.values[0].raw, "1");
    EXPECT_EQ(r.text({5, 0, 0x10, 0, 0}), "a=FAILED b=BIG");
    EXPECT_EQ(r.text({6, 0, 0, 0, 0}), "a=6 b=0");
    EXPECT_EQ(r.values[0].validity, Validity::not_calibrated);
}

TEST(Values, ConditionsOnLabelsAndBooleans) {
    Mission m;
    EnumeratedType e;
    e.enumerations = {{0, 0, "OFF"}, {1, 1, "ON"}};
    const auto mode = m.parameter("mode", m.type(e, IntegerEncoding{.bits = 4}));
    const auto flag = m.parameter(
        "flag", m.type(BooleanType{.zero = "NO", .one = "YES"}, IntegerEncoding{.bits = 4}));
    const auto root = m.container("Root", entries({mode, flag}));
    m.container("A", {}, root, m.when(mode, "ON"));
    m.container("B", {}, root, m.when(flag, "YES"));
    m.container("C", {}, root, m.when(mode, "0"));
    Reception r(m);
    EXPECT_EQ(r.text({0x10}), "mode=ON flag=NO");
    EXPECT_EQ(r.container(), "/S/A");
    r.decode({0x21});
    EXPECT_EQ(r.container(), "/S/B");
    r.decode({0x00});
    EXPECT_EQ(r.container(), "/S/C");
}

TEST(Values, ParametersKeepTheirInitialValue) {
    Mission m;
    EnumeratedType e;
    e.enumerations = {{0, 0, "NotUsed"}, {1, 1, "CRC"}};
    ParameterType t;
    t.detail = e;
    t.initial_value = "CRC"; // a type's, which is no parameter's
    const auto checksum = m.parameter("checksum", m.type(t));
    Entry crc = entry(m.natural("crc", 16));
    crc.include = m.when(checksum, "NotUsed", Comparator::not_equal);
    m.container("P", {entry(m.natural("a", 8)), crc});
    EXPECT_EQ(Reception(m).text({1}), "a=1");
    m.db.parameters[checksum].initial_value = "NotUsed";
    EXPECT_EQ(Reception(m).text({1}), "a=1");
    m.db.parameters[checksum].initial_value = "CRC";
    EXPECT_EQ(Reception(m).text({1, 0, 2}), "a=1 crc=2");
}

TEST(Values, EarlierInstances) {
    Mission m;
    const auto a = m.natural("a", 8);
    Entry changed = entry(m.natural("b", 8));
    changed.include =
        m.condition({.comparison = {.left = {.parameter = a},
                                    .comparator = Comparator::greater,
                                    .right = ParameterReference{.parameter = a, .instance = -2}}});
    m.container("P", {entry(a), changed});
    Reception r(m);
    EXPECT_EQ(r.text({1}), "a=1");
    EXPECT_EQ(r.text({2}), "a=2");
    EXPECT_EQ(r.text({3, 9}), "a=3 b=9");
    EXPECT_EQ(r.text({2}), "a=2");
}

TEST(Values, ValidityAndRange) {
    Mission m;
    const auto on = m.natural("on", 8);
    const auto v = m.calibrated("v", 8, {.formula = Polynomial{{0, 2}}});
    m.db.types[m.db.parameters[v].type].valid_range =
        ValidRange{.range = {.min = 10, .max = 20, .max_exclusive = true}};
    m.db.parameters[v].valid_if = m.when(on, "1");
    m.container("P", entries({on, v}));
    Reception r(m);
    EXPECT_EQ(r.decode({1, 5})[1].validity, Validity::valid);
    EXPECT_EQ(r.decode({1, 10})[1].validity, Validity::out_of_range);
    EXPECT_EQ(r.decode({1, 4})[1].validity, Validity::out_of_range);
    EXPECT_EQ(r.decode({0, 5})[1].validity, Validity::invalid);
}

TEST(Values, StringsOfEverySize) {
    Mission m;
    const auto text = [&](const char* name, StringEncoding encoding) {
        return m.parameter(name, m.type(StringType{}, std::move(encoding)));
    };
    const auto n = m.natural("n", 8);
    m.container("P",
                entries({text("fixed", {.size_bits = std::int64_t{32}}), n,
                         text("dyn", {.size_bits = value_of(n, 8)}),
                         text("led", {.leading_size_bits = 8}), text("term", {.termination = {0}}),
                         text("room", {.size_bits = std::int64_t{32}, .termination = {'X'}}),
                         m.natural("end", 8)}));
    Reception r(m);
    EXPECT_EQ(r.text({'A', 'b', 0,   0,   3, 'x', 'y', 'z', 16,  'h',
                      'i', 'B', 'Y', 'E', 0, 'q', 'X', 'r', 's', 77}),
              "fixed=Ab n=3 dyn=xyz led=hi term=BYE room=q end=77");
    EXPECT_EQ(r.faults(), "");
    EXPECT_EQ(r.values[0].raw, "41620000");
    EXPECT_EQ(r.text({'A', 'b', 0, 0, 3, 'x'}), "fixed=Ab n=3");
    EXPECT_EQ(r.faults(), "packet_too_short");
    EXPECT_EQ(r.text({'A', 'b', 0, 0, 0, 200, 'x', 'x'}), "fixed=Ab n=0 dyn=");
    EXPECT_EQ(r.faults(), "packet_too_short");
}

TEST(Values, StringsOfEveryCharset) {
    Mission m;
    const auto text = [&](const char* name, Charset charset, std::int64_t bits) {
        return m.parameter(
            name, m.type(StringType{}, StringEncoding{.charset = charset, .size_bits = bits}));
    };
    m.container("P", entries({text("u8", Charset::utf_8, 24), text("be", Charset::utf_16_be, 16),
                              text("bom", Charset::utf_16, 32), text("pair", Charset::utf_16, 32),
                              text("l1", Charset::latin_1, 8), text("w", Charset::windows_1252, 8),
                              text("u32", Charset::utf_32, 32)}));
    Reception r(m);
    EXPECT_EQ(r.text({0xE2, 0x82, 0xAC, 0x00, 0x41, 0xFF, 0xFE, 0x42, 0x00, 0xD8, 0x3D, 0xDE, 0x00,
                      0xE9, 0x80, 0x00, 0x01, 0xF6, 0x00}),
              "u8=€ be=A bom=B pair=😀 l1=é w=€ u32=😀");
    for (const auto& v : r.values)
        EXPECT_EQ(v.validity, Validity::valid);
}

TEST(Values, BadUtf8IsMarked) {
    Mission m;
    m.container("P",
                entries({m.parameter(
                    "s", m.type(StringType{}, StringEncoding{.size_bits = std::int64_t{24}}))}));
    Reception r(m);
    EXPECT_EQ(r.decode({'a', 0xC0, 'b'})[0].value, "a\xEF\xBF\xBD"
                                                   "b");
    EXPECT_EQ(r.values[0].validity, Validity::undecodable);
    EXPECT_EQ(r.decode({'a', 'b', 0xE2})[0].validity, Validity::undecodable);
}

TEST(Values, StringsBetweenOctets) {
    Mission m;
    m.container("P",
                entries({m.natural("a", 4),
                         m.parameter("s", m.type(StringType{},
                                                 StringEncoding{.size_bits = std::int64_t{16}})),
                         m.natural("b", 4)}));
    EXPECT_EQ(Reception(m).text({0x14, 0x14, 0x22}), "a=1 s=AB b=2");
}

TEST(Values, NumbersAsText) {
    Mission m;
    const StringEncoding four{.size_bits = std::int64_t{32}};
    m.container("P", entries({m.parameter("n", m.type(IntegerType{}, four)),
                              m.parameter("x", m.type(FloatType{}, four))}));
    EXPECT_EQ(Reception(m).text({' ', '+', '1', '2', '-', '2', '.', '5'}), "n=12 x=-2.5");
}

TEST(Values, TypesInEncodingsOfOtherKinds) {
    Mission m;
    EnumeratedType e;
    e.enumerations = {{1, 1, "LOW"}, {2, 2, "HIGH"}};
    const StringEncoding four{.size_bits = std::int64_t{32}};
    m.container(
        "P",
        entries({m.parameter("text", m.type(StringType{}, IntegerEncoding{.bits = 16})),
                 m.parameter("enum", m.type(e, BinaryEncoding{std::int64_t{8}})),
                 m.parameter("word", m.type(e, four)), m.parameter("digit", m.type(e, four)),
                 m.parameter("flag", m.type(BooleanType{}, BinaryEncoding{std::int64_t{8}})),
                 m.parameter("int", m.type(IntegerType{}, BinaryEncoding{std::int64_t{16}}))}));
    Reception r(m);
    EXPECT_EQ(r.text({0xFF, 0xFF, 2, 'L', 'O', 'W', 0, '2', 0, 0, 0, 4, 1, 2}),
              "text=65535 enum=HIGH word=LOW digit=HIGH flag=True int=258");
}

TEST(Values, Binary) {
    Mission m;
    const auto n = m.natural("n", 8);
    m.container(
        "P", entries({m.parameter("fixed", m.type(BinaryType{}, BinaryEncoding{std::int64_t{12}})),
                      m.natural("pad", 4), n,
                      m.parameter("dyn", m.type(BinaryType{}, BinaryEncoding{value_of(n, 8)}))}));
    Reception r(m);
    EXPECT_EQ(r.text({0xAB, 0xC0, 2, 0xDE, 0xAD}), "fixed=abc0 pad=0 n=2 dyn=dead");
    EXPECT_EQ(r.text({0xAB, 0xC0, 200, 0xDE, 0xAD}), "fixed=abc0 pad=0 n=200");
    EXPECT_EQ(r.faults(), "packet_too_short");
}

TEST(Values, SizesByLookup) {
    Mission m;
    const auto kind = m.natural("kind", 8);
    DiscreteLookup sizes{.rows = {{m.when(kind, "1"), 8}, {m.when(kind, "2"), 16}}};
    m.container("P",
                entries({kind, m.parameter("b", m.type(BinaryType{}, BinaryEncoding{sizes}))}));
    Reception r(m);
    EXPECT_EQ(r.text({1, 0xAA}), "kind=1 b=aa");
    EXPECT_EQ(r.text({2, 0xAA, 0xBB}), "kind=2 b=aabb");
    EXPECT_EQ(r.text({3, 0xAA, 0xBB}), "kind=3");
    EXPECT_EQ(r.faults(), "reference_unknown");
}

TEST(Values, DerivedParameters) {
    Mission m;
    const auto a = m.natural("a", 8);
    const auto b = m.natural("b", 8);
    const auto sum = m.parameter("sum", m.type(FloatType{}, {}));
    const auto twice = m.parameter("twice", m.type(FloatType{}, {}));
    m.container("P", entries({a, b}));
    Algorithm second; // stands in front of what it needs
    second.name = "Twice";
    second.kind = Algorithm::Kind::expression;
    second.text = "s * 2";
    second.inputs = {{"s", {.parameter = sum}}};
    second.outputs = {{"", twice}};
    Algorithm first;
    first.name = "Sum";
    first.kind = Algorithm::Kind::math;
    first.math = {reference(a), reference(b), operation(MathOperator::add)};
    first.outputs = {{"", sum}};
    first.triggers = {{.parameter = {.parameter = b}}};
    m.db.algorithms = {second, first};
    Reception r(m);
    EXPECT_EQ(r.text({1, 2}), "a=1 b=2 sum=3 twice=6");
    EXPECT_EQ(r.values[2].raw, "-");
    EXPECT_EQ(r.text({5}), "a=5");
}

TEST(Infix, NamesTextsAndOperators) {
    const auto evaluate = [](std::string_view text, std::vector<double> values) {
        auto infix = Infix::compile(text);
        if (!infix) {
            ADD_FAILURE() << infix.error().message;
            return 0.0;
        }
        return infix->evaluate(values);
    };
    EXPECT_EQ(evaluate("a.b[1] / c", {6, 3}), 2);
    EXPECT_EQ(evaluate("/Sat/Bus/v / 2", {6}), 3);
    EXPECT_EQ(evaluate("{odd-name} - 1", {6}), 5);
    EXPECT_EQ(evaluate("v < 6.5 and mode == 'SAFE'", {6, 42, 42}), 1);
    EXPECT_EQ(evaluate("v < 6.5 and not (mode == 'SAFE' or false)", {6, 42, 42}), 0);
    EXPECT_EQ(evaluate("7 % 4 + 0x10", {}), 19);
    EXPECT_EQ(evaluate("1e3 + 2.5E-1", {}), 1000.25);
    EXPECT_FALSE(Infix::compile("1 +").has_value());
    EXPECT_FALSE(Infix::compile("nofunction(1)").has_value());
    EXPECT_FALSE(Infix::compile("'open").has_value());
    EXPECT_FALSE(Infix::compile(std::string(5000, '(')).has_value());
    EXPECT_FALSE(Infix::compile("").has_value());
    EXPECT_FALSE(Infix::compile("a = 3").has_value());
    EXPECT_EQ(evaluate("a >= 3 and a != 4", {3}), 1);
}

TEST(Times, LeapSeconds) {
    const auto utc = [](const char* text) { return *from_rfc3339(text); };
    constexpr std::int64_t s = 1'000'000'000;
    EXPECT_EQ(utc_to_tai(utc("2020-01-01T00:00:00Z")) - utc("2020-01-01T00:00:00Z"), 37 * s);
    EXPECT_EQ(utc_to_tai(utc("1972-01-01T00:00:00Z")) - utc("1972-01-01T00:00:00Z"), 10 * s);
    for (const char* text :
         {"1958-01-01T00:00:00Z", "1971-12-31T23:59:59Z", "1980-01-06T00:00:00Z",
          "2016-12-31T23:59:59Z", "2017-01-01T00:00:00Z", "2100-01-01T00:00:00Z"})
        EXPECT_EQ(tai_to_utc(utc_to_tai(utc(text))), utc(text)) << text;
    // GPS week 2086, second 0, the IGS calendar's 2019-12-29; 18 leap seconds since 1980.
    const Epoch gps = *parse_epoch("GPS");
    EXPECT_EQ(to_rfc3339(instant_after(gps, {2086LL * 604800, 0})),
              "2019-12-28T23:59:42.000000000Z");
}

TEST(Times, Epochs) {
    EXPECT_EQ(to_rfc3339(parse_epoch("J2000")->ns), "2000-01-01T11:58:55.816000000Z");
    EXPECT_EQ(parse_epoch("2000-01-01")->ns, 946684800LL * 1'000'000'000);
    EXPECT_EQ(parse_epoch("2000-01-01T00:00:00")->ns, 946684800LL * 1'000'000'000);
    EXPECT_EQ(parse_epoch("UNIX")->ns, 0);
    EXPECT_EQ(parse_epoch("yesterday"), std::nullopt);
}

TEST(Times, CodesOfEveryKind) {
    Mission m;
    const auto time = [&](const char* name, TimeFormat format, const char* epoch, int bits) {
        ParameterType t;
        t.detail = AbsoluteTimeType{.format = format, .epoch = *parse_epoch(epoch)};
        if (format.code == TimeCode::linear)
            t.encoding = IntegerEncoding{.bits = bits};
        return m.parameter(name, m.type(t));
    };
    m.container("P",
                entries({time("unix", {}, "UNIX", 32), time("ms", {.unit_s = 1e-3}, "UNIX", 48),
                         time("cuc", {.code = TimeCode::cuc, .fine_octets = 3}, "1980-01-06", 0),
                         time("tai", {.code = TimeCode::cuc, .fine_octets = 2}, "TAI", 0),
                         time("cds", {.code = TimeCode::cds, .coarse_octets = 2, .fine_octets = 2},
                              "1958-01-01", 0),
                         time("tv", {.code = TimeCode::timeval}, "UNIX", 0)}));
    Reception r(m);
    r.decode({0x5E, 0x0B, 0xE1, 0x00, 0x00, 0x00, 0x00, 0x01, 0x86, 0xA1, 0x3D, 0xFD, 0x17,
              0x9E, 0x80, 0x00, 0x00, 0x74, 0xCB, 0xE9, 0x25, 0x80, 0x00, 0x5A, 0x45, 0x00,
              0x00, 0x00, 0x1E, 0x03, 0xAD, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02});
    ASSERT_EQ(r.values.size(), 6U);
    const auto at = [&](std::size_t i) { return to_rfc3339(std::stoll(r.values[i].value)); };
    EXPECT_EQ(at(0), "2020-01-01T00:00:00.000000000Z");
    EXPECT_EQ(at(1), "1970-01-01T00:01:40.001000000Z");
    EXPECT_EQ(at(2), "2012-12-20T00:00:30.500000000Z");
    EXPECT_EQ(at(3), "2020-02-04T15:15:12.500000000Z"); // 15:15:49.5 of TAI
    EXPECT_EQ(at(4), "2021-04-09T00:00:00.030941000Z"); // as NOAA-20's ephemeris has it
    EXPECT_EQ(at(5), "1970-01-01T00:00:01.000002000Z");
    EXPECT_EQ(to_rfc3339(r.generation_ns), at(0));
    EXPECT_EQ(r.faults(), "");
}

TEST(Times, PreambleAndLimits) {
    const TimeFormat cuc{.code = TimeCode::cuc, .has_p_field = true};
    const std::vector<std::uint8_t> agency{0x2E, 0, 0, 0, 1, 0x80, 0};
    const auto decoded = decode_time(cuc, agency);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_TRUE(decoded->agency_epoch);
    EXPECT_EQ(decoded->octets, 7U);
    EXPECT_EQ(decoded->elapsed.seconds, 1);
    EXPECT_EQ(decoded->elapsed.ns, 500'000'000);
    EXPECT_FALSE(decode_time(cuc, std::vector<std::uint8_t>{0x2E, 0, 0}).has_value());
    EXPECT_FALSE(decode_time(cuc, std::vector<std::uint8_t>{0x4E, 0, 0}).has_value());
    const TimeFormat cds{.code = TimeCode::cds, .has_p_field = true};
    const std::vector<std::uint8_t> days{0x42, 0, 1, 0, 0, 0, 1, 0, 0, 0, 5};
    const auto picoseconds = decode_time(cds, days);
    ASSERT_TRUE(picoseconds.has_value());
    EXPECT_EQ(picoseconds->elapsed.seconds, 86400);
    EXPECT_EQ(picoseconds->elapsed.ns, 1'000'000);
    EXPECT_EQ(to_ns({std::numeric_limits<std::int64_t>::max(), 0}), kUnknownTime);
    EXPECT_EQ(instant_after(*parse_epoch("UNIX"), {10'000'000'000, 0}), kUnknownTime);
}

TEST(Times, RelativeAndFromAnother) {
    Mission m;
    ParameterType absolute;
    absolute.detail = AbsoluteTimeType{.epoch = *parse_epoch("UNIX")};
    absolute.encoding = IntegerEncoding{.bits = 32};
    const auto base = m.parameter("base", m.type(absolute));
    absolute.detail = AbsoluteTimeType{.format = {.unit_s = 1e-3},
                                       .epoch = {},
                                       .offset_from = ParameterReference{.parameter = base}};
    absolute.encoding = IntegerEncoding{.bits = 16};
    const auto later = m.parameter("later", m.type(absolute));
    ParameterType relative;
    relative.detail = RelativeTimeType{.format = {.scale = 0.5, .offset = 1}};
    relative.encoding = IntegerEncoding{.bits = 8};
    m.container("P", entries({base, later, m.parameter("took", m.type(relative))}));
    EXPECT_EQ(Reception(m).text({0, 0, 0, 10, 0, 5, 3}),
              "base=10000000000 later=10005000000 took=2500000000");
}

} // namespace
} // namespace telemetry::parameter
