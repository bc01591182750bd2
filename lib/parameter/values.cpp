// SPDX-License-Identifier: GPL-3.0-or-later
// One value: bits → raw → engineering.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "telemetry/parameter/bits.h"
#include "telemetry/parameter/machine.h"
#include "telemetry/parameter/number.h"
#include "telemetry/parameter/time_code.h"
#include "telemetry/parameter/time_notation.h"

namespace telemetry::parameter {

using code::Fetch;
using code::Field;
using code::Finish;
using code::Formula;
using code::Shuffle;

namespace {

std::uint64_t bits_of(double value) {
    return std::bit_cast<std::uint64_t>(value);
}

std::uint64_t pool_reference(std::size_t offset, std::size_t length) {
    return static_cast<std::uint64_t>(offset) << 32 | static_cast<std::uint64_t>(length);
}

bool within(const Range& range, double x) {
    const bool above = range.min_exclusive ? x > range.min : x >= range.min;
    const bool below = range.max_exclusive ? x < range.max : x <= range.max;
    return above && below;
}

} // namespace

bool Machine::run(const code::Run& body, std::uint64_t at) {
    const code::Placed* placed = code_.placed.data() + body.first;
    if (budget_ < body.count) {
        fault(DecodeFault::limit_reached, 0);
        return false;
    }
    budget_ -= body.count;
    columns.make_room(body.count);
    if (body.extent > end_ - at) {
        for (std::uint32_t i = 0; i < body.count; ++i) {
            const Field& field = code_.fields[placed[i].field];
            if (at + placed[i].bit + field.bits <= end_)
                scalar(field, placed[i].element, at + placed[i].bit);
        }
        const std::uint64_t missing = body.extent - (end_ - at);
        cursor_ = reached_ = end_;
        return cut_short(missing);
    }
    for (std::uint32_t i = 0; i < body.count; ++i)
        scalar(code_.fields[placed[i].field], placed[i].element, at + placed[i].bit);
    cursor_ = at + body.end;
    reached_ = std::max(reached_, at + body.extent);
    return true;
}

void Machine::scalar(const Field& field, ElementIndices element, std::uint64_t bit) {
    Value value = fetch(field, bit, field.bits);
    finish(field, value);
    emit(field, element, value, bit, field.bits);
}

inline std::uint64_t Machine::shuffled(const Field& field, std::uint64_t bit) const {
    const std::uint64_t value = load_bits(octets_, bit, field.bits);
    switch (field.shuffle) {
    case Shuffle::none:
        break;
    case Shuffle::least_octet_first:
        return least_first(value, field.bits);
    case Shuffle::least_bit_first:
        return reversed(value, field.bits);
    case Shuffle::both: {
        // Octets least significant first, and the bits of each likewise.
        return reversed(value, field.bits);
    }
    case Shuffle::listed: {
        const auto& significance = code_.layouts[field.layout];
        std::uint64_t out = 0;
        for (std::size_t i = 0; i < significance.size(); ++i)
            out |= (value >> (field.bits - 8 * (i + 1)) & 0xffU) << (8 * significance[i]);
        return out;
    }
    }
    return value;
}

Machine::Value Machine::fetch(const Field& field, std::uint64_t bit, std::uint64_t bits) {
    Value value{.raw_form = field.raw_form, .value_form = field.value_form};
    if (bits == 0 && field.fetch != Fetch::text && field.fetch != Fetch::octets) {
        value.raw_form = value.value_form = Form::none;
        value.validity = Validity::undecodable;
        return value;
    }
    switch (field.fetch) {
    case Fetch::natural:
        value.raw = shuffled(field, bit);
        break;
    case Fetch::twos_complement:
        value.raw = static_cast<std::uint64_t>(sign_extended(shuffled(field, bit), field.bits));
        break;
    case Fetch::sign_magnitude:
        value.raw =
            static_cast<std::uint64_t>(from_sign_magnitude(shuffled(field, bit), field.bits));
        break;
    case Fetch::ones_complement:
        value.raw =
            static_cast<std::uint64_t>(from_ones_complement(shuffled(field, bit), field.bits));
        break;
    case Fetch::bcd:
    case Fetch::packed_bcd: {
        const std::uint64_t digits = shuffled(field, bit);
        const auto number = from_bcd(digits, field.bits, field.fetch == Fetch::bcd ? 8 : 4);
        value.raw = number.value_or(digits);
        if (!number)
            value.validity = Validity::undecodable;
        break;
    }
    case Fetch::ieee_16:
        value.raw = bits_of(from_half(shuffled(field, bit)));
        break;
    case Fetch::ieee_32:
        value.raw = bits_of(static_cast<double>(
            std::bit_cast<float>(static_cast<std::uint32_t>(shuffled(field, bit)))));
        break;
    case Fetch::ieee_64:
        value.raw = shuffled(field, bit);
        break;
    case Fetch::mil_1750a:
        value.raw = bits_of(from_mil_1750a(shuffled(field, bit), field.bits));
        break;
    case Fetch::ibm:
        value.raw = bits_of(from_ibm(shuffled(field, bit), field.bits));
        break;
    case Fetch::dec:
        value.raw = bits_of(from_dec(shuffled(field, bit), field.bits));
        break;
    case Fetch::ti:
        value.raw = bits_of(from_ti(shuffled(field, bit)));
        break;
    case Fetch::text:
        if (const auto extent = text_extent(field, bit))
            append_text(code_.texts[field.text], *extent, value);
        else
            value.validity = Validity::undecodable;
        break;
    case Fetch::time_code:
        if (field.bits <= 64) {
            value.raw = load_bits(octets_, bit, field.bits);
            break;
        }
        [[fallthrough]];
    case Fetch::octets: {
        const std::size_t offset = columns.pool.size();
        const std::size_t length = (bits + 7) / 8;
        columns.pool.resize(offset + length);
        copy_bits(octets_, bit, bits,
                  reinterpret_cast<std::uint8_t*>(columns.pool.data() + offset));
        value.raw = pool_reference(offset, length);
        break;
    }
    }
    if (field.fetch != Fetch::text)
        value.value = value.raw;
    if (field.fetch == Fetch::time_code) {
        std::array<std::uint8_t, 32> code{};
        const auto used = std::min<std::uint64_t>(bits, 8 * code.size());
        copy_bits(octets_, bit, used, code.data());
        const code::TimeRule& rule = code_.times[field.detail];
        const auto time = decode_time(rule.format, std::span(code).first(used / 8));
        if (!time) {
            value.validity = Validity::undecodable;
        } else {
            static const Epoch kCcsds = *parse_epoch("TAI");
            static const Epoch kCcsdsDays = *parse_epoch("1958-01-01");
            const Epoch& ccsds = rule.format.code == TimeCode::cds ? kCcsdsDays : kCcsds;
            const std::int64_t ns =
                field.finish == Finish::duration
                    ? to_ns(time->elapsed)
                    : instant_after(time->agency_epoch ? rule.epoch : ccsds, time->elapsed);
            value.value = static_cast<std::uint64_t>(ns);
            if (ns == kUnknownTime)
                value.validity = Validity::undecodable;
        }
    }
    return value;
}

/// A value whose size the packet states.
bool Machine::sized(const Field& field, ElementIndices element) {
    std::uint64_t bits = 0;
    if (field.fetch == Fetch::text) {
        const auto extent = text_extent(field, cursor_);
        if (!extent)
            return cut_short(1);
        bits = extent->bits;
    } else {
        const auto stated = number(field.size);
        if (!stated || *stated < 0) {
            fault(DecodeFault::reference_unknown, 0);
            return false;
        }
        bits = static_cast<std::uint64_t>(*stated);
        if (bits > end_ - cursor_)
            return cut_short(bits - (end_ - cursor_));
    }
    Value value = fetch(field, cursor_, bits);
    finish(field, value);
    emit(field, element, value, cursor_, bits);
    cursor_ += bits;
    reached_ = std::max(reached_, cursor_);
    return true;
}

void Machine::finish(const Field& field, Value& value) {
    switch (field.finish) {
    case Finish::same:
        return;
    case Finish::real:
        value.value = bits_of(ValueBatch::to_real(value.raw, value.raw_form));
        return;
    case Finish::calibrate: {
        const double raw = ValueBatch::to_real(value.raw, value.raw_form);
        const auto result = calibrate(field.detail, raw);
        value.value = bits_of(result.value_or(raw));
        if (!result && value.validity == Validity::valid)
            value.validity = Validity::not_calibrated;
        return;
    }
    case Finish::label:
        if (const auto label = label_of(field, value)) {
            value.value = *label;
            value.value_form = Form::label;
        } else {
            if (field.fetch != Fetch::text)
                value.value_form = value.raw_form;
            if (value.validity == Validity::valid)
                value.validity = Validity::not_calibrated;
        }
        return;
    case Finish::boolean:
        if (field.fetch == Fetch::text)
            value.value = pool_text(value.value) == program_.labels()[field.detail] ? 1 : 0;
        else if (value.raw_form == Form::real)
            value.value = ValueBatch::to_real(value.raw, value.raw_form) != 0 ? 1 : 0;
        else if (value.raw_form == Form::bytes)
            value.value = std::ranges::any_of(pool_text(value.raw), [](char c) { return c != 0; });
        else
            value.value = value.raw != 0 ? 1 : 0;
        value.value_form = Form::boolean;
        return;
    case Finish::parse: {
        const std::string_view text = pool_text(value.value);
        double number = 0;
        const auto first = text.find_first_not_of(" +");
        const char* begin = text.data() + (first == std::string_view::npos ? 0 : first);
        const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
        value.value = bits_of(number);
        value.value_form = Form::real;
        if (error != std::errc() || end == begin)
            value.validity = Validity::undecodable;
        return;
    }
    case Finish::spell: {
        std::array<char, 40> digits{};
        char* last = digits.data() + digits.size();
        const auto result =
            value.raw_form == Form::real
                ? std::to_chars(digits.data(), last, std::bit_cast<double>(value.raw))
            : value.raw_form == Form::integer
                ? std::to_chars(digits.data(), last, static_cast<std::int64_t>(value.raw))
                : std::to_chars(digits.data(), last, value.raw);
        value.value = pool_reference(columns.pool.size(),
                                     static_cast<std::size_t>(result.ptr - digits.data()));
        columns.pool.insert(columns.pool.end(), digits.data(), result.ptr);
        value.value_form = Form::text;
        return;
    }
    case Finish::time:
    case Finish::duration:
        set_time(field, value);
        return;
    }
}

void Machine::set_time(const Field& field, Value& value) {
    const code::TimeRule& rule = code_.times[field.detail];
    if (field.fetch != Fetch::time_code) {
        std::optional<Elapsed> elapsed;
        if (value.raw_form == Form::real)
            elapsed = linear_time(rule.format, std::bit_cast<double>(value.raw));
        else if (value.raw_form == Form::integer ||
                 (value.raw_form == Form::natural && static_cast<std::int64_t>(value.raw) >= 0))
            elapsed = linear_time(rule.format, static_cast<std::int64_t>(value.raw));
        else if (value.raw_form == Form::natural)
            elapsed = linear_time(rule.format, static_cast<double>(value.raw));
        std::int64_t ns = kUnknownTime;
        if (elapsed && field.finish == Finish::duration) {
            ns = to_ns(*elapsed);
        } else if (elapsed && rule.offset_from != kNone) {
            const Slot& from = slots_[rule.offset_from];
            const std::int64_t since = to_ns(*elapsed);
            const bool known = from.known && from.value_form == Form::time && since != kUnknownTime;
            std::int64_t sum = 0;
            if (known &&
                !__builtin_add_overflow(static_cast<std::int64_t>(from.value), since, &sum))
                ns = sum;
        } else if (elapsed) {
            ns = instant_after(rule.epoch, *elapsed);
        }
        value.value = static_cast<std::uint64_t>(ns);
        if (ns == kUnknownTime)
            value.validity = Validity::undecodable;
    }
    value.value_form = field.finish == Finish::time ? Form::time : Form::duration;
    if (value.validity == Validity::undecodable)
        value.value_form = Form::none;
    else if (field.finish == Finish::time && generation_ns_ == kUnknownTime)
        generation_ns_ = static_cast<std::int64_t>(value.value);
}

std::optional<Machine::Index> Machine::label_of(const Field& field, const Value& value) const {
    const code::EnumerationTable& table = code_.enumerations[field.detail];
    std::int64_t number = 0;
    if (value.raw_form == Form::real) {
        const double real = std::bit_cast<double>(value.raw);
        if (!(real >= -9.2e18 && real <= 9.2e18) || real != std::floor(real))
            return std::nullopt;
        number = static_cast<std::int64_t>(real);
    } else if (value.raw_form == Form::integer || value.raw_form == Form::natural) {
        number = static_cast<std::int64_t>(value.raw);
    } else if (field.fetch == Fetch::text) {
        // The text is the number, or the label itself.
        const std::string_view text = pool_text(value.value);
        const char* last = text.data() + text.size();
        if (const auto [end, error] = std::from_chars(text.data(), last, number);
            error != std::errc() || end != last) {
            const auto is_text = [&](Index label) {
                return label != kNone && program_.labels()[label] == text;
            };
            for (const Index label : table.dense)
                if (is_text(label))
                    return label;
            for (const auto& range : table.ranges)
                if (is_text(range.label))
                    return range.label;
            return std::nullopt;
        }
    } else {
        return std::nullopt;
    }
    const auto at =
        static_cast<std::uint64_t>(number) - static_cast<std::uint64_t>(table.dense_from);
    if (at < table.dense.size())
        return table.dense[at] == kNone ? std::nullopt : std::optional(table.dense[at]);
    for (const auto& range : table.ranges)
        if (number >= range.low && number <= range.high)
            return range.label;
    return std::nullopt;
}

std::optional<double> Machine::calibrate(Index index, double raw) {
    const code::Calibration& calibration = code_.calibrations[index];
    if (!calibration.is_plain)
        for (const auto& context : calibration.contexts)
            if (holds(context.condition))
                return apply(context.formula, raw);
    return apply(calibration.formula, raw);
}

std::optional<double> Machine::apply(Index index, double x) {
    const Formula& formula = code_.formulas[index];
    const auto& c = formula.coefficients;
    switch (formula.kind) {
    case Formula::Kind::same:
        return x;
    case Formula::Kind::linear:
        return c[0] + c[1] * x;
    case Formula::Kind::polynomial: {
        if (c.empty())
            return std::nullopt;
        double y = c.back();
        for (std::size_t i = c.size() - 1; i > 0; --i)
            y = y * x + c[i - 1];
        return y;
    }
    case Formula::Kind::steps:
    case Formula::Kind::lines: {
        const std::size_t points = c.size() / 3;
        if (points == 0 || x != x)
            return std::nullopt;
        const bool below = x < c[0];
        const bool above = x > c[3 * (points - 1)];
        if ((below || above) && !formula.extrapolate)
            return std::nullopt;
        std::size_t low = 0;
        std::size_t high = points;
        while (high - low > 1) {
            const std::size_t middle = (low + high) / 2;
            (c[3 * middle] <= x ? low : high) = middle;
        }
        if (formula.kind == Formula::Kind::steps)
            return c[3 * low + 1];
        if (low == points - 1 && points > 1 && x > c[3 * low])
            --low;
        return c[3 * low + 1] + (x - c[3 * low]) * c[3 * low + 2];
    }
    case Formula::Kind::math: {
        const auto y = evaluate(formula.math, x);
        return y && std::isfinite(*y) ? y : std::nullopt;
    }
    case Formula::Kind::infix: {
        if (!formula_infix_[index])
            return std::nullopt;
        const double y = run_infix(*formula_infix_[index], formula.slots, x);
        return std::isfinite(y) ? std::optional(y) : std::nullopt;
    }
    }
    return std::nullopt;
}

std::string_view Machine::pool_text(std::uint64_t reference) const {
    return {columns.pool.data() + (reference >> 32), reference & 0xffffffffU};
}

inline void Machine::emit(const Field& field, ElementIndices element, const Value& value,
                          std::uint64_t bit, std::uint64_t bits) {
    const std::size_t at = columns.size++;
    columns.item[at] = field.item;
    columns.raw[at] = value.raw;
    columns.value[at] = value.value;
    columns.raw_form[at] = value.raw_form;
    columns.value_form[at] = value.value_form;
    columns.validity[at] = value.validity;
    columns.element[at] = element;
    columns.packet[at] = packet_;
    columns.first_bit[at] = static_cast<std::uint32_t>(bit);
    columns.bit_count[at] = static_cast<std::uint32_t>(bits);
    if (field.has_extras) {
        Value copy = value;
        extras(field, element, copy);
        columns.validity[at] = copy.validity;
    }
}

/// Valid range, validity condition, and whoever refers to this value.
void Machine::extras(const Field& field, ElementIndices element, Value& value) {
    if (field.range != kNone && value.validity == Validity::valid) {
        const ValidRange& valid = code_.ranges[field.range];
        const double x = valid.kind == ValueKind::raw
                             ? ValueBatch::to_real(value.raw, value.raw_form)
                             : ValueBatch::to_real(value.value, value.value_form);
        if (x == x && !within(valid.range, x))
            value.validity = Validity::out_of_range;
    }
    if (field.watchers != kNone) {
        for (const code::Watcher& watcher : code_.watchers[field.watchers]) {
            if (watcher.element != element)
                continue;
            update(watcher.chain, value);
            for (const Index derivation : code_.slots[watcher.chain.front()].triggers)
                trigger(derivation);
        }
    }
    if (field.valid_if != kNone && value.validity == Validity::valid && !holds(field.valid_if))
        value.validity = Validity::invalid;
}

void Machine::store(Slot& slot, const Value& value) {
    slot.known = true;
    slot.raw_form = value.raw_form;
    slot.value_form = value.value_form;
    slot.raw = value.raw;
    slot.value = value.value;
    if (value.raw_form == Form::text || value.raw_form == Form::bytes)
        slot.raw_text = pool_text(value.raw);
    if (value.value_form == Form::text || value.value_form == Form::bytes)
        slot.text = pool_text(value.value);
    if (value.validity == Validity::undecodable)
        slot.value_form = Form::none;
}

/// The derived parameters whose inputs this packet brought.
void Machine::derive() {
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        if (pending_[i] == 0)
            continue;
        pending_[i] = 0;
        const code::Derivation& derivation = code_.derivations[i];
        std::optional<double> result;
        if (derivation_infix_[i])
            result = run_infix(*derivation_infix_[i], derivation.slots, 0);
        else
            result = evaluate(derivation.math, 0);
        if (!result || std::isnan(*result))
            continue; // an input is not known yet, or the result is no number
        const Field& field = code_.fields[derivation.field];
        Value value{.value = std::bit_cast<std::uint64_t>(*result), .value_form = Form::real};
        if (field.finish == Finish::label || field.finish == Finish::boolean) {
            value.raw = static_cast<std::uint64_t>(
                static_cast<std::int64_t>(std::clamp(*result, -9.2e18, 9.2e18)));
            value.raw_form = Form::integer;
            finish(field, value);
            value.raw_form = Form::none;
        }
        columns.make_room(1);
        emit(field, 0, value, 0, 0);
    }
    any_pending_ = false;
}

} // namespace telemetry::parameter
