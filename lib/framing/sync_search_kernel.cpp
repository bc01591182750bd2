// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/sync_search_kernel.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "telemetry/fec/bits.h"
#include "telemetry/simd/x86.h"

namespace telemetry::framing {
namespace {

namespace generic {

#define TARGET [[gnu::always_inline]]
using V = std::uint64_t;
constexpr std::size_t kLanes = 1;

TARGET inline V load(const std::uint8_t* bytes) {
    return fec::load_word(bytes);
}
TARGET inline void store(V v, std::uint64_t* words) {
    *words = v;
}
TARGET inline V broadcast(const std::uint64_t* word) {
    return *word;
}
TARGET inline V ones() {
    return ~V{0};
}
TARGET inline V invert(V a) {
    return ~a;
}
TARGET inline V both(V a, V b) {
    return a & b;
}
TARGET inline V differ(V a, V b) {
    return a ^ b;
}
TARGET inline V majority(V a, V b, V c) {
    return (a & b) | ((a ^ b) & c);
}
TARGET inline void add(V a, V b, V c, V& sum, V& carry) {
    const V half = a ^ b;
    carry = (a & b) | (half & c);
    sum = half ^ c;
}
TARGET inline V funnel(V a, V b, const std::uint64_t* left, const std::uint64_t*) {
    return a << *left | b >> 1 >> (63 - *left);
}
#undef TARGET
#define TARGET
#include "telemetry/framing/sync_search_kernel.inc"
#undef TARGET

} // namespace generic

#if defined(__x86_64__)
namespace avx2 {

#define TARGET [[gnu::target("avx2"), gnu::always_inline]]
using V = __m256i;
constexpr std::size_t kLanes = 4;

TARGET inline V load(const std::uint8_t* bytes) {
    const __m256i turn = _mm256_broadcastsi128_si256(
        _mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    return _mm256_shuffle_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes)), turn);
}
TARGET inline void store(V v, std::uint64_t* words) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(words), v);
}
TARGET inline V broadcast(const std::uint64_t* word) {
    return _mm256_set1_epi64x(static_cast<long long>(*word));
}
TARGET inline V ones() {
    return _mm256_set1_epi64x(-1);
}
TARGET inline V invert(V a) {
    return _mm256_xor_si256(a, ones());
}
TARGET inline V both(V a, V b) {
    return _mm256_and_si256(a, b);
}
TARGET inline V differ(V a, V b) {
    return _mm256_xor_si256(a, b);
}
TARGET inline V majority(V a, V b, V c) {
    return _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(_mm256_xor_si256(a, b), c));
}
TARGET inline void add(V a, V b, V c, V& sum, V& carry) {
    const V half = _mm256_xor_si256(a, b);
    carry = _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(half, c));
    sum = _mm256_xor_si256(half, c);
}
TARGET inline V funnel(V a, V b, const std::uint64_t* left, const std::uint64_t* right) {
    return _mm256_or_si256(_mm256_sllv_epi64(a, broadcast(left)),
                           _mm256_srlv_epi64(b, broadcast(right)));
}
#undef TARGET
#define TARGET [[gnu::target("avx2")]]
#include "telemetry/framing/sync_search_kernel.inc"
#undef TARGET

} // namespace avx2

