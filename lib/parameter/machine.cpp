// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/machine.h"

#include <algorithm>

#include "telemetry/parameter/bits.h"

namespace telemetry::parameter {

using code::Node;
using code::Step;

namespace {

constexpr int kMostNesting = 64;
constexpr std::int64_t kMostIndex = 0xffff;
/// Containers entered and conditions that failed, in one packet: far beyond any mission's packet,
/// and passed within a fraction of a second.
constexpr std::uint32_t kMostStrain = 1U << 20;
/// Octets of texts and binary values of one packet, whose entries may overlap.
constexpr std::size_t kMostPool = std::size_t{1} << 24;
/// Segments of parameters that are not complete yet.
constexpr std::size_t kMostPieces = 256;

} // namespace

Machine::Machine(const Program& program, std::uint32_t most_values)
    : program_(program), code_(program.code()), most_values_(most_values) {
    prepare_infix();
    reset();
}

void Machine::reset() {
    columns.clear();
    slots_.assign(code_.slots.size(), {});
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const code::SlotStart& from = code_.slots[i];
        slots_[i] = {from.known, from.raw_form, from.value_form, from.raw,
                     from.value, from.text,     from.text};
    }
    pending_.assign(code_.derivations.size(), 0);
    any_pending_ = false;
}

void Machine::decode(std::span<const std::uint8_t> octets, PacketRecord record, Faults& faults) {
    faults.fill(-1);
    faults_ = &faults;
    octets_ = octets;
    cursor_ = start_ = reached_ = 0;
    end_ = 8 * octets.size();
    budget_ = most_values_;
    strength_ = kMostStrain;
    pool_start_ = columns.pool.size();
    container_ = kNone;
    generation_ns_ = kUnknownTime;
    nesting_ = 0;
    pieces_.clear();
    trailers_.clear();
    overwritten_.clear();
    triggered_.clear();
    packet_ = static_cast<std::uint32_t>(columns.packets.size());
    record.first_value = static_cast<std::uint32_t>(columns.size);

    Outcome outcome = Outcome::unmatched;
    const Mark begin = mark();
    for (const Index root : code_.roots) {
        tentative_ = code_.blocks[root].is_abstract;
        enter_bases(root, 0);
        outcome = descend(root, Ending::must_match, 0);
        if (outcome == Outcome::matched && !trailers(0, true))
            outcome = Outcome::cut;
        if (outcome != Outcome::unmatched)
            break;
        roll_back(begin);
    }
    tentative_ = false;
    if (outcome == Outcome::unmatched) {
        // What the first tree says of every packet is worth having.
        enter_bases(code_.roots.front(), 0);
        if (descend(code_.roots.front(), Ending::anything, 0) != Outcome::cut)
            trailers(0, true);
        fault(DecodeFault::container_not_found, 0);
    } else if (outcome == Outcome::matched) {
        if (!pieces_.empty())
            fault(DecodeFault::segments_missing, 0);
        if (reached_ < end_)
            fault(DecodeFault::bits_left_over, static_cast<std::int64_t>(end_ - reached_));
    }
    if (any_pending_)
        derive();

    record.container = container_;
    record.generation_ns = generation_ns_ != kUnknownTime ? generation_ns_ : record.generation_ns;
    record.value_count = static_cast<std::uint32_t>(columns.size) - record.first_value;
    columns.packets.push_back(record);
    faults_ = nullptr;
}

void Machine::fault(DecodeFault which, std::int64_t bits) {
    std::int64_t& at = (*faults_)[static_cast<std::size_t>(which)];
    at = std::max(at, bits);
}

bool Machine::cut_short(std::uint64_t missing_bits) {
    fault(DecodeFault::packet_too_short, static_cast<std::int64_t>(missing_bits));
    return false;
}

void Machine::trigger(Index derivation) {
    if (tentative_ && pending_[derivation] == 0)
        triggered_.push_back(derivation);
    pending_[derivation] = 1;
    any_pending_ = true;
}

