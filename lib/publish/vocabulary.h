// SPDX-License-Identifier: GPL-3.0-or-later
// Every metric and event that is published, once: code takes names and units from here, and a test
// compares docs/wire-format.md with these tables. Names are lower case with dots; units are UCUM.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace telemetry::publish {

enum class MetricType : std::uint8_t {
    gauge,  ///< the value now
    counter ///< counts up since start_time
};

struct MetricName {
    std::string_view name;
    std::string_view unit;
    MetricType type;
    std::string_view help; ///< one sentence for the reference
};

/// With the numbers that OpenTelemetry gives them (SeverityNumber of its log data model).
enum class Severity : std::uint8_t { debug = 5, info = 9, warn = 13, error = 17, fatal = 21 };
std::string_view name_of(Severity severity); ///< "debug", ...

struct EventName {
    std::string_view name;
    Severity severity;
    std::string_view help;
};

namespace metrics {

using enum MetricType;

// One downlink: source is the downlink's name.
inline constexpr MetricName link_locked{"telemetry.link.locked", "1", gauge,
                                        "1 while the demodulator is locked to a signal, else 0"};
inline constexpr MetricName link_snr{"telemetry.link.snr", "dB", gauge, "Es/N0 of the symbols"};
inline constexpr MetricName link_carrier_offset{"telemetry.link.carrier_offset", "Hz", gauge,
                                                "signal minus expected frequency"};
inline constexpr MetricName link_symbol_rate_error{"telemetry.link.symbol_rate_error", "[ppm]",
                                                   gauge, "signal minus nominal symbol rate"};
inline constexpr MetricName link_signal_level{"telemetry.link.signal_level", "dB", gauge,
                                              "mean power of the input, relative to full scale"};
inline constexpr MetricName link_symbols{"telemetry.link.symbols", "{symbol}", counter,
                                         "symbols demodulated"};
inline constexpr MetricName frames_received{
    "telemetry.frames.received", "{frame}", counter,
    "frames, by attribute `confirmed`: whether a CRC or block code vouches for them"};
inline constexpr MetricName frames_discarded{"telemetry.frames.discarded", "{frame}", counter,
                                             "frames that failed, by attribute `reason`"};
inline constexpr MetricName frames_duplicate{"telemetry.frames.duplicate", "{frame}", counter,
                                             "frames dropped since another downlink had them"};
inline constexpr MetricName frames_corrected{"telemetry.frames.corrected", "{symbol}", counter,
                                             "code symbols that error correction changed"};
inline constexpr MetricName frames_missing{"telemetry.frames.missing", "{frame}", counter,
                                           "frames that the counts of virtual channels tell of"};
inline constexpr MetricName packets_received{"telemetry.packets.received", "{packet}", counter,
                                             "packets put together from frames"};
inline constexpr MetricName packets_missing{"telemetry.packets.missing", "{packet}", counter,
                                            "packets that sequence counts tell of"};

// The receiver: source is "receiver".
inline constexpr MetricName receiver_samples{"telemetry.receiver.samples", "{sample}", counter,
                                             "samples received"};
inline constexpr MetricName receiver_samples_lost{"telemetry.receiver.samples_lost", "{sample}",
                                                  counter, "samples missing in gaps"};
inline constexpr MetricName receiver_samples_invalid{
    "telemetry.receiver.samples_invalid", "{sample}", counter, "samples not finite, taken as 0"};
inline constexpr MetricName receiver_throughput{
    "telemetry.receiver.throughput", "{sample}/s", gauge,
    "samples received in a second of real time since the "
    "last metric; at the end, over the whole run"};
inline constexpr MetricName recording_samples{"telemetry.recording.samples", "{sample}", counter,
                                              "samples written to recordings"};
inline constexpr MetricName recording_dropped{"telemetry.recording.dropped", "{sample}", counter,
                                              "samples that could not be recorded"};
inline constexpr MetricName publish_published{"telemetry.publish.published", "{message}", counter,
                                              "messages handed to ZeroMQ"};
inline constexpr MetricName publish_dropped{
    "telemetry.publish.dropped", "{message}", counter,
    "messages dropped since the publisher's queue was full"};
inline constexpr MetricName publish_queued{"telemetry.publish.queued", "{message}", gauge,
                                           "messages waiting in the publisher's queue"};

inline constexpr std::array all{
    link_locked,         link_snr,          link_carrier_offset,   link_symbol_rate_error,
    link_signal_level,   link_symbols,      frames_received,       frames_discarded,
    frames_duplicate,    frames_corrected,  frames_missing,        packets_received,
    packets_missing,     receiver_samples,  receiver_samples_lost, receiver_samples_invalid,
    receiver_throughput, recording_samples, recording_dropped,     publish_published,
    publish_dropped,     publish_queued};

} // namespace metrics

