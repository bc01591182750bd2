// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/sync_search.h"

#include <array>
#include <bit>
#include <cassert>

#include "telemetry/simd/level.h"

namespace telemetry::framing {
namespace {

// for each symbol: shift its sign in; differences = popcount((last ^ word) & mask);
// stop where differences <= most or >= least. Returns the index after the hit, or 0.

inline __attribute__((always_inline)) std::size_t
find_in(const std::int8_t* symbols, std::size_t count, SyncSearch::State& state) noexcept {
    std::uint64_t last = state.last;
    const std::uint64_t word = state.word;
    const std::uint64_t mask = state.mask;
    const int most = state.most;
    const int least = state.least;
    std::size_t i = 0;
    while (i < count) {
        last = last << 1 | static_cast<std::uint64_t>(symbols[i++] > 0);
        const int differences = std::popcount((last ^ word) & mask);
        if (differences <= most || differences >= least) {
            state.last = last;
            state.errors = differences;
            return i;
        }
    }
    state.last = last;
    return 0;
}

std::size_t find_generic(const std::int8_t* symbols, std::size_t count,
                         SyncSearch::State& state) noexcept {
    return find_in(symbols, count, state);
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi2,popcnt"))) std::size_t
find_avx2(const std::int8_t* symbols, std::size_t count, SyncSearch::State& state) noexcept {
    return find_in(symbols, count, state);
}
#endif

constexpr std::array kVariants = {
    simd::Variant<SyncSearch::Find>{simd::Level::generic, &find_generic},
#if defined(__x86_64__)
    simd::Variant<SyncSearch::Find>{simd::Level::avx2, &find_avx2},
#endif
};

} // namespace

SyncSearch::SyncSearch(std::uint64_t word, int length, int threshold)
    : length_(length), find_(simd::choose<Find>(kVariants)) {
    assert(length > 0 && length <= 64 && 2 * threshold < length);
    state_.mask = length == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << length) - 1;
    state_.word = word & state_.mask;
    state_.most = threshold;
    state_.least = length - threshold;
    reset();
}

void SyncSearch::reset() noexcept {
    state_.last = 0;
    state_.missing = length_;
}

std::size_t SyncSearch::next(std::span<const std::int8_t> symbols, bool& found, Hit& hit) noexcept {
    std::size_t seen = 0;
    found = false;
    while (seen < symbols.size()) {
        const std::size_t at = find_(symbols.data() + seen, symbols.size() - seen, state_);
        const std::size_t looked = at ? at : symbols.size() - seen;
        seen += looked;
        const bool full = static_cast<std::size_t>(state_.missing) <= looked;
        state_.missing = full ? 0 : state_.missing - static_cast<int>(looked);
        if (at && full) {
            found = true;
            hit.inverted = state_.errors >= state_.least;
            hit.errors = hit.inverted ? length_ - state_.errors : state_.errors;
            break;
        }
    }
    return seen;
}

} // namespace telemetry::framing
