// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/convolutional.h"

#include <bit>

#include "telemetry/base/text.h"

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

void ConvolutionalEncoder::encode(std::span<const std::uint8_t> bits,
                                  std::vector<std::uint8_t>& symbols) {
    for (const std::uint8_t bit : bits) {
        const unsigned window = (bit & 1u) << 6 | state_;
        for (const auto& output : code_.outputs)
            symbols.push_back(static_cast<std::uint8_t>((std::popcount(window & output.taps) & 1u) ^
                                                        output.inverted));
        state_ = window >> 1;
    }
}

void ConvolutionalEncoder::terminate(std::vector<std::uint8_t>& symbols) {
    constexpr std::array<std::uint8_t, 6> kTail{};
    encode(kTail, symbols);
}

} // namespace telemetry::fec
