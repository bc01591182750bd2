// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace telemetry::fec {

/// One of two symbols of a rate 1/2 code of constraint length 7. `taps` as usually written in
/// octal: 0171 and 0133, the highest of 7 bits for the newest data bit.
struct ConvolutionalOutput {
    unsigned taps;
    unsigned inverted; ///< 1: the symbol is sent inverted
};

struct ConvolutionalCode {
    std::array<ConvolutionalOutput, 2> outputs; ///< in the order they are sent
};

/// CCSDS 131.0-B-5 section 3.3 (NASA-GSFC's order): G1, then G2 inverted.
inline constexpr ConvolutionalCode kConvolutionalCcsds{{{{0171, 0}, {0133, 1}}}};
/// The order of NASA's Deep Space Network: G2 inverted, then G1.
inline constexpr ConvolutionalCode kConvolutionalNasaDsn{{{{0133, 1}, {0171, 0}}}};
inline constexpr ConvolutionalCode kConvolutionalCcsdsUninverted{{{{0171, 0}, {0133, 0}}}};
inline constexpr ConvolutionalCode kConvolutionalNasaDsnUninverted{{{{0133, 0}, {0171, 0}}}};

/// The code by its name in a station file, case ignored; nothing for "none" and names not known.
std::optional<ConvolutionalCode> find_convolutional_code(std::string_view name);

class ConvolutionalEncoder {
public:
    explicit ConvolutionalEncoder(const ConvolutionalCode& code) : code_(code) {}

    /// Appends two symbols for each bit. Continuous between calls.
    void encode(std::span<const std::uint8_t> bits, std::vector<std::uint8_t>& symbols);

    /// Six zeros drive the encoder back to state 0: the end of a terminated block.
    void terminate(std::vector<std::uint8_t>& symbols);

    void reset() noexcept { state_ = 0; }

private:
    ConvolutionalCode code_;
    unsigned state_ = 0; ///< the last six bits, the newest in bit 6 once the next one comes
};

} // namespace telemetry::fec
