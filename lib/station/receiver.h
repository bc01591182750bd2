// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/framing/deframer.h"
#include "telemetry/station/packet_chain.h"
#include "telemetry/station/station.h"

namespace telemetry::station {

enum class EventKind : std::uint8_t {
    lock_acquired,
    lock_lost,
    frame_discarded, ///< `text` is one of framing::kDiscardNames, `count` how many
    samples_lost,    ///< `count` samples are missing before sample_index; lock was dropped
    samples_invalid  ///< `count` samples from sample_index on were not finite and were taken as 0
};
std::string_view name_of(EventKind kind); ///< "lock_acquired", …

/// Something that happened on the way, for the event log.
struct Event {
    EventKind kind;
    int downlink = -1; ///< index into Station::downlinks; −1: the whole receiver
    std::int64_t sample_index = 0;
    UtcNs utc_ns = kUnknownTime;
    std::int64_t count = 1;
    std::string_view text = {};
    LinkQuality quality = {};
};

/// Where one downlink stands, for metrics. Counts since construction.
struct DownlinkStatus {
    LinkQuality quality = {};
    framing::DeframerCounts counts = {};
    std::uint64_t symbols = 0;
    std::uint64_t corrected = 0;  ///< sum of Frame::corrected
    std::uint64_t duplicates = 0; ///< frames dropped because another downlink had them
    PacketTally packets = {};
};

/// Takes what a Receiver finds, in an order that depends on the input alone.
struct Observer : PacketObserver {
    virtual void on_frame(const Frame& frame, int downlink) noexcept = 0;
    virtual void on_event(const Event& event) noexcept = 0;
};

struct ReceiverOptions {
    std::vector<std::string> downlinks = {}; ///< by name; empty: all
    int threads = 1; ///< downlinks are spread over this many; the result is the same
    /// What IQ samples are centred on. A downlink that states another frequency is moved to the
    /// centre before demodulation, and left out when it lies outside the samples; it is an error
    /// when all do. Unknown, and for audio: each downlink is taken to be at the centre.
    std::optional<double> center_hz = {};
};

/// The whole chain of a station: its downlinks run together on the same samples, duplicates merged
/// (the same bytes from overlapping samples), frames and events in order of time. A frame is told
/// before the packets that it completes.
///
/// Samples are worked off in blocks on a fixed grid of sample indices; what a block yields is
/// sorted by sample index, then downlink, and reported when the block is complete. That makes the
/// order independent of chunking and threads at a delay of one block (20 ms, less at high rates).
class Receiver {
public:
    static Result<std::unique_ptr<Receiver>> make(const Station& station,
                                                  const SampleFormat& format, Observer& observer,
                                                  const ReceiverOptions& options = {});
    virtual ~Receiver() = default;

    /// A first_index beyond the expected one is a gap: frames in flight are finished, lock is
    /// dropped, samples_lost is reported. One before the expected one is a caller's bug.
    virtual void process(const Samples& samples) noexcept = 0;

    /// Sample `index` was taken at `utc_ns`; call before the samples that follow it.
    virtual void anchor_time(std::int64_t index, UtcNs utc_ns) noexcept = 0;

    /// End of input: frames in flight are finished. Afterwards the receiver is as new, but for its
    /// counts and sample index.
    virtual void finish() noexcept = 0;

    /// One for each of Station::downlinks; those not selected stay empty.
    virtual std::vector<DownlinkStatus> status() const = 0;

    /// Selected downlinks that lie outside the samples, by index.
    virtual const std::vector<int>& left_out() const noexcept = 0;

    virtual std::uint64_t samples() const noexcept = 0; ///< taken so far
    virtual std::int64_t samples_lost() const noexcept = 0;
};

} // namespace telemetry::station
