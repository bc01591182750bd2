// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/database_check.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "telemetry/base/text.h"
#include "telemetry/parameter/condition_text.h"
#include "telemetry/parameter/xtce_visit.h"

namespace telemetry::parameter {
namespace {

constexpr int kMostDepth = 64;

std::optional<std::int64_t> fixed_of(const IntegerValue& value) {
    const auto* fixed = std::get_if<std::int64_t>(&value);
    return fixed ? std::optional(*fixed) : std::nullopt;
}

/// Least and greatest number of an integer encoding; nothing for 64 bits, where any int64 will do.
std::optional<std::pair<std::int64_t, std::int64_t>> reach(const IntegerEncoding& encoding) {
    if (encoding.bits > 62)
        return std::nullopt;
    const std::int64_t half = std::int64_t{1} << (encoding.bits - 1);
    switch (encoding.coding) {
    case IntegerCoding::unsigned_binary:
        return std::pair{std::int64_t{0}, 2 * half - 1};
    case IntegerCoding::twos_complement:
        return std::pair{-half, half - 1};
    case IntegerCoding::sign_magnitude:
    case IntegerCoding::ones_complement:
        return std::pair{1 - half, half - 1};
    case IntegerCoding::bcd:
    case IntegerCoding::packed_bcd: {
        std::int64_t most = 1;
        const int digits = encoding.bits / (encoding.coding == IntegerCoding::bcd ? 8 : 4);
        for (int i = 0; i < digits; ++i)
            most *= 10;
        return std::pair{std::int64_t{0}, most - 1};
    }
    }
    return std::nullopt;
}

/// By type, as far as it was asked for: an aggregate may hold one type many times, at many levels.
using KnownBits = std::map<TypeIndex, std::optional<std::int64_t>>;

std::optional<std::int64_t> fixed_bits_of(const Database& db, TypeIndex index, KnownBits& known);

std::optional<std::int64_t> count_bits(const Database& db, TypeIndex index, KnownBits& known) {
    constexpr std::int64_t kMost = std::int64_t{1} << 48;
    const ParameterType& type = db.types[index];
    if (const auto* aggregate = std::get_if<AggregateType>(&type.detail)) {
        std::int64_t sum = 0;
        for (const Member& member : aggregate->members) {
            const auto bits = fixed_bits_of(db, member.type, known);
            if (!bits || sum > kMost || *bits > kMost)
                return std::nullopt;
            sum += *bits;
        }
        return sum;
    }
    if (const auto* array = std::get_if<ArrayType>(&type.detail)) {
        auto bits = fixed_bits_of(db, array->element, known);
        if (!bits || array->dimensions.empty())
            return std::nullopt;
        for (const Dimension& each : array->dimensions) {
            const auto start = fixed_of(each.start);
            const auto end = fixed_of(each.end);
            if (!start || !end || *bits > (std::int64_t{1} << 32))
                return std::nullopt;
            *bits *= std::clamp<std::int64_t>(*end - *start + 1, 0, 1 << 16);
        }
        return bits;
    }
    if (const auto* integer = std::get_if<IntegerEncoding>(&type.encoding))
        return integer->bits;
    if (const auto* real = std::get_if<FloatEncoding>(&type.encoding))
        return real->bits;
    if (const auto* text = std::get_if<StringEncoding>(&type.encoding))
        return text->size_bits ? fixed_of(*text->size_bits) : std::nullopt;
    if (const auto* binary = std::get_if<BinaryEncoding>(&type.encoding))
        return fixed_of(binary->size_bits);
    return std::nullopt;
}

std::optional<std::int64_t> fixed_bits_of(const Database& db, TypeIndex index, KnownBits& known) {
    if (const auto found = known.find(index); found != known.end())
        return found->second;
    const auto bits = count_bits(db, index, known);
    known.emplace(index, bits);
    return bits;
}

class CrossChecker {
public:
    explicit CrossChecker(const Database& database) : db_(database), paths_(database) {}

