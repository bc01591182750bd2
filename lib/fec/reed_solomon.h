// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "telemetry/fec/outcome.h"
#include "telemetry/fec/reed_solomon_kernel.h"

namespace telemetry::fec {

/// How a field element is written as a byte (CCSDS 131.0-B-5 section 4.3.9, annex F).
enum class RsBasis : std::uint8_t { conventional, dual };

/// A Reed-Solomon code over GF(256), code words of up to 255 bytes.
struct ReedSolomonCode {
    unsigned field; ///< primitive polynomial with its leading term: 0x187
    int first_root; ///< the generator's roots are beta^(first_root + i), i < parity
    int root_step;  ///< beta = alpha^root_step; prime to 255
    int parity;     ///< bytes; half as many errors are corrected
    RsBasis basis = RsBasis::conventional;
};

/// CCSDS 131.0-B-5 section 4: (255,223), E = 16, and (255,239), E = 8.
inline constexpr ReedSolomonCode kRs223Conventional{0x187, 112, 11, 32, RsBasis::conventional};
inline constexpr ReedSolomonCode kRs223Dual{0x187, 112, 11, 32, RsBasis::dual};
inline constexpr ReedSolomonCode kRs239Conventional{0x187, 120, 11, 16, RsBasis::conventional};
inline constexpr ReedSolomonCode kRs239Dual{0x187, 120, 11, 16, RsBasis::dual};

/// Encoder and errors-and-erasures decoder (Berlekamp-Massey, Chien, Forney) of one code, full or
/// shortened: a word of fewer than 255 bytes stands for one with zeros in front (virtual fill).
/// A correction that would fall into the virtual fill shows that the word is beyond repair.
///
/// Most words are clean, and syndromes tell; so these are what must be quick. Every kernel corrects
/// exactly the words that have a code word within half the parity, so all give the same result.
class ReedSolomon {
public:
    static constexpr int kMaxLength = 255;
    static constexpr int kMaxParity = kRsMaxParity;

    explicit ReedSolomon(const ReedSolomonCode& code, simd::Level level = simd::chosen_level());

    int parity() const noexcept { return tables_->parity; }

    /// `parity` has parity() bytes; `data` at most 255 − parity().
    void encode(std::span<const std::uint8_t> data, std::span<std::uint8_t> parity) const noexcept;

    /// Mends `word` (data, then parity) in place; leaves it as it was when not valid.
    /// `erasures` are indices into `word`, each once: with e of them, (parity − e)/2 errors more.
    FecOutcome decode(std::span<std::uint8_t> word,
                      std::span<const std::uint8_t> erasures = {}) const noexcept;

private:
    friend class InterleavedReedSolomon;

    std::shared_ptr<const RsTables> tables_;
    const RsKernel* kernel_;
};

/// Interleaving of CCSDS 131.0-B-5 section 4.3.5: byte i of the block belongs to code word i mod
/// depth, data and parity alike. Shortened when the block is shorter than depth × 255 bytes.
class InterleavedReedSolomon {
public:
    static constexpr std::size_t kMaxDepth = 16;

    InterleavedReedSolomon(const ReedSolomonCode& code, int depth,
                           simd::Level level = simd::chosen_level());

    int depth() const noexcept { return depth_; }
    int parity() const noexcept { return depth_ * code_.parity(); }

    /// `data.size()` a multiple of depth(), at most depth() × (255 − parity of one word).
    void encode(std::span<const std::uint8_t> data, std::span<std::uint8_t> parity) const noexcept;

    /// Valid when every word is. Mends in place those words that it can.
    FecOutcome decode(std::span<std::uint8_t> block) const noexcept;

    /// The same, and tells of each word. `words` has depth() elements.
    FecOutcome decode(std::span<std::uint8_t> block, std::span<FecOutcome> words) const noexcept;

    const ReedSolomon& code() const noexcept { return code_; }

private:
    ReedSolomon code_;
    int depth_;
};

} // namespace telemetry::fec
