// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "telemetry/parameter/model.h"

namespace telemetry::parameter {
namespace {

/// Deeper conditions, types and containers than any mission's; bounds recursion.
constexpr int kMaxDepth = 64;
/// Members of all parameters, of every level: each is an item with a name. Aggregates in aggregates
/// double with each level, so a page of text could ask for more than any memory holds.
constexpr std::int64_t kMostMembers = 1 << 20;
/// A packet is at most 65542 octets; sizes beyond this many bits are mistakes or attacks.
constexpr std::int64_t kMaxBits = std::int64_t{1} << 32;

/// Walks the whole database once and keeps the first fault.
class Checker {
public:
    explicit Checker(const Database& database) : db_(database) {}

    Result<void> run() {
        systems();
        for (const auto& condition : db_.conditions)
            visit(condition, 0);
        for (const auto& type : db_.types)
            visit(type);
        for (const auto& parameter : db_.parameters)
            visit(parameter);
        for (const auto& container : db_.containers)
            visit(container);
        for (const auto& algorithm : db_.algorithms)
            visit(algorithm);
        for (const auto& alarm : db_.alarms)
            visit(alarm);
        for (const auto& rule : db_.alarm_rules)
            condition(rule.condition, rule.where, rule.name);
        for (const auto& command : db_.commands)
            visit(command);
        for (const auto& message : db_.messages) {
            condition(message.condition, message.where, message.name);
            index(message.container, db_.containers, "container", message.where, message.name);
        }
        for (const auto& service : db_.services) {
            for (const auto container : service.containers)
                index(container, db_.containers, "container", service.where, service.name);
            for (const auto message : service.messages)
                index(message, db_.messages, "message", service.where, service.name);
        }
        if (!failed_) {
            type_cycles();
            container_cycles();
        }
        if (!failed_) {
            members();
        }
        if (failed_)
            return fail(std::move(error_));
        return {};
    }

private:
    void complain(SourcePosition where, const std::string& key, std::string message) {
        if (failed_)
            return;
        failed_ = true;
        error_.message = std::move(message);
        error_.file = where.file < db_.files.size() ? db_.files[where.file] : std::string();
        error_.line = where.line;
        error_.key = key;
    }

    template <class T>
    bool index(std::uint32_t at, const std::vector<T>& table, const char* what,
               SourcePosition where, const std::string& key) {
        if (at < table.size())
            return true;
        complain(where, key, std::string("refers to no ") + what);
        return false;
    }
    template <class T>
    void optional_index(std::uint32_t at, const std::vector<T>& table, const char* what,
                        SourcePosition where, const std::string& key) {
        if (at != kNone)
            index(at, table, what, where, key);
    }

    void systems() {
        for (SystemIndex i = 0; i < db_.systems.size(); ++i)
            if (const SystemIndex parent = db_.systems[i].system; parent != kNone && parent >= i)
                complain(db_.systems[i].where, db_.systems[i].name,
                         "stands before the system it lies in");
    }

    void reference(const ParameterReference& ref, SourcePosition where, const std::string& key) {
        index(ref.parameter, db_.parameters, "parameter", ref.where.line > 0 ? ref.where : where,
              key);
    }

    void condition(ConditionIndex at, SourcePosition where, const std::string& key) {
        optional_index(at, db_.conditions, "condition", where, key);
    }

    void visit(const Condition& node, int depth) {
        if (depth > kMaxDepth)
            return complain(node.where, "", "conditions nest too deeply");
        if (node.kind == Condition::Kind::comparison) {
            reference(node.comparison.left, node.where, "");
            if (const auto* right = std::get_if<ParameterReference>(&node.comparison.right))
                reference(*right, node.where, "");
        } else if (node.kind == Condition::Kind::algorithm) {
            index(node.algorithm, db_.algorithms, "algorithm", node.where, "");
        }
        for (const auto& operand : node.operands)
            visit(operand, depth + 1);
    }

