// SPDX-License-Identifier: GPL-3.0-or-later
#include "session.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <gnuradio/telemetry/keys.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "telemetry/base/time.h"

namespace telemetry::rx {
namespace {

namespace keys = gr::telemetry::keys;

/// How long the samples in the flow graph may take to be worked off once the end was asked for,
/// and how long the flow graph may then take to stop.
constexpr std::int64_t kDrainNs = 5'000'000'000;
constexpr std::int64_t kStopNs = 3'000'000'000;

/// Two signals closer than this are one request: `timeout` and service managers signal the process
/// and its group, and a terminal may add its own.
constexpr std::int64_t kSameRequestNs = 200'000'000;

/// A handler rather than a mask with signalfd: the libraries below start threads of their own
/// before main(), which would take the signal with its default action.
int signal_event = -1;
void on_signal(int) {
    const int kept = errno;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(signal_event, &one, sizeof one);
    errno = kept;
}

std::string in_megahertz(double frequency_hz) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6f MHz", frequency_hz * 1e-6);
    return text;
}

/// With the key as people know it, if one is at fault.
Error output_error(Error error, const std::string& key, const std::string& address) {
    if (error.key == "allow_remote")
        error.message = "'" + address +
                        "' can be reached from the network, and there is neither encryption nor "
                        "authentication; choose a loopback address, or give --allow-remote "
                        "(in a receiver file: allow_remote)";
    if (!error.key.empty())
        error.key = "output." + key;
    return error;
}

} // namespace

Result<std::unique_ptr<Session>> Session::make(const Configuration& configuration,
                                               std::vector<station::Station> stations, Log& log) {
    std::unique_ptr<Session> session(new Session(configuration, log));
    session->stations_ = std::move(stations);
    // Outputs first: a port in use should not cost the time that hardware needs to open.
    if (auto opened = session->open_outputs(); !opened)
        return fail(opened.error());
    auto source = make_source_block(configuration, session->stations_);
    if (!source)
        return fail(source.error());
    session->source_ = std::move(*source);
    if (auto built = session->build(); !built)
        return fail(built.error());
    return session;
}

Result<void> Session::open_outputs() {
    const Settings& output = configuration_.output;
    const bool remote = output.flag("allow_remote");
    if (const std::string& endpoint = output.text("publish");
        !endpoint.empty() && endpoint != "none") {
        publish::PublisherOptions options;
        options.endpoint = endpoint;
        options.allow_remote = remote;
        options.queue_messages = static_cast<std::size_t>(output.integer("publish_queue"));
        auto publisher = publish::Publisher::open(options);
        if (!publisher)
            return fail(output_error(publisher.error(), "publish", endpoint));
        publisher_ = std::move(*publisher);
    }
    if (const std::string& address = output.text("kiss"); !address.empty() && address != "none") {
        auto kiss = KissServer::open(
            address, remote ? KissServer::Reach::network : KissServer::Reach::loopback, log_);
        if (!kiss)
            return fail(output_error(kiss.error(), "kiss", address));
        kiss_ = std::move(*kiss);
    }
    if (auto opened = open_missions(); !opened)
        return opened;
    if (const std::string& endpoint = output.text("control");
        !endpoint.empty() && endpoint != "none") {
        publish::ResponderOptions options;
        options.endpoint = endpoint;
        options.allow_remote = remote;
        auto responder = publish::Responder::open(
            options, [this](std::string_view request) { return answer(request); });
        if (!responder)
            return fail(output_error(responder.error(), "control", endpoint));
        responder_ = std::move(*responder);
    }
    reporter_ = Reporter::make(publisher_.get(), kiss_.get(), missions_, log_);
    return {};
}

Result<void> Session::open_missions() {
    const std::string& folder = configuration_.output.text("alarm_states");
    if (!folder.empty()) {
        std::error_code problem;
        std::filesystem::create_directories(folder, problem);
        if (problem)
            return fail(Error{"cannot make the folder '" + folder + "': " + problem.message(), "",
                              0, 0, "output.alarm_states"});
    }
    for (const station::Station& station : stations_) {
        if (!station.telemetry)
            continue;
        auto mission = Mission::open(station, folder, publisher_.get(), log_);
        if (!mission)
            return fail(mission.error());
        missions_.push_back(std::move(*mission));
    }
    return {};
}

