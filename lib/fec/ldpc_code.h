// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace telemetry::fec {

/// Which standard's matrices a code is built from.
enum class LdpcFamily : std::uint8_t {
    ar4ja,       ///< CCSDS 131.0-B-5 section 7.4: deep space, last block columns not sent
    c2,          ///< CCSDS 131.0-B-5 section 7.3: near Earth, rate 7/8
    telecommand, ///< CCSDS 231.0-B-4 section 4: uplink
};

/// A quasi-cyclic low-density parity-check code: its parity-check matrix is a grid of square
/// blocks, each a sum of rotated identity matrices.
///
/// The variables, one column each, are in this order: fill_bits zeros that are not sent, the k
/// information bits and the parity bits that are sent, `punctured` bits that are not. What is sent
/// ends with `padding` zeros that carry nothing.
struct LdpcCode {
    std::string_view name;
    LdpcFamily family;
    int n;             ///< symbols sent; a multiple of 8
    int k;             ///< information bits; a multiple of 8
    int circulant;     ///< rows and columns of a block
    int block_rows;    ///< of the parity-check matrix
    int block_columns; ///< of it: variables / circulant
    int fill_bits = 0;
    int padding = 0;
    int punctured = 0;

    constexpr int variables() const { return block_columns * circulant; }
    constexpr int checks() const { return block_rows * circulant; }
};

namespace detail {
constexpr LdpcCode ar4ja(std::string_view name, int k, int m, int columns) {
    const LdpcFamily family = LdpcFamily::ar4ja;
    return {name, family, (columns - 1) * m, k, m / 4, 12, 4 * columns, 0, 0, m};
}
} // namespace detail

/// Every code this library knows. AR4JA names tell rate and k, the others n.
inline constexpr std::array<LdpcCode, 12> kLdpcCodes = {{
    detail::ar4ja("ar4ja-1/2-1024", 1024, 512, 5),
    detail::ar4ja("ar4ja-1/2-4096", 4096, 2048, 5),
    detail::ar4ja("ar4ja-1/2-16384", 16384, 8192, 5),
    detail::ar4ja("ar4ja-2/3-1024", 1024, 256, 7),
    detail::ar4ja("ar4ja-2/3-4096", 4096, 1024, 7),
    detail::ar4ja("ar4ja-2/3-16384", 16384, 4096, 7),
    detail::ar4ja("ar4ja-4/5-1024", 1024, 128, 11),
    detail::ar4ja("ar4ja-4/5-4096", 4096, 512, 11),
    detail::ar4ja("ar4ja-4/5-16384", 16384, 2048, 11),
    {"c2-8160", LdpcFamily::c2, 8160, 7136, 511, 2, 16, 18, 2, 0},
    {"tc-128", LdpcFamily::telecommand, 128, 64, 16, 4, 8},
    {"tc-512", LdpcFamily::telecommand, 512, 256, 64, 4, 8},
}};

/// The code of that name, or nullptr.
constexpr const LdpcCode* find_ldpc_code(std::string_view name) {
    for (const LdpcCode& code : kLdpcCodes)
        if (code.name == name)
            return &code;
    return nullptr;
}

/// One rotated identity matrix: in block (row, column), row r has its one in column
/// (r + shift) mod circulant.
struct LdpcCirculant {
    int row;
    int column;
    int shift;
};

/// The parity-check matrix, sorted by row, then column, then shift.
std::vector<LdpcCirculant> ldpc_matrix(const LdpcCode& code);

} // namespace telemetry::fec