    void visit(const IntegerValue& value, SourcePosition where, const std::string& key) {
        if (const auto* fixed = std::get_if<std::int64_t>(&value)) {
            if (*fixed > kMaxBits || *fixed < -kMaxBits)
                complain(where, key, "number " + std::to_string(*fixed) + " is out of any bounds");
        } else if (const auto* dynamic = std::get_if<DynamicValue>(&value)) {
            reference(dynamic->reference, where, key);
        } else {
            for (const auto& row : std::get<DiscreteLookup>(value).rows)
                condition(row.condition, where, key);
        }
    }

    void visit(const Calibrator& calibrator, SourcePosition where, const std::string& key) {
        if (const auto* math = std::get_if<MathOperation>(&calibrator.formula))
            visit(*math, where, key);
        const auto* spline = std::get_if<Spline>(&calibrator.formula);
        if (spline != nullptr &&
            !std::is_sorted(spline->points.begin(), spline->points.end(),
                            [](const auto& a, const auto& b) { return a.raw < b.raw; }))
            complain(where, key, "the spline's points are not in rising order");
    }

    void visit(const MathOperation& math, SourcePosition where, const std::string& key) {
        for (const auto& token : math)
            if (token.kind == MathToken::Kind::reference)
                reference(token.reference, where, key);
    }

    void layout(const BitLayout& layout, int bits, SourcePosition where, const std::string& key) {
        if (layout.byte_order != ByteOrder::listed)
            return;
        const std::size_t octets = (static_cast<std::size_t>(bits) + 7) / 8;
        std::array<bool, 8> seen{};
        bool good = layout.significance.size() == octets && octets <= seen.size();
        for (const std::uint8_t s : layout.significance) {
            good = good && s < octets && !seen[s];
            if (good)
                seen[s] = true;
        }
        if (!good)
            complain(where, key, "the byte order list is not 0 to n−1 for the number's octets");
    }

    void visit(const DataEncoding& encoding, SourcePosition where, const std::string& key) {
        if (const auto* integer = std::get_if<IntegerEncoding>(&encoding)) {
            if (integer->bits < 1 || integer->bits > 64)
                complain(where, key,
                         "an integer of " + std::to_string(integer->bits) +
                             " bits; 1 to 64 are possible");
            else
                layout(integer->layout, integer->bits, where, key);
        } else if (const auto* real = std::get_if<FloatEncoding>(&encoding)) {
            if (real->bits < 1 || real->bits > 128)
                complain(where, key, "a float of " + std::to_string(real->bits) + " bits");
            else if (real->bits <= 64)
                layout(real->layout, real->bits, where, key);
        } else if (const auto* text = std::get_if<StringEncoding>(&encoding)) {
            if (text->size_bits)
                visit(*text->size_bits, where, key);
            if (text->leading_size_bits < 0 || text->leading_size_bits > 64)
                complain(where, key, "a leading size has 1 to 64 bits");
            if (!text->size_bits && text->leading_size_bits == 0 && text->termination.empty())
                complain(where, key, "a string without size, leading size or termination");
        } else if (const auto* binary = std::get_if<BinaryEncoding>(&encoding)) {
            visit(binary->size_bits, where, key);
            optional_index(binary->from_binary, db_.algorithms, "algorithm", where, key);
        }
    }

    void dimensions(const std::vector<Dimension>& list, SourcePosition where,
                    const std::string& key) {
        for (const auto& dimension : list) {
            visit(dimension.start, where, key);
            visit(dimension.end, where, key);
        }
    }

    void visit(const ParameterType& type) {
        visit(type.encoding, type.where, type.name);
        visit(type.calibrator, type.where, type.name);
        optional_index(type.base, db_.types, "type", type.where, type.name);
        optional_index(type.alarm, db_.alarms, "alarm", type.where, type.name);
        for (const auto& context : type.context_calibrators) {
            condition(context.context, type.where, type.name);
            visit(context.calibrator, type.where, type.name);
        }
        if (const auto* aggregate = std::get_if<AggregateType>(&type.detail))
            for (const auto& member : aggregate->members)
                index(member.type, db_.types, "type", type.where, type.name + "." + member.name);
        if (const auto* array = std::get_if<ArrayType>(&type.detail)) {
            index(array->element, db_.types, "type", type.where, type.name);
            dimensions(array->dimensions, type.where, type.name);
        }
        if (const auto* time = std::get_if<AbsoluteTimeType>(&type.detail))
            if (time->offset_from)
                reference(*time->offset_from, type.where, type.name);
    }

