// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/station/channel.h"

namespace telemetry::station {

/// Finds frames that several downlinks of one station heard: the same bytes from overlapping
/// samples. Within a block the better one stays (confirmed, then fewer corrections, then the
/// earlier downlink); one that comes in a later block than its twin is dropped.
class Merger {
public:
    struct Candidate {
        const FoundFrame* found = nullptr;
        std::span<const std::uint8_t> bytes = {};
        bool dropped = false;
    };

    /// Marks what is to be dropped among the frames of one block, which are in order of time.
    void mark(std::span<Candidate> candidates) noexcept;

private:
    struct Told {
        std::uint64_t hash = 0;
        std::size_t size = 0;
        std::int64_t begin = 0;
        std::int64_t end = 0;
        int downlink = -1;
    };

    bool told_before(const Candidate& candidate) const noexcept;

    /// Long enough for several downlinks at some frames a block; a twin comes a few blocks later.
    std::array<Told, 256> told_{};
    std::size_t next_ = 0;
};

} // namespace telemetry::station
