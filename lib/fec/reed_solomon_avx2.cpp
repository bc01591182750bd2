// SPDX-License-Identifier: GPL-3.0-or-later
// AVX2: 32 products by one and the same factor, by looking up both halves of each byte.
#include <algorithm>
#include <bit>
#include <cstring>

#include "telemetry/fec/reed_solomon_variants.h"
#include "telemetry/simd/x86.h"

#if defined(__x86_64__)
namespace telemetry::fec {
namespace {

#define TELEMETRY_TARGET_AVX2 [[gnu::target("avx2,bmi,bmi2")]]

using gf256::kTables;

/// [factor]: its products with 0…15, then with 0x00, 0x10…0xf0.
constexpr auto make_nibbles() {
    std::array<std::array<std::uint8_t, 32>, 256> nibbles{};
    for (unsigned factor = 0; factor < 256; ++factor)
        for (unsigned i = 0; i < 32; ++i)
            nibbles[factor][i] =
                gf256::multiply(static_cast<std::uint8_t>(factor),
                                static_cast<std::uint8_t>(i < 16 ? i : (i - 16) << 4));
    return nibbles;
}
alignas(32) constexpr auto kNibbles = make_nibbles();

TELEMETRY_TARGET_AVX2 inline __m256i load(const std::uint8_t* bytes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
}

TELEMETRY_TARGET_AVX2 inline void store(std::uint8_t* bytes, __m256i value) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(bytes), value);
}

TELEMETRY_TARGET_AVX2 inline __m256i load_twice(const std::uint8_t* bytes) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)));
}

struct Halves {
    __m256i low;
    __m256i high;
};

TELEMETRY_TARGET_AVX2 inline Halves split(__m256i value) {
    const __m256i mask = _mm256_set1_epi8(15);
    return {_mm256_and_si256(value, mask), _mm256_and_si256(_mm256_srli_epi16(value, 4), mask)};
}

/// One factor of many products.
struct Factor {
    __m256i low;
    __m256i high;
};

TELEMETRY_TARGET_AVX2 inline Factor factor(std::uint8_t value) {
    const std::uint8_t* nibbles = kNibbles[value].data();
    return {load_twice(nibbles), load_twice(nibbles + 16)};
}

TELEMETRY_TARGET_AVX2 inline __m256i product(Halves value, Factor by) {
    return _mm256_xor_si256(_mm256_shuffle_epi8(by.low, value.low),
                            _mm256_shuffle_epi8(by.high, value.high));
}

/// Division by the generator, four bytes a step, several words side by side to cover the time that
/// the way from remainder to table and back takes.
template <int kWords>
TELEMETRY_TARGET_AVX2 void divide(const RsTables& tables, const std::uint8_t* bytes,
                                  std::size_t length, std::size_t stride, std::uint8_t* out) {
    const std::uint8_t* rows = tables.rows.data();
    const __m256i down = _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 7);
    const __m256i zero = _mm256_setzero_si256();
    const std::size_t head = length % 4;
    __m256i rest[kWords];
    for (int k = 0; k < kWords; ++k) {
        // The first bytes, with zeros in front.
        std::uint32_t four = 0;
        for (std::size_t i = 0; i < head; ++i)
            four |= std::uint32_t{bytes[i * stride + static_cast<std::size_t>(k)]}
                    << (8 * (4 - head + i));
        rest[k] = zero;
        for (std::size_t m = 0; m < 4; ++m)
            rest[k] =
                _mm256_xor_si256(rest[k], load(rows + (256 * m + (four >> (8 * m) & 0xff)) * 32));
    }
    bytes += head * stride;
    for (std::size_t left = length / 4; left > 0; --left, bytes += 4 * stride)
        for (int k = 0; k < kWords; ++k) {
            const auto top =
                static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm256_castsi256_si128(rest[k])));
            const std::uint8_t* at = bytes + k;
            const __m256i moved =
                _mm256_blend_epi32(_mm256_permutevar8x32_epi32(rest[k], down), zero, 0x80);
            const __m256i row0 = load(rows + ((top & 0xff) ^ at[0]) * std::size_t{32});
            const __m256i row1 =
                load(rows + (256 + ((top >> 8 & 0xff) ^ at[stride])) * std::size_t{32});
            const __m256i row2 =
                load(rows + (512 + ((top >> 16 & 0xff) ^ at[2 * stride])) * std::size_t{32});
            const __m256i row3 =
                load(rows + (768 + (top >> 24 ^ at[3 * stride])) * std::size_t{32});
            rest[k] = _mm256_xor_si256(moved, _mm256_xor_si256(_mm256_xor_si256(row0, row1),
                                                               _mm256_xor_si256(row2, row3)));
        }
    for (int k = 0; k < kWords; ++k)
        store(out + 32 * k, rest[k]);
}

