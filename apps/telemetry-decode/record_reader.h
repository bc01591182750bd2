// SPDX-License-Identifier: GPL-3.0-or-later
// Frames and packets from files, in the formats that they are written in.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "telemetry/base/items.h"
#include "telemetry/base/result.h"
#include "telemetry/packet/packet.h"

namespace telemetry::decode {

/// One frame or packet of a file, with what the file knows of it. Views last until the next.
struct Record {
    Frame frame = {};           ///< of a packet: its bytes and where its frame was
    packet::Origin origin = {}; ///< of a packet
};

class RecordReader {
public:
    virtual ~RecordReader() = default;

    /// Nothing: the end.
    virtual Result<std::optional<Record>> next() = 0;

    /// What is odd but not fatal, for people; empty when nothing is.
    virtual std::string remark() const { return ""; }
};

/// How many bytes of `bytes` the record at their front has.
struct RecordExtent {
    std::size_t total = 0;         ///< 0: not known
    std::size_t need = 0;          ///< > 0: give me as many bytes first
    std::string_view problem = {}; ///< why there is no telling
};
using MeasureRecord = RecordExtent (*)(std::span<const std::uint8_t>);

/// How raw records follow each other.
struct RawLayout {
    enum class Rest : std::uint8_t { told, kept };
    std::size_t size = 0;   ///< bytes of each; 0: as `measure` says
    Rest rest = Rest::told; ///< of a record that the file's end cuts: left out, or given as it is
    MeasureRecord measure = nullptr;
    std::string_view what = "frame"; ///< for messages; "frame" or "packet", and the key in jsonl
};

/// `format` is raw, hex, kiss, pcap or jsonl; empty: by the name of the file, else raw.
Result<std::unique_ptr<RecordReader>>
open_records(const std::string& path, const std::string& format, const RawLayout& layout);

} // namespace telemetry::decode
