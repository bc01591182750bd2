// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/convolutional.h"

#include <algorithm>
#include <bit>

#include "telemetry/base/text.h"
#include "telemetry/fec/puncturing.h"

namespace telemetry::fec {
namespace {

constexpr struct {
    std::string_view name;
    ConvolutionalCode code;
} kCodes[] = {
    {"CCSDS", kConvolutionalCcsds},
    {"NASA-DSN", kConvolutionalNasaDsn},
    {"CCSDS uninverted", kConvolutionalCcsdsUninverted},
    {"NASA-DSN uninverted", kConvolutionalNasaDsnUninverted},
};

} // namespace

std::optional<ConvolutionalCode> find_convolutional_code(std::string_view name) {
    for (const auto& known : kCodes)
        if (equal_ignoring_case(known.name, name))
            return known.code;
    return std::nullopt;
}

std::optional<PuncturedCode> find_punctured_code(std::string_view name) {
    static constexpr struct {
        std::string_view name;
        Puncturing puncturing;
    } kRates[] = {
        {"CCSDS 2/3", kPuncturing23},
        {"CCSDS 3/4", kPuncturing34},
        {"CCSDS 5/6", kPuncturing56},
        {"CCSDS 7/8", kPuncturing78},
    };
    for (const auto& known : kRates)
        if (equal_ignoring_case(known.name, name))
            return PuncturedCode(kConvolutionalCcsdsUninverted, known.puncturing);
    if (const auto code = find_convolutional_code(name))
        return *code;
    return std::nullopt;
}

unsigned ConvolutionalCode::symbols(unsigned window) const noexcept {
    unsigned sent = 0;
    for (const auto& output : outputs())
        sent = sent << 1 | ((static_cast<unsigned>(std::popcount(window & output.taps)) & 1u) ^
                            output.inverted);
    return sent;
}

void ConvolutionalEncoder::encode(std::span<const std::uint8_t> bits,
                                  std::vector<std::uint8_t>& symbols) {
    const std::size_t outputs = code_.outputs().size();
    for (const std::uint8_t bit : bits) {
        const unsigned window = (bit & 1u) << (code_.constraint_length() - 1) | state_;
        const unsigned sent = code_.symbols(window);
        for (std::size_t i = outputs; i-- > 0;)
            symbols.push_back(sent >> i & 1);
        state_ = window >> 1;
    }
}

void ConvolutionalEncoder::terminate(std::vector<std::uint8_t>& symbols) {
    constexpr std::array<std::uint8_t, ConvolutionalCode::kLongestConstraint - 1> kTail{};
    encode(std::span(kTail).first(static_cast<std::size_t>(code_.constraint_length() - 1)),
           symbols);
}

void ConvolutionalEncoder::encode_tail_biting(std::span<const std::uint8_t> bits,
                                              std::vector<std::uint8_t>& symbols) {
    const int memory = code_.constraint_length() - 1;
    assert(bits.size() >= static_cast<std::size_t>(memory));
    state_ = 0;
    for (const std::uint8_t bit : bits.last(static_cast<std::size_t>(memory)))
        state_ = (state_ >> 1) | (bit & 1u) << (memory - 1);
    encode(bits, symbols);
}

} // namespace telemetry::fec
