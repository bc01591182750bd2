// SPDX-License-Identifier: GPL-3.0-or-later
// Data encodings and calibrators.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "telemetry/base/text.h"
#include "telemetry/parameter/math_names.h"
#include "telemetry/parameter/xtce_reader.h"

namespace telemetry::parameter {
namespace {

constexpr Visit::Choice<IntegerCoding> kIntegerCodings[] = {
    {"unsigned", IntegerCoding::unsigned_binary},
    {"signMagnitude", IntegerCoding::sign_magnitude},
    {"twosComplement", IntegerCoding::twos_complement},
    {"onesComplement", IntegerCoding::ones_complement},
    {"BCD", IntegerCoding::bcd},
    {"packedBCD", IntegerCoding::packed_bcd},
    {"twosCompliment", IntegerCoding::twos_complement}, // as XTCE 1.1 spells it
    {"onesCompliment", IntegerCoding::ones_complement},
};

constexpr Visit::Choice<FloatCoding> kFloatCodings[] = {
    {"IEEE754_1985", FloatCoding::ieee_754},
    {"IEEE754", FloatCoding::ieee_754},
    {"MILSTD_1750A", FloatCoding::mil_std_1750a},
    {"DEC", FloatCoding::dec},
    {"IBM", FloatCoding::ibm},
    {"TI", FloatCoding::ti},
};

constexpr Visit::Choice<Charset> kCharsets[] = {
    {"UTF-8", Charset::utf_8},        {"US-ASCII", Charset::ascii},
    {"UTF-16", Charset::utf_16},      {"UTF-16BE", Charset::utf_16_be},
    {"UTF-16LE", Charset::utf_16_le}, {"UTF-32", Charset::utf_32},
    {"UTF-32BE", Charset::utf_32_be}, {"UTF-32LE", Charset::utf_32_le},
    {"ISO-8859-1", Charset::latin_1}, {"Windows-1252", Charset::windows_1252},
};

constexpr Visit::Choice<BitOrder> kBitOrders[] = {
    {"mostSignificantBitFirst", BitOrder::most_significant_first},
    {"leastSignificantBitFirst", BitOrder::least_significant_first},
};

constexpr std::int64_t kMostFieldBits = 65'542 * 8; ///< the longest Space Packet

bool supported(FloatCoding coding, int bits) {
    switch (coding) {
    case FloatCoding::ieee_754:
        return bits == 16 || bits == 32 || bits == 64;
    case FloatCoding::mil_std_1750a:
        return bits == 16 || bits == 32 || bits == 48;
    case FloatCoding::dec:
    case FloatCoding::ibm:
        return bits == 32 || bits == 64;
    case FloatCoding::ti:
        return bits == 32 || bits == 40;
    }
    return false;
}

/// How many values an operator takes and leaves.
bool apply(MathOperator operation, int& depth) {
    const auto [takes, leaves] = stack_effect(operation);
    if (depth < takes)
        return false;
    depth += leaves - takes;
    return true;
}

} // namespace

BitLayout XtceReader::read_layout(Visit& visit) {
    BitLayout layout;
    layout.bit_order = visit.choice("bitOrder", kBitOrders, BitOrder::most_significant_first);
    const auto order = visit.attribute("byteOrder");
    if (!order || *order == "mostSignificantByteFirst")
        return layout;
    if (*order == "leastSignificantByteFirst") {
        layout.byte_order = ByteOrder::least_significant_first;
        return layout;
    }
    // A list of significances: "1 0 3 2" as the schema says, "1,0,3,2" as others write.
    std::string text(*order);
    std::replace(text.begin(), text.end(), ',', ' ');
    for (const std::string_view part : split(text, ' ')) {
        if (part.empty())
            continue;
        const auto number = read_integer(part);
        if (!number || *number < 0 || *number > 255) {
            visit.wrong(Severity::error, "@byteOrder",
                        "'" + std::string(*order) +
                            "'; expected mostSignificantByteFirst, leastSignificantByteFirst or "
                            "a list of significances");
            return layout;
        }
        layout.significance.push_back(static_cast<std::uint8_t>(*number));
    }
    layout.byte_order = ByteOrder::listed;
    return layout;
}

void XtceReader::read_byte_order_list(const XmlElement& element, BitLayout& layout) {
    Visit visit(document_, report_, element);
    layout.significance.clear();
    layout.byte_order = ByteOrder::listed;
    visit.children({{"Byte", [&](const XmlElement& child) {
                         Visit inner(document_, report_, child);
                         if (inner.required("byteSignificance"))
                             layout.significance.push_back(
                                 static_cast<std::uint8_t>(inner.integer("byteSignificance", 255)));
                     }}});
}

/// A list must name each octet once; the two common orders need none.
void XtceReader::settle_layout(Visit& visit, BitLayout& layout, std::int64_t bits) {
    if (layout.byte_order != ByteOrder::listed)
        return;
    const std::size_t octets = static_cast<std::size_t>(bits + 7) / 8;
    std::vector<std::uint8_t> order(octets);
    std::iota(order.begin(), order.end(), std::uint8_t{0});
    if (layout.significance.size() != octets ||
        !std::is_permutation(order.begin(), order.end(), layout.significance.begin())) {
        visit.wrong(Severity::error, "",
                    "the byte order list must name 0 to " + std::to_string(octets - 1) +
                        " once each, for the value has " + std::to_string(octets) +
                        " octets; most significant first is taken");
        layout = {ByteOrder::most_significant_first, {}, layout.bit_order};
    } else if (layout.significance == order) {
        layout = {ByteOrder::least_significant_first, {}, layout.bit_order};
    } else {
        std::reverse(order.begin(), order.end());
        if (layout.significance == order)
            layout = {ByteOrder::most_significant_first, {}, layout.bit_order};
    }
}

/// The value cannot be read, but what follows it in the packet can: its bits are kept as they are.
void XtceReader::read_as_binary(ParameterType& type, std::int64_t bits) {
    type.encoding = BinaryEncoding{std::clamp<std::int64_t>(bits, 0, kMostFieldBits), kNone, {}};
    type.detail = BinaryType{};
    type.calibrator = {};
    type.context_calibrators.clear();
}

void XtceReader::read_calibrators(Visit& visit, BitLayout& layout, ParameterType& type) {
    const auto contexts = [&](const XmlElement& child) {
        auto list = read_context_calibrators(child);
        type.context_calibrators.insert(type.context_calibrators.begin(), list.begin(), list.end());
    };
    visit.children(
        {{"ByteOrderList", [&](const XmlElement& child) { read_byte_order_list(child, layout); }},
         {"DefaultCalibrator",
          [&](const XmlElement& child) { type.calibrator = read_calibrator(child); }},
         {"ContextCalibratorList", contexts}});
}

void XtceReader::read_integer_encoding(const XmlElement& element, ParameterType& type) {
    Visit visit(document_, report_, element);
    IntegerEncoding encoding;
    encoding.coding = visit.choice("encoding", kIntegerCodings, IntegerCoding::unsigned_binary);
    const std::int64_t bits = visit.integer("sizeInBits", 8);
    encoding.layout = read_layout(visit);
    read_calibrators(visit, encoding.layout, type);
    if (bits < 1 || bits > 64) {
        visit.wrong(bits < 1 ? Severity::error : Severity::unsupported, "@sizeInBits",
                    "an integer of " + std::to_string(bits) +
                        " bits; 1 to 64 are possible, so it is kept as binary");
        read_as_binary(type, bits);
        return;
    }
    encoding.bits = static_cast<int>(bits);
    settle_layout(visit, encoding.layout, bits);
    type.encoding = std::move(encoding);
}

void XtceReader::read_float_encoding(const XmlElement& element, ParameterType& type) {
    Visit visit(document_, report_, element);
    FloatEncoding encoding;
    encoding.coding = visit.choice("encoding", kFloatCodings, FloatCoding::ieee_754);
    const std::int64_t bits = visit.integer("sizeInBits", 32);
    encoding.layout = read_layout(visit);
    read_calibrators(visit, encoding.layout, type);
    if (bits < 1 || bits > 128 || !supported(encoding.coding, static_cast<int>(bits))) {
        visit.wrong(Severity::unsupported, "@sizeInBits",
                    "a float of " + std::to_string(bits) +
                        " bits in this encoding; IEEE 754 has 16, 32 or 64, MIL-STD-1750A 16, 32 "
                        "or 48. It is kept as binary");
        read_as_binary(type, bits);
        return;
    }
    encoding.bits = static_cast<int>(bits);
    settle_layout(visit, encoding.layout, bits);
    type.encoding = std::move(encoding);
}

void XtceReader::read_string_ends(Visit& visit, StringEncoding& encoding,
                                  std::initializer_list<Visit::Rule> more) {
    const auto termination = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        const auto octets = from_hex(inner.text());
        if (octets && !octets->empty())
            encoding.termination = *octets;
        else
            inner.wrong(Severity::error, "",
                        "expected octets in hexadecimal, found '" + std::string(inner.text()) +
                            "'");
    };
    const auto leading = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        const std::int64_t bits = inner.integer("sizeInBitsOfSizeTag", 16);
        if (bits < 1 || bits > 64)
            inner.wrong(Severity::error, "@sizeInBitsOfSizeTag",
                        "expected 1 to 64, found " + std::to_string(bits));
        else
            encoding.leading_size_bits = static_cast<int>(bits);
    };
    const Visit::Rule none{"", termination};
    const auto more_at = [&](std::size_t i) { return i < more.size() ? more.begin()[i] : none; };
    visit.children({{"TerminationChar", termination},
                    {"LeadingSize", leading},
                    more_at(0),
                    more_at(1),
                    more_at(2)});
}

