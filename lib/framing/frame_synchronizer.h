// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "telemetry/base/stage.h"
#include "telemetry/fec/bits.h"
#include "telemetry/framing/sync_search_qpsk.h"
#include "telemetry/framing/sync_search_soft.h"

namespace telemetry::framing {

enum class SyncState : std::uint8_t {
    search,  ///< no marker yet
    verify,  ///< one was found; the next ones must follow at the right distance
    lock,    ///< markers are where they are expected
    flywheel ///< the last ones were not; their places are assumed
};
std::string_view name_of(SyncState state);

/// What soft symbols are: of one axis, or I and Q in turn, whose phase is one of QpskPhase's eight.
enum class Constellation : std::uint8_t { bpsk, qpsk };

struct FrameSynchronizerOptions {
    SyncPattern marker = pattern_of(kMarker32);
    std::size_t frame_bits = 0; ///< behind each marker

    /// Wrong bits of the marker allowed in each state.
    struct Tolerance {
        int search = 3;
        int verify = 4;
        int lock = 6;
        int flywheel = 4;
    } tolerance = {};
    Constellation constellation = Constellation::bpsk;
    int correlation_percent = 0; ///< of soft symbols, in search: see SoftSyncLimits

    int verify_frames = 1;   ///< markers that must follow the first one before lock
    int flywheel_frames = 3; ///< frames in a row without marker before lock is dropped
    int slip_bits = 2;       ///< how far from its place a marker is looked for
};

/// A frame between markers. Spans die with accept().
struct LocatedFrame {
    std::int64_t position = 0; ///< number of its marker's first bit, counted from the last reset
    /// Packed, in the right polarity; zeros fill the last byte.
    std::span<const std::uint8_t> bits = {};
    std::span<const std::int8_t> symbols = {}; ///< the same when there are soft symbols
    SyncState state = SyncState::search; ///< in which it was located: verify, lock or flywheel
    int sync_errors = 0;                 ///< wrong bits of its marker
    int slip = 0;          ///< bits that its marker came later (earlier: negative) than expected
    bool inverted = false; ///< it came inverted, both of I and Q
    QpskPhase phase = {};  ///< what put I and Q right
};

/// Counted since construction.
struct FrameSynchronizerCounts {
    std::uint64_t frames = 0;          ///< yielded
    std::uint64_t flywheel_frames = 0; ///< of these, with a marker that was not recognised
    std::uint64_t locks = 0;
    std::uint64_t losses = 0;     ///< of lock
    std::uint64_t rejects = 0;    ///< markers found that none followed
    std::uint64_t slips = 0;      ///< markers found beside their place
    std::uint64_t inversions = 0; ///< changes of polarity or phase while locked
};

/// Cuts a stream of fixed-length frames with sync markers (CCSDS 131.0-B-5 section 9; the strategy
/// of 130.1-G-3 section 10): search, verify, lock, flywheel.
///
/// A marker found in search counts only when others follow at a frame's distance; if none does, the
/// search goes on right behind it, through bits that are still held. So a chance marker costs time
/// but no frame, and the first frame is not lost: it comes out once verified. In lock a marker is
/// looked for at its place and a few bits around, the best fit wins: a bit slip costs no more than
/// the frame it happens in. A frame comes out with its last bit; when lock is dropped, the search
/// begins where the first marker was missed. What came out in flywheel does not come out again when
/// the search, which may allow more wrong bits, finds its marker after all.
///
/// QPSK is resolved by the marker as well: all eight phases are searched, and in lock the marker is
/// looked for in each, so that a phase that turns costs the frame it happens in. Positions count in
/// the symbols as sent, where a marker may begin on I or Q; the first symbol of all is an I.
///
/// Every step looks at bits up to a place that follows from the steps before, so nothing depends on
/// how the input is cut.
class FrameSynchronizer {
public:
    explicit FrameSynchronizer(const FrameSynchronizerOptions& options,
                               simd::Level limit = simd::chosen_level());

