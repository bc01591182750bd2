// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/fec/outcome.h"

namespace telemetry::fec {

enum class BchParity : std::uint8_t { plain, inverted };

/// A binary BCH code of 2^m − 1 bits. Its generator is the least one with the roots
/// alpha^first_root, alpha^(first_root + 1), …; half as many errors are corrected.
struct BchCode {
    unsigned field; ///< primitive polynomial of degree m, 3 to 14, with its leading term
    int first_root;
    int roots;
    BchParity parity = BchParity::plain; ///< as sent
};

inline constexpr BchCode kBch15_7{0x13, 1, 4};
inline constexpr BchCode kBch31_21{0x25, 1, 4}; ///< POCSAG (ITU-R M.584), without its parity bit
inline constexpr BchCode kBch31_16{0x25, 1, 6};
inline constexpr BchCode kBch255_231{0x11d, 1, 6};
/// CCSDS 231.0-B-4 section 3: (63,56), generator x^7+x^6+x^2+1, parity complemented. Corrects one
/// error and sees two. The filler bit behind a code block is not part of it.
inline constexpr BchCode kBchCcsdsTc{0x43, 0, 3, BchParity::inverted};

/// Encoder and bounded-distance decoder (Berlekamp-Massey, Chien) of one code, full or shortened: a
/// word of fewer bits stands for one with zeros in front, and a correction that would fall there
/// shows that the word is beyond repair. Bits are 0 or 1, data first, the highest power first.
class Bch {
public:
    explicit Bch(const BchCode& code);

    int length() const noexcept { return length_; } ///< bits of a full word
    int parity() const noexcept { return static_cast<int>(generator_.size()) - 1; }

    /// `parity` has parity() bits; `data` at most length() − parity().
    void encode(std::span<const std::uint8_t> data, std::span<std::uint8_t> parity) const noexcept;

    /// Mends `word` (data, then parity) in place; leaves it as it was when not valid.
    FecOutcome decode(std::span<std::uint8_t> word) const noexcept;

private:
    using Element = std::uint16_t;

    Element multiply(Element a, Element b) const noexcept {
        return a && b ? exp_[static_cast<std::size_t>(log_[a] + log_[b])] : Element{0};
    }
    Element power(int exponent) const noexcept;
    bool is_code_word(std::span<const std::uint8_t> word) const noexcept;

    BchCode code_;
    int length_;
    std::vector<Element> exp_; ///< powers of alpha; twice, so that sums of logs need no mod
    std::vector<Element> log_;
    std::vector<std::uint8_t> generator_; ///< highest power first
};

} // namespace telemetry::fec
