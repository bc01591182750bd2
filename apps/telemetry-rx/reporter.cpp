// SPDX-License-Identifier: GPL-3.0-or-later
#include "reporter.h"

#include <cmath>
#include <cstdio>

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>
#include <gnuradio/telemetry/records.h>

#include "kiss_server.h"
#include "mission.h"
#include "telemetry/base/time.h"
#include "telemetry/publish/packet_records.h"

namespace telemetry::rx {
namespace {

namespace keys = gr::telemetry::keys;
namespace events = publish::events;

/// Events that come with every signal are for those who ask.
Verbosity verbosity_of(std::string_view event) {
    for (const auto& usual : {events::lock_acquired, events::lock_lost, events::frame_discarded})
        if (event == usual.name)
            return Verbosity::verbose;
    for (const auto& known : events::all)
        if (event == known.name && known.severity >= publish::Severity::error)
            return Verbosity::quiet;
    return Verbosity::normal;
}

/// ", SNR 12.3 dB, offset +210 Hz", as far as it is known.
std::string describe_link(double snr_db, double offset_hz) {
    char text[64] = "";
    std::string line;
    if (!std::isnan(snr_db)) {
        std::snprintf(text, sizeof text, ", SNR %.1f dB", snr_db);
        line += text;
    }
    if (!std::isnan(offset_hz)) {
        std::snprintf(text, sizeof text, ", offset %+.0f Hz", offset_hz);
        line += text;
    }
    return line;
}

/// What concerns no downlink concerns the receiver.
std::string source_of(const std::string& downlink) {
    return downlink.empty() ? "receiver" : downlink;
}

std::string signal_name(const std::string& station, const std::string& downlink) {
    return downlink.empty() ? station : station + " " + downlink;
}

} // namespace

Reporter::Pointer Reporter::make(publish::Publisher* publisher, KissServer* kiss,
                                 std::span<const std::unique_ptr<Mission>> missions, Log& log) {
    return gnuradio::make_block_sptr<Reporter>(publisher, kiss, missions, log);
}

Mission* Reporter::mission_of(std::string_view station) const {
    for (const auto& mission : missions_)
        if (mission->station() == station)
            return mission.get();
    return nullptr;
}

Reporter::Reporter(publish::Publisher* publisher, KissServer* kiss,
                   std::span<const std::unique_ptr<Mission>> missions, Log& log)
    : gr::block("telemetry_reporter", gr::io_signature::make(0, 0, 0),
                gr::io_signature::make(0, 0, 0)),
      publisher_(publisher), kiss_(kiss), missions_(missions), log_(log), start_utc_ns_(utc_now()) {
    message_port_register_in(keys::frames());
    message_port_register_in(keys::packets());
    message_port_register_in(keys::events());
    message_port_register_in(keys::metrics());
    set_msg_handler(keys::frames(), [this](const pmt::pmt_t& message) { on_frame(message); });
    set_msg_handler(keys::packets(), [this](const pmt::pmt_t& message) { on_packet(message); });
    set_msg_handler(keys::events(), [this](const pmt::pmt_t& message) { on_event(message); });
    set_msg_handler(keys::metrics(), [this](const pmt::pmt_t& message) { on_metrics(message); });
}

void Reporter::work_off_queues() {
    for (const auto& port : {keys::frames(), keys::packets(), keys::events(), keys::metrics()})
        while (const auto message = delete_head_nowait(port))
            dispatch_msg(port, message);
}

void Reporter::on_frame(const pmt::pmt_t& message) {
    const auto received = gr::telemetry::received_frame::from_pdu(message);
    if (!received)
        return;
    const Frame& frame = received->frame();
    ++frames_;
    if (kiss_)
        kiss_->send(frame.bytes);
    if (publisher_) {
        const auto json = publish::frame_json(
            frame, {received->station(), received->downlink(), received->framing()});
        publisher_->publish("frame", received->station(), received->downlink(), json, frame.bytes);
    }
    if (Mission* mission = mission_of(received->station()))
        mission->take(frame, received->downlink());
    log_.note(signal_name(received->station(), received->downlink()) + ": frame of " +
              std::to_string(frame.bytes.size()) + " bytes" +
              (frame.confirmed ? "" : ", not confirmed") +
              describe_link(frame.quality.snr_db, frame.quality.carrier_offset_hz));
}

void Reporter::on_packet(const pmt::pmt_t& message) {
    const auto received = gr::telemetry::received_packet::from_pdu(message);
    if (!received)
        return;
    if (publisher_) {
        const auto json =
            publish::packet_json(received->packet(), {received->station(), received->downlink()});
        publisher_->publish("packet", received->station(), received->downlink(), json,
                            received->packet().bytes);
    }
    if (Mission* mission = mission_of(received->station()))
        mission->take(received->packet());
}

void Reporter::on_event(const pmt::pmt_t& message) {
    const auto event = gr::telemetry::event_record(message);
    if (!event)
        return;
    if (publisher_)
        publisher_->publish("event", event->station, source_of(event->source), event->payload);
    if (event->name == events::frame_discarded.name)
        if (Mission* mission = mission_of(event->station))
            mission->bad_frame(event->source);
    const std::string signal = signal_name(event->station, event->source);
    const std::string line = signal.empty() ? event->text : signal + ": " + event->text;
    switch (verbosity_of(event->name)) {
    case Verbosity::quiet:
        log_.error(line);
        break;
    case Verbosity::normal:
        log_.note(line);
        break;
    case Verbosity::verbose:
        log_.detail(line);
        break;
    }
}

void Reporter::on_metrics(const pmt::pmt_t& message) {
    // The frames and packets that this metric counts may still wait on their ports.
    while (const auto waiting = delete_head_nowait(keys::frames()))
        on_frame(waiting);
    while (const auto waiting = delete_head_nowait(keys::packets()))
        on_packet(waiting);
    const auto metrics = gr::telemetry::metrics_record(message, start_utc_ns_);
    if (metrics && publisher_)
        publisher_->publish("metric", metrics->station, source_of(metrics->source),
                            metrics->payload);
}

void Reporter::report(const publish::EventName& event, const std::string& text,
                      std::span<const publish::Attribute> attributes) {
    if (publisher_)
        publisher_->publish("event", "", "receiver",
                            publish::event_json(event, utc_now(), text, attributes));
    if (event.severity >= publish::Severity::error)
        log_.error(text);
    else
        log_.note(text);
}

void Reporter::measure(std::span<const publish::Measurement> measurements) {
    if (publisher_)
        publisher_->publish("metric", "", "receiver",
                            publish::metrics_json(utc_now(), start_utc_ns_, measurements));
}

} // namespace telemetry::rx