namespace events {

using enum Severity;

inline constexpr EventName receiver_started{"telemetry.receiver.started", info,
                                            "a receiver began to work on samples"};
inline constexpr EventName receiver_stopped{"telemetry.receiver.stopped", info,
                                            "a receiver finished, its frames are all published"};
inline constexpr EventName lock_acquired{"telemetry.link.lock_acquired", info,
                                         "a demodulator locked to a signal"};
inline constexpr EventName lock_lost{"telemetry.link.lock_lost", info,
                                     "a demodulator lost its signal"};
inline constexpr EventName frame_discarded{
    "telemetry.frame.discarded", warn,
    "a frame was found but failed; `reason` and `count` say why"};
inline constexpr EventName samples_lost{"telemetry.receiver.samples_lost", warn,
                                        "`count` samples are missing; decoding picks up again"};
inline constexpr EventName samples_invalid{"telemetry.receiver.samples_invalid", warn,
                                           "`count` samples were not finite and taken as 0"};
inline constexpr EventName source_lost{"telemetry.source.lost", error,
                                       "the source of samples went away and is tried again"};
inline constexpr EventName source_restored{"telemetry.source.restored", info,
                                           "the source of samples is back"};
inline constexpr EventName source_remark{"telemetry.source.remark", warn,
                                         "something is odd about the samples; `text` says what"};
inline constexpr EventName rate_changed{"telemetry.receiver.rate_changed", warn,
                                        "the source changed its sample rate"};
inline constexpr EventName rate_refused{"telemetry.receiver.rate_refused", error,
                                        "the source changed to a sample rate that is impossible"};
inline constexpr EventName recording_failed{"telemetry.recording.failed", error,
                                            "samples could not be recorded"};

// Behind the frames. Attributes: `spacecraft_id`, `virtual_channel`, `apid`, as far as known.
inline constexpr EventName frame_invalid{"telemetry.link.frame_invalid", warn,
                                         "a transfer frame makes no sense; `reason` says why"};
inline constexpr EventName frames_missing{"telemetry.link.frames_missing", warn,
                                          "`count` frames of a virtual channel did not come"};
inline constexpr EventName frame_repeated{"telemetry.link.frame_repeated", info,
                                          "the same transfer frame came twice in a row"};
inline constexpr EventName frame_refused{
    "telemetry.link.frame_refused", warn,
    "a transfer frame of a spacecraft or channel that is not followed; `reason` says why"};
inline constexpr EventName packet_broken{
    "telemetry.link.packet_broken", warn,
    "the rest of a packet did not come; its first `count` bytes were dropped"};
inline constexpr EventName packet_unknown{
    "telemetry.link.packet_unknown", warn,
    "a packet of no known version; `count` bytes were dropped"};
inline constexpr EventName packets_missing{"telemetry.link.packets_missing", warn,
                                           "`count` packets of an application did not come"};
inline constexpr EventName packet_repeated{
    "telemetry.link.packet_repeated", info,
    "two packets of an application in a row have the same sequence count"};
inline constexpr EventName packet_too_long{
    "telemetry.link.packet_too_long", warn,
    "a packet claims to be longer than the limit; `count` bytes were dropped"};
inline constexpr EventName packet_refused{
    "telemetry.link.packet_refused", warn,
    "a packet of an application beyond the number that is followed"};
inline constexpr EventName segment_broken{
    "telemetry.link.segment_broken", warn,
    "a group of segmented packets lacks a part; `count` bytes were dropped"};

// Behind the packets: what a mission database and the Packet Utilization Standard tell.
inline constexpr EventName packet_remark{
    "telemetry.packet.remark", warn,
    "something is odd about packets; `kind` says what, `count` how often since the last time"};
inline constexpr EventName remote_event_info{
    "telemetry.remote.event.info", info,
    "an informative event of the remote station; `definition` is its number"};
inline constexpr EventName remote_event_low{"telemetry.remote.event.low", warn,
                                            "an event of low severity of the remote station"};
inline constexpr EventName remote_event_medium{"telemetry.remote.event.medium", error,
                                               "an event of medium severity of the remote station"};
inline constexpr EventName remote_event_high{"telemetry.remote.event.high", fatal,
                                             "an event of high severity of the remote station"};
inline constexpr EventName remote_request_verified{
    "telemetry.remote.request.verified", info,
    "a request passed a `stage`: routing, acceptance, start, progress or completion"};
inline constexpr EventName remote_request_failed{
    "telemetry.remote.request.failed", error,
    "a request failed in a `stage`; `failure_code` says why"};
inline constexpr EventName remote_request_ended{
    "telemetry.remote.request.ended", info,
    "nothing more will come of a request; `end` is completed, failed or timed_out"};
inline constexpr EventName remote_monitoring{"telemetry.remote.monitoring", warn,
                                             "an on-board monitor went from one status to another"};
inline constexpr EventName remote_report{
    "telemetry.remote.report", info,
    "an entry of another report: statistics, memory, time, schedule, parameters, files"};

inline constexpr std::array all{receiver_started,      receiver_stopped,
                                lock_acquired,         lock_lost,
                                frame_discarded,       samples_lost,
                                samples_invalid,       source_lost,
                                source_restored,       source_remark,
                                rate_changed,          rate_refused,
                                recording_failed,      frame_invalid,
                                frames_missing,        frame_repeated,
                                frame_refused,         packet_broken,
                                packet_unknown,        packets_missing,
                                packet_repeated,       packet_too_long,
                                packet_refused,        segment_broken,
                                packet_remark,         remote_event_info,
                                remote_event_low,      remote_event_medium,
                                remote_event_high,     remote_request_verified,
                                remote_request_failed, remote_request_ended,
                                remote_monitoring,     remote_report};

} // namespace events

} // namespace telemetry::publish
