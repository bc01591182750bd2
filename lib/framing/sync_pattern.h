// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cassert>
#include <cstdint>
#include <span>

#include "telemetry/framing/markers.h"

namespace telemetry::framing {

/// A sync word of up to 192 bits in the form that searches work on.
struct SyncPattern {
    static constexpr int kMaxLength = 192;

    std::array<std::uint64_t, 3> words{}; ///< the first bit in the highest place of the first word
    int length = 0;

    /// The low `length` bits of `word`, the highest of them first.
    static constexpr SyncPattern of_word(std::uint64_t word, int length) {
        assert(length >= 1 && length <= 64);
        return {{word << (64 - length), 0, 0}, length};
    }

    /// All bits of `bytes`, most significant first.
    static constexpr SyncPattern of_bytes(std::span<const std::uint8_t> bytes) {
        assert(!bytes.empty() && 8 * bytes.size() <= kMaxLength);
        SyncPattern pattern;
        for (std::size_t i = 0; i < bytes.size(); ++i)
            pattern.words[i / 8] |= std::uint64_t{bytes[i]} << (56 - 8 * (i % 8));
        pattern.length = static_cast<int>(8 * bytes.size());
        return pattern;
    }

    constexpr bool bit(int index) const {
        return words[static_cast<std::size_t>(index / 64)] >> (63 - index % 64) & 1;
    }

    constexpr bool operator==(const SyncPattern&) const = default;
};

constexpr SyncPattern pattern_of(const SyncMarker& marker) {
    return SyncPattern::of_bytes(marker.bytes);
}

} // namespace telemetry::framing
