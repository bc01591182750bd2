// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/type_notation.h"

#include <algorithm>
#include <charconv>

namespace telemetry::parameter {
namespace {

struct IntegerName {
    std::string_view prefix;
    IntegerCoding coding;
};
constexpr IntegerName kIntegers[] = {
    {"u", IntegerCoding::unsigned_binary}, {"i", IntegerCoding::twos_complement},
    {"sm", IntegerCoding::sign_magnitude}, {"oc", IntegerCoding::ones_complement},
    {"bcd", IntegerCoding::bcd},           {"pbcd", IntegerCoding::packed_bcd},
};

struct FloatName {
    std::string_view prefix;
    FloatCoding coding;
    std::string_view sizes;
};
constexpr FloatName kFloats[] = {
    {"f", FloatCoding::ieee_754, "|16|32|64|"}, {"mil", FloatCoding::mil_std_1750a, "|16|32|48|"},
    {"dec", FloatCoding::dec, "|32|64|"},       {"ibm", FloatCoding::ibm, "|32|64|"},
    {"ti", FloatCoding::ti, "|32|40|"},
};

constexpr std::string_view kKinds[] = {"integer",   "unsigned", "float",      "string",
                                       "boolean",   "bool",     "enumerated", "binary",
                                       "aggregate", "array",    "time",       "duration"};

} // namespace

bool is_type_word(std::string_view text) {
    return std::find(std::begin(kKinds), std::end(kKinds), text) != std::end(kKinds) ||
           parse_encoding(text) ||
           (text.starts_with("bool") && parse_encoding("u" + std::string(text.substr(4))));
}

std::string type_reference(const std::string& name) {
    return is_type_word(name) ? "./" + name : name;
}

std::optional<DataEncoding> parse_encoding(std::string_view text) {
    const std::size_t digits = text.find_first_of("0123456789");
    if (digits == std::string_view::npos || digits == 0)
        return std::nullopt;
    const std::string_view prefix = text.substr(0, digits);
    std::string_view rest = text.substr(digits);
    int bits = 0;
    const auto [end, trouble] = std::from_chars(rest.data(), rest.data() + rest.size(), bits);
    if (trouble != std::errc{} || bits < 1)
        return std::nullopt;
    const std::string_view size = rest.substr(0, static_cast<std::size_t>(end - rest.data()));
    rest.remove_prefix(size.size());
    BitLayout layout;
    if (rest == "le")
        layout.byte_order = ByteOrder::least_significant_first;
    else if (!rest.empty())
        return std::nullopt;
    for (const IntegerName& each : kIntegers)
        if (each.prefix == prefix && bits <= 64)
            return IntegerEncoding{each.coding, bits, layout};
    for (const FloatName& each : kFloats)
        if (each.prefix == prefix &&
            each.sizes.find("|" + std::string(size) + "|") != std::string_view::npos)
            return FloatEncoding{each.coding, bits, layout};
    return std::nullopt;
}

std::string encoding_text(const DataEncoding& encoding) {
    const auto name = [](std::string_view prefix, int bits, const BitLayout& layout) {
        if (layout.bit_order != BitOrder::most_significant_first ||
            layout.byte_order == ByteOrder::listed)
            return std::string();
        return std::string(prefix) + std::to_string(bits) +
               (layout.byte_order == ByteOrder::least_significant_first ? "le" : "");
    };
    if (const auto* integer = std::get_if<IntegerEncoding>(&encoding)) {
        for (const IntegerName& each : kIntegers)
            if (each.coding == integer->coding)
                return name(each.prefix, integer->bits, integer->layout);
    } else if (const auto* real = std::get_if<FloatEncoding>(&encoding)) {
        for (const FloatName& each : kFloats)
            if (each.coding == real->coding)
                return name(each.prefix, real->bits, real->layout);
    }
    return {};
}

TypeDetail natural_detail(const DataEncoding& encoding) {
    if (const auto* integer = std::get_if<IntegerEncoding>(&encoding)) {
        const bool is_signed = integer->coding == IntegerCoding::twos_complement ||
                               integer->coding == IntegerCoding::sign_magnitude ||
                               integer->coding == IntegerCoding::ones_complement;
        return IntegerType{is_signed, integer->bits > 32 ? 64 : 32};
    }
    if (const auto* real = std::get_if<FloatEncoding>(&encoding))
        return FloatType{real->bits > 32 ? 64 : 32};
    if (std::holds_alternative<StringEncoding>(encoding))
        return StringType{};
    return BinaryType{};
}

std::string_view source_text(DataSource source) {
    switch (source) {
    case DataSource::telemetered:
        return "";
    case DataSource::derived:
        return "derived";
    case DataSource::constant:
        return "constant";
    case DataSource::local:
    case DataSource::argument:
        return "local";
    case DataSource::ground:
        return "ground";
    }
    return "";
}

} // namespace telemetry::parameter