    std::vector<Diagnostic> run() {
        for (const ParameterType& type : db_.types)
            check(type);
        for (const Condition& condition : db_.conditions)
            check(condition);
        collect_uses();
        for (ContainerIndex i = 0; i < db_.containers.size(); ++i)
            check(i);
        unused();
        return std::move(found_);
    }

private:
    void tell(Severity severity, SourcePosition where, std::string element, std::string message) {
        if (found_.size() < Report::kMost)
            found_.push_back({severity, where, std::move(element), std::move(message)});
    }

    void check(const ParameterType& type) {
        if (const auto* enumerated = std::get_if<EnumeratedType>(&type.detail))
            check(type, *enumerated);
        if (type.alarm == kNone)
            return;
        const AlarmDefinition& alarm = db_.alarms[type.alarm];
        check_texts(type, alarm.limits);
        for (const ContextLimits& context : alarm.contexts)
            check_texts(type, context.limits);
    }

    void check(const ParameterType& type, const EnumeratedType& enumerated) {
        std::vector<const Enumeration*> order;
        for (const Enumeration& each : enumerated.enumerations)
            order.push_back(&each);
        std::stable_sort(order.begin(), order.end(),
                         [](const auto* a, const auto* b) { return a->value < b->value; });
        for (std::size_t i = 1; i < order.size(); ++i)
            if (order[i]->value <= order[i - 1]->max_value)
                tell(Severity::warning, type.where, type.name,
                     "the enumerations '" + order[i - 1]->label + "' and '" + order[i]->label +
                         "' overlap at " + std::to_string(order[i]->value) +
                         "; the first one counts");
        const auto* integer = std::get_if<IntegerEncoding>(&type.encoding);
        const auto range = integer ? reach(*integer) : std::nullopt;
        if (!range)
            return;
        for (const Enumeration* each : order)
            if (each->max_value < range->first || each->value > range->second)
                tell(Severity::warning, type.where, type.name,
                     "the enumeration '" + each->label +
                         "' can never come: " + std::to_string(each->value) +
                         " does not fit into " + std::to_string(integer->bits) + " bits");
    }

    /// The texts that a type's values can be; empty when they are not known.
    static std::vector<std::string_view> texts_of(const ParameterType& type) {
        std::vector<std::string_view> texts;
        if (const auto* enumerated = std::get_if<EnumeratedType>(&type.detail))
            for (const Enumeration& each : enumerated->enumerations)
                texts.push_back(each.label);
        else if (const auto* boolean = std::get_if<BooleanType>(&type.detail))
            texts = {boolean->zero, boolean->one};
        return texts;
    }

    void check_texts(const ParameterType& type, const AlarmLimits& limits) {
        const auto texts = texts_of(type);
        if (texts.empty())
            return;
        for (const TextAlarm& alarm : limits.texts)
            if (alarm.match == TextAlarm::Match::exact &&
                std::find(texts.begin(), texts.end(), alarm.text) == texts.end())
                tell(Severity::error, limits.where, type.name,
                     "the alarm on '" + alarm.text + "' can never come: there is no such label" +
                         suggestion(alarm.text, texts));
    }

    /// The type at the end of a reference's path; kNone and a mistake told when it leads nowhere.
    TypeIndex type_of(const ParameterReference& reference) {
        TypeIndex type = db_.parameters[reference.parameter].type;
        for (const PathStep& step : reference.path) {
            const TypeDetail& detail = db_.types[type].detail;
            if (step.member.empty()) {
                const auto* array = std::get_if<ArrayType>(&detail);
                if (!array) {
                    tell(Severity::error, reference.where, db_.parameters[reference.parameter].name,
                         "is no array");
                    return kNone;
                }
                type = array->element;
                continue;
            }
            const auto* aggregate = std::get_if<AggregateType>(&detail);
            std::vector<std::string_view> names;
            TypeIndex next = kNone;
            if (aggregate)
                for (const Member& member : aggregate->members) {
                    names.push_back(member.name);
                    if (member.name == step.member)
                        next = member.type;
                }
            if (next == kNone) {
                tell(Severity::error, reference.where, db_.parameters[reference.parameter].name,
                     "has no member '" + step.member + "'" + suggestion(step.member, names));
                return kNone;
            }
            type = next;
        }
        return type;
    }

