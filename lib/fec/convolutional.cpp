// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/convolutional.h"

#include <bit>

namespace telemetry::fec {

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
