// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/value_records.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"

namespace telemetry::parameter {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::string_view after_last_slash(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

template <class T>
void append_number(T number, std::string& out) {
    std::array<char, 40> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end);
}

void append_seconds(std::int64_t ns, std::string& out) {
    if (ns < 0)
        out += '-';
    const std::uint64_t size =
        ns < 0 ? ~static_cast<std::uint64_t>(ns) + 1 : static_cast<std::uint64_t>(ns);
    append_number(size / kNsPerSecond, out);
    std::uint64_t fraction = size % kNsPerSecond;
    if (fraction == 0)
        return;
    std::string digits(9, '0');
    for (std::size_t i = digits.size(); i > 0; --i, fraction /= 10)
        digits[i - 1] = static_cast<char>('0' + fraction % 10);
    digits.erase(digits.find_last_not_of('0') + 1);
    out += '.' + digits;
}

void append_hex(std::string_view octets, std::string& out) {
    static constexpr char kDigits[] = "0123456789abcdef";
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        out += kDigits[octet >> 4];
        out += kDigits[octet & 15];
    }
}

/// The text is UTF-8 already.
void append_json(std::string_view text, std::string& out) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            append_hex({&c, 1}, out);
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_csv(std::string_view text, std::string& out) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"')
            out += '"';
        out += c;
    }
    out += '"';
}

} // namespace

Names::Names(const Program& program, NameStyle style) : program_(program) {
    const auto items = program.items();
    std::unordered_map<std::string_view, int> uses;
    std::size_t parameters = 0;
    while (parameters < items.size() && items[parameters].parameter == parameters)
        ++uses[after_last_slash(items[parameters++].name)];
    cut_.resize(items.size(), 0);
    for (std::size_t i = 0; i < items.size() && style == NameStyle::shortest; ++i) {
        const std::string& parameter = items[items[i].parameter].name;
        if (uses[after_last_slash(parameter)] == 1)
            cut_[i] = parameter.rfind('/') + 1;
    }
    uses.clear();
    for (ContainerIndex i = 0; i < program.container_count(); ++i)
        ++uses[after_last_slash(program.container_name(i))];
    for (ContainerIndex i = 0; i < program.container_count(); ++i) {
        const std::string_view name = program.container_name(i);
        const std::string_view last = after_last_slash(name);
        containers_.emplace_back(style == NameStyle::shortest && uses[last] == 1 ? last : name);
    }
}

std::string Names::item(ItemIndex item, ElementIndices element) const {
    return program_.item_name(item, element).substr(cut_[item]);
}

std::string_view Names::container(ContainerIndex container) const {
    return container < containers_.size() ? std::string_view(containers_[container])
                                          : std::string_view();
}

ValueRecords::ValueRecords(std::shared_ptr<const Program> program, Layout layout, NameStyle style)
    : program_(std::move(program)), layout_(layout), names_(*program_, style) {
    const auto items = program_->items();
    for (ItemIndex i = 0; i < items.size(); ++i) {
        items_.emplace_back();
        if (items[i].dimensions == 0)
            append_text(names_.item(i, 0), items_.back());
        units_.emplace_back();
        append_text(items[i].unit, units_.back());
    }
    for (ContainerIndex i = 0; i < program_->container_count(); ++i)
        append_text(names_.container(i), containers_.emplace_back());
}

std::string_view ValueRecords::head() const {
    return layout_ == Layout::csv ? "packet,container,parameter,raw,value,unit,time,validity\n"
                                  : "";
}

void ValueRecords::append_text(std::string_view text, std::string& out) const {
    if (layout_ == Layout::csv)
        append_csv(text, out);
    else
        append_json(text, out);
}

void ValueRecords::append_value(const ValueBatch& batch, std::size_t at, std::uint64_t bits,
                                Form form, std::string& out) const {
    const bool json = layout_ == Layout::json_lines;
    switch (form) {
    case Form::none:
        break;
    case Form::integer:
        return append_number(static_cast<std::int64_t>(bits), out);
    case Form::natural:
        return append_number(bits, out);
    case Form::real:
        if (const double real = std::bit_cast<double>(bits); std::isfinite(real))
            return append_number(real, out);
        break;
    case Form::boolean: {
        const std::string_view text = batch.to_text(bits, form, batch.item[at]);
        if (text == "True" || text == "False") // XTCE's own words are JSON's
            out += bits != 0 ? "true" : "false";
        else
            append_text(text, out);
        return;
    }
    case Form::label:
    case Form::text:
        return append_text(batch.to_text(bits, form, batch.item[at]), out);
    case Form::bytes:
        out += json ? "\"" : "";
        append_hex(batch.to_text(bits, form, batch.item[at]), out);
        out += json ? "\"" : "";
        return;
    case Form::time:
        return append_text(to_rfc3339(static_cast<UtcNs>(bits)), out);
    case Form::duration:
        return append_seconds(static_cast<std::int64_t>(bits), out);
    }
    out += json ? "null" : "";
}

void ValueRecords::append(const ValueBatch& batch, std::string& out) const {
    const bool json = layout_ == Layout::json_lines;
    std::string head;
    std::string time;
    for (const PacketRecord& record : batch.packets) {
        head = json ? "{\"packet\":" : "";
        append_number(record.number, head);
        head += json ? ",\"container\":" : ",";
        if (record.container < containers_.size())
            head += containers_[record.container];
        else if (json)
            head += "null";
        head += json ? ",\"parameter\":" : ",";
        time.clear();
        if (record.generation_ns != kUnknownTime)
            append_text(to_rfc3339(record.generation_ns), time);
        else if (json)
            time = "null";
        for (std::size_t i = record.first_value; i < record.first_value + record.value_count; ++i) {
            out += head;
            const ItemIndex item = batch.item[i];
            if (items_[item].empty())
                append_text(names_.item(item, batch.element[i]), out);
            else
                out += items_[item];
            out += json ? ",\"raw\":" : ",";
            append_value(batch, i, batch.raw[i], batch.raw_form[i], out);
            out += json ? ",\"value\":" : ",";
            append_value(batch, i, batch.value[i], batch.value_form[i], out);
            out += json ? ",\"unit\":" : ",";
            out += units_[item];
            out += json ? ",\"time\":" : ",";
            out += time;
            out += json ? ",\"validity\":\"" : ",";
            out += name_of(batch.validity[i]);
            out += json ? "\"}\n" : "\n";
        }
    }
}

} // namespace telemetry::parameter
