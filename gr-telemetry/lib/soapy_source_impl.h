// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/soapy_source.h>

#include <atomic>

#include "soapy_device.h"
#include "telemetry/base/arrival_clock.h"
#include "telemetry/base/back_off.h"

namespace gr {
namespace telemetry {

class soapy_source_impl : public soapy_source {
public:
    explicit soapy_source_impl(const soapy_source_options& options);

    double rate() const override { return d_rate; }
    std::string hardware() const override { return d_hardware; }
    void finish() override { d_finishing = true; }
    uint64_t samples_missing() const override { return d_missing; }
    std::optional<std::string> failure() const override { return d_failure; }

    int work(int noutput_items, gr_vector_const_void_star& input_items,
             gr_vector_void_star& output_items) override;

private:
    bool ready();
    void take(const soapy_device::reading& reading);
    int64_t told_by_stamps(const soapy_device::reading& reading);
    int64_t told_by_clock(const soapy_device::reading& reading, int64_t now_ns) const;
    ::telemetry::UtcNs time_of(int64_t stamp_ns, int64_t samples, int64_t now_ns);
    int fail(const std::string& text, gr_complex* out, int most);
    int flush(gr_complex* out, int most);
    void report(const char* event, const std::string& text);
    void tag(const pmt::pmt_t& key, const pmt::pmt_t& value);

    const soapy_source_options d_options;
    std::unique_ptr<soapy_device> d_device; // none: failed, tried again at d_next_try_ns
    std::atomic<double> d_rate; // asked for by other threads while the device is waited for
    std::string d_hardware;
    ::telemetry::ArrivalClock d_clock;
    ::telemetry::BackOff d_back_off;
    std::atomic<bool> d_finishing{false};
    std::atomic<uint64_t> d_missing{0};
    std::optional<std::string> d_failure;

    int64_t d_next_try_ns = 0;                // steady clock
    int64_t d_last_ns = 0;                    // steady clock; when samples came last
    std::optional<int64_t> d_expected_stamp;  // of the next sample, by the device's clock
    std::optional<int64_t> d_stamp_to_utc_ns; // what to add to its clock
    int64_t d_silence = 0;                    // samples of silence still to hand on
    int64_t d_silenced = 0;                   // handed on since the device was lost
    bool d_started = false;                   // samples have come
    bool d_lost = false;                      // and come no more
    bool d_overflowed = false;                // since the last samples
};

} // namespace telemetry
} // namespace gr
