// SPDX-License-Identifier: GPL-3.0-or-later
// The XTCE reader's inside: one class over several files, a file a chapter of the standard.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/parameter/model.h"
#include "telemetry/parameter/name_table.h"
#include "telemetry/parameter/xml_tree.h"
#include "telemetry/parameter/xtce_visit.h"

namespace telemetry::parameter {

/// Reads a document in two walks: the first declares every named thing, so that the second, which
/// reads what they say, can resolve references forwards as well as backwards.
class XtceReader {
public:
    explicit XtceReader(const XmlDocument& document);
    Result<Database> read();

private:
    using Kind = NameTable::Kind;

    /// Defaults that differ between the versions.
    enum class Version : std::uint8_t { v1_1, v1_2_draft, v1_2, v1_3 };

    struct Declared {
        const XmlElement* element = nullptr;
        SystemIndex system = 0;
    };

    // xtce_reader.cpp: systems and declarations
    void declare_system(const XmlElement& element, SystemIndex parent);
    void declare_meta_data(const XmlElement& element, SystemIndex system);
    void declare_types(const XmlElement& set, SystemIndex system);
    void declare_parameters(const XmlElement& set, SystemIndex system);
    void declare_containers(const XmlElement& set, SystemIndex system, bool is_command);
    void declare_algorithms(const XmlElement& set, SystemIndex system);
    void declare_messages(const XmlElement& set, SystemIndex system);
    template <class Thing>
    void declare(Kind kind, std::vector<Thing>& things, std::vector<Declared>& declared,
                 const XmlElement& element, SystemIndex system);
    void link_parameters();
    Header read_header(const XmlElement& element);
    void read_service(const XmlElement& element, SystemIndex system);
    void read_message(std::uint32_t index);
    void drop_broken_messages();

    // xtce_references.cpp: references, conditions, numbers
    using Rules = std::initializer_list<Visit::Rule>;
    std::uint32_t resolve(Kind kind, Visit& visit, std::string_view attribute,
                          std::string_view reference);
    ParameterReference resolve_parameter(Visit& visit, std::string_view attribute,
                                         std::string_view reference);
    std::optional<ParameterReference> read_reference(const XmlElement& element);
    std::optional<ParameterReference> read_reference(Visit& visit);
    ConditionIndex read_match(const XmlElement& element);
    ConditionIndex read_match(Visit& visit, Rules more);
    ConditionIndex add_condition(Condition condition);
    Condition read_comparison(const XmlElement& element);
    Condition read_comparisons(const XmlElement& element);
    Condition read_expression(const XmlElement& element);
    Condition read_conditions(const XmlElement& element, Condition::Kind kind);
    Condition read_check(const XmlElement& element);
    std::optional<IntegerValue> read_integer_value(const XmlElement& element);
    std::optional<IntegerValue> read_integer_value(Visit& visit, Rules more);
    std::optional<DynamicValue> read_dynamic_value(const XmlElement& element);
    DiscreteLookup read_lookup(const XmlElement& element);
    Range read_range(Visit& visit);
    AlgorithmIndex read_inline_algorithm(const XmlElement& element);

    // xtce_types.cpp
    void read_type(TypeIndex index);
    void read_type_body(TypeIndex index);
    void read_own_attributes(Visit& visit, ParameterType& type, bool derived);
    void read_valid_range(const XmlElement& element, ParameterType& type);
    void read_units(const XmlElement& set, ParameterType& type);
    void read_enumerations(const XmlElement& list, EnumeratedType& type);
    void read_members(const XmlElement& list, AggregateType& type);
    std::vector<Dimension> read_dimensions(const XmlElement& list);
    void read_time(const XmlElement& element, ParameterType& type);
    void read_reference_time(const XmlElement& element, AbsoluteTimeType& time);
    void settle_time_code(Visit& visit, ParameterType& type, TimeFormat& format);
    void settle_type(Visit& visit, ParameterType& type, TypeIndex index);
    TypeIndex unknown_type();

    // xtce_encodings.cpp
    BitLayout read_layout(Visit& visit);
    void read_byte_order_list(const XmlElement& element, BitLayout& layout);
    void settle_layout(Visit& visit, BitLayout& layout, std::int64_t bits);
    void read_as_binary(ParameterType& type, std::int64_t bits);
    void read_calibrators(Visit& visit, BitLayout& layout, ParameterType& type);
    void read_integer_encoding(const XmlElement& element, ParameterType& type);
    void read_float_encoding(const XmlElement& element, ParameterType& type);
    void read_string_encoding(const XmlElement& element, ParameterType& type);
    void read_string_ends(Visit& visit, StringEncoding& encoding, Rules more);
    bool is_placeholder(const XmlElement& element) const;
    void read_binary_encoding(const XmlElement& element, ParameterType& type);
    Calibrator read_calibrator(const XmlElement& element);
    std::vector<ContextCalibrator> read_context_calibrators(const XmlElement& list);
    void read_polynomial(const XmlElement& element, Calibrator& calibrator);
    Spline read_spline(const XmlElement& element);
    MathOperation read_math(Visit& visit, Rules more);

    // xtce_alarms.cpp
    AlarmDefinition& own_alarm(ParameterType& type, TypeIndex index);
    void read_context_alarms(const XmlElement& list, AlarmDefinition& alarm);
    AlarmLimits read_alarm(const XmlElement& element, ConditionIndex* context);
    ChangeAlarm read_change(const XmlElement& element);
    void read_ranges(Visit& visit, AlarmRange::Form form, double scale,
                     std::vector<AlarmRange>& ranges);
    bool read_behaviour(const std::vector<AncillaryData>& ancillary, SourcePosition where,
                        AlarmDefinition& alarm);
    ConditionIndex read_condition_text(const AncillaryData& data, SourcePosition where);
    void read_rules();

    // xtce_containers.cpp
    void read_container(ContainerIndex index);
    void read_base(const XmlElement& element, Container& container);
    void read_entries(const XmlElement& list, ContainerIndex index, Container& container);
    std::optional<Entry> read_entry(const XmlElement& element);
    Location read_location(const XmlElement& element);
    Repeat read_repeat(const XmlElement& element);
    void cut_broken();

    // xtce_algorithms.cpp: parameters and algorithms
    void read_parameter(ParameterIndex index);
    void read_properties(const XmlElement& element, Parameter& parameter);
    void read_address(const XmlElement& element, std::string prefix,
                      std::vector<std::string>& addresses);
    void read_algorithm(AlgorithmIndex index);
    void read_custom_algorithm(const XmlElement& element, Algorithm& algorithm);
    void read_triggers(const XmlElement& element, Algorithm& algorithm);

    const XmlDocument& document_;
    Version version_ = Version::v1_2;
    Database database_;
    Report report_;
    NameTable names_;
    SystemIndex system_ = 0; ///< of what is being read: references start there

    std::vector<Declared> types_;
    std::vector<Declared> parameters_;
    std::vector<Declared> containers_;
    std::vector<Declared> algorithms_;
    std::vector<Declared> messages_;
    std::vector<Declared> services_;
    std::vector<Declared> parameter_refs_;
    enum class State : std::uint8_t { unread, reading, read };
    std::vector<State> type_states_;
    bool range_is_calibrated_ = true; ///< of the type being read, unless its range says otherwise
    std::vector<bool> broken_; ///< containers whose entries end early for an unknown reference
    TypeIndex unknown_type_ = kNone;
};

} // namespace telemetry::parameter
