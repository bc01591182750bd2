// SPDX-License-Identifier: GPL-3.0-or-later
#include "source_block.h"

#include <cmath>

#include <gnuradio/telemetry/soapy_source.h>

#include "feed_source.h"
#include "telemetry/base/time.h"

namespace telemetry::rx {
namespace {

using OpenFeed = Result<std::unique_ptr<Feed>> (*)(const Settings&);

std::int64_t ns_of(const Settings& settings, std::string_view name) {
    return std::llround(settings.real(name) * 1e9);
}

std::string describe(const Configuration& configuration, const SampleFormat& format) {
    char rate[32];
    std::snprintf(rate, sizeof rate, "%.10g", format.rate_hz);
    return std::string(configuration.source->name) + " " +
           configuration.source_settings.text(configuration.source->subject) + ", " + rate +
           " Hz, " + (format.kind == SampleKind::iq ? "IQ" : "real");
}

/// Errors of a source name the field alone; people know it as an option or by its section.
Error placed(Error error, const Configuration& configuration) {
    if (!error.key.empty()) {
        error.key = "source." + error.key;
        if (error.file.empty())
            error.file = configuration.file;
    }
    return error;
}

Result<UtcNs> start_time(const Settings& settings) {
    const std::string& text = settings.text("start_time");
    if (text.empty() || text == "now")
        return kUnknownTime;
    const auto time = from_rfc3339(text);
    if (!time)
        return fail(Error{"'" + text + "' is no time; expected 2026-11-23T01:29:48Z or now", "", 0,
                          0, "start_time"});
    return *time;
}

Result<FeedSourceOptions> file_options(const Settings& settings) {
    const auto start = start_time(settings);
    if (!start)
        return fail(start.error());
    FeedSourceOptions options;
    options.at_end = settings.flag("loop")   ? AtEnd::again
                     : settings.flag("wait") ? AtEnd::wait
                                             : AtEnd::finish;
    options.pace = settings.flag("realtime") ? Pace::realtime : Pace::arrival;
    options.dated_on_arrival = settings.text("start_time") == "now";
    options.start_utc_ns = *start;
    options.retry_first_ns = ns_of(settings, "retry_first");
    options.retry_most_ns = ns_of(settings, "retry_most");
    return options;
}

Result<FeedSourceOptions> stream_options(const Settings& settings) {
    const auto start = start_time(settings);
    if (!start)
        return fail(start.error());
    FeedSourceOptions options;
    options.at_end = AtEnd::wait;
    options.dated_on_arrival = *start == kUnknownTime;
    options.start_utc_ns = *start;
    options.stall_ns = ns_of(settings, "stall");
    return options;
}

Result<SourceBlock> make_feed_block(const Configuration& configuration, OpenFeed open_feed,
                                    FeedSourceOptions options) {
    const Settings& settings = configuration.source_settings;
    auto feed = open_feed(settings);
    if (!feed)
        return fail(placed(feed.error(), configuration));
    options.format = (*feed)->format();
    options.frequency_hz = (*feed)->frequency_hz().value_or(0);
    auto block = FeedSource::make([settings, open_feed] { return open_feed(settings); },
                                  std::move(*feed), options);
    return SourceBlock{block,
                       options.format,
                       options.frequency_hz,
                       configuration.source->name != "file" || options.pace == Pace::realtime,
                       [block] { block->finish(); },
                       [block] { return block->failure(); },
                       describe(configuration, options.format)};
}

/// The first of the chosen downlinks that has a frequency tells it.
std::optional<double> downlink_frequency(const Configuration& configuration,
                                         const std::vector<station::Station>& stations) {
    for (std::size_t i = 0; i < stations.size(); ++i)
        for (const auto& downlink : stations[i].downlinks)
            if (downlink.frequency_hz && configuration.stations[i].chooses(downlink.name))
                return downlink.frequency_hz;
    return std::nullopt;
}

/// The receiver file outweighs the first station's hints.
gr::telemetry::soapy_source_options
hardware_options(const Configuration& configuration,
                 const std::vector<station::Station>& stations) {
    const Settings& settings = configuration.source_settings;
    const Settings& hints = stations.front().sdr;
    const auto pick = [&](const char* name) {
        return settings.given(name) || !hints.given(name) ? settings.real(name) : hints.real(name);
    };
    gr::telemetry::soapy_source_options options;
    options.device = settings.text("device");
    options.channel = static_cast<int>(settings.integer("channel"));
    options.rate = settings.real("rate");
    options.ppm = pick("ppm");
    options.bandwidth = pick("bandwidth");
    options.frequency = pick("frequency");
    if (options.frequency <= 0)
        if (const auto frequency_hz = downlink_frequency(configuration, stations))
            options.frequency = *frequency_hz + settings.real("tune_offset");
    options.gain = settings.text("gain");
    if (options.gain.empty() && hints.given("gain"))
        options.gain = to_text(hints.real("gain"));
    options.antenna = settings.text("antenna");
    if (options.antenna.empty() && hints.given("antenna"))
        options.antenna = hints.text("antenna");
    options.stream_args = settings.text("stream_args");
    options.device_settings = settings.text("device_settings");
    const std::string& clock = settings.text("clock");
    options.clock = clock == "utc"       ? gr::telemetry::soapy_clock::UTC
                    : clock == "arrival" ? gr::telemetry::soapy_clock::ARRIVAL
                                         : gr::telemetry::soapy_clock::AUTO;
    options.stall = settings.real("stall");
    options.retry_first = settings.real("retry_first");
    options.retry_most = settings.real("retry_most");
    options.wait = settings.flag("wait");
    return options;
}

Result<SourceBlock> make_hardware_block(const Configuration& configuration,
                                        const std::vector<station::Station>& stations) {
    const Settings& settings = configuration.source_settings;
    if (!(settings.real("rate") > 0))
        return fail(placed({"required: the sample rate to set", "", 0, 0, "rate"}, configuration));
    const auto options = hardware_options(configuration, stations);
    if (!(options.frequency > 0))
        return fail(placed(
            {"no chosen downlink of " + stations.front().name + " tells its frequency; give one",
             "", 0, 0, "frequency"},
            configuration));
    try {
        auto block = gr::telemetry::soapy_source::make(options);
        const SampleFormat format{SampleKind::iq, block->rate()};
        char frequency[32];
        std::snprintf(frequency, sizeof frequency, "%.6f MHz", options.frequency * 1e-6);
        return SourceBlock{block,
                           format,
                           options.frequency,
                           true,
                           [block] { block->finish(); },
                           [block]() -> std::optional<Error> {
                               if (const auto why = block->failure())
                                   return Error{*why};
                               return std::nullopt;
                           },
                           describe(configuration, format) + " at " + frequency};
    } catch (const std::exception& problem) {
        return fail(problem.what());
    }
}

} // namespace

Result<SourceBlock> make_source_block(const Configuration& configuration,
                                      const std::vector<station::Station>& stations) {
    const Settings& settings = configuration.source_settings;
    const std::string_view type = configuration.source->name;
    if (type == "sdr")
        return make_hardware_block(configuration, stations);
    const bool file = type == "file";
    auto options = file ? file_options(settings) : stream_options(settings);
    if (!options)
        return fail(placed(options.error(), configuration));
    const OpenFeed open = file ? open_file_feed : type == "zmq" ? open_zmq_feed : open_udp_feed;
    return make_feed_block(configuration, open, *options);
}

} // namespace telemetry::rx
