// SPDX-License-Identifier: GPL-3.0-or-later
#include "feed_source.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include "telemetry/base/time.h"

namespace telemetry::rx {
namespace {

namespace keys = gr::telemetry::keys;

/// work() never waits longer, so that the flow graph can be stopped.
constexpr std::int64_t kPatienceNs = 100'000'000;

/// Silence behind the last samples of a feed that stays, to push what is in the filters of the
/// chain and the blocks of the receiver out of them.
constexpr double kFlushSeconds = 0.25;

void sleep_at_most(std::int64_t duration_ns) {
    std::this_thread::sleep_for(
        std::chrono::nanoseconds(std::clamp<std::int64_t>(duration_ns, 0, kPatienceNs)));
}

std::string in_seconds(std::int64_t duration_ns) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g s", static_cast<double>(duration_ns) * 1e-9);
    return text;
}

std::size_t item_bytes(const SampleFormat& format) {
    return format.kind == SampleKind::iq ? sizeof(Iq) : sizeof(float);
}

} // namespace

FeedSource::Pointer FeedSource::make(Open open, std::unique_ptr<Feed> feed,
                                     const FeedSourceOptions& options) {
    return gnuradio::make_block_sptr<FeedSource>(std::move(open), std::move(feed), options);
}

FeedSource::FeedSource(Open open, std::unique_ptr<Feed> feed, const FeedSourceOptions& options)
    : gr::sync_block("telemetry_feed_source", gr::io_signature::make(0, 0, 0),
                     gr::io_signature::make(1, 1, static_cast<int>(item_bytes(options.format)))),
      open_(std::move(open)), feed_(std::move(feed)), options_(options),
      clock_(options.format.rate_hz), back_off_(options.retry_first_ns, options.retry_most_ns) {
    message_port_register_out(keys::events());
}

int FeedSource::work(int most, gr_vector_const_void_star&, gr_vector_void_star& outputs) {
    auto* out = static_cast<float*>(outputs[0]);
    if (finishing_)
        return WORK_DONE;
    if (begin_ns_ == 0)
        begin_ns_ = steady_ns();
    if (silence_ > 0)
        return flush(out, most);
    if (ended_ || !ready_to_read()) {
        sleep_at_most(ended_ ? kPatienceNs : next_try_ns_ - steady_ns());
        return 0;
    }
    const std::size_t allowed = allowed_now(static_cast<std::size_t>(most));
    if (allowed == 0)
        return 0;
    const auto arrival = feed_->read(out, allowed, kPatienceNs);
    if (!arrival)
        return on_loss(arrival.error(), out, most);
    if (!arrival->remark.empty())
        report("source_remark", arrival->remark);
    switch (arrival->state) {
    case Arrival::State::samples:
        return take(*arrival);
    case Arrival::State::ended:
        return on_end(out, most);
    case Arrival::State::nothing_yet:
        break;
    }
    return on_silence(out, most);
}

bool FeedSource::ready_to_read() {
    if (feed_)
        return true;
    if (steady_ns() < next_try_ns_)
        return false;
    auto feed = open_();
    if (feed && ((*feed)->format().kind != options_.format.kind ||
                 (*feed)->format().rate_hz != options_.format.rate_hz))
        feed = fail("its kind of samples or their rate is not what it was");
    if (!feed) {
        const std::int64_t wait_ns = back_off_.next_ns();
        next_try_ns_ = steady_ns() + wait_ns;
        report("source_lost",
               feed.error().to_string() + "; next attempt in " + in_seconds(wait_ns));
        lost_ = true;
        return false;
    }
    feed_ = std::move(*feed);
    last_ns_ = steady_ns();
    return true;
}

std::size_t FeedSource::allowed_now(std::size_t most) {
    if (options_.pace == Pace::arrival)
        return most;
    const double rate_hz = options_.format.rate_hz;
    const auto due =
        static_cast<std::int64_t>(static_cast<double>(steady_ns() - begin_ns_) * 1e-9 * rate_hz);
    if (due > paced_)
        return std::min(most, static_cast<std::size_t>(due - paced_));
    // Some milliseconds at a time: neither a burst nor a wake-up for every sample.
    sleep_at_most(std::max<std::int64_t>(
        5'000'000, std::llround(static_cast<double>(paced_ - due) / rate_hz * 1e9)));
    return 0;
}

