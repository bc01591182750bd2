// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "telemetry/parameter/model.h"

namespace telemetry::parameter {

/// Short names of encodings, of our YAML and CSV forms: u12 (unsigned), i16 (two's complement),
/// sm8 (sign and magnitude), oc8 (one's complement), bcd16, pbcd16, f16/f32/f64 (IEEE 754),
/// mil16/mil32/mil48 (MIL-STD-1750A), dec32, ibm32, ti32; "le" behind them for the least
/// significant octet first. Nothing when it is none of these.
std::optional<DataEncoding> parse_encoding(std::string_view text);

/// Empty for an encoding that has no short name, or one with an unusual bit or byte order.
std::string encoding_text(const DataEncoding& encoding);

/// What a value of that encoding is when nothing else is said: integer or float.
TypeDetail natural_detail(const DataEncoding& encoding);

/// Whether our YAML takes the word for a type of its own: an encoding, "bool8", or a kind such as
/// "float" or "time".
bool is_type_word(std::string_view text);

/// A type's name where a type word could stand: "./u8" for one that is called u8.
std::string type_reference(const std::string& name);

/// "derived", … as our files write it; empty for what comes in packets.
std::string_view source_text(DataSource source);

} // namespace telemetry::parameter
