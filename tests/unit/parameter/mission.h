// SPDX-License-Identifier: GPL-3.0-or-later
// Small mission databases, written in a few lines, and what a packet decodes to.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "telemetry/parameter/decoder.h"
#include "telemetry/parameter/program.h"

namespace telemetry::parameter {

struct Mission {
    Mission() {
        db.files = {"mission.xml"};
        db.systems.push_back({{.name = "S", .system = kNone}});
    }

    TypeIndex type(ParameterType t) {
        if (t.name.empty())
            t.name = "type" + std::to_string(db.types.size());
        db.types.push_back(std::move(t));
        return static_cast<TypeIndex>(db.types.size() - 1);
    }
    TypeIndex type(TypeDetail detail, DataEncoding encoding) {
        ParameterType t;
        t.detail = std::move(detail);
        t.encoding = std::move(encoding);
        return type(std::move(t));
    }
    ParameterIndex parameter(const std::string& name, TypeIndex of_type) {
        Parameter p;
        p.name = name;
        p.system = 0;
        p.type = of_type;
        db.parameters.push_back(std::move(p));
        return static_cast<ParameterIndex>(db.parameters.size() - 1);
    }
    /// An unsigned number.
    ParameterIndex natural(const std::string& name, int bits) {
        return parameter(name,
                         type(IntegerType{.is_signed = false}, IntegerEncoding{.bits = bits}));
    }
    ParameterIndex real(const std::string& name, int bits,
                        FloatCoding coding = FloatCoding::ieee_754) {
        return parameter(name, type(FloatType{}, FloatEncoding{.coding = coding, .bits = bits}));
    }
    ParameterIndex calibrated(const std::string& name, int bits, Calibrator calibrator) {
        ParameterType t;
        t.detail = FloatType{};
        t.encoding = IntegerEncoding{.bits = bits};
        t.calibrator = std::move(calibrator);
        return parameter(name, type(std::move(t)));
    }
    ContainerIndex container(const std::string& name, std::vector<Entry> entries,
                             ContainerIndex base = kNone, ConditionIndex restriction = kNone) {
        Container c;
        c.name = name;
        c.system = 0;
        c.entries = std::move(entries);
        c.base = base;
        c.restriction = restriction;
        db.containers.push_back(std::move(c));
        return static_cast<ContainerIndex>(db.containers.size() - 1);
    }
    ConditionIndex condition(Condition c) {
        db.conditions.push_back(std::move(c));
        return static_cast<ConditionIndex>(db.conditions.size() - 1);
    }
    static Condition compare(ParameterIndex left, const std::string& right,
                             Comparator comparator = Comparator::equal,
                             ValueKind kind = ValueKind::calibrated) {
        return {.comparison = {.left = {.parameter = left, .kind = kind},
                               .comparator = comparator,
                               .right = right}};
    }
    ConditionIndex when(ParameterIndex left, const std::string& right,
                        Comparator comparator = Comparator::equal,
                        ValueKind kind = ValueKind::calibrated) {
        return condition(compare(left, right, comparator, kind));
    }

    Database db;
};

inline Entry entry(ParameterIndex parameter) {
    return {.kind = Entry::Kind::parameter, .parameter = parameter};
}
inline Entry inner(ContainerIndex container) {
    return {.kind = Entry::Kind::container, .container = container};
}
inline std::vector<Entry> entries(std::initializer_list<ParameterIndex> parameters) {
    std::vector<Entry> list;
    for (const auto p : parameters)
        list.push_back(entry(p));
    return list;
}
inline DynamicValue value_of(ParameterIndex parameter, double slope = 1, double intercept = 0) {
    return {.reference = {.parameter = parameter}, .slope = slope, .intercept = intercept};
}

/// One decoded value, in words.
struct Decoded {
    std::string item;
    std::string raw;
    std::string value;
    Validity validity = Validity::valid;
};

inline std::string in_words(const ValueBatch& batch, std::uint64_t bits, Form form,
                            ItemIndex item) {
    switch (form) {
    case Form::none:
        return "-";
    case Form::integer:
    case Form::time:
    case Form::duration:
        return std::to_string(static_cast<std::int64_t>(bits));
    case Form::natural:
        return std::to_string(bits);
    case Form::real: {
        char text[40];
        std::snprintf(text, sizeof text, "%.17g", std::bit_cast<double>(bits));
        return text;
    }
    case Form::bytes: {
        std::string hex;
        for (const char c : batch.to_text(bits, form, item)) {
            char text[4];
            std::snprintf(text, sizeof text, "%02x", static_cast<unsigned>(c) & 0xffU);
            hex += text;
        }
        return hex;
    }
    default:
        return std::string(batch.to_text(bits, form, item));
    }
}

/// Decodes packets of a mission and keeps everything that came of them.
class Reception {
public:
    explicit Reception(const Mission& mission, const CompileOptions& options = {},
                       const DecoderOptions& decoder_options = {}) {
        auto compiled = compile(mission.db, options);
        if (!compiled) {
            ADD_FAILURE() << compiled.error().to_string();
            return;
        }
        program = *compiled;
        decoder = std::make_unique<Decoder>(program, on_event, decoder_options);
    }

    /// The values of one packet.
    std::vector<Decoded> decode(const std::vector<std::uint8_t>& octets) {
        values.clear();
        events.clear();
        decoder->process({.bytes = octets}, on_batch);
        decoder->finish(on_batch);
        return values;
    }
    /// "name=value name=value".
    std::string text(const std::vector<std::uint8_t>& octets) {
        std::string out;
        for (const Decoded& v : decode(octets))
            out += (out.empty() ? "" : " ") + v.item + "=" + v.value;
        return out;
    }
    std::string container() const { return last_container; }
    std::string faults() const {
        std::string out;
        for (const DecodeEvent& e : events)
            out += (out.empty() ? "" : " ") + std::string(name_of(e.fault));
        return out;
    }

    std::shared_ptr<const Program> program;
    std::vector<Decoded> values;
    std::vector<DecodeEvent> events;
    std::string last_container;
    UtcNs generation_ns = kUnknownTime;

private:
    struct Events final : Sink<DecodeEvent> {
        explicit Events(Reception& r) : reception(r) {}
        void accept(const DecodeEvent& event) noexcept override {
            reception.events.push_back(event);
        }
        Reception& reception;
    } on_event{*this};
    struct Batches final : Sink<ValueBatch> {
        explicit Batches(Reception& r) : reception(r) {}
        void accept(const ValueBatch& batch) noexcept override { reception.take(batch); }
        Reception& reception;
    } on_batch{*this};

    void take(const ValueBatch& batch) {
        for (std::size_t i = 0; i < batch.size(); ++i)
            values.push_back({program->item_name(batch.item[i], batch.element[i]).substr(3),
                              in_words(batch, batch.raw[i], batch.raw_form[i], batch.item[i]),
                              in_words(batch, batch.value[i], batch.value_form[i], batch.item[i]),
                              batch.validity[i]});
        for (const PacketRecord& record : batch.packets) {
            last_container = std::string(program->container_name(record.container));
            generation_ns = record.generation_ns;
        }
    }

    std::unique_ptr<Decoder> decoder;
};

} // namespace telemetry::parameter
