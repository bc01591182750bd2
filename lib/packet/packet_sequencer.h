// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "telemetry/base/stage.h"
#include "telemetry/packet/packet.h"

namespace telemetry::packet {

enum class Joining : std::uint8_t { off, on };

struct SequencerOptions {
    Joining joining = Joining::on;          ///< first, continuation, last → one packet
    int secondary_header_bytes = 0;         ///< cut from each but the first segment when joining
    std::size_t longest_group = 16 * 65542; ///< octets of segments joined
    std::size_t most_applications = 4096;   ///< of all spacecraft; further ones are refused
};

/// Follows the packets of each application (spacecraft, packet type and APID): counts gaps and
/// repetitions in their sequence count, and joins segmented ones (CCSDS 133.0-B-2, 4.1.3.4).
///
/// Counts wrap: a step of d modulo 2^14 is d − 1 missing. The first packet of an application is the
/// start, whatever its count. Telecommand packets may carry a name in place of a count
/// (4.1.3.4.3.4), so theirs are not judged.
class PacketSequencer final : public Stage<Packet, Packet> {
public:
    /// `events` outlives the sequencer.
    PacketSequencer(const SequencerOptions& options, Sink<LinkEvent>& events);

    void process(const Packet& packet, Sink<Packet>& packets) noexcept override;
    void finish(Sink<Packet>& packets) noexcept override;
    void reset() noexcept override;

private:
    struct Application {
        int last_sequence = -1;
        std::vector<std::uint8_t> group; ///< segments joined so far
        Origin group_origin;
    };
    using Key = std::uint64_t; ///< spacecraft, then packet type, then APID

    Application* application_of(const Packet& packet) noexcept;
    void check_sequence(const Packet& packet, Application& application) noexcept;
    void join(const Packet& packet, Application& application, Sink<Packet>& out) noexcept;
    void drop_group(Application& application) noexcept;
    void report_broken(const Origin& origin, int apid, std::size_t octets) noexcept;

    SequencerOptions options_;
    Sink<LinkEvent>& events_;
    std::map<Key, Application>
        applications_;       ///< ordered, so that finish() reports in a fixed order
    Key last_key_ = ~Key{0}; ///< of the application that came last: mostly the next
    Application* last_ = nullptr;
};

} // namespace telemetry::packet
