// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/station_receiver.h>

#include <atomic>

#include "message_stage.h"
#include "stream_clock.h"
#include "telemetry/station/receiver.h"

namespace gr {
namespace telemetry {

//! Feeds a station::Receiver with a GNU Radio stream, and makes messages of what it finds.
class station_stage : public message_stage, private ::telemetry::station::Observer {
public:
    station_stage(const ::telemetry::station::Station& station, double samp_rate, sample_type type,
                  const station_receiver_options& options);

    const std::string& station() const { return d_station.name; }
    std::vector<std::string> left_out() const;
    uint64_t frames() const { return d_frames; }
    uint64_t samples() const { return d_samples; }
    uint64_t samples_missing() const { return d_missing; }
    uint64_t samples_invalid() const { return d_invalid; }

private:
    void work_off(const void* items, int count, uint64_t first_offset,
                  std::span<const tag_t> tags) override;
    void finish() override;

    void on_frame(const ::telemetry::Frame& frame, int downlink) noexcept override;
    void on_event(const ::telemetry::station::Event& event) noexcept override;
    void on_packet(const ::telemetry::packet::Packet& packet, int downlink) noexcept override;
    void on_link_event(const ::telemetry::packet::LinkEvent& event, int downlink) noexcept override;

    ::telemetry::Result<std::unique_ptr<::telemetry::station::Receiver>> make_receiver(double rate);
    void heed(const stream_clock::news& news);
    void take(const void* items, int count);
    void process(const void* items, int count);
    void report_rate(double rate, const std::string& problem);
    void publish_metrics();

    const ::telemetry::station::Station d_station;
    const sample_type d_type;
    const station_receiver_options d_options;
    stream_clock d_clock;
    std::unique_ptr<::telemetry::station::Receiver> d_receiver; // none: the rate is impossible
    std::vector<int64_t> d_confirmed, d_unconfirmed;            // frames of each downlink
    int64_t d_base = 0;                                         // index of the receiver's sample 0
    int64_t d_metrics_interval = 0;                             // samples; 0: none
    int64_t d_until_metrics = 0;
    std::atomic<uint64_t> d_frames{0}, d_samples{0}, d_missing{0}, d_invalid{0};
};

} // namespace telemetry
} // namespace gr
