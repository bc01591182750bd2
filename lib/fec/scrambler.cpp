// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/scrambler.h"

#include <bit>
#include <cassert>

namespace telemetry::fec {

// If h annihilates a sequence, so does h(x)^8 = h(x^8): the recurrence of the bits is one of the
// bytes too. So only the first `degree` bytes are made bit by bit.
AdditiveScrambler::AdditiveScrambler(const SequenceSpec& spec)
    : sequence_((std::size_t{1} << spec.degree) - 1) {
    assert(spec.degree >= 8 && spec.degree <= 20);
    const auto degree = static_cast<std::size_t>(spec.degree);
    std::uint32_t state = spec.seed;
    for (std::size_t i = 0; i < degree; ++i)
        for (int bit = 0; bit < 8; ++bit) {
            const int place = spec.order == BitOrder::msb_first ? 7 - bit : bit;
            sequence_[i] = static_cast<std::uint8_t>(sequence_[i] | (state & 1) << place);
            const auto next = static_cast<std::uint32_t>(std::popcount(state & spec.taps) & 1);
            state = state >> 1 | next << (degree - 1);
        }
    for (std::size_t i = degree; i < sequence_.size(); ++i)
        for (std::size_t k = 0; k < degree; ++k)
            if (spec.taps >> k & 1)
                sequence_[i] ^= sequence_[i - degree + k];
}

void AdditiveScrambler::apply(std::span<std::uint8_t> bytes, std::size_t offset) const noexcept {
    offset %= sequence_.size();
    while (!bytes.empty()) {
        const std::size_t count = std::min(bytes.size(), sequence_.size() - offset);
        // Where they are is not to be read again after every byte, which might have changed it.
        const std::uint8_t* const sequence = sequence_.data() + offset;
        std::uint8_t* const out = bytes.data();
        for (std::size_t i = 0; i < count; ++i)
            out[i] ^= sequence[i];
        bytes = bytes.subspan(count);
        offset = 0;
    }
}

void ccsds_randomize(std::span<std::uint8_t> bytes) noexcept {
    static const AdditiveScrambler randomizer(kCcsdsTmSequence);
    randomizer.apply(bytes);
}

void ccsds_randomize_long(std::span<std::uint8_t> bytes) noexcept {
    static const AdditiveScrambler randomizer(kCcsdsTmLongSequence);
    randomizer.apply(bytes);
}

void ccsds_tc_randomize(std::span<std::uint8_t> bytes) noexcept {
    static const AdditiveScrambler randomizer(kCcsdsTcSequence);
    randomizer.apply(bytes);
}

void pn9_whiten(std::span<std::uint8_t> bytes) noexcept {
    static const AdditiveScrambler whitener(kPn9Sequence);
    whitener.apply(bytes);
}

} // namespace telemetry::fec
