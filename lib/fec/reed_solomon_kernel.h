// SPDX-License-Identifier: GPL-3.0-or-later
// The arithmetic of Reed-Solomon codes over GF(256), on many symbols at once.
//
// Notation: n bytes a word, P of them parity; beta = alpha^root_step; the roots of the generator
// are x[j] = beta^(first_root + j), j < P. Inside, symbols are elements of gf256 (galois.h); "on
// the line" they are in the basis of the code. Between the two lies a linear map.
//
// A word is thought of as part of a frame of 256 places, the power of x at place i being 255 − i.
// That is as good a code word as any, since x^255 = 1, as long as not all 256 are in use. A kernel
// puts the word at the front of the frame or at its back, whichever is cheaper.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/fec/galois.h"
#include "telemetry/simd/level.h"

namespace telemetry::fec {

struct ReedSolomonCode;

inline constexpr int kRsMaxParity = 64;
inline constexpr int kRsFastParity = 32;      ///< codes with more take the generic kernel
inline constexpr std::size_t kRsMaxWords = 8; ///< one call of a kernel takes no more

/// Constants of one code.
struct RsTables {
    explicit RsTables(const ReedSolomonCode& code);

    int parity;
    int first_root;
    std::uint8_t beta;
    gf256::BitMatrix to_field;
    gf256::BitMatrix from_field;
    std::array<std::uint8_t, 765> exp_on_line; ///< [n]: 3^n on the line, for sums of three logs

    // Division by the generator, all on the line.
    std::size_t width; ///< of a row: parity and zeros up to 32 or 64
    /// [m][byte]: the remainder of `byte` with P + 3 − m zero bytes behind it.
    std::vector<std::uint8_t> rows;
    /// [i][0: low, 1: high][nibble]: the syndromes of byte i of a remainder.
    std::vector<std::uint8_t> syndrome_rows;

    // For the vector kernels, P <= kRsFastParity. Place i of the frame has the locator
    // X = beta^(255 − i), so the point 1/X = beta^i.
    alignas(64) std::array<std::uint8_t, 256> points;  ///< 1/X
    alignas(64) std::array<std::uint8_t, 256> squares; ///< 1/X²
    alignas(64) std::array<std::uint8_t, 256> forney;  ///< X^(1 − first_root − P)
    alignas(64) std::array<std::uint8_t, 128> horner;  ///< [4 j + p]: x[j]^4
    alignas(
        64) std::array<std::uint8_t, 512> segment_powers; ///< [128 s + 4 j + p]: x[j]^(64(3−s)+3−p)
    std::array<std::uint8_t, 256> forney_log;             ///< log of X^(−first_root − P)
    /// [degree][place]: (1/X)^degree, split into its low and its high four bits.
    using Powers = std::array<std::array<std::uint8_t, 256>, kRsFastParity / 2 + 2>;
    Powers powers_low;
    Powers powers_high;

    std::span<const std::uint8_t> row(std::size_t slice, std::uint8_t byte) const {
        return {rows.data() + (slice * 256 + byte) * width, width};
    }
};

/// A block of `count` <= kRsMaxWords interleaved words: byte i of word k is bytes[i * stride + k].
struct RsBlock {
    const std::uint8_t* bytes;
    std::size_t length; ///< of one word
    std::size_t stride;
    std::size_t count;
};

using RsSyndromes = std::array<std::uint8_t, kRsMaxParity>;

/// What is to be added to a word to mend it, as a list. Kernels write beyond the end of the list.
struct RsErrors {
    int count;                            ///< 0: none within P/2 explain the syndromes
    std::array<std::uint8_t, 320> places; ///< indices of bytes of the word
    std::array<std::uint8_t, 320> values; ///< on the line
};

enum class RsAlignment : std::uint8_t { front, back };

struct RsKernel {
    /// The remainder of data(x)·x^P by the generator: the parity. `width` bytes a word.
    void (*remainders)(const RsTables& tables, const RsBlock& data, std::uint8_t* out);
    /// Syndromes of the words; bit k of the result is set when those of word k are not all zero.
    unsigned (*syndromes)(const RsTables& tables, const RsBlock& words, RsSyndromes* out);
    /// Finds the P/2 errors or fewer that explain the syndromes of each word k of `length` bytes
    /// for which bit k of `damaged` is set.
    void (*solve)(const RsTables& tables, const RsSyndromes* syndromes, unsigned damaged,
                  std::size_t length, RsErrors* errors);
    RsAlignment alignment; ///< of the frame that the syndromes are for
};

/// The same for one word of which some bytes are known to be doubtful: e of them leave room for
/// (P − e)/2 errors more. Right erasures are not counted.
void rs_solve_erasures(const RsTables& tables, const RsSyndromes& syndromes, RsAlignment alignment,
                       std::size_t length, std::span<const std::uint8_t> erasures,
                       RsErrors& errors);

std::span<const simd::Variant<const RsKernel*>> rs_variants();

} // namespace telemetry::fec