/// {"station": …} of a request tells which mission is asked; with one mission it may be left out.
std::string Session::answer(std::string_view request) {
    const auto error = [](const std::string& why) {
        return nlohmann::json{{"error", why}}.dump(-1, ' ', false,
                                                   nlohmann::json::error_handler_t::replace);
    };
    auto json = nlohmann::json::parse(request, nullptr, false);
    if (!json.is_object())
        return error("a JSON object was expected");
    std::string known;
    const std::string wanted = json.value("station", nlohmann::json()).is_string()
                                   ? json["station"].get<std::string>()
                                   : std::string();
    json.erase("station");
    for (const auto& mission : missions_) {
        if (mission->station() == wanted || (wanted.empty() && missions_.size() == 1))
            return mission->answer(json.dump(), utc_now());
        known += (known.empty() ? "" : ", ") + mission->station();
    }
    return error(missions_.empty() ? "no station here has a mission database"
                                   : "'station' must be one of " + known);
}

Result<void> Session::build() {
    top_ = gr::make_top_block("telemetry-rx");
    top_->msg_connect(source_.block, keys::events(), reporter_, keys::events());
    for (std::size_t i = 0; i < stations_.size(); ++i)
        if (auto added = add_station(stations_[i], configuration_.stations[i]); !added)
            return added;
    if (const std::string& folder = configuration_.output.text("record"); !folder.empty()) {
        auto recorder = Recorder::make(folder, source_.format, source_.frequency_hz,
                                       "received for " + station_names(),
                                       source_.live ? WhenFull::drop : WhenFull::wait);
        if (!recorder)
            return fail("cannot record: " + recorder.error().to_string());
        recorder_ = std::move(*recorder);
        top_->connect(source_.block, 0, recorder_, 0);
        top_->msg_connect(recorder_, keys::events(), reporter_, keys::events());
    }
    return {};
}

std::string Session::station_names() const {
    std::string names;
    for (const auto& station : stations_)
        names += (names.empty() ? "" : ", ") + station.name;
    return names;
}

Result<void> Session::add_station(const station::Station& station, const StationChoice& choice) {
    gr::telemetry::station_receiver_options options;
    options.downlinks = choice.downlinks;
    options.metrics_interval = configuration_.output.real("metrics_interval");
    // The sources here say themselves where samples are missing; a time that is set anew is no gap.
    options.gap_tolerance = 1e12;
    options.center_frequency = source_.frequency_hz;
    const bool iq = source_.format.kind == SampleKind::iq;
    try {
        auto receiver = gr::telemetry::station_receiver::make(
            station, source_.format.rate_hz,
            iq ? gr::telemetry::sample_type::COMPLEX : gr::telemetry::sample_type::FLOAT, options);
        for (const std::string& downlink : receiver->left_out())
            log_.error(station.name + " " + downlink + ": lies outside the " +
                       in_megahertz(source_.format.rate_hz) + " around " +
                       in_megahertz(source_.frequency_hz) + "; left out");
        top_->connect(source_.block, 0, receiver, 0);
        for (const auto& port : {keys::frames(), keys::packets(), keys::events(), keys::metrics()})
            top_->msg_connect(receiver, port, reporter_, port);
        receivers_.push_back(std::move(receiver));
    } catch (const std::exception& problem) {
        return fail(Error{problem.what(), "", 0, 0, "stations"});
    }
    return {};
}

void Session::announce() {
    using publish::Attribute;
    std::string name = configuration_.receiver.text("name");
    if (name.empty()) {
        char host[256] = "";
        ::gethostname(host, sizeof host - 1);
        name = host;
    }
    const std::string stations = station_names();
    const std::string publishing = publisher_ ? publisher_->endpoint() : "none";
    const std::string kiss = kiss_ ? kiss_->address() : "none";
    const std::string kind = source_.format.kind == SampleKind::iq ? "iq" : "real";
    const std::string configuration = effective_configuration(configuration_);
    const Attribute attributes[] = {
        {"receiver", name},
        {"version", TELEMETRY_VERSION},
        {"stations", stations},
        {"source", source_.description},
        {"sample_rate_hz", source_.format.rate_hz},
        {"sample_kind", kind},
        {"frequency_hz", source_.frequency_hz},
        {"publish", publishing},
        {"kiss", kiss},
        {"record", configuration_.output.text("record")},
        {"configuration", configuration},
    };
    std::string text = "receiving " + stations + " from " + source_.description;
    if (publisher_)
        text += "; publishing on " + publishing;
    if (kiss_)
        text += "; KISS on " + kiss;
    if (responder_)
        text += "; answering requests on " + responder_->endpoint();
    if (recorder_)
        text += "; recording into " + configuration_.output.text("record");
    reporter_->report(publish::events::receiver_started, text, attributes);
}

