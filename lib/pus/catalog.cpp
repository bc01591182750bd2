// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/pus/catalog.h"

#include <charconv>
#include <optional>

#include "telemetry/base/text.h"

namespace telemetry::pus {
namespace {

using parameter::Form;

std::optional<std::uint64_t> number(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        base = 16;
    }
    std::uint64_t value = 0;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value, base);
    if (read.ec != std::errc{} || read.ptr != end)
        return std::nullopt;
    return value;
}

std::optional<std::uint64_t> id_of(const parameter::Parameter& parameter) {
    for (const parameter::Alias& alias : parameter.aliases)
        if (equal_ignoring_case(alias.name_space, "PUS") ||
            equal_ignoring_case(alias.name_space, "ID"))
            if (const auto id = number(alias.name))
                return id;
    return std::nullopt;
}

std::optional<OnBoardParameter> coding_of(const parameter::DataEncoding& encoding) {
    OnBoardParameter out;
    if (const auto* integer = std::get_if<parameter::IntegerEncoding>(&encoding)) {
        if (integer->coding == parameter::IntegerCoding::twos_complement)
            out.form = Form::integer;
        else if (integer->coding != parameter::IntegerCoding::unsigned_binary)
            return std::nullopt;
        out.bits = static_cast<unsigned>(integer->bits);
        return out;
    }
    if (const auto* real = std::get_if<parameter::FloatEncoding>(&encoding)) {
        if (real->coding != parameter::FloatCoding::ieee_754 || real->bits < 32)
            return std::nullopt;
        out.form = Form::real;
        out.bits = static_cast<unsigned>(real->bits);
        return out;
    }
    return std::nullopt;
}

} // namespace

Catalog on_board_parameters(const parameter::Database& database) {
    Catalog catalog;
    for (parameter::ItemIndex i = 0; i < database.parameters.size(); ++i) {
        const parameter::Parameter& parameter = database.parameters[i];
        const auto id = id_of(parameter);
        if (!id)
            continue;
        auto coding = parameter.type == parameter::kNone
                          ? std::nullopt
                          : coding_of(database.types[parameter.type].encoding);
        if (!coding) {
            catalog.left_out.push_back(parameter.name +
                                       ": neither a two's complement or unsigned integer nor an "
                                       "IEEE 754 float of 32 or 64 bits");
            continue;
        }
        coding->item = i;
        if (!catalog.parameters.emplace(*id, *coding).second)
            catalog.left_out.push_back(parameter.name + ": another parameter has the number " +
                                       std::to_string(*id));
    }
    return catalog;
}

} // namespace telemetry::pus
