// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/puncturing.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#if defined(__x86_64__)
#include "telemetry/simd/x86.h"
#endif

namespace telemetry::fec {
namespace {

using Eight = Depuncturer::Eight;
using Moved = Depuncturer::Moved;

Moved move_generic(std::span<const Eight> cycle, std::size_t at, std::span<const std::int8_t> sent,
                   std::span<std::int8_t> symbols) {
    Moved moved;
    while (sent.size() - moved.taken >= 8 && symbols.size() - 8 * moved.eights >= 8) {
        const Eight& eight = cycle[at];
        const std::int8_t* const from = sent.data() + moved.taken;
        std::int8_t* const to = symbols.data() + 8 * moved.eights;
        for (std::size_t i = 0; i < 8; ++i)
            to[i] = static_cast<std::int8_t>(from[eight.from[i]] & eight.keep[i]);
        moved.taken += eight.sent;
        ++moved.eights;
        at = at + 1 == cycle.size() ? 0 : at + 1;
    }
    return moved;
}

#if defined(__x86_64__)
/// BMI2 has just the instruction.
__attribute__((target("avx2,bmi2"))) Moved move_bmi2(std::span<const Eight> cycle, std::size_t at,
                                                     std::span<const std::int8_t> sent,
                                                     std::span<std::int8_t> symbols) {
    Moved moved;
    while (sent.size() - moved.taken >= 8 && symbols.size() - 8 * moved.eights >= 8) {
        std::uint64_t keep = 0;
        std::uint64_t eight = 0;
        std::memcpy(&keep, cycle[at].keep.data(), 8);
        std::memcpy(&eight, sent.data() + moved.taken, 8);
        eight = _pdep_u64(eight, keep);
        std::memcpy(symbols.data() + 8 * moved.eights, &eight, 8);
        moved.taken += cycle[at].sent;
        ++moved.eights;
        at = at + 1 == cycle.size() ? 0 : at + 1;
    }
    return moved;
}
#endif

constexpr std::array kVariants = {
    simd::Variant<Depuncturer::Kernel>{simd::Level::generic, &move_generic},
#if defined(__x86_64__)
    simd::Variant<Depuncturer::Kernel>{simd::Level::avx2, &move_bmi2},
#endif
};

} // namespace

Depuncturer::Depuncturer(const Puncturing& puncturing, simd::Level limit)
    : kernel_(simd::choose<Kernel>(kVariants, limit)),
      cycle_(std::lcm(puncturing.period(), 8U) / 8) {
    unsigned symbol = 0;
    for (Eight& eight : cycle_) {
        eight.sent = 0;
        for (std::size_t i = 0; i < 8; ++i, ++symbol) {
            const bool sends = puncturing.sends(symbol % puncturing.period());
            eight.keep[i] = sends ? 0xff : 0;
            eight.from[i] = sends ? eight.sent++ : std::uint8_t{0};
        }
    }
}

std::size_t Depuncturer::depuncture(std::span<const std::int8_t> sent,
                                    std::span<std::int8_t> symbols, std::size_t& written) noexcept {
    std::size_t taken = 0;
    written = 0;
    while (written < symbols.size()) {
        if (at_ % 8 == 0) {
            const Moved moved =
                kernel_(cycle_, at_ / 8, sent.subspan(taken), symbols.subspan(written));
            taken += moved.taken;
            written += 8 * moved.eights;
            at_ = (at_ + 8 * moved.eights) % (8 * cycle_.size());
            if (written == symbols.size())
                break;
        }
        if (cycle_[at_ / 8].keep[at_ % 8] != 0) {
            if (taken == sent.size())
                break;
            symbols[written++] = sent[taken++];
        } else {
            symbols[written++] = 0;
        }
        at_ = at_ + 1 == 8 * cycle_.size() ? 0 : at_ + 1;
    }
    return taken;
}

} // namespace telemetry::fec
