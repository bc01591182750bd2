// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "options.h"
#include "telemetry/base/items.h"
#include "telemetry/packet/packet.h"
#include "telemetry/station/station.h"

namespace telemetry::decode {

/// Writes what was found in one of the output formats. It is given frames or packets with what was
/// wrong among them, as the user chose (OutputStage).
class RecordFormat {
public:
    virtual ~RecordFormat() = default;

    /// What stands before the first record.
    virtual std::string head() { return ""; }

    virtual std::string frame(const Frame& frame, const station::Downlink& downlink) = 0;
    virtual std::string packet(const packet::Packet& packet, const station::Downlink& downlink) = 0;
    virtual std::string link_event(const packet::LinkEvent& /*event*/,
                                   const station::Downlink& /*downlink*/) {
        return "";
    }
};

/// `format` is one of jsonl, kiss, hex, pcap, raw; none of a RecordFormat for parameters. `rate_hz`
/// serves pcap when no time is known.
std::unique_ptr<RecordFormat> make_record_format(std::string_view format,
                                                 const station::Station& station, OutputStage stage,
                                                 double rate_hz);

} // namespace telemetry::decode