TELEMETRY_TARGET_AVX2 unsigned syndromes(const RsTables& tables, const RsBlock& words,
                                         RsSyndromes* out) {
    const auto parity = static_cast<std::size_t>(tables.parity);
    const std::size_t data = words.length - parity;
    std::array<std::uint8_t, kRsMaxWords * 32> rests;
    rs_remainders_avx2(tables, {words.bytes, data, words.stride, words.count}, rests.data());
    unsigned damaged = 0;
    for (std::size_t k = 0; k < words.count; ++k) {
        std::array<std::uint8_t, 32> check{};
        const std::uint8_t* from = words.bytes + data * words.stride + k;
        for (std::size_t i = 0; i < parity; ++i)
            check[i] = from[i * words.stride];
        const __m256i rest = _mm256_xor_si256(load(rests.data() + 32 * k), load(check.data()));
        if (_mm256_testz_si256(rest, rest))
            continue;
        damaged |= 1U << k;
        store(check.data(), rest);
        __m256i sum = _mm256_setzero_si256();
        __m256i other = _mm256_setzero_si256();
        const std::uint8_t* rows = tables.syndrome_rows.data();
        for (std::size_t i = 0; i < parity; ++i, rows += std::size_t{32} * 32) {
            sum = _mm256_xor_si256(sum, load(rows + (check[i] & 15) * 32));
            other = _mm256_xor_si256(other, load(rows + (16 + (check[i] >> 4)) * 32));
        }
        store(out[k].data(), _mm256_xor_si256(sum, other));
    }
    return damaged;
}

/// Two vectors of cells, moved down by one.
struct Cells {
    __m256i low;
    __m256i high;
};

TELEMETRY_TARGET_AVX2 inline Cells moved_down(Cells cells) {
    const __m256i middle = _mm256_permute2x128_si256(cells.low, cells.high, 0x21);
    const __m256i top = _mm256_permute2x128_si256(cells.high, cells.high, 0x81);
    return {_mm256_alignr_epi8(middle, cells.low, 1), _mm256_alignr_epi8(top, cells.high, 1)};
}

struct Locator {
    int order;
    alignas(32) std::array<std::uint8_t, 64> cells;
};

/// As in the GFNI kernel, where the algorithm is written down.
template <int kWords>
TELEMETRY_TARGET_AVX2 void locate(int count, const RsSyndromes* const* received, Locator* out) {
    Cells delta[kWords];
    Cells theta[kWords];
    std::uint8_t gamma[kWords];
    int k[kWords];
    for (int w = 0; w < kWords; ++w) {
        auto& cells = out[w].cells;
        cells.fill(0);
        std::memcpy(cells.data(), received[w]->data(), static_cast<std::size_t>(count));
        cells[static_cast<std::size_t>(count + count / 2)] = 1;
        delta[w] = theta[w] = {load(cells.data()), load(cells.data() + 32)};
        gamma[w] = 1;
        k[w] = 0;
    }
    int r = 0;
    for (; r < count; ++r) {
        std::uint32_t ahead = 0;
        for (int w = 0; w < kWords; ++w)
            ahead |= ~static_cast<std::uint32_t>(
                _mm256_movemask_epi8(_mm256_cmpeq_epi8(delta[w].low, _mm256_setzero_si256())));
        if (ahead << r << (32 - count) == 0) // all discrepancies to come
            break;
        for (int w = 0; w < kWords; ++w) {
            const auto first =
                static_cast<std::uint8_t>(_mm_cvtsi128_si32(_mm256_castsi256_si128(delta[w].low)));
            const Factor by_first = factor(first);
            const Factor by_gamma = factor(gamma[w]);
            const Cells moved = moved_down(delta[w]);
            delta[w].low = _mm256_xor_si256(product(split(moved.low), by_gamma),
                                            product(split(theta[w].low), by_first));
            delta[w].high = _mm256_xor_si256(product(split(moved.high), by_gamma),
                                             product(split(theta[w].high), by_first));
            if (first != 0 && k[w] >= 0) {
                theta[w] = moved;
                gamma[w] = first;
                k[w] = -k[w] - 1;
            } else {
                ++k[w];
            }
        }
    }
    const auto left = static_cast<std::size_t>(count - r);
    for (int w = 0; w < kWords; ++w) {
        std::uint8_t* cells = out[w].cells.data();
        store(cells, delta[w].low);
        store(cells + 32, delta[w].high);
        std::memmove(cells, cells + left, 64 - left);
        out[w].order = (r - k[w]) / 2;
    }
}

