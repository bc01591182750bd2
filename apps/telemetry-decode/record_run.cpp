// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <optional>

#include <unistd.h>

#include "record_reader.h"
#include "run.h"
#include "telemetry/packet/packet_settings.h"
#include "telemetry/station/packet_chain.h"

namespace telemetry::decode {
namespace {

RecordExtent measure_packet(std::span<const std::uint8_t> bytes) {
    const packet::Extent extent = packet::packet_extent(bytes);
    return {extent.total, extent.need,
            "its version is neither that of a Space Packet nor of an Encapsulation Packet, or its "
            "length is impossible"};
}

/// A database may describe packets that are neither: their length is looked for where Space Packets
/// have it, and where the file ends before that, the rest of it is one packet.
packet::Extent described_extent(std::span<const std::uint8_t> bytes) {
    const packet::Extent extent = packet::packet_extent(bytes);
    if (extent.total != 0 || extent.need != 0)
        return extent;
    if (bytes.size() < 6)
        return {0, 6};
    return {(std::size_t{bytes[4]} << 8 | bytes[5]) + 7, 0};
}

RecordExtent measure_described(std::span<const std::uint8_t> bytes) {
    const packet::Extent extent = described_extent(bytes);
    return {extent.total, extent.need, ""};
}

/// USLP frames say their length, but for truncated ones (732.1-B-2, 4.1.2 and annex D).
RecordExtent measure_uslp(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 7)
        return {.need = 7};
    if (bytes[0] >> 4 != 12)
        return {.problem = "it is no USLP frame, whose first bits are 1100"};
    if ((bytes[3] & 1) != 0)
        return {.problem = "a truncated USLP frame says no length"};
    return {.total = static_cast<std::size_t>(bytes[4] << 8 | bytes[5]) + 1};
}

/// Of frames as the framing yields them.
std::size_t frame_size(const Options& options, const station::Downlink& link) {
    if (options.frame_size != 0 || !link.settings.has("frame_size"))
        return options.frame_size;
    const auto size = static_cast<std::size_t>(link.settings.integer("frame_size"));
    return link.settings.has("fecf") && link.settings.flag("fecf") ? size - 2 : size;
}

RawLayout layout_of(const Run& run, const station::Downlink& link) {
    const Options& options = run.options;
    if (options.input_stage == InputStage::packets && options.database.empty())
        return {.measure = &measure_packet, .what = "packet"};
    if (options.input_stage == InputStage::packets)
        return {.size = run.parameters->packet_size(),
                .rest = RawLayout::Rest::kept,
                .measure = &measure_described,
                .what = "packet"};
    const bool uslp = link.packets && link.packets->text("protocol") == "USLP";
    return {.size = frame_size(options, link), .measure = uslp ? &measure_uslp : nullptr};
}

/// A record is one packet, or several in a row. With a database, what has no known header, is cut
/// or has a size of its own is a packet too.
void take_packets(const Record& record, const Run& run, int downlink, Printer& printer,
                  station::PacketChain& packets) {
    const bool described = run.parameters != nullptr;
    const std::size_t size = described ? run.parameters->packet_size() : 0;
    auto bytes = record.frame.bytes;
    while (!bytes.empty()) {
        packet::Extent extent = packet::packet_extent(bytes);
        const bool known = extent.total != 0 && size == 0;
        if (described && (size != 0 || extent.total == 0 || extent.total > bytes.size()))
            extent.total = size != 0 ? std::min(size, bytes.size()) : bytes.size();
        if (extent.total == 0 || extent.total > bytes.size()) {
            auto event = packet::event_about(extent.total == 0 && extent.need == 0
                                                 ? packet::LinkFault::packet_unknown
                                                 : packet::LinkFault::packet_broken,
                                             record.origin);
            event.count = static_cast<std::int64_t>(bytes.size());
            return printer.on_link_event(event, downlink);
        }
        packet::Packet packet;
        packet.bytes = bytes.first(extent.total);
        packet.space = packet::parse_space_header(packet.bytes);
        packet.origin = record.origin;
        if (!known || !packet::is_idle(packet))
            packets.take(packet, downlink);
        bytes = bytes.subspan(extent.total);
    }
}

} // namespace

int run_records(const Run& run) {
    const Options& options = run.options;
    const auto downlink = single_downlink(options, run.station);
    if (!downlink)
        return refuse(downlink.error(), kUsage);
    const station::Downlink& link = run.station.downlinks[static_cast<std::size_t>(*downlink)];
    const auto opened = open_records(options.input, options.source.format, layout_of(run, link));
    if (!opened)
        return refuse(opened.error(), opened.error().key.starts_with("--") ? kUsage : kInputFailed);
    RecordReader& input = **opened;

    Progress progress(1.0, std::nullopt);
    const auto record_format =
        make_record_format(options.format, run.station, options.output_stage, 1.0);
    Printer printer(run.station, *record_format, options.output_stage, run.output,
                    options.verbose ? &progress : nullptr, run.parameters);
    station::PacketChain packets(run.station, printer);

    run.output.write(record_format->head());
    std::optional<Error> broken;
    std::size_t records = 0;
    while (!run.output.failed()) {
        const auto record = input.next();
        if (!record)
            broken = record.error();
        if (!record || !*record)
            break;
        ++records;
        if (options.input_stage == InputStage::packets) {
            take_packets(**record, run, *downlink, printer, packets);
        } else {
            printer.on_frame((*record)->frame, *downlink);
            packets.take((*record)->frame, *downlink);
        }
    }
    const bool empty = records == 0 && !broken && input.remark().empty();
    if (empty)
        return refuse(Error{.message = "holds nothing", .file = options.input}, kInputFailed);
    packets.finish();
    if (const int status = close(run, kDone); status != kDone)
        return status;
    if (broken)
        return refuse(*broken, kInputFailed);
    if (!input.remark().empty())
        remark(input.remark());
    if (options.verbose || ::isatty(STDERR_FILENO) == 1)
        remark(sum(printer, run));
    return kDone;
}

} // namespace telemetry::decode