    void check(const Condition& condition) {
        for (const Condition& operand : condition.operands)
            check(operand);
        if (condition.kind != Condition::Kind::comparison)
            return;
        const Comparison& comparison = condition.comparison;
        const TypeIndex index = type_of(comparison.left);
        if (const auto* other = std::get_if<ParameterReference>(&comparison.right))
            type_of(*other);
        const auto* text = std::get_if<std::string>(&comparison.right);
        if (index == kNone || !text)
            return;
        const ParameterType& type = db_.types[index];
        const std::string& name = db_.parameters[comparison.left.parameter].name;
        const auto number = read_integer(*text);
        const auto texts = texts_of(type);
        if (comparison.left.kind == ValueKind::calibrated && !texts.empty()) {
            const bool known = std::find(texts.begin(), texts.end(), *text) != texts.end() ||
                               number || read_flag(*text);
            if (!known)
                tell(Severity::error, condition.where, name,
                     "is compared with '" + *text + "', which is none of its labels" +
                         suggestion(*text, texts));
            return;
        }
        const auto* integer = std::get_if<IntegerEncoding>(&type.encoding);
        const bool is_number = type.detail.index() <= 1;
        if (is_number && !number && !read_real(*text)) {
            tell(Severity::error, condition.where, name,
                 "is a number, and compared with '" + *text + "'");
            return;
        }
        const bool plain = std::holds_alternative<std::monostate>(type.calibrator.formula) &&
                           type.context_calibrators.empty();
        const auto range = integer && (plain || comparison.left.kind == ValueKind::raw)
                               ? reach(*integer)
                               : std::nullopt;
        if (range && number && comparison.comparator == Comparator::equal &&
            (*number < range->first || *number > range->second))
            tell(Severity::error, condition.where, name,
                 "can never be " + *text + ": its " + std::to_string(integer->bits) +
                     " bits reach from " + std::to_string(range->first) + " to " +
                     std::to_string(range->second));
    }

    /// Which containers extend and hold which, and which parameters lie in any.
    void collect_uses() {
        children_.resize(db_.containers.size());
        used_parameters_.assign(db_.parameters.size(), false);
        for (ContainerIndex i = 0; i < db_.containers.size(); ++i) {
            const Container& container = db_.containers[i];
            if (container.base != kNone)
                children_[container.base].push_back(i);
            for (const Entry& entry : container.entries) {
                if (entry.parameter != kNone)
                    used_parameters_[entry.parameter] = true;
                if (entry.kind == Entry::Kind::indirect)
                    has_indirect_ = true;
                if (entry.container != kNone)
                    held_.insert(entry.container);
            }
        }
    }

    bool has_concrete_child(ContainerIndex index, int depth) const {
        return depth < kMostDepth &&
               std::any_of(children_[index].begin(), children_[index].end(), [&](auto child) {
                   return !db_.containers[child].is_abstract ||
                          has_concrete_child(child, depth + 1);
               });
    }

    void check(ContainerIndex index) {
        const Container& container = db_.containers[index];
        if (container.is_abstract && !held_.count(index) && !has_concrete_child(index, 0))
            tell(Severity::warning, container.where, container.name,
                 "is abstract and nothing extends it, so no packet is one");
        check_contradictions(index);
        check_siblings(index);
        check_entries(container);
    }

    /// "a == 1" of a base and "a == 2" here: no packet can be both.
    void check_contradictions(ContainerIndex index) {
        std::map<std::string, std::pair<std::string, ContainerIndex>> equal;
        int depth = 0;
        for (ContainerIndex at = index; at != kNone && depth < kMostDepth;
             at = db_.containers[at].base, ++depth) {
            const Container& container = db_.containers[at];
            if (container.restriction == kNone)
                continue;
            const Condition& all = db_.conditions[container.restriction];
            const auto one = [&](const Condition& each) {
                const auto* text = std::get_if<std::string>(&each.comparison.right);
                if (each.kind != Condition::Kind::comparison || !text ||
                    each.comparison.comparator != Comparator::equal)
                    return;
                const std::string key = to_text(each.comparison.left, paths_, container.system);
                const auto number = read_integer(*text);
                const std::string value = number ? std::to_string(*number) : *text;
                const auto [known, fresh] = equal.try_emplace(key, value, at);
                if (fresh || known->second.first == value)
                    return;
                std::string message = "no packet can be one: ";
                message.append(key).append(" would be ").append(known->second.first);
                message.append(" and ").append(value).append(" (").append(container.name);
                tell(Severity::warning, db_.containers[index].where, db_.containers[index].name,
                     message.append(")"));
            };
            if (all.kind == Condition::Kind::all_of)
                for (const Condition& each : all.operands)
                    one(each);
            else
                one(all);
        }
    }

