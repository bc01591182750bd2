// SPDX-License-Identifier: GPL-3.0-or-later
// Any mission database on any packets: what check() lets pass must decode without reading outside a
// packet or growing beyond the limit, and twice the same.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "telemetry/parameter/decoder.h"
#include "telemetry/parameter/program.h"
#include "telemetry/parameter/value_records.h"

namespace {

using namespace telemetry;
using namespace telemetry::parameter;

constexpr std::uint32_t kMostValues = 5000;

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    unsigned next() { return at_ < size_ ? data_[at_++] : 0; }
    unsigned below(unsigned limit) { return next() % limit; }
    int small() { return static_cast<std::int8_t>(next()); }
    double number() { return small() * 0.75; }
    std::span<const std::uint8_t> packet() {
        const std::size_t length = std::min<std::size_t>(next(), size_ - at_);
        at_ += length;
        return {data_ + at_ - length, length};
    }
    bool at_end() const { return at_ == size_; }

private:
    const std::uint8_t* data_;
    std::size_t size_;
    std::size_t at_ = 0;
};

class DatabaseMaker {
public:
    explicit DatabaseMaker(Bytes& bytes) : in_(bytes) {}

    Database make() {
        db_.systems.push_back({{.name = "S", .system = kNone}});
        types_ = 1 + in_.below(12);
        parameters_ = 1 + in_.below(16);
        containers_ = 1 + in_.below(6);
        const unsigned conditions = in_.below(6);
        for (unsigned i = 0; i < conditions; ++i)
            db_.conditions.push_back(condition(0));
        for (unsigned i = 0; i < types_; ++i)
            db_.types.push_back(type(i));
        for (unsigned i = 0; i < parameters_; ++i) {
            Parameter p;
            p.name = "p" + std::to_string(i);
            p.system = 0;
            p.type = in_.below(types_);
            p.valid_if = maybe_condition();
            if (in_.below(4) == 0)
                p.aliases = {{"a", std::to_string(in_.below(8))}};
            if (in_.below(4) == 0)
                p.initial_value = std::to_string(in_.below(8));
            db_.parameters.push_back(p);
        }
        for (unsigned i = 0; i < containers_; ++i)
            db_.containers.push_back(container(i));
        const unsigned algorithms = in_.below(3);
        for (unsigned i = 0; i < algorithms; ++i) {
            Algorithm a;
            a.name = "a" + std::to_string(i);
            a.kind = in_.below(2) == 0 ? Algorithm::Kind::math : Algorithm::Kind::expression;
            a.math = math();
            a.text = kExpressions[in_.below(4)];
            a.outputs = {{"", in_.below(parameters_)}};
            db_.algorithms.push_back(a);
        }
        return std::move(db_);
    }

private:
    static constexpr const char* kExpressions[] = {"p0 + p1 * 2", "p0 > 1 and p1 == 'on'",
                                                   "1 / (p0 - p0)", "sqrt(p0) % 3"};

