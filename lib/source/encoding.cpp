// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/source/encoding.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include <volk/volk.h>

#include "telemetry/base/text.h"

namespace telemetry::source {
namespace {

using Number = Encoding::Number;
using Layout = Encoding::Layout;

static_assert(std::endian::native == std::endian::little,
              "conversions assume a little-endian machine");

/// Centre of the code range and its half width: u8 128 ± 128, s16 0 ± 32768, f32 0 ± 1.
template <class T>
constexpr double kScale = std::is_floating_point_v<T>
                              ? 1.0
                              : 1.0 / (static_cast<double>(1ULL << (sizeof(T) * 8 - 1)));
template <class T>
constexpr double kCentre = std::is_unsigned_v<T> ? static_cast<double>(1ULL << (sizeof(T) * 8 - 1))
                                                 : 0.0;

template <class T>
void decode_as(Encoding::Order order, const std::uint8_t* bytes, std::span<float> out) {
    for (float& value : out) {
        std::array<std::uint8_t, sizeof(T)> raw;
        std::memcpy(raw.data(), bytes, sizeof(T));
        bytes += sizeof(T);
        if (order == Encoding::Order::big)
            std::reverse(raw.begin(), raw.end());
        value =
            static_cast<float>((static_cast<double>(std::bit_cast<T>(raw)) - kCentre<T>)*kScale<T>);
    }
}

} // namespace

std::size_t Encoding::number_bytes() const {
    switch (number) {
    case Number::u8:
    case Number::s8:
        return 1;
    case Number::u16:
    case Number::s16:
        return 2;
    case Number::f64:
        return 8;
    default:
        return 4;
    }
}

std::optional<Encoding> encoding_of_format(std::string_view name) {
    struct Named {
        std::string_view name;
        Encoding encoding;
    };
    static constexpr Named names[] = {
        {"cf32", {Number::f32, Layout::iq}},  {"cfile", {Number::f32, Layout::iq}},
        {"fc32", {Number::f32, Layout::iq}},  {"ci16", {Number::s16, Layout::iq}},
        {"cs16", {Number::s16, Layout::iq}},  {"sc16", {Number::s16, Layout::iq}},
        {"ci8", {Number::s8, Layout::iq}},    {"cs8", {Number::s8, Layout::iq}},
        {"cu8", {Number::u8, Layout::iq}},    {"f32", {Number::f32, Layout::real}},
        {"s16", {Number::s16, Layout::real}},
    };
    for (const Named& known : names)
        if (equal_ignoring_case(known.name, name))
            return known.encoding;
    return std::nullopt;
}

std::optional<Encoding> encoding_of_datatype(std::string_view datatype) {
    Encoding encoding;
    if (datatype.empty() || (datatype[0] != 'c' && datatype[0] != 'r'))
        return std::nullopt;
    encoding.layout = datatype[0] == 'c' ? Layout::iq : Layout::real;
    datatype.remove_prefix(1);
    const std::size_t bar = datatype.find('_');
    const std::string_view number = datatype.substr(0, bar);
    const std::string_view order = bar == std::string_view::npos ? "" : datatype.substr(bar + 1);

    struct Named {
        std::string_view name;
        Number number;
    };
    static constexpr Named names[] = {
        {"f64", Number::f64}, {"f32", Number::f32}, {"i32", Number::s32}, {"u32", Number::u32},
        {"i16", Number::s16}, {"u16", Number::u16}, {"i8", Number::s8},   {"u8", Number::u8}};
    const auto* known = std::find_if(std::begin(names), std::end(names),
                                     [&](const Named& entry) { return entry.name == number; });
    if (known == std::end(names))
        return std::nullopt;
    encoding.number = known->number;
    if (order == "be")
        encoding.order = Encoding::Order::big;
    else if (order != "le" && !(order.empty() && encoding.number_bytes() == 1))
        return std::nullopt;
    return encoding;
}

void decode_numbers(const Encoding& encoding, const std::uint8_t* bytes, std::span<float> out) {
    const auto count = static_cast<unsigned>(out.size());
    if (encoding.order == Encoding::Order::little) {
        // The common ones by Volk, whose conversions are element by element and so exact.
        if (encoding.number == Number::f32) {
            std::memcpy(out.data(), bytes, out.size_bytes());
            return;
        }
        if (encoding.number == Number::s16 && reinterpret_cast<std::uintptr_t>(bytes) % 2 == 0) {
            volk_16i_s32f_convert_32f(out.data(), reinterpret_cast<const std::int16_t*>(bytes),
                                      32768.0F, count);
            return;
        }
        if (encoding.number == Number::s8) {
            volk_8i_s32f_convert_32f(out.data(), reinterpret_cast<const std::int8_t*>(bytes),
                                     128.0F, count);
            return;
        }
    }
    switch (encoding.number) {
    case Number::u8:
        return decode_as<std::uint8_t>(encoding.order, bytes, out);
    case Number::s8:
        return decode_as<std::int8_t>(encoding.order, bytes, out);
    case Number::u16:
        return decode_as<std::uint16_t>(encoding.order, bytes, out);
    case Number::s16:
        return decode_as<std::int16_t>(encoding.order, bytes, out);
    case Number::u32:
        return decode_as<std::uint32_t>(encoding.order, bytes, out);
    case Number::s32:
        return decode_as<std::int32_t>(encoding.order, bytes, out);
    case Number::f32:
        return decode_as<float>(encoding.order, bytes, out);
    case Number::f64:
        return decode_as<double>(encoding.order, bytes, out);
    }
}

} // namespace telemetry::source
