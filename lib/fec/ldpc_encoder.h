// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/fec/ldpc_code.h"

namespace telemetry::fec {

/// Systematic encoder of a quasi-cyclic code.
///
/// Its generator matrix is quasi-cyclic too, so each block of it is one polynomial modulo
/// x^circulant + 1, and encoding is a sum of polynomial products. The polynomials are derived from
/// the parity-check matrix when the encoder is made (some 50 ms for the largest code, less than
/// one for the small ones): by elimination over the polynomials where a circulant is a power of two
/// (there every polynomial of odd weight has an inverse), over single bits for C2, whose matrix is
/// short of two ranks: its parity bits are the ones that table 7-2 of 131.0-B-5 chooses.
class LdpcEncoder {
public:
    explicit LdpcEncoder(const LdpcCode& code);

    const LdpcCode& code() const noexcept { return code_; }

    /// Both packed, first bit in the most significant place: k / 8 bytes into n / 8.
    void encode(std::span<const std::uint8_t> data, std::span<std::uint8_t> word) const;

    /// First row of a block of the generator matrix's parity part: bit t of the row is bit t mod 64
    /// of word t / 64.
    std::span<const std::uint64_t> generator(int data_block, int parity_block) const noexcept;
    int data_blocks() const noexcept { return data_blocks_; }
    int parity_blocks() const noexcept { return parity_blocks_; }

private:
    void eliminate_polynomials();
    void eliminate_bits();
    std::uint64_t* block(int data_block, int parity_block) noexcept;

    LdpcCode code_;
    int data_blocks_;
    int parity_blocks_; ///< that are sent
    std::size_t words_; ///< of a polynomial
    std::vector<std::uint64_t> generator_;
};

} // namespace telemetry::fec
