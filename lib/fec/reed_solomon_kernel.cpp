// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/reed_solomon_kernel.h"

#include <algorithm>

#include "telemetry/fec/reed_solomon.h"
#include "telemetry/fec/reed_solomon_variants.h"

namespace telemetry::fec {
namespace {

// The matrix of CCSDS 131.0-B-5 annex F from conventional to dual basis: image of each bit, the
// lowest first.
constexpr gf256::BitMatrix kToDual = {0x7b, 0xaf, 0x99, 0xfa, 0x86, 0xec, 0xef, 0x8d};

constexpr simd::Variant<const RsKernel*> kVariants[] = {
    {simd::Level::generic, &kRsGeneric},
#if defined(__x86_64__)
    {simd::Level::avx2, &kRsAvx2},
    {simd::Level::avx512icl, &kRsGfni},
#endif
};

} // namespace

RsTables::RsTables(const ReedSolomonCode& code)
    : parity(code.parity), first_root(code.first_root),
      width(code.parity <= kRsFastParity ? 32 : 64) {
    using gf256::multiply;
    using gf256::power;
    const std::uint8_t alpha = gf256::root_of(code.field);
    beta = power(alpha, code.root_step);
    const auto count = static_cast<std::size_t>(parity);

    std::array<std::uint8_t, 256> from_line{};
    std::array<std::uint8_t, 256> to_line{};
    for (unsigned bit = 0; bit < 8; ++bit)
        for (unsigned value = 0; value < 256; ++value)
            if (value >> bit & 1)
                from_line[value] ^= power(alpha, static_cast<int>(bit)); // conventional so far
    for (unsigned value = 0; value < 256; ++value) {
        const auto byte = static_cast<std::uint8_t>(value);
        to_line[from_line[value]] =
            code.basis == RsBasis::dual ? gf256::apply(kToDual, byte) : byte;
    }
    for (unsigned value = 0; value < 256; ++value)
        from_line[to_line[value]] = static_cast<std::uint8_t>(value);
    for (unsigned bit = 0; bit < 8; ++bit) {
        to_field[bit] = from_line[1U << bit];
        from_field[bit] = to_line[1U << bit];
    }
    for (std::size_t n = 0; n < exp_on_line.size(); ++n)
        exp_on_line[n] = to_line[gf256::kTables.exp[n % 255]];

    std::vector<std::uint8_t> roots(count);
    for (int j = 0; j < parity; ++j)
        roots[static_cast<std::size_t>(j)] = power(beta, first_root + j);

    // generator = product of (x − root), lowest power first
    std::vector<std::uint8_t> generator(count + 1);
    generator[0] = 1;
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = i + 1; j > 0; --j)
            generator[j] = generator[j - 1] ^ multiply(generator[j], roots[i]);
        generator[0] = multiply(generator[0], roots[i]);
    }
    rows.resize(std::size_t{4} * 256 * width);
    for (std::size_t slice = 4; slice-- > 0;)
        for (std::size_t byte = 0; byte < 256; ++byte)
            for (std::size_t i = 0; i < count; ++i) {
                std::uint8_t& here = rows[(slice * 256 + byte) * width + i];
                if (slice == 3) {
                    here = to_line[multiply(from_line[byte], generator[count - 1 - i])];
                } else { // times x
                    const auto before = row(slice + 1, static_cast<std::uint8_t>(byte));
                    here = row(3, before[0])[i] ^ (i + 1 < count ? before[i + 1] : 0);
                }
            }

    syndrome_rows.resize(count * 32 * width);
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t nibble = 0; nibble < 32; ++nibble)
            for (std::size_t j = 0; j < count; ++j)
                syndrome_rows[(i * 32 + nibble) * width + j] =
                    multiply(from_line[nibble < 16 ? nibble : (nibble - 16) << 4],
                             power(roots[j], parity - 1 - static_cast<int>(i)));

    for (int i = 0; i < 256; ++i) {
        const auto place = static_cast<std::size_t>(i);
        points[place] = power(beta, i);
        squares[place] = power(beta, 2 * i);
        forney[place] = power(beta, i * (first_root + parity - 1));
        forney_log[place] =
            static_cast<std::uint8_t>(gf256::kTables.log[power(beta, i * (first_root + parity))]);
        for (std::size_t degree = 0; degree < powers_low.size(); ++degree) {
            const std::uint8_t value = power(beta, static_cast<int>(degree) * i);
            powers_low[degree][place] = value & 15;
            powers_high[degree][place] = value >> 4;
        }
    }
    horner.fill(0);
    segment_powers.fill(0);
    for (std::size_t j = 0; j < std::min<std::size_t>(count, kRsFastParity); ++j)
        for (std::size_t p = 0; p < 4; ++p) {
            horner[4 * j + p] = power(roots[j], 4);
            for (std::size_t s = 0; s < 4; ++s)
                segment_powers[128 * s + 4 * j + p] =
                    power(roots[j], static_cast<int>(64 * (3 - s) + 3 - p));
        }
}

std::span<const simd::Variant<const RsKernel*>> rs_variants() {
    return kVariants;
}

} // namespace telemetry::fec
