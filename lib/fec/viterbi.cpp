// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/viterbi.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace telemetry::fec {
namespace {

// State: the last six bits, the newest in bit 5. From states 2j and 2j+1 a data bit 0 leads to j
// and a 1 to j+32. Both generators have their first and last tap, so that with
//   m = correlation of the symbols with what state 2j sends for a 0
// the four branches of the butterfly count m, −m, −m, m:
//   new[j]      = max(old[2j] + m, old[2j+1] − m)
//   new[j + 32] = max(old[2j] − m, old[2j+1] + m)
// and decision bit s is 1 where the odd predecessor won. Equal ones: the even predecessor.

/// The lowest bit of each of eight bytes, gathered.
inline __attribute__((always_inline)) std::uint64_t gather(const std::uint8_t* flags) noexcept {
    std::uint64_t packed = 0;
    for (int k = 0; k < 8; ++k) {
        std::uint64_t eight;
        std::memcpy(&eight, flags + 8 * k, 8);
        packed |= (eight * 0x0102040810204080u >> 56) << (8 * k);
    }
    return packed;
}

unsigned hard_pair(const std::int8_t* symbols) noexcept {
    return static_cast<unsigned>(symbols[0] > 0) << 1 | static_cast<unsigned>(symbols[1] > 0);
}

int differing(unsigned a, unsigned b) noexcept {
    const unsigned both = a ^ b;
    return static_cast<int>((both & 1) + (both >> 1));
}

/// What the encoder sends for the newest bit of `window`.
unsigned sent_pair(const ConvolutionalCode& code, unsigned window) noexcept {
    unsigned pair = 0;
    for (const auto& output : code.outputs)
        pair = pair << 1 | ((static_cast<unsigned>(std::popcount(window & output.taps)) & 1u) ^
                            output.inverted);
    return pair;
}

inline __attribute__((always_inline)) void advance_in(ViterbiTrellis::State& state,
                                                      const std::int8_t* symbols,
                                                      std::uint64_t* decisions,
                                                      std::size_t steps) noexcept {
    alignas(64) std::array<std::int16_t, ViterbiTrellis::kStates> metrics = state.metrics;
    alignas(64) const std::array<std::int16_t, 32> first = state.first;
    alignas(64) const std::array<std::int16_t, 32> second = state.second;
    alignas(64) std::array<std::int16_t, 32> even;
    alignas(64) std::array<std::int16_t, 32> odd;
    alignas(64) std::array<std::uint8_t, ViterbiTrellis::kStates> flags;
    for (std::size_t step = 0; step < steps; ++step) {
        const int s0 = static_cast<int>(symbols[2 * step]);
        const int s1 = static_cast<int>(symbols[2 * step + 1]);
        for (std::size_t j = 0; j < 32; ++j) {
            even[j] = metrics[2 * j];
            odd[j] = metrics[2 * j + 1];
        }
        for (std::size_t j = 0; j < 32; ++j) {
            const auto m = static_cast<std::int16_t>(first[j] * s0 + second[j] * s1);
            const auto low_even = static_cast<std::int16_t>(even[j] + m);
            const auto low_odd = static_cast<std::int16_t>(odd[j] - m);
            const auto high_even = static_cast<std::int16_t>(even[j] - m);
            const auto high_odd = static_cast<std::int16_t>(odd[j] + m);
            const auto low = static_cast<std::int16_t>(low_odd - low_even);
            const auto high = static_cast<std::int16_t>(high_odd - high_even);
            metrics[j] = low > 0 ? low_odd : low_even;
            metrics[j + 32] = high > 0 ? high_odd : high_even;
            flags[j] = low > 0;
            flags[j + 32] = high > 0;
        }
        decisions[step] = gather(flags.data());
    }
    state.metrics = metrics;
}

void advance_generic(ViterbiTrellis::State& state, const std::int8_t* symbols,
                     std::uint64_t* decisions, std::size_t steps) noexcept {
    advance_in(state, symbols, decisions, steps);
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi2"))) void advance_avx2(ViterbiTrellis::State& state,
                                                       const std::int8_t* symbols,
                                                       std::uint64_t* decisions,
                                                       std::size_t steps) noexcept {
    advance_in(state, symbols, decisions, steps);
}

// The 64 metrics in two registers; the decisions are the compare masks as they come.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi2"))) void
advance_avx512(ViterbiTrellis::State& state, const std::int8_t* symbols, std::uint64_t* decisions,
               std::size_t steps) noexcept {
    alignas(64) std::array<std::int16_t, 32> evens;
    for (std::size_t j = 0; j < 32; ++j)
        evens[j] = static_cast<std::int16_t>(2 * j);
    const __m512i pick_even = _mm512_load_si512(evens.data());
    const __m512i pick_odd = _mm512_add_epi16(pick_even, _mm512_set1_epi16(1));
    const __m512i first = _mm512_load_si512(state.first.data());
    const __m512i second = _mm512_load_si512(state.second.data());
    __m512i bottom = _mm512_load_si512(state.metrics.data());
    __m512i top = _mm512_load_si512(state.metrics.data() + 32);
    for (std::size_t step = 0; step < steps; ++step) {
        const __m512i s0 = _mm512_set1_epi16(static_cast<int>(symbols[2 * step]));
        const __m512i s1 = _mm512_set1_epi16(static_cast<int>(symbols[2 * step + 1]));
        const __m512i m =
            _mm512_add_epi16(_mm512_mullo_epi16(first, s0), _mm512_mullo_epi16(second, s1));
        const __m512i even = _mm512_permutex2var_epi16(bottom, pick_even, top);
        const __m512i odd = _mm512_permutex2var_epi16(bottom, pick_odd, top);
        const __m512i low_even = _mm512_add_epi16(even, m);
        const __m512i low_odd = _mm512_sub_epi16(odd, m);
        const __m512i high_even = _mm512_sub_epi16(even, m);
        const __m512i high_odd = _mm512_add_epi16(odd, m);
        // A negative difference, wrapped: the odd predecessor is the better one.
        const __mmask32 low = _mm512_movepi16_mask(_mm512_sub_epi16(low_even, low_odd));
        const __mmask32 high = _mm512_movepi16_mask(_mm512_sub_epi16(high_even, high_odd));
        bottom = _mm512_mask_blend_epi16(low, low_even, low_odd);
        top = _mm512_mask_blend_epi16(high, high_even, high_odd);
        decisions[step] = static_cast<std::uint64_t>(high) << 32 | low;
    }
    _mm512_store_si512(state.metrics.data(), bottom);
    _mm512_store_si512(state.metrics.data() + 32, top);
}
#endif

constexpr std::array kVariants = {
    simd::Variant<ViterbiTrellis::Advance>{simd::Level::generic, &advance_generic},
#if defined(__x86_64__)
    simd::Variant<ViterbiTrellis::Advance>{simd::Level::avx2, &advance_avx2},
    simd::Variant<ViterbiTrellis::Advance>{simd::Level::avx512, &advance_avx512},
#endif
};

} // namespace