void XtceReader::read_string_encoding(const XmlElement& element, ParameterType& type) {
    Visit visit(document_, report_, element);
    StringEncoding encoding;
    encoding.charset = visit.choice("encoding", kCharsets, Charset::utf_8);
    encoding.layout = read_layout(visit);
    bool sized = false;
    const auto size = [&](const XmlElement& child) {
        sized = true;
        Visit inner(document_, report_, child);
        const auto fixed = [&](const XmlElement& value) {
            encoding.size_bits = read_integer_value(value);
        };
        read_string_ends(inner, encoding, {{"Fixed", fixed}});
    };
    const auto variable = [&](const XmlElement& child) {
        sized = true;
        Visit inner(document_, report_, child);
        encoding.max_bits = inner.integer("maxSizeInBits", 0);
        const auto dynamic = [&](const XmlElement& value) {
            if (is_placeholder(value))
                return;
            if (auto read = read_dynamic_value(value))
                encoding.size_bits = std::move(*read);
        };
        const auto lookup = [&](const XmlElement& value) {
            encoding.size_bits = read_lookup(value);
        };
        read_string_ends(inner, encoding,
                         {{"DynamicValue", dynamic}, {"DiscreteLookupList", lookup}});
    };
    const auto order = [&](const XmlElement& child) {
        read_byte_order_list(child, encoding.layout);
    };
    visit.children({{"SizeInBits", size}, {"Variable", variable}, {"ByteOrderList", order}});
    if (encoding.layout.byte_order == ByteOrder::listed) {
        visit.wrong(Severity::unsupported, "", "a byte order list of a string is not applied");
        encoding.layout.byte_order = ByteOrder::most_significant_first;
        encoding.layout.significance.clear();
    }
    if (!encoding.size_bits && encoding.termination.empty() && encoding.leading_size_bits == 0) {
        visit.wrong(Severity::error, "",
                    sized ? "has no size that can be used, no leading size and no termination; it "
                            "is taken to be empty"
                          : "expected SizeInBits or Variable");
        encoding.size_bits = std::int64_t{0};
    }
    type.encoding = std::move(encoding);
}

