// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/frame_synchronizer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace telemetry::framing {
namespace {

constexpr std::size_t kBlock = 1 << 15; ///< bits taken at once

} // namespace

std::string_view name_of(SyncState state) {
    constexpr std::array<std::string_view, 4> kNames = {"search", "verify", "lock", "flywheel"};
    return kNames[static_cast<std::size_t>(state)];
}

FrameSynchronizer::FrameSynchronizer(const FrameSynchronizerOptions& options, simd::Level limit)
    : options_(options), hard_(options.marker, options.tolerance.search, limit),
      soft_(options.marker, {options.tolerance.search, options.correlation_percent}, limit),
      pack_(limit), length_(static_cast<std::size_t>(options.marker.length)),
      period_(length_ + options.frame_bits), slip_(static_cast<std::size_t>(options.slip_bits)),
      pending_(static_cast<std::size_t>(options.verify_frames) + 1),
      frame_((options.frame_bits + 7) / 8) {
    assert(options.frame_bits > 0 && options.verify_frames >= 0);
    assert(options.flywheel_frames >= 0 && options.slip_bits >= 0);
    assert(slip_ < period_ / 2);
    const auto frames =
        static_cast<std::size_t>(std::max(options.verify_frames, options.flywheel_frames) + 2);
    capacity_ = (frames * (period_ + slip_) + length_ + 2 * kBlock) / 64 * 64 + 64;
    bits_.resize(capacity_ / 8 + 8);
}

void FrameSynchronizer::reset() noexcept {
    base_ = 0;
    used_ = 0;
    state_ = SyncState::search;
    at_ = 0;
    pending_count_ = 0;
    waiting_ = false;
    missed_ = 0;
    flown_begin_ = flown_end_ = 0;
}

void FrameSynchronizer::process(std::span<const std::uint8_t> bits,
                                Sink<LocatedFrame>& sink) noexcept {
    while (!bits.empty()) {
        make_room();
        const auto part = bits.first(std::min(bits.size(), room() / 8));
        bits = bits.subspan(part.size());
        std::memcpy(bits_.data() + used_ / 8, part.data(), part.size());
        used_ += 8 * part.size();
        run(sink);
    }
}

void FrameSynchronizer::process(std::span<const std::int8_t> symbols,
                                Sink<LocatedFrame>& sink) noexcept {
    if (symbols_.empty()) {
        symbols_.resize(capacity_ + 8);
        frame_symbols_.resize(options_.frame_bits);
    }
    while (!symbols.empty()) {
        make_room();
        const auto part = symbols.first(std::min(symbols.size(), room()));
        symbols = symbols.subspan(part.size());
        std::memcpy(symbols_.data() + used_, part.data(), part.size());
        const std::size_t first = used_ / 8;
        used_ += part.size();
        const std::size_t bytes = (used_ + 7) / 8 - first;
        pack_(std::span<const std::int8_t>(symbols_).subspan(8 * first, 8 * bytes),
              std::span(bits_).subspan(first, bytes));
        run(sink);
    }
}

std::size_t FrameSynchronizer::room() const noexcept {
    return std::min(capacity_ - used_, kBlock);
}

/// Lets go of what no state needs any more, in whole bytes, when little room is left.
void FrameSynchronizer::make_room() noexcept {
    if (capacity_ - used_ >= kBlock)
        return;
    std::size_t oldest = at_;
    if (state_ == SyncState::verify)
        oldest = pending_[0].at;
    else if (state_ == SyncState::flywheel)
        oldest = first_missed_;
    oldest -= std::min(oldest, slip_ + 1);
    const std::size_t drop = oldest / 8 * 8;
    std::memmove(bits_.data(), bits_.data() + drop / 8, (used_ + 7) / 8 - drop / 8);
    if (!symbols_.empty())
        std::memmove(symbols_.data(), symbols_.data() + drop, used_ - drop);
    base_ += static_cast<std::int64_t>(drop);
    used_ -= drop;
    at_ -= drop;
    for (Marker& marker : std::span(pending_).first(pending_count_))
        marker.at -= drop;
    if (state_ == SyncState::lock || state_ == SyncState::flywheel) {
        marker_.at -= drop;
        first_missed_ -= std::min(first_missed_, drop);
    }
    assert(capacity_ - used_ >= 8);
}

void FrameSynchronizer::run(Sink<LocatedFrame>& sink) noexcept {
    while (step(sink)) {
    }
}

/// One decision; false when more bits must come first.
bool FrameSynchronizer::step(Sink<LocatedFrame>& sink) noexcept {
    switch (state_) {
    case SyncState::search:
        return search();
    case SyncState::verify:
        return verify(sink);
    default:
        return follow(sink);
    }
}

bool FrameSynchronizer::search() noexcept {
    if (used_ < at_ + length_)
        return false;
    const std::size_t end = used_ - length_ + 1;
    // In blocks, since the first hit ends it.
    while (at_ < end) {
        const std::size_t stop = std::min(end, at_ + 4096);
        std::optional<Marker> found;
        const auto take = [&](const SyncHit& hit) {
            if (!found)
                found = Marker{hit.position, hit.errors, 0, hit.inverted};
        };
        if (!symbols_.empty() && options_.correlation_percent > 0)
            soft_.search(std::span<const std::int8_t>(symbols_).first(used_), at_, stop, take);
        else
            hard_.search(held(), at_, stop, take);
        if (!found) {
            at_ = stop;
            continue;
        }
        at_ = found->at;
        if (options_.verify_frames == 0) {
            ++counts_.locks;
            state_ = SyncState::lock;
            marker_ = *found;
            waiting_ = true;
            missed_ = 0;
        } else {
            state_ = SyncState::verify;
            pending_[0] = *found;
            pending_count_ = 1;
        }
        return true;
    }
    return false;
}

