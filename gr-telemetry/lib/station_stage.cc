// SPDX-License-Identifier: GPL-3.0-or-later
#include "station_stage.h"

#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include <algorithm>
#include <cmath>

#include "catalog_options.h"
#include "dictionary.h"
#include "telemetry/base/text.h"
#include "telemetry/base/time.h"

namespace gr {
namespace telemetry {

namespace core = ::telemetry;

station_stage::station_stage(const core::station::Station& station, double samp_rate,
                             sample_type type, const station_receiver_options& options)
    : message_stage("telemetry_station_stage",
                    type == sample_type::COMPLEX ? sizeof(gr_complex) : sizeof(float)),
      d_station(station), d_type(type), d_options(options),
      d_clock(samp_rate, options.gap_tolerance), d_confirmed(station.downlinks.size()),
      d_unconfirmed(station.downlinks.size()) {
    d_receiver = value_or_throw(make_receiver(samp_rate));
    if (!(options.metrics_interval >= 0))
        throw std::invalid_argument("metrics_interval: expected seconds, 0 or more");
    d_metrics_interval = std::llround(options.metrics_interval * samp_rate);
    d_until_metrics = d_metrics_interval;
    if (!options.start_time.empty() && options.start_time != "now") {
        const auto start = core::from_rfc3339(options.start_time);
        if (!start)
            throw std::invalid_argument("start_time '" + options.start_time +
                                        "' is not valid; expected \"now\" or RFC 3339, as in "
                                        "2026-11-23T01:29:48Z");
        d_clock.anchor(*start);
        d_receiver->anchor_time(0, *start);
    }
    for (const auto& port : {keys::frames(), keys::packets(), keys::events(), keys::metrics()})
        message_port_register_out(port);
}

core::Result<std::unique_ptr<core::station::Receiver>> station_stage::make_receiver(double rate) {
    const core::SampleFormat format{
        d_type == sample_type::COMPLEX ? core::SampleKind::iq : core::SampleKind::real, rate};
    core::station::ReceiverOptions options{d_options.downlinks, d_options.threads};
    if (d_options.center_frequency != 0)
        options.center_hz = d_options.center_frequency;
    return core::station::Receiver::make(d_station, format, *this, options);
}

std::vector<std::string> station_stage::left_out() const {
    std::vector<std::string> names;
    if (d_receiver)
        for (const int downlink : d_receiver->left_out())
            names.push_back(d_station.downlinks[static_cast<size_t>(downlink)].name);
    return names;
}

void station_stage::work_off(const void* items, int count, uint64_t first_offset,
                             std::span<const tag_t> tags) {
    if (d_clock.index() == 0 && d_options.start_time == "now") {
        const auto now = core::utc_now();
        d_clock.anchor(now);
        d_receiver->anchor_time(0, now);
    }
    const size_t item_size = d_type == sample_type::COMPLEX ? sizeof(gr_complex) : sizeof(float);
    walk(
        count, first_offset, tags,
        [&](int first, int n) {
            take(static_cast<const char*>(items) + static_cast<size_t>(first) * item_size, n);
        },
        [&](std::span<const tag_t> tags_of_item) { heed(d_clock.read(tags_of_item)); });
}

void station_stage::heed(const stream_clock::news& news) {
    d_missing += static_cast<uint64_t>(news.lost);
    if (news.rate) {
        if (d_receiver)
            d_receiver->finish();
        auto receiver = make_receiver(*news.rate);
        d_receiver = receiver ? std::move(*receiver) : nullptr;
        d_base = d_clock.index();
        d_metrics_interval = std::llround(d_options.metrics_interval * *news.rate);
        d_until_metrics = d_metrics_interval;
        report_rate(*news.rate, receiver ? "" : receiver.error().to_string());
        if (const auto now = d_clock.utc_of(d_base); d_receiver && now != core::kUnknownTime)
            d_receiver->anchor_time(0, now);
    } else if (news.time && d_receiver) {
        d_receiver->anchor_time(d_clock.index() - d_base, *news.time);
    }
}

void station_stage::take(const void* items, int count) {
    // Metrics stand at fixed samples, wherever the scheduler cut the stream.
    const size_t item_size = d_type == sample_type::COMPLEX ? sizeof(gr_complex) : sizeof(float);
    const char* next = static_cast<const char*>(items);
    while (count > 0) {
        const int n = d_metrics_interval > 0
                          ? static_cast<int>(std::min<int64_t>(count, d_until_metrics))
                          : count;
        process(next, n);
        next += static_cast<size_t>(n) * item_size;
        count -= n;
        if (d_metrics_interval > 0 && (d_until_metrics -= n) == 0) {
            d_until_metrics = d_metrics_interval;
            publish_metrics();
        }
    }
}

void station_stage::process(const void* items, int count) {
    if (d_receiver) {
        core::Samples samples{.first_index = d_clock.index() - d_base};
        if (d_type == sample_type::COMPLEX)
            samples.iq = {static_cast<const core::Iq*>(items), static_cast<size_t>(count)};
        else
            samples.real = {static_cast<const float*>(items), static_cast<size_t>(count)};
        d_receiver->process(samples);
    }
    d_clock.advance(count);
    d_samples += static_cast<uint64_t>(count);
}

void station_stage::finish() {
    if (d_receiver)
        d_receiver->finish();
    publish_metrics();
}

void station_stage::on_frame(const core::Frame& frame, int downlink) noexcept {
    const auto& link = d_station.downlinks[static_cast<size_t>(downlink)];
    core::Frame numbered = frame;
    numbered.sample_index += d_base;
    ++d_frames;
    ++(frame.confirmed ? d_confirmed : d_unconfirmed)[static_cast<size_t>(downlink)];
    message_port_pub(keys::frames(), to_pdu(numbered, {d_station.name, link.name,
                                                       link.deframer->name, d_clock.frequency()}));
}

void station_stage::on_event(const core::station::Event& event) noexcept {
    if (event.kind == core::station::EventKind::samples_invalid)
        d_invalid += static_cast<uint64_t>(event.count);
    dictionary dict;
    dict.add_text("event", core::station::name_of(event.kind));
    dict.add_text("station", d_station.name);
    if (event.downlink >= 0)
        dict.add_text("downlink", d_station.downlinks[static_cast<size_t>(event.downlink)].name);
    dict.add_time(event.utc_ns);
    dict.add_count("sample_index", event.sample_index + d_base);
    dict.add_count("count", event.count);
    dict.add_text("text", event.text);
    dict.add_quality(event.quality);
    message_port_pub(keys::events(), dict.get());
}

void station_stage::on_packet(const core::packet::Packet& packet, int downlink) noexcept {
    core::packet::Packet numbered = packet;
    numbered.origin.sample_index += d_base;
    message_port_pub(
        keys::packets(),
        to_pdu(numbered, d_station.name, d_station.downlinks[static_cast<size_t>(downlink)].name));
}

void station_stage::on_link_event(const core::packet::LinkEvent& event, int downlink) noexcept {
    core::packet::LinkEvent numbered = event;
    numbered.sample_index += d_base;
    message_port_pub(keys::events(),
                     to_event(numbered, d_station.name,
                              d_station.downlinks[static_cast<size_t>(downlink)].name));
}

void station_stage::report_rate(double rate, const std::string& problem) {
    dictionary dict;
    dict.add_text("event", problem.empty() ? "rate_changed" : "rate_refused");
    dict.add_text("station", d_station.name);
    dict.add_time(d_clock.utc_of(d_clock.index()));
    dict.add_count("sample_index", d_clock.index());
    dict.add_real("rate_hz", rate);
    dict.add_text("text", problem);
    message_port_pub(keys::events(), dict.get());
    if (!problem.empty())
        d_logger->error("the source's rate is now {} Hz: {}", rate, problem);
}

void station_stage::publish_metrics() {
    if (!d_receiver)
        return;
    const auto status = d_receiver->status();
    for (size_t i = 0; i < status.size(); ++i) {
        const auto& link = d_station.downlinks[i];
        const auto& selected = d_options.downlinks;
        if (!selected.empty() &&
            std::none_of(selected.begin(), selected.end(), [&](const std::string& name) {
                return core::equal_ignoring_case(name, link.name);
            }))
            continue;
        const auto& counts = status[i].counts;
        dictionary dict;
        dict.add_text("station", d_station.name);
        dict.add_text("downlink", link.name);
        dict.add_time(d_clock.utc_of(d_clock.index()));
        dict.add_count("sample_index", d_clock.index());
        dict.add_quality(status[i].quality);
        dict.add_count("symbols", static_cast<int64_t>(status[i].symbols));
        dict.add_count("syncs", static_cast<int64_t>(counts.syncs));
        dict.add_count("frames", d_confirmed[i] + d_unconfirmed[i]);
        dict.add_count("frames_confirmed", d_confirmed[i]);
        dict.add_count("frames_unconfirmed", d_unconfirmed[i]);
        for (size_t why = 0; why < counts.discarded.size(); ++why)
            dict.add_count(("discarded_" + std::string(core::framing::kDiscardNames[why])).c_str(),
                           static_cast<int64_t>(counts.discarded[why]));
        dict.add_count("corrected", static_cast<int64_t>(status[i].corrected));
        dict.add_count("duplicates", static_cast<int64_t>(status[i].duplicates));
        if (link.packets) {
            dict.add_count("packets", static_cast<int64_t>(status[i].packets.packets));
            dict.add_count("packets_missing",
                           static_cast<int64_t>(status[i].packets.packets_missing));
            dict.add_count("frames_missing",
                           static_cast<int64_t>(status[i].packets.frames_missing));
        }
        dict.add_count("samples", static_cast<int64_t>(samples()));
        dict.add_count("samples_lost", static_cast<int64_t>(samples_missing()));
        dict.add_count("samples_invalid", static_cast<int64_t>(samples_invalid()));
        message_port_pub(keys::metrics(), dict.get());
    }
}

} // namespace telemetry
} // namespace gr