ViterbiTrellis::ViterbiTrellis(const ConvolutionalCode& code, simd::Level limit)
    : advance_(simd::choose<Advance>(kVariants, limit)) {
    for (const auto& output : code.outputs) {
        assert((output.taps & 0101) == 0101);
        (void)output;
    }
    for (unsigned window = 0; window < pairs_.size(); ++window)
        pairs_[window] = static_cast<std::uint8_t>(sent_pair(code, window));
    for (unsigned j = 0; j < 32; ++j) {
        const unsigned pair = pairs_[2 * j];
        state_.first[j] = pair & 2 ? 1 : -1;
        state_.second[j] = pair & 1 ? 1 : -1;
    }
}

void ViterbiTrellis::start_at_zero() noexcept {
    // More than any branch metrics of six steps, after which every state has a path from 0.
    state_.metrics.fill(-8000);
    state_.metrics[0] = 0;
}

int ViterbiTrellis::best_state() const noexcept {
    int best = 0;
    for (int state = 1; state < kStates; ++state)
        if (static_cast<std::int16_t>(state_.metrics[state] - state_.metrics[best]) > 0)
            best = state;
    return best;
}

void ViterbiTrellis::advance(std::span<const std::int8_t> symbols,
                             std::span<std::uint64_t> decisions) noexcept {
    assert(symbols.size() == 2 * decisions.size());
    advance_(state_, symbols.data(), decisions.data(), decisions.size());
}

