// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "telemetry/fec/bits.h"
#include "telemetry/framing/sync_search.h"

namespace telemetry::framing {

/// What makes a stretch of soft symbols s a marker m (of ±1):
///   at most `wrong_signs` of them have the wrong sign (positive is a one, all else a zero), and
///   the correlation Σ s m is at least `correlation_percent` of the greatest possible, Σ |s|,
/// or both with −m. The second is the same as: the wrong symbols have at most so much of the whole
/// magnitude; measured against the symbols themselves, it needs no level to compare with.
struct SoftSyncLimits {
    int wrong_signs = 0;
    int correlation_percent = 0; ///< 0 to 100; 0: signs alone decide
};

struct SoftSyncHit : SyncHit {
    int correlation = 0; ///< Σ s m in the polarity that the hit has
    int magnitude = 0;   ///< Σ |s|
};

/// Finds a sync marker in soft symbols, in either polarity.
///
/// The signs are packed into bits and searched first, since few places pass even a loose limit on
/// wrong signs (0.7 % with 8 of 32); only there is the correlation worked out. The result is that
/// of SoftSyncLimits at every position.
class SoftSyncSearch {
public:
    SoftSyncSearch(const SyncPattern& marker, const SoftSyncLimits& limits,
                   simd::Level limit = simd::chosen_level());

    /// Calls `on_hit(const SoftSyncHit&)` for each position in [begin, end), in order. `symbols`
    /// hold the marker's length from end − 1 on.
    template <class OnHit>
    void search(std::span<const std::int8_t> symbols, std::size_t begin, std::size_t end,
                OnHit&& on_hit) const noexcept {
        const auto length = static_cast<std::size_t>(signs_.length());
        std::array<std::uint8_t, kBlock / 8 + SyncPattern::kMaxLength / 8 + 1> bits;
        while (begin < end) {
            const std::size_t count = std::min(end - begin, kBlock);
            const auto part = symbols.subspan(begin, count + length - 1);
            signs_.search(pack(part, bits), 0, count, [&](const SyncHit& hit) {
                SoftSyncHit soft{{hit.position + begin, hit.errors, hit.inverted}};
                if (measure(symbols.subspan(soft.position, length), soft))
                    on_hit(soft);
            });
            begin += count;
        }
    }

    int length() const noexcept { return signs_.length(); }

private:
    static constexpr std::size_t kBlock = 4096;

    /// The signs of `symbols`, with zeros behind to fill the last byte.
    std::span<const std::uint8_t> pack(std::span<const std::int8_t> symbols,
                                       std::span<std::uint8_t> bits) const noexcept;
    /// Fills in correlation and magnitude; false when the correlation is too small.
    bool measure(std::span<const std::int8_t> symbols, SoftSyncHit& hit) const noexcept;

    using Sums = void (*)(const std::int8_t* symbols, const std::int8_t* marker, std::size_t count,
                          int& correlation, int& magnitude) noexcept;

    SyncSearch signs_;
    fec::SignPacker packer_;
    Sums sums_;
    int correlation_percent_;
    std::array<std::int8_t, SyncPattern::kMaxLength> marker_{}; ///< ±1, zeros behind
};

} // namespace telemetry::framing
