// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "telemetry/fec/reed_solomon_variants.h"

namespace telemetry::fec {
namespace {

using gf256::kTables;
using gf256::multiply;

using Polynomial = std::array<std::uint8_t, kRsMaxParity + 1>;

/// Division by the generator, four bytes a step: each byte of the sum of data and remainder brings
/// in its own remainder by table.
template <std::size_t kWidth>
void divide(const RsTables& tables, const std::uint8_t* bytes, std::size_t length,
            std::size_t stride, std::uint8_t* out) {
    std::array<std::uint8_t, kWidth + 4> rest{};
    for (; length % 4 != 0; --length, bytes += stride) {
        const auto row = tables.row(3, rest[0] ^ bytes[0]);
        for (std::size_t i = 0; i < kWidth; ++i)
            rest[i] = rest[i + 1] ^ row[i];
    }
    for (; length > 0; length -= 4, bytes += 4 * stride) {
        const std::uint8_t* row0 = tables.row(0, rest[0] ^ bytes[0]).data();
        const std::uint8_t* row1 = tables.row(1, rest[1] ^ bytes[stride]).data();
        const std::uint8_t* row2 = tables.row(2, rest[2] ^ bytes[2 * stride]).data();
        const std::uint8_t* row3 = tables.row(3, rest[3] ^ bytes[3 * stride]).data();
        std::array<std::uint8_t, kWidth> sum;
        for (std::size_t i = 0; i < kWidth; ++i)
            sum[i] = row0[i] ^ row1[i] ^ row2[i] ^ row3[i];
        for (std::size_t i = 0; i < kWidth; ++i)
            rest[i] = rest[i + 4] ^ sum[i];
    }
    std::memcpy(out, rest.data(), kWidth);
}

void remainders(const RsTables& tables, const RsBlock& data, std::uint8_t* out) {
    for (std::size_t k = 0; k < data.count; ++k, out += tables.width)
        (tables.width == 32 ? divide<32> : divide<64>)(tables, data.bytes + k, data.length,
                                                       data.stride, out);
}

unsigned syndromes(const RsTables& tables, const RsBlock& words, RsSyndromes* out) {
    const auto parity = static_cast<std::size_t>(tables.parity);
    const std::size_t data = words.length - parity;
    std::array<std::uint8_t, kRsMaxWords * kRsMaxParity> rests;
    remainders(tables, {words.bytes, data, words.stride, words.count}, rests.data());
    unsigned damaged = 0;
    for (std::size_t k = 0; k < words.count; ++k) {
        std::uint8_t* rest = rests.data() + k * tables.width;
        std::uint8_t any = 0;
        for (std::size_t i = 0; i < parity; ++i) {
            rest[i] ^= words.bytes[(data + i) * words.stride + k];
            any |= rest[i];
        }
        if (any == 0)
            continue;
        damaged |= 1U << k;
        out[k].fill(0);
        for (std::size_t i = 0; i < parity; ++i) {
            const std::uint8_t* low =
                tables.syndrome_rows.data() + (32 * i + (rest[i] & 15)) * tables.width;
            const std::uint8_t* high =
                tables.syndrome_rows.data() + (32 * i + 16 + (rest[i] >> 4)) * tables.width;
            for (std::size_t j = 0; j < tables.width; ++j)
                out[k][j] ^= low[j] ^ high[j];
        }
    }
    return damaged;
}

/// Massey's algorithm, going on from the locator of the erasures. Yields the order of `lambda`.
int berlekamp_massey(const Polynomial& syndrome, int count, int erased, Polynomial& lambda) {
    Polynomial previous = lambda;
    int order = erased;
    for (int r = erased; r < count; ++r) {
        std::uint8_t discrepancy = 0;
        for (int j = 0; j <= std::min(r, order); ++j)
            discrepancy ^= multiply(lambda[static_cast<std::size_t>(j)],
                                    syndrome[static_cast<std::size_t>(r - j)]);
        // previous ← x · previous
        std::copy_backward(previous.begin(), previous.end() - 1, previous.end());
        previous[0] = 0;
        if (discrepancy == 0)
            continue;
        const Polynomial before = lambda;
        for (std::size_t j = 0; j < lambda.size(); ++j)
            lambda[j] ^= multiply(discrepancy, previous[j]);
        if (2 * order <= r + erased) {
            order = r + 1 + erased - order;
            const std::uint8_t inverse = gf256::inverse(discrepancy);
            for (std::size_t j = 0; j < previous.size(); ++j)
                previous[j] = multiply(before[j], inverse);
        }
    }
    return order;
}

/// The value at each of the points beta^from, beta^(from + 1) ..., handed to `take` one by one
/// until it has enough. The logs of the terms are counted on.
template <class Take>
void evaluate(const Polynomial& polynomial, int degree, int log_beta, int from, int count,
              const Take& take) {
    std::array<int, kRsMaxParity + 1> logs;
    std::array<int, kRsMaxParity + 1> steps;
    int terms = 0;
    for (int j = 0; j <= degree; ++j)
        if (const std::uint8_t value = polynomial[static_cast<std::size_t>(j)]; value != 0) {
            const auto term = static_cast<std::size_t>(terms++);
            steps[term] = log_beta * j % 255;
            logs[term] = (kTables.log[value] + steps[term] * from) % 255;
        }
    for (int i = 0; i < count; ++i) {
        std::uint8_t sum = 0;
        for (std::size_t term = 0; term < static_cast<std::size_t>(terms); ++term) {
            sum ^= kTables.exp[static_cast<std::size_t>(logs[term])];
            logs[term] += steps[term];
            if (logs[term] >= 255)
                logs[term] -= 255;
        }
        if (!take(from + i, sum))
            return;
    }
}

void solve(const RsTables& tables, const RsSyndromes* received, unsigned damaged,
           std::size_t length, RsErrors* errors) {
    for (; damaged != 0; damaged &= damaged - 1) {
        const int k = std::countr_zero(damaged);
        rs_solve_erasures(tables, received[k], RsAlignment::back, length, {}, errors[k]);
    }
}

} // namespace

// Locator X of a place; Lambda(x) = product of (1 − X x), Omega = S·Lambda mod x^P; the value of an
// error is X^(1−first_root) · Omega(1/X) / Lambda'(1/X).
void rs_solve_erasures(const RsTables& tables, const RsSyndromes& received, RsAlignment alignment,
                       std::size_t length, std::span<const std::uint8_t> erasures,
                       RsErrors& errors) {
    errors.count = 0;
    const int count = tables.parity;
    const int erased = static_cast<int>(erasures.size());
    const std::size_t first = alignment == RsAlignment::front ? 0 : 256 - length;
    assert(erased <= count);
    Polynomial syndrome{};
    std::copy_n(received.begin(), count, syndrome.begin());

    Polynomial lambda{};
    lambda[0] = 1;
    for (int k = 0; k < erased; ++k) {
        const auto place = static_cast<int>(first + erasures[static_cast<std::size_t>(k)]);
        const std::uint8_t locator = gf256::power(tables.beta, 255 - place);
        for (auto j = static_cast<std::size_t>(k + 1); j > 0; --j)
            lambda[j] ^= multiply(lambda[j - 1], locator);
    }
    const int order = berlekamp_massey(syndrome, count, erased, lambda);
    int degree = 0;
    for (int j = 0; j <= count; ++j)
        if (lambda[static_cast<std::size_t>(j)])
            degree = j;
    if (degree == 0 || degree != order || 2 * degree - erased > count)
        return;

    // Chien search over the bytes that exist; a root elsewhere is in the virtual fill.
    std::array<int, kRsMaxParity> places;
    int found = 0;
    const int log_beta = kTables.log[tables.beta];
    evaluate(lambda, degree, log_beta, static_cast<int>(first), static_cast<int>(length),
             [&](int place, std::uint8_t value) {
                 if (value == 0)
                     places[static_cast<std::size_t>(found++)] = place;
                 return found < degree;
             });
    if (found != degree)
        return;

    Polynomial omega{};
    for (int i = 0; i < count; ++i)
        for (int j = 0; j <= std::min(i, degree); ++j)
            omega[static_cast<std::size_t>(i)] ^= multiply(
                syndrome[static_cast<std::size_t>(i - j)], lambda[static_cast<std::size_t>(j)]);
    Polynomial derivative{};
    for (std::size_t j = 1; j <= static_cast<std::size_t>(degree); j += 2)
        derivative[j - 1] = lambda[j];

    int corrected = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(found); ++k) {
        const int place = places[k];
        std::uint8_t numerator = 0;
        std::uint8_t denominator = 0;
        evaluate(omega, degree - 1, log_beta, place, 1, [&](int, std::uint8_t value) {
            numerator = value;
            return false;
        });
        evaluate(derivative, degree - 1, log_beta, place, 1, [&](int, std::uint8_t value) {
            denominator = value;
            return false;
        });
        if (denominator == 0)
            return;
        if (numerator == 0)
            continue; // an erasure that was right
        const int log =
            kTables.log[numerator] + 255 - kTables.log[denominator] +
            kTables.log[gf256::power(tables.beta, (255 - place) * (1 - tables.first_root))];
        const auto at = static_cast<std::size_t>(corrected);
        errors.places[at] = static_cast<std::uint8_t>(place - static_cast<int>(first));
        errors.values[at] = tables.exp_on_line[static_cast<std::size_t>(log)];
        ++corrected;
    }
    errors.count = corrected;
}

const RsKernel kRsGeneric = {remainders, syndromes, solve, RsAlignment::back};

} // namespace telemetry::fec