/// XTCE 1.2 demands a DynamicValue where a leading size or a termination says it all; databases
/// then refer to a parameter that does not exist, by this name.
bool XtceReader::is_placeholder(const XmlElement& element) const {
    for (std::uint32_t at = element.first_child; at; at = document_.element(at).next_sibling) {
        const XmlElement& child = document_.element(at);
        for (std::uint32_t i = 0; i < child.attribute_count; ++i)
            if (document_.attribute(child.first_attribute + i).value.ends_with("_yamcs_ignore"))
                return true;
    }
    return false;
}

void XtceReader::read_binary_encoding(const XmlElement& element, ParameterType& type) {
    Visit visit(document_, report_, element);
    BinaryEncoding encoding;
    encoding.layout = read_layout(visit);
    bool sized = false;
    visit.children(
        {{"SizeInBits",
          [&](const XmlElement& child) {
              if (auto size = read_integer_value(child)) {
                  encoding.size_bits = std::move(*size);
                  sized = true;
              }
          }},
         {"ByteOrderList",
          [&](const XmlElement& child) { read_byte_order_list(child, encoding.layout); }},
         {"FromBinaryTransformAlgorithm",
          [&](const XmlElement& child) { encoding.from_binary = read_inline_algorithm(child); }}});
    if (!sized)
        visit.wrong(Severity::error, "",
                    "expected a SizeInBits that can be used; it is taken to be empty");
    if (encoding.layout.byte_order == ByteOrder::listed) {
        visit.wrong(Severity::unsupported, "", "a byte order list of binary data is not applied");
        encoding.layout.byte_order = ByteOrder::most_significant_first;
        encoding.layout.significance.clear();
    }
    type.encoding = std::move(encoding);
}

