// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/xtce.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "shared_files.h"
#include "telemetry/parameter/yaml_database.h"

namespace telemetry::parameter {
namespace {

/// A whole database around what a test is about; line 2 is the first of `types`.
std::string around(const std::string& types, const std::string& parameters = "",
                   const std::string& containers = "", const std::string& rest = "") {
    return "<SpaceSystem name='Sat' xmlns='http://www.omg.org/spec/XTCE/20180204'>"
           "<TelemetryMetaData><ParameterTypeSet>\n" +
           types + "</ParameterTypeSet><ParameterSet>" + parameters +
           "</ParameterSet><ContainerSet>" + containers + "</ContainerSet>" + rest +
           "</TelemetryMetaData></SpaceSystem>";
}

/// Reads, and has what is written read back to the same.
Database read(const std::string& text) {
    auto database = parse_xtce(text, "t.xml");
    EXPECT_TRUE(database) << database.error().to_string();
    if (!database)
        return {};
    const std::string written = write_xtce(*database);
    const auto again = parse_xtce(written, "again.xml");
    EXPECT_TRUE(again) << again.error().to_string() << "\n" << written;
    EXPECT_EQ(again ? write_xtce(*again) : "", written);
    // Our YAML holds as much.
    const std::string yaml = write_yaml_database(*database);
    const auto from_yaml = parse_yaml_database(yaml, "again.yml");
    EXPECT_TRUE(from_yaml) << from_yaml.error().to_string() << "\n" << yaml;
    EXPECT_EQ(from_yaml ? write_xtce(*from_yaml) : "", written) << yaml;
    return std::move(*database);
}

Database read_quietly(const std::string& text) {
    Database database = read(text);
    for (const Diagnostic& each : database.diagnostics)
        ADD_FAILURE() << to_string(database, each.where) << ": " << each.element << ": "
                      << each.message;
    return database;
}

std::string told(const Database& database) {
    std::string all;
    for (const Diagnostic& each : database.diagnostics)
        all += to_string(database, each.where) + ": " + each.element + ": " + each.message + "\n";
    return all;
}

constexpr const char* kByte = "<IntegerParameterType name='u8' signed='false'><UnitSet/>"
                              "<IntegerDataEncoding/></IntegerParameterType>";

TEST(Xtce, AppliesTheDefaultsOfTheSchema) {
    const Database db = read_quietly(around(
        "<IntegerParameterType name='i'><UnitSet/><IntegerDataEncoding/></IntegerParameterType>"
        "<FloatParameterType name='f'><UnitSet/><FloatDataEncoding/></FloatParameterType>"
        "<BooleanParameterType name='b'><UnitSet/><IntegerDataEncoding sizeInBits='1'/>"
        "</BooleanParameterType>"));
    ASSERT_EQ(db.types.size(), 3U);
    const auto& integer = std::get<IntegerEncoding>(db.types[0].encoding);
    EXPECT_EQ(integer.bits, 8);
    EXPECT_EQ(integer.coding, IntegerCoding::unsigned_binary);
    EXPECT_TRUE(std::get<IntegerType>(db.types[0].detail).is_signed);
    EXPECT_EQ(std::get<IntegerType>(db.types[0].detail).bits, 32);
    EXPECT_EQ(std::get<FloatEncoding>(db.types[1].encoding).bits, 32);
    EXPECT_EQ(std::get<BooleanType>(db.types[2].detail).one, "True");
}

TEST(Xtce, ReadsEveryIntegerCodingAndByteOrder) {
    const Database db =
        read_quietly(around("<IntegerParameterType name='a'><IntegerDataEncoding sizeInBits='24' "
                            "encoding='twosComplement' byteOrder='leastSignificantByteFirst' "
                            "bitOrder='leastSignificantBitFirst'/></IntegerParameterType>"
                            "<IntegerParameterType name='b'><IntegerDataEncoding sizeInBits='32' "
                            "encoding='onesCompliment' byteOrder='2 3 0 1'/></IntegerParameterType>"
                            "<IntegerParameterType name='c'><IntegerDataEncoding sizeInBits='16' "
                            "encoding='packedBCD'><ByteOrderList><Byte byteSignificance='0'/>"
                            "<Byte byteSignificance='1'/></ByteOrderList></IntegerDataEncoding>"
                            "</IntegerParameterType>"));
    const auto& a = std::get<IntegerEncoding>(db.types[0].encoding);
    EXPECT_EQ(a.coding, IntegerCoding::twos_complement);
    EXPECT_EQ(a.layout.byte_order, ByteOrder::least_significant_first);
    EXPECT_EQ(a.layout.bit_order, BitOrder::least_significant_first);
    const auto& b = std::get<IntegerEncoding>(db.types[1].encoding);
    EXPECT_EQ(b.coding, IntegerCoding::ones_complement);
    EXPECT_EQ(b.layout.byte_order, ByteOrder::listed);
    EXPECT_EQ(b.layout.significance, (std::vector<std::uint8_t>{2, 3, 0, 1}));
    const auto& c = std::get<IntegerEncoding>(db.types[2].encoding);
    EXPECT_EQ(c.coding, IntegerCoding::packed_bcd);
    EXPECT_EQ(c.layout.byte_order, ByteOrder::least_significant_first);
}

TEST(Xtce, ReadsStringsOfEverySize) {
    const Database db = read_quietly(around(
        "<StringParameterType name='fixed'><StringDataEncoding encoding='UTF-16LE'><SizeInBits>"
        "<Fixed><FixedValue>128</FixedValue></Fixed><TerminationChar>0000</TerminationChar>"
        "</SizeInBits></StringDataEncoding></StringParameterType>"
        "<StringParameterType name='pascal'><StringDataEncoding><Variable maxSizeInBits='256'>"
        "<LeadingSize sizeInBitsOfSizeTag='8'/></Variable></StringDataEncoding>"
        "</StringParameterType>"
        "<StringParameterType name='c'><StringDataEncoding><Variable maxSizeInBits='48'>"
        "<DynamicValue><ParameterInstanceRef parameterRef='_yamcs_ignore'/></DynamicValue>"
        "<TerminationChar>00</TerminationChar></Variable></StringDataEncoding>"
        "</StringParameterType>"
        "<StringParameterType name='dynamic'><StringDataEncoding><Variable maxSizeInBits='800'>"
        "<DynamicValue><ParameterInstanceRef parameterRef='n'/><LinearAdjustment slope='8'/>"
        "</DynamicValue></Variable></StringDataEncoding></StringParameterType>" +
            std::string(kByte),
        "<Parameter name='n' parameterTypeRef='u8'/>"));
    const auto& fixed = std::get<StringEncoding>(db.types[0].encoding);
    EXPECT_EQ(fixed.charset, Charset::utf_16_le);
    EXPECT_EQ(std::get<std::int64_t>(*fixed.size_bits), 128);
    EXPECT_EQ(fixed.termination, (std::vector<std::uint8_t>{0, 0}));
    const auto& pascal = std::get<StringEncoding>(db.types[1].encoding);
    EXPECT_EQ(pascal.leading_size_bits, 8);
    EXPECT_EQ(pascal.max_bits, 256);
    EXPECT_FALSE(pascal.size_bits);
    EXPECT_FALSE(std::get<StringEncoding>(db.types[2].encoding).size_bits);
    const auto& dynamic = std::get<StringEncoding>(db.types[3].encoding);
    const auto& size = std::get<DynamicValue>(*dynamic.size_bits);
    EXPECT_EQ(size.slope, 8);
    EXPECT_EQ(size.reference.parameter, 0U);
}

TEST(Xtce, ResolvesNamesLikePaths) {
    const std::string text =
        "<x:SpaceSystem name='Root' xmlns:x='http://www.omg.org/space/xtce'>"
        "<x:TelemetryMetaData><x:ParameterTypeSet><x:IntegerParameterType name='T'>"
        "<x:IntegerDataEncoding/></x:IntegerParameterType></x:ParameterTypeSet>"
        "<x:ParameterSet><x:Parameter name='p' parameterTypeRef='T'/>"
        "<x:ParameterRef parameterRef='A/q'/></x:ParameterSet></x:TelemetryMetaData>"
        "<x:SpaceSystem name='A'><x:TelemetryMetaData><x:ParameterSet>"
        "<x:Parameter name='q' parameterTypeRef='/Root/T'/></x:ParameterSet>"
        "<x:ContainerSet><x:SequenceContainer name='C'><x:EntryList>"
        "<x:ParameterRefEntry parameterRef='p'/>"
        "<x:ParameterRefEntry parameterRef='../B/r'/>"
        "<x:ParameterRefEntry parameterRef='B/r'/>"
        "<x:ParameterRefEntry parameterRef='/Root/A/q'/>"
        "<x:ParameterRefEntry parameterRef='Root/A/q'/>"
        "<x:ParameterRefEntry parameterRef='./q'/>"
        "</x:EntryList></x:SequenceContainer></x:ContainerSet></x:TelemetryMetaData>"
        "</x:SpaceSystem>"
        "<x:SpaceSystem name='B'><x:TelemetryMetaData><x:ParameterSet>"
        "<x:Parameter name='r' parameterTypeRef='../T'/></x:ParameterSet>"
        "<x:ContainerSet><x:SequenceContainer name='D'><x:EntryList>"
        "<x:ParameterRefEntry parameterRef='q'/></x:EntryList></x:SequenceContainer>"
        "</x:ContainerSet></x:TelemetryMetaData></x:SpaceSystem></x:SpaceSystem>";
    const Database db = read_quietly(text);
    ASSERT_EQ(db.containers.size(), 2U);
    std::vector<std::string> names;
    for (const Entry& entry : db.containers[0].entries)
        names.push_back(qualified_name(db, db.parameters[entry.parameter]));
    EXPECT_EQ(names, (std::vector<std::string>{"/Root/p", "/Root/B/r", "/Root/B/r", "/Root/A/q",
                                               "/Root/A/q", "/Root/A/q"}));
    // Through the ParameterRef of the root.
    ASSERT_EQ(db.containers[1].entries.size(), 1U);
    EXPECT_EQ(qualified_name(db, db.parameters[db.containers[1].entries[0].parameter]),
              "/Root/A/q");
}

TEST(Xtce, ReadsContainers) {
    const Database db = read_quietly(around(
        kByte,
        "<Parameter name='n' parameterTypeRef='u8'/><Parameter name='v' parameterTypeRef='u8'/>",
        "<SequenceContainer name='Head' abstract='true'><DefaultRateInStream minimumValue='0.5'/>"
        "<EntryList><ParameterRefEntry parameterRef='n'/></EntryList></SequenceContainer>"
        "<SequenceContainer name='Body'><EntryList>"
        "<ParameterRefEntry parameterRef='v'><LocationInContainerInBits "
        "referenceLocation='containerEnd'><FixedValue>16</FixedValue></LocationInContainerInBits>"
        "<RepeatEntry><Count><DynamicValue><ParameterInstanceRef parameterRef='n' "
        "useCalibratedValue='false'/><LinearAdjustment intercept='-1'/></DynamicValue></Count>"
        "<Offset><FixedValue>4</FixedValue></Offset></RepeatEntry>"
        "<IncludeCondition><Comparison parameterRef='n' comparisonOperator='&gt;=' value='0x10'/>"
        "</IncludeCondition></ParameterRefEntry>"
        "<ContainerRefEntry containerRef='Tail'/>"
        "<ParameterSegmentRefEntry parameterRef='v' sizeInBits='4' order='1'/>"
        "<IndirectParameterRefEntry aliasNameSpace='ID'><ParameterInstance parameterRef='n'/>"
        "</IndirectParameterRefEntry>"
        "<FixedValueEntry binaryValue='f0' sizeInBits='8'/>"
        "</EntryList><BaseContainer containerRef='Head'><RestrictionCriteria><BooleanExpression>"
        "<ORedConditions><Condition><ParameterInstanceRef parameterRef='n'/>"
        "<ComparisonOperator>==</ComparisonOperator><Value>3</Value></Condition>"
        "<ANDedConditions><Condition><ParameterInstanceRef parameterRef='n' instance='-1'/>"
        "<ComparisonOperator>&lt;</ComparisonOperator><ParameterInstanceRef parameterRef='v'/>"
        "</Condition><Condition><ParameterInstanceRef parameterRef='n'/>"
        "<ComparisonOperator>!=</ComparisonOperator><Value>9</Value></Condition>"
        "</ANDedConditions></ORedConditions></BooleanExpression></RestrictionCriteria>"
        "</BaseContainer></SequenceContainer>"
        "<SequenceContainer name='Tail'><BinaryEncoding><SizeInBits><FixedValue>64</FixedValue>"
        "</SizeInBits></BinaryEncoding><EntryList/></SequenceContainer>"));
    ASSERT_EQ(db.containers.size(), 3U);
    EXPECT_TRUE(db.containers[0].is_abstract);
    EXPECT_EQ(db.containers[0].expected_period_ns, 2'000'000'000);
    const Container& body = db.containers[1];
    EXPECT_EQ(body.base, 0U);
    ASSERT_EQ(body.entries.size(), 5U);
    const Entry& first = body.entries[0];
    EXPECT_EQ(first.location->from, Location::From::container_end);
    EXPECT_EQ(std::get<std::int64_t>(first.location->offset_bits), 16);
    const auto& count = std::get<DynamicValue>(first.repeat->count);
    EXPECT_EQ(count.slope, 1);
    EXPECT_EQ(count.intercept, -1);
    EXPECT_EQ(count.reference.kind, ValueKind::raw);
    EXPECT_EQ(std::get<std::int64_t>(first.repeat->gap_bits), 4);
    const Condition& include = db.conditions[first.include];
    EXPECT_EQ(include.comparison.comparator, Comparator::greater_or_equal);
    EXPECT_EQ(std::get<std::string>(include.comparison.right), "0x10");
    EXPECT_EQ(body.entries[1].container, 2U);
    EXPECT_EQ(body.entries[2].segment_order, 1);
    EXPECT_EQ(body.entries[3].alias_space, "ID");
    EXPECT_EQ(body.entries[4].fixed_value, (std::vector<std::uint8_t>{0xf0}));
    const Condition& any = db.conditions[body.restriction];
    EXPECT_EQ(any.kind, Condition::Kind::any_of);
    ASSERT_EQ(any.operands.size(), 2U);
    EXPECT_EQ(any.operands[1].kind, Condition::Kind::all_of);
    EXPECT_EQ(any.operands[1].operands[0].comparison.left.instance, -1);
    EXPECT_EQ(std::get<ParameterReference>(any.operands[1].operands[0].comparison.right).parameter,
              1U);
    EXPECT_EQ(std::get<std::int64_t>(*db.containers[2].size_bits), 64);
}

TEST(Xtce, ReadsCalibrators) {
    const Database db = read_quietly(around(
        "<FloatParameterType name='f' sizeInBits='64'><UnitSet><Unit description='volt'>V</Unit>"
        "<Unit power='-1' factor='1000'>s</Unit></UnitSet><IntegerDataEncoding sizeInBits='12'>"
        "<DefaultCalibrator name='c'><PolynomialCalibrator><Term exponent='2' coefficient='1e-3'/>"
        "<Term exponent='0' coefficient='-1'/></PolynomialCalibrator></DefaultCalibrator>"
        "<ContextCalibratorList><ContextCalibrator><ContextMatch><ComparisonList>"
        "<Comparison parameterRef='m' value='HOT'/></ComparisonList></ContextMatch><Calibrator>"
        "<SplineCalibrator order='0' extrapolate='true'><SplinePoint raw='0' calibrated='5'/>"
        "<SplinePoint raw='10' calibrated='6'/></SplineCalibrator></Calibrator>"
        "</ContextCalibrator></ContextCalibratorList></IntegerDataEncoding>"
        "<ValidRange minInclusive='0' maxExclusive='5' validRangeAppliesToCalibrated='false'/>"
        "</FloatParameterType>"
        "<FloatParameterType name='g'><FloatDataEncoding><DefaultCalibrator>"
        "<MathOperationCalibrator><ThisParameterOperand/><ValueOperand>2</ValueOperand>"
        "<Operator>y^x</Operator><ParameterInstanceRefOperand parameterRef='m'/>"
        "<Operator>div</Operator></MathOperationCalibrator></DefaultCalibrator>"
        "</FloatDataEncoding></FloatParameterType>"
        "<EnumeratedParameterType name='e'><IntegerDataEncoding/><EnumerationList>"
        "<Enumeration value='0' label='COLD'/><Enumeration value='1' maxValue='9' label='HOT' "
        "shortDescription='too hot'/></EnumerationList></EnumeratedParameterType>",
        "<Parameter name='m' parameterTypeRef='e'/>"));
    const ParameterType& f = db.types[0];
    EXPECT_EQ(std::get<Polynomial>(f.calibrator.formula).coefficients,
              (std::vector<double>{-1, 0, 1e-3}));
    EXPECT_EQ(f.calibrator.name, "c");
    ASSERT_EQ(f.context_calibrators.size(), 1U);
    const auto& spline = std::get<Spline>(f.context_calibrators[0].calibrator.formula);
    EXPECT_EQ(spline.order, 0);
    EXPECT_TRUE(spline.extrapolate);
    EXPECT_EQ(f.units.size(), 2U);
    EXPECT_EQ(f.units[1].power, -1);
    EXPECT_EQ(f.valid_range->kind, ValueKind::raw);
    EXPECT_TRUE(f.valid_range->range.max_exclusive);
    const auto& math = std::get<MathOperation>(db.types[1].calibrator.formula);
    ASSERT_EQ(math.size(), 6U);
    EXPECT_EQ(math[2].operation, MathOperator::reverse_power);
    EXPECT_EQ(math[3].kind, MathToken::Kind::reference);
    EXPECT_EQ(math[4].operation, MathOperator::divide);
    EXPECT_EQ(math[5].operation, MathOperator::truncate);
    const auto& labels = std::get<EnumeratedType>(db.types[2].detail).enumerations;
    EXPECT_EQ(labels[1].max_value, 9);
    EXPECT_EQ(labels[1].description, "too hot");
}

TEST(Xtce, ReadsAlarms) {
    const Database db = read_quietly(around(
        "<IntegerParameterType name='i'><IntegerDataEncoding/><DefaultAlarm minViolations='3' "
        "minConformance='2'><StaticAlarmRanges><WarningRange minInclusive='40'/>"
        "<SevereRange minExclusive='70' maxInclusive='90'/></StaticAlarmRanges>"
        "<AlarmMultiRanges><Range level='watch' rangeForm='inside' minInclusive='1' "
        "maxInclusive='2'/></AlarmMultiRanges>"
        "<ChangeAlarmRanges changeType='changePerSample' changeBasis='percentageChange' "
        "spanOfInterestInSamples='4'><CriticalRange maxInclusive='5'/></ChangeAlarmRanges>"
        "</DefaultAlarm><ContextAlarmList><ContextAlarm><StaticAlarmRanges rangeForm='inside'>"
        "<WatchRange minInclusive='1'/></StaticAlarmRanges><ContextMatch>"
        "<Comparison parameterRef='p' value='1'/></ContextMatch></ContextAlarm>"
        "</ContextAlarmList></IntegerParameterType>"
        "<EnumeratedParameterType name='e'><IntegerDataEncoding/><EnumerationList>"
        "<Enumeration value='0' label='OK'/></EnumerationList><DefaultAlarm "
        "defaultAlarmLevel='distress'><EnumerationAlarmList><EnumerationAlarm alarmLevel='normal' "
        "enumerationLabel='OK'/></EnumerationAlarmList></DefaultAlarm></EnumeratedParameterType>"
        "<StringParameterType name='s'><StringDataEncoding><SizeInBits><TerminationChar>00"
        "</TerminationChar></SizeInBits></StringDataEncoding><DefaultAlarm><StringAlarmList>"
        "<StringAlarm alarmLevel='warning' matchPattern='E.*'/></StringAlarmList></DefaultAlarm>"
        "</StringParameterType>"
        "<BooleanParameterType name='b'><IntegerDataEncoding/><DefaultAlarm><AlarmConditions>"
        "<CriticalAlarm><Comparison parameterRef='p' value='7'/></CriticalAlarm>"
        "</AlarmConditions></DefaultAlarm></BooleanParameterType>",
        "<Parameter name='p' parameterTypeRef='i'/>"));
    ASSERT_EQ(db.alarms.size(), 4U);
    const AlarmLimits& limits = db.alarms[db.types[0].alarm].limits;
    EXPECT_EQ(limits.min_violations, 3);
    EXPECT_EQ(limits.min_conformances, 2);
    ASSERT_EQ(limits.ranges.size(), 3U);
    EXPECT_EQ(limits.ranges[0].level, AlarmLevel::warning);
    EXPECT_TRUE(std::isinf(limits.ranges[0].range.max));
    EXPECT_EQ(limits.ranges[2].form, AlarmRange::Form::inside);
    ASSERT_EQ(limits.changes.size(), 1U);
    EXPECT_EQ(limits.changes[0].span_samples, 4);
    EXPECT_EQ(limits.changes[0].scale, ChangeAlarm::Scale::percent);
    ASSERT_EQ(db.alarms[0].contexts.size(), 1U);
    EXPECT_EQ(db.alarms[0].contexts[0].limits.ranges[0].form, AlarmRange::Form::inside);
    EXPECT_EQ(db.alarms[1].limits.default_text_level, AlarmLevel::distress);
    EXPECT_EQ(db.alarms[2].limits.texts[0].match, TextAlarm::Match::pattern);
    EXPECT_EQ(db.alarms[3].limits.conditions[0].level, AlarmLevel::critical);
}

TEST(Xtce, DerivesTypes) {
    const Database db = read_quietly(around(
        "<FloatParameterType name='derived' baseType='base'><ValidRange maxInclusive='9'/>"
        "<DefaultAlarm><StaticAlarmRanges><WarningRange maxInclusive='5'/></StaticAlarmRanges>"
        "</DefaultAlarm></FloatParameterType>"
        "<FloatParameterType name='base' sizeInBits='64'><UnitSet><Unit>K</Unit></UnitSet>"
        "<IntegerDataEncoding sizeInBits='10'><DefaultCalibrator><PolynomialCalibrator>"
        "<Term exponent='1' coefficient='2'/></PolynomialCalibrator></DefaultCalibrator>"
        "</IntegerDataEncoding><DefaultAlarm><StaticAlarmRanges><SevereRange maxInclusive='8'/>"
        "</StaticAlarmRanges></DefaultAlarm></FloatParameterType>"));
    const ParameterType& derived = db.types[0];
    EXPECT_EQ(derived.name, "derived");
    EXPECT_EQ(derived.base, 1U);
    EXPECT_EQ(std::get<IntegerEncoding>(derived.encoding).bits, 10);
    EXPECT_EQ(derived.units[0].text, "K");
    EXPECT_TRUE(derived.valid_range);
    EXPECT_FALSE(db.types[1].valid_range);
    ASSERT_NE(derived.alarm, db.types[1].alarm);
    EXPECT_EQ(db.alarms[derived.alarm].limits.ranges[0].level, AlarmLevel::warning);
    EXPECT_EQ(db.alarms[db.types[1].alarm].limits.ranges[0].level, AlarmLevel::severe);
}

TEST(Xtce, ReadsTimes) {
    const Database db = read(around(
        "<AbsoluteTimeParameterType name='gps'><Encoding scale='0.001' offset='5'>"
        "<IntegerDataEncoding sizeInBits='32'/></Encoding><ReferenceTime><Epoch>GPS</Epoch>"
        "</ReferenceTime></AbsoluteTimeParameterType>"
        "<AbsoluteTimeParameterType name='cuc'><AncillaryDataSet>"
        "<AncillaryData name='telemetry:time_code'>cuc:4,2</AncillaryData></AncillaryDataSet>"
        "<Encoding><BinaryDataEncoding><SizeInBits><FixedValue>48</FixedValue></SizeInBits>"
        "</BinaryDataEncoding></Encoding><ReferenceTime><Epoch>TAI</Epoch></ReferenceTime>"
        "</AbsoluteTimeParameterType>"
        "<AbsoluteTimeParameterType name='offset'><Encoding units='picoSeconds'>"
        "<IntegerDataEncoding sizeInBits='64'/></Encoding><ReferenceTime>"
        "<OffsetFrom parameterRef='t'/></ReferenceTime></AbsoluteTimeParameterType>"
        "<AbsoluteTimeParameterType name='date'><Encoding><IntegerDataEncoding sizeInBits='32'/>"
        "</Encoding><ReferenceTime><Epoch>2000-01-01T12:00:00</Epoch></ReferenceTime>"
        "</AbsoluteTimeParameterType>",
        "<Parameter name='t' parameterTypeRef='gps'/>"));
    EXPECT_EQ(told(db), "");
    const auto& gps = std::get<AbsoluteTimeType>(db.types[0].detail);
    EXPECT_EQ(gps.epoch.scale, TimeScale::gps);
    EXPECT_EQ(gps.format.scale, 1e-3);
    EXPECT_EQ(gps.format.offset, 5);
    const auto& cuc = std::get<AbsoluteTimeType>(db.types[1].detail);
    EXPECT_EQ(cuc.format.code, TimeCode::cuc);
    EXPECT_EQ(cuc.format.fine_octets, 2);
    EXPECT_EQ(cuc.epoch.ns, -378'691'200'000'000'000);
    EXPECT_EQ(std::get<AbsoluteTimeType>(db.types[2].detail).offset_from->parameter, 0U);
    EXPECT_EQ(std::get<AbsoluteTimeType>(db.types[3].detail).epoch.ns, 946'728'000'000'000'000);
}

TEST(Xtce, ReadsAggregatesArraysAndPathsIntoThem) {
    const Database db = read_quietly(
        around("<AggregateParameterType name='agg'><MemberList><Member name='x' typeRef='u8'/>"
               "<Member name='list' typeRef='arr'/></MemberList></AggregateParameterType>"
               "<ArrayParameterType name='arr' arrayTypeRef='u8'><DimensionList><Dimension>"
               "<StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>2"
               "</FixedValue></EndingIndex></Dimension></DimensionList></ArrayParameterType>" +
                   std::string(kByte),
               "<Parameter name='a' parameterTypeRef='agg'/><Parameter name='dotted.name' "
               "parameterTypeRef='u8'/>",
               "<SequenceContainer name='C'><EntryList><ParameterRefEntry parameterRef='a'>"
               "<IncludeCondition><ComparisonList><Comparison parameterRef='a.list[1]' value='1'/>"
               "<Comparison parameterRef='dotted.name' value='1'/>"
               "<Comparison parameterRef='/Sat/a/x' value='1'/></ComparisonList></IncludeCondition>"
               "</ParameterRefEntry></EntryList></SequenceContainer>"));
    const auto& all = db.conditions[db.containers[0].entries[0].include].operands;
    ASSERT_EQ(all.size(), 3U);
    const auto& path = all[0].comparison.left.path;
    ASSERT_EQ(path.size(), 2U);
    EXPECT_EQ(path[0].member, "list");
    EXPECT_EQ(path[1].index, 1);
    EXPECT_EQ(all[1].comparison.left.parameter, 1U);
    EXPECT_TRUE(all[1].comparison.left.path.empty());
    EXPECT_EQ(all[2].comparison.left.path[0].member, "x");
}

TEST(Xtce, TellsOfEverythingItDoesNotUse) {
    const Database db = read(around(
        "<IntegerParameterType name='i' sgined='false'><UnitSet/>\n"
        "<IntegerDataEncoding sizeInBits='72' changeThreshold='1'>\n"
        "<ErrorDetectCorrect><Parity type='Even' bitsFromReference='0'/></ErrorDetectCorrect>\n"
        "<DefaultCalibratr/></IntegerDataEncoding></IntegerParameterType>\n",
        "<Parameter name='p' parameterTypeRef='u8'/>stray",
        "<SequenceContainer name='C'><EntryList><ParameterRefEntry parameterRef='q'/>"
        "<ParameterRefEntry parameterRef='p'/></EntryList></SequenceContainer>",
        "<StreamSet/><AlgorithmSet><CustomAlgorithm name='a'><AlgorithmText language='python'>1"
        "</AlgorithmText></CustomAlgorithm></AlgorithmSet>"));
    const std::string all = told(db);
    for (const char* each :
         {"t.xml:2: IntegerParameterType@sgined: unknown attribute, ignored; did you mean "
          "'signed'?",
          "t.xml:3: IntegerDataEncoding@sizeInBits: an integer of 72 bits",
          "t.xml:3: IntegerDataEncoding@changeThreshold: not used",
          "t.xml:4: ErrorDetectCorrect: parity and CRC",
          "t.xml:5: IntegerDataEncoding/DefaultCalibratr: unknown element, ignored; did you mean "
          "'DefaultCalibrator'?",
          "Parameter@parameterTypeRef: no type 'u8' here or above", "ParameterSet: text where none",
          "ParameterRefEntry@parameterRef: no parameter 'q' here or above",
          "cannot be used, so neither can what follows it", "StreamSet: not used",
          "CustomAlgorithm: an algorithm in 'python' is kept but cannot be run"})
        EXPECT_NE(all.find(each), std::string::npos) << each << "\nin\n" << all;
    // A wrong place is worse than none.
    EXPECT_TRUE(db.containers[0].entries.empty());
}

TEST(Xtce, RefusesCyclesAndWhatIsNoDatabase) {
    const auto cycle =
        parse_xtce(around(kByte, "",
                          "<SequenceContainer name='A'><EntryList/><BaseContainer containerRef='B'>"
                          "<RestrictionCriteria/></BaseContainer></SequenceContainer>\n"
                          "<SequenceContainer name='B'><EntryList/><BaseContainer containerRef='A'>"
                          "<RestrictionCriteria/></BaseContainer></SequenceContainer>"),
                   "t.xml");
    ASSERT_FALSE(cycle);
    EXPECT_NE(cycle.error().to_string().find("base of itself"), std::string::npos);

    const Database types = read(around(
        "<IntegerParameterType name='a' baseType='b'><IntegerDataEncoding/></IntegerParameterType>"
        "<IntegerParameterType name='b' baseType='a'><IntegerDataEncoding/>"
        "</IntegerParameterType>"));
    EXPECT_NE(told(types).find("cannot be its own base"), std::string::npos);

    const auto other = parse_xtce("<html/>", "t.html");
    ASSERT_FALSE(other);
    EXPECT_NE(other.error().to_string().find("expected an XTCE database"), std::string::npos);
}

TEST(Xtce, SharedDatabasesLoad) {
    for (const char* name : {"packets/bogussat/BogusSAT-1.xml", "packets/bogussat/UnitTests.xml",
                             "packets/jpss/xtce.xml"}) {
        const auto path = shared_file(name);
        if (!path)
            GTEST_SKIP() << "skipped: no " << name;
        const auto database = load_xtce(*path);
        ASSERT_TRUE(database) << database.error().to_string();
        const std::string all = told(*database);
        const std::string written = write_xtce(*database);
        const auto again = parse_xtce(written, "again.xml");
        ASSERT_TRUE(again) << again.error().to_string();
        EXPECT_EQ(write_xtce(*again), written);
        if (std::string(name).find("jpss") != std::string::npos) {
            EXPECT_EQ(all, "");
            EXPECT_EQ(database->parameters.size(), 27U);
        } else if (std::string(name).find("Bogus") != std::string::npos) {
            EXPECT_EQ(database->systems.size(), 5U);
            EXPECT_EQ(database->parameters.size(), 62U);
            for (const char* each :
                 {":372: SplineCalibrator@order", ":403: PolynomialCalibrator: has no terms",
                  ":526: Operator: operator 'foo' is not known", ":150: ParameterRefEntry"})
                EXPECT_NE(all.find(each), std::string::npos) << each;
        } else {
            EXPECT_NE(all.find("a float of 39 bits"), std::string::npos);
            EXPECT_NE(all.find("a float of 128 bits"), std::string::npos);
        }
    }
}

} // namespace
} // namespace telemetry::parameter