bool Machine::spend() {
    if (budget_ == 0 || columns.pool.size() - pool_start_ > kMostPool) {
        fault(DecodeFault::limit_reached, 0);
        return false;
    }
    --budget_;
    return true;
}

/// Counts what makes no progress in the packet, which would otherwise have no end: containers in
/// containers may double at each level without a single bit or value.
bool Machine::strain() {
    if (strength_ == 0) {
        fault(DecodeFault::limit_reached, 0);
        return false;
    }
    --strength_;
    return true;
}

/// The newest of a parameter's instances; the others grow older by one.
void Machine::update(const std::vector<Index>& chain, const Value& value) {
    if (tentative_)
        for (const Index slot : chain)
            overwritten_.push_back({slot, slots_[slot]});
    for (std::size_t i = chain.size() - 1; i > 0; --i)
        std::swap(slots_[chain[i]], slots_[chain[i - 1]]);
    store(slots_[chain.front()], value);
}

Machine::Mark Machine::mark() const {
    return {.size = columns.size,
            .pool = columns.pool.size(),
            .pieces = pieces_.size(),
            .trailers = trailers_.size(),
            .cursor = cursor_,
            .reached = reached_,
            .generation_ns = generation_ns_,
            .overwritten = overwritten_.size(),
            .triggered = triggered_.size()};
}

void Machine::roll_back(const Mark& to) {
    columns.size = to.size;
    columns.pool.resize(to.pool);
    pieces_.resize(std::min(pieces_.size(), to.pieces));
    trailers_.resize(std::min(trailers_.size(), to.trailers));
    cursor_ = to.cursor;
    reached_ = to.reached;
    generation_ns_ = to.generation_ns;
    for (; overwritten_.size() > to.overwritten; overwritten_.pop_back())
        slots_[overwritten_.back().slot] = std::move(overwritten_.back().before);
    for (; triggered_.size() > to.triggered; triggered_.pop_back())
        pending_[triggered_.back()] = 0;
}

void Machine::enter_bases(Index block, int depth) {
    const Index base = code_.blocks[block].base;
    if (base == kNone || depth > kMostNesting)
        return;
    enter_bases(base, depth + 1);
    steps(code_.blocks[base]);
}

std::span<const Machine::Index> Machine::candidates(const code::Dispatch& dispatch) const {
    if (dispatch.slot == kNone)
        return dispatch.others;
    const Slot& slot = slots_[dispatch.slot];
    const bool raw = dispatch.value_kind == ValueKind::raw;
    const Form form = raw ? slot.raw_form : slot.value_form;
    std::uint64_t key = raw ? slot.raw : slot.value;
    if (!slot.known)
        return dispatch.others;
    if (form == Form::real) {
        const double real = std::bit_cast<double>(key);
        if (!(real > -9.2e18 && real < 9.2e18) ||
            real != static_cast<double>(static_cast<std::int64_t>(real)))
            return dispatch.others;
        key = static_cast<std::uint64_t>(static_cast<std::int64_t>(real));
    }
    const auto found = std::lower_bound(dispatch.keys.begin(), dispatch.keys.end(), key);
    if (found == dispatch.keys.end() || *found != key)
        return dispatch.others;
    return dispatch.children[static_cast<std::size_t>(found - dispatch.keys.begin())];
}

Machine::Outcome Machine::descend(Index index, Ending ending, int depth) {
    const code::Block& block = code_.blocks[index];
    if (!strain())
        return Outcome::cut;
    // Once a container that is not abstract is entered, nothing up to it is withdrawn.
    if (ending == Ending::must_match)
        tentative_ = block.is_abstract;
    container_ = index;
    std::optional<std::int64_t> size;
    if (block.size != kNone && nesting_ == 0) {
        size = number(block.size);
        if (size && static_cast<std::uint64_t>(*size) != end_)
            fault(DecodeFault::size_mismatch, std::abs(*size - static_cast<std::int64_t>(end_)));
    }
    if (!steps(block))
        return Outcome::cut;
    for (const Index derivation : block.triggers)
        trigger(derivation);
    if (depth < kMostNesting) {
        const Mark here = mark();
        for (const Index child : candidates(block.dispatch)) {
            if (!holds(code_.blocks[child].restriction)) {
                if (!strain())
                    return Outcome::cut;
                continue;
            }
            const Outcome outcome = descend(child, ending, depth + 1);
            if (outcome != Outcome::unmatched || ending == Ending::anything)
                return outcome;
            roll_back(here);
            container_ = index;
        }
    }
    return block.is_abstract ? Outcome::unmatched : Outcome::matched;
}

