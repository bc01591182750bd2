// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/merger.h"

#include <algorithm>

namespace telemetry::station {
namespace {

/// FNV-1a, 64 bit: the bytes of frames already reported are not kept.
std::uint64_t hash_of(std::span<const std::uint8_t> bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const std::uint8_t byte : bytes)
        hash = (hash ^ byte) * 0x100000001b3;
    return hash;
}

std::int64_t end_of(const Frame& frame) {
    return frame.sample_index + frame.sample_count;
}

bool better(const FoundFrame& a, const FoundFrame& b) {
    if (a.frame.confirmed != b.frame.confirmed)
        return a.frame.confirmed;
    if (a.frame.corrected != b.frame.corrected)
        return a.frame.corrected < b.frame.corrected;
    return a.downlink < b.downlink;
}

bool twins(const Merger::Candidate& a, const Merger::Candidate& b) {
    return a.found->downlink != b.found->downlink &&
           a.found->frame.sample_index < end_of(b.found->frame) &&
           b.found->frame.sample_index < end_of(a.found->frame) &&
           std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin(), b.bytes.end());
}

} // namespace

bool Merger::told_before(const Candidate& candidate) const noexcept {
    const std::uint64_t hash = hash_of(candidate.bytes);
    const Frame& frame = candidate.found->frame;
    return std::any_of(told_.begin(), told_.end(), [&](const Told& told) {
        return told.hash == hash && told.size == candidate.bytes.size() && told.downlink >= 0 &&
               told.downlink != candidate.found->downlink && frame.sample_index < told.end &&
               told.begin < end_of(frame);
    });
}

void Merger::mark(std::span<Candidate> candidates) noexcept {
    for (Candidate& candidate : candidates) {
        for (Candidate& other : candidates)
            if (&other != &candidate && !other.dropped && twins(candidate, other) &&
                better(*other.found, *candidate.found))
                candidate.dropped = true;
    }
    for (Candidate& candidate : candidates)
        candidate.dropped = candidate.dropped || told_before(candidate);
    // Dropped ones are remembered too, or else a twin of theirs alone would be reported again.
    for (const Candidate& candidate : candidates) {
        const Frame& frame = candidate.found->frame;
        told_[next_++ % told_.size()] = {hash_of(candidate.bytes), candidate.bytes.size(),
                                         frame.sample_index, end_of(frame),
                                         candidate.found->downlink};
    }
}

} // namespace telemetry::station
