// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "telemetry/base/items.h"
#include "telemetry/station/station.h"

namespace telemetry::decode {

/// Writes frames in one of the output formats.
class FrameFormat {
public:
    virtual ~FrameFormat() = default;

    /// What stands before the first frame.
    virtual std::string head() const { return ""; }

    virtual std::string frame(const Frame& frame, const station::Downlink& downlink) const = 0;
};

/// `format` is one of jsonl, kiss, hex, pcap. `rate_hz` serves pcap when no time is known.
std::unique_ptr<FrameFormat> make_frame_format(std::string_view format,
                                               const station::Station& station, double rate_hz);

} // namespace telemetry::decode