bool Machine::steps(const code::Block& block) {
    return std::all_of(block.steps.begin(), block.steps.end(),
                       [&](const Step& s) { return step(s); });
}

bool Machine::step(const Step& step) {
    if (step.is_plain) {
        if (step.kind != Step::Kind::run)
            return execute(step);
        const code::Run& body = code_.runs[step.target];
        return run(body, step.from == Location::From::container_start ? start_ : cursor_);
    }
    return located(step);
}

/// An entry with a condition, a place of its own, or repeats.
bool Machine::located(const Step& step) {
    if (step.is_trailer) {
        trailers_.push_back(&step);
        return true;
    }
    if (step.include != kNone && !holds(step.include))
        return strain();
    const std::uint64_t before = cursor_;
    const bool from_end = step.from == Location::From::container_end;
    if (step.from == Location::From::container_start)
        cursor_ = start_;
    if (step.offset != kNone) {
        const auto offset = number(step.offset);
        if (!offset) {
            fault(DecodeFault::reference_unknown, 0);
            return false;
        }
        std::int64_t place = static_cast<std::int64_t>(cursor_) + *offset;
        if (from_end) // some databases write the distance as a negative number
            place = static_cast<std::int64_t>(end_) - std::abs(*offset);
        if (place < static_cast<std::int64_t>(start_) || place > static_cast<std::int64_t>(end_))
            return cut_short(static_cast<std::uint64_t>(
                std::max<std::int64_t>(1, place - static_cast<std::int64_t>(end_))));
        cursor_ = static_cast<std::uint64_t>(place);
    }
    if (!repeated(step))
        return false;
    // What is described after an entry at the end goes where it would have gone without it.
    if (from_end)
        cursor_ = before;
    return true;
}

bool Machine::repeated(const Step& step) {
    std::int64_t count = 1;
    std::int64_t gap = 0;
    if (step.count != kNone) {
        const auto stated = number(step.count);
        const auto stated_gap = number(step.gap);
        if (!stated || !stated_gap) {
            fault(DecodeFault::reference_unknown, 0);
            return false;
        }
        count = *stated;
        gap = *stated_gap;
    }
    for (std::int64_t i = 0; i < count; ++i) {
        if (i > 0) {
            const std::int64_t next = static_cast<std::int64_t>(cursor_) + gap;
            if (next < static_cast<std::int64_t>(start_) || next > static_cast<std::int64_t>(end_))
                return cut_short(1);
            cursor_ = static_cast<std::uint64_t>(next);
        }
        if (!spend())
            return false;
        const bool good =
            step.kind == Step::Kind::run ? run(code_.runs[step.target], cursor_) : execute(step);
        if (!good)
            return false;
    }
    return true;
}

/// The entries at a container's end that waited for the others. Where no size tells the end, or
/// where only bits are left that fill the packet's last octet, the container ends with them.
bool Machine::trailers(std::size_t from, bool end_is_known) {
    constexpr std::uint64_t kOctet = 8;
    for (std::size_t i = from; i < trailers_.size(); ++i) {
        const Step& step = *trailers_[i];
        if (step.include != kNone && !holds(step.include))
            continue;
        const auto offset = number(step.offset);
        if (!offset) {
            fault(DecodeFault::reference_unknown, 0);
            return false;
        }
        // Some databases write the distance as a negative number.
        const auto back = static_cast<std::uint64_t>(std::abs(*offset));
        const std::uint64_t content = end_is_known ? reached_ : cursor_;
        if (back > end_ - start_)
            return cut_short(back - (end_ - start_));
        const std::uint64_t place = end_ - back;
        const bool appended =
            !end_is_known || back == 0 || (place > content && place - content < kOctet);
        cursor_ = appended ? content : place;
        if (!repeated(step))
            return false;
    }
    trailers_.resize(from);
    return true;
}