    ParameterReference reference() {
        ParameterReference r;
        r.parameter = in_.below(parameters_ + (in_.below(64) == 0 ? 1 : 0));
        r.kind = in_.below(2) == 0 ? ValueKind::raw : ValueKind::calibrated;
        if (in_.below(8) == 0)
            r.instance = -static_cast<int>(in_.below(4));
        if (in_.below(8) == 0)
            r.path = {{"m0"}};
        if (in_.below(8) == 0)
            r.path.push_back({"", static_cast<int>(in_.below(4))});
        return r;
    }
    ConditionIndex maybe_condition() {
        const unsigned n = in_.below(3) == 0 ? in_.below(8) : 8;
        return n < db_.conditions.size() ? n : kNone;
    }
    Condition condition(int depth) {
        Condition c;
        if (depth < 3 && in_.below(4) == 0) {
            c.kind = in_.below(2) == 0 ? Condition::Kind::all_of : Condition::Kind::any_of;
            for (unsigned i = in_.below(3); i > 0; --i)
                c.operands.push_back(condition(depth + 1));
            return c;
        }
        c.comparison.left = reference();
        c.comparison.comparator = static_cast<Comparator>(in_.below(6));
        if (in_.below(3) == 0)
            c.comparison.right = reference();
        else
            c.comparison.right = in_.below(8) == 0 ? "on" : std::to_string(in_.small());
        return c;
    }
    IntegerValue value() {
        switch (in_.below(4)) {
        case 0:
            return DynamicValue{reference(), in_.number(), in_.number()};
        case 1: {
            DiscreteLookup lookup;
            lookup.rows.push_back({maybe_condition(), in_.small()});
            if (in_.below(2) == 0)
                lookup.fallback = in_.small();
            return lookup;
        }
        default:
            return std::int64_t{in_.small()};
        }
    }
    BitLayout layout(int bits) {
        BitLayout l;
        l.bit_order = static_cast<BitOrder>(in_.below(8) == 0 ? 1 : 0);
        l.byte_order = static_cast<ByteOrder>(in_.below(3));
        if (l.byte_order == ByteOrder::listed)
            for (int i = 0; i < (bits + 7) / 8; ++i)
                l.significance.push_back(static_cast<std::uint8_t>((bits + 7) / 8 - 1 - i));
        return l;
    }
    DataEncoding encoding() {
        switch (in_.below(6)) {
        case 0: {
            static constexpr int kBits[] = {16, 32, 48, 64, 23};
            const int bits = kBits[in_.below(5)];
            return FloatEncoding{static_cast<FloatCoding>(in_.below(5)), bits, layout(bits)};
        }
        case 1: {
            StringEncoding s;
            s.charset = static_cast<Charset>(in_.below(10));
            if (in_.below(2) == 0)
                s.size_bits = value();
            if (in_.below(2) == 0)
                s.leading_size_bits = static_cast<int>(in_.below(65));
            if (in_.below(2) == 0)
                s.termination.assign(1 + in_.below(3), static_cast<std::uint8_t>(in_.next()));
            s.max_bits = in_.below(3) == 0 ? in_.small() : 0;
            return s;
        }
        case 2:
            return BinaryEncoding{.size_bits = value()};
        default: {
            const int bits = static_cast<int>(in_.below(66));
            return IntegerEncoding{static_cast<IntegerCoding>(in_.below(6)), bits, layout(bits)};
        }
        }
    }
    MathOperation math() {
        MathOperation m;
        for (unsigned i = in_.below(8); i > 0; --i) {
            MathToken t;
            t.kind = static_cast<MathToken::Kind>(in_.below(4));
            t.number = in_.number();
            if (t.kind == MathToken::Kind::reference)
                t.reference = reference();
            t.operation = static_cast<MathOperator>(
                in_.below(static_cast<unsigned>(MathOperator::greater_or_equal) + 1));
            m.push_back(t);
        }
        return m;
    }
    Calibrator calibrator() {
        switch (in_.below(6)) {
        case 0:
            return {.formula = Polynomial{{in_.number(), in_.number(), in_.number()}}};
        case 1: {
            Spline s{.order = static_cast<int>(in_.below(3)), .extrapolate = in_.below(2) == 0};
            for (unsigned i = in_.below(4); i > 0; --i)
                s.points.push_back({s.points.size() * 2.0, in_.number()});
            return {.formula = s};
        }
        case 2:
            return {.formula = math()};
        case 3:
            return {.formula = Expression{kExpressions[in_.below(4)]}};
        default:
            return {};
        }
    }
    TimeFormat time_format() {
        return {.code = static_cast<TimeCode>(in_.below(4)),
                .unit_s = in_.number(),
                .scale = in_.number(),
                .offset = in_.number(),
                .coarse_octets = static_cast<int>(in_.below(9)),
                .fine_octets = static_cast<int>(in_.below(12)),
                .has_p_field = in_.below(2) == 0};
    }
    ParameterType type(unsigned index) {
        ParameterType t;
        t.name = "t" + std::to_string(index);
        t.encoding = encoding();
        t.calibrator = calibrator();
        if (in_.below(4) == 0)
            t.context_calibrators.push_back({maybe_condition(), calibrator()});
        if (in_.below(4) == 0)
            t.valid_range = ValidRange{.range = {in_.number(), in_.number()}};
        switch (in_.below(12)) {
        case 0:
            t.detail = FloatType{};
            break;
        case 1:
            t.detail = StringType{};
            break;
        case 2:
            t.detail = BooleanType{};
            break;
        case 3:
            t.detail = EnumeratedType{{{0, 0, "off"}, {1, in_.small(), "on"}}};
            break;
        case 4:
            t.detail = BinaryType{};
            break;
        case 5: {
            AggregateType a;
            for (unsigned i = in_.below(3); i > 0; --i)
                a.members.push_back(
                    {"m" + std::to_string(i - 1), in_.below(index + 1 + in_.below(2))});
            t.detail = a;
            break;
        }
        case 6: {
            ArrayType a{.element = in_.below(index + 1 + in_.below(2))};
            for (unsigned i = in_.below(4); i > 0; --i)
                a.dimensions.push_back({value(), value()});
            t.detail = a;
            break;
        }
        case 7: {
            AbsoluteTimeType a{.format = time_format(),
                               .epoch = {.scale = static_cast<TimeScale>(in_.below(3))}};
            if (in_.below(4) == 0)
                a.offset_from = reference();
            t.detail = a;
            break;
        }
        case 8:
            t.detail = RelativeTimeType{time_format()};
            break;
        default:
            t.detail = IntegerType{};
        }
        return t;
    }
    Container container(unsigned index) {
        Container c;
        c.name = "c" + std::to_string(index);
        c.system = 0;
        c.is_abstract = in_.below(3) == 0;
        if (index > 0 && in_.below(3) != 0)
            c.base = in_.below(index + (in_.below(32) == 0 ? 2 : 0));
        c.restriction = maybe_condition();
        if (in_.below(6) == 0)
            c.size_bits = value();
        for (unsigned i = in_.below(6); i > 0; --i) {
            Entry e;
            e.kind = static_cast<Entry::Kind>(in_.below(8));
            e.parameter = in_.below(parameters_);
            e.container = index > 0 ? in_.below(index) : in_.below(8);
            e.include = maybe_condition();
            if (in_.below(4) == 0)
                e.location = Location{static_cast<Location::From>(in_.below(4)), value()};
            if (in_.below(4) == 0)
                e.repeat = Repeat{value(), value()};
            e.segment_bits = in_.below(40);
            e.segment_order = static_cast<int>(in_.below(3)) - 1;
            e.reference = reference();
            e.fixed_bits = in_.below(40);
            if (in_.below(4) == 0)
                e.dimensions.push_back({value(), value()});
            c.entries.push_back(e);
        }
        return c;
    }

