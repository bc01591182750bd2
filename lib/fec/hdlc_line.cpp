// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/hdlc_line.h"

#include <array>
#include <bit>
#include <cassert>
#include <cstring>

namespace telemetry::fec {
namespace {

// With x[n − k] for a stream delayed by k bits:
//   nrzi[n] = not (level[n] ^ level[n − 1])
//   bit[n]  = nrzi[n] ^ nrzi[n − 12] ^ nrzi[n − 17]
//   end[n]  = bit[n − 6] … bit[n − 1] are ones and bit[n] is none

/// Room for the word before, in front.
using Words = std::array<std::uint64_t, HdlcLine::kMaxWords + 1>;

template <int kBits>
[[gnu::always_inline]] inline std::uint64_t delayed(const Words& x, std::size_t i) {
    return x[i + 1] << kBits | x[i] >> (64 - kBits);
}

/// Levels in words, the first one lowest.
[[gnu::always_inline]] inline std::uint64_t turned(std::uint64_t bytes) {
    if constexpr (std::endian::native == std::endian::big)
        bytes = __builtin_bswap64(bytes);
    bytes = (bytes >> 4 & 0x0f0f0f0f0f0f0f0f) | (bytes & 0x0f0f0f0f0f0f0f0f) << 4;
    bytes = (bytes >> 2 & 0x3333333333333333) | (bytes & 0x3333333333333333) << 2;
    return (bytes >> 1 & 0x5555555555555555) | (bytes & 0x5555555555555555) << 1;
}

template <HdlcScrambling kScrambling>
[[gnu::always_inline]] inline void decode_in(const std::uint8_t* levels, std::size_t words,
                                             std::size_t whole, HdlcLine::History& history,
                                             std::uint64_t* bits, std::uint64_t* ends) {
    assert(words <= HdlcLine::kMaxWords && whole <= words);
    Words level;
    Words nrzi;
    Words bit;
    Words two;
    Words four;
    level[0] = history.levels;
    nrzi[0] = history.nrzi;
    bit[0] = history.bits;
    two[0] = history.two;
    four[0] = history.four;
    std::memcpy(&level[1], levels, 8 * words);
    for (std::size_t i = 0; i < words; ++i)
        level[i + 1] = turned(level[i + 1]);
    for (std::size_t i = 0; i < words; ++i)
        nrzi[i + 1] = ~(level[i + 1] ^ delayed<1>(level, i));
    if constexpr (kScrambling == HdlcScrambling::g3ruh)
        for (std::size_t i = 0; i < words; ++i)
            bit[i + 1] = nrzi[i + 1] ^ delayed<12>(nrzi, i) ^ delayed<17>(nrzi, i);
    else
        std::memcpy(&bit[1], &nrzi[1], 8 * words);
    for (std::size_t i = 0; i < words; ++i)
        two[i + 1] = bit[i + 1] & delayed<1>(bit, i);
    for (std::size_t i = 0; i < words; ++i)
        four[i + 1] = two[i + 1] & delayed<2>(two, i);
    for (std::size_t i = 0; i < words; ++i)
        ends[i] = ~bit[i + 1] & delayed<1>(four, i) & delayed<5>(two, i);
    std::memcpy(bits, &bit[1], 8 * words);
    history = {level[whole], nrzi[whole], bit[whole], two[whole], four[whole]};
}

// NOLINTBEGIN(bugprone-macro-parentheses): an attribute cannot stand in parentheses
#define TELEMETRY_HDLC_LINE(suffix, attribute)                                                     \
    template <HdlcScrambling kScrambling>                                                          \
    attribute void decode_##suffix(const std::uint8_t* levels, std::size_t words,                  \
                                   std::size_t whole, HdlcLine::History& history,                  \
                                   std::uint64_t* bits, std::uint64_t* ends) noexcept {            \
        decode_in<kScrambling>(levels, words, whole, history, bits, ends);                         \
    }
// NOLINTEND(bugprone-macro-parentheses)

TELEMETRY_HDLC_LINE(generic, )
#if defined(__x86_64__)
TELEMETRY_HDLC_LINE(avx2, [[gnu::target("avx2")]])
TELEMETRY_HDLC_LINE(avx512, [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq")]])
#endif

template <HdlcScrambling kScrambling>
constexpr std::array kVariants = {
    simd::Variant<HdlcLine::Kernel>{simd::Level::generic, &decode_generic<kScrambling>},
#if defined(__x86_64__)
    simd::Variant<HdlcLine::Kernel>{simd::Level::avx2, &decode_avx2<kScrambling>},
    simd::Variant<HdlcLine::Kernel>{simd::Level::avx512, &decode_avx512<kScrambling>},
#endif
};

} // namespace

HdlcLine::HdlcLine(HdlcScrambling scrambling, simd::Level limit)
    : kernel_(scrambling == HdlcScrambling::g3ruh
                  ? simd::choose<Kernel>(kVariants<HdlcScrambling::g3ruh>, limit)
                  : simd::choose<Kernel>(kVariants<HdlcScrambling::none>, limit)) {}

} // namespace telemetry::fec