bool Machine::execute(const Step& step) {
    switch (step.kind) {
    case Step::Kind::run:
        return run(code_.runs[step.target], cursor_);
    case Step::Kind::node:
        return node(step.target, 0);
    case Step::Kind::block:
        return nested(step.target);
    case Step::Kind::segment:
        return segment(code_.segments[step.target]);
    case Step::Kind::indirect:
        return indirect(code_.indirects[step.target]);
    case Step::Kind::skip:
        break;
    }
    const auto bits = static_cast<std::uint64_t>(code_.numbers[step.target].fixed);
    if (bits > end_ - cursor_)
        return cut_short(bits - (end_ - cursor_));
    cursor_ += bits;
    reached_ = std::max(reached_, cursor_);
    return true;
}

/// A container within another: its own start and end, its bases, and a child of it that matches.
bool Machine::nested(Index index) {
    if (nesting_ >= kMostNesting) {
        fault(DecodeFault::limit_reached, 0);
        return false;
    }
    const code::Block& block = code_.blocks[index];
    const auto [start, end] = std::pair(start_, end_);
    const ContainerIndex outer = container_;
    start_ = cursor_;
    std::optional<std::int64_t> size;
    if (block.size != kNone) {
        size = number(block.size);
        if (!size || *size < 0 || static_cast<std::uint64_t>(*size) > end_ - start_) {
            const bool unknown = !size || *size < 0;
            start_ = start;
            if (unknown) {
                fault(DecodeFault::reference_unknown, 0);
                return false;
            }
            return cut_short(static_cast<std::uint64_t>(*size) - (end_ - cursor_));
        }
        end_ = start_ + static_cast<std::uint64_t>(*size);
    }
    ++nesting_;
    const std::size_t outer_trailers = trailers_.size();
    enter_bases(index, 0);
    Outcome outcome = descend(index, Ending::anything, nesting_);
    if (outcome != Outcome::cut && !trailers(outer_trailers, size.has_value()))
        outcome = Outcome::cut;
    --nesting_;
    if (size && outcome != Outcome::cut) {
        cursor_ = end_;
        reached_ = std::max(reached_, cursor_);
    }
    start_ = start;
    end_ = end;
    container_ = outer;
    return outcome != Outcome::cut;
}

bool Machine::node(Index index, ElementIndices element) {
    const Node& node_ref = code_.nodes[index];
    if (node_ref.kind == Node::Kind::array)
        return array(node_ref, element);
    if (node_ref.kind == Node::Kind::aggregate)
        return std::all_of(node_ref.children.begin(), node_ref.children.end(),
                           [&](Index child) { return node(child, element); });
    if (!spend())
        return false;
    const code::Field& field = code_.fields[node_ref.field];
    columns.make_room(1);
    if (node_ref.fixed_bits < 0)
        return sized(field, element);
    if (field.bits > end_ - cursor_)
        return cut_short(field.bits - (end_ - cursor_));
    scalar(field, element, cursor_);
    cursor_ += field.bits;
    reached_ = std::max(reached_, cursor_);
    return true;
}

