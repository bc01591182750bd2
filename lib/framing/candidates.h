// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "telemetry/fec/bits.h"
#include "telemetry/framing/sync_search_soft.h"

namespace telemetry::framing {

/// A place where a frame may begin.
struct Candidate {
    std::int64_t start = 0; ///< number of the first symbol after the sync word
    std::int64_t due = 0;   ///< symbols that must have come before the next look
    int sync_errors = 0;
    bool inverted = false; ///< the sync word came with its bits inverted
    int stage = 0;         ///< for the framing to count its looks

    static constexpr int kUnseen = 1 << 30; ///< sync_errors of one that no look was taken at yet
};

/// What a framing says after a look at a candidate.
struct Look {
    enum class Verdict : std::uint8_t {
        more,   ///< look again when `symbols` of them have come after the sync word
        reject, ///< no frame here
        taken   ///< a frame of `symbols` symbols was here for certain; nothing else can overlap it
    };
    Verdict verdict;
    std::size_t symbols = 0;
    /// > 0, and not with `more`: another frame may begin as many symbols after the beginning of
    /// this one, in the same sense; look there whether its sync word was seen or not. Its stage is
    /// the one that this candidate leaves with.
    std::size_t next = 0;
};

/// Keeps the last symbols, searches them for a sync word, and follows every place where it was
/// found until the framing says what was there. Since several are followed at once, a chance match
/// in front of or inside a frame costs nothing but time. Numbers count symbols from reset().
class Candidates {
public:
    /// `threshold`: wrong bits allowed in the sync word. `longest`: symbols after it that a look
    /// may ask for.
    Candidates(const SyncPattern& marker, int threshold, std::size_t first_look,
               std::size_t longest)
        : Candidates(marker, SoftSyncLimits{threshold, 0}, first_look, longest) {}
    Candidates(const SyncPattern& marker, const SoftSyncLimits& limits, std::size_t first_look,
               std::size_t longest)
        : marker_(marker), search_(marker, limits),
          first_look_(static_cast<std::int64_t>(first_look)),
          keep_(longest + static_cast<std::size_t>(marker.length) + 1), buffer_(4 * keep_ + 4096) {}

    /// `look(Candidate&, std::span<const std::int8_t>)` gets the symbols after the sync word that
    /// are there, as many as it asked for, and returns a Look.
    template <class Examine>
    void process(std::span<const std::int8_t> symbols, Examine&& look) noexcept {
        while (!symbols.empty()) {
            const auto part = symbols.first(std::min(symbols.size(), make_room()));
            symbols = symbols.subspan(part.size());
            std::memcpy(buffer_.data() + used_, part.data(), part.size());
            used_ += part.size();
            scan(look);
        }
    }

    /// A place that was found by other means; not before the symbols searched so far.
    void propose(std::int64_t start, const SyncHit& hit) noexcept {
        add({start, start + first_look_, hit.errors, hit.inverted, 0});
    }

    /// Symbols taken since reset().
    std::int64_t count() const noexcept { return base_ + static_cast<std::int64_t>(used_); }
    int sync_length() const noexcept { return search_.length(); }

    void reset() noexcept {
        base_ = 0;
        used_ = 0;
        searched_ = 0;
        held_ = 0;
    }

private:
    std::size_t make_room() noexcept {
        if (used_ == buffer_.size()) {
            const std::size_t drop = used_ - keep_;
            std::memmove(buffer_.data(), buffer_.data() + drop, keep_);
            base_ += static_cast<std::int64_t>(drop);
            used_ = keep_;
        }
        return buffer_.size() - used_;
    }

    template <class Examine>
    void scan(Examine& look) noexcept {
        const std::int64_t end = count() - search_.length() + 1;
        if (searched_ < end) {
            search_.search(
                std::span(buffer_).first(used_), static_cast<std::size_t>(searched_ - base_),
                static_cast<std::size_t>(end - base_), [&](const SoftSyncHit& hit) {
                    const std::int64_t start =
                        base_ + static_cast<std::int64_t>(hit.position) + search_.length();
                    settle(start - 1, look);
                    propose(start, hit);
                });
            searched_ = end;
        }
        settle(count(), look);
    }

