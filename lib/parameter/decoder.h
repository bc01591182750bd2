// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "telemetry/base/stage.h"
#include "telemetry/packet/packet.h"
#include "telemetry/parameter/program.h"
#include "telemetry/parameter/value.h"

namespace telemetry::parameter {

class Machine;

/// Something odd about a packet. What could be decoded of it was.
enum class DecodeFault : std::uint8_t {
    container_not_found, ///< nobody described it
    packet_too_short,    ///< it ends before its container does; `bits` are missing at least
    bits_left_over,      ///< `bits` that no entry reaches follow the last one
    length_mismatch,     ///< its own length field says another length
    size_mismatch,       ///< its container's size is another than its own
    limit_reached,       ///< more values than DecoderOptions allow, or more work than any packet is
    reference_unknown,   ///< an indirect entry names no parameter, or a size's parameter is unknown
    segments_missing     ///< a parameter's segments did not all come
};
inline constexpr std::size_t kDecodeFaults = 8;
std::string_view name_of(DecodeFault fault); ///< "container_not_found", …

struct DecodeEvent {
    DecodeFault fault;
    std::int64_t packet = 0; ///< PacketRecord::number
    ContainerIndex container = kNone;
    int apid = -1;
    std::int64_t bits = 0;
    UtcNs reception_ns = kUnknownTime;
};

struct DecodeCounts {
    std::uint64_t packets = 0;
    std::uint64_t values = 0;
    std::array<std::uint64_t, kDecodeFaults> faults{}; ///< by DecodeFault
};

struct DecoderOptions {
    std::size_t batch_values = 4096;      ///< a batch is handed on when it holds this many
    std::uint32_t most_values = 1U << 20; ///< of one packet
    Feed feed = Feed::live;
};

/// Packets → values of parameters, by a compiled Program.
///
/// A packet's container is found by descending from the root: decode a container's entries, look up
/// which child the discriminating field's value allows, test that child's restriction, go on there;
/// when a branch ends in an abstract container its values are withdrawn and the next is tried.
/// Whatever a packet says about sizes and counts is held against its length, and one fault is
/// reported a packet and kind, never more.
class Decoder final : public Stage<packet::Packet, ValueBatch> {
public:
    /// `events` outlives the decoder.
    Decoder(std::shared_ptr<const Program> program, Sink<DecodeEvent>& events,
            const DecoderOptions& options = {});
    ~Decoder() override;

    void process(const packet::Packet& packet, Sink<ValueBatch>& sink) noexcept override;
    /// Hands on what is gathered; further packets may follow. For live use.
    void flush(Sink<ValueBatch>& sink) noexcept;
    void finish(Sink<ValueBatch>& sink) noexcept override { flush(sink); }
    /// Forgets the values that conditions may refer to, and gathered ones.
    void reset() noexcept override;

    const DecodeCounts& counts() const noexcept { return counts_; }
    const Program& program() const noexcept { return *program_; }

private:
    void tell(const DecodeEvent& event) noexcept;

    std::shared_ptr<const Program> program_;
    Sink<DecodeEvent>& events_;
    DecoderOptions options_;
    std::unique_ptr<Machine> machine_;
    DecodeCounts counts_;
    std::int64_t next_number_ = 0;
};

} // namespace telemetry::parameter