/// The throughput is that since an earlier reading.
Session::Reading Session::measure(const Reading& since) {
    namespace metrics = publish::metrics;
    const Reading now{receivers_.front()->samples(), steady_ns()};
    const double passed_s = static_cast<double>(now.at_ns - since.at_ns) * 1e-9;
    std::vector<publish::Measurement> list{
        {metrics::receiver_samples, static_cast<std::int64_t>(now.samples)},
        {metrics::receiver_samples_lost,
         static_cast<std::int64_t>(receivers_.front()->samples_missing())},
        {metrics::receiver_samples_invalid,
         static_cast<std::int64_t>(receivers_.front()->samples_invalid())},
        {metrics::receiver_throughput, static_cast<double>(now.samples - since.samples) / passed_s},
    };
    if (recorder_) {
        list.push_back(
            {metrics::recording_samples, static_cast<std::int64_t>(recorder_->recorded())});
        list.push_back(
            {metrics::recording_dropped, static_cast<std::int64_t>(recorder_->dropped())});
    }
    if (publisher_) {
        const auto stats = publisher_->stats();
        list.push_back({metrics::publish_published, static_cast<std::int64_t>(stats.published)});
        list.push_back({metrics::publish_dropped, static_cast<std::int64_t>(stats.dropped)});
        list.push_back({metrics::publish_queued, static_cast<std::int64_t>(stats.queued)});
    }
    reporter_->measure(list);
    return now;
}

int Session::run() {
    const Descriptor done(::eventfd(0, EFD_CLOEXEC));
    signal_event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const Descriptor signal(signal_event);
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);

    const auto delay_ms = std::llround(configuration_.output.real("start_delay") * 1e3);
    if (pollfd polled{signal.get(), POLLIN, 0}; ::poll(&polled, 1, static_cast<int>(delay_ms)) > 0)
        source_.finish();
    announce();
    begin_.at_ns = steady_ns();
    top_->start();
    std::jthread waiter([&] {
        top_->wait();
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(done.get(), &one, sizeof one);
    });

    const std::int64_t interval_ns =
        std::llround(configuration_.output.real("metrics_interval") * 1e9);
    Reading last = begin_;
    std::int64_t next_measure_ns = begin_.at_ns + interval_ns;
    std::int64_t asked_ns = 0;
    std::int64_t deadline_ns = 0; ///< 0: the end was not asked for
    bool stopped = false;
    while (true) {
        const std::int64_t now = steady_ns();
        if (now >= next_measure_ns) {
            for (const auto& mission : missions_)
                mission->advance(source_.live ? utc_now() : kUnknownTime);
            last = measure(last);
            next_measure_ns = now + interval_ns;
        }
        if (deadline_ns > 0 && now >= deadline_ns) {
            if (stopped)
                return wind_up(true);
            log_.error("the samples in hand are not worked off in time; stopping without them");
            top_->stop();
            stopped = true;
            deadline_ns = now + kStopNs;
        }
        const std::int64_t until_ns =
            std::min(next_measure_ns, deadline_ns > 0 ? deadline_ns : next_measure_ns) - now;
        pollfd polled[] = {{signal.get(), POLLIN, 0}, {done.get(), POLLIN, 0}};
        ::poll(polled, 2, static_cast<int>(std::max<std::int64_t>(until_ns, 0) / 1'000'000 + 1));
        if (polled[1].revents != 0)
            break;
        if (polled[0].revents != 0) {
            std::uint64_t count = 0;
            if (::read(signal.get(), &count, sizeof count) != sizeof count)
                continue;
            const std::int64_t signal_ns = steady_ns();
            if (deadline_ns == 0) {
                log_.note("stopping: finishing the frames in flight");
                source_.finish();
                asked_ns = signal_ns;
                deadline_ns = signal_ns + kDrainNs;
            } else if (signal_ns - asked_ns >= kSameRequestNs) {
                log_.note("stopping now"); // the user is in a hurry
                deadline_ns = signal_ns;
            }
        }
    }
    waiter.join();
    return wind_up(false);
}

/// Everything is in the reporter's queues now; `forced`: some thread of the flow graph hangs.
int Session::wind_up(bool forced) {
    reporter_->work_off_queues();
    for (const auto& mission : missions_)
        mission->finish();
    // Of the whole run: since the last reading there may have been nothing but the end.
    measure(begin_);
    const auto failure = forced ? std::nullopt : source_.failure();
    const publish::Attribute attributes[] = {
        {"frames", static_cast<std::int64_t>(reporter_->frames())},
        {"samples", static_cast<std::int64_t>(receivers_.front()->samples())}};
    reporter_->report(publish::events::receiver_stopped,
                      "stopped after " + std::to_string(receivers_.front()->samples()) +
                          " samples and " + std::to_string(reporter_->frames()) + " frames",
                      attributes);
    if (forced) {
        log_.error("a source does not answer; ending without it");
        kiss_.reset();
        publisher_.reset();
        std::_Exit(0);
    }
    return failure ? 1 : 0;
}

} // namespace telemetry::rx
