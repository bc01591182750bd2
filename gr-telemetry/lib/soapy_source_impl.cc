// SPDX-License-Identifier: GPL-3.0-or-later
#include "soapy_source_impl.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "telemetry/base/time.h"

namespace gr {
namespace telemetry {
namespace {

// work() never waits longer, so that the flow graph can be stopped.
constexpr int64_t patience_ns = 100'000'000;

// Silence behind the last samples before a failure, to push what is in the filters of the chain
// out of them.
constexpr double flush_seconds = 0.25;

// Time stamps that differ by so little from what is expected are rounded, not jumps.
constexpr int64_t least_jump_samples = 2;

// A device clock that is nearer to the computer's than this is set to UTC.
constexpr int64_t near_utc_ns = 1'000'000'000;

int64_t to_ns(double seconds) {
    return std::llround(seconds * 1e9);
}

int64_t duration_ns(int64_t samples, double rate) {
    return std::llround(static_cast<double>(samples) / rate * 1e9);
}

std::string in_seconds(int64_t duration) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g s", static_cast<double>(duration) * 1e-9);
    return text;
}

} // namespace

soapy_source::sptr soapy_source::make(const soapy_source_options& options) {
    return gnuradio::make_block_sptr<soapy_source_impl>(options);
}

soapy_source_impl::soapy_source_impl(const soapy_source_options& options)
    : gr::sync_block("telemetry_soapy_source", gr::io_signature::make(0, 0, 0),
                     gr::io_signature::make(1, 1, sizeof(gr_complex))),
      d_options(options), d_rate(options.rate), d_hardware(options.device), d_clock(options.rate),
      d_back_off(to_ns(options.retry_first), to_ns(options.retry_most)) {
    if (!(options.rate > 0))
        throw std::runtime_error("rate: expected samples a second, more than 0");
    message_port_register_out(keys::events());
    try {
        d_device = std::make_unique<soapy_device>(options);
        d_rate = d_device->rate();
        d_hardware = d_device->hardware();
        d_clock = ::telemetry::ArrivalClock(d_rate);
    } catch (const std::runtime_error&) {
        if (!options.wait || !(options.retry_first > 0))
            throw;
    }
}

int soapy_source_impl::work(int noutput_items, gr_vector_const_void_star&,
                            gr_vector_void_star& output_items) {
    auto* out = static_cast<gr_complex*>(output_items[0]);
    if (d_finishing)
        return WORK_DONE;
    if (d_silence > 0)
        return flush(out, noutput_items);
    if (!ready())
        return 0;
    try {
        const auto reading = d_device->read(out, noutput_items, patience_ns / 1000);
        d_overflowed |= reading.overflowed;
        if (reading.samples > 0) {
            take(reading);
            return reading.samples;
        }
    } catch (const std::exception& problem) {
        return fail(problem.what(), out, noutput_items);
    }
    if (::telemetry::steady_ns() - d_last_ns > to_ns(d_options.stall))
        return fail("the device sends nothing", out, noutput_items);
    return 0;
}

bool soapy_source_impl::ready() {
    if (d_device) {
        if (d_last_ns == 0)
            d_last_ns = ::telemetry::steady_ns();
        return true;
    }
    const int64_t wait_ns = d_next_try_ns - ::telemetry::steady_ns();
    if (wait_ns > 0) {
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(wait_ns, patience_ns)));
        return false;
    }
    try {
        auto device = std::make_unique<soapy_device>(d_options);
        if (!d_started) {
            d_rate = device->rate();
            d_clock = ::telemetry::ArrivalClock(d_rate);
        }
        // What follows was built for the old rate; a difference within rounding is none.
        if (std::abs(device->rate() - d_rate) > 1e-6 * d_rate)
            throw std::runtime_error("its sample rate is not what it was");
        d_device = std::move(device);
        d_hardware = d_device->hardware();
        d_last_ns = ::telemetry::steady_ns();
        return true;
    } catch (const std::exception& problem) {
        fail(problem.what(), nullptr, 0);
        return false;
    }
}