    Bytes& in_;
    Database db_;
    unsigned types_ = 0;
    unsigned parameters_ = 0;
    unsigned containers_ = 0;
};

struct Lines final : Sink<ValueBatch> {
    explicit Lines(std::shared_ptr<const Program> program)
        : records(std::move(program), ValueRecords::Layout::json_lines, NameStyle::qualified) {}
    void accept(const ValueBatch& batch) noexcept override {
        for (const PacketRecord& packet : batch.packets)
            if (packet.value_count > 2 * kMostValues ||
                packet.first_value + packet.value_count > batch.size())
                std::abort();
        records.append(batch, text);
    }
    ValueRecords records;
    std::string text;
};
struct Events final : Sink<DecodeEvent> {
    void accept(const DecodeEvent&) noexcept override {}
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes bytes(data, size);
    const Database database = DatabaseMaker(bytes).make();
    const auto program = compile(database);
    if (!program)
        return 0;
    Events events;
    Decoder decoder(*program, events, {.most_values = kMostValues});
    Lines first(*program);
    Lines second(*program);
    const Bytes packets = bytes;
    for (Lines* lines : {&first, &second}) {
        Bytes rest = packets;
        for (int i = 0; i < 8 && !rest.at_end(); ++i)
            decoder.process({.bytes = rest.packet()}, *lines);
        decoder.finish(*lines);
        decoder.reset();
    }
    // The packets' numbers go on, the values do not.
    const auto values_of = [](std::string text) {
        for (std::size_t at = 0; (at = text.find("\"packet\":", at)) != std::string::npos; ++at)
            text.erase(at + 9, text.find(',', at) - at - 9);
        return text;
    };
    if (values_of(first.text) != values_of(second.text))
        std::abort();
    return 0;
}