ViterbiBlock::ViterbiBlock(const ConvolutionalCode& code, std::size_t longest_bits)
    : trellis_(code), decisions_(longest_bits) {}

int ViterbiBlock::decode(std::span<const std::int8_t> symbols,
                         std::span<std::uint8_t> bits) noexcept {
    const std::size_t count = symbols.size() / 2;
    assert(count <= decisions_.size() && bits.size() >= count);
    trellis_.start_at_zero();
    trellis_.advance(symbols.first(2 * count), std::span(decisions_).first(count));
    int state = 0;
    for (std::size_t i = count; i-- > 0;)
        bits[i] = ViterbiTrellis::step_back(decisions_[i], state);
    int wrong = 0;
    unsigned encoder = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const unsigned window = static_cast<unsigned>(bits[i]) << 6 | encoder;
        wrong += differing(trellis_.pair(window), hard_pair(&symbols[2 * i]));
        encoder = window >> 1;
    }
    return wrong;
}

ViterbiStream::ViterbiStream(const ConvolutionalCode& code) : trellis_(code) {
    reset();
}

void ViterbiStream::reset() noexcept {
    trellis_.start_anywhere();
    held_ = advanced_ = 0;
    encoder_ = 0;
}

bool ViterbiStream::process(std::span<const std::int8_t> symbols, std::size_t& taken,
                            Decoded& out) noexcept {
    taken = std::min(symbols.size(), symbols_.size() - held_);
    std::copy_n(symbols.begin(), taken, symbols_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += taken;
    out.count = 0;
    if (held_ < symbols_.size())
        return false;
    trace(kGroup, out);
    return true;
}

void ViterbiStream::finish(Decoded& out) noexcept {
    trace(held_ / 2, out);
}

/// Decides the first `count` of the steps held, and lets go of them.
void ViterbiStream::trace(std::size_t count, Decoded& out) noexcept {
    const std::size_t steps = held_ / 2;
    trellis_.advance(std::span(symbols_).subspan(2 * advanced_, 2 * (steps - advanced_)),
                     std::span(decisions_).subspan(advanced_, steps - advanced_));
    int state = trellis_.best_state();
    for (std::size_t i = steps; i-- > count;)
        ViterbiTrellis::step_back(decisions_[i], state);
    for (std::size_t i = count; i-- > 0;)
        out.bits[i] = ViterbiTrellis::step_back(decisions_[i], state);
    for (std::size_t i = 0; i < count; ++i) {
        const unsigned window = static_cast<unsigned>(out.bits[i]) << 6 | encoder_;
        out.corrected[i] = static_cast<std::uint8_t>(
            differing(trellis_.pair(window), hard_pair(&symbols_[2 * i])));
        encoder_ = window >> 1;
    }
    out.count = count;
    std::copy(symbols_.begin() + static_cast<std::ptrdiff_t>(2 * count),
              symbols_.begin() + static_cast<std::ptrdiff_t>(held_), symbols_.begin());
    std::copy(decisions_.begin() + static_cast<std::ptrdiff_t>(count),
              decisions_.begin() + static_cast<std::ptrdiff_t>(steps), decisions_.begin());
    held_ -= 2 * count;
    advanced_ = steps - count;
}

} // namespace telemetry::fec
