// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/golay.h"

#include <array>
#include <bit>

namespace telemetry::fec {
namespace {

// Rows of B, symmetric and its own inverse: parity = B·data, data = B·parity.
constexpr std::array<std::uint16_t, 12> kB = {0x8ed, 0x1db, 0x3b5, 0x769, 0xed1, 0xda3,
                                              0xb47, 0x68f, 0xd1d, 0xa3b, 0x477, 0xffe};

constexpr unsigned multiply_b(unsigned word) {
    unsigned product = 0;
    for (const std::uint16_t row : kB)
        product = product << 1 | (std::popcount(row & word) & 1u);
    return product;
}

constexpr std::array<std::uint16_t, 4096> make_parity() {
    std::array<std::uint16_t, 4096> parity{};
    // Linear: each word from one with a bit less.
    for (int bit = 0; bit < 12; ++bit)
        parity[1u << bit] = static_cast<std::uint16_t>(multiply_b(1u << bit));
    for (unsigned word = 1; word < 4096; ++word)
        parity[word] = parity[word & (word - 1)] ^ parity[word & (~word + 1)];
    return parity;
}
constexpr auto kParity = make_parity();

} // namespace

std::uint32_t golay24_encode(unsigned data) {
    data &= 0xfff;
    return static_cast<std::uint32_t>(kParity[data]) << 12 | data;
}

// With error (e_p, e_d) the syndrome is e_p + B·e_d. At most three errors leave at most one in one
// of the halves, so either e_d or e_p is 0 or a single bit once the halves are tried in turn.
GolayWord golay24_decode(std::uint32_t word) noexcept {
    const unsigned data = word & 0xfff;
    const unsigned parity = word >> 12 & 0xfff;
    const unsigned syndrome = kParity[data] ^ parity;
    if (std::popcount(syndrome) <= 3)
        return {true, data, std::popcount(syndrome)};
    for (int bit = 0; bit < 12; ++bit) {
        const unsigned rest = syndrome ^ kParity[1u << bit];
        if (std::popcount(rest) <= 2)
            return {true, data ^ 1u << bit, 1 + std::popcount(rest)};
    }
    const unsigned swapped = kParity[syndrome];
    if (std::popcount(swapped) <= 3)
        return {true, data ^ swapped, std::popcount(swapped)};
    for (int bit = 0; bit < 12; ++bit) {
        const unsigned rest = swapped ^ kParity[1u << bit];
        if (std::popcount(rest) <= 2)
            return {true, data ^ rest, 1 + std::popcount(rest)};
    }
    return {};
}

GolayWord golay24_decode_soft(std::span<const std::int8_t, 24> symbols) noexcept {
    // Correlation of every 12-bit half with every pattern, built up bit by bit from one with a bit
    // less; then the sum over the 4096 pairs (parity, data) that are code words.
    std::array<std::int16_t, 4096> parity_sum;
    std::array<std::int16_t, 4096> data_sum;
    int parity_all = 0;
    int data_all = 0;
    unsigned received = 0;
    for (int i = 0; i < 12; ++i) {
        parity_all += symbols[i];
        data_all += symbols[12 + i];
    }
    for (int i = 0; i < 24; ++i)
        received = received << 1 | (symbols[i] > 0);
    parity_sum[0] = static_cast<std::int16_t>(-parity_all);
    data_sum[0] = static_cast<std::int16_t>(-data_all);
    for (unsigned word = 1; word < 4096; ++word) {
        const int bit = std::countr_zero(word);
        const unsigned less = word & (word - 1);
        parity_sum[word] = static_cast<std::int16_t>(parity_sum[less] + 2 * symbols[11 - bit]);
        data_sum[word] = static_cast<std::int16_t>(data_sum[less] + 2 * symbols[23 - bit]);
    }
    unsigned best = 0;
    int best_sum = -32768;
    for (unsigned data = 0; data < 4096; ++data) {
        const int sum = data_sum[data] + parity_sum[kParity[data]];
        if (sum > best_sum) {
            best_sum = sum;
            best = data;
        }
    }
    return {true, best, std::popcount(received ^ golay24_encode(best))};
}

} // namespace telemetry::fec
