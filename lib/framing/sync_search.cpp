// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/sync_search.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace telemetry::framing {

SyncSearch::SyncSearch(const SyncPattern& marker, int threshold, simd::Level limit)
    : marker_(marker), threshold_(threshold), plan_(marker, threshold),
      kernel_(sync_kernel(limit)) {
    assert(marker.length >= 8 && marker.length <= SyncPattern::kMaxLength);
    assert(threshold >= 0 && 2 * threshold < marker.length);
}

std::size_t SyncSearch::look(std::span<const std::uint8_t> bits, std::size_t first, std::size_t end,
                             std::array<std::uint64_t, kBlockWords>& found) const noexcept {
    constexpr std::size_t kStep = kSyncKernelWords;
    const std::size_t wanted = std::min((end - first + 63) / 64, kBlockWords);
    const std::size_t words = (wanted + kStep - 1) / kStep * kStep;
    const auto from = bits.subspan(first / 8);
    const std::size_t read = 8 * (words + static_cast<std::size_t>(plan_.groups));
    if (from.size() >= read) {
        kernel_(from.data(), words, plan_, found.data());
        return wanted;
    }
    std::array<std::uint8_t, 8 * (kBlockWords + 3)> padded;
    std::memcpy(padded.data(), from.data(), from.size());
    std::memset(padded.data() + from.size(), 0, read - from.size());
    kernel_(padded.data(), words, plan_, found.data());
    return wanted;
}

int SyncSearch::differences(std::span<const std::uint8_t> bits,
                            std::size_t position) const noexcept {
    assert(position + static_cast<std::size_t>(marker_.length) <= 8 * bits.size());
    const std::uint8_t* from = bits.data() + position / 8;
    const std::size_t left = bits.size() - position / 8;
    std::array<std::uint8_t, SyncPattern::kMaxLength / 8 + 8> padded{};
    if (left < padded.size()) {
        std::memcpy(padded.data(), from, left);
        from = padded.data();
    }
    int count = 0;
    for (int at = 0; at < marker_.length; at += 64) {
        std::uint64_t wrong = fec::word_at(from, position % 8 + static_cast<std::size_t>(at)) ^
                              marker_.words[static_cast<std::size_t>(at / 64)];
        if (marker_.length - at < 64)
            wrong >>= 64 - (marker_.length - at);
        count += std::popcount(wrong);
    }
    return count;
}

bool SyncSearch::check(std::span<const std::uint8_t> bits, std::size_t position,
                       SyncHit& hit) const noexcept {
    const int errors = differences(bits, position);
    hit.position = position;
    hit.inverted = 2 * errors > marker_.length;
    hit.errors = hit.inverted ? marker_.length - errors : errors;
    return hit.errors <= threshold_;
}

} // namespace telemetry::framing