// Lambda's even and odd part and Omega_h at all places, a degree at a time.
TELEMETRY_TARGET_AVX2 void correct(const RsTables& tables, const Locator& locator,
                                   std::size_t length, RsErrors& errors) {
    const int order = locator.order;
    const auto& cells = locator.cells;
    errors.count = 0;
    if (2 * order > tables.parity || order == 0)
        return;
    const std::uint8_t* lambda = cells.data() + tables.parity / 2;
    std::array<std::uint8_t, kRsFastParity / 2 + 2> evaluator{}; // Omega_h and zeros
    std::copy_n(cells.begin(), order, evaluator.begin());
    const std::size_t first = 256 - length;
    alignas(32) std::array<std::uint8_t, 256> numerators;
    alignas(32) std::array<std::uint8_t, 256> denominators; // Lambda'/X
    std::array<std::uint64_t, 4> roots{};
    int found = 0;
    for (std::size_t place = first & ~std::size_t{63}; place < 256; place += 64) {
        __m256i even[2];
        __m256i odd[2];
        __m256i omega[2];
        for (int v = 0; v < 2; ++v) {
            even[v] = _mm256_set1_epi8(static_cast<char>(lambda[0]));
            odd[v] = _mm256_setzero_si256();
            omega[v] = _mm256_set1_epi8(static_cast<char>(evaluator[0]));
        }
        for (int degree = 1; degree <= order; degree += 2) {
            const auto power = static_cast<std::size_t>(degree);
            const Factor lambda1 = factor(lambda[degree]);
            const Factor lambda2 = factor(lambda[degree + 1]);
            const Factor omega1 = factor(evaluator[power]);
            const Factor omega2 = factor(evaluator[power + 1]);
            for (int v = 0; v < 2; ++v) {
                const std::size_t at = place + 32 * static_cast<std::size_t>(v);
                const Halves power1 = {load(tables.powers_low[power].data() + at),
                                       load(tables.powers_high[power].data() + at)};
                const Halves power2 = {load(tables.powers_low[power + 1].data() + at),
                                       load(tables.powers_high[power + 1].data() + at)};
                odd[v] = _mm256_xor_si256(odd[v], product(power1, lambda1));
                even[v] = _mm256_xor_si256(even[v], product(power2, lambda2));
                omega[v] = _mm256_xor_si256(omega[v], product(power1, omega1));
                omega[v] = _mm256_xor_si256(omega[v], product(power2, omega2));
            }
        }
        for (int v = 0; v < 2; ++v) {
            const std::size_t at = place + 32 * static_cast<std::size_t>(v);
            store(numerators.data() + at, omega[v]);
            store(denominators.data() + at, odd[v]);
            roots[at / 64] |= std::uint64_t{static_cast<std::uint32_t>(
                                  _mm256_movemask_epi8(_mm256_cmpeq_epi8(even[v], odd[v])))}
                              << (at % 64);
        }
        if (place < first)
            roots[place / 64] &= ~std::uint64_t{0} << (first - place);
        found += std::popcount(roots[place / 64]);
    }
    if (found != order)
        return;
    errors.count = order;
    std::size_t made = 0;
    for (std::size_t part = 0; part < 4; ++part)
        for (std::uint64_t left = roots[part]; left != 0; left &= left - 1) {
            const std::size_t place = 64 * part + static_cast<std::size_t>(std::countr_zero(left));
            const std::size_t log = kTables.log[numerators[place]] + std::size_t{255} -
                                    kTables.log[denominators[place]] + tables.forney_log[place];
            errors.places[made] = static_cast<std::uint8_t>(place - first);
            errors.values[made++] = tables.exp_on_line[log];
        }
}

TELEMETRY_TARGET_AVX2 void solve(const RsTables& tables, const RsSyndromes* received,
                                 unsigned damaged, std::size_t length, RsErrors* errors) {
    while (damaged != 0) {
        std::array<const RsSyndromes*, 3> from;
        std::array<RsErrors*, 3> to;
        std::array<Locator, 3> locators;
        std::size_t count = 0;
        for (; damaged != 0 && count < 3; damaged &= damaged - 1, ++count) {
            from[count] = received + std::countr_zero(damaged);
            to[count] = errors + std::countr_zero(damaged);
        }
        (count == 3   ? locate<3>
         : count == 2 ? locate<2>
                      : locate<1>)(tables.parity, from.data(), locators.data());
        for (std::size_t i = 0; i < count; ++i)
            correct(tables, locators[i], length, *to[i]);
    }
}

} // namespace

TELEMETRY_TARGET_AVX2 void rs_remainders_avx2(const RsTables& tables, const RsBlock& data,
                                              std::uint8_t* out) {
    const std::uint8_t* bytes = data.bytes;
    for (std::size_t left = data.count; left > 0;) {
        const std::size_t words = left > 5 ? 4 : left;
        switch (words) {
        case 5:
            divide<5>(tables, bytes, data.length, data.stride, out);
            break;
        case 4:
            divide<4>(tables, bytes, data.length, data.stride, out);
            break;
        case 3:
            divide<3>(tables, bytes, data.length, data.stride, out);
            break;
        case 2:
            divide<2>(tables, bytes, data.length, data.stride, out);
            break;
        default:
            divide<1>(tables, bytes, data.length, data.stride, out);
        }
        bytes += words;
        out += 32 * words;
        left -= words;
    }
}

const RsKernel kRsAvx2 = {rs_remainders_avx2, syndromes, solve, RsAlignment::back};

} // namespace telemetry::fec
#endif