    /// Takes the looks that are due when symbols up to `now` have come.
    template <class Examine>
    void settle(std::int64_t now, Examine& look) noexcept {
        for (;;) {
            std::int64_t next = now + 1;
            for (std::size_t i = 0; i < held_; ++i)
                next = std::min(next, candidates_[i].due);
            if (next > now)
                return;
            for (std::size_t i = 0; i < held_;)
                i = candidates_[i].due <= next && examine(i, look) ? 0 : i + 1;
        }
    }

    /// True when the candidate is gone, and others perhaps with it.
    template <class Examine>
    bool examine(std::size_t index, Examine& look) noexcept {
        Candidate& candidate = candidates_[index];
        if (candidate.sync_errors == Candidate::kUnseen)
            candidate.sync_errors = errors_before(candidate);
        const Look result =
            look(candidate, std::span<const std::int8_t>(buffer_).subspan(
                                static_cast<std::size_t>(candidate.start - base_),
                                static_cast<std::size_t>(candidate.due - candidate.start)));
        const auto wanted = candidate.start + static_cast<std::int64_t>(result.symbols);
        if (result.verdict == Look::Verdict::more && wanted > candidate.due &&
            result.symbols + static_cast<std::size_t>(search_.length()) < keep_) {
            candidate.due = wanted;
            return false;
        }
        const Candidate done = candidate;
        remove(index);
        if (result.verdict == Look::Verdict::taken) {
            const auto end = done.start + static_cast<std::int64_t>(result.symbols);
            std::size_t kept = 0;
            for (std::size_t i = 0; i < held_; ++i)
                if (candidates_[i].start < done.start || candidates_[i].start >= end)
                    candidates_[kept++] = candidates_[i];
            held_ = kept;
        }
        if (result.next > 0) {
            const auto start = done.start + static_cast<std::int64_t>(result.next);
            add({start, start + first_look_, Candidate::kUnseen, done.inverted, done.stage});
        }
        return true;
    }

    /// Wrong signs where the sync word of a candidate should be.
    int errors_before(const Candidate& candidate) const noexcept {
        const auto first = static_cast<std::size_t>(candidate.start - base_ - marker_.length);
        int errors = 0;
        for (int i = 0; i < marker_.length; ++i) {
            const bool one = buffer_[first + static_cast<std::size_t>(i)] > 0;
            errors += one != (marker_.bit(i) != candidate.inverted);
        }
        return errors;
    }

    void remove(std::size_t index) noexcept {
        std::copy(candidates_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                  candidates_.begin() + static_cast<std::ptrdiff_t>(held_),
                  candidates_.begin() + static_cast<std::ptrdiff_t>(index));
        --held_;
    }

    void add(const Candidate& candidate) noexcept {
        for (std::size_t i = 0; i < held_; ++i)
            if (candidates_[i].start == candidate.start &&
                candidates_[i].inverted == candidate.inverted) {
                candidates_[i].sync_errors =
                    std::min(candidates_[i].sync_errors, candidate.sync_errors);
                return;
            }
        // Full only when the input is made so: then the least likely one gives way.
        if (held_ == candidates_.size()) {
            const auto worst = std::max_element(
                candidates_.begin(), candidates_.end(),
                [](const auto& a, const auto& b) { return a.sync_errors < b.sync_errors; });
            if (worst->sync_errors < candidate.sync_errors)
                return;
            remove(static_cast<std::size_t>(worst - candidates_.begin()));
        }
        candidates_[held_++] = candidate;
    }

    SyncPattern marker_;
    SoftSyncSearch search_;
    std::int64_t first_look_;
    std::size_t keep_;
    std::vector<std::int8_t> buffer_; ///< symbol number n is at n − base_
    std::int64_t base_ = 0;
    std::size_t used_ = 0;
    std::int64_t searched_ = 0; ///< the first place where a sync word was not looked for yet
    std::array<Candidate, 64> candidates_{};
    std::size_t held_ = 0;
};

/// Signs of `symbols`, most significant bit first, as bytes; inverted where asked.
inline void pack_msb(std::span<const std::int8_t> symbols, bool inverted,
                     std::span<std::uint8_t> bytes) noexcept {
    static const fec::SignPacker pack;
    pack(symbols, bytes);
    if (inverted)
        fec::invert_bits(bytes);
}

} // namespace telemetry::framing