int FeedSource::take(const Arrival& arrival) {
    last_ns_ = steady_ns();
    back_off_.reset();
    tag_arrival(arrival);
    started_ = true;
    lost_ = false;
    silenced_ = 0;
    const auto count = static_cast<int>(arrival.samples);
    paced_ += count;
    return count;
}

void FeedSource::tag_arrival(const Arrival& arrival) {
    const auto count = static_cast<std::int64_t>(arrival.samples);
    const UtcNs now = utc_now();
    std::int64_t lost = arrival.lost_before;
    if (lost_) {
        if (started_ && clock_.missing(now) > 0)
            lost += std::max<std::int64_t>(1, clock_.missing(now) - count - silenced_);
        clock_.restart();
        report("source_restored", "samples come again");
    } else if (lost > 0) {
        clock_.restart();
    }
    if (!started_) {
        tag(keys::rx_rate(), pmt::from_double(options_.format.rate_hz));
        if (options_.frequency_hz > 0)
            tag(keys::rx_freq(), pmt::from_double(options_.frequency_hz));
    }
    if (lost > 0)
        tag(keys::samples_lost(), pmt::from_uint64(static_cast<std::uint64_t>(lost)));
    // The clock runs in any case: it tells how much an outage lost.
    const auto arrived = clock_.on_arrival(count, now);
    UtcNs time = arrival.utc_ns;
    if (time == kUnknownTime && !started_)
        time = options_.start_utc_ns;
    if (options_.dated_on_arrival)
        time = arrived.value_or(kUnknownTime);
    if (time != kUnknownTime)
        tag(keys::rx_time(), gr::telemetry::to_rx_time(time));
}

int FeedSource::on_silence(float* out, int most) {
    if (last_ns_ == 0)
        last_ns_ = steady_ns();
    const bool stalled = options_.stall_ns > 0 && steady_ns() - last_ns_ > options_.stall_ns;
    if (lost_ || !stalled)
        return 0;
    lost_ = true;
    report("source_lost", "no samples for " + in_seconds(options_.stall_ns) + "; listening on");
    return started_ ? flush(out, most) : 0;
}

int FeedSource::on_loss(const Error& error, float* out, int most) {
    feed_.reset();
    if (options_.at_end == AtEnd::finish) {
        failure_ = error;
        report("source_lost", error.to_string());
        return WORK_DONE;
    }
    const std::int64_t wait_ns = back_off_.next_ns();
    next_try_ns_ = steady_ns() + wait_ns;
    lost_ = true;
    report("source_lost", error.to_string() + "; next attempt in " + in_seconds(wait_ns));
    return started_ ? flush(out, most) : 0;
}

int FeedSource::on_end(float* out, int most) {
    switch (options_.at_end) {
    case AtEnd::finish:
        return WORK_DONE;
    case AtEnd::again: {
        // A feed without samples would make this loop spin.
        if (!started_) {
            failure_ = Error{"holds no samples"};
            return WORK_DONE;
        }
        auto feed = open_();
        if (!feed)
            return on_loss(feed.error(), out, most);
        feed_ = std::move(*feed);
        return 0;
    }
    case AtEnd::wait:
        break;
    }
    ended_ = true;
    report("source_remark", "the end of the input; waiting to be stopped");
    return flush(out, most);
}

int FeedSource::flush(float* out, int most) {
    if (silence_ == 0)
        silence_ = std::llround(kFlushSeconds * options_.format.rate_hz);
    const auto count = static_cast<int>(std::min<std::int64_t>(most, silence_));
    std::fill_n(out, static_cast<std::size_t>(count) * item_bytes(options_.format) / sizeof(float),
                0.0F);
    silence_ -= count;
    silenced_ += count;
    return count;
}

void FeedSource::tag(const pmt::pmt_t& key, const pmt::pmt_t& value) {
    add_item_tag(0, nitems_written(0), key, value, alias_pmt());
}

void FeedSource::report(const char* event, const std::string& text) {
    pmt::pmt_t dict = pmt::make_dict();
    dict = pmt::dict_add(dict, pmt::mp("event"), pmt::mp(event));
    dict = pmt::dict_add(dict, pmt::mp("text"), pmt::mp(text));
    message_port_pub(keys::events(), dict);
}

} // namespace telemetry::rx
