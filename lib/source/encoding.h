// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace telemetry::source {

/// How the numbers of a raw file are stored.
struct Encoding {
    enum class Number : std::uint8_t { u8, s8, u16, s16, u32, s32, f32, f64 };
    enum class Order : std::uint8_t { little, big };
    enum class Layout : std::uint8_t { real, iq }; ///< iq: I and Q take turns

    Number number = Number::f32;
    Layout layout = Layout::real;
    Order order = Order::little;

    std::size_t number_bytes() const;
    std::size_t sample_bytes() const { return number_bytes() * (layout == Layout::iq ? 2 : 1); }
};

/// "cf32", "ci16", "s16" and so on: names of raw formats, and what they are also called
/// ("cfile", "cs16"); nothing for other words.
std::optional<Encoding> encoding_of_format(std::string_view name);

/// SigMF's core:datatype, such as "ci16_le" (SigMF 1.2, "Dataset Format"); nothing when malformed.
std::optional<Encoding> encoding_of_datatype(std::string_view datatype);

/// out.size() numbers from as many encoded ones, integers scaled to ±1. `bytes` may be aligned
/// anyhow.
void decode_numbers(const Encoding& encoding, const std::uint8_t* bytes, std::span<float> out);

} // namespace telemetry::source
