// SPDX-License-Identifier: GPL-3.0-or-later
#include "packet_splitter_impl.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include <array>
#include <stdexcept>

#include "telemetry/packet/packet.h"

namespace gr {
namespace telemetry {

namespace packet = ::telemetry::packet;

namespace {

// The header of an Encapsulation Packet can claim 4 GiB: what is no header may not eat memory.
constexpr size_t longest_packet = 16 << 20;

} // namespace

packet_splitter::sptr packet_splitter::make(int packet_size) {
    if (packet_size < 0 || static_cast<size_t>(packet_size) > longest_packet)
        throw std::invalid_argument("packet_size: expected 0 to " + std::to_string(longest_packet) +
                                    " bytes");
    return gnuradio::make_block_sptr<packet_splitter_impl>(
        gnuradio::make_block_sptr<splitter_stage>(static_cast<size_t>(packet_size)));
}

packet_splitter_impl::packet_splitter_impl(std::shared_ptr<splitter_stage> stage)
    : gr::hier_block2("telemetry_packet_splitter", gr::io_signature::make(1, 1, 1),
                      gr::io_signature::make(0, 0, 0)),
      d_stage(std::move(stage)) {
    seal(*this, d_stage, std::array{keys::packets()});
}

splitter_stage::splitter_stage(size_t packet_size)
    : message_stage("telemetry_splitter_stage", 1), d_packet_size(packet_size) {
    message_port_register_out(keys::packets());
}

void splitter_stage::work_off(const void* items, int count, uint64_t, std::span<const tag_t>) {
    const auto* bytes = static_cast<const uint8_t*>(items);
    d_bytes.insert(d_bytes.end(), bytes, bytes + count);
    size_t at = 0;
    while (const size_t used = take_one(std::span<const uint8_t>(d_bytes).subspan(at))) {
        at += used;
        d_position += used;
    }
    d_bytes.erase(d_bytes.begin(), d_bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

size_t splitter_stage::take_one(std::span<const uint8_t> bytes) {
    const auto extent =
        d_packet_size > 0 ? packet::Extent{.total = d_packet_size} : packet::packet_extent(bytes);
    if (bytes.empty() || extent.need > 0)
        return 0;
    if (extent.total == 0 || extent.total > longest_packet) {
        ++d_skipped;
        return 1;
    }
    if (extent.total > bytes.size())
        return 0;
    packet::Packet found;
    found.bytes = bytes.first(extent.total);
    found.space = packet::parse_space_header(found.bytes);
    found.origin.sample_index = static_cast<int64_t>(d_position);
    const bool known = found.space || packet::parse_encapsulation_header(found.bytes);
    ++d_packets;
    message_port_pub(keys::packets(),
                     known ? to_pdu(found, {}, {})
                           : pmt::cons(pmt::make_dict(),
                                       pmt::init_u8vector(found.bytes.size(), found.bytes.data())));
    return extent.total;
}

void splitter_stage::finish() {
    d_skipped += d_bytes.size();
    d_bytes.clear();
    d_position = 0;
}

} // namespace telemetry
} // namespace gr
