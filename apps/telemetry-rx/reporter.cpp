// SPDX-License-Identifier: GPL-3.0-or-later
#include "reporter.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include "kiss_server.h"
#include "telemetry/base/time.h"
#include "telemetry/framing/deframer.h"

namespace telemetry::rx {
namespace {

namespace keys = gr::telemetry::keys;
namespace events = publish::events;
namespace metrics = publish::metrics;

/// The events of the blocks by the names they use among themselves.
struct KnownEvent {
    std::string_view name;
    const publish::EventName* event;
    Verbosity verbosity;
};
constexpr std::array kKnownEvents = {
    KnownEvent{"lock_acquired", &events::lock_acquired, Verbosity::verbose},
    KnownEvent{"lock_lost", &events::lock_lost, Verbosity::verbose},
    KnownEvent{"frame_discarded", &events::frame_discarded, Verbosity::verbose},
    KnownEvent{"samples_lost", &events::samples_lost, Verbosity::normal},
    KnownEvent{"samples_invalid", &events::samples_invalid, Verbosity::normal},
    KnownEvent{"rate_changed", &events::rate_changed, Verbosity::normal},
    KnownEvent{"rate_refused", &events::rate_refused, Verbosity::quiet},
    KnownEvent{"source_lost", &events::source_lost, Verbosity::quiet},
    KnownEvent{"source_restored", &events::source_restored, Verbosity::normal},
    KnownEvent{"source_remark", &events::source_remark, Verbosity::normal},
    KnownEvent{"recording_failed", &events::recording_failed, Verbosity::quiet},
};

const KnownEvent* find_event(std::string_view name) {
    for (const KnownEvent& known : kKnownEvents)
        if (known.name == name)
            return &known;
    return nullptr;
}

pmt::pmt_t value_of(const pmt::pmt_t& dict, const char* key) {
    return pmt::dict_ref(dict, pmt::mp(key), pmt::PMT_NIL);
}

std::string text_of(const pmt::pmt_t& dict, const char* key) {
    const auto value = value_of(dict, key);
    return pmt::is_symbol(value) ? pmt::symbol_to_string(value) : "";
}

double real_of(const pmt::pmt_t& dict, const char* key) {
    const auto value = value_of(dict, key);
    return pmt::is_real(value) ? pmt::to_double(value) : std::nan("");
}

std::int64_t count_of(const pmt::pmt_t& dict, const char* key) {
    const auto value = value_of(dict, key);
    return pmt::is_integer(value) ? pmt::to_long(value) : 0;
}

UtcNs time_of(const pmt::pmt_t& dict) {
    return from_rfc3339(text_of(dict, "time")).value_or(kUnknownTime);
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

std::string signal_name(const std::string& station, const std::string& downlink) {
    return downlink.empty() ? station : station + " " + downlink;
}

} // namespace

Reporter::Pointer Reporter::make(publish::Publisher* publisher, KissServer* kiss, Log& log) {
    return gnuradio::make_block_sptr<Reporter>(publisher, kiss, log);
}

Reporter::Reporter(publish::Publisher* publisher, KissServer* kiss, Log& log)
    : gr::block("telemetry_reporter", gr::io_signature::make(0, 0, 0),
                gr::io_signature::make(0, 0, 0)),
      publisher_(publisher), kiss_(kiss), log_(log), start_utc_ns_(utc_now()) {
    message_port_register_in(keys::frames());
    message_port_register_in(keys::events());
    message_port_register_in(keys::metrics());
    set_msg_handler(keys::frames(), [this](const pmt::pmt_t& message) { on_frame(message); });
    set_msg_handler(keys::events(), [this](const pmt::pmt_t& message) { on_event(message); });
    set_msg_handler(keys::metrics(), [this](const pmt::pmt_t& message) { on_metrics(message); });
}

void Reporter::work_off_queues() {
    for (const auto& port : {keys::frames(), keys::events(), keys::metrics()})
        while (const auto message = delete_head_nowait(port))
            dispatch_msg(port, message);
}

void Reporter::on_frame(const pmt::pmt_t& message) {
    const auto received = gr::telemetry::received_frame::from_pdu(message);
    if (!received)
        return;
    const Frame& frame = received->frame();
    ++frames_;
    Counts& counts = counts_[{received->station(), received->downlink()}];
    ++(frame.confirmed ? counts.confirmed : counts.unconfirmed);
    if (kiss_)
        kiss_->send(frame.bytes);
    if (publisher_) {
        const auto json = publish::frame_json(
            frame, {received->station(), received->downlink(), received->framing()});
        publisher_->publish("frame", received->station(), received->downlink(), json, frame.bytes);
    }
    log_.note(signal_name(received->station(), received->downlink()) + ": frame of " +
              std::to_string(frame.bytes.size()) + " bytes" +
              (frame.confirmed ? "" : ", not confirmed") +
              describe_link(frame.quality.snr_db, frame.quality.carrier_offset_hz));
}

void Reporter::on_event(const pmt::pmt_t& message) {
    if (!pmt::is_dict(message) || pmt::is_null(message))
        return;
    const KnownEvent* known = find_event(text_of(message, "event"));
    if (!known)
        return;
    const std::string station = text_of(message, "station");
    const std::string downlink = text_of(message, "downlink");
    const std::string detail = text_of(message, "text");
    const std::int64_t count = count_of(message, "count");

    std::vector<publish::Attribute> attributes;
    if (pmt::is_integer(value_of(message, "sample_index")))
        attributes.push_back({"sample_index", count_of(message, "sample_index")});
    if (count > 0)
        attributes.push_back({"count", count});
    if (known->event == &events::frame_discarded)
        attributes.push_back({"reason", detail});
    const double snr_db = real_of(message, "snr_db");
    const double offset_hz = real_of(message, "carrier_offset_hz");
    if (!std::isnan(snr_db))
        attributes.push_back({"snr_db", snr_db});
    if (!std::isnan(offset_hz))
        attributes.push_back({"carrier_offset_hz", offset_hz});

    std::string text = signal_name(station, downlink);
    if (!text.empty())
        text += ": ";
    text += detail.empty() || known->event == &events::frame_discarded
                ? std::string(known->event->name.substr(known->event->name.rfind('.') + 1))
                : detail;
    if (known->event == &events::frame_discarded)
        text += ", " + detail;
    if (count > 1)
        text += " (" + std::to_string(count) + ")";
    text += describe_link(snr_db, offset_hz);

    if (publisher_) {
        const UtcNs time = time_of(message);
        publisher_->publish("event", station, downlink.empty() ? "receiver" : downlink,
                            publish::event_json(*known->event,
                                                time == kUnknownTime ? utc_now() : time, text,
                                                attributes));
    }
    switch (known->verbosity) {
    case Verbosity::quiet:
        log_.error(text);
        break;
    case Verbosity::normal:
        log_.note(text);
        break;
    case Verbosity::verbose:
        log_.detail(text);
        break;
    }
}

void Reporter::on_metrics(const pmt::pmt_t& message) {
    if (!publisher_ || !pmt::is_dict(message) || pmt::is_null(message))
        return;
    using publish::Attribute;
    using publish::Measurement;
    // The frames that this metric counts may still wait on their port.
    while (const auto waiting = delete_head_nowait(keys::frames()))
        on_frame(waiting);
    const std::string station = text_of(message, "station");
    const std::string downlink = text_of(message, "downlink");
    const Counts& counts = counts_[{station, downlink}];
    const Attribute confirmed{"confirmed", true};
    const Attribute unconfirmed{"confirmed", false};
    const auto locked = value_of(message, "locked");
    std::vector<Measurement> list{
        {metrics::link_locked, std::int64_t{pmt::is_bool(locked) && pmt::to_bool(locked)}},
        {metrics::link_snr, real_of(message, "snr_db")},
        {metrics::link_carrier_offset, real_of(message, "carrier_offset_hz")},
        {metrics::link_symbol_rate_error, real_of(message, "symbol_rate_error_ppm")},
        {metrics::link_signal_level, real_of(message, "signal_level_db")},
        {metrics::link_symbols, count_of(message, "symbols")},
        {metrics::frames_received, counts.confirmed, std::span(&confirmed, 1)},
        {metrics::frames_received, counts.unconfirmed, std::span(&unconfirmed, 1)},
        {metrics::frames_duplicate, count_of(message, "duplicates")},
        {metrics::frames_corrected, count_of(message, "corrected")},
        {metrics::receiver_samples, count_of(message, "samples")},
        {metrics::receiver_samples_lost, count_of(message, "samples_lost")},
    };
    std::array<Attribute, framing::kDiscardNames.size()> reasons;
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        const std::string_view name = framing::kDiscardNames[i];
        reasons[i] = {"reason", name};
        list.push_back({metrics::frames_discarded,
                        count_of(message, ("discarded_" + std::string(name)).c_str()),
                        std::span(&reasons[i], 1)});
    }
    publisher_->publish("metric", station, downlink,
                        publish::metrics_json(time_of(message), start_utc_ns_, list));
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