    void visit(const Parameter& parameter) {
        index(parameter.type, db_.types, "type", parameter.where, parameter.name);
        condition(parameter.valid_if, parameter.where, parameter.name);
        optional_index(parameter.alarm, db_.alarms, "alarm", parameter.where, parameter.name);
        if (parameter.dated_by)
            reference(*parameter.dated_by, parameter.where, parameter.name);
    }

    void visit(const Container& container) {
        optional_index(container.base, db_.containers, "container", container.where,
                       container.name);
        optional_index(container.next, db_.containers, "container", container.where,
                       container.name);
        condition(container.restriction, container.where, container.name);
        if (container.size_bits)
            visit(*container.size_bits, container.where, container.name);
        for (const auto& entry : container.entries)
            visit(entry, container.name);
    }

    void visit(const Entry& entry, const std::string& key) {
        switch (entry.kind) {
        case Entry::Kind::parameter:
        case Entry::Kind::parameter_segment:
        case Entry::Kind::array:
            index(entry.parameter, db_.parameters, "parameter", entry.where, key);
            break;
        case Entry::Kind::container:
        case Entry::Kind::container_segment:
            index(entry.container, db_.containers, "container", entry.where, key);
            break;
        case Entry::Kind::indirect:
            if (!entry.reference)
                complain(entry.where, key, "an indirect entry without a reference");
            break;
        case Entry::Kind::stream_segment:
        case Entry::Kind::fixed_value:
            break;
        }
        condition(entry.include, entry.where, key);
        if (entry.reference)
            reference(*entry.reference, entry.where, key);
        if (entry.location)
            visit(entry.location->offset_bits, entry.where, key);
        if (entry.repeat) {
            visit(entry.repeat->count, entry.where, key);
            visit(entry.repeat->gap_bits, entry.where, key);
        }
        if (entry.segment_bits < 0 || entry.segment_bits > kMaxBits || entry.fixed_bits < 0 ||
            entry.fixed_bits > kMaxBits)
            complain(entry.where, key, "a size is out of any bounds");
        dimensions(entry.dimensions, entry.where, key);
    }

    void visit(const Algorithm& algorithm) {
        visit(algorithm.math, algorithm.where, algorithm.name);
        for (const auto& input : algorithm.inputs)
            reference(input.reference, algorithm.where, algorithm.name);
        for (const auto& output : algorithm.outputs)
            index(output.parameter, db_.parameters, "parameter", algorithm.where, algorithm.name);
        for (const auto& trigger : algorithm.triggers) {
            if (trigger.kind == Trigger::Kind::parameter_update)
                reference(trigger.parameter, algorithm.where, algorithm.name);
            if (trigger.kind == Trigger::Kind::container_update)
                index(trigger.container, db_.containers, "container", algorithm.where,
                      algorithm.name);
        }
    }

    void visit(const AlarmLimits& limits) {
        for (const auto& alarm : limits.conditions)
            condition(alarm.condition, limits.where, limits.name);
        optional_index(limits.algorithm, db_.algorithms, "algorithm", limits.where, limits.name);
    }

    void visit(const AlarmDefinition& alarm) {
        visit(alarm.limits);
        for (const auto& context : alarm.contexts) {
            condition(context.context, alarm.where, "");
            visit(context.limits);
        }
        condition(alarm.behaviour.suppressed_while, alarm.where, "");
    }

    void visit(const MetaCommand& command) {
        optional_index(command.base, db_.commands, "command", command.where, command.name);
        optional_index(command.container, db_.containers, "container", command.where, command.name);
        for (const auto argument : command.arguments)
            index(argument, db_.parameters, "parameter", command.where, command.name);
    }