void soapy_source_impl::take(const soapy_device::reading& reading) {
    const int64_t now_ns = ::telemetry::utc_now();
    const bool returned = d_lost;
    int64_t lost = 0;
    bool discontinuity = !d_started || d_lost;
    if (d_lost) {
        // The device's own clock may have begun anew, so the computer's tells the outage.
        if (d_started)
            lost = told_by_clock(reading, now_ns);
        d_stamp_to_utc_ns.reset();
    } else if (const int64_t jump = told_by_stamps(reading); jump != 0) {
        discontinuity = true;
        lost = std::max<int64_t>(jump, 0);
    } else if (d_overflowed && !reading.time_ns) {
        discontinuity = true;
        lost = told_by_clock(reading, now_ns);
    }
    if (discontinuity)
        d_clock.restart();
    const auto arrived = d_clock.on_arrival(reading.samples, now_ns);

    if (discontinuity) {
        tag(keys::rx_rate(), pmt::from_double(d_rate));
        if (d_options.frequency > 0)
            tag(keys::rx_freq(), pmt::from_double(d_options.frequency));
    }
    if (lost > 0) {
        tag(keys::samples_lost(), pmt::from_uint64(static_cast<uint64_t>(lost)));
        d_missing += static_cast<uint64_t>(lost);
    }
    const bool stamped = reading.time_ns && d_options.clock != soapy_clock::ARRIVAL;
    if (stamped && discontinuity)
        tag(keys::rx_time(), to_rx_time(time_of(*reading.time_ns, reading.samples, now_ns)));
    else if (!stamped && !d_stamp_to_utc_ns && arrived)
        tag(keys::rx_time(), to_rx_time(*arrived));

    // Drivers may stamp only the first of several readings.
    if (reading.time_ns || d_expected_stamp)
        d_expected_stamp = reading.time_ns.value_or(d_expected_stamp.value_or(0)) +
                           duration_ns(reading.samples, d_rate);
    if (returned)
        report("source_restored", "samples come again from " + d_hardware);
    d_last_ns = ::telemetry::steady_ns();
    d_back_off.reset();
    d_started = true;
    d_lost = d_overflowed = false;
    d_silenced = 0;
}

//! Samples missing before this reading by the device's time stamps; negative when they step back.
int64_t soapy_source_impl::told_by_stamps(const soapy_device::reading& reading) {
    if (!reading.time_ns || !d_expected_stamp)
        return 0;
    const auto jump =
        std::llround(static_cast<double>(*reading.time_ns - *d_expected_stamp) * 1e-9 * d_rate);
    return std::abs(jump) < least_jump_samples ? 0 : jump;
}

//! The same by the computer's clock, at least 1.
int64_t soapy_source_impl::told_by_clock(const soapy_device::reading& reading,
                                         int64_t now_ns) const {
    return std::max<int64_t>(1, d_clock.missing(now_ns) - reading.samples - d_silenced);
}

::telemetry::UtcNs soapy_source_impl::time_of(int64_t stamp_ns, int64_t samples, int64_t now_ns) {
    if (d_options.clock == soapy_clock::UTC)
        return stamp_ns;
    if (!d_stamp_to_utc_ns) {
        const int64_t error_ns = now_ns - duration_ns(samples, d_rate) - stamp_ns;
        d_stamp_to_utc_ns = std::abs(error_ns) < near_utc_ns ? 0 : error_ns;
    }
    return stamp_ns + *d_stamp_to_utc_ns;
}

int soapy_source_impl::fail(const std::string& text, gr_complex* out, int most) {
    d_device.reset();
    d_expected_stamp.reset();
    if (!(d_options.retry_first > 0)) {
        d_failure = text;
        report("source_lost", text);
        return WORK_DONE;
    }
    const int64_t wait_ns = d_back_off.next_ns();
    d_next_try_ns = ::telemetry::steady_ns() + wait_ns;
    report("source_lost", text + "; next attempt in " + in_seconds(wait_ns));
    const bool was_lost = d_lost;
    d_lost = true;
    return d_started && !was_lost ? flush(out, most) : 0;
}

int soapy_source_impl::flush(gr_complex* out, int most) {
    if (d_silence == 0)
        d_silence = std::llround(flush_seconds * d_rate);
    const int count = static_cast<int>(std::min<int64_t>(most, d_silence));
    std::fill_n(out, count, gr_complex{});
    d_silence -= count;
    d_silenced += count;
    return count;
}

void soapy_source_impl::report(const char* event, const std::string& text) {
    pmt::pmt_t dict = pmt::make_dict();
    dict = pmt::dict_add(dict, pmt::mp("event"), pmt::mp(event));
    dict = pmt::dict_add(dict, pmt::mp("text"), pmt::mp(text));
    message_port_pub(keys::events(), dict);
}

void soapy_source_impl::tag(const pmt::pmt_t& key, const pmt::pmt_t& value) {
    add_item_tag(0, nitems_written(0), key, value, alias_pmt());
}

} // namespace telemetry
} // namespace gr
