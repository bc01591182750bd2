// SPDX-License-Identifier: GPL-3.0-or-later
// Values of parameters as they leave the decoder.
#pragma once
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/parameter/condition.h"

namespace telemetry::parameter {

/// A parameter or a leaf of an aggregate. Numbers below Database::parameters.size() are the
/// parameters themselves; Program::items() names the others. The elements of an array share one.
using ItemIndex = std::uint32_t;

/// How the 64 bits of a value are read.
enum class Form : std::uint8_t {
    none,    ///< no value
    integer, ///< int64
    natural, ///< uint64
    real,    ///< double
    boolean, ///< 0 or 1; text() is its string
    label,   ///< of an enumeration: index into ValueBatch::labels
    text,    ///< UTF-8 in ValueBatch::pool: offset · 2^32 + length
    bytes,   ///< octets in the pool, likewise
    time,    ///< UtcNs
    duration ///< int64 ns
};

enum class Validity : std::uint8_t {
    valid,
    out_of_range,   ///< outside its type's valid range
    invalid,        ///< its validity condition does not hold
    not_calibrated, ///< no calibrator reaches it, or an enumeration has no label for it
    undecodable     ///< the bits mean nothing in its encoding (a BCD digit above 9, bad UTF-8)
};
std::string_view name_of(Validity validity); ///< "valid", "out_of_range", …

enum class Feed : std::uint8_t { live, replayed };

/// The packet that some values came from.
struct PacketRecord {
    std::int64_t number = 0;            ///< counted by the caller, or from 0
    ContainerIndex container = kNone;   ///< the most derived one; kNone: derived values alone
    UtcNs generation_ns = kUnknownTime; ///< of the packet's own time, else of its reception
    UtcNs reception_ns = kUnknownTime;
    Feed feed = Feed::live;
    std::uint32_t first_value = 0; ///< its values are [first_value, first_value + value_count)
    std::uint32_t value_count = 0;
};

/// Indices of an array's element, 16 bits each, the first dimension in the lowest; 0 for scalars.
using ElementIndices = std::uint64_t;

/// The values of some packets in the order of the packets and their entries: one column a property,
/// so that a consumer reads only what it needs and a loop over a column can be vectorised. A view:
/// dead when accept() returns.
struct ValueBatch {
    std::span<const PacketRecord> packets = {};

    std::span<const ItemIndex> item = {};
    std::span<const std::uint64_t> raw = {};
    std::span<const std::uint64_t> value = {};
    std::span<const Form> raw_form = {};
    std::span<const Form> value_form = {};
    std::span<const Validity> validity = {};
    std::span<const ElementIndices> element = {}; ///< empty: all 0
    std::span<const std::uint32_t> packet = {};   ///< index into `packets`
    /// Where the value lay in its packet; 0 and 0 for derived ones.
    std::span<const std::uint32_t> first_bit = {};
    std::span<const std::uint32_t> bit_count = {};

    std::span<const char> pool = {};
    std::span<const std::string_view> labels = {};
    /// Strings of booleans, as indices into `labels`: boolean_labels[2 · item + value].
    std::span<const std::uint32_t> boolean_labels = {};

    std::size_t size() const { return item.size(); }
    std::int64_t integer(std::size_t i) const { return static_cast<std::int64_t>(value[i]); }
    double real(std::size_t i) const { return to_real(value[i], value_form[i]); }
    double raw_real(std::size_t i) const { return to_real(raw[i], raw_form[i]); }
    /// Of label, boolean, text and bytes; empty for others.
    std::string_view text(std::size_t i) const { return to_text(value[i], value_form[i], item[i]); }
    std::string_view raw_text(std::size_t i) const { return to_text(raw[i], raw_form[i], item[i]); }

    /// As a double, whatever the number's form; NaN for what is no number. Times in seconds.
    static double to_real(std::uint64_t bits, Form form);
    std::string_view to_text(std::uint64_t bits, Form form, ItemIndex item) const;
};

} // namespace telemetry::parameter
