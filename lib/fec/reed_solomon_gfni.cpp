// SPDX-License-Identifier: GPL-3.0-or-later
// AVX-512 with GFNI, whose multiplication is that of gf256: 64 products an instruction.
#include "telemetry/fec/reed_solomon_variants.h"
#include "telemetry/simd/x86.h"

#if defined(__x86_64__)
#include <bit>
#include <cstring>

namespace telemetry::fec {
namespace {

#define TELEMETRY_TARGET_GFNI                                                                      \
    [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2,gfni,avx2,bmi,"       \
                  "bmi2")]]

constexpr long long kIdentity = 0x0102040810204080;

/// Byte t of a word is byte t·I of its interleaved block: which byte of the m-th vector of 64.
struct Stride {
    alignas(64) std::array<std::array<std::uint8_t, 64>, kRsMaxWords> index{};
    std::array<std::uint64_t, kRsMaxWords> mask{};
};

constexpr std::array<Stride, kRsMaxWords + 1> make_strides() {
    std::array<Stride, kRsMaxWords + 1> strides{};
    for (std::size_t stride = 1; stride <= kRsMaxWords; ++stride)
        for (std::size_t t = 0; t < 64; ++t) {
            strides[stride].index[t * stride / 64][t] = static_cast<std::uint8_t>(t * stride % 64);
            strides[stride].mask[t * stride / 64] |= std::uint64_t{1} << t;
        }
    return strides;
}
constexpr auto kStrides = make_strides();

struct Frame {
    alignas(64) std::array<std::uint8_t, 256> places;
};

TELEMETRY_TARGET_GFNI inline __m512i load(const std::uint8_t* bytes) {
    return _mm512_loadu_si512(bytes);
}

TELEMETRY_TARGET_GFNI inline __m512i broadcast4(const std::uint8_t* bytes) {
    int four = 0;
    std::memcpy(&four, bytes, sizeof four);
    return _mm512_set1_epi32(four);
}

TELEMETRY_TARGET_GFNI inline __m512i product(__m512i a, __m512i b) {
    return _mm512_gf2p8mul_epi8(a, b);
}

TELEMETRY_TARGET_GFNI inline __m512i affine_matrix(const gf256::BitMatrix& matrix) {
    return _mm512_set1_epi64(static_cast<long long>(gf256::affine_operand(matrix)));
}

TELEMETRY_TARGET_GFNI inline std::uint64_t first_bits(std::size_t count) {
    return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

/// Words side by side out of the block, as field elements, each at the front of its frame.
template <std::size_t kStride>
TELEMETRY_TARGET_GFNI void gather(__m512i to_field, const RsBlock& words, Frame* frames) {
    const Stride& stride = kStrides[kStride];
    const std::size_t total = words.length * kStride;
    for (std::size_t k = 0; k < words.count; ++k)
        for (std::size_t place = 0; place < words.length; place += 64) {
            __m512i word = _mm512_setzero_si512();
            for (std::size_t m = 0; m < kStride; ++m) {
                const std::size_t at = place * kStride + 64 * m + k;
                if (at >= total)
                    break;
                const __m512i line =
                    at + 64 <= total
                        ? load(words.bytes + at)
                        : _mm512_maskz_loadu_epi8(first_bits(total - at), words.bytes + at);
                if constexpr (kStride == 1)
                    word = line;
                else
                    word = _mm512_mask_permutexvar_epi8(word, stride.mask[m],
                                                        load(stride.index[m].data()), line);
            }
            _mm512_store_si512(frames[k].places.data() + place,
                               _mm512_gf2p8affine_epi64_epi8(word, to_field, 0));
        }
}

TELEMETRY_TARGET_GFNI void gather_any(const RsTables& tables, const RsBlock& words, Frame* frames) {
    const __m512i to_field = affine_matrix(tables.to_field);
    switch (words.stride) {
    case 1:
        return gather<1>(to_field, words, frames);
    case 2:
        return gather<2>(to_field, words, frames);
    case 3:
        return gather<3>(to_field, words, frames);
    case 4:
        return gather<4>(to_field, words, frames);
    case 5:
        return gather<5>(to_field, words, frames);
    case 8:
        return gather<8>(to_field, words, frames);
    default:
        for (std::size_t k = 0; k < words.count; ++k) {
            Frame line{};
            for (std::size_t i = 0; i < words.length; ++i)
                line.places[i] = words.bytes[i * words.stride + k];
            gather<1>(to_field, {line.places.data(), words.length, 1, 1}, frames + k);
        }
    }
}

// Four neighbouring bytes are broadcast to all lanes of 32 bits, each of which evaluates for one
// root: lane 4 j + p sums up the bytes 4 t + p by Horner's rule with x[j]^4. Segments of 64 bytes
// run side by side; their powers and those of p come in at the end.
//
//     for t: for each segment s, lane: sum[s] = sum[s]·x[j]^4 + byte[64 s + 4 t + p]
//     S[j] = sum over s, p of sum[s][4 j + p]·x[j]^(64 (3 − s) + 3 − p)
template <int kGroups, int kSegments>
TELEMETRY_TARGET_GFNI bool word_syndromes(const RsTables& tables, const Frame& frame,
                                          RsSyndromes& out) {
    const std::uint8_t* places = frame.places.data();
    __m512i by[kGroups];
    __m512i sum[kSegments][kGroups];
    for (int g = 0; g < kGroups; ++g)
        by[g] = load(tables.horner.data() + 64 * g);
    for (int s = 0; s < kSegments; ++s)
        for (int g = 0; g < kGroups; ++g)
            sum[s][g] = broadcast4(places + 64 * s);
    for (int t = 1; t < 16; ++t)
        for (int s = 0; s < kSegments; ++s) {
            const __m512i four = broadcast4(places + 64 * s + 4 * t);
            for (int g = 0; g < kGroups; ++g)
                sum[s][g] = _mm512_xor_si512(product(sum[s][g], by[g]), four);
        }
    __m512i any = _mm512_setzero_si512();
    for (int g = 0; g < kGroups; ++g) {
        __m512i all = _mm512_setzero_si512();
        for (int s = 0; s < kSegments; ++s)
            all = _mm512_xor_si512(
                all, product(sum[s][g], load(tables.segment_powers.data() + 128 * s + 64 * g)));
        all = _mm512_xor_si512(all, _mm512_srli_epi32(all, 16));
        all = _mm512_xor_si512(all, _mm512_srli_epi32(all, 8));
        all = _mm512_and_si512(all, _mm512_set1_epi32(0xff));
        any = _mm512_or_si512(any, all);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out.data() + 16 * g),
                         _mm512_maskz_cvtepi32_epi8(0xffff, all));
    }
    return _mm512_test_epi8_mask(any, any) != 0;
}

template <int kGroups>
TELEMETRY_TARGET_GFNI unsigned block_syndromes(const RsTables& tables, const RsBlock& words,
                                               RsSyndromes* out) {
    std::array<Frame, kRsMaxWords> frames;
    gather_any(tables, words, frames.data());
    const auto function = words.length > 192   ? word_syndromes<kGroups, 4>
                          : words.length > 128 ? word_syndromes<kGroups, 3>
                          : words.length > 64  ? word_syndromes<kGroups, 2>
                                               : word_syndromes<kGroups, 1>;
    unsigned damaged = 0;
    for (std::size_t k = 0; k < words.count; ++k)
        damaged |= static_cast<unsigned>(function(tables, frames[k], out[k])) << k;
    return damaged;
}

TELEMETRY_TARGET_GFNI unsigned syndromes(const RsTables& tables, const RsBlock& words,
                                         RsSyndromes* out) {
    return tables.parity > 16 ? block_syndromes<2>(tables, words, out)
                              : block_syndromes<1>(tables, words, out);
}

// The reformulated inversionless Berlekamp-Massey algorithm of Sarwate and Shanbhag ("High-speed
// architectures for Reed-Solomon decoders", IEEE Trans. VLSI 2001), one cell a lane. In place of a
// sum for every discrepancy it carries the whole discrepancy polynomial along, so that one step is
// two products and a sum:
//
//     delta = (S[0], …, S[P−1], 0, …, 0, 1 in cell P + P/2);  theta = delta;  gamma = 1;  k = 0
//     P times: next = gamma·(delta moved down by a cell) + delta[0]·theta
//              if delta[0] != 0 and k >= 0: theta = delta moved down, gamma = delta[0], k = −k − 1
//              else: k = k + 1
//              delta = next
//
// Then Lambda is in the cells from P/2 on, and below it Omega_h, where Lambda·S = Omega + x^P
// Omega_h. k = P − 2·order all along; an order above P/2 is a word beyond repair. When all
// discrepancies to come are 0 the rest is moving down.
//
// A step waits for the one before; so several words go side by side. One that is through early
// moves on down with the others.
struct Locator {
    int order;
    alignas(64) std::array<std::uint8_t, 64> cells;
};

template <int kWords>
TELEMETRY_TARGET_GFNI void locate(int count, const RsSyndromes* const* received, Locator* out) {
    const __m512i lanes = load(kStrides[1].index[0].data()); // 0, 1, 2, …
    const __m512i above = _mm512_add_epi8(lanes, _mm512_set1_epi8(1));
    const __m512i one = _mm512_set1_epi8(1);
    __m512i delta[kWords];
    __m512i theta[kWords];
    __m512i gamma[kWords];
    int k[kWords];
    for (int w = 0; w < kWords; ++w) {
        delta[w] = _mm512_maskz_loadu_epi8(first_bits(static_cast<std::size_t>(count)),
                                           received[w]->data());
        delta[w] = _mm512_mask_mov_epi8(delta[w], std::uint64_t{1} << (count + count / 2), one);
        theta[w] = delta[w];
        gamma[w] = one;
        k[w] = 0;
    }
    int r = 0;
    for (; r < count; ++r) {
        std::uint64_t ahead[kWords];
        std::uint64_t any = 0;
        for (int w = 0; w < kWords; ++w) {
            ahead[w] = _mm512_test_epi8_mask(delta[w], delta[w]);
            any |= ahead[w];
        }
        if ((any & first_bits(static_cast<std::size_t>(count - r))) == 0)
            break;
        for (int w = 0; w < kWords; ++w) {
            const __m512i first = _mm512_broadcastb_epi8(_mm512_castsi512_si128(delta[w]));
            const __m512i moved =
                _mm512_maskz_permutexvar_epi8(~std::uint64_t{0} >> 1, above, delta[w]);
            delta[w] = _mm512_xor_si512(product(gamma[w], moved), product(first, theta[w]));
            if ((ahead[w] & 1) != 0 && k[w] >= 0) {
                theta[w] = moved;
                gamma[w] = first;
                k[w] = -k[w] - 1;
            } else {
                ++k[w];
            }
        }
    }
    const int left = count - r;
    const __m512i down = _mm512_add_epi8(lanes, _mm512_set1_epi8(static_cast<char>(left)));
    for (int w = 0; w < kWords; ++w) {
        out[w].order = (count - (k[w] + left)) / 2;
        _mm512_store_si512(out[w].cells.data(), _mm512_permutexvar_epi8(down, delta[w]));
    }
}

/// Even and odd part of a polynomial at two vectors of points, by Horner's rule in the square.
struct Parts {
    __m512i even[2];
    __m512i odd[2];
};

TELEMETRY_TARGET_GFNI inline Parts evaluate(const std::uint8_t* coefficients, int degree,
                                            const __m512i (&squares)[2]) {
    Parts parts;
    for (int v = 0; v < 2; ++v)
        parts.even[v] = parts.odd[v] = _mm512_setzero_si512();
    for (int j = degree & ~1; j >= 0; j -= 2) {
        const __m512i even = _mm512_set1_epi8(static_cast<char>(coefficients[j]));
        const __m512i odd =
            _mm512_set1_epi8(static_cast<char>(j < degree ? coefficients[j + 1] : 0));
        for (int v = 0; v < 2; ++v) {
            parts.even[v] = _mm512_xor_si512(product(parts.even[v], squares[v]), even);
            parts.odd[v] = _mm512_xor_si512(product(parts.odd[v], squares[v]), odd);
        }
    }
    return parts;
}

// Lambda and Omega_h at all places at once. With Lambda = even + x·odd the derivative is odd, and
// the error X^(1 − first_root − P)·Omega_h / odd.
TELEMETRY_TARGET_GFNI void correct(const RsTables& tables, const Locator& locator,
                                   std::size_t length, RsErrors& errors) {
    const int order = locator.order;
    errors.count = 0;
    if (2 * order > tables.parity || order == 0)
        return;
    const __m512i from_field = affine_matrix(tables.from_field);
    const __m512i identity = _mm512_set1_epi64(kIdentity);
    const std::uint8_t* lambda = locator.cells.data() + tables.parity / 2;
    __m512i places = load(kStrides[1].index[0].data()); // 0, 1, 2, …
    int found = 0;
    for (std::size_t place = 0; place < 256; place += 128) {
        __m512i squares[2];
        for (std::size_t v = 0; v < 2; ++v)
            squares[v] = load(tables.squares.data() + place + 64 * v);
        const Parts top = evaluate(lambda, order, squares);
        const Parts omega = evaluate(locator.cells.data(), order - 1, squares);
        for (std::size_t v = 0; v < 2; ++v) {
            const std::size_t at = place + 64 * v;
            const __m512i points = load(tables.points.data() + at);
            const __m512i value = _mm512_xor_si512(top.even[v], product(top.odd[v], points));
            const __m512i numerator =
                product(_mm512_xor_si512(omega.even[v], product(omega.odd[v], points)),
                        load(tables.forney.data() + at));
            const __m512i inverse = _mm512_gf2p8affineinv_epi64_epi8(top.odd[v], identity, 0);
            const std::uint64_t roots =
                _mm512_testn_epi8_mask(value, value) & (at < length ? first_bits(length - at) : 0);
            const __m512i values =
                _mm512_gf2p8affine_epi64_epi8(product(numerator, inverse), from_field, 0);
            _mm512_storeu_si512(errors.places.data() + found,
                                _mm512_maskz_compress_epi8(roots, places));
            _mm512_storeu_si512(errors.values.data() + found,
                                _mm512_maskz_compress_epi8(roots, values));
            found += std::popcount(roots);
            places = _mm512_add_epi8(places, _mm512_set1_epi8(64));
        }
    }
    if (found == order)
        errors.count = order;
}

TELEMETRY_TARGET_GFNI void solve(const RsTables& tables, const RsSyndromes* received,
                                 unsigned damaged, std::size_t length, RsErrors* errors) {
    std::array<const RsSyndromes*, kRsMaxWords> from;
    std::array<RsErrors*, kRsMaxWords> to;
    std::array<Locator, kRsMaxWords> locators;
    std::size_t count = 0;
    for (; damaged != 0; damaged &= damaged - 1, ++count) {
        from[count] = received + std::countr_zero(damaged);
        to[count] = errors + std::countr_zero(damaged);
    }
    for (std::size_t done = 0; done < count;) {
        const std::size_t words = count - done > 5 ? 4 : count - done;
        const auto function = words == 1   ? locate<1>
                              : words == 2 ? locate<2>
                              : words == 3 ? locate<3>
                              : words == 4 ? locate<4>
                                           : locate<5>;
        function(tables.parity, from.data() + done, locators.data() + done);
        done += words;
    }
    for (std::size_t i = 0; i < count; ++i)
        correct(tables, locators[i], length, *to[i]);
}

} // namespace

const RsKernel kRsGfni = {rs_remainders_avx2, syndromes, solve, RsAlignment::front};

} // namespace telemetry::fec
#endif
