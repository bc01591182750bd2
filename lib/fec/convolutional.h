// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cassert>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace telemetry::fec {

/// One of the symbols that a convolutional code sends for each data bit. `taps` as usually written
/// in octal: 0171 and 0133, the highest bit for the newest data bit.
struct ConvolutionalOutput {
    unsigned taps = 0;
    unsigned inverted = 0; ///< 1: the symbol is sent inverted
};

/// A convolutional code of rate 1/2 to 1/6 and constraint length 3 to 9: polynomials in the order
/// in which their symbols are sent.
class ConvolutionalCode {
public:
    static constexpr std::size_t kMostOutputs = 6;
    static constexpr int kLongestConstraint = 9;

    constexpr ConvolutionalCode(std::initializer_list<ConvolutionalOutput> outputs,
                                int constraint_length = 7)
        : count_(outputs.size()), constraint_length_(constraint_length) {
        assert(count_ >= 2 && count_ <= kMostOutputs);
        assert(constraint_length >= 3 && constraint_length <= kLongestConstraint);
        std::size_t i = 0;
        for (const auto& output : outputs)
            outputs_[i++] = output;
    }

    constexpr std::span<const ConvolutionalOutput> outputs() const noexcept {
        return std::span(outputs_).first(count_);
    }
    constexpr int constraint_length() const noexcept { return constraint_length_; }

    /// The same code with `output` sent in the other sense; with the first two exchanged.
    constexpr ConvolutionalCode with_inverted(std::size_t output) const noexcept {
        ConvolutionalCode other = *this;
        other.outputs_[output].inverted ^= 1;
        return other;
    }
    constexpr ConvolutionalCode with_exchanged() const noexcept {
        ConvolutionalCode other = *this;
        std::swap(other.outputs_[0], other.outputs_[1]);
        return other;
    }

    /// Symbols for the newest bit of `window` (K bits, the newest highest), the first one highest.
    unsigned symbols(unsigned window) const noexcept;

private:
    std::array<ConvolutionalOutput, kMostOutputs> outputs_{};
    std::size_t count_;
    int constraint_length_;
};

/// CCSDS 131.0-B-5 section 3.3 (NASA-GSFC's order): G1, then G2 inverted.
inline constexpr ConvolutionalCode kConvolutionalCcsds{{0171, 0}, {0133, 1}};
/// The order of NASA's Deep Space Network: G2 inverted, then G1.
inline constexpr ConvolutionalCode kConvolutionalNasaDsn{{0133, 1}, {0171, 0}};
/// Also what CCSDS 131.0-B-5 section 3.4 punctures.
inline constexpr ConvolutionalCode kConvolutionalCcsdsUninverted{{0171, 0}, {0133, 0}};
inline constexpr ConvolutionalCode kConvolutionalNasaDsnUninverted{{0133, 0}, {0171, 0}};
/// K=7 rate 1/3 with the polynomials that Galileo and 3GPP use.
inline constexpr ConvolutionalCode kConvolutionalThird{{0133, 0}, {0171, 0}, {0165, 0}};
/// K=9 rates 1/2 and 1/3 of IS-95 and 3GPP TS 25.212.
inline constexpr ConvolutionalCode kConvolutionalK9Half{{{0753, 0}, {0561, 0}}, 9};
inline constexpr ConvolutionalCode kConvolutionalK9Third{{{0557, 0}, {0663, 0}, {0711, 0}}, 9};

/// The code by its name in a station file, case ignored; nothing for "none" and names not known.
std::optional<ConvolutionalCode> find_convolutional_code(std::string_view name);

class ConvolutionalEncoder {
public:
    explicit ConvolutionalEncoder(const ConvolutionalCode& code) : code_(code) {}

    /// Appends the symbols of each bit. Continuous between calls.
    void encode(std::span<const std::uint8_t> bits, std::vector<std::uint8_t>& symbols);

    /// K − 1 zeros drive the encoder back to state 0: the end of a terminated block.
    void terminate(std::vector<std::uint8_t>& symbols);

    /// A tail-biting block: the encoder begins in the state in which it will end.
    void encode_tail_biting(std::span<const std::uint8_t> bits, std::vector<std::uint8_t>& symbols);

    void reset() noexcept { state_ = 0; }

private:
    ConvolutionalCode code_;
    unsigned state_ = 0; ///< the last K − 1 bits, the newest highest
};

} // namespace telemetry::fec
