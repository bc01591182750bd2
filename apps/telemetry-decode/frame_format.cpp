// SPDX-License-Identifier: GPL-3.0-or-later
#include "frame_format.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "telemetry/base/text.h"
#include "telemetry/publish/kiss.h"
#include "telemetry/publish/records.h"

namespace telemetry::decode {
namespace {

class JsonLines final : public FrameFormat {
public:
    explicit JsonLines(std::string station) : station_(std::move(station)) {}
    std::string frame(const Frame& frame, const station::Downlink& downlink) const override {
        return publish::frame_json(frame, {station_, downlink.name, downlink.deframer->name}) +
               "\n";
    }

private:
    std::string station_;
};

class HexLines final : public FrameFormat {
public:
    std::string frame(const Frame& frame, const station::Downlink&) const override {
        return to_hex(frame.bytes) + "\n";
    }
};

class Kiss final : public FrameFormat {
public:
    std::string frame(const Frame& frame, const station::Downlink&) const override {
        std::vector<std::uint8_t> out;
        publish::append_kiss(frame.bytes, 0, out);
        return {out.begin(), out.end()};
    }
};

/// The classic pcap file, little-endian, with nanoseconds (magic A1B23C4Dh). AX.25 goes as
/// LINKTYPE_AX25_KISS, whose packets begin with the KISS command byte; others as USER0, since no
/// link type fits. One file has one link type, so a station with both kinds of framing gets USER0.
class Pcap final : public FrameFormat {
public:
    Pcap(const station::Station& station, double rate_hz)
        : rate_hz_(rate_hz),
          ax25_(std::all_of(station.downlinks.begin(), station.downlinks.end(),
                            [](const station::Downlink& downlink) {
                                return downlink.deframer->name.substr(0, 5) == "AX.25";
                            })) {}

    std::string head() const override {
        std::string out;
        put(out, 0xa1b23c4d);
        put(out, 2 | 4 << 16); // version 2.4
        put(out, 0);           // zone
        put(out, 0);           // accuracy
        put(out, 65535);       // longest packet
        put(out, ax25_ ? 202 : 147);
        return out;
    }

    std::string frame(const Frame& frame, const station::Downlink&) const override {
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

private:
    static void put(std::string& out, std::uint32_t value) {
        for (int shift = 0; shift < 32; shift += 8)
            out += static_cast<char>(value >> shift & 0xff);
    }

    double rate_hz_;
    bool ax25_;
};

} // namespace

std::unique_ptr<FrameFormat> make_frame_format(std::string_view format,
                                               const station::Station& station, double rate_hz) {
    if (format == "hex")
        return std::make_unique<HexLines>();
    if (format == "kiss")
        return std::make_unique<Kiss>();
    if (format == "pcap")
        return std::make_unique<Pcap>(station, rate_hz);
    assert(format == "jsonl");
    return std::make_unique<JsonLines>(station.name);
}

} // namespace telemetry::decode
