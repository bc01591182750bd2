// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/frame_synchronizer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <tuple>

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
      pairs_(options.marker, {options.tolerance.search, options.correlation_percent}, limit),
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
        frame_symbols_.resize(8 * frame_.size() + 8);
        around_.resize((length_ + 2 * slip_ + 2 + 7) / 8 * 8);
        around_signs_.resize(around_.size() / 8 + 8);
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

std::optional<FrameSynchronizer::Marker>
FrameSynchronizer::first_marker(std::size_t begin, std::size_t end) const noexcept {
    std::optional<Marker> found;
    const auto take = [&](const SyncHit& hit) {
        if (!found)
            found = Marker{hit.position, hit.errors, 0, {false, hit.inverted, hit.inverted}};
    };
    const auto symbols = std::span<const std::int8_t>(symbols_).first(symbols_.empty() ? 0 : used_);
    if (qpsk())
        pairs_.search(symbols.first(used_ / 2 * 2), begin, end, [&](const QpskSyncHit& hit) {
            if (!found || (hit.position == found->at && hit.errors < found->errors))
                found = Marker{hit.position, hit.errors, 0, hit.phase};
        });
    else if (!symbols.empty() && options_.correlation_percent > 0)
        soft_.search(symbols, begin, end, take);
    else
        hard_.search(held(), begin, end, take);
    return found;
}

bool FrameSynchronizer::search() noexcept {
    const std::size_t last = qpsk() ? used_ / 2 * 2 : used_;
    const std::size_t beyond = length_ + (qpsk() ? 1 : 0);
    if (last < at_ + beyond)
        return false;
    const std::size_t end = last - beyond + 1;
    // In blocks, since the first hit ends it.
    while (at_ < end) {
        const std::size_t stop = std::min(end, at_ + 4096);
        const auto found = first_marker(at_, stop);
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
    return used_ >= pairs_to(expected + slip_ + length_);
}

std::span<const std::uint8_t> FrameSynchronizer::resolved_signs(std::size_t begin, std::size_t end,
                                                                const QpskPhase& phase) noexcept {
    const auto symbols = std::span(around_).first(pairs_to(end) - begin);
    resolve(phase, std::span<const std::int8_t>(symbols_).subspan(begin, symbols.size()), symbols);
    pack_(around_, std::span(around_signs_).first(around_.size() / 8));
    return around_signs_;
}

int FrameSynchronizer::errors_at(std::size_t at, const QpskPhase& phase) noexcept {
    if (qpsk())
        return hard_.differences(resolved_signs(at / 2 * 2, at + length_, phase), at % 2);
    const int differences = hard_.differences(held(), at);
    return phase.i_inverted ? options_.marker.length - differences : differences;
}

FrameSynchronizer::Marker FrameSynchronizer::best_around(std::size_t expected,
                                                         const QpskPhase& phase) noexcept {
    Marker best;
    best.errors = options_.marker.length + 1;
    const auto worse = [&](const Marker& marker) {
        return std::tuple(marker.errors, std::abs(marker.slip), marker.phase != phase);
    };
    // `bits` begin at `first`; they, or they inverted, may be right.
    const auto look = [&](std::span<const std::uint8_t> bits, std::size_t first,
                          const QpskPhase& resolved) {
        for (int slip = -options_.slip_bits; slip <= options_.slip_bits; ++slip) {
            Marker here{
                .at = expected + static_cast<std::size_t>(slip), .slip = slip, .phase = resolved};
            here.errors = hard_.differences(bits, here.at - first);
            if (2 * here.errors > options_.marker.length) {
                here.errors = options_.marker.length - here.errors;
                here.phase.i_inverted = !here.phase.i_inverted;
                here.phase.q_inverted = !here.phase.q_inverted;
            }
            if (worse(here) < worse(best))
                best = here;
        }
    };
    if (!qpsk()) {
        look(held(), 0, {});
        return best;
    }
    const std::size_t first = (expected - slip_) / 2 * 2;
    for (const bool swapped : {false, true})
        for (const bool different : {false, true}) {
            const QpskPhase resolved{swapped, false, different};
            look(resolved_signs(first, expected + slip_ + length_, resolved), first, resolved);
        }
    return best;
}

bool FrameSynchronizer::verify(Sink<LocatedFrame>& sink) noexcept {
    const std::size_t expected = at_ + period_;
    if (!around_is_there(expected))
        return false;
    const Marker next = best_around(expected, pending_[0].phase);
    if (next.errors > options_.tolerance.verify || next.phase != pending_[0].phase) {
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
        if (used_ < pairs_to(marker_.at + period_))
            return false;
        yield(marker_, state_, sink);
        waiting_ = false;
        return true;
    }
    const std::size_t expected = at_ + period_;
    if (!around_is_there(expected))
        return false;
    Marker next = best_around(expected, marker_.phase);
    int tolerance =
        state_ == SyncState::lock ? options_.tolerance.lock : options_.tolerance.flywheel;
    if (next.slip != 0 || (qpsk() && next.phase != marker_.phase))
        tolerance = std::min(tolerance, options_.tolerance.verify);
    if (next.errors <= tolerance) {
        counts_.slips += next.slip != 0;
        counts_.inversions += next.phase != marker_.phase;
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
        next = {expected, errors_at(expected, marker_.phase), 0, marker_.phase};
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
    const std::size_t first = marker.at + length_;
    frame.phase = marker.phase;
    frame.inverted = marker.phase == QpskPhase{false, true, true};
    if (qpsk()) {
        const std::size_t begin = first / 2 * 2;
        const auto pairs = std::span<const std::int8_t>(symbols_).subspan(
            begin, pairs_to(first + options_.frame_bits) - begin);
        resolve(marker.phase, pairs, std::span(frame_symbols_).first(pairs.size()));
        const auto symbols = std::span<const std::int8_t>(frame_symbols_).subspan(first - begin);
        pack_(symbols.first(8 * frame_.size()), frame_);
        frame.symbols = symbols.first(options_.frame_bits);
    } else {
        fec::copy_bits(bits_, first, frame_);
        if (frame.inverted)
            fec::invert_bits(frame_);
        if (!symbols_.empty())
            frame.symbols =
                std::span<const std::int8_t>(symbols_).subspan(first, options_.frame_bits);
        if (!symbols_.empty() && frame.inverted) {
            std::transform(frame.symbols.begin(), frame.symbols.end(), frame_symbols_.begin(),
                           [](std::int8_t symbol) { return static_cast<std::int8_t>(-symbol); });
            frame.symbols = std::span<const std::int8_t>(frame_symbols_).first(options_.frame_bits);
        }
    }
    if (const std::size_t over = 8 * frame_.size() - options_.frame_bits; over > 0)
        frame_.back() &= static_cast<std::uint8_t>(0xff << over);
    frame.bits = frame_;
    frame.state = state;
    frame.sync_errors = marker.errors;
    frame.slip = marker.slip;
    ++counts_.frames;
    counts_.flywheel_frames += state == SyncState::flywheel;
    sink.accept(frame);
}

} // namespace telemetry::framing