namespace avx512_common {

#define TARGET [[gnu::target("avx512f,avx512bw"), gnu::always_inline]]
using V = __m512i;
constexpr std::size_t kLanes = 8;

TARGET inline V load(const std::uint8_t* bytes) {
    const __m512i turn =
        _mm512_broadcast_i32x4(_mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    return _mm512_shuffle_epi8(_mm512_loadu_si512(bytes), turn);
}
TARGET inline void store(V v, std::uint64_t* words) {
    _mm512_storeu_si512(words, v);
}
TARGET inline V broadcast(const std::uint64_t* word) {
    return _mm512_set1_epi64(static_cast<long long>(*word));
}
TARGET inline V ones() {
    return _mm512_set1_epi64(-1);
}
TARGET inline V invert(V a) {
    return _mm512_ternarylogic_epi64(a, a, a, 0x55);
}
TARGET inline V both(V a, V b) {
    return _mm512_and_si512(a, b);
}
TARGET inline V differ(V a, V b) {
    return _mm512_xor_si512(a, b);
}
TARGET inline V majority(V a, V b, V c) {
    return _mm512_ternarylogic_epi64(a, b, c, 0xe8);
}
TARGET inline void add(V a, V b, V c, V& sum, V& carry) {
    carry = _mm512_ternarylogic_epi64(a, b, c, 0xe8);
    sum = _mm512_ternarylogic_epi64(a, b, c, 0x96);
}
#undef TARGET

} // namespace avx512_common

namespace avx512 {

using namespace avx512_common;
[[gnu::target("avx512f,avx512bw"), gnu::always_inline]] inline V
funnel(V a, V b, const std::uint64_t* left, const std::uint64_t* right) {
    return _mm512_or_si512(_mm512_sllv_epi64(a, broadcast(left)),
                           _mm512_srlv_epi64(b, broadcast(right)));
}
#define TARGET [[gnu::target("avx512f,avx512bw")]]
#include "telemetry/framing/sync_search_kernel.inc"
#undef TARGET

} // namespace avx512

namespace avx512icl {

using namespace avx512_common;
[[gnu::target("avx512f,avx512bw,avx512vbmi2"), gnu::always_inline]] inline V
funnel(V a, V b, const std::uint64_t* left, const std::uint64_t*) {
    return _mm512_shldv_epi64(a, b, broadcast(left));
}
#define TARGET [[gnu::target("avx512f,avx512bw,avx512vbmi2")]]
#include "telemetry/framing/sync_search_kernel.inc"
#undef TARGET

} // namespace avx512icl
#endif

constexpr std::array kVariants = {
    simd::Variant<SyncKernel>{simd::Level::generic, &generic::search},
#if defined(__x86_64__)
    simd::Variant<SyncKernel>{simd::Level::avx2, &avx2::search},
    simd::Variant<SyncKernel>{simd::Level::avx512, &avx512::search},
    simd::Variant<SyncKernel>{simd::Level::avx512icl, &avx512icl::search},
#endif
};

/// How often chance has at most `errors` of `bits` wrong.
double chance(int bits, int errors) {
    double one = std::pow(0.5, bits);
    double sum = 0;
    for (int k = 0; k <= errors; ++k) {
        sum += one;
        one *= static_cast<double>(bits - k) / (k + 1);
    }
    return sum;
}

/// Bits of the marker that the kernel looks at.
int prefix_bits(int length, int threshold) {
    constexpr double kSeldom = 2e-5;
    int longest = std::min(length / 8 * 8, 64);
    for (int bits = 16; bits <= longest; bits += 8)
        if (chance(bits, threshold) < kSeldom)
            return bits;
    for (int bits = 96; bits <= length; bits += 32) {
        longest = bits;
        if (chance(bits, threshold) < kSeldom)
            break;
    }
    return longest;
}

} // namespace

SyncPlan::SyncPlan(const SyncPattern& marker, int threshold) {
    const int bits = prefix_bits(marker.length, threshold);
    groups = (bits + kGroupBits - 1) / kGroupBits;
    digits = std::bit_width(static_cast<unsigned>(bits));
    for (int g = 0; g < groups; ++g) {
        Group& one = group[static_cast<std::size_t>(g)];
        const int count = std::min(bits - g * kGroupBits, kGroupBits);
        one.chunks = count / kChunk;
        std::array<int, kGroupBits> order{};
        int ones_count = 0;
        for (int i = 0; i < count; ++i)
            ones_count += marker.bit(g * kGroupBits + i);
        // The rest of zeros and of ones go into the first chunk, then whole chunks of zeros.
        const int zeros_first = (count - ones_count) % kChunk;
        const int ones_first = ones_count % kChunk;
        int zero = 0;
        int zero_chunked = kChunk * (zeros_first || ones_first);
        int one_seen = 0;
        int one_chunked = zero_chunked + (count - ones_count - zeros_first);
        int at_first = 0;
        for (int i = 0; i < count; ++i) {
            const bool is_one = marker.bit(g * kGroupBits + i);
            int& seen = is_one ? one_seen : zero;
            int place;
            if (seen++ < (is_one ? ones_first : zeros_first))
                place = at_first++;
            else
                place = is_one ? one_chunked++ : zero_chunked++;
            order[static_cast<std::size_t>(place)] = i;
        }
        for (int place = 0; place < count; ++place) {
            const auto p = static_cast<std::size_t>(place);
            const int i = order[p];
            one.left[p] = static_cast<std::uint64_t>(i);
            one.right[p] = static_cast<std::uint64_t>(64 - i);
            const bool is_one = marker.bit(g * kGroupBits + i);
            if (place < kChunk)
                one.first[p] = is_one ? ~std::uint64_t{0} : 0;
            else
                one.ones[p / kChunk] = is_one;
        }
    }
    const int low = std::min(threshold, bits);
    const int high = std::max(bits - threshold - 1, low);
    for (int i = 0; i < kDigits; ++i) {
        most[static_cast<std::size_t>(i)] = low >> i & 1 ? ~std::uint64_t{0} : 0;
        least_but_one[static_cast<std::size_t>(i)] = high >> i & 1 ? ~std::uint64_t{0} : 0;
    }
}

SyncKernel sync_kernel(simd::Level limit) {
    return simd::choose<SyncKernel>(kVariants, limit);
}

} // namespace telemetry::framing
