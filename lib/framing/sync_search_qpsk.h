// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "telemetry/framing/sync_search_soft.h"

namespace telemetry::framing {

/// How a QPSK demodulator may have got its axes wrong: four phases, each with or without inversion
/// of the spectrum. To have I and Q as sent: exchange them where `swapped`, then invert.
struct QpskPhase {
    bool swapped = false;
    bool i_inverted = false;
    bool q_inverted = false;
    bool operator==(const QpskPhase&) const = default;
};

/// Puts `pairs` (I, Q, I, Q …) right; `out` is as long, and may be the same.
void resolve(const QpskPhase& phase, std::span<const std::int8_t> pairs,
             std::span<std::int8_t> out) noexcept;

struct QpskSyncHit : SoftSyncHit {
    QpskPhase phase;
};

/// Finds a sync marker, whose bits go to I and Q in turn, in soft QPSK symbols (I, Q, I, Q …) of
/// any of the eight phases. `position` counts in the symbols after resolve(); the marker may begin
/// on I or Q. `inverted` says that both were inverted.
///
/// As received and with I and Q exchanged, the symbols are searched for the marker and for the
/// marker with every other bit inverted, each in both polarities in one pass: that makes eight.
class QpskSyncSearch {
public:
    QpskSyncSearch(const SyncPattern& marker, const SoftSyncLimits& limits,
                   simd::Level limit = simd::chosen_level());

    /// Calls `on_hit(const QpskSyncHit&)` for each position in [begin, end), in order; where
    /// several phases fit at a position, unswapped before swapped, equal before different
    /// polarities. `pairs` begin with I, are whole pairs, and hold the marker's length and a symbol
    /// more from end − 1 on.
    template <class OnHit>
    void search(std::span<const std::int8_t> pairs, std::size_t begin, std::size_t end,
                OnHit&& on_hit) const noexcept {
        while (begin < end) {
            const std::size_t count = std::min(end - begin, kBlock);
            std::array<QpskSyncHit, 4 * kBlock> hits;
            for (const QpskSyncHit& hit :
                 std::span(hits).first(look(pairs, begin, begin + count, hits)))
                on_hit(hit);
            begin += count;
        }
    }

    int length() const noexcept { return equal_.length(); }

private:
    static constexpr std::size_t kBlock = 512;

    std::size_t look(std::span<const std::int8_t> pairs, std::size_t begin, std::size_t end,
                     std::span<QpskSyncHit> hits) const noexcept;

    SoftSyncSearch equal_;     ///< I and Q have the same polarity
    SoftSyncSearch different_; ///< every other bit inverted
};

} // namespace telemetry::framing
