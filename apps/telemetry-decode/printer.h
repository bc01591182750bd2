// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>

#include "options.h"
#include "output.h"
#include "parameter_output.h"
#include "progress.h"
#include "record_format.h"
#include "telemetry/station/receiver.h"

namespace telemetry::decode {

/// What was found goes to the output, events to stderr when asked for.
class Printer final : public station::Observer {
public:
    /// `events` is null when nobody asked for them, `parameters` unless the stage is that.
    Printer(const station::Station& station, RecordFormat& format, OutputStage stage,
            Output& output, Progress* events, ParameterOutput* parameters)
        : station_(station), format_(format), stage_(stage), output_(output), events_(events),
          parameters_(parameters) {}

    void on_frame(const Frame& frame, int downlink) noexcept override;
    void on_event(const station::Event& event) noexcept override;
    void on_packet(const packet::Packet& packet, int downlink) noexcept override;
    void on_link_event(const packet::LinkEvent& event, int downlink) noexcept override;

    std::uint64_t frames() const { return frames_; }
    std::uint64_t confirmed() const { return confirmed_; }
    std::uint64_t packets() const { return packets_; }
    std::uint64_t faults() const { return faults_; } ///< link events
    std::int64_t invalid() const { return invalid_; }

private:
    const station::Downlink& downlink_at(int index) const {
        return station_.downlinks[static_cast<std::size_t>(index)];
    }

    const station::Station& station_;
    RecordFormat& format_;
    OutputStage stage_;
    Output& output_;
    Progress* events_;
    ParameterOutput* parameters_;
    std::uint64_t frames_ = 0;
    std::uint64_t confirmed_ = 0;
    std::uint64_t packets_ = 0;
    std::uint64_t faults_ = 0;
    std::int64_t invalid_ = 0;
};

} // namespace telemetry::decode
