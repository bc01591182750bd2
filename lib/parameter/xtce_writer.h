// SPDX-License-Identifier: GPL-3.0-or-later
// The XTCE writer's inside, over two files.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/parameter/database_text.h"
#include "telemetry/parameter/model.h"
#include "telemetry/parameter/xml_writer.h"

namespace telemetry::parameter {

class XtceWriter {
public:
    explicit XtceWriter(const Database& database);
    std::string write();

private:
    using Scope = XmlWriter::Scope;

    // xtce_writer.cpp
    void system(SystemIndex index);
    void header(const Header& header);
    void meta_data(bool of_commands);
    void begin_named(Scope& scope, const Named& named);
    void described(const Named& named, const std::vector<AncillaryData>& more = {});
    std::vector<AncillaryData> behaviour(AlarmIndex index, const std::vector<AncillaryData>& given);
    void parameter(const Parameter& parameter);
    void address(std::string_view text);
    void container(const Container& container);
    void entry(const Entry& entry);
    void dimensions(const std::vector<Dimension>& list);
    void algorithm(const Algorithm& algorithm, std::string_view element);
    void custom_body(const Algorithm& algorithm);
    void triggers(const Algorithm& algorithm);
    void services(SystemIndex index);
    void reference(std::string_view element, const ParameterReference& reference);
    void reference_attributes(Scope& scope, const ParameterReference& reference);
    void match(std::string_view element, ConditionIndex condition);
    void match_body(const Condition& condition);
    void comparison(const Comparison& comparison);
    void expression(const Condition& condition);
    void integer_value(const IntegerValue& value);
    void integer_element(std::string_view element, const IntegerValue& value);
    void range_attributes(Scope& scope, const Range& range);
    void math(const MathOperation& operation);
    void mark_inline(const Condition& condition);
    void mark_inline(AlgorithmIndex index);

    // xtce_type_writer.cpp
    void type(const ParameterType& type);
    void units(const ParameterType& type);
    void encoding(const ParameterType& type);
    void layout(Scope& scope, const BitLayout& layout);
    void string_size(const StringEncoding& encoding);
    void calibrators(const ParameterType& type);
    void calibrator(std::string_view element, const Calibrator& calibrator);
    void detail(const ParameterType& type);
    void time(const ParameterType& type, const TimeFormat& format);
    void alarms(const ParameterType& type);
    void alarm_body(const AlarmLimits& limits, const ParameterType& type);
    void alarm_attributes(Scope& scope, const AlarmLimits& limits);
    void ranges(const std::vector<AlarmRange>& ranges);

    const Database& db_;
    Paths paths_;
    XmlWriter xml_;
    std::vector<bool> inline_; ///< algorithms that stand where they are used
    SystemIndex at_ = 0;       ///< the system being written: names are relative to it
};

} // namespace telemetry::parameter