bool FrameSynchronizer::around_is_there(std::size_t expected) const noexcept {
    return used_ >= expected + slip_ + length_;
}

FrameSynchronizer::Marker FrameSynchronizer::best_around(std::size_t expected) const noexcept {
    Marker best;
    best.errors = options_.marker.length + 1;
    const auto look = [&](int slip) {
        Marker here;
        here.at = expected + static_cast<std::size_t>(slip);
        here.slip = slip;
        here.errors = hard_.differences(held(), here.at);
        here.inverted = 2 * here.errors > options_.marker.length;
        if (here.inverted)
            here.errors = options_.marker.length - here.errors;
        if (here.errors < best.errors)
            best = here;
    };
    look(0);
    for (int slip = 1; slip <= options_.slip_bits; ++slip) {
        look(-slip);
        look(slip);
    }
    return best;
}

bool FrameSynchronizer::verify(Sink<LocatedFrame>& sink) noexcept {
    const std::size_t expected = at_ + period_;
    if (!around_is_there(expected))
        return false;
    const Marker next = best_around(expected);
    if (next.errors > options_.tolerance.verify || next.inverted != pending_[0].inverted) {
        ++counts_.rejects;
        state_ = SyncState::search;
        at_ = pending_[0].at + 1;
        pending_count_ = 0;
        return true;
    }
    at_ = next.at;
    counts_.slips += next.slip != 0;
    pending_[pending_count_++] = next;
    if (pending_count_ < pending_.size())
        return true;
    for (const Marker& marker : std::span(pending_).first(pending_count_ - 1))
        yield(marker, SyncState::verify, sink);
    ++counts_.locks;
    state_ = SyncState::lock;
    marker_ = next;
    waiting_ = true;
    missed_ = 0;
    pending_count_ = 0;
    return true;
}

bool FrameSynchronizer::follow(Sink<LocatedFrame>& sink) noexcept {
    if (waiting_) {
        if (used_ < marker_.at + period_)
            return false;
        yield(marker_, state_, sink);
        waiting_ = false;
        return true;
    }
    const std::size_t expected = at_ + period_;
    if (!around_is_there(expected))
        return false;
    Marker next = best_around(expected);
    int tolerance =
        state_ == SyncState::lock ? options_.tolerance.lock : options_.tolerance.flywheel;
    if (next.slip != 0)
        tolerance = std::min(tolerance, options_.tolerance.verify);
    if (next.errors <= tolerance) {
        counts_.slips += next.slip != 0;
        counts_.inversions += next.inverted != marker_.inverted;
        state_ = SyncState::lock;
        missed_ = 0;
    } else {
        if (missed_ == 0)
            first_missed_ = expected;
        if (missed_ == options_.flywheel_frames) {
            ++counts_.losses;
            flown_begin_ = base_ + static_cast<std::int64_t>(first_missed_);
            flown_end_ = base_ + static_cast<std::int64_t>(expected);
            state_ = SyncState::search;
            at_ = first_missed_ - slip_;
            return true;
        }
        ++missed_;
        state_ = SyncState::flywheel;
        const int differences = hard_.differences(held(), expected);
        next = {expected, marker_.inverted ? options_.marker.length - differences : differences, 0,
                marker_.inverted};
    }
    at_ = next.at;
    marker_ = next;
    waiting_ = true;
    return true;
}

void FrameSynchronizer::yield(const Marker& marker, SyncState state,
                              Sink<LocatedFrame>& sink) noexcept {
    LocatedFrame frame;
    frame.position = base_ + static_cast<std::int64_t>(marker.at);
    if (frame.position >= flown_begin_ && frame.position < flown_end_ &&
        (frame.position - flown_begin_) % static_cast<std::int64_t>(period_) == 0)
        return;
    fec::copy_bits(bits_, marker.at + length_, frame_);
    if (marker.inverted)
        fec::invert_bits(frame_);
    if (const std::size_t over = 8 * frame_.size() - options_.frame_bits; over > 0)
        frame_.back() &= static_cast<std::uint8_t>(0xff << over);
    frame.bits = frame_;
    if (!symbols_.empty()) {
        frame.symbols = std::span<const std::int8_t>(symbols_).subspan(marker.at + length_,
                                                                       options_.frame_bits);
        if (marker.inverted) {
            std::transform(frame.symbols.begin(), frame.symbols.end(), frame_symbols_.begin(),
                           [](std::int8_t symbol) { return static_cast<std::int8_t>(-symbol); });
            frame.symbols = frame_symbols_;
        }
    }
    frame.state = state;
    frame.sync_errors = marker.errors;
    frame.slip = marker.slip;
    frame.inverted = marker.inverted;
    ++counts_.frames;
    counts_.flywheel_frames += state == SyncState::flywheel;
    sink.accept(frame);
}

} // namespace telemetry::framing