    void check_siblings(ContainerIndex index) {
        std::map<std::string, ContainerIndex> known;
        for (const ContainerIndex child : children_[index]) {
            const Container& container = db_.containers[child];
            const std::string when =
                container.restriction == kNone
                    ? ""
                    : to_text(db_.conditions[container.restriction], db_, paths_, container.system);
            const auto [first, fresh] = known.try_emplace(when, child);
            if (!fresh)
                tell(Severity::warning, container.where, container.name,
                     "cannot be told from " + db_.containers[first->second].name + ": " +
                         (when.empty()
                              ? "both extend " + db_.containers[index].name + " without a condition"
                              : "both are meant when " + when));
        }
    }

    void check_entries(const Container& container) {
        const auto size = container.size_bits ? fixed_of(*container.size_bits) : std::nullopt;
        std::int64_t sum = 0;
        bool all_known = container.base == kNone;
        for (const Entry& entry : container.entries) {
            const bool plain = entry.kind == Entry::Kind::parameter;
            if (plain)
                check_encoded(container, entry);
            const auto fixed =
                plain ? fixed_bits_of(db_, db_.parameters[entry.parameter].type, known_bits_)
                      : std::nullopt;
            const std::int64_t bits = fixed.value_or(0);
            sum += bits;
            all_known =
                all_known && fixed && !entry.location && !entry.repeat && entry.include == kNone;
            if (!size || !fixed || !entry.location ||
                entry.location->from != Location::From::container_start)
                continue;
            const std::int64_t at = fixed_of(entry.location->offset_bits).value_or(0);
            if (at + bits > *size)
                tell(Severity::error, entry.where, container.name,
                     db_.parameters[entry.parameter].name + " ends at bit " +
                         std::to_string(at + bits) + ", behind the container's " +
                         std::to_string(*size));
        }
        if (size && all_known && sum > *size)
            tell(Severity::error, container.where, container.name,
                 "its entries take " + std::to_string(sum) + " bits, and it has " +
                     std::to_string(*size));
    }

    void check_encoded(const Container& container, const Entry& entry) {
        const Parameter& parameter = db_.parameters[entry.parameter];
        const ParameterType& type = db_.types[parameter.type];
        const bool composite = type.detail.index() == 6 || type.detail.index() == 7;
        if (!composite && std::holds_alternative<std::monostate>(type.encoding))
            tell(Severity::error, entry.where, container.name,
                 parameter.name + " is of type " + type.name +
                     ", which has no data encoding, so it has no bits here");
    }

    void unused() {
        std::size_t count = 0;
        const Parameter* first = nullptr;
        for (ParameterIndex i = 0; i < db_.parameters.size() && !has_indirect_; ++i)
            if (db_.parameters[i].source == DataSource::telemetered && !used_parameters_[i]) {
                first = first ? first : &db_.parameters[i];
                ++count;
            }
        if (count)
            tell(Severity::note, first->where, first->name,
                 count == 1 ? "is telemetered, and in no container"
                            : "and " + std::to_string(count - 1) +
                                  " more parameters are telemetered, and in no container");
    }

    const Database& db_;
    Paths paths_;
    KnownBits known_bits_;
    std::vector<Diagnostic> found_;
    std::vector<std::vector<ContainerIndex>> children_;
    std::vector<bool> used_parameters_;
    std::set<ContainerIndex> held_;
    bool has_indirect_ = false;
};

} // namespace

std::optional<std::int64_t> fixed_bits(const Database& database, TypeIndex type) {
    KnownBits known;
    return fixed_bits_of(database, type, known);
}

std::vector<Diagnostic> cross_check(const Database& database) {
    return CrossChecker(database).run();
}

} // namespace telemetry::parameter