bool Machine::array(const Node& node_ref, ElementIndices element) {
    std::array<std::int64_t, 4> first{};
    std::array<std::int64_t, 4> last{};
    const std::size_t dimensions = std::min<std::size_t>(node_ref.bounds.size(), 4);
    if (dimensions == 0 || static_cast<std::size_t>(node_ref.level) + dimensions > 4)
        return true; // reported when it was compiled
    for (std::size_t d = 0; d < dimensions; ++d) {
        const auto start = number(node_ref.bounds[d].start);
        const auto end = number(node_ref.bounds[d].end);
        if (!start || !end) {
            fault(DecodeFault::reference_unknown, 0);
            return false;
        }
        if (*end < *start)
            return true;
        if (*start < 0 || *end > kMostIndex) {
            fault(DecodeFault::limit_reached, 0);
            return false;
        }
        first[d] = *start;
        last[d] = *end;
    }
    std::array<std::int64_t, 4> at = first;
    while (true) {
        ElementIndices indices = element;
        for (std::size_t d = 0; d < dimensions; ++d)
            indices |= static_cast<ElementIndices>(at[d])
                       << (16 * (static_cast<std::size_t>(node_ref.level) + d));
        if (!spend() || !node(node_ref.children.front(), indices))
            return false;
        std::size_t d = dimensions;
        while (d > 0 && ++at[d - 1] > last[d - 1]) {
            at[d - 1] = first[d - 1];
            --d;
        }
        if (d == 0)
            return true;
    }
}

bool Machine::segment(const code::Segment& part) {
    const auto bits = static_cast<std::uint64_t>(part.bits);
    if (bits > end_ - cursor_)
        return cut_short(bits - (end_ - cursor_));
    if (!spend())
        return false;
    if (pieces_.size() >= kMostPieces) {
        fault(DecodeFault::limit_reached, 0);
        return false;
    }
    pieces_.push_back({part.node, part.order, cursor_, bits});
    cursor_ += bits;
    reached_ = std::max(reached_, cursor_);
    std::uint64_t have = 0;
    for (const Piece& piece : pieces_)
        if (piece.node == part.node)
            have += piece.bits;
    const std::int64_t need = code_.nodes[part.node].fixed_bits;
    return need < 0 || have < static_cast<std::uint64_t>(need) || assemble(part.node);
}

/// Puts a parameter's segments side by side and decodes it from there.
bool Machine::assemble(Index index) {
    const auto of_node = [&](const Piece& piece) { return piece.node == index; };
    std::stable_sort(pieces_.begin(), pieces_.end(),
                     [](const Piece& a, const Piece& b) { return a.order < b.order; });
    std::uint64_t bits = 0;
    for (const Piece& piece : pieces_)
        bits += of_node(piece) ? piece.bits : 0;
    assembled_.assign((bits + 7) / 8, 0);
    std::uint64_t to = 0;
    for (const Piece& piece : pieces_)
        for (std::uint64_t i = 0; of_node(piece) && i < piece.bits; ++i, ++to)
            if (load_bits(octets_, piece.bit + i, 1) != 0)
                assembled_[to >> 3] |= static_cast<std::uint8_t>(0x80U >> (to & 7U));
    std::erase_if(pieces_, of_node);

    const auto octets = octets_;
    const auto [cursor, start, end, reached] = std::tuple(cursor_, start_, end_, reached_);
    octets_ = assembled_;
    cursor_ = start_ = 0;
    end_ = bits;
    const bool good = node(index, 0);
    octets_ = octets;
    std::tie(cursor_, start_, end_, reached_) = std::tuple(cursor, start, end, reached);
    return good;
}

bool Machine::indirect(const code::Indirect& entry) {
    if (entry.slot == kNone || !slots_[entry.slot].known) {
        fault(DecodeFault::reference_unknown, 0);
        return false;
    }
    const Slot& slot = slots_[entry.slot];
    const bool raw = entry.value_kind == ValueKind::raw;
    const Form form = raw ? slot.raw_form : slot.value_form;
    const std::uint64_t bits = raw ? slot.raw : slot.value;
    std::string name;
    if (form == Form::label)
        name = program_.labels()[bits];
    else if (form == Form::integer)
        name = std::to_string(static_cast<std::int64_t>(bits));
    else if (form == Form::natural || form == Form::boolean)
        name = std::to_string(bits);
    else
        name = raw ? slot.raw_text : slot.text;
    const auto found = entry.nodes->find(name);
    if (found == entry.nodes->end()) {
        fault(DecodeFault::reference_unknown, 0);
        return false;
    }
    return node(found->second, 0);
}

} // namespace telemetry::parameter
