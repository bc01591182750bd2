// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "telemetry/dsp/mixer.h"
#include "telemetry/station/receiver.h"

namespace telemetry::station {

/// A frame that waits for its block to be complete. Its bytes lie in Findings::bytes.
struct FoundFrame {
    Frame frame; ///< `bytes` is filled in when it is reported
    std::size_t offset = 0;
    std::size_t size = 0;
    int downlink = 0;
    std::int64_t block = 0;
};

struct FoundEvent {
    Event event;
    std::int64_t block = 0;
};

/// What one channel found in the blocks of one batch. Cleared, not freed, between batches.
struct Findings {
    std::vector<FoundFrame> frames;
    std::vector<FoundEvent> events;
    std::vector<std::uint8_t> bytes;

    void clear() {
        frames.clear();
        events.clear();
        bytes.clear();
    }
};

/// A demodulator and the deframers that take its symbols. Downlinks that differ in framing only
/// share it, since demodulation is nearly all of the work.
///
/// Lock is reported with hysteresis: a state must have lasted (40 ms to acquire, 250 ms to lose)
/// before it is told, or a signal at the threshold would fill the log. Discards are told at most
/// once a second and reason, with their count.
class Channel {
public:
    /// `shift_hz`: where the downlink lies in the samples; 0: at their centre.
    static Result<std::unique_ptr<Channel>> make(const Station& station, int downlink,
                                                 const SampleFormat& format, double shift_hz);

    /// True when `downlink` is demodulated by the same entry with the same settings, from the same
    /// place.
    bool serves(const Downlink& downlink, double shift_hz) const;
    Result<void> add(const Station& station, int downlink);

    /// Samples of one block of the grid.
    void process(const Samples& samples, std::int64_t block) noexcept;
    void finish(std::int64_t end_index, std::int64_t block) noexcept;
    void reset() noexcept;

    Findings& findings() { return findings_; }
    void status(std::vector<DownlinkStatus>& all) const;

private:
    struct Deframing final : Sink<Frame> {
        void accept(const Frame& frame) noexcept override;

        Channel* channel = nullptr;
        int downlink = 0;
        std::unique_ptr<framing::Deframer> deframer;
        std::array<std::uint64_t, framing::kDiscardNames.size()> told{};
        std::array<std::int64_t, framing::kDiscardNames.size()> told_at{};
        std::uint64_t corrected = 0;
    };
    struct Symbols final : Sink<SoftSymbols> {
        void accept(const SoftSymbols& symbols) noexcept override;
        Channel* channel = nullptr;
    };

    Channel(const Downlink& downlink, const SampleFormat& format, double shift_hz);

    void follow_lock(std::int64_t end_index) noexcept;
    void set_lock(bool locked, std::int64_t index) noexcept;
    void tell_discards(std::int64_t end_index, std::int64_t least_wait) noexcept;
    void tell(EventKind kind, int downlink, std::int64_t index, std::int64_t count,
              std::string_view text) noexcept;

    const Downlink& model_; ///< the downlink it was made for
    double rate_hz_;
    double shift_hz_;
    std::optional<dsp::Mixer> mixer_; ///< when it has to be moved
    std::vector<Iq> moved_;           ///< a block
    std::unique_ptr<dsp::Demodulator> demodulator_;
    Symbols symbols_;
    std::vector<std::unique_ptr<Deframing>> deframings_;
    Findings findings_;
    std::int64_t block_ = 0;

    LinkQuality quality_{};
    std::uint64_t symbol_count_ = 0;
    bool fresh_ = true;             ///< no sample since the start or a reset
    bool locked_ = false;           ///< as told
    std::int64_t agrees_until_ = 0; ///< end of the last block whose lock was as told
};

} // namespace telemetry::station
