// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <poll.h>
#include <unistd.h>

#include "feed.h"
#include "telemetry/base/time.h"
#include "telemetry/source/source.h"

namespace telemetry::rx {
namespace {

class FileFeed final : public Feed {
public:
    FileFeed(std::unique_ptr<source::Source> source, const Settings& settings)
        : source_(std::move(source)), live_(settings.text("path") == "-") {
        if (settings.given("frequency"))
            frequency_hz_ = settings.real("frequency");
        else
            frequency_hz_ = source_->frequency_hz();
    }

    SampleFormat format() const override { return source_->format(); }
    std::optional<double> frequency_hz() const override { return frequency_hz_; }

    Result<Arrival> read(float* out, std::size_t most, std::int64_t patience_ns) override {
        if (live_) {
            pollfd input{STDIN_FILENO, POLLIN, 0};
            if (::poll(&input, 1, static_cast<int>(patience_ns / 1'000'000)) == 0)
                return Arrival{};
        }
        const auto samples = source_->read(most);
        if (!samples)
            return fail(samples.error());
        Arrival arrival;
        if (const std::string remark = source_->remark(); remark != remark_)
            arrival.remark = remark_ = remark;
        if (samples->size() == 0) {
            arrival.state = Arrival::State::ended;
            return arrival;
        }
        arrival.state = Arrival::State::samples;
        arrival.samples = samples->size();
        if (started_)
            arrival.lost_before = samples->first_index - next_index_;
        else
            arrival.utc_ns = source_->start_utc_ns();
        if (const auto anchor = source_->time_anchor();
            anchor && anchor->first == samples->first_index)
            arrival.utc_ns = anchor->second;
        started_ = true;
        next_index_ = samples->first_index + static_cast<std::int64_t>(samples->size());
        std::copy(samples->real.begin(), samples->real.end(), out);
        std::copy(samples->iq.begin(), samples->iq.end(), reinterpret_cast<Iq*>(out));
        return arrival;
    }

private:
    std::unique_ptr<source::Source> source_;
    std::optional<double> frequency_hz_;
    bool live_;
    bool started_ = false;
    std::int64_t next_index_ = 0;
    std::string remark_;
};

/// The key is "--rate" where an option is at fault, and otherwise one within the recording, which
/// is none of ours.
Error of_field(Error error) {
    if (!error.key.starts_with("--"))
        return {error.to_string()};
    error.key.erase(0, 2);
    std::replace(error.key.begin(), error.key.end(), '-', '_');
    return error;
}

} // namespace

Result<std::unique_ptr<Feed>> open_file_feed(const Settings& settings) {
    source::SourceOptions options;
    if (const std::string& format = settings.text("input_format"); format != "auto")
        options.format = format;
    if (settings.real("rate") > 0)
        options.rate_hz = settings.real("rate");
    options.iq = settings.flag("iq");
    if (const std::string& start = settings.text("start_time"); !start.empty() && start != "now") {
        const auto time = from_rfc3339(start);
        if (!time)
            return fail(Error{"'" + start + "' is no time; expected 2026-11-23T01:29:48Z or now",
                              "", 0, 0, "start_time"});
        options.start_utc_ns = *time;
    }
    auto source = source::open_source(settings.text("path"), options);
    if (!source)
        return fail(of_field(source.error()));
    return std::make_unique<FileFeed>(std::move(*source), settings);
}

} // namespace telemetry::rx
