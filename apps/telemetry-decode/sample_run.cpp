// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <iostream>

#include <unistd.h>

#include "progress.h"
#include "run.h"
#include "telemetry/base/text.h"

namespace telemetry::decode {
namespace {

/// Samples read at once: big enough that reading costs little, small enough for the cache.
constexpr std::size_t kReadSamples = std::size_t{1} << 16;

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

void sum_up(const std::string& found, const station::Receiver& receiver, const Progress& progress,
            double rate_hz) {
    const double samples = static_cast<double>(receiver.samples());
    const double seconds = std::max(progress.seconds(), 1e-9);
    std::fprintf(stderr, "%s in %.1f s of signal; took %.2f s, %.1f Msps, %.0f x real time\n",
                 found.c_str(), samples / rate_hz, seconds, samples / seconds * 1e-6,
                 samples / rate_hz / seconds);
}

} // namespace

int run_samples(const Run& run) {
    const Options& options = run.options;
    auto opened = source::open_source(options.input, options.source);
    if (!opened)
        return refuse(opened.error(), opened.error().key.starts_with("--") ? kUsage : kInputFailed);
    source::Source& input = **opened;
    const SampleFormat format = input.format();

    const station::Station wanted = only_wanted(run.station, options.receiver.downlinks);
    Progress progress(format.rate_hz, input.length());
    const auto record_format =
        make_record_format(options.format, wanted, options.output_stage, format.rate_hz);
    Printer printer(run.station, *record_format, options.output_stage, run.output,
                    options.verbose ? &progress : nullptr, run.parameters);
    station::ReceiverOptions receiving = options.receiver;
    receiving.center_hz = options.frequency_hz ? options.frequency_hz : input.frequency_hz();
    if (receiving.center_hz == 0.0)
        receiving.center_hz.reset();
    const auto made = station::Receiver::make(run.station, format, printer, receiving);
    if (!made)
        return refuse(made.error(), kUsage);
    station::Receiver& receiver = **made;
    for (const int left : receiver.left_out())
        remark("downlink '" + run.station.downlinks[static_cast<std::size_t>(left)].name +
               "' lies outside the samples; left out");

    run.output.write(record_format->head());
    if (input.start_utc_ns() != kUnknownTime)
        receiver.anchor_time(0, input.start_utc_ns());
    while (!run.output.failed()) {
        const auto samples = input.read(kReadSamples);
        if (!samples) {
            progress.clear();
            receiver.finish();
            close(run, kDone);
            return refuse(samples.error(), kInputFailed);
        }
        if (samples->size() == 0)
            break;
        if (const auto anchor = input.time_anchor())
            receiver.anchor_time(anchor->first, anchor->second);
        receiver.process(*samples);
        run.output.flush();
        progress.show(receiver.samples(), printer.frames());
    }
    if (receiver.samples() == 0)
        return refuse(Error{.message = "holds no samples", .file = options.input}, kInputFailed);
    receiver.finish();
    progress.clear();
    if (const int status = close(run, kDone); status != kDone)
        return status;
    if (!input.remark().empty())
        remark(input.remark());
    if (printer.invalid() != 0)
        remark(options.input + ": " + std::to_string(printer.invalid()) +
               " samples were not finite and were taken as 0");
    if (options.verbose || ::isatty(STDERR_FILENO) == 1)
        sum_up(sum(printer, run), receiver, progress, format.rate_hz);
    return kDone;
}

} // namespace telemetry::decode