    /// Packed bits, the first one in the highest place of each byte. Use one kind of input only.
    void process(std::span<const std::uint8_t> bits, Sink<LocatedFrame>& sink) noexcept;

    /// Soft symbols: located by their signs (and correlation), yielded as symbols and signs.
    void process(std::span<const std::int8_t> symbols, Sink<LocatedFrame>& sink) noexcept;

    void reset() noexcept;

    SyncState state() const noexcept { return state_; }
    const FrameSynchronizerCounts& counts() const noexcept { return counts_; }

private:
    /// A marker, and what was seen of it. `at` is an index into what is held. Of one axis, `phase`
    /// has both inverted, or none.
    struct Marker {
        std::size_t at = 0;
        int errors = 0;
        int slip = 0;
        QpskPhase phase = {};
    };

    std::size_t room() const noexcept;
    void make_room() noexcept;
    void run(Sink<LocatedFrame>& sink) noexcept;
    bool step(Sink<LocatedFrame>& sink) noexcept;
    bool search() noexcept;
    bool verify(Sink<LocatedFrame>& sink) noexcept;
    bool follow(Sink<LocatedFrame>& sink) noexcept;
    std::optional<Marker> first_marker(std::size_t begin, std::size_t end) const noexcept;
    /// The best fit around `expected`; of equal ones that nearest to its place, then that in
    /// `phase`.
    Marker best_around(std::size_t expected, const QpskPhase& phase) noexcept;
    int errors_at(std::size_t at, const QpskPhase& phase) noexcept;
    /// Puts the symbols [begin, end) right, and returns their signs; `begin` is even.
    std::span<const std::uint8_t> resolved_signs(std::size_t begin, std::size_t end,
                                                 const QpskPhase& phase) noexcept;
    bool qpsk() const noexcept {
        return options_.constellation == Constellation::qpsk && !symbols_.empty();
    }
    /// The end of the pair that `end` is in.
    std::size_t pairs_to(std::size_t end) const noexcept {
        return qpsk() ? (end + 1) / 2 * 2 : end;
    }
    bool around_is_there(std::size_t expected) const noexcept;
    void yield(const Marker& marker, SyncState state, Sink<LocatedFrame>& sink) noexcept;
    std::span<const std::uint8_t> held() const noexcept {
        return std::span(bits_).first((used_ + 7) / 8);
    }

    FrameSynchronizerOptions options_;
    SyncSearch hard_;
    SoftSyncSearch soft_;
    QpskSyncSearch pairs_;
    fec::SignPacker pack_;
    std::size_t length_; ///< of the marker
    std::size_t period_; ///< from marker to marker
    std::size_t slip_;

    std::size_t capacity_; ///< bits
    std::vector<std::uint8_t> bits_;
    std::vector<std::int8_t> symbols_; ///< empty until soft symbols come
    std::int64_t base_ = 0;            ///< number of the first bit held
    std::size_t used_ = 0;

    SyncState state_ = SyncState::search;
    std::size_t at_ = 0;          ///< search: where to go on; else: the last marker
    std::vector<Marker> pending_; ///< verify: the first marker, and those that followed
    std::size_t pending_count_ = 0;
    Marker marker_;        ///< lock and flywheel: of the frame that is coming in
    bool waiting_ = false; ///< its last bits are not here yet
    int missed_ = 0;
    std::size_t first_missed_ = 0;
    std::int64_t flown_begin_ = 0; ///< the first frame of the last flywheel that ended in a loss
    std::int64_t flown_end_ = 0;   ///< where the first one behind it would have been
    FrameSynchronizerCounts counts_;
    std::vector<std::uint8_t> frame_;
    std::vector<std::int8_t> frame_symbols_;
    std::vector<std::int8_t> around_; ///< symbols of a marker and its surroundings, put right
    std::vector<std::uint8_t> around_signs_;
};

} // namespace telemetry::framing
