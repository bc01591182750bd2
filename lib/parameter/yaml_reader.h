// SPDX-License-Identifier: GPL-3.0-or-later
// The YAML reader's inside, over three files.
#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/parameter/condition_text.h"
#include "telemetry/parameter/name_table.h"
#include "telemetry/parameter/yaml_visit.h"

namespace telemetry::parameter {

/// What read_type_keys asks for: a parameter's map may hold them beside its own.
inline constexpr std::string_view kTypeKeys[] = {"bits",
                                                 "raw",
                                                 "order",
                                                 "bit_order",
                                                 "size",
                                                 "charset",
                                                 "leading_size",
                                                 "end",
                                                 "max",
                                                 "algorithm",
                                                 "pattern",
                                                 "characters",
                                                 "zero",
                                                 "one",
                                                 "labels",
                                                 "members",
                                                 "of",
                                                 "dimensions",
                                                 "dimension_count",
                                                 "epoch",
                                                 "tick",
                                                 "scale",
                                                 "offset",
                                                 "code",
                                                 "offset_from",
                                                 "unit",
                                                 "valid",
                                                 "valid_raw",
                                                 "polynomial",
                                                 "spline",
                                                 "math",
                                                 "expression",
                                                 "calibrator",
                                                 "calibrations",
                                                 "watch",
                                                 "warning",
                                                 "distress",
                                                 "critical",
                                                 "severe",
                                                 "alarm"};

/// Declares every name, then reads what they say: as XtceReader.
class YamlReader {
public:
    YamlReader(const YamlNode& root, const std::string& file);
    Result<Database> read();
    Result<void> read_rules_into(const NameTable& names, Database& database);

private:
    using Kind = NameTable::Kind;

    struct Declared {
        const YamlNode* node = nullptr;
        const YamlNode* key = nullptr;
        SystemIndex system = 0;
        std::string path = {};
        TypeIndex type = kNone; ///< of a parameter that brings its own
        bool is_entry = false;  ///< keys of an entry stand in the same map
    };

    // yaml_reader.cpp
    void declare_system(const YamlNode& key, const YamlNode& node, SystemIndex parent,
                        const std::string& path);
    void declare_parameter(const YamlNode& key, const YamlNode& node, SystemIndex system,
                           const std::string& path, bool is_entry);
    void declare_entries(const YamlNode& container, SystemIndex system, const std::string& path);
    template <class Thing>
    void declare(Kind kind, std::vector<Thing>& things, std::vector<Declared>& declared,
                 const YamlNode& key, const YamlNode& node, SystemIndex system,
                 const std::string& path);
    TypeIndex declare_member_type(const YamlNode& key, const YamlNode& node, SystemIndex system,
                                  const std::string& name, const std::string& path);
    void read_named(YamlVisit& visit, Named& named);
    void read_header(YamlVisit& visit, System& system);
    void read_parameter(ParameterIndex index);
    void read_container(ContainerIndex index);
    void read_entry(const YamlNode& node, const std::string& path, Container& container);
    void read_entry_options(YamlVisit& visit, Entry& entry);
    void read_algorithm(AlgorithmIndex index);
    void read_message(std::uint32_t index);
    void read_service(const Declared& declared);
    void read_rule(const Declared& declared);
    Significance read_significance(const YamlNode& node, const std::string& path);

    // yaml_values.cpp
    struct ValueNames;
    std::uint32_t resolve(Kind kind, const YamlNode& at, const std::string& key,
                          std::string_view name);
    ParameterReference resolve_parameter(const YamlNode& at, const std::string& key,
                                         std::string_view path);
    ConditionIndex read_condition(const YamlNode& node, const std::string& key);
    std::optional<ParameterReference> read_reference(const YamlNode& node, const std::string& key);
    IntegerValue read_integer_value(const YamlNode& node, const std::string& key);
    Range read_range(const YamlNode& node, const std::string& key);
    std::int64_t read_duration_ns(YamlVisit& visit, std::string_view key);
    MathOperation read_math(const YamlNode& node, const std::string& key);
    std::vector<Dimension> read_dimensions(const YamlNode& node, const std::string& key);

    // yaml_types.cpp
    bool brings_type(const YamlNode& node) const;
    void read_type(TypeIndex index);
    void read_type_keys(YamlVisit& visit, ParameterType& type);
    void read_encoding(YamlVisit& visit, ParameterType& type);
    void read_layout(YamlVisit& visit, BitLayout& layout);
    StringEncoding read_string(YamlVisit& visit);
    void read_detail(YamlVisit& visit, ParameterType& type);
    void read_time(YamlVisit& visit, TimeFormat& format);
    void read_labels(const YamlNode& node, const std::string& key, EnumeratedType& type);
    void read_calibration(YamlVisit& visit, ParameterType& type);
    bool read_formula(YamlVisit& visit, Calibrator& calibrator);
    void read_alarms(YamlVisit& visit, ParameterType& type);
    void read_limits(YamlVisit& visit, AlarmLimits& limits);
    void read_level_ranges(YamlVisit& visit, std::vector<AlarmRange>& ranges);
    void read_behaviour(YamlVisit& visit, AlarmDefinition& alarm);

    const YamlNode& root_;
    std::string file_;
    FirstError errors_;
    Database database_;
    NameTable names_;
    SystemIndex system_ = 0;
    std::vector<Declared> types_;
    std::vector<Declared> parameters_;
    std::vector<Declared> containers_;
    std::vector<Declared> algorithms_;
    std::vector<Declared> messages_;
    std::vector<Declared> services_;
    std::vector<Declared> rules_;
    std::deque<std::string> made_names_; ///< of types that stand inside others
};

} // namespace telemetry::parameter
