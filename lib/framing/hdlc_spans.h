// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/fec/crc.h"
#include "telemetry/fec/hdlc_destuff.h"
#include "telemetry/fec/hdlc_line.h"
#include "telemetry/framing/deframer.h"

namespace telemetry::framing {

using fec::HdlcScrambling;

/// How many of the twelve characters of the first two addresses could be call signs (upper case,
/// digits, space, '-', shifted left by one). Noise has two of them.
int callsign_characters(std::span<const std::uint8_t> frame) noexcept;

/// Packed levels of an HDLC line → spans between flags, and the frames among them with a right CRC.
/// Keeps the last bits. Numbers count bits from reset().
///
/// 64 bits are decoded and searched for flags at once; only when a flag closes a span long enough
/// for a frame, which in noise is once in a thousand bits, is the span destuffed and checked.
///
/// A CRC of 16 bits passes noise too often to be trusted alone (60 candidates a second at 9600 Bd).
/// So a frame must look like AX.25 in its addresses, or have been led by a second flag as real
/// transmissions are, or be longer than noise leaves between two flags.
class HdlcSpans {
public:
    static constexpr std::size_t kMaxFrameBytes = 4096;
    /// With stuffing and both flags, in whole words.
    static constexpr std::size_t kLongest = ((kMaxFrameBytes + 2) * 8 * 6 / 5 + 127) / 64 * 64;
    static constexpr std::size_t kLeastFrameBytes = 10; ///< without FCS, and led by a second flag
    static constexpr std::int64_t kLeastSpan = (kLeastFrameBytes + 2) * 8;

    explicit HdlcSpans(HdlcScrambling scrambling, simd::Level limit = simd::chosen_level());

    void reset() noexcept;

    /// A frame between flags, bits [opening, end).
    struct Found {
        std::span<const std::uint8_t> bytes; ///< without FCS
        std::int64_t opening;
        std::int64_t end;
    };

    /// Bits that fit behind those held. When there is no room: make some.
    std::size_t room() const noexcept { return kHeld - used_; }
    std::size_t used() const noexcept { return used_; }
    /// Lets go of the oldest bits; returns how many, a multiple of 64.
    std::size_t make_room() noexcept;

    /// The levels held, packed with the first one highest; those of new bits are put here.
    std::uint8_t* levels() noexcept { return levels_.data(); }

    /// `count` levels were put behind. Calls on_frame(const Found&) for each frame with a right
    /// CRC; where a span has none, on_broken(opening, end) for it and the ones with earlier
    /// openings, until one says true: that a frame was there all the same.
    template <class OnFrame, class OnBroken>
    void advance(std::size_t count, DeframerCounts& counts, OnFrame&& on_frame,
                 OnBroken&& on_broken) noexcept {
        used_ += count;
        std::array<std::uint64_t, fec::HdlcLine::kMaxWords> ends;
        for (std::size_t words = 1; words != 0;) {
            const std::size_t first = done_;
            words = std::min((used_ + 63) / 64 - first, ends.size());
            const std::size_t whole = std::min(words, used_ / 64 - first);
            line_.decode(levels_.data() + 8 * first, words, whole, bits_.data() + first,
                         ends.data());
            done_ += whole;
            for (std::size_t i = 0; i < words; ++i) {
                const std::size_t start = 64 * (first + i);
                std::uint64_t left = ends[i];
                if (start < scanned_)
                    left &= ~std::uint64_t{0} << (scanned_ - start);
                if (start + 64 > used_)
                    left &= ~std::uint64_t{0} >> (start + 64 - used_);
                for (; left != 0; left &= left - 1)
                    end_of_ones(start + static_cast<std::size_t>(std::countr_zero(left)), counts,
                                on_frame, on_broken);
            }
            scanned_ = std::min(used_, 64 * (first + words));
            if (whole < words)
                return;
        }
    }

    /// The words that hold the bits, and where bit number `bit` is among them.
    const std::uint64_t* words() const noexcept { return bits_.data(); }
    std::size_t index_of(std::int64_t bit) const noexcept {
        return static_cast<std::size_t>(bit - base_);
    }

private:
    static constexpr std::size_t kHeld = 4 * kLongest;

    /// The bit at `index` is a zero after six ones and perhaps more.
    template <class OnFrame, class OnBroken>
    void end_of_ones(std::size_t index, DeframerCounts& counts, OnFrame& on_frame,
                     OnBroken& on_broken) noexcept {
        const std::int64_t next = base_ + static_cast<std::int64_t>(index) + 1;
        // 01111110 is a flag. After seven ones and more it may still have been meant for one, with
        // an error in its first bit: good enough to open a frame, not to close one.
        if (index < 7 || !(bits_[(index - 7) / 64] >> (index - 7) % 64 & 1))
            close(next - 8, counts, on_frame, on_broken);
        before_ = opening_;
        opening_ = next;
        // Of flags in a row only the last one opens a frame.
        if (next - openings_[0] > kLeastSpan)
            std::copy_backward(openings_.begin(), openings_.end() - 1, openings_.end());
        openings_[0] = next;
    }

    template <class OnFrame, class OnBroken>
    void close(std::int64_t end, DeframerCounts& counts, OnFrame& on_frame,
               OnBroken& on_broken) noexcept {
        if (opening_ >= 0 && end - opening_ >= kLeastSpan) {
            ++counts.syncs;
            const auto bytes = intact(end, counts);
            if (!bytes.empty()) {
                on_frame(Found{bytes, opening_, end});
                openings_.fill(-1);
                return;
            }
        }
        for (const std::int64_t opening : openings_)
            if (opening >= base_ && end - opening >= kLeastSpan &&
                end - opening <= static_cast<std::int64_t>(kLongest) && on_broken(opening, end)) {
                openings_.fill(-1);
                return;
            }
    }

    std::span<const std::uint8_t> intact(std::int64_t end, DeframerCounts& counts) noexcept;
    bool plausible(std::span<const std::uint8_t> frame) const noexcept;

    fec::HdlcLine line_;
    fec::HdlcDestuffer destuff_;
    fec::Crc fcs_;
    std::vector<std::uint8_t> levels_;
    std::vector<std::uint64_t> bits_;
    std::int64_t base_ = 0;     ///< number of the first bit held
    std::size_t used_ = 0;      ///< bits held
    std::size_t scanned_ = 0;   ///< of these, those looked at
    std::size_t done_ = 0;      ///< words that are complete
    std::int64_t opening_ = -1; ///< number of the first bit after the last flag; −1: none yet
    std::int64_t before_ = -1;  ///< the same of the flag before that one
    std::array<std::int64_t, 4> openings_{}; ///< the last ones with something behind them
    std::vector<std::uint8_t> frame_;
};

} // namespace telemetry::framing
