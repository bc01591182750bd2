// SPDX-License-Identifier: GPL-3.0-or-later
// The flat decode program that compile() makes of a Database: tables of fields, steps and
// conditions that refer to each other by index. Internal to lib/parameter.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "telemetry/parameter/model.h"
#include "telemetry/parameter/value.h"

namespace telemetry::parameter::code {

using Index = std::uint32_t;

/// How the raw value is taken from the packet.
enum class Fetch : std::uint8_t {
    natural,
    twos_complement,
    sign_magnitude,
    ones_complement,
    bcd,
    packed_bcd,
    ieee_16,
    ieee_32,
    ieee_64,
    mil_1750a,
    ibm,
    dec,
    ti,
    text,
    octets,
    time_code
};

/// How the engineering value is made of it.
enum class Finish : std::uint8_t {
    same,
    real,      ///< the same number as a double
    calibrate, ///< detail: calibrations
    label,     ///< detail: enumerations
    boolean,   ///< detail: 0, or for texts the label that is true
    time,      ///< detail: times
    duration,  ///< detail: times
    parse,     ///< the number that a text spells
    spell      ///< the text that spells a number
};

/// A change of the octets' or bits' order before anything else.
enum class Shuffle : std::uint8_t { none, least_octet_first, listed, least_bit_first, both };

/// One scalar: what it takes to make a value of its bits.
struct Field {
    Fetch fetch = Fetch::natural;
    Finish finish = Finish::same;
    Shuffle shuffle = Shuffle::none;
    Form raw_form = Form::natural;
    Form value_form = Form::natural;
    bool has_extras = false; ///< any of watchers, range, valid_if
    std::uint32_t bits = 0;  ///< fixed size; 0 when `size` tells
    ItemIndex item = 0;
    Index detail = kNone;
    Index layout = kNone; ///< shuffle listed: order lists
    Index text = kNone;   ///< fetch text: texts
    Index size = kNone;   ///< octets of a size the packet states: numbers
    Index range = kNone;
    Index valid_if = kNone;
    Index watchers = kNone; ///< watchers
};

/// Stores a value for others to refer to.
struct Watcher {
    ElementIndices element = 0;
    std::vector<Index> chain = {}; ///< slots: the newest instance, the one before, …
};

/// A field at a fixed place within a run.
struct Placed {
    std::uint32_t bit = 0;
    Index field = 0;
    ElementIndices element = 0;
};

/// Fields that follow each other without anything to decide: straight-line code.
struct Run {
    Index first = 0; ///< of placed
    std::uint32_t count = 0;
    std::uint32_t extent = 0; ///< bits from its start that its fields reach
    std::uint32_t end = 0;    ///< bits from its start to where the next entry begins
};

/// A parameter's type, unfolded; for what no run can hold.
struct Node {
    enum class Kind : std::uint8_t { scalar, aggregate, array };
    Kind kind = Kind::scalar;
    Index field = kNone;
    std::vector<Index> children = {};
    struct Bound {
        Index start = kNone; ///< numbers
        Index end = kNone;
    };
    std::vector<Bound> bounds = {};
    int level = 0;                ///< dimensions around it
    std::int64_t fixed_bits = -1; ///< −1: the packet tells
    std::int64_t leaves = 1;      ///< of the fixed size
};

/// IntegerValue, compiled.
struct Number {
    enum class Kind : std::uint8_t { fixed, dynamic, lookup };
    Kind kind = Kind::fixed;
    bool has_fallback = false;
    ValueKind value_kind = ValueKind::calibrated;
    std::int64_t fixed = 0; ///< of lookup: the fallback
    Index slot = kNone;
    double slope = 1;
    double intercept = 0;
    struct Row {
        Index condition = kNone;
        std::int64_t value = 0;
    };
    std::vector<Row> rows = {};
};

struct ConditionNode {
    enum class Kind : std::uint8_t { all_of, any_of, integer, natural, real, text, slot, never };
    Kind kind = Kind::never;
    Comparator comparator = Comparator::equal;
    ValueKind left_kind = ValueKind::calibrated;
    ValueKind right_kind = ValueKind::calibrated;
    Index left = kNone;  ///< slot
    Index right = kNone; ///< slot
    std::uint64_t literal = 0;
    std::string text = {};
    std::vector<Index> operands = {};
};

struct MathWord {
    MathToken::Kind kind = MathToken::Kind::number;
    MathOperator operation = MathOperator::add;
    ValueKind value_kind = ValueKind::calibrated;
    bool is_unary = false; ///< the operator takes one value and gives one
    double number = 0;
    Index slot = kNone;
};

/// A Calibrator, compiled.
struct Formula {
    enum class Kind : std::uint8_t { same, linear, polynomial, steps, lines, math, infix };
    Kind kind = Kind::same;
    bool extrapolate = false;
    std::vector<double> coefficients = {}; ///< of splines: raw, calibrated, slope to the next
    std::vector<MathWord> math = {};
    std::string infix = {};
    std::vector<Index> slots = {}; ///< of infix's names; kNone: x
};
struct Calibration {
    struct Context {
        Index condition = kNone;
        Index formula = kNone;
    };
    std::vector<Context> contexts = {};
    Index formula = kNone;
    bool is_plain = false; ///< no contexts
};

struct EnumerationRange {
    std::int64_t low = 0;
    std::int64_t high = 0;
    Index label = 0;
};
struct EnumerationTable {
    std::int64_t dense_from = 0;
    std::vector<Index> dense = {};             ///< kNone: no label
    std::vector<EnumerationRange> ranges = {}; ///< in order of preference; those beyond `dense`
};

struct TimeRule {
    TimeFormat format = {};
    Epoch epoch = {};
    Index offset_from = kNone; ///< slot
};

struct TextRule {
    Charset charset = Charset::utf_8;
    Index size = kNone; ///< numbers; kNone: none
    std::uint32_t leading_bits = 0;
    std::vector<std::uint8_t> termination = {};
    std::int64_t max_bits = 0;
};

struct Step {
    enum class Kind : std::uint8_t { run, node, block, segment, indirect, skip };
    Kind kind = Kind::run;
    /// No include or repeat; begins at the cursor, or `from` container_start without offset.
    bool is_plain = true;
    /// From the container's end, and nothing depends on it: waits for what lies in front of it.
    bool is_trailer = false;
    Location::From from = Location::From::previous_entry;
    Index offset = kNone; ///< numbers
    Index include = kNone;
    Index count = kNone;
    Index gap = kNone;
    Index target = 0; ///< runs, nodes, blocks, segments, indirects, numbers (bits to skip)
};

struct Segment {
    Index node = kNone; ///< the whole parameter
    std::int64_t bits = 0;
    int order = -1;
};

using NodesByName = std::unordered_map<std::string, Index>;

struct Indirect {
    Index slot = kNone;
    ValueKind value_kind = ValueKind::calibrated;
    std::shared_ptr<const NodesByName> nodes = {}; ///< by alias; many entries share it
};

/// Which children can match: by the value of one field that most of them compare with a constant.
struct Dispatch {
    Index slot = kNone; ///< kNone: try `others` alone
    ValueKind value_kind = ValueKind::raw;
    std::vector<std::uint64_t> keys = {};          ///< sorted
    std::vector<std::vector<Index>> children = {}; ///< of each key, with the others merged in
    std::vector<Index> others = {};                ///< children that must be tried for every value
};

/// A container's own entries, and what may follow.
struct Block {
    ContainerIndex container = kNone;
    Index base = kNone;
    bool is_abstract = false;
    bool can_end = true; ///< it or a descendant is not abstract
    Index restriction = kNone;
    Index size = kNone;
    std::vector<Step> steps = {};
    Dispatch dispatch = {};
    bool has_children = false;
    std::vector<Index> triggers = {}; ///< derivations
};

struct Derivation {
    std::vector<MathWord> math = {};
    std::string infix = {};
    std::vector<Index> slots = {}; ///< of infix's names
    Index field = kNone;           ///< the output; its `fetch` is not used
};

/// A value that conditions, sizes and formulas refer to.
struct SlotStart {
    bool known = false;
    std::uint64_t raw = 0;
    std::uint64_t value = 0;
    Form raw_form = Form::none;
    Form value_form = Form::none;
    std::string text = {};
    std::vector<Index> triggers = {}; ///< derivations
};

struct Code {
    std::vector<Field> fields;
    std::vector<std::vector<Watcher>> watchers; ///< of each field that has some
    std::vector<Placed> placed;
    std::vector<Run> runs;
    std::vector<Node> nodes;
    std::vector<Number> numbers;
    std::vector<ConditionNode> conditions;
    std::vector<Formula> formulas;
    std::vector<Calibration> calibrations;
    std::vector<EnumerationTable> enumerations;
    std::vector<TimeRule> times;
    std::vector<TextRule> texts;
    std::vector<ValidRange> ranges;
    std::vector<std::vector<std::uint8_t>> layouts;
    std::vector<Segment> segments;
    std::vector<Indirect> indirects;
    std::vector<Block> blocks; ///< by ContainerIndex
    std::vector<Derivation> derivations;
    std::vector<SlotStart> slots;
    std::vector<Index> roots; ///< blocks to try, in order
};

} // namespace telemetry::parameter::code
