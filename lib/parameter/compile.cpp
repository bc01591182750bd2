// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <set>

#include "telemetry/parameter/compiler.h"

namespace telemetry::parameter {
namespace {

using code::Block;
using code::ConditionNode;
using code::Node;
using code::Placed;
using code::Step;
using Severity = Diagnostic::Severity;

/// More leaves than this are decoded by a loop instead of being unrolled into a run.
constexpr std::int64_t kMostUnrolled = 4096;
constexpr std::int64_t kLongestRunBits = 1 << 24;
/// Fewer children than this are tried one by one.
constexpr std::size_t kWorthTable = 3;

} // namespace

void Compiler::report(Severity severity, SourcePosition where, const std::string& element,
                      std::string message) {
    out_.diagnostics_.push_back({severity, where, element, std::move(message)});
}

Result<void> Compiler::run(const CompileOptions& options) {
    make_items();
    parameter_nodes_.assign(db_.parameters.size(), kNone);
    condition_nodes_.assign(db_.conditions.size(), kNone);
    block_made_.assign(db_.containers.size(), false);
    code_.blocks.resize(db_.containers.size());
    for (ContainerIndex i = 0; i < db_.containers.size(); ++i)
        if (const ContainerIndex base = db_.containers[i].base; base != kNone)
            code_.blocks[base].has_children = true;
    for (ContainerIndex i = 0; i < db_.containers.size(); ++i)
        make_block(i);
    make_derivations();
    make_dispatch();
    add_watchers();
    find_trailers();
    out_.boolean_labels_.resize(2 * out_.items_.size(), 0);
    out_.labels_.assign(out_.label_texts_.begin(), out_.label_texts_.end());
    for (const Container& container : db_.containers)
        out_.containers_.push_back(qualified_name(db_, container));
    return find_roots(options);
}

void Compiler::make_block(ContainerIndex index) {
    if (block_made_[index])
        return;
    block_made_[index] = true;
    const Container& container = db_.containers[index];
    Block block;
    block.container = index;
    block.base = container.base;
    block.is_abstract = container.is_abstract;
    block.has_children = code_.blocks[index].has_children;
    block.restriction = condition(container.restriction);
    if (container.size_bits)
        block.size = number(*container.size_bits);
    OpenRun run;
    run.anchored = container.base == kNone;
    for (std::size_t i = 0; i < container.entries.size(); ++i)
        add_entry(block, run, container, i);
    close_run(block, run);
    code_.blocks[index] = std::move(block);
}

/// Whether an entry lies at a place that is known now, relative to the open run's anchor.
bool Compiler::fits_run(const Entry& entry, const OpenRun& run) const {
    if (entry.include != kNone || entry.repeat)
        return false;
    if (!entry.location)
        return true;
    const auto offset = fixed(entry.location->offset_bits);
    if (!offset)
        return false;
    if (entry.location->from == Location::From::previous_entry)
        return run.position + *offset >= 0 && run.position + *offset < kLongestRunBits;
    return entry.location->from == Location::From::container_start && (run.anchored || !run.used) &&
           *offset >= 0 && *offset < kLongestRunBits;
}

void Compiler::add_entry(Block& block, OpenRun& run, const Container& container, std::size_t at) {
    const Entry& entry = container.entries[at];
    if (entry.kind == Entry::Kind::container)
        make_block(entry.container);
    const bool is_parameter = entry.kind == Entry::Kind::parameter ||
                              (entry.kind == Entry::Kind::array && entry.dimensions.empty());
    if (entry.location && entry.location->from == Location::From::container_start && run.used &&
        !run.anchored)
        close_run(block, run);
    if (fits_run(entry, run)) {
        const OpenRun before = {run.anchored, run.used, run.position, run.extent, {}};
        if (entry.location) {
            if (entry.location->from == Location::From::container_start) {
                run.anchored = true;
                run.position = 0;
            }
            run.position += *fixed(entry.location->offset_bits);
        }
        if (entry.kind == Entry::Kind::fixed_value &&
            run.position + entry.fixed_bits < kLongestRunBits) {
            run.position += entry.fixed_bits;
            run.extent = std::max(run.extent, run.position);
            run.used = true;
            return;
        }
        if (is_parameter) {
            const Node& node = code_.nodes[node_of(entry.parameter)];
            if (node.fixed_bits >= 0 && node.leaves <= kMostUnrolled &&
                run.position + node.fixed_bits < kLongestRunBits) {
                place(run, node_of(entry.parameter), 0);
                run.used = true;
                return;
            }
        }
        if (entry.kind == Entry::Kind::container && place_container(run, entry)) {
            run.used = true;
            return;
        }
        run.anchored = before.anchored;
        run.position = before.position;
        run.extent = before.extent;
    }
    close_run(block, run);
    if (auto step = step_of(entry, container)) {
        set_location(*step, container, at);
        block.steps.push_back(*step);
        run = OpenRun{};
    }
}

void Compiler::place(OpenRun& run, Index index, ElementIndices element) {
    const Node& node = code_.nodes[index];
    if (node.kind == Node::Kind::scalar) {
        run.fields.push_back({static_cast<std::uint32_t>(run.position), node.field, element});
        run.position += node.fixed_bits;
        run.extent = std::max(run.extent, run.position);
    } else if (node.kind == Node::Kind::aggregate) {
        for (const Index child : node.children)
            place(run, child, element);
    } else {
        // All bounds are fixed, or the node had no fixed size.
        const std::size_t dimensions = node.bounds.size();
        std::vector<std::int64_t> at(dimensions);
        std::vector<std::int64_t> end(dimensions);
        for (std::size_t d = 0; d < dimensions; ++d) {
            at[d] = code_.numbers[node.bounds[d].start].fixed;
            end[d] = code_.numbers[node.bounds[d].end].fixed;
            if (end[d] < at[d])
                return;
        }
        const std::vector<std::int64_t> first = at;
        while (dimensions > 0) {
            ElementIndices indices = element;
            for (std::size_t d = 0; d < dimensions; ++d)
                indices |= static_cast<ElementIndices>(at[d])
                           << (16 * (static_cast<std::size_t>(node.level) + d));
            place(run, node.children.front(), indices);
            std::size_t d = dimensions;
            while (d > 0 && ++at[d - 1] > end[d - 1]) {
                at[d - 1] = first[d - 1];
                --d;
            }
            if (d == 0)
                break;
        }
    }
}

/// A container that is one run itself becomes part of the run around it.
bool Compiler::place_container(OpenRun& run, const Entry& entry) {
    const Block& inner = code_.blocks[entry.container];
    if (inner.base != kNone || inner.has_children || inner.size != kNone ||
        !inner.triggers.empty() || inner.steps.size() > 1)
        return false;
    if (inner.steps.empty())
        return true;
    const Step& step = inner.steps.front();
    if (step.kind != Step::Kind::run || !step.is_plain)
        return false;
    const code::Run& body = code_.runs[step.target];
    if (body.count > kMostUnrolled || run.position + body.extent >= kLongestRunBits)
        return false;
    for (std::uint32_t i = 0; i < body.count; ++i) {
        Placed placed = code_.placed[body.first + i];
        placed.bit += static_cast<std::uint32_t>(run.position);
        run.fields.push_back(placed);
    }
    run.extent = std::max(run.extent, run.position + body.extent);
    run.position += body.end;
    return true;
}

void Compiler::close_run(Block& block, OpenRun& run) {
    if (run.used) {
        Step step;
        step.kind = Step::Kind::run;
        step.target = static_cast<Index>(code_.runs.size());
        step.from = run.anchored ? Location::From::container_start : Location::From::previous_entry;
        code_.runs.push_back(
            {static_cast<Index>(code_.placed.size()), static_cast<std::uint32_t>(run.fields.size()),
             static_cast<std::uint32_t>(run.extent), static_cast<std::uint32_t>(run.position)});
        code_.placed.insert(code_.placed.end(), run.fields.begin(), run.fields.end());
        block.steps.push_back(step);
    }
    // An empty run leaves the place where it was.
    run = OpenRun{.anchored = !run.used && run.anchored};
}

std::optional<Step> Compiler::step_of(const Entry& entry, const Container& container) {
    Step step;
    switch (entry.kind) {
    case Entry::Kind::parameter:
        step.kind = Step::Kind::node;
        step.target = node_of(entry.parameter);
        break;
    case Entry::Kind::array:
        step.kind = Step::Kind::node;
        step.target = entry.dimensions.empty()
                          ? node_of(entry.parameter)
                          : make_node(entry.parameter, db_.parameters[entry.parameter].type,
                                      std::to_string(entry.parameter) + ":", 0, &entry.dimensions);
        break;
    case Entry::Kind::container:
        step.kind = Step::Kind::block;
        step.target = entry.container;
        break;
    case Entry::Kind::parameter_segment:
        step.kind = Step::Kind::segment;
        step.target = static_cast<Index>(code_.segments.size());
        code_.segments.push_back(
            {node_of(entry.parameter), entry.segment_bits, entry.segment_order});
        if (code_.nodes[code_.segments.back().node].fixed_bits < 0)
            report(Severity::unsupported, entry.where, container.name,
                   "segments of a parameter without a fixed size");
        break;
    case Entry::Kind::indirect:
        step.kind = Step::Kind::indirect;
        step.target = make_indirect(entry);
        break;
    case Entry::Kind::container_segment:
    case Entry::Kind::stream_segment:
        report(Severity::unsupported, entry.where, container.name,
               "segments of containers and streams; their bits are skipped");
        step.kind = Step::Kind::skip;
        step.target = number(entry.segment_bits);
        break;
    case Entry::Kind::fixed_value:
        step.kind = Step::Kind::skip;
        step.target = number(entry.fixed_bits);
        break;
    }
    step.include = condition(entry.include);
    if (entry.repeat) {
        step.count = number(entry.repeat->count);
        step.gap = number(entry.repeat->gap_bits);
    }
    step.is_plain = step.include == kNone && step.count == kNone;
    return step;
}

void Compiler::set_location(Step& step, const Container& container, std::size_t at) {
    const Entry& entry = container.entries[at];
    if (!entry.location)
        return;
    step.is_plain = false;
    step.from = entry.location->from;
    step.offset = number(entry.location->offset_bits);
    if (step.from != Location::From::next_entry)
        return;
    // Only a neighbour whose own place does not depend on this one can be counted from.
    step.from = Location::From::previous_entry;
    const auto back = fixed(entry.location->offset_bits);
    const Entry* next = at + 1 < container.entries.size() ? &container.entries[at + 1] : nullptr;
    const bool known = next != nullptr && next->location && back &&
                       fixed(next->location->offset_bits) &&
                       (next->location->from == Location::From::container_start ||
                        next->location->from == Location::From::container_end);
    if (!known)
        return report(Severity::unsupported, entry.where, container.name,
                      "an entry located from the next one, whose own place is not fixed");
    step.from = next->location->from;
    const std::int64_t place = *fixed(next->location->offset_bits);
    step.offset =
        number(step.from == Location::From::container_start ? place - *back : place + *back);
}

Compiler::Index Compiler::make_indirect(const Entry& entry) {
    code::Indirect indirect;
    indirect.slot = slot_of(*entry.reference);
    indirect.value_kind = entry.reference->kind;
    auto& nodes = nodes_by_alias_[entry.alias_space];
    if (!nodes) {
        auto fresh = std::make_shared<code::NodesByName>();
        for (ParameterIndex i = 0; i < db_.parameters.size(); ++i)
            for (const Alias& alias : db_.parameters[i].aliases)
                if (entry.alias_space.empty() || alias.name_space == entry.alias_space)
                    fresh->emplace(alias.name, node_of(i));
        if (entry.alias_space.empty())
            for (ParameterIndex i = 0; i < db_.parameters.size(); ++i)
                fresh->emplace(db_.parameters[i].name, node_of(i));
        nodes = std::move(fresh);
    }
    indirect.nodes = nodes;
    code_.indirects.push_back(std::move(indirect));
    return static_cast<Index>(code_.indirects.size() - 1);
}

/// The comparisons "field = whole number" that a condition cannot hold without.
void Compiler::find_equalities(Index index, std::vector<Index>& found) const {
    const ConditionNode& node = code_.conditions[index];
    if (node.kind == ConditionNode::Kind::all_of)
        for (const Index operand : node.operands)
            find_equalities(operand, found);
    else if ((node.kind == ConditionNode::Kind::integer ||
              node.kind == ConditionNode::Kind::natural) &&
             node.comparator == Comparator::equal && node.left != kNone)
        found.push_back(index);
}

bool Compiler::can_end(Index index, int depth) const {
    const Block& block = code_.blocks[index];
    if (!block.is_abstract || depth > 64)
        return true;
    return std::any_of(block.dispatch.others.begin(), block.dispatch.others.end(),
                       [&](Index child) { return can_end(child, depth + 1); });
}

void Compiler::make_dispatch() {
    std::vector<std::vector<Index>> children(code_.blocks.size());
    // Restricted children first: one without a restriction would hide those after it.
    for (const bool restricted : {true, false})
        for (Index i = 0; i < code_.blocks.size(); ++i)
            if (const Block& block = code_.blocks[i];
                block.base != kNone && (block.restriction != kNone) == restricted)
                children[block.base].push_back(i);
    for (Index i = 0; i < code_.blocks.size(); ++i)
        code_.blocks[i].dispatch.others = children[i];
    for (Block& block : code_.blocks)
        block.can_end = can_end(block.container, 0);

    for (Block& block : code_.blocks) {
        auto& all = block.dispatch.others;
        std::erase_if(all, [&](Index child) { return !code_.blocks[child].can_end; });
        // The field that most children compare decides which of them are tried.
        std::map<std::pair<Index, ValueKind>, std::size_t> uses;
        std::vector<std::vector<Index>> equalities(all.size());
        for (std::size_t c = 0; c < all.size(); ++c) {
            if (const Index restriction = code_.blocks[all[c]].restriction; restriction != kNone)
                find_equalities(restriction, equalities[c]);
            std::set<std::pair<Index, ValueKind>> own;
            for (const Index e : equalities[c])
                own.insert({code_.conditions[e].left, code_.conditions[e].left_kind});
            for (const auto& field : own)
                ++uses[field];
        }
        const auto most =
            std::max_element(uses.begin(), uses.end(),
                             [](const auto& a, const auto& b) { return a.second < b.second; });
        if (most == uses.end() || most->second < kWorthTable)
            continue;
        const auto [slot, kind] = most->first;
        std::map<std::uint64_t, std::vector<Index>> keyed;
        std::vector<std::optional<std::uint64_t>> key_of(all.size());
        for (std::size_t c = 0; c < all.size(); ++c)
            for (const Index e : equalities[c])
                if (const auto& node = code_.conditions[e];
                    node.left == slot && node.left_kind == kind && !key_of[c]) {
                    key_of[c] = node.literal;
                    keyed[node.literal];
                }
        std::vector<Index> others;
        for (std::size_t c = 0; c < all.size(); ++c) {
            if (key_of[c]) {
                keyed[*key_of[c]].push_back(all[c]);
                continue;
            }
            others.push_back(all[c]);
            for (auto& [key, list] : keyed)
                list.push_back(all[c]);
        }
        block.dispatch.slot = slot;
        block.dispatch.value_kind = kind;
        block.dispatch.others = std::move(others);
        for (auto& [key, list] : keyed) {
            block.dispatch.keys.push_back(key);
            block.dispatch.children.push_back(std::move(list));
        }
    }
}

/// How long a container always is, with its bases; nothing when a packet decides.
std::optional<std::int64_t> Compiler::fixed_bits(Index index) {
    if (const auto known = block_bits_.find(index); known != block_bits_.end())
        return known->second;
    const auto bits = count_bits(index);
    block_bits_.emplace(index, bits);
    return bits;
}

std::optional<std::int64_t> Compiler::count_bits(Index index) {
    const Block& block = code_.blocks[index];
    if (block.has_children || block.size != kNone)
        return std::nullopt;
    std::vector<Index> chain{index};
    while (code_.blocks[chain.back()].base != kNone)
        chain.push_back(code_.blocks[chain.back()].base);
    std::int64_t cursor = 0;
    std::int64_t extent = 0;
    std::int64_t trailing = 0;
    const auto constant = [&](Index number, std::int64_t otherwise) -> std::optional<std::int64_t> {
        if (number == kNone)
            return otherwise;
        const auto& stated = code_.numbers[number];
        return stated.kind == code::Number::Kind::fixed ? std::optional(stated.fixed)
                                                        : std::nullopt;
    };
    const auto size_of = [&](const Step& step) -> std::optional<std::int64_t> {
        if (step.kind == Step::Kind::run)
            return std::max(code_.runs[step.target].extent, code_.runs[step.target].end);
        if (step.kind == Step::Kind::skip)
            return constant(step.target, 0);
        if (step.kind == Step::Kind::node && code_.nodes[step.target].fixed_bits >= 0)
            return code_.nodes[step.target].fixed_bits;
        if (step.kind == Step::Kind::block)
            return fixed_bits(step.target);
        return std::nullopt;
    };
    for (auto at = chain.rbegin(); at != chain.rend(); ++at)
        for (const Step& step : code_.blocks[*at].steps) {
            const auto offset = constant(step.offset, 0);
            const auto count = constant(step.count, 1);
            const auto gap = constant(step.gap, 0);
            const auto size = size_of(step);
            if (step.include != kNone || !offset || !count || !gap || !size || *count < 0 ||
                *count > kLongestRunBits)
                return std::nullopt;
            if (step.from == Location::From::container_end) {
                trailing += *count * *size;
                continue;
            }
            cursor = (step.from == Location::From::container_start ? 0 : cursor) + *offset;
            cursor += *count * *size + std::max<std::int64_t>(0, *count - 1) * *gap;
            extent = std::max(extent, cursor);
            if (extent > kLongestRunBits)
                return std::nullopt;
        }
    return extent + trailing;
}

Result<void> Compiler::find_roots(const CompileOptions& options) {
    if (!options.root.empty()) {
        const ContainerIndex root = names().container(options.root);
        if (root == kNone)
            return fail("no container, or more than one, is named '" + options.root + "'");
        // A derived container begins with its bases.
        code_.roots = {root};
        out_.fixed_packet_bits_ = fixed_bits(root);
        return {};
    }
    std::vector<std::size_t> descendants(code_.blocks.size(), 0);
    for (const Block& block : code_.blocks)
        for (Index base = block.base; base != kNone; base = code_.blocks[base].base)
            ++descendants[base];
    std::vector<bool> contained(code_.blocks.size());
    for (const Container& container : db_.containers)
        for (const Entry& entry : container.entries)
            if (entry.container != kNone)
                contained[entry.container] = true;
    for (Index i = 0; i < code_.blocks.size(); ++i)
        if (code_.blocks[i].base == kNone && !contained[i])
            code_.roots.push_back(i);
    // Telecommands that are no branch of the telemetry's tree would match any packet.
    const auto is_command = [&](Index root) { return db_.containers[root].is_command; };
    if (!std::all_of(code_.roots.begin(), code_.roots.end(), is_command))
        std::erase_if(code_.roots, is_command);
    std::stable_sort(code_.roots.begin(), code_.roots.end(),
                     [&](Index a, Index b) { return descendants[a] > descendants[b]; });
    if (code_.roots.empty())
        return fail("the database has no container that a packet could begin with");
    // Beside a tree of containers, a single one is a description for other uses: any packet would
    // match it.
    if (descendants[code_.roots.front()] > 0)
        std::erase_if(code_.roots, [&](Index root) { return descendants[root] == 0; });
    else
        code_.roots.resize(1);
    return {};
}

Program::Program() : code_(std::make_unique<code::Code>()) {}
Program::~Program() = default;

std::string Program::item_name(ItemIndex item, ElementIndices element) const {
    const std::string& name = items_[item].name;
    if (items_[item].dimensions == 0)
        return name;
    std::string text;
    std::size_t at = 0;
    for (std::size_t next = 0; (next = name.find("[]", at)) != std::string::npos; at = next + 1) {
        text.append(name, at, next + 1 - at);
        text += std::to_string(element & 0xffffU);
        element >>= 16;
    }
    return text.append(name, at);
}

std::string_view Program::container_name(ContainerIndex container) const {
    return container < containers_.size() ? std::string_view(containers_[container])
                                          : std::string_view();
}

Result<std::shared_ptr<const Program>> compile(const Database& database,
                                               const CompileOptions& options) {
    if (auto good = check(database); !good)
        return tl::unexpected(good.error());
    auto program = std::make_shared<Program>();
    Compiler compiler(database, *program);
    if (auto done = compiler.run(options); !done)
        return tl::unexpected(done.error());
    return std::shared_ptr<const Program>(std::move(program));
}

} // namespace telemetry::parameter
