// SPDX-License-Identifier: GPL-3.0-or-later
// Database → Program. Internal to lib/parameter; compile() is the way in.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "telemetry/parameter/code.h"
#include "telemetry/parameter/program.h"

namespace telemetry::parameter {

/// A literal of the database, read by the type it is compared with.
struct Literal {
    enum class Kind : std::uint8_t { none, integer, natural, real, text };
    Kind kind = Kind::none;
    std::uint64_t bits = 0;
    std::string text = {};
    ValueKind applies_to = ValueKind::calibrated; ///< raw where a label was not found
};

/// Builds a Program in four steps: the items (every parameter and leaf gets a number), then on
/// demand the fields, conditions and steps that containers use, then the derived parameters, and
/// last the watchers, once it is known which values others refer to.
class Compiler {
public:
    Compiler(const Database& database, Program& program)
        : db_(database), out_(program), code_(*program.code_) {}

    Result<void> run(const CompileOptions& options);

private:
    using Index = code::Index;
    using Path = std::vector<PathStep>;

    // compile_types.cpp
    void make_items();
    void make_leaves(ParameterIndex parameter, TypeIndex type, const std::string& key,
                     ItemIndex item, int dimensions);
    Index node_of(ParameterIndex parameter);
    Index make_node(ParameterIndex parameter, TypeIndex type, const std::string& key, int level,
                    const std::vector<Dimension>* dimensions);
    Index make_field(const ParameterType& type, ItemIndex item, const Parameter& parameter);
    void set_encoding(code::Field& field, const ParameterType& type);
    void set_integer(code::Field& field, const IntegerEncoding& encoding);
    void set_float(code::Field& field, const FloatEncoding& encoding, const ParameterType& type);
    void set_text(code::Field& field, const StringEncoding& encoding);
    void set_layout(code::Field& field, const BitLayout& layout);
    void set_detail(code::Field& field, const ParameterType& type);
    void set_time(code::Field& field, const TimeFormat& format, const ParameterType& type);
    Index make_enumeration(const EnumeratedType& type);
    Index make_calibration(const ParameterType& type);
    Index make_formula(const Calibrator& calibrator);
    Index label(std::string_view text);

    // compile_conditions.cpp
    struct Leaf {
        ItemIndex item = kNone;
        ElementIndices element = 0;
        const ParameterType* type = nullptr;
    };
    std::optional<Leaf> leaf_of(const ParameterReference& reference);
    Index slot_of(const ParameterReference& reference);
    Index condition(ConditionIndex condition);
    Index make_condition(const Condition& condition);
    Index make_comparison(const Comparison& comparison, SourcePosition where);
    Literal read_literal(const ParameterType& type, ValueKind kind, const std::string& text);
    Index number(const IntegerValue& value);
    std::optional<std::int64_t> fixed(const IntegerValue& value) const;
    std::vector<code::MathWord> math(const MathOperation& operation, SourcePosition where,
                                     const std::string& name);
    void start_slot(code::SlotStart& slot, const Leaf& leaf, const Parameter& parameter);
    void make_derivations();
    void make_derivation(const Algorithm& algorithm);
    void add_watchers();
    void find_trailers();

    // compile.cpp
    struct OpenRun {
        bool anchored = false; ///< to the container's start
        bool used = false;
        std::int64_t position = 0;
        std::int64_t extent = 0;
        std::vector<code::Placed> fields = {};
    };
    void make_block(ContainerIndex container);
    void add_entry(code::Block& block, OpenRun& run, const Container& container, std::size_t at);
    bool fits_run(const Entry& entry, const OpenRun& run) const;
    void place(OpenRun& run, Index node, ElementIndices element);
    bool place_container(OpenRun& run, const Entry& entry);
    void close_run(code::Block& block, OpenRun& run);
    std::optional<code::Step> step_of(const Entry& entry, const Container& container);
    void set_location(code::Step& step, const Container& container, std::size_t at);
    Index make_indirect(const Entry& entry);
    void make_dispatch();
    bool can_end(Index block, int depth) const;
    void find_equalities(Index condition, std::vector<Index>& found) const;
    Result<void> find_roots(const CompileOptions& options);
    std::optional<std::int64_t> fixed_bits(Index block);
    std::optional<std::int64_t> count_bits(Index block);

    const Dictionary& names();
    void report(Diagnostic::Severity severity, SourcePosition where, const std::string& element,
                std::string message);

    const Database& db_;
    Program& out_;
    code::Code& code_;
    std::optional<Dictionary> names_;
    std::unordered_map<std::string, Index> labels_;
    std::unordered_map<std::string, ItemIndex> leaves_; ///< "parameter:member.member"
    std::vector<Index> parameter_nodes_;
    std::vector<Index> condition_nodes_;
    std::vector<bool> block_made_;
    std::map<Index, std::optional<std::int64_t>> block_bits_; ///< as far as they were asked for
    std::map<std::string, std::shared_ptr<const code::NodesByName>> nodes_by_alias_;
    std::map<std::pair<ItemIndex, ElementIndices>, std::vector<Index>> chains_;
};

} // namespace telemetry::parameter
