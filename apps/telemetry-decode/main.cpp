// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

#include <unistd.h>

#include "frame_format.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "telemetry/base/text.h"
#include "telemetry/base/time.h"
#include "telemetry/station/station.h"

namespace telemetry::decode {
namespace {

/// Samples read at once: big enough that reading costs little, small enough for the cache.
constexpr std::size_t kReadSamples = std::size_t{1} << 16;

int refuse(const Error& error, ExitStatus status) {
    std::cerr << "telemetry-decode: " << error.to_string() << "\n";
    return status;
}

/// Frames go to the output, events to stderr when asked for.
class Printer final : public station::Observer {
public:
    Printer(const station::Station& station, const FrameFormat& format, Output& output,
            Progress* events)
        : station_(station), format_(format), output_(output), events_(events) {}

    void on_frame(const Frame& frame, int downlink) noexcept override {
        ++frames_;
        confirmed_ += frame.confirmed ? 1 : 0;
        output_.write(format_.frame(frame, station_.downlinks[static_cast<std::size_t>(downlink)]));
    }

    void on_event(const station::Event& event) noexcept override {
        if (event.kind == station::EventKind::samples_invalid)
            invalid_ += event.count;
        if (!events_)
            return;
        events_->clear();
        std::cerr << "sample " << event.sample_index;
        if (event.utc_ns != kUnknownTime)
            std::cerr << " (" << to_rfc3339(event.utc_ns) << ")";
        if (event.downlink >= 0)
            std::cerr << ", " << station_.downlinks[static_cast<std::size_t>(event.downlink)].name;
        std::cerr << ": " << station::name_of(event.kind);
        if (!event.text.empty())
            std::cerr << " " << event.text;
        if (event.count != 1)
            std::cerr << " x " << event.count;
        std::cerr << "\n";
    }

    std::uint64_t frames() const { return frames_; }
    std::uint64_t confirmed() const { return confirmed_; }
    std::int64_t invalid() const { return invalid_; }

private:
    const station::Station& station_;
    const FrameFormat& format_;
    Output& output_;
    Progress* events_;
    std::uint64_t frames_ = 0;
    std::uint64_t confirmed_ = 0;
    std::int64_t invalid_ = 0;
};

/// The station with the wanted downlinks only, so that what is not received has no say.
station::Station only_wanted(station::Station station, const std::vector<std::string>& wanted) {
    if (!wanted.empty())
        std::erase_if(station.downlinks, [&](const station::Downlink& downlink) {
            return std::none_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
                return equal_ignoring_case(name, downlink.name);
            });
        });
    return station;
}

void sum_up(const Printer& printer, const station::Receiver& receiver, const Progress& progress,
            double rate_hz) {
    const double samples = static_cast<double>(receiver.samples());
    const double seconds = std::max(progress.seconds(), 1e-9);
    std::fprintf(stderr,
                 "%llu frames (%llu confirmed) in %.1f s of signal; took %.2f s, %.1f Msps, %.0f x "
                 "real time\n",
                 static_cast<unsigned long long>(printer.frames()),
                 static_cast<unsigned long long>(printer.confirmed()), samples / rate_hz, seconds,
                 samples / seconds * 1e-6, samples / rate_hz / seconds);
}

int run(const Options& options) {
    const auto station = station::find_station(options.station, options.folders);
    if (!station)
        return refuse(station.error(), kUsage);
    auto opened = source::open_source(options.input, options.source);
    if (!opened)
        return refuse(opened.error(),
                      opened.error().key.substr(0, 2) == "--" ? kUsage : kInputFailed);
    source::Source& input = **opened;
    const SampleFormat format = input.format();
    auto output = Output::open(options.output);
    if (!output)
        return refuse(output.error(), kOutputFailed);

    const station::Station wanted = only_wanted(*station, options.receiver.downlinks);
    Progress progress(format.rate_hz, input.length());
    const auto frame_format = make_frame_format(options.format, wanted, format.rate_hz);
    Printer printer(*station, *frame_format, *output, options.verbose ? &progress : nullptr);
    station::ReceiverOptions receiving = options.receiver;
    receiving.center_hz = options.frequency_hz ? options.frequency_hz : input.frequency_hz();
    if (receiving.center_hz == 0.0)
        receiving.center_hz.reset();
    const auto made = station::Receiver::make(*station, format, printer, receiving);
    if (!made)
        return refuse(made.error(), kUsage);
    station::Receiver& receiver = **made;
    for (const int left : receiver.left_out())
        std::cerr << "telemetry-decode: downlink '"
                  << station->downlinks[static_cast<std::size_t>(left)].name
                  << "' lies outside the samples; left out\n";

    output->write(frame_format->head());
    if (input.start_utc_ns() != kUnknownTime)
        receiver.anchor_time(0, input.start_utc_ns());
    while (!output->failed()) {
        const auto samples = input.read(kReadSamples);
        if (!samples) {
            progress.clear();
            receiver.finish();
            if (const auto closed = output->close(); !closed)
                refuse(closed.error(), kOutputFailed);
            return refuse(samples.error(), kInputFailed);
        }
        if (samples->size() == 0)
            break;
        if (const auto anchor = input.time_anchor())
            receiver.anchor_time(anchor->first, anchor->second);
        receiver.process(*samples);
        output->flush();
        progress.show(receiver.samples(), printer.frames());
    }
    if (receiver.samples() == 0)
        return refuse(Error{"holds no samples", options.input}, kInputFailed);
    receiver.finish();
    progress.clear();
    if (const auto closed = output->close(); !closed)
        return refuse(closed.error(), kOutputFailed);
    if (!input.remark().empty())
        std::cerr << "telemetry-decode: " << input.remark() << "\n";
    if (printer.invalid() != 0)
        std::cerr << "telemetry-decode: " << options.input << ": " << printer.invalid()
                  << " samples were not finite and were taken as 0\n";
    if (options.verbose || ::isatty(STDERR_FILENO) == 1)
        sum_up(printer, receiver, progress, format.rate_hz);
    return kDone;
}

} // namespace
} // namespace telemetry::decode

int main(int count, char** arguments) {
    using namespace telemetry::decode;
    std::signal(SIGPIPE, SIG_IGN); // a reader that goes away is a failed write like any other
    try {
        Options options;
        if (const auto status = read_options(count, arguments, options))
            return *status;
        return run(options);
    } catch (const std::exception& trouble) {
        std::cerr << "telemetry-decode: " << trouble.what() << "\n";
        return kInputFailed;
    }
}
