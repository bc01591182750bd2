// SPDX-License-Identifier: GPL-3.0-or-later
// The YAML writer's inside, over two files.
#pragma once
#include <string>
#include <vector>

#include "telemetry/parameter/condition_text.h"
#include "telemetry/parameter/yaml_text.h"

namespace telemetry::parameter {

class YamlDatabaseWriter {
public:
    explicit YamlDatabaseWriter(const Database& database);
    std::string write();
    YamlNode rules();

private:
    // yaml_writer.cpp
    YamlNode system(SystemIndex index);
    void named(YamlNode& map, const Named& named);
    YamlNode header(const Header& header);
    YamlNode parameter(ParameterIndex index);
    YamlNode container(const Container& container);
    YamlNode entry(const Entry& entry);
    void entry_options(YamlNode& map, const Entry& entry);
    YamlNode algorithm(const Algorithm& algorithm);
    YamlNode rule(const AlarmRule& rule);
    YamlNode significance(const Significance& significance);
    YamlNode dimensions(const std::vector<Dimension>& list);
    YamlNode integer_value(const IntegerValue& value);
    YamlNode range(const Range& range);
    YamlNode math(const MathOperation& operation);
    std::string condition(ConditionIndex index);
    std::string reference(const ParameterReference& reference);
    std::string duration(std::int64_t ns);

    // yaml_type_writer.cpp
    void type(YamlNode& map, const ParameterType& type);
    bool short_type(YamlNode& map, const ParameterType& type);
    void encoding(YamlNode& map, const ParameterType& type);
    void layout(YamlNode& map, const BitLayout& layout);
    void detail(YamlNode& map, const ParameterType& type);
    void labels(YamlNode& map, const EnumeratedType& type);
    void time(YamlNode& map, const TimeFormat& format);
    void formula(YamlNode& map, const Calibrator& calibrator);
    void alarm(YamlNode& map, const AlarmDefinition& alarm);
    void limits(YamlNode& map, const AlarmLimits& limits);
    void ranges(YamlNode& map, const std::vector<AlarmRange>& ranges);
    void behaviour(YamlNode& map, const AlarmBehaviour& behaviour);

    const Database& db_;
    Paths paths_;
    SystemIndex at_ = 0;
    std::vector<bool> own_type_; ///< parameters whose type is theirs alone and bears their name
    std::vector<bool> is_own_;   ///< such types
};

} // namespace telemetry::parameter