    /// Depth-first: a node met again while it is open closes a cycle. The height of a node is that
    /// of what it leads to, however it was come by. Returns the nodes, each behind those it leads
    /// to.
    template <class Table, class Next>
    std::vector<std::uint32_t> cycles(const Table& table, const char* what, Next next) {
        enum class Mark : std::uint8_t { unseen, open, done };
        std::vector<Mark> marks(table.size(), Mark::unseen);
        std::vector<int> heights(table.size(), 0);
        std::vector<std::uint32_t> order;
        struct Frame {
            std::uint32_t node;
            std::vector<std::uint32_t> next;
            std::size_t at = 0;
        };
        std::vector<Frame> stack;
        const auto enter = [&](std::uint32_t node) {
            marks[node] = Mark::open;
            stack.push_back({node, next(table[node])});
        };
        for (std::uint32_t root = 0; root < table.size() && !failed_; ++root) {
            if (marks[root] == Mark::unseen)
                enter(root);
            while (!stack.empty() && !failed_) {
                Frame& top = stack.back();
                if (top.at == top.next.size()) {
                    marks[top.node] = Mark::done;
                    order.push_back(top.node);
                    int& height = heights[top.node];
                    for (const std::uint32_t part : top.next)
                        height = std::max(height, 1 + heights[part]);
                    if (height > kMaxDepth)
                        complain(table[top.node].where, table[top.node].name,
                                 std::string("this ") + what + " nests too deeply: " +
                                     std::to_string(kMaxDepth) + " levels are possible");
                    stack.pop_back();
                    continue;
                }
                const std::uint32_t to = top.next[top.at++];
                if (marks[to] == Mark::open)
                    complain(table[to].where, table[to].name,
                             std::string("this ") + what + " is a part or base of itself");
                else if (marks[to] == Mark::unseen)
                    enter(to);
            }
        }
        return order;
    }

    /// Counts each type once, its parts first.
    void members() {
        std::vector<std::int64_t> counts(db_.types.size(), 0);
        for (const TypeIndex index : type_order_) {
            std::int64_t& count = counts[index];
            if (const auto* aggregate = std::get_if<AggregateType>(&db_.types[index].detail))
                for (const auto& member : aggregate->members)
                    count = std::min(count + 1 + counts[member.type], kMostMembers + 1);
            if (const auto* array = std::get_if<ArrayType>(&db_.types[index].detail))
                count = counts[array->element];
        }
        std::int64_t total = 0;
        for (const Parameter& parameter : db_.parameters) {
            total += counts[parameter.type];
            if (total > kMostMembers)
                return complain(parameter.where, parameter.name,
                                "with it the members of parameters, those of members counted, "
                                "are more than " +
                                    std::to_string(kMostMembers));
        }
    }

    void type_cycles() {
        type_order_ = cycles(db_.types, "type", [](const ParameterType& type) {
            std::vector<std::uint32_t> parts;
            if (const auto* aggregate = std::get_if<AggregateType>(&type.detail))
                for (const auto& member : aggregate->members)
                    parts.push_back(member.type);
            if (const auto* array = std::get_if<ArrayType>(&type.detail))
                parts.push_back(array->element);
            if (type.base != kNone)
                parts.push_back(type.base);
            return parts;
        });
    }

    void container_cycles() {
        cycles(db_.containers, "container", [](const Container& container) {
            std::vector<std::uint32_t> parts;
            for (const auto& entry : container.entries)
                if (entry.kind == Entry::Kind::container ||
                    entry.kind == Entry::Kind::container_segment)
                    parts.push_back(entry.container);
            if (container.base != kNone)
                parts.push_back(container.base);
            return parts;
        });
    }

    const Database& db_;
    std::vector<TypeIndex> type_order_; ///< parts before what they are part of
    Error error_ = {};
    bool failed_ = false;
};

} // namespace

Result<void> check(const Database& database) {
    return Checker(database).run();
}

} // namespace telemetry::parameter
