// SPDX-License-Identifier: GPL-3.0-or-later
// The tables from which the receiver file, the command line and the effective configuration come.
#include <array>

#include "configuration.h"

namespace telemetry::rx {
namespace {

using enum Field::Type;

constexpr double kMostHz = 1e12;

constexpr Field kRate{.name = "rate",
                      .type = real,
                      .unit = "Hz",
                      .min = 0,
                      .max = 1e9,
                      .fallback = "0",
                      .help = "Sample rate; needed unless the input says it (0: not given)."};
constexpr Field kFrequency{.name = "frequency",
                           .type = real,
                           .unit = "Hz",
                           .min = 0,
                           .max = kMostHz,
                           .fallback = "0",
                           .help =
                               "Frequency at the centre of the samples; downlinks elsewhere are "
                               "shifted to the centre (0: not known, nothing is shifted)."};
constexpr Field kStartTime{.name = "start_time",
                           .type = text,
                           .help = "Time of the first sample, RFC 3339, or 'now' for live input; "
                                   "empty: what the input says."};
constexpr Field kStall{.name = "stall",
                       .type = real,
                       .unit = "s",
                       .min = 0.1,
                       .max = 86400,
                       .fallback = "5",
                       .help = "Without samples for so long, the source counts as gone."};
constexpr Field kRetryFirst{.name = "retry_first",
                            .type = real,
                            .unit = "s",
                            .min = 0.01,
                            .max = 3600,
                            .fallback = "1",
                            .help = "Wait before the first attempt to get a failed source back; "
                                    "doubled for each further one."};
constexpr Field kRetryMost{.name = "retry_most",
                           .type = real,
                           .unit = "s",
                           .min = 0.01,
                           .max = 86400,
                           .fallback = "60",
                           .help = "The longest wait between two attempts."};
constexpr Field kWait{.name = "wait",
                      .type = flag,
                      .fallback = "false",
                      .help =
                          "Stay at the end of a file; wait for hardware that is not there at the "
                          "start."};
constexpr std::array kFileFields = {
    Field{.name = "path", .type = text, .help = "WAV, SigMF or raw file; '-' is standard input."},
    Field{.name = "input_format",
          .type = choice,
          .fallback = "auto",
          .choices = "auto|wav|sigmf|cf32|ci16|ci8|cu8|f32|s16",
          .help = "Format of the samples; auto: by the file's name."},
    kRate,
    Field{.name = "iq",
          .type = flag,
          .fallback = "false",
          .help = "The two channels are I and Q (WAV, f32, s16)."},
    kFrequency,
    kStartTime,
    Field{.name = "realtime",
          .type = flag,
          .fallback = "false",
          .help = "Play a file at its sample rate rather than as fast as possible."},
    Field{.name = "loop", .type = flag, .fallback = "false", .help = "Begin again at the end."},
    kWait,
    kRetryFirst,
    kRetryMost,
};

constexpr std::array kZmqFields = {
    Field{.name = "endpoint",
          .type = text,
          .help = "ZeroMQ endpoint of the sender: tcp://host:port or ipc://path."},
    Field{.name = "socket",
          .type = choice,
          .fallback = "sub",
          .choices = "sub|pull",
          .help = "Kind of socket: sub for GNU Radio's PUB sink, pull for its PUSH sink."},
    Field{.name = "attach",
          .type = choice,
          .fallback = "connect",
          .choices = "connect|bind",
          .help = "Connect to the sender, or bind and let it connect."},
    Field{.name = "payload",
          .type = choice,
          .fallback = "cf32",
          .choices = "cf32|ci16|f32|s16",
          .help = "Format of the samples, little endian."},
    kRate,
    kFrequency,
    kStartTime,
    kStall,
};

constexpr std::array kUdpFields = {
    Field{.name = "endpoint",
          .type = text,
          .help = "Address and port to listen on; a bare port means 127.0.0.1."},
    Field{.name = "payload",
          .type = choice,
          .fallback = "cf32",
          .choices = "cf32|ci16|f32|s16",
          .help = "Format of the samples, little endian."},
    Field{.name = "header",
          .type = choice,
          .fallback = "none",
          .choices = "none|seq|seq_size",
          .help = "Header of each datagram, as GNU Radio's UDP sink writes it; with a sequence "
                  "number, lost datagrams are told from it."},
    kRate,
    kFrequency,
    kStartTime,
    kStall,
};

constexpr std::array kSdrFields = {
    Field{.name = "device",
          .type = text,
          .help = "SoapySDR device arguments: driver=rtlsdr,serial=...; see SoapySDRUtil --find."},
    Field{.name = "channel",
          .type = integer,
          .unit = "1",
          .min = 0,
          .max = 63,
          .fallback = "0",
          .help = "Receive channel of the device."},
    kRate,
    Field{.name = "frequency",
          .type = real,
          .unit = "Hz",
          .min = 0,
          .max = kMostHz,
          .fallback = "0",
          .help = "Frequency to tune to (0: the first downlink's, plus tune_offset)."},
    Field{.name = "tune_offset",
          .type = real,
          .unit = "Hz",
          .min = -1e9,
          .max = 1e9,
          .fallback = "0",
          .help =
              "How far beside the first downlink to tune, away from a spike at the centre; only "
              "when no frequency is given."},
    Field{.name = "ppm",
          .type = real,
          .unit = "[ppm]",
          .min = -1000,
          .max = 1000,
          .fallback = "0",
          .help = "Correction of the device's reference."},
    Field{.name = "gain",
          .type = text,
          .fallback = "",
          .help = "Gain in dB, or by name as LNA=20,VGA=12, or auto; empty: automatic where the "
                  "device can."},
    Field{.name = "antenna", .type = text, .help = "Name of the antenna port."},
    Field{.name = "bandwidth",
          .type = real,
          .unit = "Hz",
          .min = 0,
          .max = 1e9,
          .fallback = "0",
          .help = "Bandwidth of the analogue filter (0: the device's choice)."},
    Field{.name = "stream_args", .type = text, .help = "Arguments of the stream: key=value,..."},
    Field{.name = "device_settings",
          .type = text,
          .help = "Settings of the driver: key=value,... (biastee=true)."},
    Field{.name = "clock",
          .type = choice,
          .fallback = "auto",
          .choices = "auto|utc|arrival",
          .help = "What the device's time stamps mean: utc; arrival: not used, samples are dated "
                  "when they arrive; auto: utc when they are near the computer's clock, else "
                  "counted from the first arrival."},
    kWait,
    kStall,
    kRetryFirst,
    kRetryMost,
};

constexpr std::array kSources = {
    SourceEntry{"file", "file:", "path", "A recording or standard input: WAV, SigMF, raw samples.",
                kFileFields},
    SourceEntry{"zmq", "zmq:", "endpoint", "A ZeroMQ stream, as GNU Radio's sinks send it.",
                kZmqFields},
    SourceEntry{"udp", "udp:", "endpoint", "A UDP stream.", kUdpFields},
    SourceEntry{"sdr", "soapy:", "device", "Radio hardware through SoapySDR.", kSdrFields},
};

constexpr std::array kOutputFields = {
    Field{.name = "publish",
          .type = text,
          .fallback = "tcp://127.0.0.1:5556",
          .help = "ZeroMQ endpoint to publish on; none: do not publish."},
    Field{
        .name = "allow_remote",
        .type = flag,
        .fallback = "false",
        .help =
            "Let publish, control and kiss listen on addresses that the network reaches; there is "
            "neither encryption nor authentication."},
    Field{.name = "publish_queue",
          .type = integer,
          .unit = "1",
          .min = 1,
          .max = 1e7,
          .fallback = "4096",
          .help = "Messages that may wait to be published; more are dropped and counted."},
    Field{.name = "start_delay",
          .type = real,
          .unit = "s",
          .min = 0,
          .max = 3600,
          .fallback = "0",
          .help = "Wait before the first sample, so that subscribers can connect."},
    Field{.name = "metrics_interval",
          .type = real,
          .unit = "s",
          .min = 0.05,
          .max = 3600,
          .fallback = "1",
          .help = "Time between two metrics of a downlink."},
    Field{.name = "control",
          .type = text,
          .fallback = "none",
          .help = "ZeroMQ endpoint that answers requests (values, alarms, acknowledge, ...); none: "
                  "no requests."},
    Field{.name = "alarm_states",
          .type = text,
          .help = "Folder that keeps the alarms of each station while the receiver is off; empty: "
                  "alarms start as normal."},
    Field{.name = "kiss",
          .type = text,
          .help = "Address and port of a KISS server; a bare port means 127.0.0.1; empty: none."},
    Field{.name = "record",
          .type = text,
          .help = "Folder to record what is received into, as SigMF; empty: no recording."},
};

constexpr std::array kReceiverFields = {
    Field{.name = "name",
          .type = text,
          .help = "Name of this receiver in what it publishes; empty: the computer's name."},
};

} // namespace

std::span<const SourceEntry> source_entries() {
    return kSources;
}
std::span<const Field> output_fields() {
    return kOutputFields;
}
std::span<const Field> receiver_fields() {
    return kReceiverFields;
}

} // namespace telemetry::rx
