// SPDX-License-Identifier: GPL-3.0-or-later
// Parameter types and data encodings, as data.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/parameter/alarm_definition.h"
#include "telemetry/parameter/calibrator.h"

namespace telemetry::parameter {

struct Alias {
    std::string name_space;
    std::string name;
};
struct AncillaryData {
    std::string name;
    std::string text;
    std::string mime_type = {};
    std::string href = {};
};

/// What every named thing of a database has.
struct Named {
    std::string name; ///< within its system
    SystemIndex system = 0;
    std::string short_description = {};
    std::string long_description = {};
    std::vector<Alias> aliases = {};
    std::vector<AncillaryData> ancillary = {};
    SourcePosition where = {};
};

enum class ByteOrder : std::uint8_t { most_significant_first, least_significant_first, listed };
enum class BitOrder : std::uint8_t { most_significant_first, least_significant_first };

/// How the bits of a number lie in the packet.
struct BitLayout {
    ByteOrder byte_order = ByteOrder::most_significant_first;
    /// listed: significance of each octet in the order of the packet, 0 the least (XTCE's
    /// ByteOrderList); 2143 of other tools is {2, 3, 0, 1}.
    std::vector<std::uint8_t> significance = {};
    BitOrder bit_order = BitOrder::most_significant_first;
};

enum class IntegerCoding : std::uint8_t {
    unsigned_binary,
    twos_complement,
    sign_magnitude,
    ones_complement,
    bcd,       ///< a decimal digit an octet
    packed_bcd ///< a decimal digit four bits
};

struct IntegerEncoding {
    IntegerCoding coding = IntegerCoding::unsigned_binary;
    int bits = 8; ///< 1 to 64
    BitLayout layout = {};
};

enum class FloatCoding : std::uint8_t { ieee_754, mil_std_1750a, dec, ibm, ti };

struct FloatEncoding {
    FloatCoding coding = FloatCoding::ieee_754;
    int bits = 32; ///< IEEE: 16, 32, 64; MIL-STD-1750A: 16, 32, 48
    BitLayout layout = {};
};

enum class Charset : std::uint8_t {
    ascii,
    latin_1,
    windows_1252,
    utf_8,
    utf_16,
    utf_16_be,
    utf_16_le,
    utf_32,
    utf_32_be,
    utf_32_le
};

/// `size_bits` is the room the string takes, of which a leading size or a termination uses a part
/// when both are given; without a room, one of the two ends the string.
struct StringEncoding {
    Charset charset = Charset::utf_8;
    std::optional<IntegerValue> size_bits = {};
    int leading_size_bits = 0;                  ///< of the tag in front, which counts bits; 0: none
    std::vector<std::uint8_t> termination = {}; ///< octets; empty: none
    std::int64_t max_bits = 0;                  ///< 0: no limit of its own
    BitLayout layout = {};
};

struct BinaryEncoding {
    IntegerValue size_bits = std::int64_t{0};
    AlgorithmIndex from_binary = kNone;
    BitLayout layout = {};
};

/// monostate: not encoded (aggregates, arrays, local parameters).
using DataEncoding =
    std::variant<std::monostate, IntegerEncoding, FloatEncoding, StringEncoding, BinaryEncoding>;

struct IntegerType {
    bool is_signed = true;
    int bits = 32;
};
struct FloatType {
    int bits = 64;
};
struct StringType {
    std::optional<std::int64_t> min_characters = {};
    std::optional<std::int64_t> max_characters = {};
    std::string pattern = {};
};
struct BooleanType {
    std::string zero = "False";
    std::string one = "True";
};
struct BinaryType {};

struct Enumeration {
    std::int64_t value = 0;
    std::int64_t max_value = 0; ///< inclusive; equal to `value` for a single one
    std::string label;
    std::string description = {};
};
struct EnumeratedType {
    std::vector<Enumeration> enumerations;
};

struct Member {
    std::string name;
    TypeIndex type = kNone;
    std::string initial_value = {};
    std::string short_description = {};
    SourcePosition where = {};
};
struct AggregateType {
    std::vector<Member> members;
};

/// Row-major. Indices run from `start` to `end`, inclusive.
struct Dimension {
    IntegerValue start = std::int64_t{0};
    IntegerValue end = std::int64_t{0};
};
struct ArrayType {
    TypeIndex element = kNone;
    std::vector<Dimension> dimensions = {}; ///< empty: the entry states them (XTCE 1.1)
    int dimension_count = 1;
};

/// Which clock counts: UTC as POSIX does (no leap seconds), or one that never jumps.
enum class TimeScale : std::uint8_t { utc, tai, gps };

/// Zero of a time: `ns` of POSIX UTC at that instant, counted on in `scale`.
struct Epoch {
    TimeScale scale = TimeScale::utc;
    UtcNs ns = 0;
    std::string text = {}; ///< as the database writes it: "TAI", "GPS", "2000-01-01T12:00:00Z"
};

/// How the encoded bits become a duration.
enum class TimeCode : std::uint8_t {
    linear, ///< (scale · number + offset) units, the number being the data encoding's
    cuc,    ///< CCSDS 301.0-B 3.2: coarse seconds and binary fractions
    cds,    ///< CCSDS 301.0-B 3.3: days, ms of day, optional µs or ps of ms
    timeval ///< 32 bits of seconds, 32 bits of µs
};

struct TimeFormat {
    TimeCode code = TimeCode::linear;
    double unit_s = 1; ///< of linear: 1, 1e-3, 86400, …
    double scale = 1;
    double offset = 0;
    int coarse_octets = 4;    ///< CUC: 1 to 7; CDS: 2 or 3 of days
    int fine_octets = 0;      ///< CUC: 0 to 10; CDS: 0, 2 (µs) or 4 (ps)
    bool has_p_field = false; ///< the preamble precedes and overrides the two above
};

struct AbsoluteTimeType {
    TimeFormat format = {};
    Epoch epoch = {};
    /// Set: the value counts from that parameter's time instead of the epoch.
    std::optional<ParameterReference> offset_from = {};
};
struct RelativeTimeType {
    TimeFormat format = {};
};

using TypeDetail =
    std::variant<IntegerType, FloatType, StringType, BooleanType, EnumeratedType, BinaryType,
                 AggregateType, ArrayType, AbsoluteTimeType, RelativeTimeType>;

struct Unit {
    std::string text; ///< "m/s"
    std::string description = {};
    double power = 1;
    std::string factor = "1";
};

struct ValidRange {
    Range range = {};
    ValueKind kind = ValueKind::calibrated;
};

struct ParameterType : Named {
    TypeDetail detail = {};
    TypeIndex base = kNone; ///< already merged into this one by the reader; kept for conversion
    DataEncoding encoding = {};
    std::vector<Unit> units = {};
    std::string initial_value = {};
    std::optional<ValidRange> valid_range = {};
    Calibrator calibrator = {};
    std::vector<ContextCalibrator> context_calibrators = {};
    AlarmIndex alarm = kNone;
};

} // namespace telemetry::parameter
