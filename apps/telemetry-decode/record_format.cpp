// SPDX-License-Identifier: GPL-3.0-or-later
#include "record_format.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <span>

#include "telemetry/base/text.h"
#include "telemetry/packet/packet_settings.h"
#include "telemetry/packet/transfer_frame.h"
#include "telemetry/publish/kiss.h"
#include "telemetry/publish/packet_records.h"
#include "telemetry/publish/records.h"

namespace telemetry::decode {
namespace {

/// What a binary format needs: the bytes, and when they came.
struct Bytes {
    std::span<const std::uint8_t> bytes;
    UtcNs utc_ns;
    std::int64_t sample_index;
};

/// A format that makes no difference between frames and packets.
class BytesFormat : public RecordFormat {
public:
    std::string frame(const Frame& frame, const station::Downlink& /*downlink*/) final {
        return record({frame.bytes, frame.utc_ns, frame.sample_index});
    }
    std::string packet(const packet::Packet& packet, const station::Downlink& /*downlink*/) final {
        return record({packet.bytes, packet.origin.utc_ns, packet.origin.sample_index});
    }

private:
    virtual std::string record(const Bytes& record) const = 0;
};

class JsonLines final : public RecordFormat {
public:
    explicit JsonLines(const station::Station& station) : station_(station.name) {
        for (const station::Downlink& downlink : station.downlinks)
            if (downlink.packets)
                layouts_[downlink.name] = packet::packet_options(*downlink.packets)->layout;
    }
    std::string frame(const Frame& frame, const station::Downlink& downlink) override {
        const publish::FrameSource source = {station_, downlink.name,
                                             downlink.deframer ? downlink.deframer->name : ""};
        const auto layout = layouts_.find(downlink.name);
        packet::TransferFrame transfer;
        if (layout == layouts_.end() ||
            packet::parse_frame(frame.bytes, layout->second, transfer) != packet::FrameFault::none)
            return publish::frame_json(frame, source) + "\n";
        return publish::frame_json(frame, source, transfer) + "\n";
    }
    std::string packet(const packet::Packet& packet, const station::Downlink& downlink) override {
        return publish::packet_json(packet, {station_, downlink.name}) + "\n";
    }
    std::string link_event(const packet::LinkEvent& event,
                           const station::Downlink& downlink) override {
        return publish::link_event_json(event, {station_, downlink.name}) + "\n";
    }

private:
    std::string station_;
    std::map<std::string, packet::FrameLayout> layouts_; ///< by downlink, of those with packets
};

class HexLines final : public BytesFormat {
    std::string record(const Bytes& record) const override { return to_hex(record.bytes) + "\n"; }
};

class Kiss final : public BytesFormat {
    std::string record(const Bytes& record) const override {
        std::vector<std::uint8_t> out;
        publish::append_kiss(record.bytes, 0, out);
        return {out.begin(), out.end()};
    }
};

class Raw final : public BytesFormat {
    std::string record(const Bytes& record) const override {
        return {record.bytes.begin(), record.bytes.end()};
    }
};

/// The classic pcap file, little-endian, with nanoseconds (magic A1B23C4Dh). AX.25 goes as
/// LINKTYPE_AX25_KISS, whose packets begin with the KISS command byte; others as USER0, since no
/// link type fits. One file has one link type, so a station with both kinds of framing gets USER0.
class Pcap final : public BytesFormat {
public:
    Pcap(const station::Station& station, OutputStage stage, double rate_hz)
        : rate_hz_(rate_hz),
          ax25_(stage == OutputStage::frames &&
                std::all_of(station.downlinks.begin(), station.downlinks.end(),
                            [](const station::Downlink& downlink) {
                                return downlink.deframer &&
                                       downlink.deframer->name.starts_with("AX.25");
                            })) {}

    std::string head() override {
        std::string out;
        put(out, 0xa1b23c4d);
        put(out, 2 | 4 << 16); // version 2.4
        put(out, 0);           // zone
        put(out, 0);           // accuracy
        put(out, 65535);       // longest packet
        put(out, ax25_ ? 202 : 147);
        return out;
    }

private:
    std::string record(const Bytes& frame) const override {
        const std::int64_t time =
            frame.utc_ns != kUnknownTime
                ? frame.utc_ns
                : std::llround(static_cast<double>(frame.sample_index) / rate_hz_ * 1e9);
        const std::int64_t within = std::max<std::int64_t>(0, time);
        const auto size = static_cast<std::uint32_t>(frame.bytes.size() + (ax25_ ? 1 : 0));
        std::string out;
        put(out, static_cast<std::uint32_t>(within / 1000000000));
        put(out, static_cast<std::uint32_t>(within % 1000000000));
        put(out, size);
        put(out, size);
        if (ax25_)
            out += '\0';
        out.append(reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size());
        return out;
    }

    static void put(std::string& out, std::uint32_t value) {
        for (int shift = 0; shift < 32; shift += 8)
            out += static_cast<char>(value >> shift & 0xff);
    }

    double rate_hz_;
    bool ax25_;
};

} // namespace

std::unique_ptr<RecordFormat> make_record_format(std::string_view format,
                                                 const station::Station& station, OutputStage stage,
                                                 double rate_hz) {
    if (format == "hex")
        return std::make_unique<HexLines>();
    if (format == "kiss")
        return std::make_unique<Kiss>();
    if (format == "pcap")
        return std::make_unique<Pcap>(station, stage, rate_hz);
    if (format == "raw")
        return std::make_unique<Raw>();
    assert(format == "jsonl" || stage == OutputStage::parameters);
    return std::make_unique<JsonLines>(station);
}

} // namespace telemetry::decode
