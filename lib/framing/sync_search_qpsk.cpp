// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/sync_search_qpsk.h"

#include <cassert>
#include <utility>

namespace telemetry::framing {
namespace {

SyncPattern every_other_inverted(SyncPattern marker) {
    for (int i = 1; i < marker.length; i += 2)
        marker.words[static_cast<std::size_t>(i / 64)] ^= std::uint64_t{1} << (63 - i % 64);
    return marker;
}

std::int8_t turned(std::int8_t symbol, bool inverted) {
    return inverted ? static_cast<std::int8_t>(-symbol) : symbol;
}

} // namespace

void resolve(const QpskPhase& phase, std::span<const std::int8_t> pairs,
             std::span<std::int8_t> out) noexcept {
    assert(pairs.size() % 2 == 0 && out.size() == pairs.size());
    for (std::size_t k = 0; k < pairs.size(); k += 2) {
        const std::int8_t i = pairs[k + (phase.swapped ? 1 : 0)];
        const std::int8_t q = pairs[k + (phase.swapped ? 0 : 1)];
        out[k] = turned(i, phase.i_inverted);
        out[k + 1] = turned(q, phase.q_inverted);
    }
}

QpskSyncSearch::QpskSyncSearch(const SyncPattern& marker, const SoftSyncLimits& limits,
                               simd::Level limit)
    : equal_(marker, limits, limit), different_(every_other_inverted(marker), limits, limit) {}

std::size_t QpskSyncSearch::look(std::span<const std::int8_t> pairs, std::size_t begin,
                                 std::size_t end, std::span<QpskSyncHit> hits) const noexcept {
    assert(pairs.size() % 2 == 0);
    std::size_t count = 0;
    const auto gather = [&](std::span<const std::int8_t> symbols, std::size_t offset,
                            QpskPhase phase) {
        const std::size_t first = begin - offset;
        const std::size_t last = end - offset;
        equal_.search(symbols, first, last, [&](const SoftSyncHit& hit) {
            phase.i_inverted = phase.q_inverted = hit.inverted;
            hits[count] = {hit, phase};
            hits[count++].position += offset;
        });
        different_.search(symbols, first, last, [&](const SoftSyncHit& hit) {
            // The marker's odd bits are Q's when it begins on I.
            phase.q_inverted = hit.inverted != ((hit.position + offset) % 2 == 0);
            phase.i_inverted = !phase.q_inverted;
            hits[count] = {hit, phase};
            hits[count].inverted = false;
            hits[count++].position += offset;
        });
    };
    gather(pairs, 0, {});
    std::array<std::int8_t, kBlock + SyncPattern::kMaxLength + 4> exchanged;
    const std::size_t from = begin / 2 * 2;
    const std::size_t to = (end + static_cast<std::size_t>(length()) + 1) / 2 * 2;
    const auto block = std::span(exchanged).first(std::min(to, pairs.size()) - from);
    resolve({true, false, false}, pairs.subspan(from, block.size()), block);
    gather(block, from, {true, false, false});
    // Four sorted runs; few hits, so each is moved to its place.
    for (std::size_t k = 1; k < count; ++k)
        for (std::size_t at = k; at > 0 && hits[at].position < hits[at - 1].position; --at)
            std::swap(hits[at], hits[at - 1]);
    return count;
}

} // namespace telemetry::framing
