// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <iostream>
#include <limits>
#include <thread>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "content.h"
#include "output.h"
#include "telemetry/base/text.h"
#include "telemetry/base/time.h"
#include "transmitter.h"

namespace telemetry::app {
namespace {

std::atomic<bool> g_stop{false};
void stop(int /*signal*/) {
    g_stop = true;
}

struct Options {
    std::string station;
    std::vector<std::string> folders;
    std::string downlink;
    std::string reception = "iq";
    TransmitterOptions transmitter;
    ContentOptions content;
    OutputOptions output;
    std::string sent_log;
    std::string between = "silence";
    double interval_s = 1;
    double preamble_s = 0.15;
    std::optional<std::int64_t> frames;
    std::optional<double> seconds;
    bool realtime = false;
    bool quiet = false;
};

/// Holds the samples back until a receiver in real time would have them.
class Pace {
public:
    Pace(double rate_hz, bool realtime)
        : rate_hz_(rate_hz), realtime_(realtime), start_(std::chrono::steady_clock::now()) {}

    void advance(std::size_t samples) {
        samples_ += static_cast<double>(samples);
        if (realtime_)
            std::this_thread::sleep_until(
                start_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                             std::chrono::duration<double>(samples_ / rate_hz_)));
    }

private:
    double rate_hz_;
    bool realtime_;
    std::chrono::steady_clock::time_point start_;
    double samples_ = 0;
};

class SentLog {
public:
    explicit SentLog(const std::string& path) {
        if (!path.empty())
            file_.open(path);
    }
    bool good() const { return file_.good(); }
    void add(std::span<const std::uint8_t> frame, std::int64_t sample_index) {
        if (!file_.is_open())
            return;
        const nlohmann::ordered_json line{{"frame", to_hex(frame)}, {"sample_index", sample_index}};
        file_ << line.dump() << std::endl;
    }

private:
    std::ofstream file_;
};

Result<const station::Downlink*> choose_downlink(const station::Station& station,
                                                 const std::string& name) {
    std::string names;
    for (const auto& downlink : station.downlinks) {
        if (name.empty() || equal_ignoring_case(downlink.name, name))
            return &downlink;
        names += (names.empty() ? "" : ", ") + downlink.name;
    }
    return fail("station '" + station.name + "' has no downlink '" + name + "', only " + names);
}

int complain(const Error& error) {
    std::cerr << "telemetry-station: " << error.to_string() << '\n';
    return 1;
}

/// The schedule: a frame each interval, silence or idle bits between, until there is a reason to
/// stop.
bool transmit(const Options& options, Transmitter& transmitter, Content& content, SentLog& log,
              std::int64_t& sent) {
    const double rate_hz = options.output.rate_hz;
    const double bits_per_sample = transmitter.symbol_rate_hz() / rate_hz;
    const auto preamble =
        static_cast<std::size_t>(std::max(64.0, options.preamble_s * transmitter.symbol_rate_hz()));
    const std::size_t tail = 64;
    const auto limit = options.seconds ? static_cast<std::int64_t>(*options.seconds * rate_hz)
                                       : std::numeric_limits<std::int64_t>::max();
    const bool silent = options.between == "silence";

    const auto wait_until = [&](std::int64_t sample) {
        while (!g_stop && transmitter.sent_samples() < sample) {
            const std::int64_t rest = std::min(sample - transmitter.sent_samples(),
                                               static_cast<std::int64_t>(rate_hz / 20) + 1);
            const auto bits =
                static_cast<std::size_t>(std::ceil(static_cast<double>(rest) * bits_per_sample));
            if (!(silent ? transmitter.silence(rest) : transmitter.idle(bits)))
                return false;
        }
        return true;
    };

    if (!wait_until(std::min(limit, static_cast<std::int64_t>(0.1 * rate_hz))))
        return true;
    std::int64_t due = transmitter.sent_samples();
    while (!g_stop && transmitter.sent_samples() < limit &&
           !(options.frames && sent >= *options.frames)) {
        const auto frame = content.next();
        if (!frame)
            break;
        log.add(*frame, transmitter.sent_samples());
        if (!transmitter.send(*frame, preamble, tail) || (silent && !transmitter.carrier_off()))
            return true;
        ++sent;
        due += static_cast<std::int64_t>(options.interval_s * rate_hz);
        if (options.frames && sent >= *options.frames)
            break;
        if (!wait_until(std::min(due, limit)))
            return true;
    }
    if (transmitter.carrier_is_on() && !transmitter.carrier_off())
        return true;
    // Time for the receiver to see the end.
    const auto rest = options.seconds ? limit - transmitter.sent_samples()
                                      : static_cast<std::int64_t>(0.2 * rate_hz);
    return g_stop || transmitter.silence(std::max<std::int64_t>(rest, 0));
}

int run(Options options) {
    const auto folders =
        options.folders.empty() ? station::default_station_folders() : options.folders;
    const auto station = station::find_station(options.station, folders);
    if (!station)
        return complain(station.error());
    const auto downlink = choose_downlink(*station, options.downlink);
    if (!downlink)
        return complain(downlink.error());

    options.transmitter.reception = options.reception == "iq"   ? Reception::iq
                                    : options.reception == "fm" ? Reception::fm_audio
                                                                : Reception::real_carrier;
    options.transmitter.channel.rate_hz = options.output.rate_hz;
    options.output.kind =
        options.transmitter.reception == Reception::iq ? SampleKind::iq : SampleKind::real;
    options.output.frequency_hz = (*downlink)->frequency_hz.value_or(0);
    options.output.start_utc_ns = utc_now();

    const std::string framing(to_lower((*downlink)->deframer->name));
    options.content.ax25 = framing.starts_with("ax.25");
    options.content.seed = options.transmitter.channel.seed;
    SentLog log(options.sent_log);
    if (!log.good())
        return complain(Error{.message = "cannot create", .file = options.sent_log});

    std::unique_ptr<Output> output;
    std::optional<Pace> pace;
    Result<void> trouble;
    const auto out = [&](std::span<const Iq> iq, std::span<const float> real) {
        // In pieces of 20 ms, so that real time flows rather than leaps.
        const std::size_t size = std::max(iq.size(), real.size());
        const auto piece = static_cast<std::size_t>(options.output.rate_hz / 50) + 1;
        for (std::size_t from = 0; from < size; from += piece) {
            const std::size_t count = std::min(piece, size - from);
            const auto done = output->write(iq.empty() ? iq : iq.subspan(from, count),
                                            real.empty() ? real : real.subspan(from, count));
            if (!done)
                trouble = fail(done.error());
            if (!done || !*done)
                return false;
            pace->advance(count);
        }
        return true;
    };
    auto transmitter = Transmitter::make(**downlink, options.transmitter, out);
    if (!transmitter)
        return complain(transmitter.error());
    options.content.least = (*transmitter)->frame_size().least;
    options.content.most = (*transmitter)->frame_size().most;
    auto content = make_content(options.content);
    if (!content)
        return complain(content.error());
    auto opened = open_output(options.output);
    if (!opened)
        return complain(opened.error());
    output = std::move(*opened);
    pace.emplace(options.output.rate_hz, options.realtime);

    if (!options.quiet)
        std::cerr << "telemetry-station: " << station->name << ", " << (*downlink)->name << ": "
                  << (*downlink)->demodulator->name << ' ' << (*transmitter)->symbol_rate_hz()
                  << " Bd, " << (*downlink)->deframer->name << ", Es/N0 "
                  << (*transmitter)->es_n0_db() << " dB, to "
                  << (options.output.target == "-" ? "standard output" : options.output.target)
                  << '\n';
    std::int64_t sent = 0;
    const bool wanted = transmit(options, **transmitter, **content, log, sent);
    if (!trouble)
        return complain(trouble.error());
    if (const auto closed = output->close(); !closed && wanted)
        return complain(closed.error());
    if (!options.quiet)
        std::cerr << "telemetry-station: " << sent << " frames sent\n";
    return 0;
}

void declare(CLI::App& app, Options& options) {
    auto& channel = options.transmitter.channel;
    app.set_version_flag("--version", std::string("telemetry-station ") + TELEMETRY_VERSION);
    app.add_option("station", options.station,
                   "Station to play: a file, or name, alias or NORAD id of a known station")
        ->required();
    app.add_option("output", options.output.target,
                   "File, - (standard output), udp://HOST:PORT, or tcp://HOST:PORT to bind a "
                   "ZeroMQ PUB socket")
        ->required();

    const std::string what = "What is sent";
    app.add_option("--stations", options.folders, "Folder of station files (may be repeated)")
        ->group(what);
    app.add_option("--downlink", options.downlink, "Which of its downlinks; the first unless told")
        ->group(what);
    app.add_option("--content", options.content.kind,
                   "host: telemetry of this machine; random: reproducible bytes; or a file of "
                   "frames in hex")
        ->group(what)
        ->capture_default_str();
    app.add_option("--size", options.content.size, "Bytes of a random frame")
        ->group(what)
        ->capture_default_str()
        ->check(CLI::Range(1, 2000));
    app.add_option("--from", options.content.from, "Callsign of the sender (AX.25)")
        ->group(what)
        ->capture_default_str();
    app.add_option("--to", options.content.to, "Callsign of the receiver (AX.25)")
        ->group(what)
        ->capture_default_str();
    app.add_option("--bt", options.transmitter.bt,
                   "Gaussian filter of FSK, bandwidth times symbol time; 0: none")
        ->group(what)
        ->check(CLI::Range(0.0, 10.0));
    app.add_option("--rolloff", options.transmitter.rolloff,
                   "Of PSK pulses (default 0.35); 0: rectangular")
        ->group(what)
        ->check(CLI::Range(0.0, 1.0));

    const std::string when = "When";
    app.add_option("--interval", options.interval_s, "Seconds from frame to frame")
        ->group(when)
        ->capture_default_str()
        ->check(CLI::Range(0.0, 86400.0));
    app.add_option("--between", options.between,
                   "silence: carrier off; idle: the framing's idle bits")
        ->group(when)
        ->capture_default_str()
        ->check(CLI::IsMember({"silence", "idle"}));
    app.add_option("--preamble", options.preamble_s, "Seconds of idle bits in front of a frame")
        ->group(when)
        ->capture_default_str()
        ->check(CLI::Range(0.0, 60.0));
    app.add_option("--frames", options.frames, "Stop after this many frames")
        ->group(when)
        ->check(CLI::Range(1, std::numeric_limits<int>::max()));
    app.add_option("--seconds", options.seconds, "Stop after this many seconds of signal")
        ->group(when)
        ->check(CLI::Range(0.0, 1e7));
    app.add_flag("--realtime", options.realtime,
                 "As fast as the signal would come, not as fast as possible")
        ->group(when);

    const std::string how = "How it is received";
    app.add_option("--as", options.reception,
                   "iq; fm: audio of an FM receiver; real: on a carrier (PSK), or tones (AFSK)")
        ->group(how)
        ->capture_default_str()
        ->check(CLI::IsMember({"iq", "fm", "real"}));
    app.add_option("--rate", options.output.rate_hz, "Samples a second")
        ->group(how)
        ->capture_default_str()
        ->check(CLI::Range(1000.0, 1e8));
    app.add_option("--format", options.output.format,
                   "cf32 ci16 ci8 cu8 f32 s16 wav sigmf; by the file's name unless told")
        ->group(how);
    app.add_option("--carrier", options.transmitter.carrier_hz,
                   "Hz of --as real (1500 to 2400 Bd, else 12000)")
        ->group(how);
    app.add_option("--full-scale", options.transmitter.full_scale_hz,
                   "Hz of deviation that --as fm maps to full scale (four times the deviation)")
        ->group(how)
        ->check(CLI::Range(1.0, 1e8));
    app.add_option("--es-n0", options.transmitter.es_n0_db,
                   "Energy of a symbol over noise density, dB; inf: no noise")
        ->group(how);
    app.add_option("--offset", channel.offset_hz, "Carrier offset, Hz")->group(how);
    app.add_option("--drift", channel.drift_hz_per_s, "How the offset moves, Hz/s")->group(how);
    app.add_option("--wander", channel.wander_hz,
                   "Hz by which the offset swings to either side, as Doppler does")
        ->group(how);
    app.add_option("--wander-period", channel.wander_period_s, "Seconds from swing to swing")
        ->group(how)
        ->capture_default_str()
        ->check(CLI::Range(0.001, 1e7));
    app.add_option("--clock-error", channel.clock_error_ppm, "Of the symbol clock, ppm")
        ->group(how)
        ->check(CLI::Range(-20000.0, 20000.0));
    app.add_option("--fade", channel.fade_depth_db, "Depth of periodic fades, dB")
        ->group(how)
        ->check(CLI::Range(0.0, 1e7));
    app.add_option("--fade-period", channel.fade_period_s, "Seconds from fade to fade")
        ->group(how)
        ->capture_default_str()
        ->check(CLI::Range(0.001, 1e7));
    app.add_option("--dropout", channel.dropout_s, "Seconds without signal in each period")
        ->group(how)
        ->check(CLI::Range(0.0, 1e7));
    app.add_option("--dropout-period", channel.dropout_period_s, "Seconds from dropout to dropout")
        ->group(how)
        ->capture_default_str()
        ->check(CLI::Range(0.001, 1e7));
    app.add_option("--seed", channel.seed, "Of noise and random frames")
        ->group(how)
        ->capture_default_str();

    app.add_option("--log", options.sent_log,
                   "Write the frames sent to this file, one JSON object a line");
    app.add_flag("--quiet", options.quiet, "Say nothing but errors");
    app.footer(
        "Examples:\n"
        "  telemetry-station 'Demo Station' demo.wav --frames 10 --offset 700 --es-n0 14\n"
        "  telemetry-station 'Demo Station' - --realtime | telemetry-decode 'Demo Station' - "
        "--input-format cf32 --rate 48000\n"
        "  telemetry-station 'Demo Station' tcp://127.0.0.1:5555 --realtime --drift 5\n"
        "  telemetry-station PicSat bpsk.wav --as real --content random --size 60 --seconds 30");
}

int main_with(int argc, char** argv) {
    Options options;
    CLI::App app("Plays a remote station: sends the telemetry of this machine as the downlink that "
                 "a station "
                 "file describes, through a channel with noise, offset, drift and fades.");
    declare(app, options);
    CLI11_PARSE(app, argc, argv);

    const bool to_file =
        options.output.target != "-" && options.output.target.find("://") == std::string::npos;
    if (to_file && !options.frames && !options.seconds && options.content.kind != "host" &&
        options.content.kind != "random") {
        // A list of frames has an end of its own.
    } else if (to_file && !options.frames && !options.seconds && !options.realtime) {
        return complain(Error{"a file needs an end: give --frames or --seconds"});
    }
    if (options.output.target == "-" && options.output.format == "sigmf")
        return complain(Error{"SigMF is two files: give a path"});

    struct sigaction action {};
    action.sa_handler = stop;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return run(std::move(options));
}

} // namespace
} // namespace telemetry::app

int main(int argc, char** argv) {
    try {
        return telemetry::app::main_with(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "telemetry-station: " << error.what() << '\n';
        return 1;
    }
}