Calibrator XtceReader::read_calibrator(const XmlElement& element) {
    Visit visit(document_, report_, element);
    Calibrator calibrator;
    calibrator.where = visit.where();
    calibrator.name = visit.text_of("name");
    Named described; // the schema lets a calibrator be described; nobody asks
    visit.children({{"PolynomialCalibrator",
                     [&](const XmlElement& child) { read_polynomial(child, calibrator); }},
                    {"SplineCalibrator",
                     [&](const XmlElement& child) { calibrator.formula = read_spline(child); }},
                    {"MathOperationCalibrator",
                     [&](const XmlElement& child) {
                         Visit inner(document_, report_, child);
                         calibrator.formula = read_math(inner, {});
                     }}},
                   &described);
    // Our own form, which XTCE has no element for.
    for (const AncillaryData& data : described.ancillary)
        if (data.name == "telemetry:expression")
            calibrator.formula = Expression{data.text};
    return calibrator;
}

std::vector<ContextCalibrator> XtceReader::read_context_calibrators(const XmlElement& list) {
    Visit visit(document_, report_, list);
    std::vector<ContextCalibrator> found;
    visit.children({{"ContextCalibrator", [&](const XmlElement& child) {
                         Visit inner(document_, report_, child);
                         ContextCalibrator each;
                         inner.children(
                             {{"ContextMatch",
                               [&](const XmlElement& match) { each.context = read_match(match); }},
                              {"Calibrator", [&](const XmlElement& calibrator) {
                                   each.calibrator = read_calibrator(calibrator);
                               }}});
                         if (each.context == kNone)
                             inner.wrong(Severity::error, "",
                                         "expected a ContextMatch; without one it would always "
                                         "apply, so it is left out");
                         else
                             found.push_back(std::move(each));
                     }}});
    return found;
}

/// Exponents are whole numbers from 0, as XTCE 1.2 has it; those of 1.1, which may be any number,
/// become a sum of powers.
void XtceReader::read_polynomial(const XmlElement& element, Calibrator& calibrator) {
    Visit visit(document_, report_, element);
    std::vector<std::pair<double, double>> terms; // exponent, coefficient
    visit.children({{"Term", [&](const XmlElement& child) {
                         Visit term(document_, report_, child);
                         const bool has_coefficient = term.required("coefficient").has_value();
                         const bool has_exponent = term.required("exponent").has_value();
                         const double coefficient = term.real("coefficient", 0);
                         const double exponent = term.real("exponent", 0);
                         if (has_coefficient && has_exponent)
                             terms.emplace_back(exponent, coefficient);
                     }}});
    if (terms.empty())
        visit.wrong(Severity::error, "", "has no terms, so nothing can be calibrated with it");
    const bool plain = std::all_of(terms.begin(), terms.end(), [](const auto& term) {
        return term.first >= 0 && term.first <= 64 && term.first == std::floor(term.first);
    });
    if (plain) {
        Polynomial polynomial;
        for (const auto& [exponent, coefficient] : terms) {
            const auto at = static_cast<std::size_t>(exponent);
            if (polynomial.coefficients.size() <= at)
                polynomial.coefficients.resize(at + 1);
            polynomial.coefficients[at] += coefficient;
        }
        calibrator.formula = std::move(polynomial);
        return;
    }
    MathOperation sum;
    for (const auto& [exponent, coefficient] : terms) {
        const bool first = sum.empty();
        sum.push_back({MathToken::Kind::number, coefficient, {}, {}});
        sum.push_back({MathToken::Kind::this_parameter, 0, {}, {}});
        sum.push_back({MathToken::Kind::number, exponent, {}, {}});
        sum.push_back({MathToken::Kind::operation, 0, {}, MathOperator::power});
        sum.push_back({MathToken::Kind::operation, 0, {}, MathOperator::multiply});
        if (!first)
            sum.push_back({MathToken::Kind::operation, 0, {}, MathOperator::add});
    }
    calibrator.formula = std::move(sum);
}

Spline XtceReader::read_spline(const XmlElement& element) {
    Visit visit(document_, report_, element);
    Spline spline;
    const std::int64_t order = visit.integer("order", 1);
    spline.order = static_cast<int>(std::clamp<std::int64_t>(order, 0, 100));
    spline.extrapolate = visit.flag("extrapolate", false);
    visit.children({{"SplinePoint", [&](const XmlElement& child) {
                         Visit point(document_, report_, child);
                         SplinePoint each;
                         const bool raw = point.required("raw").has_value();
                         const bool calibrated = point.required("calibrated").has_value();
                         each.raw = point.real("raw", 0);
                         each.calibrated = point.real("calibrated", 0);
                         each.order = static_cast<int>(
                             std::clamp<std::int64_t>(point.integer("order", 1), 0, 100));
                         if (raw && calibrated && !std::isnan(each.raw))
                             spline.points.push_back(each);
                     }}});
    if (spline.order != order || spline.order > 1)
        visit.wrong(Severity::unsupported, "@order",
                    "a spline of order " + std::to_string(order) +
                        "; 0 (steps) and 1 (straight lines) are possible, so nothing is "
                        "calibrated with it");
    if (spline.points.size() < 2)
        visit.wrong(Severity::error, "",
                    "has fewer than two points, so nothing can be calibrated with it");
    const auto before = [](const SplinePoint& a, const SplinePoint& b) { return a.raw < b.raw; };
    if (!std::is_sorted(spline.points.begin(), spline.points.end(), before)) {
        visit.wrong(Severity::warning, "", "its points are not in rising order; they are sorted");
        std::stable_sort(spline.points.begin(), spline.points.end(), before);
    }
    if (std::adjacent_find(spline.points.begin(), spline.points.end(),
                           [](const auto& a, const auto& b) { return a.raw == b.raw; }) !=
        spline.points.end())
        visit.wrong(Severity::warning, "", "has two points of the same raw value");
    return spline;
}

/// Postfix words. What cannot be evaluated is told of here and stays as it is written.
MathOperation XtceReader::read_math(Visit& visit, std::initializer_list<Visit::Rule> more) {
    MathOperation operation;
    int depth = 0;
    bool sound = true;
    const auto value = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        const auto number = read_real(inner.text());
        if (!number)
            inner.wrong(Severity::error, "",
                        "expected a number, found '" + std::string(inner.text()) + "'");
        sound = sound && number.has_value();
        operation.push_back({MathToken::Kind::number, number.value_or(0), {}, {}});
        ++depth;
    };
    const auto self = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        operation.push_back({MathToken::Kind::this_parameter, 0, {}, {}});
        ++depth;
    };
    const auto reference = [&](const XmlElement& child) {
        const auto found = read_reference(child);
        sound = sound && found.has_value();
        if (found)
            operation.push_back({MathToken::Kind::reference, 0, *found, {}});
        else
            operation.push_back({MathToken::Kind::number, 0, {}, {}});
        ++depth;
    };
    const auto operate = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        const auto tokens = math_operators(inner.text());
        if (tokens.empty()) {
            inner.wrong(Severity::unsupported, "",
                        "operator '" + std::string(inner.text()) + "' is not known" +
                            suggestion(inner.text(), math_operator_names()));
            sound = false;
            return;
        }
        for (const MathOperator each : tokens) {
            if (!apply(each, depth) && sound) {
                inner.wrong(Severity::error, "",
                            "operator '" + std::string(inner.text()) +
                                "' finds too few values before it");
                sound = false;
            }
            operation.push_back({MathToken::Kind::operation, 0, {}, each});
        }
    };
    const Visit::Rule none{"", value};
    const auto more_at = [&](std::size_t i) { return i < more.size() ? more.begin()[i] : none; };
    visit.children({{"ValueOperand", value},
                    {"ThisParameterOperand", self},
                    {"ParameterInstanceRefOperand", reference},
                    {"Operator", operate},
                    more_at(0),
                    more_at(1)});
    if (sound && depth != 1) {
        visit.wrong(Severity::error, "",
                    operation.empty()
                        ? "is empty, so it yields no value"
                        : "leaves " + std::to_string(depth) + " values behind; expected one");
        sound = false;
    }
    if (!sound)
        operation.clear(); // an empty operation yields no value, and says so of each
    return operation;
}

} // namespace telemetry::parameter
